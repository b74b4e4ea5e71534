# Not the first error only; the lines are the file's, and the next source is read too.
printf '! rules\nremove .a\n  fetch .b\n\nremove body\n' >site.rules
echo '<p>x' | article-filter -r site.rules -e 'remove p text=/(/'
