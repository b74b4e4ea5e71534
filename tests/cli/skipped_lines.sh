# Without --check skipped lines are a number.
printf '<i class=ad>1</i>2\n' | article-filter -e '##.ad' -e '##a:matches-css(x)'
