"""The nginx configurations that the server bench compares: each a name, its modules, and what stands in its location."""
import os
import shlex

from rules import NOTICE, TEN, generated, missing, write

MODULES = '/usr/lib/nginx/modules'
WORDS = ('comments-area', 'related-posts', 'newsletter-signup', 'disqus_thread', 'taboola-below', 'social-share', 'author-bio',
         'ad-container', 'cookie-notice', 'sponsored-link')
# The base of every ratio: with nginx's default of 8 buffers of 4 KiB, a plain proxy of 100 KB costs more than twice as much.
TUNED = 'proxy_buffer_size 16k; proxy_buffers 32 16k; proxy_busy_buffers_size 64k; proxy_max_temp_file_size 0; '
LUA = r"""
header_filter_by_lua_block { ngx.header.content_length = nil }
body_filter_by_lua_block {
  local parts = ngx.ctx.parts
  if not parts then parts = {}; ngx.ctx.parts = parts end
  parts[#parts + 1] = ngx.arg[1]
  if not ngx.arg[2] then ngx.arg[1] = nil return end
  local page = table.concat(parts)
  for _, name in ipairs({ "comments-area", "related-posts", "newsletter-signup" }) do
    page = ngx.re.gsub(page, [[<(div|section|aside)[^>]*class="[^"]*]] .. name .. [[[^"]*"[^>]*>.*?</\1>]], "", "ijos")
  end
  ngx.arg[1] = page
}
"""


class Front:
    def __init__(self, location, modules=(), http='', path=''):
        self.location, self.modules, self.http, self.path = location, modules, http, path


def texts(count):
    return 'sub_filter_once off; ' + ''.join("sub_filter '%s' 'x'; " % word for word in WORDS[:count])


def regexes():
    return ''.join("subs_filter '<div[^>]*class=\"[^\"]*%s[^\"]*\"[^>]*>.*?</div>' '' gir; " % word for word in WORDS)


def peers():
    """Filters of nginx and of its packaged modules, where they are installed."""
    found = {'sub_filter x 1': Front(TUNED + texts(1)), 'sub_filter x 10': Front(TUNED + texts(10)),
             'gzip, level 1': Front(TUNED + 'gzip on; gzip_comp_level 1;')}
    subs = os.path.join(MODULES, 'ngx_http_subs_filter_module.so')
    lua = [os.path.join(MODULES, name) for name in ('ndk_http_module.so', 'ngx_http_lua_module.so')]
    if os.path.exists(subs):
        found['subs_filter, 10 regexes'] = Front(TUNED + regexes(), [subs])
    if os.path.exists(lua[1]):
        found['Lua, whole body, 3 regexes'] = Front(TUNED + LUA, lua, 'lua_package_path "/usr/share/lua/5.1/?.lua;;";')
    return found


def ours(work, module, presets):
    """The filter, from off to everything on."""
    def front(location, path=''):
        return Front(location, [module], path=path)

    files = {name: write(os.path.join(work, '%s.rules' % name), ['remove ' + line for line in lines])
             for name, lines in (('ten', TEN), ('many', generated(10000)), ('none', missing(10000)))}
    on = 'article_filter on; '
    rules = {name: on + 'article_rules %s; ' % path for name, path in files.items()}
    words = shlex.split(NOTICE)
    notice = "article_attribution '%s' %s; " % (words[1], words[2])
    presets = on + 'article_preset %s; ' % ' '.join(presets)
    return {'article_filter off': front(TUNED + 'article_filter off;'),
            'another content type': front(TUNED + rules['ten'], path='.txt'),
            '10,000 rules, none matches': front(TUNED + rules['none']),
            '10 rules': front(TUNED + rules['ten']),
            '10,000 rules': front(TUNED + rules['many']),
            'attribution': front(TUNED + on + notice),
            'presets': front(TUNED + presets),
            'presets and attribution': front(TUNED + presets + notice),
            '10 rules, default buffers': front(rules['ten']),
            '10,000 rules, default buffers': front(rules['many']),
            'presets and attribution, default buffers': front(presets + notice)}
