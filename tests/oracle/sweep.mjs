#!/usr/bin/env node
// Many inputs, their mutations too, through the filter, judged by the oracle:
//   sweep.mjs ORACLE SERVE [--seed S] [--rules N] [--mutations N] [--slice K/N] [--max-bytes N] [--verbs all] [--keep DIR] INPUT…
// ORACLE is the folder of the oracle's copy, SERVE the program of serve.c. An INPUT is a page (.html, .html.gz), hard cases
// (.jsonl), html5lib's tests (.dat), or a folder of these. A line of .jsonl with `each` has rules to be tried one by one, in chunks of
// 1 and of 7; `known` tells of a rule why its failure is expected, and when it does not fail any more that is one. Without mutations (0) the inputs themselves are tried. The same seed
// gives the same rules, mutations and order.
// Of each output: its DOM is the input's with the rules applied, nothing is in it that was not in the input, other chunks give the
// same bytes, and a second run changes nothing unless the rules pick something in the output's own DOM (siblings that went move
// :first-child, :nth-child and + on); then the second output is judged as well.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { pathToFileURL } from 'node:url';
import { basename, join, resolve } from 'node:path';

const NAMES = ['seed', 'rules', 'mutations', 'slice', 'max-bytes', 'verbs', 'keep'];
const given = { seed: '1', rules: '4', mutations: '0', slice: '0/1', 'max-bytes': '2000000', verbs: '', keep: '' };
const paths = [];
for (let i = 2; i < process.argv.length; i++) {
  const name = process.argv[i].replace(/^--/, '');
  if (process.argv[i] !== name && NAMES.includes(name)) given[name] = process.argv[++i];
  else paths.push(process.argv[i]);
}
const [oracle, serve, ...inputs] = paths;
if (!inputs.length) {
  console.error('usage: sweep.mjs ORACLE SERVE [options] INPUT…');
  process.exit(2);
}
const library = (name) => import(pathToFileURL(join(resolve(oracle), name)));
const { parseHtml, expected, reachable, dump, inventory, mergeText, applyRules } = await library('lib.mjs');
const { draw, hash } = await library('draw.mjs');
const [slice, slices] = given.slice.split('/').map(Number);

// --- inputs -----------------------------------------------------------------------------------------------------------------

