# What became of a notice that the page's machine-readable forms speak of, as $article_attribution tells it.
rule='attribution "© {year} Wire Agency. All rights reserved." in=.s when=/\(WIRE\)/'
page() { # WHAT STANDS BEFORE, BEHIND
    printf '%s<div class=s><p>RIVERTON (WIRE) - The mill.</p></div>%s' "$1" "$2" |
        article-filter --type html --charset utf-8 -e "$rule" --stats 2>&1 >page.html | sed 's/.*"attribution":"\([^"]*\)".*/\1/'
}
ld() { printf '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2024-03-01",%s}</script>' "$1"; }
page "$(ld '"copyrightYear":2023')"
page "$(ld '"copyrightHolder":"The Daily Mill"')"
page "$(ld '"copyrightNotice":"© 2023 Wire Agency","copyrightYear":2022')"
page "$(ld '"copyrightHolder":"Wire Agency"')" "$(ld '"copyrightYear":2022')"
page "$(ld '"copyrightHolder":"Wire Agency"')" "$(ld '"copyrightYear":2024')"
