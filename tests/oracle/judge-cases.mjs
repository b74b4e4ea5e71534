#!/usr/bin/env node
// Judges what tests/cases expects, not the filter: judge-cases.mjs ORACLE FILE.case...
// ORACLE is the folder of the oracle's copy. Cases that it cannot judge (attribution, presets, structure, feeds, limits, sites) are skipped.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';

const [oracle, ...files] = process.argv.slice(2);
const { judge, expected, reachable } = await import(pathToFileURL(join(resolve(oracle), 'lib.mjs')));
const ESCAPES = { r: '\r', n: '\n', t: '\t', f: '\f', 0: '\0', '\\': '\\' };

// Rooms of cases whose rules (structural conditions, feeds, fragments) the oracle does not have or that go over limits it has not (a
// pattern that never ends), and rules and options it does not know.
const ROOMS = /(^|\/)(structure|feed|fragment|limits)\//;
const OPTIONS = /\b(hold|memory|tag|depth|attributes|site|date|url)\b/;
const RULES = /^(attribution|preset|lift)\b|#@?#|:custom\b|^protect\b.* before=|\bheading=/;

// HTML #parsing-main-intable: white space directly in a template is table text, too; parse5 names table parts only there.
const UNLIKE_PARSE5 = /removal\/template_columns_space\.case$/;

// A rule is UTF-8 and its regex PCRE's; of what PCRE can say and JavaScript cannot, the cases use \x{…} alone.
const ruleText = (latin1) => Buffer.from(latin1, 'latin1').toString('utf8').replace(/\\x\{([0-9a-f]+)\}/gi, '\\u{$1}');
// The charset that the case, or else its page, tells; UTF-8 where neither does.
const charsetOf = (options, page) => /\bcharset ([\w-]+)/.exec(options)?.[1] ?? /<meta charset=["']?([\w-]+)/i.exec(page)?.[1] ?? 'utf-8';

const unescaped = (text) => text.replace(/\\(?:x([0-9a-f]{2})|([rntf0\\]))/gi, (_, hex, c) => (hex ? String.fromCharCode(parseInt(hex, 16)) : ESCAPES[c]));

function sections(text) {
  const found = {};
  let name = null;
  for (const line of text.split('\n')) {
    const header = /^--- (\w+)( same)?$/.exec(line);
    if (header) {
      name = header[1];
      found[name] = [];
    } else if (name) found[name].push(line);
  }
  if (name && found[name].at(-1) === '') found[name].pop(); // the file's last newline
  for (const key of Object.keys(found)) if (Array.isArray(found[key])) found[key] = found[key].join('\n');
  return found;
}

let passed = 0, failed = 0, skipped = 0;
for (const file of files) {
  const text = readFileSync(file, 'latin1');
  const test = sections(text);
  const same = /^--- out same$/m.test(text);
  const escapes = /\bescapes\b/.test(test.options ?? '');
  const input = escapes ? unescaped(test.in ?? '') : test.in ?? '';
  const output = same ? input : escapes ? unescaped(test.out ?? '') : test.out ?? '';
  const charset = new TextDecoder(charsetOf(test.options ?? '', input), { ignoreBOM: true });
  const decoded = (page) => charset.decode(Buffer.from(page, 'latin1'));
  const rules = (test.rules ?? '').split('\n').filter((line) => line.trim() && !line.startsWith('!')).map(ruleText);
  if (ROOMS.test(file) || UNLIKE_PARSE5.test(file) || OPTIONS.test(test.options ?? '') || rules.some((rule) => RULES.test(rule))) {
    skipped++;
    continue;
  }
  const verdict = judge(decoded(input), decoded(output), rules);
  if (verdict.ok) passed++;
  else if (!verdict.created.length && !(await reachable(expected(decoded(input), rules).doc))) skipped++; // no text has such a DOM
  else {
    failed++;
    console.log(`not ok ${file}: ${JSON.stringify({ diff: verdict.diff, created: verdict.created?.slice(0, 5) })}`);
  }
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed ? 1 : 0;
