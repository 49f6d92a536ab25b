"""Many large downloads at once from the artefact store, each byte of them looked at."""

import hashlib
import http.client
import random
import ssl
import threading
import time

BUCKET = "load"
PIECE = 1 << 20
ANSWER_S = 120


class Artefact:
    """Random bytes that are uploaded once; in memory, so that a download can be compared without hashing it."""

    def __init__(self, size):
        self.key = "firmware.bin"
        self.content = random.Random(1).randbytes(size)

    def path(self):
        return f"/_s3/{BUCKET}/{self.key}"

    def upload(self, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)
        for path, body in ((f"/_s3/{BUCKET}", b""), (self.path(), self.content)):
            connection.request("PUT", path, body)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"PUT {path} answered {answer.status}: {text.decode()}")
        etag = answer.getheader("ETag", "").strip('"')
        if etag != hashlib.md5(self.content).hexdigest():
            raise RuntimeError(f"the upload's ETag is {etag}")
        connection.close()


class Downloads:
    """`count` threads that download it again and again until they are told to stop."""

    def __init__(self, artefact, port, count, tls):
        self.artefact, self.port = artefact, port
        self.tls = ssl._create_unverified_context() if tls else None
        self.stopping = threading.Event()
        self.problems, self.bytes, self.done = [], 0, 0
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._run) for _ in range(count)]
        self.began = None

    def start(self):
        self.began = time.monotonic()
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Each finishes the one that it is at. How it went, in words."""
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        seconds = time.monotonic() - self.began
        return f"{self.done:,} downloads, {self.bytes / seconds / 1e6:,.0f} MB/s"

    def _connect(self):
        if self.tls:
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=ANSWER_S, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)

    def _run(self):
        try:
            while not self.stopping.is_set():
                self._download()
        except (OSError, http.client.HTTPException) as problem:
            self._fail(f"a download broke: {problem!r}")

    def _download(self):
        connection = self._connect()
        connection.request("GET", self.artefact.path())
        answer = connection.getresponse()
        piece, offset = bytearray(PIECE), 0
        content = memoryview(self.artefact.content)
        while n := answer.readinto(piece):
            if memoryview(piece)[:n] != content[offset : offset + n]:
                self._fail(f"a download differs between {offset:,} and {offset + n:,}")
            offset += n
        connection.close()
        if answer.status != 200 or offset != len(content):
            self._fail(f"a download was answered {answer.status} and had {offset:,} bytes, not {len(content):,}")
        with self.lock:
            self.bytes += offset
            self.done += 1

    def _fail(self, problem):
        with self.lock:
            self.problems.append(problem)
        self.stopping.set()
