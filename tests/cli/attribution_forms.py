"""Every form of a notice, in every charset, in every place: tests/cli/attribution_forms.py

FORMS has, for each agency, how its stories begin and the forms that its notices come in, each with what it has to become ('': it is
right, and stays byte for byte). Each form is put into a page of our own in five charsets and five places. What has to hold: the text
of the story is as it was but for the notice, which stands there once and right; no other byte of the page differs; tags inside of
the notice stay; a second run changes nothing."""
import concurrent.futures
import html
import re
import subprocess
import sys

FORMS = {
    'ap': ('RIVERTON (AP) - The weir was opened.', 'The Associated Press', [
        ('© 2025 The Associated Press. All rights reserved.', ''),
        ('Copyright 2025 The Associated Press. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed without permission.', ''),
        ('(Copyright 2017 The Associated Press. All rights reserved.)', ''),
        ('News from © The Associated Press, 2025. All rights reserved.', ''),
        ('News from © The Associated Press, 2024. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed.', ''),
        ('Derechos de autor 2025 The Associated Press. Todos los derechos reservados.', ''),
        ('Copyright The Associated Press. All rights reserved.', 'Copyright The Associated Press, 2025. All rights reserved.'),
        ('© The Associated Press, . All rights reserved.', '© The Associated Press, 2025. All rights reserved.'),
        ('Copyright 2024 The Associated Press. All Rights Reserved. All rights reserved.',
         'Copyright 2024 The Associated Press. All Rights Reserved.'),
        ('News from © The Associated Press, . All rights reserved.', 'News from © The Associated Press, 2025. All rights reserved.'),
        ('News from © The Associated Press, .All rights reserved.', 'News from © The Associated Press, 2025. All rights reserved.'),
        ('News from &copy; The Associated Press, 2025. All rights reserved.',
         'News from © The Associated Press, 2025. All rights reserved.'),
        ('News from Â© The Associated Press, 2025. All rights reserved.',
         'News from © The Associated Press, 2025. All rights reserved.'),
        ('News from Â© The Associated Press, . All rights reserved.', 'News from © The Associated Press, 2025. All rights reserved.'),
        ('Copyright The Associated Press. Todos los derechos reservados.',
         'Copyright The Associated Press, 2025. Todos los derechos reservados.'),
        ('News from © The Associated Press, 2024. All rights reserved. News from © The Associated Press, 2024. All rights reserved.',
         'News from © The Associated Press, 2024. All rights reserved.'),
        ('Copyright 2025 The Associated Press. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed. Copyright 2025 The Associated Press. All rights reserved. This material may not be published, broadcast, '
         'rewritten or redistributed.',
         'Copyright 2025 The Associated Press. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed.'),
        ('© The Associated Press. All rights reserved. This material may not be published, broadcast, rewritten or redistributed. '
         '© The Associated Press. All rights reserved. This material may not be published, broadcast, rewritten or redistributed.',
         '© The Associated Press, 2025. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed.'),
        ('© 2024 The Associated Press. All rights reserved. | © 2024 The Associated Press. All rights reserved.',
         '© 2024 The Associated Press. All rights reserved.'),
    ]),
    'reuters': ('PARIS (Reuters) - The weir was opened.', 'Reuters', [
        ('© 2025 Reuters. All rights reserved.', ''),
        ('© 2024 Thomson Reuters. All rights reserved.', ''),
        ('© Thomson Reuters 2020', ''),
        ('© 2024 Thomson Reuters. All rights reserved. Republication or redistribution of Thomson Reuters content, including by framing '
         'or similar means, is prohibited without the prior written consent of Thomson Reuters.', ''),
        ('© 0 Reuters. All Rights Reserved.', '© 2025 Reuters. All Rights Reserved.'),
        ('© Reuters', '© Reuters 2025'),
        ('© Thomson Reuters. All rights reserved. Any copying, republication or redistribution of Thomson Reuters content is prohibited.',
         '© Thomson Reuters 2025. All rights reserved. Any copying, republication or redistribution of Thomson Reuters content is '
         'prohibited.'),
    ]),
    'afp': ('PARIS (AFP) - The weir was opened.', 'AFP', [
        ('© 2025 AFP', ''),
        ('© Agence France-Presse', ''),
        ('© 2024 AFP. Tous droits réservés.', ''),
        ('© AFP, ', '© AFP 2025'),
        ('AFP 2022', '© 2022 Agence France-Presse. All rights reserved.'),
        ('Copyright © Agence France-Presse - All reproduction and representation rights reserved.',
         'Copyright © Agence France-Presse 2025 - All reproduction and representation rights reserved.'),
        ('© AFP. Tous droits de reproduction et de représentation réservés.',
         '© AFP 2025. Tous droits de reproduction et de représentation réservés.'),
    ]),
    'canadian-press': ('By Jane Doe, The Canadian Press', 'Canadian Press', [
        ('This report by The Canadian Press was first published Oct. 25, 2024.', ''),
        ('© 2025 The Canadian Press', ''),
        ('© The Canadian Press 2023', ''),
        ('News from © The Canadian Press, 2025. All rights reserved.', ''),
        ('This report by The Canadian Press was first published Month Date, 2025.',
         'This report by The Canadian Press was first published March 4, 2025.'),
        ('This report by The Canadian Press was first published .',
         'This report by The Canadian Press was first published March 4, 2025.'),
        ('News from © The Canadian Press, . All rights reserved.', 'News from © The Canadian Press, 2025. All rights reserved.'),
        ('News from © Canadian Press Enterprises Inc. All rights reserved.',
         'News from © Canadian Press Enterprises Inc. 2025. All rights reserved.'),
    ]),
    'presse-canadienne': ('Jeanne Roy, La Presse Canadienne', 'La Presse Canadienne', [
        ('© 2024 La Presse Canadienne', ''),
        ('© La Presse Canadienne. Tous droits réservés.', '© La Presse Canadienne 2025. Tous droits réservés.'),
    ]),
    'dpa': ('Berlin (dpa) - Das Wehr ist offen.', 'dpa', [
        ('© dpa', ''),
        ('© dpa-infocom, dpa:250304-99-123456/5', ''),
        ('© dpa-infocom, dpa:', ''),
        ('© dpa, ', '© dpa 2025'),
    ]),
    'apa': ('WIEN (APA) - Das Wehr ist offen.', 'APA', [('© APA', ''), ('© 2025 APA/dpa', ''), ('© 2012 APA/AP', '')]),
    'efe': ('MADRID (EFE).- El dique.', 'EFE', [
        ('© EFE 2022', ''), ('© EFE', '© EFE 2025'),
    ]),
    'cnn': ('(CNN) - The weir was opened.', 'Cable News Network', [
        ('™ & © 2025 Cable News Network, Inc., a Warner Bros. Discovery Company. All rights reserved.', ''),
        ('Copyright 2014 by CNN NewSource. All rights reserved. This material may not be published, broadcast, rewritten or '
         'redistributed.', ''),
    ]),
    'bloomberg': ('(Bloomberg) -- The weir was opened.', 'Bloomberg L.P.', [
        ('©2025 Bloomberg L.P.', ''),
        ('©2025 Bloomberg L.P. Visit bloomberg.com.', ''),
        ('©Bloomberg L.P. Visit bloomberg.com.', '©Bloomberg L.P. 2025. Visit bloomberg.com.'),
    ]),
    'aap': ('By Jane Doe, AAP', 'AAP', [
        ('© 2024 AAP', ''), ('© AAP. All Rights Reserved.', '© AAP 2025. All Rights Reserved.')]),
    'tass': ('MOSCOW, March 4. /TASS/. The weir was opened.', 'TASS', [
        ('© 2015 TASS', ''), ('© TASS News Agency', '© TASS News Agency 2025')]),
    'upi': ('OSLO, March 4 (UPI) -- The weir was opened.', 'UPI', [
        ('(c) 2024 UPI', ''), ('© UPI. All Rights Reserved.', '© UPI 2025. All Rights Reserved.')]),
    'pa': ('By Jane Doe, PA', 'PA Media', [
        ('© 2024 PA Media', ''), ('© PA Media. All Rights Reserved.', '© PA Media 2025. All Rights Reserved.')]),
    'xinhua': ('BEIJING, March 4 (Xinhua) -- The weir was opened.', 'Xinhua', [
        ('© 2024 Xinhua', ''), ('© Xinhua. All Rights Reserved.', '© Xinhua 2025. All Rights Reserved.')]),
    'kyodo': ('TOKYO, March 4 (Kyodo) - The weir was opened.', 'Kyodo News', [
        ('© 2024 Kyodo News', ''), ('© Kyodo News. All Rights Reserved.', '© Kyodo News 2025. All Rights Reserved.')]),
    'pti': ('New Delhi, Mar 4 (PTI) The weir was opened.', 'PTI', [
        ('© 2024 PTI', ''), ('© PTI. All Rights Reserved.', '© PTI 2025. All Rights Reserved.')]),
    'ians': ('New Delhi, March 4 (IANS) The weir was opened.', 'IANS', [
        ('© 2024 IANS', ''), ('© IANS. All Rights Reserved.', '© IANS 2025. All Rights Reserved.')]),
    'interfax': ('MOSCOW. March 4 (Interfax) - The weir was opened.', 'Interfax', [
        ('© 2024 Interfax', ''), ('© Interfax', '© Interfax 2025')]),
    'digital-first': ('The weir was opened.', 'Digital First Media', [
        ('All contents © 2015 Digital First Media or other copyright holders. All rights reserved.', ''),
        ('All contents © Digital First Media or other copyright holders.',
         'All contents © Digital First Media 2025 or other copyright holders.')]),
    'sputnik': ('The weir was opened.', 'Sputnik', [('© Sputnik / Jane Doe', '')]),
    'publishers': ('The weir was opened.', 'Example Media', [
        ('© 2019 Example Media. All rights reserved.', ''), ('© . All rights reserved.', ''), ('© 2019-', ''),
        ('This article was originally published on Example and has been republished here with permission.', '')]),
    'cbs': ('The weir was opened.', 'CBS Interactive Inc.', [
        ('© 2019 CBS Interactive Inc. All Rights Reserved.', ''),
        ('© CBS Interactive Inc. All Rights Reserved.', '© 2025 CBS Interactive Inc. All Rights Reserved.')]),
    'fox-news': ('The weir was opened.', 'FOX News Network', [
        ('©2019 FOX News Network, LLC. All rights reserved.', ''),
        ('©FOX News Network, LLC. All rights reserved.', '© 2025 FOX News Network, LLC. All rights reserved.')]),
    'tribune': ('The weir was opened.', 'Tribune Content Agency', [
        ('©2018 Los Angeles Times. Visit latimes.com. Distributed by Tribune Content Agency, LLC.', ''),
        ('2022 CQ-Roll Call, Inc., All Rights Reserved. Distributed by Tribune Content Agency, LLC.', '')]),
    'the-conversation': ('The weir was opened.', 'The Conversation', [
        ('This article is republished from The Conversation under a Creative Commons license. Read the original article.', '')]),
    'propublica': ('The weir was opened.', 'ProPublica', [('This story was originally published by ProPublica.', '')]),
    'kff': ('The weir was opened.', 'KFF Health News', [
        ('KFF Health News is a national newsroom that produces in-depth journalism about health issues and is one of the core '
         'operating programs at KFF.', '')]),
    'global-voices': ('The weir was opened.', 'Global Voices', [('Originally published on Global Voices', '')]),
    'states-newsroom': ('The weir was opened.', 'States Newsroom', [
        ('Missouri Independent is part of States Newsroom, a nonprofit news network supported by grants and a coalition of donors as a '
         '501c(3) public charity.', '')]),
    'creative-commons': ('The weir was opened.', 'Creative Commons', [
        ('This work is licensed under a Creative Commons Attribution 4.0 International License.', ''),
        ('Creative Commons Attribution-NonCommercial-NoDerivs 3.0 United States License', ''),
        ('Content available under a Creative Commons license.', ''),
        ('Text is available under the Creative Commons Attribution-ShareAlike License; additional terms may apply.', '')]),
}
CHARSETS = {'utf-8': 'Wehr – 堰', 'iso-8859-1': 'Wehre für Élise', 'windows-1252': 'Wehre – “für”', 'shift_jis': '堰が開いた表示',
            'gb18030': '水闸打开了乗'}
