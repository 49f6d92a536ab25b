-- What paces a rollout and ends a job.

-- The end time of the job has come: it rolls out no more, and is complete once its last execution has ended.
ALTER TABLE job ADD COLUMN ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1));

-- From here on a SNAPSHOT job follows its groups, too, while its rollout is on its way. A job that is at its end follows
-- none: a change of a membership need not look at it.
UPDATE job_target SET followed = 0
WHERE followed = 1 AND job_id NOT IN (SELECT job_id FROM job WHERE status IN ('SCHEDULED', 'IN_PROGRESS'));

-- The first thing that became of a thing's memberships since the rollout of a SNAPSHOT job began, where the rollout had
-- not come by it yet: the job is for those who were in its groups then.
CREATE TABLE job_mover (
    job_id     TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    thing_name TEXT    NOT NULL,
    was_in     INTEGER NOT NULL CHECK (was_in IN (0, 1)), -- 1: it has left, and gets its execution all the same;
                                                     -- 0: it has joined, and gets none
    PRIMARY KEY (job_id, thing_name)
) STRICT, WITHOUT ROWID;

-- Who has left: each slice of a rollout
CREATE INDEX job_mover_left ON job_mover (job_id, thing_name) WHERE was_in = 1;

-- How a rollout keeps its rate (server/rules/jobs/rollout_rate.h). A job whose rollout was done at once has no row; a CONTINUOUS
-- one keeps its row, for it can get further targets.
CREATE TABLE job_pace (
    job_id   TEXT    NOT NULL PRIMARY KEY REFERENCES job (job_id) ON DELETE CASCADE,
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 9), -- the one of its minute that it was in last
    began_ms INTEGER NOT NULL,                       -- when that began
    taken    INTEGER NOT NULL CHECK (taken >= 0),    -- executions queued in it
    notified INTEGER NOT NULL CHECK (notified >= taken) -- executions queued by the rollout so far
) STRICT, WITHOUT ROWID;
