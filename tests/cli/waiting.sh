# Of what waits for the page's end the oldest stay where there are too many, whatever text refutes beside it, and wherever chunks end.
python3 -c 'print("<p>" + "<i></i><b>yy</b>" * 5000 + "</p>")' >page.html
for chunk in 1 100 4096 65536; do
    article-filter --chunk $chunk --stats -e 'remove i:nth-last-child(2n)' -e 'remove b text=/^x/' page.html 2>stats.txt | wc -c
    grep -oE '"(removed|limited)":[0-9]+' stats.txt
done | sort | uniq -c | sed 's/^ *//'
