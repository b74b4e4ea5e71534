"""nginx with the module before an origin of the test's own making. Both listen on unix sockets in a temporary folder, so that no port
is needed; what the origin sends, and when, is up to the test.

A program of tests/nginx makes an Origin and an Nginx, calls check() for each fact and ends with finish()."""
import base64
import hashlib
import http.client
import mmap
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
# `static`: it is built in
MODULE = os.environ.get('ARTICLE_FILTER_MODULE') or os.path.join(ROOT, 'build/ngx_http_article_filter_module.so')
BINARY = os.environ.get('TEST_NGINX_BINARY') or shutil.which('nginx') or '/usr/sbin/nginx'
WRAP = os.environ.get('TEST_NGINX_WRAP', '').split() # a command in front of nginx's: valgrind and its options
WORKERS = 'worker_processes %d;\n' % int(os.environ.get('TEST_NGINX_WORKERS', '1'))
TIMEOUT = 120 if WRAP else 15

passed = failed = skipped = 0


def check(name, condition, detail=''):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print('FAILED: %s%s' % (name, ': ' + str(detail) if detail != '' else ''), flush=True)
    return condition


def same(name, expected, got):
    """Bytes are told by their first difference."""
    if expected == got:
        return check(name, True)
    at = next((i for i, (a, b) in enumerate(zip(expected, got)) if a != b), min(len(expected), len(got)))
    return check(name, False, '%d bytes expected, %d came; first difference at %d: %r, got %r'
                 % (len(expected), len(got), at, expected[max(0, at - 20):at + 40], got[max(0, at - 20):at + 40]))


def skip(name, why):
    global skipped
    skipped += 1
    print('skipped: %s: %s' % (name, why), flush=True)


def finish():
    print('%d passed, %d failed, %d skipped' % (passed, failed, skipped), flush=True)
    sys.exit(1 if failed else 0)


