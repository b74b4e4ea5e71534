# What is not filtered, by wish or because it cannot be: $article_status has the reason, and article_unfilterable decides what the client gets.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

our $Origin = <<'CONF';
    article_remove .x;
    log_format status 'status=$article_status.';
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        default_type text/html;
        location / { return 200 '<p>a</p><i class=x>1</i>'; }
        location /coding { add_header Content-Encoding x-unknown; return 200 '<p>a</p><i class=x>1</i>'; }
        location /transform { add_header Cache-Control 'public, no-transform'; return 200 '<p>a</p><i class=x>1</i>'; }
        location /charset { charset utf-16le; return 200 '<p>a</p><i class=x>1</i>'; }
        location /image { default_type image/png; return 200 'png'; }
        location /moved { return 302 /elsewhere; }
        location /missing { return 404 '<p>none</p><i class=x>1</i>'; }
        location /asked { return 200 '<p>$http_accept_encoding.</p><i class=x>1</i>'; }
        location /files/ { alias $TEST_NGINX_HTML_DIR/; }
        location /images/ { alias $TEST_NGINX_HTML_DIR/; default_type image/png; }
    }
    server {
        listen unix:$TEST_NGINX_HTML_DIR/signed.sock;
        default_type text/html;
        add_header Signature 'sig=:x:';
        add_header Signature-Input 'sig=()';
        add_header Content-Digest 'x';
        location / { return 200 '<p>a</p><i class=x>1</i>'; }
    }
CONF

our $Strict = <<'CONF';
    article_filter on;
    article_unfilterable error;
    access_log logs/error.log status;
    location ~ ^/ {
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
    }
CONF

our $Bypass = <<'CONF';
    location ~ ^/ {
        article_filter on;
        article_bypass $cookie_raw $arg_raw;
        article_decode identity;
        gzip on;
        gzip_min_length 1;
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
        add_header X-Status $article_status;
    }
CONF

run_tests();

__DATA__

=== TEST 1: a predicate bypasses
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- request
GET /?raw=1
--- response_headers
X-Status: bypass
Content-Length: 24
--- response_body: <p>a</p><i class=x>1</i>
--- no_error_log
[error]



=== TEST 2: the second predicate, too
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- more_headers
Cookie: raw=yes
--- request
GET /
--- response_headers
X-Status: bypass
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 3: empty and "0" do not
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- more_headers
Cookie: raw=0
--- request
GET /?raw=
--- response_headers
X-Status: filtered
--- response_body: <p>a</p>



=== TEST 4: the origin is asked for a plain page
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- more_headers
Accept-Encoding: br, deflate
--- request
GET /asked
--- response_body: <p>identity.</p>



=== TEST 5: and gzip below the filter still knows what the client reads
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- more_headers
Accept-Encoding: gzip
--- request
GET /asked
--- response_headers
Content-Encoding: gzip
--- response_body_filters eval
sub { use IO::Uncompress::Gunzip; my ($in, $out) = ($_[0], ''); IO::Uncompress::Gunzip::gunzip(\$in => \$out); $out }
--- response_body: <p>identity.</p>



=== TEST 6: a request that is bypassed asks as the client did
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- more_headers
Accept-Encoding: br, deflate
--- request
GET /asked?raw=1
--- response_body: <p>br, deflate.</p><i class=x>1</i>



=== TEST 7: a client that asks for nothing: nor do we
--- http_config eval: $::Origin
--- config eval: $::Bypass
--- request
GET /asked
--- response_body: <p>.</p>



=== TEST 8: error: what can be filtered is
--- http_config eval: $::Origin
--- config eval: $::Strict
--- request
GET /
--- response_body: <p>a</p>
--- error_log
status=filtered.
--- no_error_log
[error]



=== TEST 9: error: an unknown coding
--- http_config eval: $::Origin
--- config eval: $::Strict
--- request
GET /coding
--- error_code: 502
--- response_headers
! Content-Encoding
--- response_body_like: 502 Bad Gateway
--- error_log
article filter: the response cannot be filtered (coding)
status=coding.
--- no_error_log
[alert]



=== TEST 10: error: UTF-16
--- http_config eval: $::Origin
--- config eval: $::Strict
--- request
GET /charset
--- error_code: 502
--- response_body_like: 502 Bad Gateway
--- error_log
article filter: the response cannot be filtered (charset)
status=charset.



