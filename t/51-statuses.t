# $article_status has a word for each response, filtered or not. tools/check-docs compares the words here with those of the code and of
# docs/operating.md; `error` needs failing memory: tests/nginx/test_allocations.
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
        location /nothing { return 200 '<p>a</p>'; }
        location /style { default_type text/css; return 200 'i.x {}'; }
        location /moved { return 302 /elsewhere; }
        location /part { add_header Content-Range 'bytes 0-23/100'; return 206 '<p>a</p><i class=x>1</i>'; }
        location /coding { add_header Content-Encoding x-unknown; return 200 '<p>a</p><i class=x>1</i>'; }
        location /several { add_header Content-Encoding 'gzip, br'; return 200 '<p>a</p><i class=x>1</i>'; }
        location /zipped { gzip on; gzip_min_length 1; gzip_proxied any; return 200 '<p>a</p><i class=x>1</i>'; }
        location /transform { add_header Cache-Control no-transform; return 200 '<p>a</p><i class=x>1</i>'; }
        location /charset { charset utf-16le; return 200 '<p>a</p><i class=x>1</i>'; }
        location /download { add_header Content-Disposition 'Attachment; filename=a.html'; return 200 '<p>a</p><i class=x>1</i>'; }
        location /empty { return 200 ''; }
        location /feed {
            default_type application/rss+xml;
            return 200 '<rss><channel><item><title>a & b</title><description>&lt;i class=x></description></item></channel></rss>';
        }
    }
CONF

sub place {
    my ($lines) = @_;
    return "location ~ ^/ { access_log logs/error.log status; proxy_set_header Accept-Encoding gzip; proxy_http_version 1.1;\n" .
        'proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;' . "\n$lines }\n";
}

run_tests();

__DATA__

=== TEST 1: off
--- http_config eval: $::Origin
--- config eval: ::place('')
--- request
GET /page
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=off.



=== TEST 2: filtered
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /page
--- response_body: <p>a</p>
--- error_log
status=filtered.



=== TEST 3: unchanged, since nothing applied
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /nothing
--- response_body: <p>a</p>
--- error_log
status=unchanged.



=== TEST 4: unchanged, since there is no rule
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on; article_inherit off;')
--- request
GET /page
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=unchanged.



=== TEST 5: report
--- http_config eval: $::Origin
--- config eval: ::place('article_filter report;')
--- request
GET /page
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=report.



=== TEST 6: bypass
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on; article_bypass $arg_raw;')
--- request
GET /page?raw=1
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=bypass.



=== TEST 7: type
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /style
--- response_body: i.x {}
--- error_log
status=type.



=== TEST 8: type, too: a download
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /download
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=type.



=== TEST 9: status
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on; proxy_redirect off;')
--- request
GET /moved
--- error_code: 302
--- error_log
status=status.



=== TEST 10: range
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /part
--- error_code: 206
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=range.



=== TEST 11: coding, unknown
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /coding
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=coding.



=== TEST 12: coding, two of them
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /several
--- response_headers
Content-Encoding: gzip, br
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=coding.



=== TEST 13: coding, not wanted
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on; article_decode off;')
--- request
GET /zipped
--- response_headers
Content-Encoding: gzip
--- error_log
status=coding.



=== TEST 14: no-transform
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /transform
--- response_body: <p>a</p><i class=x>1</i>
--- error_log
status=no-transform.



=== TEST 15: charset
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /charset
--- error_log
status=charset.



=== TEST 16: limit
--- http_config eval: $::Origin
--- config
    location = /a.html {
        article_filter on;
        article_buffer 1k;
        article_inherit off;
        article_remove 'p:has(.never)';
        access_log logs/error.log status;
    }
--- user_files eval
">>> a.html\n<p>" . ('word ' x 1000) . "</p>\n"
--- request
GET /a.html
--- response_body eval
'<p>' . ('word ' x 1000) . "</p>\n"
--- error_log
status=limit.



=== TEST 17: subrequest
--- http_config eval: $::Origin
--- config
    location = /page { ssi on; default_type text/html; article_filter on; return 200 '<p><!--# include virtual="/included" --></p>'; }
    location = /included {
        default_type text/html;
        article_filter on;
        log_subrequest on;
        access_log logs/error.log status;
        return 200 '<i class=x>1</i>';
    }
--- request
GET /page
--- response_body: <p><i class=x>1</i></p>
--- error_log
status=subrequest.



=== TEST 18: empty, HEAD
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
HEAD /page
--- response_body
--- error_log
status=empty.



=== TEST 19: empty, a body of no bytes
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /empty
--- response_body
--- error_log
status=empty.



=== TEST 20: malformed
--- http_config eval: $::Origin
--- config eval: ::place('article_filter on;')
--- request
GET /feed
--- response_body: <rss><channel><item><title>a & b</title><description>&lt;i class=x></description></item></channel></rss>
--- error_log
status=malformed.
