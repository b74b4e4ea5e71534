# A <body> tag is waited for through 64 KiB of the body that something else made.
pad() { head -c "$1" /dev/zero | tr '\0' z; }
for size in 65000 66000; do
    printf '<p class=k>a</p>%s<br><br><body class=x><p class=k>b</p>' "$(pad $size)" | article-filter -e 'remove .x .k' | tr -d z
    echo
done
