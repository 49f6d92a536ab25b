-- Namespaces, events, and who listens to notifications.

-- A job in a namespace is seen on the topics of that namespace alone. '' is none: the plain topics.
ALTER TABLE job ADD COLUMN namespace_id TEXT NOT NULL DEFAULT '';
ALTER TABLE execution ADD COLUMN namespace_id TEXT NOT NULL DEFAULT '';

-- The region of whoever created the job: ARNs in events carry it. NULL: not known.
ALTER TABLE job ADD COLUMN region TEXT;

-- A thing's pending list in AWS's order, one list for each namespace: IN_PROGRESS sorts before QUEUED by its name.
DROP INDEX execution_pending;
CREATE INDEX execution_pending ON execution (thing_name, namespace_id, status, queued_at_ms, id)
    WHERE status IN ('IN_PROGRESS', 'QUEUED');

-- ListJobs of a namespace, newest first
CREATE INDEX job_by_namespace ON job (namespace_id, id) WHERE namespace_id <> '';

-- Which kinds of events are published below $aws/events/; those without a row are not.
CREATE TABLE event_configuration (
    event_type    TEXT    NOT NULL PRIMARY KEY,
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
) STRICT;

-- Things whose notifications a persistent session may have subscribed to: the broker keeps sessions across a restart and
-- tells nobody of them. '' stands for every thing. Never less than there are; see server/ops/executions/audience.h.
CREATE TABLE audience (
    thing_name TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Sessions of before this table existed are not in it.
INSERT INTO audience SELECT '' WHERE EXISTS (SELECT 1 FROM thing);

-- What one run of the server leaves for the next: whether it ended cleanly,
CREATE TABLE run (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    clean INTEGER NOT NULL CHECK (clean IN (0, 1))
) STRICT;

-- and the messages that it had committed to, but that the broker had not taken yet.
CREATE TABLE undelivered (
    id      INTEGER PRIMARY KEY, -- order of leaving
    topic   TEXT    NOT NULL,
    payload TEXT    NOT NULL,
    qos     INTEGER NOT NULL CHECK (qos IN (0, 1))
) STRICT;
