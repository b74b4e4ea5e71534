#!/usr/bin/env python3
"""make_pages.py OUT [FOLDER]: a pack of pages for bench/core: those of FOLDER (*.html, *.html.gz), or generated ones.

Generated: thirty article pages of 20 to 400 KB and one of 1 MiB, text of our own, with scripts, styles, share bars and comments."""
import glob
import gzip
import os
import random
import re
import struct
import sys

WORDS = ('river bridge council morning report market signal window harbour teacher season engine village library garden winter '
         'budget player station bakery orchestra meadow').split()


def sentence(rng):
    return ' '.join(rng.choice(WORDS) for _ in range(rng.randrange(6, 18))).capitalize() + '.'


def block(rng, number):
    link = '<a href="https://host.example/%d/%s" class="link link-%d">%s</a>' % (number, rng.choice(WORDS), number % 7, rng.choice(WORDS))
    kinds = [
        lambda: '<p>%s <em>%s</em> %s</p>\n' % (sentence(rng), rng.choice(WORDS), link),
        lambda: '<div class="row col-%d"><span class="label">%s</span>%s</div>\n' % (number % 12, rng.choice(WORDS), link),
        lambda: '<ul class="list">%s</ul>\n' % ''.join('<li class="item item-%d">%s</li>' % (i, link) for i in range(rng.randrange(2, 7))),
        lambda: '<figure id="f%d"><img src="/i/%d.jpg" alt="%s" width=640 height=360><figcaption>%s</figcaption></figure>\n'
                % (number, number, rng.choice(WORDS), sentence(rng)),
        lambda: '<script>var d%d = {"a": [%s], "b": "<b>"};\n</script>\n' % (number, ','.join('%d' % rng.randrange(10**6) for _ in range(90))),
        lambda: '<style>%s</style>\n' % ''.join('.c%d{margin:%dpx;color:#%06x}' % (i, i, rng.randrange(1 << 24)) for i in range(25)),
        lambda: '<div class="share-bar" data-component="share">%s</div><!-- %s -->\n' % (link * 3, rng.choice(WORDS)),
    ]
    return rng.choices(kinds, (40, 20, 10, 5, 12, 5, 8))[0]()


def page(rng, size):
    parts = ['<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>%s</title></head>\n<body><main><article>\n' % sentence(rng)]
    length = number = 0
    while length < size:
        parts.append(block(rng, number))
        length, number = length + len(parts[-1]), number + 1
    parts.append('</article><section id="comments" class="comments-area">%s</section></main></body></html>\n' % block(rng, number))
    return ''.join(parts).encode()


def read(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as file:
        return file.read()


def served(folder):
    """The pages of the server bench: 15 KB of dense markup, 100 KB and 1 MiB, of the real pages in `folder` where there are any."""
    pages = [read(p) for p in sorted(glob.glob(os.path.join(folder, 'aeb.*.gz')))]
    if not pages:
        rng = random.Random(11)
        return [page(rng, size) for size in (15 << 10, 100 << 10, 1 << 20)]
    bare = [re.sub(rb'(<(script|style)\b[^>]*>).*?(</\2)', rb'\1\3', p, flags=re.S | re.I) for p in pages]
    dense = min((p for p in bare if p.count(b'class=') > 80), key=lambda p: abs(len(p) - 15000))
    cut = max(dense.rfind(end, 0, 15000 - len(end)) + len(end) for end in (b'</p>', b'</div>', b'</li>'))
    near = sorted(pages, key=lambda p: abs(len(p) - 100000))
    return [dense[:cut] + b'</body></html>\n', near[0], b''.join(near[:12])[:1 << 20]]


def pack(path, pages):
    with open(path, 'wb') as out:
        out.write(struct.pack('<I', len(pages)) + struct.pack('<%dI' % len(pages), *map(len, pages)))
        out.writelines(pages)


def main():
    found = sorted(p for end in ('html', 'html.gz') for p in glob.glob(os.path.join(sys.argv[2], '*.' + end))) if len(sys.argv) > 2 else []
    rng = random.Random(7)
    pages = [read(path) for path in found] or [page(rng, rng.randrange(20, 400) << 10) for _ in range(30)] + [page(rng, 1 << 20)]
    pack(sys.argv[1], pages)
    print('%d %s pages, %d bytes' % (len(pages), 'real' if found else 'generated', sum(map(len, pages))))


if __name__ == '__main__':
    main()
