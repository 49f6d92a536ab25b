-- What paces a rollout and ends a job.

-- The end time of the job has come: it rolls out no more, and is complete once its last execution has ended.
ALTER TABLE job ADD COLUMN ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1));

-- How a rollout keeps its rate (server/rules/jobs/rollout_rate.h). A job whose rollout was done at once has no row; a CONTINUOUS
-- one keeps its row, for it can get further targets.
CREATE TABLE job_pace (
    job_id   TEXT    NOT NULL PRIMARY KEY REFERENCES job (job_id) ON DELETE CASCADE,
    slot     INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 9), -- the one of its minute that it was in last
    began_ms INTEGER NOT NULL,                       -- when that began
    taken    INTEGER NOT NULL CHECK (taken >= 0),    -- executions queued in it
    notified INTEGER NOT NULL CHECK (notified >= taken) -- executions queued by the rollout so far
) STRICT, WITHOUT ROWID;