def version():
    """nginx's, as (1, 22, 1)."""
    done = subprocess.run([BINARY, '-v'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return tuple(int(n) for n in re.search(rb'/(\d+)\.(\d+)\.(\d+)', done.stdout).groups())


def listen_http2(address):
    """The lines for HTTP/2 on an address; how to say so changed."""
    return 'listen %s ssl; http2 on;' % address if version() >= (1, 25, 1) else 'listen %s ssl http2;' % address


def certificate(folder):
    """Makes cert.pem and key.pem in the folder; gives the hash of the public key by which a browser is told to trust it."""
    def run(*arguments, **more):
        return subprocess.run(arguments, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more).stdout
    key, cert = os.path.join(folder.path, 'key.pem'), os.path.join(folder.path, 'cert.pem')
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj',
        '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost')
    public = run('openssl', 'x509', '-in', cert, '-pubkey', '-noout')
    der = run('openssl', 'pkey', '-pubin', '-outform', 'der', input=public)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def need_nginx():
    if not os.access(BINARY, os.X_OK):
        skip('nginx', 'no nginx here')
        finish()
    if MODULE != 'static' and not os.path.exists(MODULE):
        check('the module is built', False, MODULE)
        finish()


def fixture(name):
    with open(os.path.join(ROOT, 'tests/fixtures', name), 'rb') as file:
        return file.read()


class Folder:
    """A temporary folder that workers of another user can read."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix='article-filter-test-')
        os.chmod(self.path, 0o755)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)


class Request:
    def __init__(self, text):
        lines = text.split('\r\n')
        self.method, self.path = lines[0].split(' ')[:2]
        self.headers = dict((k.strip().lower(), v.strip()) for k, _, v in (line.partition(':') for line in lines[1:]))


class Origin:
    """`answer(request, send)` is called for each request in a thread of its own; the connection is closed behind it."""

    def __init__(self, folder, answer):
        self.path = os.path.join(folder.path, 'origin.sock')
        self.answer = answer
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o777)
        self.listener.listen(256)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        data = b''
        try:
            while b'\r\n\r\n' not in data:
                more = connection.recv(65536)
                if not more:
                    return
                data += more
            self.answer(Request(data.split(b'\r\n\r\n')[0].decode('latin-1')), connection.sendall)
        except OSError:
            pass # the other side has gone
        finally:
            connection.close()

    def close(self):
        self.listener.close()


def head(status='200 OK', **headers):
    """A response's head; content_type stands for Content-Type, a value of None leaves a header out."""
    fields = {'content_type': 'text/html', 'connection': 'close'}
    fields.update(headers)
    lines = ['HTTP/1.1 ' + status] + ['%s: %s' % (k.replace('_', '-').title(), v) for k, v in fields.items() if v is not None]
    return ('\r\n'.join(lines) + '\r\n\r\n').encode('latin-1')


def sized(body, **headers):
    return head(content_length=len(body), **headers) + body


def chunk(data):
    return b'%x\r\n%s\r\n' % (len(data), data) if data else b''


def unchunk(data):
    """What of a chunked body has come, without the chunks' frames."""
    out = b''
    while b'\r\n' in data:
        size, data = data.split(b'\r\n', 1)
        n = int(size, 16)
        if n == 0:
            break
        out, data = out + data[:n], data[n + 2:]
    return out


class Faults:
    """What tests/nginx/preload.c makes of nginx's memory and writes; `environ` is for Nginx."""

    def __init__(self, folder):
        compiler = shutil.which('cc') or shutil.which('gcc') or shutil.which('clang')
        library = os.path.join(folder.path, 'preload.so')
        command = ['-D_GNU_SOURCE', '-O1', '-shared', '-fPIC', '-o', library, os.path.join(ROOT, 'tests/nginx/preload.c'), '-ldl']
        self.ready = compiler is not None and subprocess.run([compiler] + command, check=False).returncode == 0
        path = os.path.join(folder.path, 'faults')
        with open(path, 'wb') as file:
            file.write(bytes(24))
        os.chmod(path, 0o666)
        with open(path, 'r+b') as file:
            self.shared = mmap.mmap(file.fileno(), 24)
        self.environ = {'LD_PRELOAD': ' '.join([library] + os.environ.get('LD_PRELOAD', '').split()), 'FAIL': path}

    def set(self, allocation=0, write=0, again=False):
        """The allocation to fail (the first is 1), the bytes that a write takes; 0: none, all. `again`: EAGAIN before each write."""
        self.shared[:24] = struct.pack('qqq', allocation, write, again)

    def refused(self):
        """How many writes took nothing since `again` was set."""
        return struct.unpack('qqq', self.shared[:24])[2] - 1

    def left(self):
        """0: the allocation has failed."""
        return struct.unpack('qqq', self.shared[:24])[0]


def response(nginx, path):
    """(status, body, whole) of a response, whatever becomes of it; (0, b'', False): the connection was closed before there was one."""
    data = b''
    try:
        connection = nginx.start(path)
        while True:
            more = connection.recv(65536)
            if not more:
                break
            data += more
        connection.close()
    except OSError:
        pass
    top, _, rest = data.partition(b'\r\n\r\n')
    status = int(top.split()[1]) if top.startswith(b'HTTP/1.1 ') else 0
    length = re.search(rb'Content-Length: (\d+)', top)
    if b'chunked' not in top:
        return status, rest, length is not None and len(rest) == int(length.group(1))
    body = b''
    while b'\r\n' in rest:
        size, rest = rest.split(b'\r\n', 1)
        if int(size, 16) == 0:
            return status, body, True
        body, rest = body + rest[:int(size, 16)], rest[int(size, 16) + 2:]
    return status, body, False


class Nginx:
    """`server` is what stands in the server block; %(origin)s in it is the origin's address for proxy_pass."""

    def __init__(self, folder, server, http='', main=None, environ=None, log_level='notice', early=''):
        self.folder = folder
        self.socket = os.path.join(folder.path, 'nginx.sock')
        self.log = os.path.join(folder.path, 'error.log')
        self.access = os.path.join(folder.path, 'access.log')
        self.conf = os.path.join(folder.path, 'nginx.conf')
        self.early = early # lines in front of the module's own
        self.write(server, http, WORKERS if main is None else main, log_level)
        self.process = subprocess.Popen(WRAP + self.command('-g', 'daemon off;'), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        env=dict(os.environ, **(environ or {})))
        deadline = time.time() + (600 if WRAP else 60)
        while time.time() < deadline and self.process.poll() is None:
            try:
                self.connect().close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError('nginx did not start: ' + self.errors())

    def command(self, *arguments):
        return [BINARY, '-p', self.folder.path + '/', '-c', self.conf, '-e', self.log] + list(arguments)

    def write(self, server, http, main, log_level):
        temp = ''.join('    %s_temp_path %s/temp_%s;\n' % (n, self.folder.path, n)
                       for n in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
        origin = 'http://unix:%s/origin.sock:' % self.folder.path
        names = {'origin': origin, 'root': ROOT, 'folder': self.folder.path}
        with open(self.conf, 'w', encoding='utf-8') as file:
            load = '' if MODULE == 'static' else 'load_module %s;\n' % MODULE
            file.write('%s%s%s\npid %s/nginx.pid;\nerror_log %s %s;\nevents { worker_connections 1024; }\n'
                       % (self.early, load, main, self.folder.path, self.log, log_level))
            file.write('http {\n    default_type text/html;\n%s' % temp)
            file.write('    log_format article "$request_uri $status $article_status removed=$article_removed";\n')
            file.write('    access_log %s article;\n    proxy_http_version 1.1;\n    %s\n' % (self.access, http % names))
            file.write('    server {\n        listen unix:%s;\n        %s\n    }\n}\n' % (self.socket, server % names))

    def connect(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(TIMEOUT)
        connection.connect(self.socket)
        return connection

    def request(self, path, method='GET', headers=None):
        """(status, headers, body) of a whole response."""
        connection = http.client.HTTPConnection('localhost', timeout=TIMEOUT)
        connection.sock = self.connect()
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request(path, headers={k.replace('_', '-'): v for k, v in headers.items()})[2]

    def start(self, path, **headers):
        """Sends a request and leaves the reading to the caller."""
        connection = self.connect()
        fields = ''.join('%s: %s\r\n' % (k.replace('_', '-'), v) for k, v in headers.items())
        connection.sendall(('GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n' % (path, fields)).encode('latin-1'))
        return connection

    def workers(self):
        done = subprocess.run(['ps', '-o', 'pid=', '--ppid', str(self.process.pid)], stdout=subprocess.PIPE, check=False)
        return [int(n) for n in done.stdout.split()]

    def resident(self):
        """KiB of memory that the workers have resident."""
        total = 0
        for pid in self.workers():
            with open('/proc/%d/status' % pid, encoding='utf-8') as file:
                total += int(re.search(r'VmRSS:\s+(\d+)', file.read()).group(1))
        return total

    def errors(self, levels='warn|error|crit|alert|emerg'):
        """Lines of the error log at these levels."""
        try:
            with open(self.log, encoding='utf-8', errors='replace') as file:
                return ''.join(line for line in file if re.search(r'\[(%s)\]' % levels, line))
        except OSError:
            return ''

    def logged(self, text, seconds=3):
        """Tells whether the access log has `text`, which may take a moment."""
        deadline = time.time() + seconds
        while time.time() < deadline:
            with open(self.access, encoding='utf-8') as file:
                if text in file.read():
                    return True
            time.sleep(0.02)
        return False

    def stop(self):
        # Under valgrind a worker may end by itself: a master that is told to end at once kills those that take longer than a second.
        self.process.send_signal(signal.SIGQUIT if WRAP else signal.SIGTERM)
        try:
            self.process.wait(10 * TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        return self.process.returncode
