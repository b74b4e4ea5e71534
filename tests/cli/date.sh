# A year is never guessed: it is the document's, or that of the fallback that the rule names.
rule='attribution "News from Agency, {year}. All rights reserved." in=article'
printf '<article><p>x</p></article>\n' | article-filter -e "$rule" --date 2024-06-01
printf '<article><p>x</p></article>\n' | article-filter -e "$rule date=response" --date 2024-06-01
printf '<article><time datetime=2023-05-01>May</time><p>x</p></article>\n' | article-filter -e "$rule date=response" --date 2024-06-01
