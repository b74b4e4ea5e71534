package t::Settings;

# What the environment asks of all specs; each has `use lib '.'; use t::Settings;` behind Test::Nginx.
#
#   TEST_NGINX_WORKERS=2             a master, and so many workers
#   TEST_NGINX_RANDOM_BUFFERS=SEED   buffers of random sizes for each block, in http, where the block sets none of their kind; the seed
#                                    `any` takes one and tells it

use strict;
use warnings;

use Test::Nginx::Socket ();

my $state;

sub pick {
    $state = ($state * 1103515245 + 12345) % 2147483648;
    return $_[int($state / 65536) % @_];
}

# From less than a tag's to more than a page's. A header has to fit into proxy_buffer_size.
sub buffers {
    my ($text) = @_;
    my @lines;

    if ($text !~ /\bproxy_(buffer|busy|max_temp)/) {
        my $size = pick(1024, 1500, 4096, 5000, 16384);
        my $count = pick(3, 4, 8);
        push @lines, "proxy_buffer_size $size", "proxy_buffers $count $size", 'proxy_max_temp_file_size 0',
            'proxy_busy_buffers_size ' . $size * ($count > 3 ? pick(1, 2) : 1);
        push @lines, 'proxy_buffering off' if $text !~ /\bproxy_(cache|store)/ && pick(0, 1); # which need them
    }
    push @lines, 'output_buffers ' . pick(1, 2, 3) . ' ' . pick(100, 1000, 1024, 32768) if $text !~ /\boutput_buffers/;
    push @lines, 'postpone_output ' . pick(0, 1, 1460) if $text !~ /\bpostpone_output/;
    push @lines, 'sendfile ' . pick('on', 'off') if $text !~ /\bsendfile/;
    push @lines, 'gzip_buffers ' . pick('2 1k', '16 8k') if $text !~ /\bgzip_buffers/;
    push @lines, 'article_buffer ' . pick('64k', '256k', '1m') if $text !~ /\barticle_(buffer|max_memory)/;
    return @lines;
}

if (my $workers = $ENV{TEST_NGINX_WORKERS}) {
    Test::Nginx::Util::workers($workers);
    Test::Nginx::Util::master_on() if $workers > 1;
}

if (my $seed = $ENV{TEST_NGINX_RANDOM_BUFFERS}) {
    $seed = int(rand(1 << 30)) if $seed eq 'any';
    Test::More::diag("TEST_NGINX_RANDOM_BUFFERS=$seed");
    Test::Nginx::Util::add_block_preprocessor(sub {
        my $block = shift;
        my $http = $block->http_config // '';
        $state = $seed;
        $state = ($state * 33 + ord) % 2147483648 for split //, $block->name;
        # on a line of what is there, so that what nginx tells keeps its line
        $block->set_value('http_config', join('', map { "$_; " } buffers($http . ($block->config // ''))) . $http);
    });
}

1;
