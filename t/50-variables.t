# Variables: before the body in headers, after it in the log.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

our $Log = <<'CONF';
    log_format article 'status=$article_status removed=$article_removed notice=$article_attribution.';
CONF

run_tests();

__DATA__

=== TEST 1: filtered, with a count
--- http_config eval: $::Log
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
        access_log logs/error.log article;
    }
--- user_files
>>> a.html
<p>a</p><i class=x>1</i><i class=x>2</i><i>3</i>
--- request
GET /a.html
--- response_body
<p>a</p><i>3</i>
--- error_log
status=filtered removed=2 notice=-.



=== TEST 2: unchanged
--- http_config eval: $::Log
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
        access_log logs/error.log article;
    }
--- user_files
>>> a.html
<p>a</p>
--- request
GET /a.html
--- response_body
<p>a</p>
--- error_log
status=unchanged removed=0 notice=-.



=== TEST 3: off
--- http_config eval: $::Log
--- config
    location = /a.html {
        access_log logs/error.log article;
    }
--- user_files
>>> a.html
<p>a</p>
--- request
GET /a.html
--- response_body
<p>a</p>
--- error_log
status=off removed=0 notice=-.



=== TEST 4: a notice that was inserted
--- http_config eval: $::Log
--- config
    location = /a.html {
        article_filter on;
        article_attribution 'News from the $arg_who' 'match=/News from/';
        access_log logs/error.log article;
    }
--- user_files
>>> a.html
<!DOCTYPE html><html><body><p>a</p></body></html>
--- request
GET /a.html?who=agency
--- response_body
<!DOCTYPE html><html><body><p>a</p><p>News from the agency</p></body></html>
--- error_log
status=filtered removed=0 notice=inserted.



=== TEST 5: the digest of the rules is the same for the same rules
--- config
    location = /a.html {
        article_filter on;
        article_remove .x;
        add_header X-Rules $article_rules;
    }
--- user_files
>>> a.html
<p>a</p>
--- request
GET /a.html
--- response_headers_like
X-Rules: [0-9a-f]{16}
--- response_body
<p>a</p>



=== TEST 6: no rules, no digest
--- config
    location = /a.html {
        article_filter on;
        add_header X-Rules $article_rules;
    }
--- user_files
>>> a.html
<p>a</p>
--- request
GET /a.html
--- response_headers
! X-Rules
--- response_body
<p>a</p>

