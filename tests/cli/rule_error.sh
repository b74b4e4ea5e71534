# File, line, column, what is expected, and a caret under the place. Nothing on standard output.
echo '<p>x' | article-filter -e 'remove .a' -e 'remove .c['
