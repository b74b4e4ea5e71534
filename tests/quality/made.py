#!/usr/bin/env python3
"""How the presets do on made pages of styles that no rule was made from: tests/quality/made.py [--explain] [PROGRAM] [STYLE...]

tests/quality/made/STYLE.pages holds the pages of a style: a shell, then pages ("=== page NAME | TITLE"). What stands in
⟦CATEGORY|...⟧ is boilerplate that should go, what stands in ⟪...⟫ must stay to the letter; the rest, a site's head and menu, is
not judged. The marks were set before the filter ever saw the pages. A label counts as removed when no more than a tenth of its text
is left, one without text when nothing but its own tag is. tests/quality/made/floor.tsv says how many of each style must go.
The last line is the count: a page that lost something is a failure, and so is a style below its floor."""
import glob
import html
import os
import re
import subprocess
import sys

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'made')
PRESETS = ['comments', 'community', 'newsletter', 'share', 'related', 'captions', 'app-nag', 'author-bio']
MARK = re.compile(r'⟦([a-z-]+)\||⟧|⟪|⟫')


def texts(markup):
    """The runs of text between tags, white space made one."""
    runs = [html.unescape(run) for run in re.split(r'<[^>]*>', re.sub(r'(?s)<(script|style)\b.*?</\1>', '<>', markup))]
    return [run for run in (' '.join(run.split()) for run in runs) if run]


def tags(markup):
    return re.findall(r'<[a-z][^>]*>', markup)


def pages(path):
    with open(path, encoding='utf-8') as file:
        shell, *bodies = re.split(r'(?m)^=== page ', file.read().split('=== shell\n', 1)[1])
    for body in bodies:
        head, body = body.split('\n', 1)
        name, title = (part.strip() for part in head.split('|', 1))
        yield name, shell.replace('{body}', body.strip() + '\n').replace('{title}', title).strip() + '\n'


def marked(source):
    """The page without its marks, the labels [(category, markup)], the pieces that stay."""
    labels, kept, opened, page, last = [], [], [], '', 0
    for mark in MARK.finditer(source):
        page += source[last:mark.start()]
        last = mark.end()
        if mark.group() in '⟧⟫':
            category, begin = opened.pop()
            (labels if category else kept).append((category, page[begin:]))
        else:
            opened.append((mark.group(1), len(page)))
    assert not opened
    return page + source[last:], labels, [markup for _, markup in kept]


def left(markup, before, after, pieces):
    """The share of a label that is still there: of its characters, or, without any, of its tags."""
    parts = pieces(markup)
    total = sum(len(part) for part in parts)
    gone = sum(len(part) for part in set(parts) if after.count(part) < before.count(part) for _ in range(parts.count(part)))
    return 1 - gone / total if total else None


def judge(program, name, source, explain):
    page, labels, kept = marked(source)
    command = [program, '--type', 'html'] + [word for preset in PRESETS for word in ('-p', preset)] + ['--explain'] * explain
    done = subprocess.run(command, input=page.encode(), capture_output=True, check=True)
    if explain:
        print(done.stderr.decode())
    out = done.stdout.decode()
    before, after, tags_before, tags_after = texts(page), texts(out), tags(page), tags(out)
    hits = []
    for category, markup in labels:
        rest = left(markup, before, after, texts)
        if rest is None:
            rest = left(markup[markup.index('>') + 1:], tags_before, tags_after, tags)
        hits.append((category, rest <= 0.1))
        if rest > 0.1:
            print('missed %s: %s: %.0f %% left of %s' % (category, name, 100 * rest, ' '.join(markup.split())[:150]))
    lost = [text for markup in kept for text in texts(markup) if text not in ' '.join(after)]
    for text in lost:
        print('not ok %s: expected to stay: %s' % (name, text))
    return hits, lost


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith('--')]
    program = arguments[0] if arguments else 'build/article-filter'
    with open(os.path.join(HERE, 'floor.tsv'), encoding='utf-8') as file:
        floor = dict(line.split('\t') for line in file.read().splitlines() if line and not line.startswith('#'))
    passed = failed = 0
    categories = {}
    for path in sorted(glob.glob(os.path.join(HERE, '*.pages'))):
        style = os.path.basename(path)[:-len('.pages')]
        if arguments[1:] and style not in arguments[1:]:
            continue
        hits = []
        for name, source in pages(path):
            found, lost = judge(program, style + '/' + name, source, '--explain' in sys.argv)
            hits += found
            passed, failed = passed + (not lost), failed + bool(lost)
        for category, hit in hits:
            sums = categories.setdefault(category, [0, 0])
            sums[0], sums[1] = sums[0] + hit, sums[1] + 1
        count, least = sum(hit for _, hit in hits), int(floor.get(style, 0))
        print('%-16s %d of %d labels removed' % (style, count, len(hits)))
        passed, failed = passed + (count >= least), failed + (count < least)
        if count < least:
            print('not ok %s: expected at least %d, came %d' % (style, least, count))
    for category, (hit, total) in sorted(categories.items()):
        print('  %-14s %d of %d' % (category, hit, total))
    print('  %-14s %d of %d' % ('all', sum(hit for hit, _ in categories.values()), sum(total for _, total in categories.values())))
    print('%d passed, %d failed, 0 skipped' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
