# More changes than labels: all are outlined and counted, the first ones have a label and a line.
for i in $(seq 1 70); do echo "<div class=x>$i</div>"; done |
    article-filter --preview -e 'remove .x' >page.html
echo "outlined $(grep -c 'data-article-filter="remove-' page.html), labels $(grep -o '<article-filter-label id=' page.html | wc -l)"
grep -o '<summary>[^<]*</summary>\|<p>and [^<]*</p>' page.html
