# also= takes two words.
article-filter --check -e 'attribution "© {year} Wire Agency. All rights reserved." also=meta,rdf'
