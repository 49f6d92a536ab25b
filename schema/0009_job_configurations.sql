-- Configurations of jobs.

-- schedulingConfig as given; NULL: not given.
ALTER TABLE job ADD COLUMN end_time TEXT;
ALTER TABLE job ADD COLUMN end_behavior TEXT
    CHECK (end_behavior = 'STOP_ROLLOUT' OR end_behavior = 'CANCEL' OR end_behavior = 'FORCE_CANCEL');

-- Its configuration has criteria that abort it. A column, so that the end of an execution of any other job need not look.
ALTER TABLE job ADD COLUMN has_abort INTEGER NOT NULL DEFAULT 0 CHECK (has_abort IN (0, 1));

-- The order of creation of the job: a thing group's jobs are listed by it, however many there are.
ALTER TABLE job_target ADD COLUMN job INTEGER NOT NULL DEFAULT 0;
UPDATE job_target SET job = (SELECT id FROM job WHERE job.job_id = job_target.job_id);
DROP INDEX job_target_of_group;
CREATE INDEX job_target_of_group ON job_target (name, job) WHERE kind = 'THING_GROUP';

-- What a job is configured with and nothing is looked up by: as the request had it. A job without such members has no row.
-- Time-out, retries and maintenance windows have columns and tables of their own.
CREATE TABLE job_config (
    job_id  TEXT NOT NULL PRIMARY KEY REFERENCES job (job_id) ON DELETE CASCADE,
    members TEXT NOT NULL CHECK (json_valid(members)) -- presignedUrlConfig, jobExecutionsRolloutConfig, abortConfig,
                                                      -- destinationPackageVersions: a JSON object of those that are set
) STRICT, WITHOUT ROWID;
