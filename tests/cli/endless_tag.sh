# A tag that never ends makes nothing, HTML #eof-in-tag: it stays as it is, as do the bytes of one over the limit.
python3 -c 'print("<p class=c>a</p><div class=c title=\"" + "x" * (40 << 20), end="")' >page.html
article-filter -e 'remove .c' page.html >out.html
echo "exit $?"
tail -c +17 page.html | cmp - out.html
