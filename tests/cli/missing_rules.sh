echo '<p>x' | article-filter -r nowhere.rules
