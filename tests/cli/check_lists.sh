# Each line of real filter lists is accounted for.
lists=$ROOT/../shared/testdata/filterlists
[ -d "$lists" ] || { echo "../shared is not here" >&2; exit 77; }
for list in "$lists"/*.gz; do
    gzip -dc "$list" >list.txt
    lines=$(awk 'END { print NR }' list.txt)
    article-filter --check --quiet -r list.txt 2>&1 >/dev/null | awk -v lines="$lines" -v name="$(basename "$list")" '
        / lines: / { for (i = 4; i <= NF; i++) if ($i ~ /^[0-9]+$/) sum += $i; told = $2 }
        END { if (told != lines || sum != lines) print name ": " lines " lines, told " told ", accounted for " sum }'
done
