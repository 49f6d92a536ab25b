-- What is deleted while jobs go on: groups that a SNAPSHOT job rolls out to, things of which jobs have noted something.

-- The job is for the things that such a group had when the rollout began, so those whose turn had not come are noted in
-- `job_mover`, as the memberships are worked off; the rollout waits for that. A row is written before that of the group in
-- `thing_group_ending`, in one transaction.
CREATE TABLE job_ending_group (
    thing_group INTEGER NOT NULL REFERENCES thing_group_ending (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    job_id      TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    last        INTEGER NOT NULL,                -- things of it whose turn had come, up to this id; 0: none
    PRIMARY KEY (thing_group, job_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX job_ending_group_of_job ON job_ending_group (job_id, thing_group);

-- What jobs have noted of a thing that is deleted: another one of its name must not get it.
CREATE INDEX job_joiner_of_thing ON job_joiner (thing_name);
CREATE INDEX job_mover_left_of_thing ON job_mover (thing_name) WHERE was_in = 1;

DELETE FROM job_joiner WHERE thing_name NOT IN (SELECT name FROM thing);
DELETE FROM job_mover WHERE was_in = 1 AND thing_name NOT IN (SELECT name FROM thing);

-- Jobs that waited for ever: their end time had come, and no window of theirs would open any more.
INSERT INTO job_progress (job_id, kind, position, last)
SELECT job_id, 'CANCELLATION', 0, 0 FROM job
WHERE ended = 1 AND status = 'SCHEDULED'
  AND job_id NOT IN (SELECT job_id FROM timer WHERE kind IN ('JOB_START', 'WINDOW_OPEN'))
  AND job_id NOT IN (SELECT job_id FROM job_progress WHERE kind = 'CANCELLATION');
INSERT INTO timer (kind, job_id, due_ms)
SELECT kind, job_id, 0 FROM job_progress
WHERE kind = 'CANCELLATION' AND job_id NOT IN (SELECT job_id FROM timer WHERE kind = 'CANCELLATION');

-- Timers that have outlived their job
DELETE FROM timer WHERE job_id <> '' AND job_id NOT IN (SELECT job_id FROM job);
