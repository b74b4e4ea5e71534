"""Notices as they are written: entities, dashes, spaces, ranges of years, capitals, markup inside: tests/cli/attribution_variants.py

VARIANTS has, for each agency, how its stories begin and what stands behind the story, each with what it has to become ('': it is
right, and stays byte for byte). Nothing else of the page may change, and a second run changes nothing."""
import concurrent.futures
import subprocess
import sys

VARIANTS = {
    'ap': ('<p>RIVERTON (AP) — The weir was opened.</p>', [
        ('<p>NEWS FROM © THE ASSOCIATED PRESS, . ALL RIGHTS RESERVED.</p>',
         '<p>NEWS FROM © THE ASSOCIATED PRESS, 2025. ALL RIGHTS RESERVED.</p>'),
        ('<p>News from &#169; The Associated Press, . All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from &#xA9;&nbsp;The Associated Press,&nbsp;. All rights reserved.</p>',
         '<p>News from &#xA9;&nbsp;The Associated Press,&nbsp;2025. All rights reserved.</p>'),
        ('<p>News from &amp;copy; The Associated Press, . All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from &amp;copy; The Associated Press, 2024. All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2024. All rights reserved.</p>'),
        ('<p>News from Â© The Associated Press, 2024. All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2024. All rights reserved.</p>'),
        ('<p>Copyright\n  The Associated Press.\n  All rights reserved.</p>',
         '<p>Copyright\n  The Associated Press, 2025.\n  All rights reserved.</p>'),
        ('<p><em>Copyright The Associated Press. All rights reserved.</em></p>',
         '<p><em>Copyright The Associated Press, 2025. All rights reserved.</em></p>'),
        ('<p>(c) The Associated Press. All rights reserved.</p>',
         '<p>(c) The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>(C) The Associated Press</p>', '<p>(C) The Associated Press, 2025</p>'),
        ('<p>Copyright © 2025 The Associated Press. All rights reserved. This material may not be published, '
         'broadcast, rewritten or redistributed.</p>',
         ''),
        ('<p>&copy; 2025 The Associated Press</p>', ''),
        ('<p>(Copyright 2025 The Associated Press. All rights reserved.)</p>', ''),
        ('<p>Copyright 2024-2025 The Associated Press. All rights reserved.</p>', ''),
        ('<p>Copyright © 2024–2025 The Associated Press. All rights reserved.</p>', ''),
        ('<p>COPYRIGHT 2025 THE ASSOCIATED PRESS. ALL RIGHTS RESERVED.</p>', ''),
        ('<p>Copyright&nbsp;2025&nbsp;The Associated Press. All rights reserved.</p>', ''),
        ('<p><i>Copyright 2025 <a href="/ap">The Associated Press</a>. All rights reserved.</i></p>', ''),
        ('<p>Copyright by The Associated Press, 2025.</p>', ''),
        ('<p>Derechos de autor 2025 The Associated Press. Todos los derechos reservados.</p>', ''),
        ('<p>News from © The Associated Press, 2025. All rights reserved. News from © The Associated Press, '
         '2025. All rights reserved.</p>',
         '<p>News from © The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from © The Associated Press, 2025. All rights reserved.<br>News from © The Associated '
         'Press, 2025. All rights reserved.</p>',
         '<p>News from © The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>Copyright 2025 The Associated Press. All rights reserved.<br>News from © The Associated Press, '
         '2025. All rights reserved.</p>',
         '<p>Copyright 2025 The Associated Press. All rights reserved.</p>'),
        ('<p>News from © The Associated Press, . All rights reserved. News from © The Associated Press, . All '
         'rights reserved.</p>',
         '<p>News from © The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from © The Associated Press, 2025. All rights reserved.</p><p>NEWS FROM © THE ASSOCIATED '
         'PRESS, 2025. ALL RIGHTS RESERVED.</p>',
         '<p>News from © The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from © The Associated Press, 2025. All rights reserved.</p><div><p>© 2025 The Associated Press.</p></div>',
         '<p>News from © The Associated Press, 2025. All rights reserved.</p><div></div>'),
        ('<p>© 0 The Associated Press. All rights reserved.</p>', '<p>© 2025 The Associated Press. All rights reserved.</p>'),
        ('<p>Copyright, The Associated Press. All rights reserved. All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2025. All rights reserved.</p>'),
        ('<p><span>©</span> <span>2025</span> <span>The Associated Press</span></p>', ''),
        ('<p>Copyright 2025, The Associated Press. All Rights <b>Reserved</b>.</p>', ''),
        ('<p>Copyright 2025 Associated Press. All rights reserved.</p>', ''),
        ('<p>Copyright 2025 AP. All rights reserved.</p>', ''),
        ('<p>© AP 2025</p>', ''),
        ('<p>“News from © The Associated Press, 2025. All rights reserved.”</p>', ''),
        ('<p>“News from © The Associated Press, . All rights reserved.”</p>',
         '<p>“News from © The Associated Press, 2025. All rights reserved.”</p>'),
        ('<p>News from ©The Associated Press , . All rights reserved.</p>',
         '<p>News from ©The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>— News from © The Associated Press, . All rights reserved.</p>',
         '<p>— News from © The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from \ufffd The Associated Press, 2025. All rights reserved.</p>',
         '<p>News from &#169; The Associated Press, 2025. All rights reserved.</p>'),
        ('<p>News from &copy The Associated Press, . All rights reserved.</p>',
         '<p>News from &copy The Associated Press, 2025. All rights reserved.</p>'),
    ]),
    'reuters': ('<p>RIVERTON (Reuters) - The weir was opened.</p>', [
        ('<p>© Reuters.</p>', '<p>© Reuters 2025.</p>'),
        ('<p>&#169; 0 REUTERS. ALL RIGHTS RESERVED.</p>', '<p>&#169; 2025 REUTERS. ALL RIGHTS RESERVED.</p>'),
        ('<p>Copyright Thomson Reuters.</p>', '<p>Copyright Thomson Reuters 2025.</p>'),
        ('<p>&copy; Thomson&nbsp;Reuters</p>', '<p>&copy; Thomson&nbsp;Reuters 2025</p>'),
        ('<p>© Thomson Reuters 2025</p>', ''),
        ('<p>© 2025 Reuters. All rights reserved.</p>', ''),
        ('<p>(c) 2025 Thomson Reuters. Click For Restrictions.</p>', ''),
        ('<p>Copyright (c) 2025 Reuters</p>', ''),
        ('<p>© 2024-2025 Thomson Reuters. All rights reserved.</p>', ''),
        ('<p>© Reuters. Alle Rechte vorbehalten.</p>', '<p>© Reuters 2025. Alle Rechte vorbehalten.</p>'),
        ('<p>© Reuters. Todos los derechos reservados.</p>', '<p>© Reuters 2025. Todos los derechos reservados.</p>'),
        ('<p>© 2025 Thomson Reuters. All rights reserved. © 2025 Thomson Reuters. All rights reserved.</p>',
         '<p>© 2025 Thomson Reuters. All rights reserved.</p>'),
    ]),
    'afp': ('<p>RIVERTON (AFP) - The weir was opened.</p>', [
        ('<p>© AFP,</p>', '<p>© AFP 2025</p>'),
        ('<p>AFP 2025</p>', '<p>&#169; 2025 Agence France-Presse. All rights reserved.</p>'),
        ('<p>© Agence France-Presse</p>', ''),
        ('<p>© 2025 AFP</p>', ''),
        ('<p>© 2025 Agence France-Presse. Tous droits réservés.</p>', ''),
        ('<p>© AFP. Tous droits r&eacute;serv&eacute;s.</p>', '<p>© AFP 2025. Tous droits r&eacute;serv&eacute;s.</p>'),
        ('<p>© 2024 - 2025 AFP. Tous droits réservés.</p>', ''),
        ('<p>“© 2025 AFP”</p>', ''),
        ('<p>© 2025, AFP</p>', ''),
        ('<p>© AFP - 2025</p>', ''),
        ('<p>© AFP (2025)</p>', ''),
        ('<p>2025 © AFP</p>', ''),
        ('<p>© 2025 AFP | © 2025 AFP</p>', '<p>© 2025 AFP </p>'),
    ]),
    'cp': ('<p>By Nora Vale, The Canadian Press</p><p>OTTAWA — The weir was opened.</p>', [
        ('<p>This report by The Canadian Press was first published March 4, 2025.</p>', ''),
        ('<p>This report by The Canadian Press was first published Month Date, 2025.</p>',
         '<p>This report by The Canadian Press was first published March 4, 2025.</p>'),
        ('<p>This report by The Canadian Press was first published March 4, 2025.This report by The Canadian '
         'Press was first published March 4, 2025.</p>',
         '<p>This report by The Canadian Press was first published March 4, 2025.</p>'),
        ('<p>THIS REPORT BY THE CANADIAN PRESS WAS FIRST PUBLISHED MONTH DATE, 2025.</p>',
         '<p>THIS REPORT BY THE CANADIAN PRESS WAS FIRST PUBLISHED March 4, 2025.</p>'),
        ('<p><em>This report by <a href="/cp">The Canadian Press</a> was first published March&nbsp;4, 2025.</em></p>', ''),
        ('<p>News from © The Canadian Press, . All rights reserved.</p>',
         '<p>News from © The Canadian Press, 2025. All rights reserved.</p>'),
        ('<p>© 2024-2025 The Canadian Press</p>', ''),
    ]),
    'pc': ('<p>Nora Vale, La Presse Canadienne</p><p>MONTRÉAL — Le barrage.</p>', [
        ('<p>© La Presse Canadienne. Tous droits réservés.</p>', '<p>© La Presse Canadienne 2025. Tous droits réservés.</p>'),
        ('<p>© La Presse Canadienne, 2025. Tous droits réservés.</p>', ''),
        ('<p>© 2025 LA PRESSE CANADIENNE. TOUS DROITS RÉSERVÉS.</p>', ''),
        ('<p>Copyright La Presse Canadienne, . Tous droits réservés.</p>',
         '<p>Copyright La Presse Canadienne, 2025. Tous droits réservés.</p>'),
    ]),
    'dpa': ('<p>Hamburg (dpa) - Das Wehr ist offen.</p>', [
        ('<p>© dpa. Alle Rechte vorbehalten.</p>', '<p>© dpa 2025. Alle Rechte vorbehalten.</p>'),
        ('<p>© 2025 dpa</p>', ''),
        ('<p>© dpa-infocom, dpa:250304-99-835563/5</p>', ''),
        ('<p>© 2024–2025 dpa</p>', ''),
        ('<p>© 2025 dpa</p><p>© 2025 dpa</p>', '<p>© 2025 dpa</p>'),
        ('<p>Copyright 2025 dpa GmbH. Alle Rechte vorbehalten.</p>', ''),
        ('<p>(c) 2025 Deutsche Presse-Agentur</p>', ''),
    ]),
    'apa': ('<p>Wien (APA) - Das Wehr ist offen.</p>', [
        ('<p>© 2025 APA</p>', ''),
        ('<p>© APA</p>', ''),
        ('<p>© 2025 APA/AFP</p>', ''),
    ]),
    'efe': ('<p>Madrid (EFE).- La presa se abre.</p>', [
        ('<p>© EFE.</p>', '<p>© EFE 2025.</p>'),
        ('<p>© EFE 2025</p>', ''),
        ('<p>© 2025 Agencia EFE, S.A.</p>', ''),
        ('<p>© EFE 2024-2025</p>', ''),
    ]),
    'upi': ('<p>RIVERTON, Ohio, March 4 (UPI) -- The weir was opened.</p>', [
        ('<p>Copyright by United Press International. All rights reserved.</p>',
         '<p>Copyright by United Press International 2025. All rights reserved.</p>'),
        ('<p>Copyright © 2025 United Press International, Inc. All Rights Reserved.</p>', ''),
        ('<p>Copyright © 2024&#8211;2025 United Press International, Inc. All Rights Reserved.</p>', ''),
        ('<p>Copyright © 2025 UPI. All rights reserved.<br>Copyright © 2025 UPI. All rights reserved.</p>',
         '<p>Copyright © 2025 UPI. All rights reserved.</p>'),
    ]),
    'cnn': ('<p>RIVERTON (CNN) — The weir was opened.</p>', [
        ('<p>™ &amp; © 2025 Cable News Network, Inc., a Warner Bros. Discovery Company. All rights reserved.</p>', ''),
        ('<p>™ &amp; © Cable News Network, Inc. All rights reserved.</p>',
         '<p>™ &amp; © Cable News Network, Inc. 2025. All rights reserved.</p>'),
        ('<p>The-CNN-Wire™ &amp; © Cable News Network, Inc., a Warner Bros. Discovery Company. All rights reserved.</p>',
         '<p>The-CNN-Wire™ &amp; © Cable News Network, Inc., a Warner Bros. Discovery Company 2025. All rights reserved.</p>'),
        ('<p>The-CNN-Wire<br>™ &amp; © 2025 Cable News Network, Inc., a Warner Bros. Discovery Company. All '
         'rights reserved.</p>',
         ''),
    ]),
    'bloomberg': ('<p>(Bloomberg) -- The weir was opened.</p>', [
        ('<p>©Bloomberg L.P.</p>', '<p>©Bloomberg L.P. 2025</p>'),
        ('<p>©2025 Bloomberg L.P.</p>', ''),
        ('<p>©2024-2025 Bloomberg L.P.</p>', ''),
        ('<p>©2025 Bloomberg L.P. Visit <a href="https://bloomberg.com">bloomberg.com</a>.</p>', ''),
        ('<p>©Bloomberg L.P. Visit bloomberg.com.</p>', '<p>©Bloomberg L.P. 2025. Visit bloomberg.com.</p>'),
    ]),
    'pa': ('<p>By Nora Vale, PA</p><p>The weir was opened.</p>', [
        ('<p>© 2025 PA Media</p>', ''),
        ('<p>© PA Media. All rights reserved.</p>', '<p>© PA Media 2025. All rights reserved.</p>'),
    ]),
    'aap': ('<p>By Nora Vale, AAP</p><p>The weir was opened.</p>', [
        ('<p>© AAP 2025</p>', ''),
        ('<p>© AAP. All rights reserved.</p>', '<p>© AAP 2025. All rights reserved.</p>'),
    ]),
    'xinhua': ('<p>BEIJING, March 4 (Xinhua) -- The weir was opened.</p>', [
        ('<p>© Xinhua. All rights reserved.</p>', '<p>© Xinhua 2025. All rights reserved.</p>'),
        ('<p>(c) 2025 Xinhua. All rights reserved.</p>', ''),
    ]),
    'tass': ('<p>MOSCOW, March 4. /TASS/. The weir was opened.</p>', [
        ('<p>© TASS News Agency</p>', '<p>© TASS News Agency 2025</p>'),
        ('<p>© TASS, 2025</p>', ''),
    ]),
    'kyodo': ('<p>TOKYO (Kyodo) -- The weir was opened.</p>', [
        ('<p>© 2025 KYODO</p>', ''),
        ('<p>© KYODO</p>', '<p>© KYODO 2025</p>'),
    ]),
    'pti': ('<p>MUMBAI, Mar 4 (PTI) The weir was opened.</p>', [
        ('<p>© 2025 PTI</p>', ''),
        ('<p>© PTI. All rights reserved.</p>', '<p>© PTI 2025. All rights reserved.</p>'),
    ]),
    'ansa': ('<p>(ANSA) - ROMA, 04 MAR - La diga.</p>', [
        ('<p>© Copyright ANSA</p>', '<p>© Copyright ANSA 2025</p>'),
        ('<p>RIPRODUZIONE RISERVATA © Copyright ANSA 2025</p>', ''),
        ('<p>© Riproduzione riservata - © Copyright ANSA 2025</p>', ''),
    ]),
    'interfax': ('<p>MOSCOW. March 4 (Interfax) - The weir was opened.</p>', [
        ('<p>© 2025 Interfax</p>', ''),
        ('<p>© Interfax</p>', '<p>© Interfax 2025</p>'),
    ]),
    'ians': ('<p>New Delhi, March 4 (IANS) The weir was opened.</p>', [
        ('<p>(c) IANS. All rights reserved.</p>', '<p>(c) IANS 2025. All rights reserved.</p>'),
    ]),
}

HEAD = '<meta property=article:published_time content=2025-03-04T05:06:07Z><div class="entry-content">'
REST = '</div><p>©</p>'


def run(program, page):
    done = subprocess.run([program, '-e', 'attribution auto'], input=page.encode(), capture_output=True, check=True)
    return done.stdout.decode()


def judge(program, lead, form, wanted):
    once = run(program, HEAD + lead + form + REST)
    if once != HEAD + lead + (wanted or form) + REST:
        return once
    return None if run(program, once) == once else 'a second run: ' + run(program, once)


def main(program):
    jobs = [(lead, *pair) for lead, pairs in VARIANTS.values() for pair in pairs]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # the work is the program's
        wrong = list(pool.map(lambda job: judge(program, *job), jobs))
    for job, came in zip(jobs, wrong):
        if came:
            print('%s\n    expected %s\n    came %s' % (job[1], job[2] or 'no change', came))
    print('%d variants, %d wrong' % (len(jobs), sum(came is not None for came in wrong)))


main(sys.argv[1] if len(sys.argv) > 1 else 'article-filter')
