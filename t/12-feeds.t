# Feeds: which types are read as what. Bytes in every chunking: tests/nginx/test_feeds.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

our $Rss = '<rss><channel><item><description>&lt;i class=x>1&lt;/i>a</description></item></channel></rss>';
our $Clean = '<rss><channel><item><description>a</description></item></channel></rss>';

our $Files = ">>> a.rss\n$Rss\n>>> a.html\n$Rss\n>>> a.xml\n<urls><a class=\"x\"/><description>&lt;i class=x></description></urls>\n" .
    ">>> a.json\n[{\"content\":{\"rendered\":\"<i class=x>1</i>a\"}}]\n" .
    ">>> two.rss\n<rss><channel>\n<item><title>a</title><description>&lt;i class=x></description></item>\n" .
    "<item>\n <title>b &nbsp; c</title><description>&lt;i class=x></description></item>\n" .
    "<item><title>&</title><description>&lt;i class=x></description></item></channel></rss>\n" .
    ">>> a.atom\n<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"html\"><![CDATA[<i class=x>1</i>a]]></content></entry></feed>\n" .
    ">>> a.rdf\n<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"><item><description>&lt;i " .
    "class=x>1&lt;/i>a</description></item></r:RDF>\n" .
    ">>> a.fjson\n{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"content_html\":\"<i class='x'>1<\\/i>a\"}]}\n" .
    ">>> b.rss\n<rss><channel><item><title>a & b</title><description>&lt;i class=x></description></item></channel></rss>\n";

our $Config = <<'CONF';
    article_filter on;
    article_remove .x;
    add_header X-Type $sent_http_content_type;
    types { application/rss+xml rss; application/atom+xml atom; application/rdf+xml rdf; application/feed+json fjson;
            text/html html; text/xml xml; application/json json; }
CONF

our $Cache = "proxy_cache_path feeds_cache levels=1 keys_zone=feeds:1m use_temp_path=off;";

our $Cached = $Config . <<'CONF';
    location /cached/ {
        proxy_pass http://127.0.0.1:$TEST_NGINX_SERVER_PORT/plain/;
        proxy_cache feeds;
        proxy_cache_valid 200 1m;
        add_header X-Cache $upstream_cache_status;
    }
    location /plain/ {
        article_filter off;
        gzip on;
        gzip_types *;
        gzip_min_length 1;
        gzip_http_version 1.0;
        alias html/;
    }
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
malformed feed at line 1, column 31



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



=== TEST 10: the log has the line and column of the first malformed item, once
--- config eval: $::Config
--- user_files eval: $::Files
--- log_level: warn
--- request
GET /two.rss
--- response_body
<rss><channel>
<item><title>a</title><description></description></item>
<item>
 <title>b &nbsp; c</title><description>&lt;i class=x></description></item>
<item><title>&</title><description>&lt;i class=x></description></item></channel></rss>
--- grep_error_log eval: qr/malformed feed at line \d+, column \d+/
--- grep_error_log_out
malformed feed at line 4, column 17



=== TEST 11: Atom, RDF and JSON Feed by their types
--- config eval: $::Config
--- user_files eval: $::Files
--- request eval: ["GET /a.atom", "GET /a.rdf", "GET /a.fjson"]
--- response_body eval
["<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"html\"><![CDATA[a]]></content></entry></feed>\n",
 "<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\"><item><description>a</description></item>" .
 "</r:RDF>\n",
 "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"content_html\":\"a\"}]}\n"]



=== TEST 12: article_feed_fields
--- config eval: "$::Config article_feed_fields title;"
--- user_files eval: $::Files
--- request
GET /a.rss
--- response_body eval: "$::Rss\n"



=== TEST 13: article_feed_add, the template as an argument of its own
--- config eval: "$::Config article_feed_add rights 'when= \"A\" & {canonical}' date=response; article_feed_add source 'A B' url=https://a.example/?b;"
--- user_files
>>> a.rss
<rss><channel><item><link>https://c.example/</link></item></channel></rss>
--- request
GET /a.rss
--- response_body
<rss><channel><item><link>https://c.example/</link><dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/">when= &quot;A&quot; &amp; https://c.example/</dc:rights><source url="https://a.example/?b">A B</source></item></channel></rss>



=== TEST 14: from a cache that holds it compressed, cleaned each time
--- http_config eval: $::Cache
--- config eval: $::Cached
--- user_files eval: $::Files
--- more_headers
Accept-Encoding: gzip
--- request eval: ["GET /cached/a.rss", "GET /cached/a.atom", "GET /cached/a.rss", "GET /cached/a.fjson", "GET /cached/a.fjson"]
--- response_headers_like eval: ["X-Cache: (MISS|HIT|EXPIRED)", "X-Cache: (MISS|HIT|EXPIRED)", "X-Cache: HIT", "X-Cache: (MISS|HIT|EXPIRED)", "X-Cache: HIT"]
--- response_body eval
["$::Clean\n", "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content type=\"html\"><![CDATA[a]]></content></entry></feed>\n",
 "$::Clean\n", "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"content_html\":\"a\"}]}\n",
 "{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{\"content_html\":\"a\"}]}\n"]



=== TEST 15: article_unfilterable error: a feed that is malformed before anything left
--- config eval: "$::Config article_unfilterable error;"
--- user_files eval: $::Files
--- log_level: info
--- request
GET /b.rss
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
the response cannot be filtered (malformed)
malformed feed at line 1, column 31
--- no_error_log
[alert]



=== TEST 16: article_unfilterable error: UTF-16, which only the first bytes tell
--- config eval: "$::Config article_unfilterable error; location /wide/ { default_type application/rss+xml; return 200 \"<?xml version='1.0' encoding='UTF-16'?><rss/>\"; }"
--- request
GET /wide/
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
the response cannot be filtered (charset)
--- no_error_log
[alert]



=== TEST 17: article_unfilterable error: a good feed, whole and HEAD
--- config eval: "$::Config article_unfilterable error;"
--- user_files eval: $::Files
--- request eval: ["GET /a.rss", "HEAD /a.rss", "GET /a.rss"]
--- response_body eval: ["$::Clean\n", "", "$::Clean\n"]
--- no_error_log
[error]
