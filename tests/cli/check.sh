# Only compiles: nothing is read and nothing comes on standard output; every skipped line is told.
article-filter --check -e '##.ad' -e '##a:matches-css(x)' -e 'remove .c' nowhere.html