=== TEST 11: error: no-transform
--- http_config eval: $::Origin
--- config eval: $::Strict
--- request
GET /transform
--- error_code: 502
--- error_log
article filter: the response cannot be filtered (no-transform)



=== TEST 12: error: a part of a page
--- http_config eval: $::Origin
--- config eval: $::Strict
--- user_files
>>> a.html
<p>a</p><i class=x>1</i>
--- more_headers
Range: bytes=8-20
--- request
GET /files/a.html
--- error_code: 502
--- error_log
article filter: the response cannot be filtered (range)



=== TEST 13: error: HEAD is answered like GET
--- http_config eval: $::Origin
--- config eval: $::Strict
--- request
HEAD /coding
--- error_code: 502
--- response_body eval
""



=== TEST 14: error: images and redirects were never to be filtered
--- http_config eval: $::Origin
--- config eval: $::Strict
--- pipelined_requests eval
["GET /image", "GET /moved", "GET /missing"]
--- error_code eval
[200, 302, 404]
--- response_body_like eval
["^png\$", "302 Found", "^<p>none</p>\$"]
--- no_error_log
[error]



=== TEST 15: error: a part of an image
--- http_config eval: $::Origin
--- config eval: $::Strict
--- user_files
>>> a.png
0123456789
--- more_headers
Range: bytes=2-3
--- request
GET /images/a.png
--- error_code: 206
--- response_body: 23
--- error_log
status=type.



=== TEST 16: error: a page of the operator's own takes the place
--- http_config eval: $::Origin
--- config
    article_filter on;
    location ~ ^/ {
        article_unfilterable error;
        error_page 502 /sorry;
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
    }
    location = /sorry {
        internal;
        default_type text/html;
        return 200 '<p>sorry</p><i class=x>1</i>';
    }
--- request
GET /coding
--- error_code: 502
--- response_body: <p>sorry</p>
--- no_error_log
[alert]



=== TEST 17: error: a limit in the middle cuts the response
--- http_config eval: $::Origin
--- config
    location /a.html {
        article_filter on;
        article_remove p text=/^never/;
        article_max_memory 4k;
        article_unfilterable error;
        access_log logs/error.log status;
    }
--- user_files eval
">>> a.html\n<!DOCTYPE html><body>" . ("<div class=a><p>text<i>more</i></p>" x 3000) . "the end"
--- request
GET /a.html
--- ignore_response
--- error_log eval
[qr/is cut/, qr/status=(limit|error)\./]
--- no_error_log
[alert]



=== TEST 18: error: a charset that the page itself names
--- http_config eval: $::Origin
--- config
    location /a.html {
        article_filter on;
        article_unfilterable error;
        access_log logs/error.log status;
    }
--- user_files eval
">>> a.html\n\xff\xfe<\0p\0>\0a\0"
--- request
GET /a.html
--- ignore_response
--- error_log
is cut
status=charset.
--- no_error_log
[alert]



=== TEST 19: a dry run never refuses
--- http_config eval: $::Origin
--- config
    location ~ ^/ {
        article_filter report;
        article_unfilterable error;
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
        add_header X-Status $article_status;
    }
--- request
GET /coding
--- response_headers
X-Status: coding
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 20: no-transform, ignored on request
--- http_config eval: $::Origin
--- config
    location ~ ^/ {
        article_filter on;
        article_no_transform ignore;
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
        add_header X-Status $article_status;
    }
--- request
GET /transform
--- response_headers
X-Status: filtered
Cache-Control: public, no-transform
--- response_body: <p>a</p>



=== TEST 21: signatures over the body go
--- http_config eval: $::Origin
--- config
    location ~ ^/ {
        article_filter on;
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/signed.sock;
    }
--- request
GET /
--- response_headers
! Signature
! Signature-Input
! Content-Digest
--- response_body: <p>a</p>



=== TEST 22: values that are none
--- config
    location ~ ^/ { article_unfilterable maybe; }
--- must_die
--- error_log
invalid value "maybe"



=== TEST 23: HTTP/1.0 has the end by the connection
--- http_config eval: $::Origin
--- config eval: $::Strict
--- raw_request eval
"GET / HTTP/1.0\r\n\r\n"
--- response_body: <p>a</p>
--- response_headers
! Transfer-Encoding
! Content-Length
