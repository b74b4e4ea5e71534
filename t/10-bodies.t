# Bodies: what leaves for what comes, in every way a body can reach the filter.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();
no_shuffle();
run_tests();

__DATA__

=== TEST 1: elements at the start, in the middle and at the end
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
    }
--- user_files
>>> a.html
<div class=x>1</div><p>a</p><div class=x>2</div><p>b</p><div class=x>3</div>
--- request
GET /a.html
--- response_body
<p>a</p><p>b</p>
--- no_error_log
[alert]



=== TEST 2: nothing matches, nothing changes
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
    }
--- user_files eval
">>> a.html\n<!DOCTYPE html>\r\n<P CLASS=y>a &amp b<br/>\0<b><i>c</b></i></P ><!-- -- > -->" . ("<p>paragraph\n" x 20000)
--- request
GET /a.html
--- response_body eval
"<!DOCTYPE html>\r\n<P CLASS=y>a &amp b<br/>\0<b><i>c</b></i></P ><!-- -- > -->" . ("<p>paragraph\n" x 20000)
--- no_error_log
[alert]



=== TEST 3: a body that is dropped as a whole ends well
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
    }
--- user_files eval
">>> a.html\n<div class=x>" . ("text " x 30000) . "</div>"
--- pipelined_requests eval
["GET /a.html", "GET /a.html"]
--- response_body eval
["", ""]
--- no_error_log
[alert]



=== TEST 4: an empty file
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
        add_header X-Status $article_status;
    }
--- user_files eval
">>> a.html\n"
--- request
GET /a.html
--- response_body eval
""
--- response_headers
Content-Length: 0
X-Status: empty



=== TEST 5: a body from memory
--- config
    location = /a {
        default_type text/html;
        article_filter on;
        article_remove .x;
        return 200 '<p>a</p><div class=x>gone</div><p>b</p>';
    }
--- request
GET /a
--- response_body: <p>a</p><p>b</p>
--- no_error_log
[alert]



=== TEST 6: an element that is never closed goes to the end
--- config
    location = /a {
        default_type text/html;
        article_filter on;
        article_remove .x;
        return 200 '<p>a</p><div class=x>gone<p>gone';
    }
--- request
GET /a
--- response_body: <p>a</p>



=== TEST 7: a cut tag at the end stays
--- config
    location = /a {
        default_type text/html;
        article_filter on;
        article_remove .x;
        return 200 '<p>a</p><div class="x';
    }
--- request
GET /a
--- response_body: <p>a</p><div class="x



=== TEST 8: text conditions are decided at the element's end
--- config
    location = /a {
        default_type text/html;
        article_filter on;
        article_remove p text=/^Join/;
        return 200 '<p>Join us</p><p>We join them</p><p>Join <b>me</b></p>';
    }
--- request
GET /a
--- response_body: <p>We join them</p>



=== TEST 9: more is held than article_buffer: it stays, with a log line
--- config
    location = /a.html {
        article_filter on;
        article_buffer 4k;
        article_remove 'div' 'text=/Join/' max=100000;
    }
--- user_files eval
">>> a.html\n<div>" . ("some text " x 5000) . "Join</div><p>b</p>"
--- request
GET /a.html
--- response_body eval
"<div>" . ("some text " x 5000) . "Join</div><p>b</p>"
--- error_log
article filter: limit



=== TEST 10: an error page of nginx passes through the filter
--- config
    error_page 404 /404.html;
    article_filter on;
    article_remove .x;
    location = /404.html {
    }
--- user_files
>>> 404.html
<p>not here</p><div class=x>gone</div>
--- request
GET /nothing
--- response_body
<p>not here</p>
--- error_code: 404
--- no_error_log
[alert]



=== TEST 11: an internal redirect is filtered once
--- config
    article_filter on;
    article_remove .x;
    location = /a {
        rewrite ^ /b.html last;
    }
    location = /t {
        try_files /none /b.html;
    }
--- user_files
>>> b.html
<p>b</p><div class=x>gone</div>
--- pipelined_requests eval
["GET /a", "GET /t"]
--- response_body eval
["<p>b</p>\n", "<p>b</p>\n"]
--- no_error_log
[alert]



=== TEST 12: subrequests pass, the page around them is filtered
--- config
    location = /a.html {
        ssi on;
        article_filter on;
        article_remove .x;
    }
    location = /part.html {
        article_filter on;
        article_remove .x;
    }
--- user_files
>>> a.html
<p>a</p><div class=x>gone</div><!--# include virtual="/part.html" --><p>b</p>
>>> part.html
<div class=x>part</div>
--- request
GET /a.html
--- response_body eval
"<p>a</p><div class=x>part</div>\n<p>b</p>\n"
--- no_error_log
[alert]



=== TEST 13: gzip compresses what is left
--- config
    location = /a.html {
        gzip on;
        gzip_min_length 1;
        article_filter on;
        article_remove .x;
    }
--- user_files
>>> a.html
<p>a</p><div class=x>gone</div><p>b</p>
--- more_headers
Accept-Encoding: gzip
--- request
GET /a.html
--- response_headers
Content-Encoding: gzip
--- response_body_like: ^\x1f\x8b
--- no_error_log
[alert]



=== TEST 14: without rules nothing happens
--- config
    location = /a.html {
        article_filter on;
        add_header X-Status $article_status;
    }
--- user_files
>>> a.html
<p>a</p><div class=x>stays</div>
--- request
GET /a.html
--- response_headers
X-Status: unchanged
Content-Length: 33
--- response_body
<p>a</p><div class=x>stays</div>



=== TEST 15: keepalive goes on after a filtered body
--- config
    location ~ \.html$ {
        article_filter on;
        article_remove .x;
    }
--- user_files
>>> a.html
<p>a</p><div class=x>gone</div>
>>> b.html
<p>b</p>
--- pipelined_requests eval
["GET /a.html", "GET /b.html", "GET /a.html"]
--- response_body eval
["<p>a</p>\n", "<p>b</p>\n", "<p>a</p>\n"]
--- no_error_log
[alert]
