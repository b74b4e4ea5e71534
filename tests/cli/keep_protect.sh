# What is protected stays beside what is kept, in one chunk and in many: a licence's pixel may stand anywhere.
page='<body><h1>H</h1><div>a<p class=k>Credit<b>s</b></p>b</div><main><p>Text.</p></main><p class=k>c</p><p>d</p>'
for chunk in 1 4096; do
    printf '%s\n' "$page" | article-filter --chunk "$chunk" -e 'keep main' -e 'protect .k'
    echo
done
