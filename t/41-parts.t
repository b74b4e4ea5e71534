# Parts of a page that SSI and addition put together: filtered on request, as pieces of HTML that begin in the body.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();

$ENV{TEST_NGINX_HTML_DIR} ||= html_dir();

our $Origin = <<'CONF';
    article_filter on;
    article_remove .x;
    article_attribution 'News from the agency';
    article_subrequests on;
    server {
        listen unix:$TEST_NGINX_HTML_DIR/origin.sock;
        article_filter off;
        default_type text/html;
        location = /part { return 200 '<i class=x>1</i><p>part<i class=x>2</i>'; }
        location = /tail { return 200 '</div><i class=x>3</i>'; }
        location = /text { default_type text/plain; return 200 '<i class=x>text</i>'; }
        location = /zipped { gzip on; gzip_min_length 1; gzip_proxied any; return 200 '<p>zipped</p><i class=x>4</i>'; }
        location = /auth { return 200 '<i class=x>1</i>'; }
        location = /empty { return 200 ''; }
        location = /rows { return 200 '<tr class=x><td>1</td></tr><tr><td>2<i class=x>3</i></td></tr>'; }
        location = /gone { return 404 '<p>gone</p><i class=x>1</i>'; }
        location = /coding { add_header Content-Encoding x-unknown; return 200 '<i class=x>1</i>'; }
    }
CONF

our $Parts = <<'CONF';
    location ~ ^/(part|rows|tail|text|zipped|auth|empty|gone|coding)$ {
        proxy_http_version 1.1;
        proxy_set_header Accept-Encoding gzip;
        proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock;
    }
CONF

sub page {
    my ($html) = @_;
    return $::Parts . "location = /page { ssi on; default_type text/html; return 200 '$html'; }\n";
}

run_tests();

__DATA__

=== TEST 1: what SSI includes is filtered as a fragment, and the page has the notice once
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><div><!--# include virtual="/part" --></div><i class=x>0</i></body>')
--- request
GET /page
--- response_body chomp
<!DOCTYPE html><body><div><p>part</div><p>News from the agency</p></body>
--- no_error_log
[alert]
[error]



=== TEST 2: a part that ends what the page began
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><div><p>a</p><!--# include virtual="/tail" --></body>')
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><div><p>a</p></div>
--- no_error_log
[alert]
[error]



=== TEST 3: several, at the same time
--- http_config eval: $::Origin
--- config eval
::page('<!DOCTYPE html><body><!--# include virtual="/part" wait="yes" --><!--# include virtual="/zipped" --><!--# include virtual="/part" -->')
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><p>part<p>zipped</p><p>part
--- no_error_log
[alert]
[error]



=== TEST 4: text is none of the filter's, and an empty part is empty
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><!--# include virtual="/text" --><!--# include virtual="/empty" -->')
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><i class=x>text</i>
--- no_error_log
[alert]
[error]



=== TEST 5: a part that is an error page
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><!--# include virtual="/gone" -->')
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><p>gone</p>
--- no_error_log
[alert]



=== TEST 6: what SSI puts into a variable is as the origin sent it
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><!--# include virtual="/auth" set="v" --><!--# echo var="v" encoding="none" -->')
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><i class=x>1</i>
--- no_error_log
[alert]
[error]



=== TEST 7: addition
--- http_config eval: $::Origin
--- config eval
$::Parts . 'location = /page { default_type text/html; add_before_body /part; add_after_body /part;
    return 200 "<!DOCTYPE html><body><p>p</p><i class=x>1</i></body>"; }'
--- request
GET /page
--- response_body: <p>part<!DOCTYPE html><body><p>p</p><p>News from the agency</p></body><p>part
--- no_error_log
[alert]
[error]



=== TEST 8: auth_request and mirror are no parts
--- http_config eval: $::Origin
--- config eval
$::Parts . 'location = /page { default_type text/html; auth_request /auth; mirror /part;
    proxy_pass http://unix:$TEST_NGINX_HTML_DIR/origin.sock:/part; }'
--- request
GET /page
--- response_body_like: ^<p>part
--- no_error_log
[alert]
[error]



=== TEST 9: a dry run of parts
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><!--# include virtual="/part" -->') =~ s/proxy_pass/article_filter report; proxy_pass/r
--- request
GET /page
--- response_body_like: ^<!DOCTYPE html><body><i class=x>1</i><p>part<i class=x>2</i>
--- no_error_log
[alert]
[error]



=== TEST 10: where an error is asked for, the page has to do without a part that cannot be filtered
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><!--# include virtual="/coding" -->') =~ s/proxy_pass/article_unfilterable error; proxy_pass/r
--- request
GET /page
--- response_body: <!DOCTYPE html><body><p>News from the agency</p>
--- error_log
article filter: the response cannot be filtered (coding)
--- no_error_log
[alert]



=== TEST 11: rows that stand in a table of the page: no elements for a rule, what is in their cells is
--- http_config eval: $::Origin
--- config eval: ::page('<!DOCTYPE html><body><table><!--# include virtual="/rows" --></table></body>')
--- request
GET /page
--- response_body chomp
<!DOCTYPE html><body><table><tr class=x><td>1</td></tr><tr><td>2</td></tr></table><p>News from the agency</p></body>
--- no_error_log
[alert]
[error]
