# Without rules everything stays, and so do bytes that no page should have.
printf '<p>a\000b\377\r\n<div>\200' >in.bin
article-filter <in.bin | cmp - in.bin
article-filter in.bin | cmp - in.bin
article-filter - <in.bin | cmp - in.bin
printf '' | article-filter