PLACES = {
    'block': '<p>%s</p>',
    'emphasis': '<p><em>%s</em></p>',
    'tail': '<p>The gates were closed again. <b>%s</b></p>',
    'attributes': '<div class="notice" id=n>\n  %s\n</div>',
    'link': '<p>%s</p>',
}
WHOLE_BLOCK = {'AFP 2022'}  # recognised only where nothing else stands in the block


def markup(text, holder, place):
    """The form as markup; © that the charset lacks, and all that has a meaning in HTML, as references."""
    text = html.escape(text, quote=False)
    if place == 'link':
        text = text.replace(holder, '<a href="https://example.org/%C3%A9">' + holder + '</a>')
    return text


def encode(page, charset):
    return page.encode(charset, 'xmlcharrefreplace')


def text_of(data, charset):
    text = re.sub(r'<[^>]*>', '', data.decode(charset))
    return re.sub(r'[ \t\r\n\u00a0]+', ' ', html.unescape(text)).strip()


def run(program, page, *options):
    done = subprocess.run([program, '-e', 'attribution auto', *options], input=page, capture_output=True, check=True)
    return done.stdout


def page_of(lead, words, form, holder, place, charset):
    notice = PLACES[place] % markup(form, holder, place)
    head = ('<!DOCTYPE html><html><head><meta charset="%s"><meta property="article:published_time" content="2025-03-04T05:06:07Z">'
            '<title>x</title></head><body><p>%s</p><div class="entry-content"><p>%s.</p>') % (charset, lead, words)
    return encode(head, charset), encode(notice, charset), encode('</div><p>©</p></body></html>\n', charset)


