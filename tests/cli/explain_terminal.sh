# The page's bytes go to a terminal: no control character of it arrives there. The page begins with white space after the removal,
# which only a <body> keeps.
printf '<p class=c>a\033[31m\000b\302\233c\377 \303\251</p>\n' | article-filter -e 'remove .c' --explain 2>told.txt
LC_ALL=C tr -d '[:print:]\n\303\251' <told.txt
printf '<p class=c>\303\251t\303\251</p>\n' | article-filter -e 'remove .c' --explain
