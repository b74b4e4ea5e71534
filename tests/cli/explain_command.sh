# "explain" writes the lines alone, on standard output, of a file or of standard input.
printf '<p>a<div class=c>b</div>d\n' >page.html
article-filter explain -e 'remove .c' page.html
article-filter explain -e 'remove .c' - <page.html
article-filter explain -e 'remove .c'
test $? -eq 2 || echo "another status"
