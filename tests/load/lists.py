"""Large lists, paged through from the first row to the last while others come and go."""

import pathlib
import time
import urllib.parse

from fleet_database import fill

PAGE = 250
EXECUTIONS_PER_JOB = 10
CHANGE_EVERY = 50  # pages between two things, or jobs, that come and go
MEMORY_MIB = 16  # that a server may grow by while its list is read, however long it is
ENDS = 100  # pages: the first and the last so many are compared

# name: path, the list's member, what names an item, the name of row i, newest first
LISTS = {
    "things": ("/things", "things", "thingName", "thing-{:07d}", False),
    "things by attribute": ("/things?attributeName=model&attributeValue=m3", "things", "thingName", None, False),
    "jobs": ("/jobs", "jobs", "jobId", "job-{:06d}", True),
    "jobs by status": ("/jobs?status=COMPLETED", "jobs", "jobId", "job-{:06d}", True),
}


def private_kib(pid):
    """Memory that is the process's own: not files that it has mapped."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise RuntimeError("no RssAnon")


def pages(api, path, member):
    """Each page's items, and how long it took."""
    more = "&" if "?" in path else "?"
    first = path = f"{path}{more}maxResults={PAGE}"
    while True:
        began = time.monotonic()
        answer = api.must("GET", path)
        yield answer[member], time.monotonic() - began
        if "nextToken" not in answer:
            return
        path = f"{first}&nextToken={urllib.parse.quote(answer['nextToken'], safe='')}"


def change(api, number):
    """A thing that comes and goes while the list is read, and one that stays; the same for jobs."""
    name = f"late-{number}"
    api.must("POST", f"/things/{name}", {})
    body = {"targets": [f"arn:aws:iot:us-east-1:000000000000:thing/{name}"], "document": "{}"}
    api.must("PUT", f"/jobs/{name}", body)
    if number % 2:
        api.must("DELETE", f"/jobs/{name}?force=true")
        api.must("DELETE", f"/things/{name}")


def walk(server, path, member, key, made):
    """(names in order, without those that came late; seconds of each page; growth in KiB)"""
    api, other = server.api(), server.api()
    names, seconds, before = [], [], None
    for items, took in pages(api, path, member):
        names += [item[key] for item in items if not item[key].startswith("late-")]
        seconds.append(took)
        if len(seconds) % CHANGE_EVERY == 0:
            change(other, made + len(seconds) // CHANGE_EVERY)
        if len(seconds) == ENDS // 10:
            before = private_kib(server.process.pid)
    growth = private_kib(server.process.pid) - before if before else 0
    api.close()
    other.close()
    return names, seconds, growth


def mean_ms(seconds):
    return sum(seconds) / len(seconds) * 1000


def check_list(server, name, sizes, made):
    """(problems, notes, pages) of one list."""
    path, member, key, form, newest_first = LISTS[name]
    names, seconds, growth = walk(server, path, member, key, made)
    total = sizes[member]
    expected = [form.format(i) for i in range(total)] if form else [
        f"thing-{i:07d}" for i in range(total) if (i + 1) % 10 == 3
    ]  # fmt: skip
    if newest_first:
        expected.reverse()
    problems = []
    if names != expected:
        wrong = next((i for i, pair in enumerate(zip(names, expected)) if pair[0] != pair[1]), "the end")
        problems.append(f"{name}: {len(names):,} items instead of {len(expected):,}, or in another order; see {wrong}")
    if growth > MEMORY_MIB * 1024:
        problems.append(f"{name}: the server grew by {growth / 1024:.1f} MiB while the list was read")
    ends = min(ENDS, len(seconds) // 2) or 1
    notes = f"{name}: {len(names):,} in {len(seconds):,} pages, {sum(seconds):.1f} s; a page of the first {ends} " \
            f"{mean_ms(seconds[:ends]):.2f} ms, of the last {ends} {mean_ms(seconds[-ends:]):.2f} ms; " \
            f"{growth / 1024:+.1f} MiB"  # fmt: skip
    return problems, notes, len(seconds)


def lists(options, server, data):
    """A test of `run`: its server has made an empty database."""
    server.stop()
    sizes = {"things": options.listed, "jobs": options.listed // 10}
    fill(data / "iotjobs.db", sizes["things"], sizes["jobs"], EXECUTIONS_PER_JOB)
    server.start()
    problems, notes, made = [], [], 0
    for name in LISTS:
        wrong, note, count = check_list(server, name, sizes, made)
        made += count
        problems += wrong
        notes.append(note)
    return problems, notes
