"""Creating a fleet over HTTP, as fast as a server takes it: many connections, each with many requests in flight."""

import itertools
import json
import re
import socket
import threading
import time

CONNECTIONS = 32
IN_FLIGHT = 32
ANSWER_S = 60
TARGETS_PER_JOB = 100
TELL_EVERY = 20_000
HEAD = re.compile(rb"HTTP/1\.1 (\d{3})[^\r]*\r\n(?:.*\r\n)*?[Cc]ontent-[Ll]ength: *(\d+)\r\n")


class Pipeline:
    """A keep-alive connection that asks before it is answered."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.input = b""

    def close(self):
        self.socket.close()

    def send(self, requests):
        """`requests`: (method, path, body)"""
        self.socket.sendall(b"".join(self._encode(*request) for request in requests))

    def _encode(self, method, path, body):
        text = json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(text)}\r\n\r\n".encode() + text

    def must(self):
        """Takes the next answer, which has to be 200."""
        while True:
            head, separator, rest = self.input.partition(b"\r\n\r\n")
            fields = HEAD.match(head + b"\r\n") if separator else None
            if fields and len(rest) >= int(fields[2]):
                break
            more = self.socket.recv(65536)
            if not more:
                raise RuntimeError("the server closed an HTTP connection")
            self.input += more
        length = int(fields[2])
        if fields[1] != b"200":
            raise RuntimeError(f"an HTTP request was answered {fields[1].decode()}: {rest[:length].decode()}")
        self.input = rest[length:]


class Progress:
    def __init__(self, what, total):
        self.what, self.total, self.done, self.told = what, total, 0, 0
        self.began = time.monotonic()
        self.lock = threading.Lock()

    def add(self, count):
        with self.lock:
            self.done += count
            if self.done - self.told >= TELL_EVERY or self.done == self.total:
                self.told = self.done
                seconds = time.monotonic() - self.began
                print(f"      {self.done:,} of {self.total:,} {self.what} created, {seconds:.1f} s", flush=True)


class Requests:
    """Hands out requests to several threads."""

    def __init__(self, requests):
        self.requests = iter(requests)
        self.lock = threading.Lock()

    def take(self):
        with self.lock:
            return list(itertools.islice(self.requests, IN_FLIGHT))


def send_all(port, requests, progress):
    problems = []
    shared = Requests(requests)

    def send_some():
        pipeline = Pipeline(port)
        try:
            while not problems and (some := shared.take()):
                pipeline.send(some)
                for _ in some:
                    pipeline.must()
                progress.add(len(some))
        except (OSError, RuntimeError) as problem:
            problems.append(problem)
        finally:
            pipeline.close()

    threads = [threading.Thread(target=send_some) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError(f"{progress.what}: {problems[0]}")


def job_body(targets, schedule):
    arns = [f"arn:aws:iot:us-east-1:000000000000:{target}" for target in targets]
    body = {"targets": arns, "document": '{"operation":"load"}'}
    return body if schedule is None else {**body, "schedulingConfig": {"startTime": schedule}}


def create_things(port, name, things):
    send_all(port, (("POST", f"/things/{name}-thing-{i}", {}) for i in range(things)), Progress("things", things))


def create_fleet(port, name, things, schedule=None):
    """Things NAME-thing-0… and jobs NAME-job-0… for a hundred of them each; returns how many things each job has."""
    create_things(port, name, things)
    jobs = {
        f"{name}-job-{first // TARGETS_PER_JOB}": range(first, min(first + TARGETS_PER_JOB, things))
        for first in range(0, things, TARGETS_PER_JOB)
    }
    creations = (
        ("PUT", f"/jobs/{job}", job_body((f"thing/{name}-thing-{i}" for i in numbers), schedule))
        for job, numbers in jobs.items()
    )
    send_all(port, creations, Progress("jobs", len(jobs)))
    return {job: len(numbers) for job, numbers in jobs.items()}


def create_group(port, name, things, schedule=None):
    """The same things, all of them in one group, and one job for that."""
    create_things(port, name, things)
    send_all(port, [("POST", f"/thing-groups/{name}-group", {})], Progress("groups", 1))
    members = (
        ("PUT", "/thing-groups/addThingToThingGroup",
         {"thingGroupName": f"{name}-group", "thingName": f"{name}-thing-{i}"})
        for i in range(things)
    )  # fmt: skip
    send_all(port, members, Progress("memberships", things))
    job = ("PUT", f"/jobs/{name}-job", job_body([f"thinggroup/{name}-group"], schedule))
    send_all(port, [job], Progress("jobs", 1))
    return {f"{name}-job": things}