function ofDat(text, name) {
  const cases = [];
  ('\n' + text).split('\n#data\n').slice(1).forEach((part, i) => {
    if (/\n#(document-fragment|script-off)\n/.test('\n' + part) || part.startsWith('#errors')) return;
    const end = part.indexOf('\n#errors');
    if (end >= 0) cases.push({ id: `${name}-${i}`, html: part.slice(0, end) });
  });
  return cases;
}

function load(path) {
  if (statSync(path).isDirectory()) return readdirSync(path).sort().flatMap((name) => load(join(path, name)));
  const name = basename(path);
  if (name.endsWith('.dat')) return ofDat(readFileSync(path, 'latin1'), name);
  if (name.endsWith('.jsonl')) {
    return readFileSync(path, 'latin1').split('\n').filter(Boolean).map((line) => JSON.parse(line)).filter((c) => !c.skip && (c.rules ?? c.each).every((rule) => /^[\x20-\x7e]*$/.test(rule))); // bytes are read as Latin-1 here
  }
  return /\.html(\.gz)?$/.test(name) ? [{ id: name, path }] : [];
}

function textOf(item) {
  if (item.html !== undefined) return item.html;
  const bytes = readFileSync(item.path);
  return (item.path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
}

// --- mutations --------------------------------------------------------------------------------------------------------------

// A stream of numbers that a seed decides (xorshift).
function numbers(seed) {
  let x = seed | 1;
  return (below) => {
    x ^= x << 13; x ^= x >>> 17; x ^= x << 5;
    return (x >>> 0) % below;
  };
}

const PIECE = /<!--[^]*?(?:-->|$)|<!\[CDATA\[[^]*?(?:\]\]>|$)|<(script|style)\b[^>]*>[^]*?(?:<\/\1\s*>|$)|<[/!?a-zA-Z][^>]*>?|[^<]+|</gi;
const TAGS = ('a b i nobr font p div span table tbody tr td th caption colgroup col select option optgroup template svg math ' +
  'foreignObject desc title mi mtext annotation-xml li dd dt ul dl h1 h2 form button input textarea pre listing applet object ' +
  'body html head frameset frame noscript iframe xmp plaintext script style br hr img ruby rt rp rb').split(' ');
const TEXTS = ['x', ' ', '\n', '&', '&l', 't;', '<', '/', '\r', '\n\n', '&#', '65;', '\0', ' y ', ']]>', '-->', '&notin', 'é'];

// One change of a kind that trees care about: tags dropped, doubled, swapped, moved, renamed, put in from elsewhere; text cut.
function change(pieces, other, next) {
  const at = next(pieces.length || 1), to = next(pieces.length || 1);
  const tag = TAGS[next(TAGS.length)];
  const foreign = other.length ? other[next(other.length)] : '';
  switch (next(11)) {
    case 0: pieces.splice(at, 1); break;
    case 1: pieces.splice(to, 0, pieces[at] ?? ''); break;
    case 2: [pieces[at], pieces[to]] = [pieces[to] ?? '', pieces[at] ?? '']; break;
    case 3: pieces.splice(to, 0, ...pieces.splice(at, 1 + next(4))); break;
    case 4: pieces.splice(at, 0, `<${tag}>`); break;
    case 5: pieces.splice(at, 0, `</${tag}>`); break;
    case 6: pieces.splice(at, 0, foreign); break;
    case 7: pieces[at] = (pieces[at] ?? '').replace(/^(<\/?)[a-z][^\s/>]*/i, `$1${tag}`); break;
    case 8: pieces[at] = (pieces[at] ?? '').slice(0, next(1 + (pieces[at] ?? '').length)); break;
    case 9: pieces.splice(at, 0, TEXTS[next(TEXTS.length)]); break;
    default: pieces.splice(at, 0, `<${tag} class=${'cdk'[next(3)]}>`); break;
  }
}

// Long inputs are cut to a window first: the trouble is local, and ten thousand small documents say more than a hundred large ones.
function mutate(text, otherText, seed) {
  const next = numbers(seed);
  let pieces = text.match(PIECE) ?? [];
  if (pieces.length > 120) {
    const from = next(pieces.length - 60);
    pieces = [...pieces.slice(0, next(8)), ...pieces.slice(from, from + 30 + next(90))];
  }
  const other = otherText.match(PIECE) ?? [];
  for (let count = 1 + next(6); count > 0; count--) change(pieces, other, next);
  // What a second html or body tag adds to the first is beyond what a stream can judge.
  pieces = pieces.map((piece) => piece.replace(/^<(html|body)\s[^]*>/i, "<$1>"));
  return pieces.join('');
}

// --- rules ------------------------------------------------------------------------------------------------------------------

// Rules of the verbs that draw() does not have, from the same document.
function drawMore(rules, seed) {
  return rules.flatMap((rule, i) => {
    const selector = rule.replace(/^(remove|unwrap) /, '');
    const kind = hash(seed, `${rule}@${i}`) % 6;
    if (kind === 0) return [`unwrap ${selector}`];
    if (kind === 1) return [`keep ${selector}`];
    if (kind === 2) return [`dedupe ${selector}`];
    if (kind === 3) return [`${rule.replace(/^unwrap/, 'remove')} text=/[a-eA-E1]/`];
    if (kind === 4 && rules[i + 1]) return [[rule, rules[i + 1]]];
    return kind === 5 && rules[i + 1] ? [[`remove ${selector}`, rules[i + 1].replace(/^(remove|unwrap) /, 'protect ')]] : [rule];
  });
}

// --- the filter -------------------------------------------------------------------------------------------------------------

class Filter {
  start() {
    this.process = spawn(serve, [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.data = Buffer.alloc(0);
    this.error = '';
    this.process.stdout.on('data', (data) => { this.data = this.data.length ? Buffer.concat([this.data, data]) : data; this.answer(); });
    this.process.stderr.on('data', (data) => { this.error += data; });
    this.process.stdin.on('error', () => {});
    this.process.on('close', () => {
      const waiting = this.waiting;
      this.process = this.waiting = null;
      waiting?.({ status: -1, out: '', error: this.error.slice(0, 500) });
    });
  }

  answer() {
    const end = this.data.indexOf(10);
    if (end < 0 || !this.waiting) return;
    const [status, len] = this.data.subarray(0, end).toString().split(' ').map(Number);
    if (this.data.length < end + 1 + len) return;
    const out = this.data.subarray(end + 1, end + 1 + len).toString('latin1');
    this.data = this.data.subarray(end + 1 + len);
    const waiting = this.waiting;
    this.waiting = null;
    waiting({ status, out });
  }

  run(rules, html, chunk) {
    if (!this.process) this.start();
    return new Promise((done) => {
      const bytes = Buffer.from(html, 'latin1');
      this.waiting = done;
      this.process.stdin.write(`${rules.length} ${chunk} ${bytes.length}\n${rules.map((rule) => rule + '\n').join('')}`);
      this.process.stdin.write(bytes);
    });
  }
}

// --- judging ----------------------------------------------------------------------------------------------------------------

function difference(html, out, rules, have) {
  const want = expected(html, rules), got = parseHtml(out);
  mergeText(got);
  const a = want.lines, b = dump(got);
  const created = [...inventory(got).keys()].filter((key) => !have.has(key));
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  if (i === a.length && i === b.length && created.length === 0) return null;
  return { created: created.slice(0, 3), want: a.slice(Math.max(0, i - 2), i + 3), got: b.slice(Math.max(0, i - 2), i + 3), doc: want.doc };
}

const counts = { passed: 0, failed: 0, skipped: 0, picked: 0, again: 0, limited: 0, known: 0 };
const filter = new Filter();
let shown = 0, expecting = null;

function fail(id, rules, html, out, why) {
  counts.failed++;
  if (expecting) return;
  if (shown++ < 40) console.log(`FAIL ${id}: ${rules.join(' ; ')}: ${JSON.stringify(why).slice(0, 500)}${html.length < 400 ? ` on ${JSON.stringify(html)} gave ${JSON.stringify(out)}` : ''}`);
  if (given.keep) {
    const base = join(given.keep, `${id}_${rules.join('_')}`.replace(/[^\w.-]+/g, '_').slice(0, 140));
    writeFileSync(base + '.html', html, 'latin1');
    writeFileSync(base + '.out', out, 'latin1');
    writeFileSync(base + '.rules', rules.join('\n') + '\n');
  }
}

async function judgeRun(id, html, rules, chunk, have) {
  const first = await filter.run(rules, html, chunk);
  if (first.status === 2) return void counts.skipped++;
  if (first.status < 0) return fail(id, rules, html, '', { died: first.error });
  if (first.status === 1) return void counts.limited++;
  const bad = difference(html, first.out, rules, have);
  if (bad) {
    if (!bad.created.length && !(await reachable(bad.doc))) return void counts.skipped++;
    delete bad.doc;
    return fail(id, rules, html, first.out, bad);
  }
  const whole = chunk === 0 ? first : await filter.run(rules, html, 0);
  if (whole.out !== first.out) return fail(id, rules, html, first.out, { chunk, whole: whole.out.length < 400 ? whole.out : '' });
  if (first.out === html) return void counts.passed++;
  counts.picked++;
  const second = await filter.run(rules, first.out, 0);
  if (second.out !== first.out) {
    const did = applyRules(parseHtml(first.out), rules);
    const keeps = rules.some((rule) => rule.startsWith('keep'));
    const worse = difference(first.out, second.out, rules, inventory(parseHtml(first.out)));
    if (worse && (worse.created.length || (await reachable(worse.doc)))) {
      delete worse.doc;
      return fail(id, rules, first.out, second.out, { second: worse });
    }
    if (!did.removed && !did.unwrapped && !keeps) return fail(id, rules, first.out, second.out, { second: 'an edit that no rule asks for' });
    counts.again++;
  }
  counts.passed++;
}

const items = inputs.flatMap(load).filter((_, i) => i % slices === slice);
const mutations = Number(given.mutations), perItem = Number(given.rules), CHUNKS = [0, 1, 7, 61, 4096];
if (given.keep) mkdirSync(given.keep, { recursive: true });

// A case of our own; what is known to fail has to.
async function judgeEach(item) {
  const have = inventory(parseHtml(item.html));
  for (const rule of item.each) {
    for (const chunk of [1, 7]) {
      const failed = counts.failed;
      expecting = item.known?.[rule];
      await judgeRun(item.id, item.html, [rule], chunk, have);
      const reason = expecting;
      expecting = null;
      if (!reason) continue;
      if (counts.failed > failed) [counts.failed, counts.known] = [failed, counts.known + 1];
      else fail(item.id, [rule], item.html, '', { 'fails no more': reason });
    }
  }
}

async function judgeDocument(id, html, own) {
  const doc = parseHtml(html), have = inventory(doc);
  let rules = draw(doc, id, perItem, given.seed).map((rule) => [rule]);
  if (given.verbs) rules = drawMore(rules.flat(), given.seed).map((rule) => [rule].flat());
  if (own) rules = [own, ...rules];
  for (const [k, set] of rules.entries()) {
    const chunk = CHUNKS[hash(given.seed, `${id}/${k}`) % CHUNKS.length];
    await judgeRun(id, html, set, chunk > 0 && html.length > 300000 ? Math.max(chunk, 61) : chunk, have);
  }
}

const chosen = mutations ? Array.from({ length: mutations }, (_, i) => [items[hash(given.seed, `item${i}`) % items.length], i]) : items.map((item) => [item, -1]);
for (const [item, number] of chosen) {
  const text = textOf(item);
  if (text.length > Number(given['max-bytes']) || text.startsWith('\xff\xfe')) {
    counts.skipped++;
  } else if (number < 0 && item.each) {
    await judgeEach(item);
  } else if (number < 0) {
    await judgeDocument(item.id, text, item.rules);
  } else {
    const other = textOf(items[hash(given.seed, `other${number}`) % items.length]);
    await judgeDocument(`${item.id}~${number}`, mutate(text, other, hash(given.seed, `change${number}`)), item.rules);
  }
}
filter.process?.stdin.end();
console.log(`${counts.picked} outputs with edits; second run picked something again: ${counts.again}; limits hit: ${counts.limited}${counts.known ? `; known: ${counts.known}` : ''}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed || !counts.passed ? 1 : 0;
