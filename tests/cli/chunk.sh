# The chunk size changes nothing.
article-filter -r "$TESTS/fixtures/article.rules" "$TESTS/fixtures/article.html" >whole.html || exit 1
for chunk in 1 2 3 5 7 16 64 1k; do
    article-filter --chunk $chunk -r "$TESTS/fixtures/article.rules" <"$TESTS/fixtures/article.html" | cmp - whole.html
done
