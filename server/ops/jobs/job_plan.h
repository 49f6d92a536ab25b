/* What a request for a job turns out to mean, before anything is written. */
#ifndef IOTJOBS_OPS_JOB_PLAN_H
#define IOTJOBS_OPS_JOB_PLAN_H

#include "ops/jobs/job_config.h"
#include "ops/op.h"
#include "rules/jobs/window.h"
#include "store/jobs/job_target_store.h"

struct job_plan {
    struct job_row job;
    struct document_row document;
    struct target_rows targets;
    struct job_config config;
    struct windows windows; /* of `config`, read; n is 0 where there are none */
    int64_t start_ms; /* now, or of a job that is SCHEDULED: its start time, or that of its first window */
};

/* What the request itself says, its template included. False after fail(). */
bool job_plan_read(struct op *op, const struct create_job_request *in, struct job_plan *ret_plan);

/* Whether there is room for it beside what there is: its id, if it has been given one, is not taken, its
 * targets exist, and no quota is used up. False after fail(). */
bool job_plan_check(struct op *op, const struct job_plan *plan, bool is_named);

#endif
