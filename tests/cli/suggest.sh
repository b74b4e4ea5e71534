# Blocks that most pages of a site have, with a reason each; never the article, credits or notices; a rule file that --check takes.
page() {
    cat <<PAGE
<!doctype html><title>$1</title><body><article><h1>$1</h1>
<p class="byline">By Ann Example</p>
<p class="lead">$2 Much is told here about $1, with sentence after sentence of it, so that the text of the page is longer than all else.
And it goes on about $1 for a while, as news do, with this and that, until all is said.</p>
<div class="tease-box"><p>Get the morning letter.</p><form>Sign up</form></div>
<div class="coral-wrap post-1234"><div id="coral_thread"></div><p>$3</p></div>
<p class="fine">The same sentence stands on every page of this site.</p>
<p class="notice">&copy; Harbour Gazette. All rights reserved.</p></article></body>
PAGE
}
page Tides High. 1 >a.html
page Boats Far. 2 >b.html
page Piers Long. 3 >c.html
article-filter suggest a.html b.html c.html >out.rules
cat out.rules
article-filter --check -r out.rules
article-filter suggest
test $? -eq 2 || echo "another status"
