"""What is a dateline, or a byline, and what only looks like one: tests/cli/datelines.py

TOLD has, for each agency, how its stories begin: a notice of that agency has to be inserted. ONLY_LIKE has words with the same letters
in them: a page with one of these stays as it is. Each stands at the beginning of the story, as a paragraph."""
import subprocess
import sys

TOLD = {
    'The Associated Press': [
        'RIVERTON (AP) — The weir was opened.', 'RIVERTON, Ohio (AP) — The weir was opened.', 'ST. LOUIS (AP) — The weir was opened.',
        'TALLAHASSEE, Fla. (AP) — The weir was opened.', 'COLUMBIA, S.C. (AP) - The weir was opened.',
        'McALLEN, Texas (AP) — The weir was opened.', 'N’DJAMENA, Chad (AP) — The weir was opened.',
        'PORT-AU-PRINCE, Haiti (AP) — The weir was opened.', 'ABOARD THE LANTERN (AP) — The weir was opened.',
        'WASHINGTON, March 4, 2025 (AP) — The weir was opened.', 'DUBAI, United Arab Emirates (AP) – The weir was opened.',
        'CIUDAD DE MÉXICO (AP) — El dique se abrió.', 'BRASÍLIA (AP)— The weir was opened.', 'RIVERTON (AP).—The weir was opened.',
        'New York (AP) — The weir was opened.', 'Washington (AP) - The weir was opened.', 'São Paulo (AP) — The weir was opened.',
        'Riverton, Ohio (AP) — The weir was opened.', 'Riverton, Ont. (AP) — The weir was opened.',
        'Riverton, March 4 (AP) — The weir was opened.', 'London/Paris (AP) — The weir was opened.',
        'By NORA VALE RIVERTON, Ohio (AP) — The weir was opened.', 'By Nora Vale Associated Press WASHINGTON (AP) — The weir was opened.',
        'By Nora Vale, Associated Press', 'By Nora Vale, The Associated Press', 'By The Associated Press', 'The Associated Press',
        'RIVERTON (AP) —', 'ENGLISH, Ind. (AP) — The weir was opened.',
    ],
    'United Press International': [
        'OSLO, March 4 (UPI) -- The weir was opened.', 'March 4 (UPI) -- The weir was opened.',
        'RIVERTON, Ohio, March 4 (UPI) -- The weir was opened.', 'Sept. 14 (UPI) — The weir was opened.',
    ],
    'Thomson Reuters': [
        'PARIS (Reuters) - The weir was opened.', 'PARIS, March 4 (Reuters) - The weir was opened.',
        'RIO DE JANEIRO (Reuters) - The weir was opened.', 'Paris/Berlin (Reuters) – The weir was opened.',
        'March 4 (Reuters) - The weir was opened.', '(Reuters) - The weir was opened.', 'Berlin, 4. Mrz (Reuters) - Das Wehr ist offen.',
        '(Reporting by Nora Vale; Editing by Jan Orr)', 'By Nora Vale, Reuters',
    ],
    'Agence France-Presse': [
        'PARIS (AFP) – The weir was opened.', 'Paris (AFP) - Le barrage est ouvert.', 'Bruxelles (AFP) – Le barrage est ouvert.',
        'Paris, 4 mars 2025 (AFP) - Le barrage est ouvert.', 'KYIV, Ukraine (AFP) — The weir was opened.',
        'Riverton, Australia (AFP) — The weir was opened.', 'AFP', 'Par Nora Vale, AFP',
    ],
    'dpa': [
        'Berlin (dpa) - Das Wehr ist offen.', 'Frankfurt/Main (dpa) – Das Wehr ist offen.', 'Palma de Mallorca (dpa) - Das Wehr ist offen.',
        'Rothenburg ob der Tauber (dpa/lby) - Das Wehr ist offen.', 'Halle (Saale) (dpa) - Das Wehr ist offen.',
        'München/Berlin (dpa) - Das Wehr ist offen.', 'Wehrheim (dpa/lhe) – Das Wehr ist offen.', 'Von Nora Vale, dpa',
    ],
    'APA': ['Wien (APA) - Das Wehr ist offen.', 'WIEN (APA) – Das Wehr ist offen.', 'St. Pölten (APA) – Das Wehr ist offen.',
            'Wien/Brüssel (APA) - Das Wehr ist offen.'],
    'EFE': ['Madrid, 4 mar (EFE).- El dique se abrió.', 'Madrid (EFE).- El dique se abrió.', '(EFE).- El dique se abrió.',
            'San José, 4 mar (EFE).- El dique se abrió.', 'Por Agencia EFE', 'EFE'],
    'ANSA': ['(ANSA) - ROMA, 04 MAR - La diga è aperta.', 'ROMA (ANSA) - La diga è aperta.'],
    'Cable News Network': ['(CNN) — The weir was opened.', 'London (CNN) — The weir was opened.', 'PARIS (CNN) - The weir was opened.',
                           'By Nora Vale, CNN'],
    'Bloomberg L.P.': ['(Bloomberg) -- The weir was opened.', 'By Nora Vale, Bloomberg News'],
    'Press Trust of India': ['New Delhi, Mar 4 (PTI) The weir was opened.', 'Mumbai, March 14 (PTI) The weir was opened.'],
    'IANS': ['New Delhi, March 4 (IANS) The weir was opened.'],
    'Kyodo News': ['TOKYO, March 4 (Kyodo) - The weir was opened.', 'TOKYO (Kyodo) -- The weir was opened.'],
    'Xinhua': ['BEIJING, March 4 (Xinhua) -- The weir was opened.', 'RIO DE JANEIRO, March 4 (Xinhua) -- The weir was opened.'],
    'Interfax': ['MOSCOW. March 4 (Interfax) - The weir was opened.'],
    'TASS': ['MOSCOW, March 4. /TASS/. The weir was opened.'],
    'PA Media': ['By Nora Vale, PA', 'LONDON (PA) — The weir was opened.', 'PA Media'],
    'AAP': ['By Nora Vale, AAP', 'CANBERRA (AAP) — The weir was opened.', 'Australian Associated Press'],
}
ONLY_LIKE = [
    'BIOLOGY (AP) — The course has a lab.', 'CALCULUS BC (AP) — Two terms.', 'UNITED STATES HISTORY (AP) — Ms. Orr.', 'PHYSICS 1 (AP) - Mr. Vale.',
    'Students (AP) — courses of the last two years — learn how rivers are measured.', 'Advanced Placement (AP) — what it is and what it costs.',
    'ADVANCED PLACEMENT (AP) — The courses of this year.', 'AP (AP) — twice the same letters.', 'Riverton High School (AP) — 12 courses.',
    'Biology, Chemistry (AP) — two courses with rivers in them.', 'The access point (AP) — a grey box — stands at the weir.',
    'Her book about the Associated Press (AP) — a history — is out.', 'Accounts payable (AP) – the clerk was ill.',
    'BIOLOGY (AP) — ROOM 12', 'The weir was opened, wrote WASHINGTON (AP) — and it was.', 'Physician Assistants (PA) — who they are.',
    'HARRISBURG (PA) – The weir was opened.', 'Scranton (PA) — The weir was opened.', 'PHYSICIAN ASSISTANTS (PA) – How they work.',
    'Armed Forces of the Philippines (AFP) — Its chief was at the weir.', 'Alpha-Fetoprotein (AFP) – ein Marker, der steigt.',
    'ALPHA-FETOPROTEIN (AFP) – ein Marker, der steigt.', 'Tumormarker (AFP) – was er sagt.', 'Maj. Gen. Nora Vale, of the AFP',
    'Convolutional Neural Networks (CNN) — how a machine sees a weir.', 'Networks (CNN) — how a machine sees a weir.',
    'Die Nachrichtenagentur Reuters (Reuters) - so ihr Name - war da.', 'He told the agency (Reuters) - and nobody else.',
    'Nach Informationen der Deutschen Presse-Agentur (dpa) – so sagte sie – war das Wehr zu.', 'Das berichtet die Agentur (dpa) - heute.',
    'American Psychological Association (APA) – how to quote it.', 'Zitierstil (APA) – so geht es.',
    'American Academy of Pediatrics (AAP) — what it says of cold water.', 'Nora Vale, AAP', 'Aam Aadmi Party (AAP) — the weir is its theme.',
    'The Pacific Telecom Institute 4 (PTI) closed.', 'Fasting plasma, 4 (PTI) and more.', 'UNIFIED PAYMENTS INTERFACE (UPI) — It was down.',
    'Michael (Bloomberg) -- a name, no agency.', 'He wrote for United Press International (UPI) -- and hated it.',
    'Escuela de Formación Empresarial (EFE) – los cursos.', 'Sources said /TASS/. It was nothing.',
    'The Associated Press contributed to this report.', 'According to the AFP, the weir is open.',
]
HEAD = '<meta property=article:published_time content=2025-03-04T05:06:07Z><body>'
PAGE = HEAD + '<div class="entry-content"><p>%s</p><p>Nobody was there but a heron.</p></div>\n'
# Where the same words tell nothing: a picture's credit, a quotation, the middle of a long paragraph.
ELSEWHERE = [
    HEAD + '<div class="entry-content"><figure><img src=a><figcaption>The Associated Press</figcaption></figure><p>The weir.</p></div>\n',
    HEAD + '<div class="entry-content"><img src=a><div class="Media__caption-x1">Reuters</div><p>The weir.</p></div>\n',
    HEAD + '<div class="entry-content"><p>By Nora Vale, Riverton Post</p><p class="photo-credit">Jan Orr, AFP</p><p>The weir.</p></div>\n',
    HEAD + '<div class="entry-content"><blockquote><p>RIVERTON (AP) — The weir was opened.</p></blockquote><p>So they wrote.</p></div>\n',
    HEAD + '<div class="entry-content"><p>' + 'The weir is old. ' * 36 + '\nRIVERTON (AP) — so it said — was not there.</p></div>\n',
]


def main(program):
    rows = wrong = 0

    def judge(page, owner):
        nonlocal rows, wrong
        came = subprocess.run([program, '-e', 'attribution auto'], input=page.encode(), capture_output=True, check=True).stdout.decode()
        right = came == page if owner is None else came.count('<p>') == page.count('<p>') + 1 and owner in came.rsplit('<p>', 1)[1]
        rows += 1
        wrong += not right
        if not right:
            print('expected %s, came %s' % (owner or 'nothing', came))

    for owner, texts in TOLD.items():
        for text in texts:
            judge(PAGE % text, owner)
    for text in ONLY_LIKE:
        judge(PAGE % text, None)
    for page in ELSEWHERE:
        judge(page, None)
    print('%d beginnings, %d wrong' % (rows, wrong))


main(sys.argv[1] if len(sys.argv) > 1 else 'article-filter')
