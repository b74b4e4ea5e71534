# What is not decided within --hold is kept, and counted.
python3 -c 'print("<p class=c>" + "<b></b>" * 1000 + "Join</p>")' >page.html
article-filter -e 'remove .c text=/^Join$/' page.html
article-filter -e 'remove .c text=/^Join$/' --hold 1k page.html --stats 2>stats.json | cmp - page.html
python3 -c 'import json; stats = json.load(open("stats.json")); print(stats["removed"], stats["limited"])'
