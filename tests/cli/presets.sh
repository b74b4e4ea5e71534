# One line a preset, in the order of the files of rules/, the summary behind the name.
article-filter --presets >told.txt || exit 1
cut -d ' ' -f 1 told.txt >names.txt
(cd "$ROOT/rules" && ls *.rules && ls attribution/*.rules) | sed 's/\.rules$//' >files.txt
cmp names.txt files.txt
grep -c '^[^ ]* *[^ ].*\.$' told.txt >summaries.txt
wc -l <files.txt | tr -d ' ' | cmp - summaries.txt
echo done
