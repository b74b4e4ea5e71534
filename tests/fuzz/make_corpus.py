#!/usr/bin/env python3
"""make_corpus.py TARGET FOLDER: seeds for a target, made of tests/cases, tests/fixtures, rules/ and, where it is, ../shared/testdata.

What is in ../shared is other people's pages: it goes into build/ only."""
import glob
import gzip
import hashlib
import json
import os
import re
import sys
import zlib

SHARED = os.environ.get('ORACLE_SHARED', '../shared') + '/testdata'
LARGEST = 20000
VALUES = {'r': b'\r', 'n': b'\n', 't': b'\t', 'f': b'\f', '0': b'\0', '\\': b'\\'}


def read(path):
    with (gzip.open if path.endswith('.gz') else open)(path, 'rb') as file:
        return file.read()


def unescape(text):
    one = re.compile(rb'\\(x[0-9a-fA-F]{2}|[rntf0\\])')
    return one.sub(lambda m: bytes([int(m.group(1)[1:], 16)]) if m.group(1)[:1] == b'x' else VALUES[m.group(1).decode()], text)


def cases():
    """(rules, page, options) of each case."""
    for path in sorted(glob.glob('tests/cases/*/*.case')):
        sections, name = {}, None
        for line in read(path).split(b'\n'):
            if line.startswith(b'--- '):
                name = line[4:].split()[0].decode()
                sections[name] = []
            elif name is not None:
                sections[name].append(line)
        joined = {key: b'\n'.join(lines) for key, lines in sections.items()}
        page, options = joined.get('in', b''), joined.get('options', b'')
        yield joined.get('rules', b''), unescape(page) if b'escapes' in options else page, options


def html5lib():
    for path in sorted(glob.glob(SHARED + '/html5lib/tree-construction/*.dat')):
        for test in read(path).split(b'#data\n')[1:]:
            yield test.split(b'\n#errors')[0]


def hard_cases():
    path = SHARED + '/hard-cases.jsonl'
    for line in read(path).splitlines() if os.path.exists(path) else []:
        case = json.loads(line)
        rules = case['rules']
        yield ('\n'.join(rules) if isinstance(rules, list) else str(rules)).encode(), case['html'].encode()


def rewrite():
    for rules, page, options in cases():
        if b'type feed' not in options and b'type auto' not in options:
            yield bytes(5) + rules.strip(b'\n') + b'\n%%\n' + page
    for number, (rules, page) in enumerate(hard_cases()):
        yield bytes([number % 256, 0, 0, 0, 0]) + rules + b'\n%%\n' + page
    for number, page in enumerate(html5lib()):
        yield bytes([number % 256, 0, 0, 1 + number % 70, 0]) + page
    for number, path in enumerate(sorted(glob.glob(SHARED + '/pages/*.html.gz'))[::40]):
        yield bytes([200, 0, 0, 1 + number % 18, 0]) + read(path)[:LARGEST]
    yield bytes(5) + read('tests/fixtures/article.rules') + b'\n%%\n' + read('tests/fixtures/article.html')


def rules():
    for text, _, _ in cases():
        yield b'\0' + text
    for path in glob.glob('rules/*.rules') + glob.glob('rules/*/*.rules'):
        yield b'\0' + read(path)
    for path in sorted(glob.glob(SHARED + '/filterlists/*.txt')):
        lines = read(path).split(b'\n')
        for at in range(0, len(lines), len(lines) // 20 + 1):
            yield b'\0' + b'\n'.join(lines[at:at + 20])


def template():
    for text, _, _ in cases():
        for found in re.findall(rb'attribution "((?:[^"\\]|\\.)*)"', text):
            yield found
    for path in glob.glob('rules/attribution/*.rules'):
        for found in re.findall(rb'attribution "((?:[^"\\]|\\.)*)"', read(path)):
            yield found


def feed():
    for path in ['tests/fixtures/feed.xml'] + sorted(glob.glob(SHARED + '/feeds*/*') + glob.glob(SHARED + '/xml-hostile/*')):
        if os.path.isfile(path):
            yield b'\3\7' + read(path)[:LARGEST]
    for _, page, options in cases():
        if b'type feed' in options or b'type auto' in options:
            yield b'\3\7' + page


def codec():
    """A byte: the coding and whether what follows is plain text to be packed first; a byte for the chunks."""
    plain = read('tests/fixtures/article.html')
    for text in (b'', b'a', plain[:300], plain * 3, bytes(5000)):
        yield b'\0\5' + gzip.compress(text)
        yield b'\0\5' + gzip.compress(text[:100], 1) + gzip.compress(text, 9)
        yield b'\1\5' + zlib.compress(text)
        yield b'\1\5' + zlib.compress(text)[2:-4]
        yield b'\4\3' + text[:LARGEST]
    with open('tests/unit/decoder_samples.h') as file:
        for found in re.findall(r'\{([^{}]*)\}', file.read()):
            numbers = [int(n, 0) for n in re.findall(r'0x[0-9a-fA-F]+|\b\d+\b', found)]
            if len(numbers) > 8 and max(numbers) < 256:
                yield b'\2\5' + bytes(numbers)
                yield b'\3\5' + bytes(numbers)


def tokenizer():
    for page in html5lib():
        yield b'\0' + page
    for _, page, _ in cases():
        yield b'\1' + page


def charset():
    for _, page, _ in cases():
        yield b'\0\7' + page
    for label in (b'utf-8', b'windows-1251', b'shift_jis', b'big5', b'gb18030', b'euc-kr'):
        yield b'\1\3<meta charset=' + label + b'>\x81\x40\xe3\x81\x82\xd0\xff'


def main():
    target, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    count = 0
    for seed in globals()[target]():
        if len(seed) <= LARGEST:
            with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), 'wb') as out:
                out.write(seed)
            count += 1
    print('%d seeds' % count)


if __name__ == '__main__':
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '../..'))
    main()
