-- What became of jobs and of their executions, and why: written in the transaction that makes it true.

-- The key of a row is one number, so that the rows of a job lie together and a new one goes to their end: the job's id
-- times 2^32, and the order in the job from 1.
CREATE TABLE transition (
    id               INTEGER PRIMARY KEY,
    at_ms            INTEGER NOT NULL,
    thing_name       TEXT,                           -- of an execution; NULL: it is the job's own
    execution_number INTEGER,
    status           TEXT    NOT NULL,               -- from here on; DELETED: the execution is gone
    cause            TEXT    NOT NULL,               -- server/store/jobs/timeline_store.c has the table
    detail           TEXT                            -- what else is known of it
) STRICT;

-- The transitions of a job itself, among those of a million executions
CREATE INDEX transition_of_job ON transition (id) WHERE thing_name IS NULL;

-- Whether a thing had an execution that was deleted
CREATE INDEX transition_deleted ON transition (thing_name, id) WHERE status = 'DELETED';

-- Of what there was before, the timeline begins here.
INSERT INTO transition (id, at_ms, status, cause) SELECT (id << 32) + 1, updated_at_ms, status, 'RECORD_BEGINS' FROM job;
INSERT INTO transition (id, at_ms, thing_name, execution_number, status, cause)
SELECT (j.id << 32) + 1 + row_number() OVER (PARTITION BY j.id ORDER BY e.id), e.updated_at_ms, e.thing_name,
       e.execution_number, e.status, 'RECORD_BEGINS'
FROM execution AS e JOIN job AS j ON j.job_id = e.job_id;
