# line:col bytes what rule text; the output is what it is without --explain.
printf '<h1>T</h1>\n<div><p>a<div class=c>Join <b>the</b>\n talk</div>d\n<i class=u>u</i></div>\n' >page.html
article-filter -e 'remove .c' -e 'unwrap .u' --explain page.html
