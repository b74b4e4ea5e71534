# The preview of a feed is a page: items that would change have two sides, markup of the feed is text, whatever the chunks.
cat >feed.xml <<'XML'
<?xml version="1.0"?>
<rss><channel><title>Feed</title><!-- <item> -->
<item><title>One &amp;lt;b&amp;gt;</title><description><![CDATA[<p>Stays.</p><p class="x">Goes.</p>]]></description></item>
<item><title><![CDATA[<script>run()</script>Two]]></title><description>&lt;img src=x onerror=run()&gt;</description></item>
</channel></rss>
XML
cat >feed.json <<'JSON'
{"version":"https://jsonfeed.org/version/1.1","title":"Feed","items":[{"id":"7","title":"A \u201cB\u201d","content_html":"<p>Stays.<\/p><p class=\"x\">Goes.<\/p>"}]}
JSON
for feed in feed.xml feed.json; do
    article-filter --preview -e 'remove .x label=ad' $feed | sed -n '/<h1>/,$p'
    article-filter --preview -e 'remove .x label=ad' $feed | cksum >whole
    article-filter --preview -e 'remove .x label=ad' --chunk 1 $feed | cksum | cmp - whole && echo "chunks: same"
done
