# article_zone and article_status: what nginx -t says, inheritance. What is counted: tests/nginx/test_status.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

our $Page = <<'HTML';
>>> a.html
<p>a</p><i class=x>1</i>
HTML

run_tests();

__DATA__

=== TEST 1: a status without a zone
--- config
    location = /status { article_status; }
--- must_die
--- error_log
"article_status" needs the name of a zone, or an "article_zone" in its place



=== TEST 2: a zone that has no size anywhere
--- config
    article_zone main;
--- must_die
--- error_log
zero size shared memory zone "main"



=== TEST 3: a zone that is too small
--- http_config
    article_zone main 4k;
--- config
    location / { }
--- must_die
--- error_log
invalid size "4k" of zone "main"



=== TEST 4: a size that is none
--- http_config
    article_zone main much;
--- config
    location / { }
--- must_die
--- error_log
invalid size "much" of zone "main"



=== TEST 5: two sizes
--- http_config
    article_zone main 64k;
--- config
    article_zone main 128k;
--- must_die
--- error_log
the size 131072 of shared memory zone "main" conflicts with already declared size 65536



=== TEST 6: twice at one level
--- config
    article_zone main 64k;
    article_zone main 64k;
--- must_die
--- error_log
"article_zone" directive is duplicate



=== TEST 7: a zone of another module
--- http_config
    limit_req_zone $binary_remote_addr zone=main:64k rate=1r/s;
--- config
    article_zone main;
--- must_die
--- error_log
the shared memory zone "main" is already declared for a different use



=== TEST 8: a status twice
--- config
    article_zone main 64k;
    location = /status { article_status; article_status main; }
--- must_die
--- error_log
"article_status" directive is duplicate



=== TEST 9: article_status stands in a location only
--- config
    article_status;
--- must_die
--- error_log
"article_status" directive is not allowed here



=== TEST 10: a location counts where its server does, off and other zones apart
--- http_config
    article_zone other 64k;
--- config
    article_zone main 64k;
    article_filter on;
    article_remove .x;
    location /b { article_zone off; alias html; }
    location /c { article_zone other; alias html; }
    location = /status { article_status; }
    location = /other { article_status other; }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /a.html", "GET /b/a.html", "GET /c/a.html", "GET /status?format=json", "GET /other?format=json"]
--- response_body_like eval
["<p>a</p>\n", "<p>a</p>\n", "<p>a</p>\n", qr/"responses":\{"filtered":1\}/, qr/"responses":\{"filtered":1\}/]



=== TEST 11: no zone, no counting, and all works
--- config
    location /a { article_filter on; article_remove .x; }
--- user_files eval: $::Page
--- request
GET /a.html
--- response_body
<p>a</p>
--- no_error_log
[error]



=== TEST 12: methods
--- config
    article_zone main 64k;
    location = /status { article_status; }
--- request
POST /status
--- error_code: 405



=== TEST 13: the status page is not for caches, and not filtered
--- config
    article_zone main 64k;
    article_filter on;
    article_remove main;
    article_remove table;
    location = /status { article_status; }
--- request
GET /status
--- response_headers
Cache-Control: no-store, no-transform
Vary: Accept
X-Content-Type-Options: nosniff
Content-Type: text/html; charset=utf-8
--- response_body_like: <table>
