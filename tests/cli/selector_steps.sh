# What takes too much looking at the page's end is kept, and counted; a rule that takes little is not the worse for it.
python3 -c 'print("<div class=k>" * 4000 + "<p class=c>x</p>")' >page.html
article-filter -e 'remove div:has(.x .k)' --stats page.html 2>stats.txt | cmp - page.html
grep -o '"reason":"[a-z]*"' stats.txt
python3 -c 'print("<p>x" * 4000 + "<b></b>")' >page.html
article-filter -e 'remove p:has(~ .none)' -e 'remove b:empty' --stats page.html 2>stats.txt | wc -c
grep -o '"reason":"[a-z]*"' stats.txt
