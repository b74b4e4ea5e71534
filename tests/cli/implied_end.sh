# The end tag that the dropped element implied is written again.
printf '<p>a<div class=c>b</div>d\n' | article-filter -e 'remove .c'
