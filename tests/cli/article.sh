# The sample article comes out as it was written down, and once more through the filter it stays so.
article-filter -r "$TESTS/fixtures/article.rules" "$TESTS/fixtures/article.html" | cmp - "$TESTS/fixtures/article.expected.html"
article-filter -r "$TESTS/fixtures/article.rules" "$TESTS/fixtures/article.expected.html" | cmp - "$TESTS/fixtures/article.expected.html"
article-filter -r "$TESTS/fixtures/article.rules" "$TESTS/fixtures/plain.html" | cmp - "$TESTS/fixtures/plain.html"
