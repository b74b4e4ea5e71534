# Headers: what depends on the body's bytes, and which responses are left alone.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

our $Origin = <<'CONF';
    article_filter on;
    article_remove .x;
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        article_filter off;
        default_type text/html;
        location / {
            add_header Content-MD5 'x';
            add_header Digest 'x';
            add_header Repr-Digest 'x';
            add_header X-Kept 'x';
            add_header ETag '"strong"';
            return 200 '<p>a</p><i class=x>1</i>';
        }
        location /coding { add_header Content-Encoding x-unknown; return 200 '<p>a</p><i class=x>1</i>'; }
        location /identity { add_header Content-Encoding identity; return 200 '<p>a</p><i class=x>1</i>'; }
        location /none { add_header Content-Encoding None; return 200 '<p>a</p><i class=x>1</i>'; }
        location /transform { add_header Cache-Control 'public, No-Transform'; return 200 '<p>a</p><i class=x>1</i>'; }
        location /charset { charset utf-16le; return 200 '<p>a</p><i class=x>1</i>'; }
        location /download { add_header Content-Disposition 'attachment; filename=a.html'; return 200 '<i class=x>1</i>'; }
        location /missing { return 404 '<p>a</p><i class=x>1</i>'; }
        location /created { return 201 '<p>a</p><i class=x>1</i>'; }
        location /nothing { return 204; }
    }
CONF

our $Proxy = <<'CONF';
    location ~ ^/ {
        proxy_http_version 1.1;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
        add_header X-Status $article_status always;
    }
    location = /a.html {
        add_header X-Status $article_status always;
    }
CONF

our $File = ">>> a.html\n<p>a</p><i class=x>1</i>\n";

run_tests();

__DATA__

=== TEST 1: no length, no ranges, no digests, a weak ETag
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /
--- response_headers
X-Status: filtered
X-Kept: x
! Content-Length
! Accept-Ranges
! Content-MD5
! Digest
! Repr-Digest
Transfer-Encoding: chunked
--- response_headers_like
ETag: W/"strong-af1-[0-9a-f]{16}"
--- response_body: <p>a</p>



=== TEST 2: HEAD has the headers of GET
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
HEAD /
--- response_headers
X-Status: empty
X-Kept: x
! Content-Length
! Accept-Ranges
! Content-MD5
! Digest
--- response_headers_like
ETag: W/"strong-af1-[0-9a-f]{16}"
--- response_body eval
""
--- no_error_log
[alert]



=== TEST 3: a file
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- user_files eval: $::File
--- request
GET /a.html
--- response_headers_like
X-Status: filtered
ETag: W/"[0-9a-f]+-[0-9a-f]+-af1-[0-9a-f]{16}"
Last-Modified: .+
--- response_body
<p>a</p>



=== TEST 4: HEAD of a file
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- user_files eval: $::File
--- request
HEAD /a.html
--- response_headers
! Content-Length
! Accept-Ranges
--- response_body eval
""



=== TEST 5: 304 stays one
--- http_config eval: $::Origin
--- user_files eval: $::File
--- more_headers
If-Modified-Since: Tue, 19 Jan 2038 00:00:00 GMT
--- request
GET /a.html
--- config
    location = /a.html {
        if_modified_since before;
        add_header X-Status $article_status always;
    }
--- error_code: 304
--- response_headers
X-Status: status
! Content-Length
--- response_body eval
""



=== TEST 6: the client's range is no range of what is left: all of it
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- user_files eval: $::File
--- more_headers
Range: bytes=0-3
--- request
GET /a.html
--- error_code: 200
--- response_body
<p>a</p>



=== TEST 7: a part of a page that comes from the origin passes
--- http_config
    article_filter on;
    article_remove .x;
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        root $TEST_NGINX_HTML_DIR;
        article_filter off;
    }
--- config eval: $::Proxy
--- more_headers
Range: bytes=8-20
--- request
GET /b.html
--- user_files
>>> b.html
<p>a</p><i class=x>1</i>
--- error_code: 206
--- response_headers
X-Status: range
Content-Length: 13
Content-Range: bytes 8-20/25
--- response_body: <i class=x>1<



=== TEST 8: an unknown coding passes
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /coding
--- response_headers
X-Status: coding
Content-Encoding: x-unknown
Content-Length: 24
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 9: identity is none, and so is none
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request eval
['GET /identity', 'GET /none']
--- response_headers eval
['X-Status: filtered', 'X-Status: filtered']
--- response_body eval
['<p>a</p>', '<p>a</p>']



=== TEST 10: no-transform is heeded
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /transform
--- response_headers
X-Status: no-transform
Content-Length: 24
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 11: UTF-16 passes
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /charset
--- response_headers
X-Status: charset
Content-Length: 24
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 12: a download passes
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /download
--- response_headers
X-Status: type
--- response_body: <i class=x>1</i>



=== TEST 13: an error page of the origin is filtered
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /missing
--- error_code: 404
--- response_headers
X-Status: filtered
--- response_body: <p>a</p>



=== TEST 14: other statuses pass
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /created
--- error_code: 201
--- response_headers
X-Status: status
--- response_body: <p>a</p><i class=x>1</i>



=== TEST 15: 204
--- http_config eval: $::Origin
--- config eval: $::Proxy
--- request
GET /nothing
--- error_code: 204
--- response_headers
X-Status: status
--- response_body eval
""
