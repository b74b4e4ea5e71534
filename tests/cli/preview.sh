# Nothing goes; comments tell what would. A rule that would end the comment does not.
printf '<p>a<div class=c>b</div>d\n' | article-filter -e 'remove .c' --preview
printf '<p>a<i title="-->">b</i>d\n' | article-filter -e 'remove [title="-->"]' --preview
