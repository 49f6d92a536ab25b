"""Starting, asking and ending an iotjobsd from a test. Python's standard library alone."""

import http.client
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "release"
START_S = 20
STOP_S = 10
ANSWER_S = 20


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on right now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def clean_environment():
    """The environment without settings for iotjobsd that the tester happens to have."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IOTJOBSD_")}


def check_database(path):
    """What is wrong with a database that no server has open: lines of text."""
    connection = sqlite3.connect(path)
    try:
        problems = [row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
        invariants = (ROOT / "schema" / "invariants.sql").read_text()
        return problems + [f"invariant: {row}" for row in connection.execute(invariants.rstrip().rstrip(";"))]
    finally:
        connection.close()


class Server:
    """One iotjobsd on free ports, which it keeps over restarts. Output goes to `log`."""

    def __init__(self, log, *options, build=BUILD, https=False):
        self.http_port, self.https_port, self.mqtt_port = free_ports(3)
        self.command = [
            str(pathlib.Path(build) / "bin" / "iotjobsd"),
            f"--http-port={self.http_port}",
            f"--mqtt-port={self.mqtt_port}",
            f"--https-port={self.https_port if https else 0}",
            "--mqtts-port=0",
            *options,
        ]
        self.log = pathlib.Path(log)
        self.process = None

    def start(self):
        """Returns when it has said `Ready.`; raises RuntimeError when it does not."""
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
        )
        ready, ended = threading.Event(), threading.Event()
        threading.Thread(target=self._copy_output, args=(self.process.stdout, ready, ended), daemon=True).start()
        ready.wait(START_S)
        if not ready.is_set() or ended.is_set():
            self.kill()
            raise RuntimeError(f"iotjobsd did not become ready; its output: {self.log}")

    def _copy_output(self, output, ready, ended):
        with self.log.open("ab") as log:
            for line in output:
                log.write(line)
                log.flush()
                if line.strip() == b"Ready.":
                    ready.set()
        ended.set()
        ready.set()

    def kill(self):
        """kill -9, and waits until it is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(STOP_S)
            self.process = None

    def stop(self):
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_S)
        finally:
            self.kill()

    def api(self):
        return Api(self.http_port)


class Api:
    """A keep-alive connection to the REST API. Not for several threads at once."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)

    def ask(self, method, path, body=None):
        """(status, the answer's JSON or None). OSError or HTTPException when the connection breaks."""
        text = None if body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        self.connection.request(method, path, text, headers)
        response = self.connection.getresponse()
        answer = response.read()
        return response.status, json.loads(answer) if answer else None

    def ask_raw(self, method, path, body=b""):
        """(status, headers, bytes of the answer), of what is not JSON."""
        self.connection.request(method, path, body)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    def must(self, method, path, body=None):
        """The JSON of an answer that has to be 200."""
        status, answer = self.ask(method, path, body)
        if status != 200:
            raise RuntimeError(f"{method} {path} answered {status}: {answer}")
        return answer

    def close(self):
        self.connection.close()
