# A folder opens but does not read.
mkdir folder
article-filter -e 'remove .c' folder
