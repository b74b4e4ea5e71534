# Rules that can pick nothing, and rules whose work another one does; lists repeat each other without a word.
cat >site.rules <<'RULES'
! ours
remove .a
remove div.a, .a.b
remove #x#y
remove table > tr, .q
protect .k
unwrap p .k
remove div:not(div)
remove p text=/abcdefgh/ max=4
remove .z site=a.example
remove .z
remove .a text=/x/
remove .m > .n
remove i .m > b.n
remove div .m .n
##.a
##.a
RULES
article-filter --check -r site.rules
