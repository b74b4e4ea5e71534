"""Headless Chromium driven over a pipe: pages are opened, asked and photographed. No packages beside python3's own."""
import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile


def program():
    """The browser, or None."""
    return os.environ.get('CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser')


class Chromium:
    """A browser with one page. `events` has what it told since the last open."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='article-filter-chromium-')
        theirs_in, self.to = os.pipe()
        self.back, theirs_out = os.pipe()

        def wire():
            os.dup2(theirs_in, 203)
            os.dup2(theirs_out, 204)
            os.dup2(203, 3)
            os.dup2(204, 4)

        self.process = subprocess.Popen(
            [program(), '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run',
             '--hide-scrollbars', '--force-device-scale-factor=1', '--user-data-dir=' + self.folder.name, '--remote-debugging-pipe',
             'about:blank'],
            preexec_fn=wire, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self.rest, self.events, self.numbers, self.session = b'', [], itertools.count(1), None
        target = next(t for t in self.call('Target.getTargets')['targetInfos'] if t['type'] == 'page')
        self.session = self.call('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(domain + '.enable')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.session = None
            self.call('Browser.close')
        except (OSError, EOFError):
            pass
        self.process.wait(timeout=20)
        self.folder.cleanup()

    def receive(self):
        while b'\0' not in self.rest:
            more = os.read(self.back, 1 << 16)
            if not more:
                raise EOFError('Chromium is gone')
            self.rest += more
        message, self.rest = self.rest.split(b'\0', 1)
        return json.loads(message)

    def call(self, method, **params):
        number = next(self.numbers)
        message = {'id': number, 'method': method, 'params': params}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == number:
                if 'error' in answer:
                    raise RuntimeError('%s: %s' % (method, answer['error']))
                return answer['result']
            self.events.append(answer)

    def size(self, width, height, mobile=False):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def before_scripts(self, source):
        """A script that runs before those of every page that is opened from now on, whatever the page's policy."""
        self.call('Page.addScriptToEvaluateOnNewDocument', source=source)

    def open(self, url):
        self.events = []
        self.call('Page.navigate', url=url)
        while not any(e.get('method') == 'Page.loadEventFired' for e in self.events):
            self.events.append(self.receive())

    def ask(self, expression):
        result = self.call('Runtime.evaluate', expression=expression, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails'])
        return result['result'].get('value')

    def photograph(self, path, whole=False):
        data = self.call('Page.captureScreenshot', format='png', captureBeyondViewport=whole)['data']
        with open(path, 'wb') as file:
            file.write(base64.b64decode(data))
