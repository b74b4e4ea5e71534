#!/usr/bin/env node
// The tables of tests/quality/run, and the comparison with the floor: report.mjs RESULT FLOOR [--table yes]
// A line of the floor is NAME, a tab, the least value: figures of the whole, or page/NAME for what a page had.
import { readFileSync } from 'node:fs';
import { options } from './run.mjs';

const o = options(process.argv.slice(2)), [file, floor] = o._;
const read = (f) => JSON.parse(readFileSync(f, 'utf8'));
const all = read(file);
const percent = ([a, b]) => (b ? 100 * a / b : 100);
const show = (pair) => (pair[1] ? `${pair[0]}/${pair[1]}`.padEnd(9) + `${percent(pair).toFixed(1)} %` : '-');
const touched = (r) => Object.values(r.pages).filter((p) => p.labels[0] > 0).length;
const row = (cells) => console.log(cells.map((c, i) => String(c).padEnd(i ? 20 : 14)).join(''));

row(['preset', 'own labels, high', 'medium', 'anchors kept', 'words kept', 'identical', 'pages with hits']);
for (const name of ['comments', 'community', 'newsletter', 'share', 'related', 'captions', 'app-nag', 'author-bio']) {
  const r = read(file.replace(/\.json$/, `-${name}.json`)), own = r.labels[name] ?? { high: [0, 0], medium: [0, 0] };
  row([name, show(own.high), show(own.medium), show(r.anchors), `${percent(r.words).toFixed(3)} %`, show(r.identical), touched(r)]);
}
row(['all counted', show(all.high), show(all.medium), show(all.anchors), `${percent(all.words).toFixed(3)} %`, show(all.identical), touched(all)]);

if (o.table) {
  console.log();
  row(['labels', 'anchors', 'words', 'identical', 'page']);
  for (const [name, p] of Object.entries(all.pages).sort()) row([p.labels.join('/'), p.anchors.join('/'), p.words.join('/'), p.identical, name]);
}

const figures = { high: percent(all.high), medium: percent(all.medium), anchors: percent(all.anchors), identical: percent(all.identical), words: percent(all.words) };
for (const [name, p] of Object.entries(all.pages)) figures[`page/${name}`] = p.labels[0];
let passed = 0, failed = 0;
for (const line of readFileSync(floor, 'utf8').split('\n').filter((l) => l && !l.startsWith('#'))) {
  const [name, least] = line.split('\t');
  if (figures[name] === undefined) continue;
  if (figures[name] + 1e-9 >= Number(least)) passed++;
  else { failed++; console.log(`not ok ${name}: expected at least ${least}, came ${Number(figures[name]).toFixed(3)}`); }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed ? 1 : 0;
