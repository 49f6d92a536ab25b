-- Groups that are deleted while a SNAPSHOT job rolls out to them.

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
