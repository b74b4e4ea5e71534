# Feeds: which types are read as what. Bytes in every chunking: tests/nginx/test_feeds.
use Test::Nginx::Socket 'no_plan';

no_long_string();

our $Rss = '<rss><channel><item><description>&lt;i class=x>1&lt;/i>a</description></item></channel></rss>';
our $Clean = '<rss><channel><item><description>a</description></item></channel></rss>';

our $Files = ">>> a.rss\n$Rss\n>>> a.html\n$Rss\n>>> a.xml\n<urls><a class=\"x\"/><description>&lt;i class=x></description></urls>\n" .
    ">>> a.json\n[{\"content\":{\"rendered\":\"<i class=x>1</i>a\"}}]\n" .
    ">>> b.rss\n<rss><channel><item><title>a & b</title><description>&lt;i class=x></description></item></channel></rss>\n";

our $Config = <<'CONF';
    article_filter on;
    article_remove .x;
    add_header X-Type $sent_http_content_type;
    types { application/rss+xml rss; text/html html; text/xml xml; application/json json; }
CONF

run_tests();

__DATA__

=== TEST 1: RSS is filtered by default
--- config eval: $::Config
--- user_files eval: $::Files
--- request
GET /a.rss
--- response_body eval: "$::Clean\n"
--- response_headers
! Content-Length



=== TEST 2: a feed that is sent as text/html is a feed
--- config eval: $::Config
--- user_files eval: $::Files
--- request
GET /a.html
--- response_body eval: "$::Clean\n"



=== TEST 3: text/xml and JSON are filtered where they are asked for
--- config eval: $::Config
--- user_files eval: $::Files
--- request
GET /a.json
--- response_body
[{"content":{"rendered":"<i class=x>1</i>a"}}]



=== TEST 4: posts in JSON
--- config eval: "$::Config article_filter_types application/json text/xml;"
--- user_files eval: $::Files
--- request
GET /a.json
--- response_body
[{"content":{"rendered":"a"}}]



=== TEST 5: XML that is no feed is not touched
--- config eval: "$::Config article_filter_types application/json text/xml;"
--- user_files eval: $::Files
--- request
GET /a.xml
--- response_body
<urls><a class="x"/><description>&lt;i class=x></description></urls>



=== TEST 6: an item that is not well formed passes, and the log has a line
--- config eval: $::Config
--- user_files eval: $::Files
--- log_level: info
--- request
GET /b.rss
--- response_body
<rss><channel><item><title>a & b</title><description>&lt;i class=x></description></item></channel></rss>
--- error_log
malformed feed at offset



=== TEST 7: article_feed_remove
--- config eval: "$::Config article_feed_remove description;"
--- user_files eval: $::Files
--- request
GET /a.rss
--- response_body
<rss><channel><item></item></channel></rss>



=== TEST 8: article_feed_remove keeps its hands off notices
--- config
    article_filter on;
    article_feed_remove dc:rights;
--- must_die
--- error_log
never removed



=== TEST 9: compressed downstream
--- config eval: "$::Config gzip on; gzip_types application/rss+xml; gzip_min_length 1;"
--- user_files eval: $::Files
--- more_headers
Accept-Encoding: gzip
--- request
GET /a.rss
--- response_headers
Content-Encoding: gzip
--- no_error_log
[error]
