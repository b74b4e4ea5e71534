# Long rows and long climbs: what is noted of walks in vain is the answer that a walk gives. Each line: what stays of the names.
cat >make.py <<'EOF'
import re
import subprocess
import sys

ROW = ''.join('<li class="%s">%03d</li>' % ('k' if n == 200 else 'z' if n % 50 == 49 else 'p', n) for n in range(300))
LATE = ''.join('<li class="%s"><b class=%s></b>%03d</li>' % ('k' if n == 100 else 'p', 'y' if n % 20 == 0 else 'p', n) for n in range(200))
DEEP = ''.join('<div class="%s">%03d' % ('k' if n == 120 else 'z' if n % 40 == 39 else 'p', n) for n in range(200)) + '</div>' * 200


def stays(rule, page):
    out = subprocess.run(['article-filter', '-e', rule], input=page.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()
    left, gone = re.findall('[0-9]{3}', out), []
    for name in re.findall('[0-9]{3}', page):
        if name not in left:
            gone.append(name)
    print(rule, '|', len(gone), ' '.join(gone[:3] + ['...'] + gone[-2:] if len(gone) > 6 else gone))


for rule in sys.argv[2:]:
    stays(rule, '<ul>%s</ul>' % {'row': ROW, 'late': LATE, 'deep': DEEP}[sys.argv[1]])
EOF
python3 make.py row 'remove .k ~ .z' 'remove .none ~ .z' 'remove .z ~ .k' 'remove li:has(~ .k)' 'remove .z:has(~ .k ~ .z)' \
    'remove li:has(~ .none)' 'remove .z:not(:has(~ .z))' 'remove li:nth-last-of-type(2)' 'remove .p:has(+ .z)'
python3 make.py late 'remove li:has(~ .k .y)' 'remove li:has(~ .k ~ li .y)' 'remove .k ~ * .y' 'remove li:has(.y):has(~ .k)' \
    'remove .p:has(~ * .none)' 'remove ul:has(.k ~ .none)' 'remove .k ~ li:has(.y)'
python3 make.py deep 'remove .k .z' 'remove .none .z' 'unwrap .z .z' 'remove .z:has(.k .z)' 'remove .z:not(:has(.z))' 'remove .k:has(.z .z)' \
    'remove .p:has(.none .z)' 'remove .k > .p > .p'
