"""What the server holds in memory while artefacts of any size come and go."""

import http.client
import pathlib
import re
import ssl

BUCKET = "memory"
PIECE = bytes(1 << 20)
SMALL = 1 << 20
MORE_AT_MOST = 16 << 20
ANSWER_S = 300


class Memory:
    """The most that a process has had resident since it was asked for the last time, in bytes."""

    def __init__(self, pid):
        self.folder = pathlib.Path(f"/proc/{pid}")

    def peak(self):
        found = re.search(r"^VmHWM:\s+(\d+) kB$", (self.folder / "status").read_text(), re.MULTILINE)
        (self.folder / "clear_refs").write_text("5")
        return int(found[1]) * 1024


def connect(port, tls):
    if tls:
        return http.client.HTTPSConnection("127.0.0.1", port, timeout=ANSWER_S, context=ssl._create_unverified_context())
    return http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)


def plain(size):
    for _ in range(size // len(PIECE)):
        yield PIECE


def aws_chunked(size):
    for piece in plain(size):
        yield f"{len(piece):x}\r\n".encode()
        yield piece
        yield b"\r\n"
    yield b"0\r\n\r\n"


def put(connection, size, chunked):
    """Zeros: what they are does not matter, how many there are does."""
    headers = {"Content-Length": str(size)}
    if chunked:
        headers = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "x-amz-decoded-content-length": str(size)}
    body = aws_chunked(size) if chunked else plain(size)
    connection.request("PUT", f"/_s3/{BUCKET}/k", body, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"PUT answered {answer.status}: {text.decode()}")


def get(connection, size):
    connection.request("GET", f"/_s3/{BUCKET}/k")
    answer = connection.getresponse()
    room, n = bytearray(1 << 20), 0
    while got := answer.readinto(room):
        n += got
    if answer.status != 200 or n != size:
        raise RuntimeError(f"GET answered {answer.status} with {n:,} bytes, not {size:,}")


def transfer(port, tls, size, chunked):
    connection = connect(port, tls)
    put(connection, size, chunked)
    get(connection, size)
    connection.close()


def large_artefacts(server, size):
    """(problems, notes)"""
    problems, notes = [], []
    server.api().ask_raw("PUT", f"/_s3/{BUCKET}")
    memory = Memory(server.process.pid)
    for name, port, tls in (("HTTP", server.http_port, False), ("HTTPS", server.https_port, True)):
        for chunked in (False, True):
            transfer(port, tls, SMALL, chunked)
            memory.peak()
            transfer(port, tls, SMALL, chunked)
            small = memory.peak()
            transfer(port, tls, size, chunked)
            large = memory.peak()
            what = f"{name}{', aws-chunked' if chunked else ''}"
            notes.append(f"{what}: {small / 1e6:.1f} MB resident with 1 MiB, {large / 1e6:.1f} MB with {size / 1e6:,.0f} MB")
            if large - small > MORE_AT_MOST:
                problems.append(f"{what}: a large artefact takes {large - small:,} bytes more than a small one")
    return problems, notes
