# site= looks at --site, else at the host of --url; a host's subdomains are meant too.
try() {
    printf '<i class=a>1</i><i class=b>2</i>\n' | article-filter -e 'remove .a site=news.example' -e 'other.example##.b' "$@"
}
try
try --site news.example
try --site www.news.example
try --site badnews.example
try --url 'https://user@www.news.example:8080/2025/story?x=1'
try --url https://other.example/
try --url https://news.example/ --site other.example
