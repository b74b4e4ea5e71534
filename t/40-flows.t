# Flows: subrequests, internal redirects, error pages, conditional and empty responses of an origin.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

our $Origin = <<'CONF';
    article_filter on;
    article_remove .x;
    log_format status 'status=$article_status.';
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        article_filter off;
        default_type text/html;
        location / { return 200 '<p>a</p><i class=x>1</i>'; }
        location /empty { return 200 ''; }
        location /chunked-empty { ssi on; return 200 ''; }
        location /moved { return 302 /elsewhere; }
        location /broken { return 503 '<p>sorry</p><i class=x>1</i>'; }
        location /accel { add_header X-Accel-Redirect /inner/page; return 200 'not this'; }
        location /auth { return 204; }
        location /denied { return 403 '<i class=x>no</i>'; }
    }
CONF

our $Pass = 'proxy_http_version 1.1; proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:';

run_tests();

__DATA__

=== TEST 1: SSI: comments pass the filter, parts are left alone, the page around them is filtered
--- http_config eval: $::Origin
--- config eval
"location = /page { ssi on; default_type text/html;
    return 200 '<p>a</p><i class=x>1</i><!--# include virtual=\"/part\" --><p>b</p><i class=x>2</i>'; }
 location = /part { $::Pass/part; }"
--- request
GET /page
--- response_body: <p>a</p><p>a</p><i class=x>1</i><p>b</p>
--- no_error_log
[alert]
[error]



=== TEST 2: addition: what is put before and behind is left alone
--- http_config eval: $::Origin
--- config eval
"location = /page { default_type text/html; add_before_body /part; add_after_body /part; return 200 '<p>p</p><i class=x>1</i>'; }
 location = /part { $::Pass/part; }"
--- request
GET /page
--- response_body: <p>a</p><i class=x>1</i><p>p</p><p>a</p><i class=x>1</i>
--- no_error_log
[alert]
[error]



=== TEST 3: auth_request
--- http_config eval: $::Origin
--- config eval
"location = /page { auth_request /auth; $::Pass/; }
 location = /auth { internal; $::Pass/auth; }"
--- request
GET /page
--- response_body: <p>a</p>
--- no_error_log
[alert]
[error]



=== TEST 4: mirror
--- http_config eval: $::Origin
--- config eval
"location = /page { mirror /copy; $::Pass/; }
 location = /copy { internal; $::Pass/copy; }"
--- request
GET /page
--- response_body: <p>a</p>
--- no_error_log
[alert]
[error]



=== TEST 5: X-Accel-Redirect
--- http_config eval: $::Origin
--- config eval
"location = /page { $::Pass/accel; }
 location /inner/ { internal; $::Pass/; }"
--- request
GET /page
--- response_body: <p>a</p>
--- no_error_log
[alert]
[error]



=== TEST 6: an intercepted error
--- http_config eval: $::Origin
--- config eval
"location = /page { proxy_intercept_errors on; error_page 503 = /instead; $::Pass/broken; }
 location = /instead { default_type text/html; return 200 '<p>instead</p><i class=x>1</i>'; }"
--- request
GET /page
--- response_body: <p>instead</p>
--- no_error_log
[alert]



=== TEST 7: an error page of the origin
--- http_config eval: $::Origin
--- config eval
"location = /page { $::Pass/broken; }"
--- request
GET /page
--- error_code: 503
--- response_body: <p>sorry</p>



=== TEST 8: a named location
--- http_config eval: $::Origin
--- config eval
"location = /page { try_files /none \@origin; }
 location \@origin { proxy_pass http://unix:\$TEST_NGINX_HTML_DIR/origin.sock; }"
--- request
GET /page
--- response_body: <p>a</p>
--- no_error_log
[alert]
[error]



=== TEST 9: an empty body that is sized
--- http_config eval: $::Origin
--- config eval
"location = /page { access_log logs/error.log status; $::Pass/empty; }"
--- request
GET /page
--- response_headers
Content-Length: 0
--- response_body eval
""
--- error_log
status=empty.



=== TEST 10: an empty body whose length nobody told
--- http_config eval: $::Origin
--- config eval
"location = /page { access_log logs/error.log status; $::Pass/chunked-empty; }"
--- request
GET /page
--- response_body eval
""
--- no_error_log
[alert]
[error]



=== TEST 11: a redirect
--- http_config eval: $::Origin
--- config eval
"location = /page { access_log logs/error.log status; $::Pass/moved; }"
--- request
GET /page
--- error_code: 302
--- response_headers_like
Location: .*/elsewhere
--- error_log
status=status.



=== TEST 12: POST
--- http_config eval: $::Origin
--- config eval
"location = /page { $::Pass/; }"
--- request
POST /page
a=1
--- response_body: <p>a</p>
--- no_error_log
[alert]
[error]



=== TEST 13: limit_rate
--- http_config eval: $::Origin
--- config eval
"location = /page { limit_rate 1m; $::Pass/; }"
--- request
GET /page
--- response_body: <p>a</p>



=== TEST 14: no origin there
--- http_config eval: $::Origin
--- config
    location = /page { proxy_pass http://unix:$TEST_NGINX_HTML_DIR/none.sock; }
--- request
GET /page
--- error_code: 502
--- response_body_like: Bad Gateway
--- no_error_log
[alert]



=== TEST 15: the final counts go out in a trailer
--- http_config eval: $::Origin
--- config eval
"location = /page { add_trailer X-Removed \$article_removed; $::Pass/; }"
--- raw_request eval
"GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTE: trailers\r\n\r\n"
--- ignore_response
--- no_error_log
[alert]
[error]
