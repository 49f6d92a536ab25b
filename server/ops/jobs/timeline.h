/*
 * The timeline of a job: what became of it and of each of its executions, when, and why. It is written in the
 * transaction that makes it true, by whoever changes a status, and goes when the job is deleted.
 *
 *     GET /_iotjobs/jobs/JOB/timeline
 *     { "jobId": …, "status": …, "transitions": [
 *         { "at": "2030-01-01T12:00:00.000Z", "status": "SCHEDULED", "cause": "CREATE_JOB", "text": … },
 *         { "at": …, "thingName": "pump", "executionNumber": 1, "status": "QUEUED", "cause": "ROLLOUT", … } ]
 * }
 *
 * What is not a change of status, but explains those that follow, stands there as well, with the status that
 * the job has: an update, new targets, the end time, the end of the rollout. Reports of progress do not.
 */
#ifndef IOTJOBS_OPS_TIMELINE_H
#define IOTJOBS_OPS_TIMELINE_H

#include "ops/op.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_store.h"
#include "store/jobs/timeline_store.h"

/* Each after the change, and false after fail(). `detail` may be absent. */
bool timeline_add_job(struct op *op, const struct job_row *job, enum cause cause, struct str detail);
bool timeline_add_execution(struct op *op, const struct execution_row *execution, enum cause cause);
/* One that is deleted while its job stays. */
bool timeline_add_deleted(struct op *op, const struct execution_row *execution, enum cause cause);

/* What a cause means, in a sentence. */
const char *cause_text(enum cause cause);

/* ---- reading ---- */

struct timeline_request {
    struct str job_id;
    struct str of; /* "job", "executions"; absent: both */
    struct opt_int max_results;
    struct str next_token; /* absent: from the beginning */
};

op_fn op_timeline;

#endif
