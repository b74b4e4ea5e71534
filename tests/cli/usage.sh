# What is wrong with the command line itself: status 2, nothing on standard output, the option and what it may be.
try() {
    echo '<p>x' | article-filter "$@"
    echo "exit $?"
}
try --chunk 0
try --chunk many
try --date 2025-02-30
try --date yesterday
try --type pdf
try --nope
try -e
try a.html b.html
try --hold 1x
