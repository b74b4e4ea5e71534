# A UTF-16 byte order mark tells it too, at any chunk size and with --explain.
printf '\377\376<\000p\000 \000c\000l\000a\000s\000s\000=\000c\000>\000x\000' >in.bin
for options in '' '--chunk 1' --explain; do
    article-filter -e 'remove .c' $options <in.bin >out.bin
    echo "exit $?"
    cmp in.bin out.bin
done
