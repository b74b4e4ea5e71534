# A tag of ten megabytes, whole and a few bytes at a time.
python3 -c 'print("<p class=c>a</p><div title=" + "x" * (10 << 20) + " class=c>b</div><p class=c>c</p>d")' >page.html
article-filter -e 'remove .c' page.html
article-filter -e 'remove .c' --chunk 37 page.html
