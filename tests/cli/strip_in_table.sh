# A run of text directly in a table stays as it is, to its end, though its first character opens a formatting element again.
for chunk in 1 2 4096; do
    printf '<table><b><tr>t&;u<td>v&w' | article-filter --chunk $chunk -e 'strip /&/'
    echo
done
