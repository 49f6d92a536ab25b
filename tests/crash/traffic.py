"""
The load of the crash test, and what it knows for certain.

Each worker is alone in changing its subjects (things and jobs), so it can name exactly what the server must
hold: what was acknowledged last, or that with the one change that was in flight when the server died.
"""

import http.client
import random
import threading

from mqtt_device import Device, Refused
from uploads import Uploader

DEVICES = 6
OPERATORS = 3
UPLOADERS = 2
UPDATES_PER_JOB = 30
JOIN_S = 30
OPEN = ("QUEUED", "IN_PROGRESS")


class Thing:
    """Facts: whether the thing exists."""

    def __init__(self, name):
        self.name = name
        self.acknowledged = False
        self.in_flight = False

    def look(self, api):
        status, _ = api.ask("GET", f"/things/{self.name}")
        return {200: True, 404: False}.get(status, f"status {status}")


class Job:
    """Facts: None, or the job's status and for each thing (status, version, statusDetails' "n")."""

    def __init__(self, name, things):
        self.name = name
        self.things = things
        self.acknowledged = None
        self.in_flight = None

    def queued(self):
        return ("IN_PROGRESS", {thing: ("QUEUED", 1, None) for thing in self.things})

    def canceled(self):
        _, executions = self.acknowledged
        after = {}
        for thing, (status, version, n) in executions.items():
            after[thing] = ("CANCELED", version + 1, n) if status in OPEN else (status, version, n)
        return ("CANCELED", after)

    def updated(self, thing, status, n):
        job_status, executions = self.acknowledged
        after = dict(executions)
        after[thing] = (status, executions[thing][1] + 1, n)
        if all(each[0] not in OPEN for each in after.values()):
            job_status = "COMPLETED"
        return (job_status, after)

    def look(self, api):
        status, answer = api.ask("GET", f"/jobs/{self.name}")
        executions = {thing: self._look_at_execution(api, thing) for thing in self.things}
        if status == 404:
            left = {thing: seen for thing, seen in executions.items() if seen is not None}
            return None if not left else ("job is gone, executions are left", left)
        if status != 200:
            return f"status {status}"
        return (answer["job"]["status"], executions)

    def _look_at_execution(self, api, thing):
        status, answer = api.ask("GET", f"/things/{thing}/jobs/{self.name}")
        if status != 200:
            return None if status == 404 else f"status {status}"
        execution = answer["execution"]
        details = execution.get("statusDetails", {}).get("detailsMap", {})
        return (execution["status"], execution["versionNumber"], details.get("n"))


class Load:
    """Traffic of one round, from several threads, until the server dies."""

    def __init__(self, server, name, seed):
        self.server = server
        self.name = name
        self.seed = seed
        self.subjects = []
        self.problems = []
        self.acknowledged = 0
        self.lock = threading.Lock()
        self.dying = threading.Event()
        kinds = ((self._device, DEVICES), (self._operator, OPERATORS), (self._uploader, UPLOADERS))
        workers = [(work, i) for work, count in kinds for i in range(count)]
        self.threads = [threading.Thread(target=self._run, args=worker) for worker in workers]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join(JOIN_S)
            if thread.is_alive():
                self.problems.append("a worker does not end")

    def _run(self, work, index):
        api = self.server.api()
        try:
            work(api, index, random.Random(f"{self.seed} {self.name} {work.__name__} {index}"))
        except (OSError, http.client.HTTPException) as problem:
            if not self.dying.is_set():
                self.problems.append(f"connection lost before the kill: {problem!r}")
        except (Refused, RuntimeError, KeyError, ValueError) as problem:
            self.problems.append(f"refused: {problem}")
        finally:
            api.close()

    def _subject(self, subject):
        with self.lock:
            self.subjects.append(subject)
        return subject

    def _change(self, subject, facts, act):
        """Runs `act`; when it returns, `facts` is what the server has promised to keep."""
        subject.in_flight = facts
        answer = act()
        subject.acknowledged = facts
        with self.lock:
            self.acknowledged += 1
        return answer

    def _create_thing(self, api, name):
        thing = self._subject(Thing(name))
        self._change(thing, True, lambda: api.must("POST", f"/things/{name}", {}))
        return thing

    def _create_job(self, api, name, things):
        job = self._subject(Job(name, things))
        body = {"targets": [f"arn:aws:iot:us-east-1:000000000000:thing/{thing}" for thing in things]}
        body["document"] = '{"operation":"crash"}'
        self._change(job, job.queued(), lambda: api.must("PUT", f"/jobs/{name}", body))
        return job

    def _device(self, api, index, rng):
        """Takes one job after the other to its end, in many small steps."""
        thing = f"{self.name}-device-{index}"
        self._create_thing(api, thing)
        device = Device(self.server.mqtt_port, thing, qos=index % 2)
        try:
            for number in range(1000000):
                job = self._create_job(api, f"{thing}-job-{number}", [thing])
                for n in range(1, rng.randint(2, UPDATES_PER_JOB)):
                    self._report(device, job, thing, "IN_PROGRESS", str(n))
                self._report(device, job, thing, rng.choice(("SUCCEEDED", "FAILED", "REJECTED")), "end")
        finally:
            device.close()

    def _report(self, device, job, thing, status, n):
        facts = job.updated(thing, status, n)
        answer = self._change(job, facts, lambda: device.update(thing, job.name, status, {"n": n}))
        version = answer["executionState"]["versionNumber"]
        if version != facts[1][thing][1]:
            raise ValueError(f"{job.name}: acknowledged version {version}, expected {facts[1][thing][1]}")

    def _operator(self, api, index, rng):
        """Creates, cancels and deletes over HTTP."""
        for number in range(1000000):
            name = f"{self.name}-operator-{index}-{number}"
            things = [self._create_thing(api, f"{name}-{i}") for i in range(rng.randint(1, 4))]
            job = self._create_job(api, name, [thing.name for thing in things])
            if rng.random() < 0.6:
                self._change(job, job.canceled(), lambda: api.must("PUT", f"/jobs/{name}/cancel?force=true", {}))
            if rng.random() < 0.6:
                self._change(job, None, lambda: api.must("DELETE", f"/jobs/{name}?force=true"))
                gone = rng.choice(things)
                self._change(gone, False, lambda: api.must("DELETE", f"/things/{gone.name}"))

    def _uploader(self, api, index, rng):
        uploader = Uploader(api, f"{self.name}-uploader-{index}", rng, self._subject, self._change)
        while True:
            uploader.act()
