# Words that go stand in [-...-], words that come in {+...+}, six around them; tags, script and control characters never show.
printf '<title>t</title><p>one two <b>three</b> four five six seven <i class=c>gone &amp; away</i> eight\nnine<script>x y</script>\n' |
    article-filter -e 'remove .c' --diff
printf '<body><p>a b c d e f g h i j k l m n o p q<p class=c>x\033[1m\n' | article-filter -e 'remove .c' -e 'attribution "By (c) X."' --diff
printf '<p>1<p class=c>2<p>3<p>a b c d e f g h i j k l<p>4<p class=c>5<p>m' | article-filter -e 'remove .c' --diff
printf '<p>nothing' | article-filter -e 'remove .c' --diff
