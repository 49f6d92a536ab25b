-- Failures are tried again: jobExecutionsRetryConfig.

CREATE TABLE job_retry (
    job_id       TEXT    NOT NULL REFERENCES job (job_id) ON DELETE CASCADE,
    position     INTEGER NOT NULL,                   -- in the request
    failure_type TEXT    NOT NULL CHECK (failure_type IN ('FAILED', 'TIMED_OUT', 'ALL')),
    retries      INTEGER NOT NULL CHECK (retries BETWEEN 0 AND 10),
    PRIMARY KEY (job_id, position)
) STRICT, WITHOUT ROWID;

-- Of retry_attempt, how many followed a FAILED; the others followed a TIMED_OUT. A column, since the attempts before
-- may be deleted and count all the same.
ALTER TABLE execution ADD COLUMN failed_retries INTEGER NOT NULL DEFAULT 0
    CHECK (failed_retries BETWEEN 0 AND retry_attempt);
