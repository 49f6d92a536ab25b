"""One job for a whole fleet, canceled and deleted: each is answered at once, worked off bit by bit in sight of everybody, and goes on
where it was after the server was killed."""

import threading
import time

from fleet_database import fill_group

JOB = "large"
TARGET = "arn:aws:iot:us-east-1:000000000000:thinggroup/fleet"
POLL_S = 0.05
WAIT_S = 600


def pause():
    threading.Event().wait(POLL_S)


def wait(condition, what):
    deadline = time.monotonic() + WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {WAIT_S} s")
        pause()


def counts(api):
    details = api.must("GET", f"/jobs/{JOB}")["job"]["jobProcessDetails"]
    return {name: n for name, n in details.items() if isinstance(n, int) and n}


def left(api, work):
    """What the timeline says is left of it; None: it is not at that (any more)."""
    status, answer = api.ask("GET", f"/_iotjobs/jobs/{JOB}/timeline?of=job")
    found = [each["executionsLeft"] for each in answer.get("working", []) if each["on"] == work] if status == 200 else []
    return found[0] if found else None


def timed(api, *request):
    began = time.monotonic()
    api.must(*request)
    return (time.monotonic() - began) * 1000


class Work:
    """Something that the server does to all executions of the job, watched until it is done."""

    def __init__(self, server, things, work, request):
        self.server, self.things, self.work, self.request = server, things, work, request
        self.seen, self.problems = [], []

    def watch(self, until):
        """Until so much is left, or the work is done."""
        api = self.server.api()

        def is_there():
            n = left(api, self.work)
            if n is not None:
                self.seen.append(n)
            return n is None or n <= until

        wait(is_there, f"{self.work} down to {until:,}")
        api.close()

    def run(self):
        """Kills the server when half of it is done. Returns what there is to say."""
        api = self.server.api()
        answered_ms = timed(api, *self.request)
        api.close()
        began = time.monotonic()
        self.watch(self.things // 2)
        self.server.kill()
        self.server.start()
        self.watch(-1)
        self.judge()
        return (f"{self.work} of {self.things:,} executions: answered after {answered_ms:.1f} ms, done after "
                f"{time.monotonic() - began:.1f} s, a kill and a start included; seen at {len(self.seen):,} places on its way")

    def judge(self):
        if len(self.seen) < 2:
            self.problems.append(f"{self.work}: was done before anybody saw it: {self.seen}")
        if self.seen != sorted(self.seen, reverse=True):
            self.problems.append(f"{self.work}: what is left has grown")


def large_job(options, server, data):
    """A test of `run`: its server has made an empty database."""
    server.stop()
    fill_group(data / "iotjobs.db", options.canceled)
    server.start()
    api = server.api()
    began = time.monotonic()
    api.must("PUT", f"/jobs/{JOB}", {"targets": [TARGET], "document": "{}"})
    wait(lambda: counts(api) == {"numberOfQueuedThings": options.canceled}, "the rollout")
    notes = [f"{options.canceled:,} executions queued after {time.monotonic() - began:.1f} s"]
    cancel = Work(server, options.canceled, "CANCELLATION", ("PUT", f"/jobs/{JOB}/cancel", {}))
    notes.append(cancel.run())
    api = server.api()
    if (found := counts(api)) != {"numberOfCanceledThings": options.canceled}:
        cancel.problems.append(f"canceled, the job says {found}")
    delete = Work(server, options.canceled, "DELETION", ("DELETE", f"/jobs/{JOB}"))
    notes.append(delete.run())
    api = server.api()
    wait(lambda: api.ask("GET", f"/jobs/{JOB}")[0] == 404, "the end of the deletion")
    return cancel.problems + delete.problems, notes
