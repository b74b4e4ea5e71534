"""The sample site behind nginx, for tests in a browser and for screenshots. /PAGE is a file of tests/; ?N in an address asks for
the N-th policy of the origin, and ?N,MODE for that mode of article_filter."""
import os
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests/nginx'))
import harness  # noqa: E402

TYPES = {'.html': 'text/html; charset=utf-8', '.xml': 'application/rss+xml; charset=utf-8', '.css': 'text/css',
         '.svg': 'image/svg+xml'}
HTTP = '''
    article_zone site 256k;
    map $args $mode { default off; ~,on on; ~,report report; ~,preview preview; }
'''
SERVER = '''
        listen 127.0.0.1:%(port)d;
        location / {
            proxy_pass %%(origin)s;
            proxy_set_header Accept-Encoding "";
            article_filter $mode;
            article_rules %(folder)s/article.rules;
            article_rules %(folder)s/preview.rules;
        }
        location = /status { article_status; }
'''


def free_port():
    """One that the system names; nobody has it."""
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


class Site:
    def __init__(self, policies=()):
        self.policies = policies

    def __enter__(self):
        self.folder = harness.Folder()
        for path in ('tests/fixtures/article.rules', 'tests/browser/preview.rules'):
            with open(os.path.join(ROOT, path), 'rb') as one, \
                    open(os.path.join(self.folder.path, os.path.basename(path)), 'wb') as copy:
                copy.write(one.read())
        self.origin = harness.Origin(self.folder, self.answer)
        port = free_port()
        self.nginx = harness.Nginx(self.folder, SERVER % {'port': port, 'folder': self.folder.path}, http=HTTP,
                                   main='worker_processes 2;')
        self.base = 'http://127.0.0.1:%d' % port
        return self

    def __exit__(self, *_):
        self.nginx.stop()
        self.origin.close()
        self.folder.remove()

    def answer(self, request, send):
        path, _, query = request.path[1:].partition('?')
        path = os.path.normpath(os.path.join(ROOT, 'tests', path))
        if not path.startswith(os.path.join(ROOT, 'tests', '')) or not os.path.isfile(path):
            send(harness.head('404 Not Found', content_length=0))
            return
        with open(path, 'rb') as file:
            body = file.read()
        number = query.split(',')[0]
        policy = self.policies[int(number)] if number.isdigit() and int(number) < len(self.policies) else None
        send(harness.sized(body, content_type=TYPES.get(os.path.splitext(path)[1], 'text/plain'), content_security_policy=policy))
