article-filter --check -e 'remove' -e 'remove .c'
