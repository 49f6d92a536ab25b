-- Maintenance windows: outside of them what waits for a device is hidden from it.

-- A job's windows; together they are one (server/rules/jobs/window.h).
CREATE TABLE job_window (
    job_id           TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    position         INTEGER NOT NULL,           -- in the request
    start_time       TEXT    NOT NULL,           -- a cron expression, as given
    duration_minutes INTEGER NOT NULL CHECK (duration_minutes BETWEEN 1 AND 1430),
    PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;

-- Whether its job has windows: then it is hidden while it is QUEUED and the job is SCHEDULED. A column, so that pending
-- lists need not look at the jobs of the others.
ALTER TABLE execution ADD COLUMN windowed INTEGER NOT NULL DEFAULT 0 CHECK (windowed IN (0, 1));

-- The part of a thing's pending list that belongs to windows, in AWS's order
CREATE INDEX execution_pending_windowed ON execution (thing_name, namespace_id, status, queued_at_ms, id)
    WHERE status IN ('IN_PROGRESS', 'QUEUED') AND windowed = 1;

-- Who is told when a window of the job opens or closes
CREATE INDEX execution_queued_windowed ON execution (job_id, id) WHERE status = 'QUEUED' AND windowed = 1;

-- Retries of a deleted thing that wait for a window
CREATE INDEX timer_window_retry ON timer (thing_name) WHERE kind = 'WINDOW_RETRY';
