"""A large fleet written straight into a database that no server has open: what takes minutes over the API takes seconds.

The rows are those that the operations would have left; schema/invariants.sql holds for them. Python's standard library
alone.
"""

import sqlite3

ATTRIBUTE_VALUES = 10
CREATED_MS = 1_893_456_000_000  # 2030-01-01

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < :count - 1)"

TYPES = f"""INSERT INTO thing_type (name, type_id, created_at_ms)
VALUES ('Common', '00000000-0000-4000-9000-000000000001', {CREATED_MS}),
       ('Rare', '00000000-0000-4000-9000-000000000002', {CREATED_MS})"""

# Every second thing is Common, one in a thousand Rare.
THINGS = f"""{NUMBERS} INSERT INTO thing (name, thing_id, version, thing_type)
SELECT printf('thing-%07d', i), printf('00000000-0000-4000-8000-%012d', i), 1,
       iif(i % 2, 'Common', iif(i % 1000, NULL, 'Rare')) FROM n"""

ATTRIBUTES = f"""INSERT INTO thing_attribute (thing, name, value)
SELECT id, 'model', printf('m%d', id % {ATTRIBUTE_VALUES}) FROM thing"""

JOBS = f"""{NUMBERS} INSERT INTO job (job_id, status, target_selection, created_at_ms, updated_at_ms, completed_at_ms)
SELECT printf('job-%06d', i), 'COMPLETED', 'SNAPSHOT', {CREATED_MS} + i, {CREATED_MS} + i, {CREATED_MS} + i FROM n"""

DOCUMENTS = "INSERT INTO job_document (job_id, document) SELECT job_id, '{}' FROM job"

# A group for each hundred things; in the first one is every tenth thing, in the others nothing.
GROUPS = f"""INSERT INTO thing_group (name, group_id, created_at_ms)
SELECT printf('group-%06d', id / 100), printf('00000000-0000-4000-a000-%012d', id), {CREATED_MS} FROM thing
WHERE id % 100 = 1"""

MEMBERS = """INSERT INTO thing_group_member (thing_group, thing, membership_id, place)
SELECT 1, id, printf('00000000-0000-4000-b000-%012d', id), 1 FROM thing WHERE id % 10 = 1"""

TARGETS = """INSERT INTO job_target (job_id, position, arn, name, kind, job)
SELECT job_id, 0, 'arn:aws:iot:us-east-1:000000000000:thing/thing-0000000', 'thing-0000000', 'THING', id FROM job
UNION ALL
SELECT job_id, 1, 'arn:aws:iot:us-east-1:000000000000:thinggroup/group-00000', 'group-00000', 'THING_GROUP', id
FROM job WHERE id % 2 = 0"""

# The k-th execution of a job is on the k-th thing behind the job's own place, so that no thing has many. The first job has
# others.
EXECUTIONS = f"""WITH RECURSIVE k (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM k WHERE i < :each - 1)
INSERT INTO execution (thing_name, job_id, execution_number, status, version, queued_at_ms, started_at_ms, updated_at_ms)
SELECT printf('thing-%07d', (j.id * :each + k.i) % :things), j.job_id, 1, 'SUCCEEDED', 3,
       {CREATED_MS}, {CREATED_MS}, {CREATED_MS} FROM job AS j CROSS JOIN k WHERE j.id > 1"""

# The first job is on every tenth thing.
LARGE = f"""INSERT INTO execution
(thing_name, job_id, execution_number, status, version, queued_at_ms, started_at_ms, updated_at_ms)
SELECT name, 'job-000000', 1, 'SUCCEEDED', 3, {CREATED_MS}, {CREATED_MS}, {CREATED_MS} FROM thing
WHERE id % 10 = 1 ORDER BY id"""

COUNTS = "INSERT INTO job_count (job_id, status, n) SELECT job_id, 'SUCCEEDED', count(*) FROM execution GROUP BY job_id"

# Their timelines begin here.
TRANSITIONS = """INSERT INTO transition (id, at_ms, status, cause)
SELECT (id << 32) + 1, updated_at_ms, status, 'RECORD_BEGINS' FROM job"""
EXECUTION_TRANSITIONS = """INSERT INTO transition (id, at_ms, thing_name, execution_number, status, cause)
SELECT (j.id << 32) + 1 + row_number() OVER (PARTITION BY j.id ORDER BY e.id), e.updated_at_ms, e.thing_name,
       e.execution_number, e.status, 'RECORD_BEGINS' FROM execution AS e JOIN job AS j ON j.job_id = e.job_id"""

GROUP = f"INSERT INTO thing_group (name, group_id, created_at_ms) VALUES ('fleet', 'fleet', {CREATED_MS})"

ALL_MEMBERS = """INSERT INTO thing_group_member (thing_group, thing, membership_id, place)
SELECT 1, id, printf('00000000-0000-4000-b000-%012d', id), 1 FROM thing"""


def fill(path, things, jobs, executions_per_job):
    """Into an empty database that has its schema. Things `thing-0000000`, …, jobs `job-000000`, …, all COMPLETED, groups
    `group-000000`, …. The first job and the first group have every tenth thing from the first on."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(TYPES)
        connection.execute(THINGS, {"count": things})
        connection.execute(ATTRIBUTES)
        connection.execute(GROUPS)
        connection.execute(MEMBERS)
        connection.execute(JOBS, {"count": jobs})
        connection.execute(DOCUMENTS)
        connection.execute(TARGETS)
        connection.execute(EXECUTIONS, {"each": executions_per_job, "things": things})
        connection.execute(LARGE)
        connection.execute(COUNTS)
        connection.execute(TRANSITIONS)
        connection.execute(EXECUTION_TRANSITIONS)
    connection.execute("ANALYZE")
    connection.close()


def fill_group(path, things):
    """Into an empty database that has its schema. Things `thing-0000000`, …, all of them in the group `fleet`."""
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(TYPES)
        connection.execute(THINGS, {"count": things})
        connection.execute(GROUP)
        connection.execute(ALL_MEMBERS)
    connection.execute("ANALYZE")
    connection.close()
