article-filter -e 'remove .c' nowhere.html
