# -r, -e and -p repeat and add up.
printf 'remove .a\n' >a.rules
printf '! a comment\n\nremove .b\n##.f\n' >b.rules
printf '%s' '<i class=a>1</i><i class=b>2</i><i class=c>3</i><i class=d>4</i><i class=e>5</i><i class=f>6</i><div id=disqus_thread>7</div>' |
    article-filter -r a.rules -e 'remove .c' -r b.rules -e 'remove .d' -p comments
echo
