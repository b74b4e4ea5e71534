# Nothing goes: taking out what was put in gives the page. Rules are escaped; notices and repairs are marked where they are.
show() {
    article-filter "$@" --preview >out.html
    tr '\n' ' ' <out.html | sed -e 's/<style>.*<\/style>/STYLE/' -e 's/<article-filter-labels>/\n&/' -e 's/<article-filter-panel>/\n&/' -e 's/<li>/\n&/g'
    echo
}
printf '<p>a<div class=c>b &amp; c</div>d\n' | show -e 'remove .c'
printf '<!doctype html><head><meta charset=utf-8><title>t</title><meta http-equiv=x><body><i title="-->">b</i>d</body>\n' |
    show -e 'remove [title="-->"]' -e 'attribution "By (c) X." label=x'
printf '<p>one <u>two</u> three' | show -e 'unwrap u' -e 'strip /three/'
printf '<p>a<script>x' | show -e 'remove .c'
cat >page.html <<'PAGE'
<!doctype html><title>x</title><body><div class=c>a<table><tr><td class=c>b<p>c</div>d</table><!-- e --></body>
PAGE
for n in 1 3 1000; do
    article-filter -e 'remove .c' --preview --chunk $n page.html >chunk-$n.html
    cmp chunk-1.html chunk-$n.html
done
sed -e 's/ data-article-filter="[a-z0-9-]*"//g' chunk-1.html | tr '\n' '~' |
    sed -e 's/<style>.*<\/style>//' -e 's/<article-filter-labels>.*<\/article-filter-panel>//' | tr '~' '\n' | cmp - page.html
