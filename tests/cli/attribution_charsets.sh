# A notice is repaired and inserted in every charset that holds ASCII as it is, and a second run changes nothing.
broken='<p>News from &copy; The Associated Press, . All rights reserved.</p>'

run() { # CHARSET WORDS NOTICE
    printf '<meta charset="%s"><meta property="article:published_time" content="2025-03-04"><div class="entry-content"><p>RIVERTON (AP) - %s</p>%s</div>\n' \
        "$1" "$2" "$3" | iconv -f UTF-8 -t "$1" >in
    article-filter -e 'attribution auto' in >once
    article-filter -e 'attribution auto' once >twice
    cmp once twice && iconv -f "$1" -t UTF-8 once | sed "s/.*content\">/$1: /"
}

for notice in "$broken" ''; do
    run UTF-8 'Wehr – 堰' "$notice"
    run ISO-8859-1 'Wehre für Élise' "$notice"
    run windows-1252 'Wehre – “für”' "$notice"
    run Shift_JIS '堰が開いた表示' "$notice"
    run GB18030 '水闸打开了乗' "$notice"
done
