"""The rules that both benches load, the one in memory and the one behind nginx."""
import random

TEN = ('#comments', '.comments-area', 'div.comments', 'section.related-posts', '[data-component="comments"]', '[class*="disqus"]',
       '[id^="taboola"]', 'aside .newsletter', 'div.article-footer > ul.share', 'a[rel~="sponsored"]')
HOLD = ('p:has(> a.more)', 'div:empty', 'li:last-child', 'p text=/advertisement/')
NOTICE = 'attribution "News from © The Associated Press, {year}. All rights reserved." in=body'
FIRST = 'ad ads banner promo sponsor comments share social newsletter related sidebar widget popup cookie signup author'.split()
LAST = 'box wrap container block list item slot bar panel row inner outer links title header top bottom mobile large'.split()


def generated(count):
    """`count` selectors of classes and ids in the manner of a filter list, some of which occur in pages."""
    rng = random.Random(20)
    found = {}
    while len(found) < count:
        name = rng.choice('-_').join([rng.choice(FIRST), rng.choice(LAST), rng.choice(LAST), '%d' % rng.randrange(1, 9999)][:rng.randrange(2, 5)])
        found[rng.choices(('.', '#', 'div.'), (60, 25, 15))[0] + name] = True
    return list(found)


def missing(count):
    """As many of which none occurs."""
    return [s[0] + 'zz-' + s[1:] for s in generated(count) if s[0] in '.#']


def write(path, lines):
    with open(path, 'w', encoding='utf-8') as out:
        out.writelines(line + '\n' for line in lines)
    return path
