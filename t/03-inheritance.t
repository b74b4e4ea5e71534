# Inheritance: values go down, rules add up, `if` and nested locations are levels too.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

our $Page = <<'HTML';
>>> a.html
<body><i class=one>1</i><i class=two>2</i><i class=three>3</i><i class=four>4</i>
>>> in/a.html
<body><i class=one>1</i><i class=two>2</i><i class=three>3</i><i class=four>4</i>
HTML

run_tests();

__DATA__

=== TEST 1: a nested location has the rules of those around it
--- config
    article_filter on;
    article_remove .one;
    location /in/ {
        article_remove .two;
        location /in/a {
            article_remove .three;
        }
    }
--- user_files eval: $::Page
--- request
GET /in/a.html
--- response_body
<body><i class=four>4</i>
--- no_error_log
[error]



=== TEST 2: `if` adds rules where it is true
--- config
    location /a {
        article_filter on;
        article_remove .one;
        if ($arg_more) {
            article_remove .two;
        }
    }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /a.html", "GET /a.html?more=1"]
--- response_body eval
["<body><i class=two>2</i><i class=three>3</i><i class=four>4</i>\n", "<body><i class=three>3</i><i class=four>4</i>\n"]
--- no_error_log
[error]



=== TEST 3: `if` switches off
--- config
    location /a {
        article_filter on;
        article_remove .one;
        if ($http_x_raw) {
            article_filter off;
        }
    }
--- user_files eval: $::Page
--- more_headers
X-Raw: 1
--- request
GET /a.html
--- response_body
<body><i class=one>1</i><i class=two>2</i><i class=three>3</i><i class=four>4</i>



=== TEST 4: rules before the switch: the level below switches on
--- http_config
    article_remove .one;
--- config
    article_remove .two;
    location /a {
        article_filter on;
    }
--- user_files eval: $::Page
--- request
GET /a.html
--- response_body
<body><i class=three>3</i><i class=four>4</i>



=== TEST 5: the same rules in two locations are one set
--- config
    location /in/ {
        article_filter on;
        article_remove .one;
        add_header X-Rules $article_rules;
    }
    location /a.html {
        article_filter on;
        article_remove .one;
        add_header X-Rules $article_rules;
    }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /in/a.html", "GET /a.html"]
--- response_headers_like eval
["X-Rules: [0-9a-f]{16}", "X-Rules: [0-9a-f]{16}"]
--- response_body eval
["<body><i class=two>2</i><i class=three>3</i><i class=four>4</i>\n", "<body><i class=two>2</i><i class=three>3</i><i class=four>4</i>\n"]



=== TEST 6: types, buffer and site go down
--- http_config
    article_filter on;
    article_filter_types text/x-page;
    article_site news.example;
    article_buffer 64k;
    article_remove .one site=news.example;
--- config
    location /a {
        default_type text/x-page;
        types { }
    }
--- user_files eval: $::Page
--- request
GET /a.html
--- response_body
<body><i class=two>2</i><i class=three>3</i><i class=four>4</i>



=== TEST 7: replace: a level with rules of its own has no others
--- config
    article_filter on;
    article_remove .one;
    article_inherit replace;
    location /in/ {
        article_remove .two;
    }
    location /a {
    }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /in/a.html", "GET /a.html"]
--- response_body eval
["<body><i class=one>1</i><i class=three>3</i><i class=four>4</i>\n", "<body><i class=two>2</i><i class=three>3</i><i class=four>4</i>\n"]
--- no_error_log
[error]



=== TEST 8: off: nothing comes from above, also where a level has no rules
--- config
    article_filter on;
    article_remove .one;
    location /in/ {
        article_inherit off;
        article_remove .two;
    }
    location /a {
        article_inherit off;
        add_header X-Status $article_status;
    }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /in/a.html", "GET /a.html"]
--- response_body eval
["<body><i class=one>1</i><i class=three>3</i><i class=four>4</i>\n",
 "<body><i class=one>1</i><i class=two>2</i><i class=three>3</i><i class=four>4</i>\n"]
--- no_error_log
[error]



=== TEST 9: the mode itself goes down, and merge takes it back
--- http_config
    article_inherit off;
    article_remove .one;
--- config
    article_filter on;
    article_remove .two;
    location /in/ {
        article_remove .three;
        location /in/a {
            article_inherit merge;
            article_remove .four;
        }
    }
--- user_files eval: $::Page
--- request
GET /in/a.html
--- response_body
<body><i class=one>1</i><i class=two>2</i>
--- no_error_log
[error]



=== TEST 10: `if` replaces
--- config
    location /a {
        article_filter on;
        article_remove .one;
        if ($arg_other) {
            article_inherit replace;
            article_remove .two;
        }
    }
--- user_files eval: $::Page
--- request
GET /a.html?other=1
--- response_body
<body><i class=one>1</i><i class=three>3</i><i class=four>4</i>
--- no_error_log
[error]



=== TEST 11: a rule from above is lifted by its label
--- http_config
    article_remove .one label=first;
    article_remove .two label=second;
    article_remove .three label=third;
--- config
    article_filter on;
    location /in/ {
        article_lift first third;
        article_remove .four;
    }
    location /a {
    }
--- user_files eval: $::Page
--- pipelined_requests eval
["GET /in/a.html", "GET /a.html"]
--- response_body eval
["<body><i class=one>1</i><i class=three>3</i>\n", "<body><i class=four>4</i>\n"]
--- no_error_log
[error]



=== TEST 12: a rule of a preset is lifted
--- http_config
    article_filter on;
    article_preset comments;
--- config
    location /a {
        article_lift isso;
    }
    location /b {
    }
--- user_files
>>> a.html
<!DOCTYPE html><body><p>a</p><div id="isso-thread">1</div>
>>> b.html
<!DOCTYPE html><body><p>a</p><div id="isso-thread">1</div>
--- pipelined_requests eval
["GET /a.html", "GET /b.html"]
--- response_body eval
["<!DOCTYPE html><body><p>a</p><div id=\"isso-thread\">1</div>\n", "<!DOCTYPE html><body><p>a</p>\n"]
--- no_error_log
[error]
