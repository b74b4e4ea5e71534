# Every option of the contract is told, on standard output.
article-filter --help >help.txt || exit 1
for option in -r -e -p --site --url --type --charset --date --chunk --explain --preview --stats --check --presets --help --version; do
    grep -q -e "[ ,]$option\([, ]\|\$\)" help.txt || echo "not told: $option"
done
head -n 1 help.txt
