# A table is held for what is unwrapped in front of it, up to 8 KiB: behind that its tag has left, and a comment stays in it.
pad() { head -c "$1" /dev/zero | tr '\0' x; }
for size in 8000 8300; do
    printf '<table><tr><td>%s</td></tr><div><!--c--></div></table>' "$(pad $size)" | article-filter -e 'unwrap div' | tr -d x
    echo
done
