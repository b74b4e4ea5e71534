#!/usr/bin/env node
// Measures the presets on labelled pages and on pages with a ground truth. Runs beside the oracle's lib.mjs (tests/quality/run copies it):
//   measure.mjs --cmd PROGRAM --pages DIR --labels FILE [--preset NAME]… [--missed yes] [--out FILE]
// A label counts as removed when its text, white space left out, occurs less often than before; a label without text when fewer elements
// of its selector are there. An anchor or a line of the true text counts as kept when it is still there.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from 'css-select';
import { options, filter, pool, load } from './run.mjs';
import { parseHtml, walk, isTag, normalText } from './lib.mjs';

const argv = process.argv.slice(2), o = options(argv);
const presets = argv.flatMap((a, i) => (argv[i - 1] === '--preset' ? [a] : []));
const use = presets.length ? presets : ['comments', 'community', 'newsletter', 'share', 'related', 'captions'];
const extra = ['--type', 'html', ...use.flatMap((p) => ['-p', p])];
const counted = ['comments', 'community', 'newsletter', 'share', 'related'];

const straight = (s) => s.replace(/[\u2018\u2019]/g, "'").replace(/[\u201c\u201d]/g, '"').replace(/[\s\u00a0]+/g, ' ').trim();
const squeezed = (s) => straight(s).replaceAll(' ', '');
const times = (all, part) => all.split(part).length - 1;
const charset = (b) => /charset=["']?\s*([\w-]+)/i.exec(b.subarray(0, 4096).toString('latin1'))?.[1] ?? 'utf-8';
const decode = (b) => { try { return new TextDecoder(charset(b)).decode(b); } catch { return b.toString('utf8'); } };

function elements(doc, label) {
  try {
    const match = compile(label.selector), begin = squeezed(label.text).slice(0, 50);
    return [...walk(doc)].filter((n) => isTag(n) && match(n) && squeezed(normalText(n)).startsWith(begin)).length;
  } catch { return 0; }
}

const pages = {}, labels = {}, totals = { anchors: [0, 0], identical: [0, 0], words: [0, 0] };
const page = (name) => (pages[name] ??= { labels: [0, 0], anchors: [0, 0], words: [0, 0], identical: '-' });
const add = (sum, hit, all) => { sum[0] += hit; sum[1] += all; };

function judgeLabels(name, before, after, list) {
  const was = squeezed(normalText(before)), is = squeezed(normalText(after));
  for (const l of list) {
    const s = squeezed(l.text), high = l.confidence === 'high';
    const gone = s.length >= 12 && was.includes(s) ? times(is, s) < times(was, s) : elements(after, l) < elements(before, l);
    const t = (labels[l.category] ??= { high: [0, 0], medium: [0, 0] });
    add(t[high ? 'high' : 'medium'], gone ? 1 : 0, 1);
    if (counted.includes(l.category) && high) add(page(name).labels, gone ? 1 : 0, 1);
    if (!gone && o.missed) console.log(`missed ${l.category}/${l.confidence}: ${name} ${l.selector} ${JSON.stringify(l.text.slice(0, 50))}`);
  }
}

function judgeAnchors(name, before, after, list) {
  const was = straight(normalText(before)), is = straight(normalText(after));
  for (const a of list.map(straight).filter((x) => was.includes(x))) {
    const kept = is.includes(a);
    add(totals.anchors, kept ? 1 : 0, 1);
    add(page(name).anchors, kept ? 1 : 0, 1);
    if (!kept) console.log(`lost anchor: ${name} ${a}`);
  }
}

function judgeWords(name, before, after, body) {
  const was = straight(normalText(before)), is = straight(normalText(after));
  for (const line of body.split('\n').map(straight).filter((l) => l.length > 20 && was.includes(l))) {
    const count = line.split(' ').length, kept = is.includes(line);
    add(totals.words, kept ? count : 0, count);
    add(page(name).words, kept ? count : 0, count);
    if (!kept) console.log(`lost: ${name} ${line.slice(0, 100)}`);
  }
}

const refuse = (r) => { if (r.code !== 0) { console.error(`the filter failed: ${r.code} ${r.err}`); process.exit(2); } return r; };
const data = JSON.parse(readFileSync(o.labels, 'utf8')).pages.filter((p) => p.local && existsSync(join(o.pages, p.local)));
await pool(data, async (p) => {
  const input = load(join(o.pages, p.local)), { out } = refuse(await filter(o.cmd, [], input, { extra }));
  const before = parseHtml(decode(input)), after = parseHtml(decode(out));
  if (p.identical) {
    page(p.local).identical = out.equals(input) ? 'yes' : 'no';
    add(totals.identical, out.equals(input) ? 1 : 0, 1);
    if (!out.equals(input)) console.log(`changed, should be identical: ${p.local}`);
  }
  judgeLabels(p.local, before, after, p.labels ?? []);
  judgeAnchors(p.local, before, after, p.must_survive ?? []);
});
const truth = join(o.pages, 'ground-truth.json.gz');
if (existsSync(truth)) {
  const texts = Object.entries(JSON.parse(load(truth).toString('utf8'))).filter(([name]) => existsSync(join(o.pages, name)));
  await pool(texts, async ([name, body]) => {
    const input = load(join(o.pages, name)), { out } = refuse(await filter(o.cmd, [], input, { extra }));
    judgeWords(name, parseHtml(input.toString('utf8')), parseHtml(out.toString('utf8')), body);
  });
}

const share = ([a, b]) => (b ? `${a}/${b} ${(100 * a / b).toFixed(2)} %` : '-');
const sum = (level) => Object.entries(labels).filter(([c]) => counted.includes(c)).map(([, t]) => t[level]).reduce((a, b) => [a[0] + b[0], a[1] + b[1]], [0, 0]);
for (const [c, t] of Object.entries(labels).sort()) console.log(`${c.padEnd(12)} high ${share(t.high).padEnd(18)} medium ${share(t.medium)}${counted.includes(c) ? '' : ' (not counted)'}`);
const damaged = Object.values(pages).filter((p) => p.words[0] < p.words[1]).length;
console.log(`all counted  high ${share(sum('high')).padEnd(18)} medium ${share(sum('medium'))}`);
console.log(`anchors kept ${share(totals.anchors)}; identical pages untouched ${share(totals.identical)}; words kept ${(100 * totals.words[0] / Math.max(totals.words[1], 1)).toFixed(3)} % (${totals.words[1] - totals.words[0]} of ${totals.words[1]} lost on ${damaged} pages)`);
if (o.out) writeFileSync(o.out, JSON.stringify({ presets: use, high: sum('high'), medium: sum('medium'), labels, ...totals, pages }, null, 1));
