# Each way in which rules on elements of feeds can be wrong, with its place.
cat >feed.rules <<'R'
! rules
feed-remove
feed-remove item
feed-remove slash:comments, x
feed-remove :x
feed-remove dc:rights
feed-fields content:encoded,title
feed-add
feed-add guid "x"
feed-add source "The Example Press"
feed-add source "The Example Press" url=ftp://e.example/
feed-add source "The Example Press" in=channel url=https://e.example/
feed-add copyright "(c) The Example Press"
feed-add rights "(c) The Example Press" in=body
feed-add rights "(c) The Example Press" in=channel when=/x/
feed-add rights "{title} by The Example Press" in=channel
R
article-filter --check -r feed.rules
