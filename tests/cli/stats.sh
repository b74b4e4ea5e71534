# One JSON object on one line of standard error.
printf '<p>a<div class=c>b</div>d<i class=u>u</i><q>1</q><q>1</q>' |
    article-filter -e 'remove .c' -e 'unwrap .u' -e 'dedupe q' --stats 2>stats.json
echo
wc -l <stats.json | tr -d ' '
python3 - <<'PY'
import json
stats = json.load(open('stats.json'))
for name in ('rules', 'pushed', 'dropped', 'inserted', 'removed', 'unwrapped', 'stripped', 'duplicates', 'attributions', 'limited'):
    print(name, stats[name])
for name in ('guarded', 'refused', 'hold_peak', 'memory_peak', 'reason', 'attribution'):
    stats[name]
PY
