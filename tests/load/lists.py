"""Large lists, paged through from the first row to the last while others come and go."""

import pathlib
import time
import urllib.parse

from fleet_database import fill
from fleet_index import built

PAGE = 250
EXECUTIONS_PER_JOB = 10
CHANGE_EVERY = 50  # pages between two things, or jobs, that come and go
MEMORY_MIB = 16  # that a server may grow by while its list is read, however long it is
ENDS = 100  # pages: the first and the last so many are compared

SEARCH = "/indices/search"


def by(member):
    return lambda item: item[member]


def things(sizes):
    return [f"thing-{i:07d}" for i in range(sizes["things"])]


def every_tenth_thing(beginning):
    return lambda sizes: things(sizes)[beginning::10]


def groups(sizes):
    return [f"group-{i:06d}" for i in range(-(-sizes["things"] // 100))]


def jobs(sizes):
    return [f"job-{i:06d}" for i in reversed(range(sizes["jobs"]))]


def thing_of_arn(item):
    return item["thingArn"].rpartition("/")[2]


# name: the path, the body of a POST or None, the list's member, an item's name, the names that there must be
LISTS = {
    "things": ("/things", None, "things", by("thingName"), things),
    "things by attribute":
        ("/things?attributeName=model&attributeValue=m3", None, "things", by("thingName"), every_tenth_thing(2)),
    "jobs": ("/jobs", None, "jobs", by("jobId"), jobs),
    "jobs by status": ("/jobs?status=COMPLETED", None, "jobs", by("jobId"), jobs),
    "executions of a job":
        ("/jobs/job-000000/things", None, "executionSummaries", thing_of_arn, every_tenth_thing(0)),
    "groups": ("/thing-groups", None, "thingGroups", by("groupName"), groups),
    "things of a group": ("/thing-groups/group-000000/things", None, "things", str, every_tenth_thing(0)),
    "index": (SEARCH, {"queryString": "*"}, "things", by("thingName"), things),
    "index by attribute":
        (SEARCH, {"queryString": "attributes.model:m3"}, "things", by("thingName"), every_tenth_thing(2)),
    "index by two attributes that exclude each other":
        (SEARCH, {"queryString": "attributes.model:m3 attributes.model:m4"}, "things", by("thingName"), lambda _: []),
}  # fmt: skip


def private_kib(pid):
    """Memory that is the process's own: not files that it has mapped."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    raise RuntimeError("no RssAnon")


def pages(api, path, body, member):
    """Each page's items, and how long it took."""
    token = None
    while True:
        began = time.monotonic()
        if body:
            more = {"nextToken": token} if token else {}
            answer = api.must("POST", path, {**body, "maxResults": PAGE, **more})
        else:
            more = f"&nextToken={urllib.parse.quote(token, safe='')}" if token else ""
            answer = api.must("GET", f"{path}{'&' if '?' in path else '?'}maxResults={PAGE}{more}")
        yield answer[member], time.monotonic() - began
        token = answer.get("nextToken")
        if not token:
            return


def change(api, number):
    """A thing that comes and goes while the list is read, and one that stays; the same for jobs."""
    name = f"late-{number}"
    api.must("POST", f"/things/{name}", {})
    body = {"targets": [f"arn:aws:iot:us-east-1:000000000000:thing/{name}"], "document": "{}"}
    api.must("PUT", f"/jobs/{name}", body)
    if number % 2:
        api.must("DELETE", f"/jobs/{name}?force=true")
        api.must("DELETE", f"/things/{name}")


def walk(server, what, made):
    """(names in order, without those that came late; seconds of each page; growth in KiB)"""
    path, body, member, name_of, _ = what
    api, other = server.api(), server.api()
    names, seconds, before = [], [], None
    for items, took in pages(api, path, body, member):
        names += [name for item in items if not (name := name_of(item)).startswith("late-")]
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
    names, seconds, growth = walk(server, LISTS[name], made)
    expected = LISTS[name][-1](sizes)
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
    api = server.api()
    problems, notes, made = [], [f"index of {options.listed:,} things: built in {built(api):.0f} s"], 0
    api.close()
    for name in LISTS:
        wrong, note, count = check_list(server, name, sizes, made)
        made += count
        problems += wrong
        notes.append(note)
    return problems, notes
