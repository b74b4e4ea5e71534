# A million open elements: over the limit of depth the rest passes as it is, in little time and memory.
python3 -c 'print("<p class=c>x</p>" + "<div>" * 1000000 + "<p class=c>y</p>")' >page.html
article-filter -e 'remove .c' --stats page.html >out.html 2>stats.txt
echo "exit $?"
tail -c +17 page.html | cmp - out.html
grep -c '"reason":"depth"' stats.txt
head -n 1 stats.txt
