-- Jobs for thing groups, and what jobs work off bit by bit.

-- What the name of the target is the name of.
ALTER TABLE job_target ADD COLUMN kind TEXT NOT NULL DEFAULT 'THING' CHECK (kind IN ('THING', 'THING_GROUP'));

-- The job is CONTINUOUS: it follows who joins the group and who leaves it.
ALTER TABLE job_target ADD COLUMN followed INTEGER NOT NULL DEFAULT 0
    CHECK (followed = 0 OR (followed = 1 AND kind = 'THING_GROUP'));

-- The newest execution at the time when the job got this target: what the job queued for a thing later, it queued for
-- this target, too.
ALTER TABLE job_target ADD COLUMN executions_before INTEGER NOT NULL DEFAULT 0;

-- ListJobs of a thing group
CREATE INDEX job_target_of_group ON job_target (name, job_id) WHERE kind = 'THING_GROUP';

-- Which jobs follow the members of a group: every change of a membership
CREATE INDEX job_target_followed ON job_target (name, job_id, position) WHERE followed = 1;

-- ListJobs by thingGroupId
CREATE UNIQUE INDEX thing_group_by_group_id ON thing_group (group_id);

-- What a job has still to do to its executions, and how far it has come: a group can have so many things that one
-- transaction would hold up all devices. A timer of the same kind is due while the work goes on; a rollout waits
-- without one for its job to start.
CREATE TABLE job_progress (
    job_id   TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    kind     TEXT    NOT NULL CHECK (kind = 'ROLLOUT' OR kind = 'REMOVAL' OR kind = 'CANCELLATION' OR kind = 'DELETION'),
    position INTEGER NOT NULL,                       -- ROLLOUT: the target whose turn it is
    last     INTEGER NOT NULL,                       -- the last that was done, by its id: ROLLOUT: thing of that target;
                                                     -- the others: execution. 0: none yet
    PRIMARY KEY (job_id, kind)
) STRICT, WITHOUT ROWID;

-- Jobs of before this table existed that have not started yet.
INSERT INTO job_progress SELECT job_id, 'ROLLOUT', 0, 0 FROM timer WHERE kind = 'JOB_START';

-- Outside its maintenance windows a job hides what is QUEUED: while it is SCHEDULED, and when it was canceled or deleted
-- then, until it has done with its executions.
ALTER TABLE job ADD COLUMN hides INTEGER NOT NULL DEFAULT 0 CHECK (hides IN (0, 1));
UPDATE job SET hides = 1 WHERE status = 'SCHEDULED';

-- Things that joined between two windows: they get their execution when the next one opens.
CREATE TABLE job_joiner (
    job_id     TEXT NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    thing_name TEXT NOT NULL,
    PRIMARY KEY (job_id, thing_name)
) STRICT, WITHOUT ROWID;
