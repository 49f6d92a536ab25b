/* Quotas of the account on how many there may be (control plane 8.1): off unless their settings say
 * otherwise. Each is asked last before what it counts is written. False: ERR_LIMIT_EXCEEDED. */
#ifndef IOTJOBS_OPS_QUOTA_H
#define IOTJOBS_OPS_QUOTA_H

#include "ops/op.h"

/* One more job that is SCHEDULED or IN_PROGRESS; one that starts at once is at work as well. */
bool quota_of_jobs(struct op *op, bool starts_at_once);
/* Whether a job that is to start can be at work beside the others. */
bool quota_has_room_at_work(struct op *op);
bool quota_of_deletions(struct op *op);
bool quota_of_job_templates(struct op *op);

#endif