def judge(program, lead, holder, form, wanted, charset, place):
    head, notice, rest = page_of(lead, CHARSETS[charset], form, holder, place, charset)
    page = head + notice + rest
    once = run(program, page)
    if not wanted and once != page:
        return 'a right form was changed', once
    if not once.startswith(head) or not once.endswith(rest):
        return 'bytes outside of the notice were changed', once
    came = once[len(head):len(once) - len(rest)]
    expected = text_of(notice, charset).replace(re.sub(r'\s+', ' ', form).strip(), wanted or re.sub(r'\s+', ' ', form).strip())
    if text_of(came, charset) != expected:
        return 'expected "%s"' % expected, came
    if place == 'link' and came.count(b'<a ') != (1 if wanted else notice.count(b'<a ')):
        return 'the link is gone', came
    if run(program, once) != once:
        return 'a second run changed it', run(program, once)
    return None


def jobs():
    places = list(PLACES)
    for number, (agency, form, charset) in enumerate((a, f, c) for a in FORMS for f in FORMS[a][2] for c in CHARSETS):
        place = places[(number + number // len(places)) % len(places)]  # each form is in each place, in one charset
        if place in ('tail', 'link') and form[0] in WHOLE_BLOCK or place == 'link' and form[0].count(FORMS[agency][1]) != 1:
            place = 'block'
        yield agency, form, charset, place


def main(program):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:  # the work is the program's
        results = list(pool.map(lambda job: (job, judge(program, *FORMS[job[0]][:2], *job[1], *job[2:])), jobs()))
    for (agency, form, charset, place), wrong in results:
        if wrong:
            print('%s, %s, %s: %s\n    %s\n    came %s' % (agency, charset, place, wrong[0], form[0],
                                                           wrong[1].decode(charset, 'replace')))
    print('%d forms in their places, %d wrong' % (len(results), sum(wrong is not None for _, wrong in results)))


main(sys.argv[1] if len(sys.argv) > 1 else 'article-filter')
