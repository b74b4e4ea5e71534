# Directives: values, defaults, how rules add up from http over server to location.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();
run_tests();

__DATA__

=== TEST 1: a rule of the location removes an element
--- config
    location = /a.html {
        article_filter on;
        article_remove .teaser;
    }
--- user_files
>>> a.html
<!DOCTYPE html><title>t</title><body><p>a</p><div class=teaser>gone</div><p>b</p>
--- request
GET /a.html
--- response_body
<!DOCTYPE html><title>t</title><body><p>a</p><p>b</p>
--- no_error_log
[error]
[alert]



=== TEST 2: off is the default
--- config
    location = /a.html {
        article_remove .teaser;
    }
--- user_files
>>> a.html
<body><p>a</p><div class=teaser>stays</div><p>b</p>
--- request
GET /a.html
--- response_body
<body><p>a</p><div class=teaser>stays</div><p>b</p>
--- no_error_log
[error]



=== TEST 3: rules of http, server and location add up
--- http_config
    article_filter on;
    article_remove .one;
--- config
    article_remove .two;
    location = /a.html {
        article_remove .three;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i class=two>2</i><i class=three>3</i><i class=four>4</i>
--- request
GET /a.html
--- response_body
<body><i class=four>4</i>
--- no_error_log
[error]



=== TEST 4: a location beside it has only what it inherits
--- http_config
    article_filter on;
    article_remove .one;
--- config
    location = /a.html {
    }
    location /other {
        article_remove .two;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i class=two>2</i>
--- request
GET /a.html
--- response_body
<body><i class=two>2</i>
--- no_error_log
[error]



=== TEST 5: a location can switch off
--- http_config
    article_filter on;
    article_remove .one;
--- config
    location = /a.html {
        article_filter off;
    }
--- user_files
>>> a.html
<body><i class=one>1</i>
--- request
GET /a.html
--- response_body
<body><i class=one>1</i>
--- no_error_log
[error]



=== TEST 6: the value may be a variable
--- config
    location = /a.html {
        article_filter $arg_f;
        article_remove .one;
        add_header X-Status $article_status;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i>2</i>
--- pipelined_requests eval
["GET /a.html?f=on", "GET /a.html?f=off", "GET /a.html"]
--- response_body eval
["<body><i>2</i>\n", "<body><i class=one>1</i><i>2</i>\n", "<body><i class=one>1</i><i>2</i>\n"]
--- response_headers eval
["X-Status: filtered", "X-Status: off", "X-Status: off"]



=== TEST 7: an unknown value of a variable is off, with a warning
--- config
    location = /a.html {
        article_filter $arg_f;
        article_remove .one;
    }
--- user_files
>>> a.html
<body><i class=one>1</i>
--- request
GET /a.html?f=maybe
--- response_body
<body><i class=one>1</i>
--- error_log
unknown value "maybe" of "article_filter"



=== TEST 8: report changes nothing, and counts
--- http_config
    log_format removed "removed=$article_removed status=$article_status.";
--- config
    location = /a.html {
        article_filter report;
        article_remove .one;
        add_header X-Status $article_status;
        access_log logs/error.log removed;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i>2</i>
--- request
GET /a.html
--- response_headers
X-Status: report
Content-Length: 33
--- response_body
<body><i class=one>1</i><i>2</i>
--- error_log
removed=1 status=report.



=== TEST 9: other types pass
--- config
    location = /a.txt {
        article_filter on;
        article_remove .one;
        add_header X-Status $article_status;
    }
--- user_files
>>> a.txt
<body><i class=one>1</i>
--- request
GET /a.txt
--- response_body
<body><i class=one>1</i>
--- response_headers
X-Status: type



=== TEST 10: article_filter_types
--- config
    location = /a.page {
        default_type text/x-page;
        article_filter on;
        article_filter_types text/x-page;
        article_remove .one;
    }
--- user_files
>>> a.page
<body><i class=one>1</i><i>2</i>
--- request
GET /a.page
--- response_body
<body><i>2</i>
--- no_error_log
[error]



=== TEST 11: arguments with spaces are one rule line
--- config
    location = /a.html {
        article_filter on;
        article_remove 'div p' 'text=/^Join the/' max=200;
    }
--- user_files
>>> a.html
<body><div><p>Join the Conversation!</p><p>Stay</p></div><p>Join the crowd</p>
--- request
GET /a.html
--- response_body
<body><div><p>Stay</p></div><p>Join the crowd</p>
--- no_error_log
[error]



=== TEST 12: rules from a file beside the configuration
--- config
    location = /a.html {
        article_filter on;
        article_rules page.rules;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i class=two>2</i><i>3</i>
>>> ../conf/page.rules
! a comment
remove .one
##.two
--- request
GET /a.html
--- response_body
<body><i>3</i>
--- no_error_log
[error]



=== TEST 13: rules from files of a pattern
--- config
    location = /a.html {
        article_filter on;
        article_rules page-*.rules;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i class=two>2</i><i>3</i>
>>> ../conf/page-1.rules
remove .one
>>> ../conf/page-2.rules
remove .two
--- request
GET /a.html
--- response_body
<body><i>3</i>
--- no_error_log
[error]



=== TEST 14: article_site chooses the rules of a site
--- config
    location = /a.html {
        article_filter on;
        article_site $arg_site;
        article_remove .one site=news.example;
    }
--- user_files
>>> a.html
<body><i class=one>1</i><i>2</i>
--- pipelined_requests eval
["GET /a.html?site=news.example", "GET /a.html?site=other.example"]
--- response_body eval
["<body><i>2</i>\n", "<body><i class=one>1</i><i>2</i>\n"]
