echo '<p>x' | article-filter -p nope
