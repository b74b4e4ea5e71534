# An input that cannot be filtered passes as it is, the reason is told, the status is 1.
printf '<p class=c>x' | article-filter -e 'remove .c' --charset utf-16
