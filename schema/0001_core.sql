-- Things, jobs, executions and timers.
--
-- Names are the keys: what AWS addresses by name or id (thing, job), rows refer to by name or id as well, so
-- that nothing depends on numbers handed out by one process. `id` columns give the order of creation, for sorting and
-- for the cursors of pages; they are never given out twice.
-- Times are milliseconds since 1970-01-01 UTC. Each index names the query that it serves.

CREATE TABLE thing (
    id            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    name          TEXT    NOT NULL UNIQUE,
    thing_id      TEXT    NOT NULL,              -- UUID
    billing_group TEXT,
    version       INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1)
) STRICT;

CREATE TABLE thing_attribute (
    thing INTEGER NOT NULL REFERENCES thing (id) ON DELETE CASCADE,
    name  TEXT    NOT NULL,
    value TEXT    NOT NULL,
    PRIMARY KEY (thing, name)
) STRICT, WITHOUT ROWID;

-- ListThings by attribute
CREATE INDEX thing_attribute_by_value ON thing_attribute (name, value, thing);

CREATE TABLE job (
    id                          INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    job_id                      TEXT    NOT NULL UNIQUE,
    status                      TEXT    NOT NULL
        -- Not IN: of more than two values SQLite would build a table, for each row that is written. So below.
        CHECK (status = 'SCHEDULED' OR status = 'IN_PROGRESS' OR status = 'COMPLETED' OR status = 'CANCELED'
               OR status = 'DELETION_IN_PROGRESS'),
    target_selection            TEXT    NOT NULL CHECK (target_selection IN ('SNAPSHOT', 'CONTINUOUS')),
    description                 TEXT,
    comment                     TEXT,
    reason_code                 TEXT,
    force_canceled              INTEGER NOT NULL DEFAULT 0 CHECK (force_canceled IN (0, 1)),
    job_template_arn            TEXT,
    start_time                  TEXT,                -- schedulingConfig.startTime, as given
    in_progress_timeout_minutes INTEGER,
    created_at_ms               INTEGER NOT NULL,
    updated_at_ms               INTEGER NOT NULL,
    completed_at_ms             INTEGER
) STRICT;

-- ListJobs by status, newest first
CREATE INDEX job_by_status ON job (status, id);

-- Apart from `job`: a listing of jobs does not drag their documents along.
CREATE TABLE job_document (
    job_id        TEXT    NOT NULL PRIMARY KEY REFERENCES job (job_id) ON DELETE CASCADE,
    document      TEXT    NOT NULL,              -- JSON, parameters substituted
    parameters    TEXT,                          -- documentParameters: JSON object of strings, as given
    from_template INTEGER NOT NULL DEFAULT 0 CHECK (from_template IN (0, 1)) -- it is the managed template's
) STRICT;

CREATE TABLE job_target (
    job_id   TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    position INTEGER NOT NULL,                       -- in the request
    arn      TEXT    NOT NULL,                       -- as given
    name     TEXT    NOT NULL,                       -- of the thing
    PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;

-- jobProcessDetails, kept by increments so that reading it costs the same for ten executions and a million.
CREATE TABLE job_count (
    job_id TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    status TEXT    NOT NULL,
    n      INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (job_id, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE execution (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT, -- order of creation
    thing_name              TEXT    NOT NULL,
    job_id                  TEXT    NOT NULL REFERENCES job (job_id),
    execution_number        INTEGER NOT NULL CHECK (execution_number >= 1),
    status                  TEXT    NOT NULL
        CHECK (status = 'QUEUED' OR status = 'IN_PROGRESS' OR status = 'SUCCEEDED' OR status = 'FAILED'
               OR status = 'TIMED_OUT' OR status = 'REJECTED' OR status = 'REMOVED' OR status = 'CANCELED'),
    version                 INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),
    status_details          TEXT,                    -- JSON object of strings; NULL: none
    force_canceled          INTEGER NOT NULL DEFAULT 0 CHECK (force_canceled IN (0, 1)),
    retry_attempt           INTEGER NOT NULL DEFAULT 0,
    queued_at_ms            INTEGER NOT NULL,
    started_at_ms           INTEGER,
    updated_at_ms           INTEGER NOT NULL,
    in_progress_deadline_ms INTEGER,                 -- the job's time-out, fixed when the execution starts
    step_deadline_ms        INTEGER                  -- the device's step timer
) STRICT;

-- A device's execution of one job, newest number first: every device request.
CREATE UNIQUE INDEX execution_by_thing_and_job ON execution (thing_name, job_id, execution_number);

-- A thing's pending list in AWS's order: IN_PROGRESS sorts before QUEUED by its name.
CREATE INDEX execution_pending ON execution (thing_name, status, queued_at_ms, id)
    WHERE status IN ('IN_PROGRESS', 'QUEUED');

-- ListJobExecutionsForThing, newest first
CREATE INDEX execution_by_thing ON execution (thing_name, id);

-- ListJobExecutionsForJob; cancel and delete of a job
CREATE INDEX execution_by_job ON execution (job_id, id);

-- What happens by itself, and when. A row is written in the transaction that makes it true and taken in the
-- transaction that acts on it, so a crash loses nothing and repeats nothing.
CREATE TABLE timer (
    kind             TEXT    NOT NULL,               -- server/engine/timers.c has the table of kinds
    job_id           TEXT    NOT NULL,
    thing_name       TEXT    NOT NULL DEFAULT '',
    execution_number INTEGER NOT NULL DEFAULT 0,
    due_ms           INTEGER NOT NULL,
    PRIMARY KEY (kind, job_id, thing_name, execution_number)
) STRICT, WITHOUT ROWID;

-- The earliest timers
CREATE INDEX timer_by_due ON timer (due_ms, kind, job_id, thing_name, execution_number);

-- Keys that must outlive a restart: page tokens are signed with `page_token`.
CREATE TABLE secret (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
