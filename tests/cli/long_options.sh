# The long names of -r, -e and -p, and a value behind "=".
printf 'remove .a\n' >a.rules
printf '%s\n' '<i class=a>1</i><i class=b>2</i><i class=c>3</i>' >page.html
article-filter --rules a.rules --rule='remove .b' --type=html page.html
