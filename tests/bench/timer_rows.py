"""Rows about what happens by itself: jobs that start in the same minute, one rollout to a large group, jobs that only
wait for their time. What they mean: docs/performance.md."""

import datetime
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "load")]

from creation import create_things, job_body, send_all, Progress  # noqa: E402
from fleet_database import fill_group  # noqa: E402
from iotjobsd import Server  # noqa: E402

JOBS = 10_000  # that are due at once
CREATION_S = 15  # that creating them may take
ROLLOUT_THINGS, ROLLOUT_THINGS_QUICK = 1_000_000, 100_000
SLICE, LARGE = 100, 10_000  # rows of a transaction of the rollout's baselines
WAITING_JOBS, WAITING_THINGS = 100_000, 100
IDLE_S, IDLE_S_QUICK = 60, 15
WAITING_TIME = datetime.timedelta(days=300)
LIMIT_S = 600
POLL_S = 0.002
NONE = "–"


def pause(seconds):
    threading.Event().wait(max(seconds, 0))


def minute_text(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M")


def query(database, sql, *values):
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()


def wait_until_none(database, sql, *values):
    """Looks into the database until the query finds nothing, because asking the server would be a load of its own."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    deadline = time.monotonic() + LIMIT_S
    try:
        while connection.execute(sql, values).fetchone() is not None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"after {LIMIT_S} s there still is what '{sql}' finds")
            pause(POLL_S)
    finally:
        connection.close()


def copy_live(database, path):
    """Of a database that a server has open."""
    path.unlink(missing_ok=True)
    source, copy = sqlite3.connect(f"file:{database}?mode=ro", uri=True), sqlite3.connect(path)
    source.backup(copy)
    source.close()
    copy.close()
    os.sync()


def forget(database):
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{database}{suffix}").unlink(missing_ok=True)


def copy_closed(source, path):
    """The same of one that nobody has open; what was there is gone, and the disk at rest."""
    forget(path)
    shutil.copyfile(source, path)
    os.sync()


class TimerRows:
    """`add_row` takes the cells of a row."""

    def __init__(self, build, folder, quick, add_row):
        self.build, self.folder, self.quick, self.add_row = build, folder, quick, add_row
        self.rounds = 1 if quick else 3

    def server(self, name, *options):
        data = self.folder / name
        return Server(self.folder / "log", f"--data={data}", *options, build=self.build), data / "iotjobs.db"

    def raw(self, *arguments):
        command = [str(part) for part in (self.build / "bin" / "raw_sqlite", *arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def measure(self):
        for durability in ("full",) if self.quick else ("full", "normal"):
            self.activation(durability)
        self.rollout()
        self.idle()

    # ---- jobs that start in the same minute ----

    def activation(self, durability):
        server, database = self.server(f"start-{durability}", f"--durability={durability}", "--schedule-lead=0s")
        server.start()
        try:
            create_things(server.http_port, "start", JOBS)
            rounds = [self.start_at_once(server, database, durability, i) for i in range(self.rounds)]
        finally:
            server.stop()
        ours, p50, p99, raw = (statistics.median(column) for column in zip(*rounds))
        ratio = statistics.median(base / mine for mine, _, _, base in rounds)
        self.add_row(f"{JOBS:,} jobs due in the same minute, durability {durability}: until all have started",
                     f"{ours:,.0f} ms", f"{raw:,.0f} ms", f"{ratio:.2f}", f"{p50:,.0f} ms", f"{p99:,.0f} ms")  # fmt: skip

    def start_at_once(self, server, database, durability, number):
        """Milliseconds from the due time to the last start, the median one, the 99th percentile; the baseline's last."""
        due = int((time.time() + CREATION_S) // 60 + 1) * 60
        start = minute_text(due)
        jobs = (("PUT", f"/jobs/start-{number}-{i}", job_body([f"thing/start-thing-{i}"], start)) for i in range(JOBS))
        send_all(server.http_port, jobs, Progress("jobs", JOBS))
        copy = self.folder / "start.db"
        copy_live(database, copy)
        if time.time() > due:
            raise RuntimeError(f"{JOBS:,} jobs were not created in time")
        pause(due - time.time())
        wait_until_none(database, "SELECT 1 FROM timer WHERE due_ms = ? AND kind = 'JOB_START' LIMIT 1", due * 1000)
        lags = start_lags(database, f"start-{number}-%", due * 1000, time.time() * 1000)
        transactions = len(set(lags))
        raw = self.raw("start", copy, durability, -(-JOBS // transactions))
        forget(copy)
        return lags[-1], lags[JOBS // 2], lags[JOBS * 99 // 100], raw["seconds"] * 1000

    # ---- one job for a large group ----

    def rollout(self):
        things = ROLLOUT_THINGS_QUICK if self.quick else ROLLOUT_THINGS
        server, database = self.server("rollout", "--durability=full", "--rollout-default-per-minute=0")
        server.start()
        server.stop()
        fill_group(database, things)
        filled, copy = self.folder / "filled.db", self.folder / "copy.db"
        copy_closed(database, filled)
        ours, sliced, large = [], [], []
        for _ in range(self.rounds):
            copy_closed(filled, database)
            ours.append(roll_out(server, database, things))
            for size, seconds in ((SLICE, sliced), (LARGE, large)):
                # The server's database, without what it rolled out: the job is there, and referred to.
                copy_closed(filled, copy)
                insert_job(copy)
                seconds.append(self.raw("roll-out", copy, "full", size, "rollout", "fleet")["seconds"])
                forget(copy)
        for size, seconds in ((SLICE, sliced), (LARGE, large)):
            mine, base = statistics.median(ours), statistics.median(seconds)
            ratio = statistics.median(b / a for a, b in zip(ours, seconds))
            self.add_row(f"one job for a group of {things:,} things: until all are queued "
                         f"(baseline: {size:,} a transaction)",
                         f"{mine:.2f} s", f"{base:.2f} s", f"{ratio:.2f}", NONE, NONE)  # fmt: skip

    # ---- jobs that wait ----

    def idle(self):
        seconds = IDLE_S_QUICK if self.quick else IDLE_S
        waiting, _ = self.server("waiting")
        empty, _ = self.server("empty")
        try:
            waiting.start()
            empty.start()
            create_things(waiting.http_port, "idle", WAITING_THINGS)
            start = minute_text(time.time() + WAITING_TIME.total_seconds())
            jobs = (
                ("PUT", f"/jobs/idle-{i}", job_body([f"thing/idle-thing-{i % WAITING_THINGS}"], start))
                for i in range(WAITING_JOBS)
            )
            send_all(waiting.http_port, jobs, Progress("jobs", WAITING_JOBS))
            before = [cpu_s(server) for server in (waiting, empty)]
            pause(seconds)
            used = [(cpu_s(server) - was) * 60 / seconds for server, was in zip((waiting, empty), before)]
        finally:
            for server in (waiting, empty):
                if server.process is not None:
                    server.stop()
        ratio = f"{used[1] / used[0]:.2f}" if used[0] > 0 else NONE
        self.add_row(f"idle, {WAITING_JOBS:,} jobs scheduled: CPU time a minute (baseline: no jobs)",
                     f"{used[0]:.2f} s", f"{used[1]:.2f} s", ratio, NONE, NONE)  # fmt: skip


def start_lags(database, jobs, due_ms, done_ms):
    """For each job the milliseconds from its due time to the commit of its start, ascending. An execution says when its
    transaction began; by the time the next one began, or `done_ms`, it was committed."""
    rows = query(database, """SELECT e.queued_at_ms FROM execution AS e JOIN job AS j USING (job_id)
                              WHERE job_id LIKE ? AND e.status = 'QUEUED' AND j.status = 'IN_PROGRESS'
                              AND j.updated_at_ms = e.queued_at_ms ORDER BY 1""", jobs)  # fmt: skip
    begun = [row[0] for row in rows]
    if len(begun) != JOBS or begun[0] < due_ms:
        raise RuntimeError(f"{len(begun):,} jobs of {JOBS:,} have started, the first {begun[0] - due_ms} ms late")
    times = sorted(set(begun))
    committed = dict(zip(times, [*times[1:], done_ms]))
    return [committed[each] - due_ms for each in begun]


def insert_job(database):
    connection = sqlite3.connect(database)
    with connection:
        connection.execute("""INSERT INTO job (job_id, status, target_selection, created_at_ms, updated_at_ms)
                              VALUES ('rollout', 'IN_PROGRESS', 'SNAPSHOT', 0, 0)""")
    connection.close()


def roll_out(server, database, things):
    """Seconds from the request to the last execution."""
    server.start()
    try:
        api = server.api()
        began = time.monotonic()
        api.must("PUT", "/jobs/rollout", job_body(["thinggroup/fleet"], None))
        wait_until_none(database, "SELECT 1 FROM job_progress LIMIT 1")
        seconds = time.monotonic() - began
        queued = api.must("GET", "/jobs/rollout")["job"]["jobProcessDetails"].get("numberOfQueuedThings", 0)
        api.close()
    finally:
        server.stop()
    if queued != things:
        raise RuntimeError(f"{queued:,} of {things:,} things are queued")
    return seconds


def cpu_s(server):
    """What the process has used so far, in user mode and in the kernel."""
    fields = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
