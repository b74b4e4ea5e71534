# What nginx -t says about wrong values, rules, presets and files.
use Test::Nginx::Socket 'no_plan';
use lib '.';
use t::Settings;

no_long_string();
run_tests();

__DATA__

=== TEST 1: an unknown value
--- config
    article_filter maybe;
--- must_die
--- error_log
invalid value "maybe" in "article_filter" directive



=== TEST 2: a value twice
--- config
    article_filter on;
    article_filter off;
--- must_die
--- error_log
"article_filter" directive is duplicate



=== TEST 3: an unknown preset
--- config
    article_filter on;
    article_preset no-such-preset;
--- must_die
--- error_log
unknown article preset "no-such-preset"



=== TEST 4: a rule file that is not there
--- config
    article_filter on;
    article_rules no-such.rules;
--- must_die
--- error_log eval
qr/\[emerg\].*no-such\.rules" failed \(2: No such file or directory\) in .*nginx\.conf:\d+/



=== TEST 5: a wrong selector of a directive is told with file, line and column
--- config
    article_filter on;
    article_remove 'div..x';
--- must_die
--- error_log eval
qr/\[emerg\].*nginx\.conf:\d+:\d+: /



=== TEST 6: the line and a caret follow
--- config
    article_filter on;
    article_remove 'div..x';
--- must_die
--- error_log eval
[qr/^    remove div\.\.x$/, qr/^ +\^$/]



=== TEST 7: a wrong line of a file is told with that file's name and line
--- config
    location = /a.html {
        article_filter on;
        article_rules page.rules;
    }
--- user_files
>>> ../conf/page.rules
remove .one
remove div[
--- must_die
--- error_log eval
qr/\[emerg\].*page\.rules:2:\d+: /



=== TEST 8: a wrong pattern
--- config
    article_filter on;
    article_remove p 'text=/(/';
--- must_die
--- error_log eval
qr/\[emerg\].*nginx\.conf:\d+:\d+: /



=== TEST 9: an unknown variable in a template
--- config
    article_filter on;
    article_attribution 'News from $no_such_variable' match=/^News/;
--- must_die
--- error_log
unknown "no_such_variable" variable



=== TEST 10: a wrong size
--- config
    article_buffer many;
--- must_die
--- error_log
"article_buffer" directive invalid value



=== TEST 11: rules are not compiled where nothing is filtered
--- config
    location = /a.html {
        article_remove 'div..x';
    }
--- user_files
>>> a.html
<p>a</p>
--- request
GET /a.html
--- response_body
<p>a</p>



=== TEST 12: a wrong rule deep in a list: its own line and column
--- config
    location = /a.html {
        article_filter on;
        article_rules page.rules;
    }
--- user_files
>>> ../conf/page.rules
! a list
remove .one

  dedupe p text=/[/
--- must_die
--- error_log eval
[qr/\[emerg\].*page\.rules:4:\d+: /, qr{^ *dedupe p text=/\[/$}]



=== TEST 13: all wrong rules are told, not the first alone
--- config
    article_filter on;
    article_remove 'div..x';
    article_unwrap 'p[';
--- must_die
--- error_log eval
[qr/^    remove div\.\.x$/, qr/^    unwrap p\[$/]



=== TEST 14: an unknown option
--- config
    article_filter on;
    article_remove .x size=3;
--- must_die
--- error_log eval
qr/\[emerg\].*nginx\.conf:\d+:\d+: /



=== TEST 15: a size of decoded bytes that is none
--- config
    article_max_decoded lots;
--- must_die
--- error_log
"article_max_decoded" directive invalid value



=== TEST 16: a label that no rule has
--- config
    location / {
        article_filter on;
        article_remove .a label=first;
        article_lift first furst;
    }
--- must_die
--- error_log
nginx.conf:
:12: no rule before this line has the label "furst"
    lift first furst



=== TEST 17: a label of a rule that is not inherited
--- config
    article_filter on;
    article_remove .a label=first;
    location / {
        article_inherit off;
        article_lift first;
    }
--- must_die
--- error_log
no rule before this line has the label "first"



=== TEST 18: of thousands of wrong rules twenty are told, and the number of the others
--- config
    article_filter on;
    article_rules page.rules;
--- user_files eval
">>> ../conf/page.rules\n" . join('', map { "remove p[$_\n" } 1 .. 2000)
--- must_die
--- error_log
page.rules:20:
article filter: 1980 more errors of these rules, "article-filter --check" tells all
--- no_error_log
page.rules:21:



=== TEST 19: as with warnings
--- config
    location = /page.html {
        article_filter on;
        article_rules page.rules;
    }
--- user_files eval
">>> page.html\n<p>\n>>> ../conf/page.rules\n" . join('', map { "remove .a$_\nremove p.a$_\n" } 1 .. 500)
--- request
GET /page.html
--- error_log
page.rules:40:
article filter: 480 more warnings of these rules, "article-filter --check" tells all
--- no_error_log
page.rules:42:
