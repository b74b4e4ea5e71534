# Links in links: what the adoption agency moves is written out of order; a removed element is still told, with its own bytes.
printf '<div class=w><a href=/x><div class=b><a href=/q>Listen <i></i></a></div></a></div><p>Long text\n' >page.html
article-filter explain -e 'remove div text=/^Listen$/ label=w' page.html | grep removed
printf '<div class=w><a href=/x><div class=b><a href=/q>Listen <i class=f></i></a></div></a><a href=/x>Watch</a></div>\n' >page.html
article-filter explain -e 'remove .b text=/^Listen$/ label=b' page.html | grep removed
