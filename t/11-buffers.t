# Buffers: one page, with much to drop and much to hold, over every way that nginx hands a body on. The origin is a server of its own.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();
no_diff();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

our $Drop = '<div class=x>' . ('gone ' x 40) . '</div>';
our $Page = join '', map { "<p>paragraph $_</p>$Drop<p>Join $_</p><span>" . ('text ' x ($_ % 50)) . "</span>\n" } 1 .. 800;
our $Left = join '', map { "<p>paragraph $_</p><span>" . ('text ' x ($_ % 50)) . "</span>\n" } 1 .. 800;

# `sub_filter` in the origin takes the length away: chunked to HTTP/1.1, ended by closing to HTTP/1.0.
our $Bare = <<'CONF';
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        root $TEST_NGINX_HTML_DIR;
        sendfile off;
        location /sized/ { alias $TEST_NGINX_HTML_DIR/; }
        location /chunked/ { alias $TEST_NGINX_HTML_DIR/; sub_filter '<none>' ''; sub_filter_once off; }
        location /pieces/ { alias $TEST_NGINX_HTML_DIR/; sub_filter '<none>' ''; output_buffers 1 61; postpone_output 0; }
    }
CONF

our $Origin = "article_remove .x; article_remove p text=/^Join/;\n$Bare";

our $File = ">>> page.html\n$Page";

run_tests();

__DATA__

=== TEST 1: proxy_buffering on, sized origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 2: proxy_buffering on, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 3: proxy_buffering on, pieces origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/pieces/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 4: proxy_buffering off, sized origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 5: proxy_buffering off, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 6: proxy_buffering off, pieces origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/pieces/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 7: proxy_buffering off, one small buffer, sized origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffering off; proxy_buffer_size 1k;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 8: proxy_buffering off, one small buffer, pieces origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffering off; proxy_buffer_size 1k;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/pieces/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 9: tiny buffers and no temporary file, sized origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k; proxy_max_temp_file_size 0;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 10: tiny buffers and no temporary file, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k; proxy_max_temp_file_size 0;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 11: tiny buffers and no temporary file, pieces origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k; proxy_max_temp_file_size 0;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/pieces/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 12: tiny buffers and a temporary file, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        proxy_buffer_size 1k; proxy_buffers 2 1k; proxy_busy_buffers_size 1k;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 13: no postponing of output, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.1;
        postpone_output 0; proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 14: HTTP/1.0 to the origin: the end is the closing, sized origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.0;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 15: HTTP/1.0 to the origin: the end is the closing, chunked origin
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter on;
        proxy_http_version 1.0;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/chunked/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 16: a file, sendfile off
--- http_config eval: $::Origin
--- config
    location = /page.html {
        article_filter on;
        sendfile off;
    }
--- user_files eval: $::File
--- request
GET /page.html
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 17: a file, sendfile on
--- http_config eval: $::Origin
--- config
    location = /page.html {
        article_filter on;
        sendfile on;
    }
--- user_files eval: $::File
--- request
GET /page.html
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 18: a file, small output buffers
--- http_config eval: $::Origin
--- config
    location = /page.html {
        article_filter on;
        output_buffers 1 64;
    }
--- user_files eval: $::File
--- request
GET /page.html
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 19: a file, aio threads
--- http_config eval: $::Origin
--- config
    location = /page.html {
        article_filter on;
        aio threads; output_buffers 2 512;
    }
--- user_files eval: $::File
--- request
GET /page.html
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 20: a file, directio
--- http_config eval: $::Origin
--- config
    location = /page.html {
        article_filter on;
        directio 512;
    }
--- user_files eval: $::File
--- request
GET /page.html
--- response_body eval: $::Left
--- no_error_log
[alert]
[error]



=== TEST 21: from the cache, the second time as the first
--- http_config eval
"proxy_cache_path \$TEST_NGINX_HTML_DIR/cache keys_zone=article:1m;\n$::Origin"
--- config
    location = /a {
        article_filter on;
        proxy_cache article;
        proxy_cache_valid 200 1h;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- pipelined_requests eval
["GET /a", "GET /a"]
--- response_body eval
[$::Left, $::Left]
--- no_error_log
[alert]



=== TEST 22: nothing matches: the origin's bytes
--- http_config eval: $::Bare
--- config
    location = /a {
        article_filter on;
        article_remove .none;
        proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/pieces/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Page
--- no_error_log
[alert]



=== TEST 23: report leaves every byte and buffer alone
--- http_config eval: $::Origin
--- config
    location = /a {
        article_filter report;
        proxy_buffering off;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/sized/page.html;
    }
--- user_files eval: $::File
--- request
GET /a
--- response_body eval: $::Page
--- no_error_log
[alert]
