# Fifty thousand rules of a list load and work.
python3 -c 'print("\n".join("##.ad-%d" % n for n in range(50000)))' >list.txt
printf '<i class=ad-49999>1</i><i class=ad-50000>2</i>\n' | article-filter -r list.txt
