/* How many there are, for quotas of the account. What is normally few is looked at, at most `limit` of it. */
#ifndef IOTJOBS_STORE_COUNT_STORE_H
#define IOTJOBS_STORE_COUNT_STORE_H

#include "store/db.h"

/*
 * Jobs that are SCHEDULED or IN_PROGRESS. They can be very many, so the writer counts them once, and from
 * then on with every change; its first call begins that. Without a call nothing is counted, and nothing
 * costs. A reader sees no changes: it counts anew with each call, and no further than to `limit`.
 */
int64_t store_active_jobs(struct db *db, int64_t limit);

int64_t store_jobs_in_deletion(struct db *db, int64_t limit);
int64_t store_job_templates_count(struct db *db, int64_t limit);

/* Jobs with work on their executions that goes on by timers. */
int64_t store_jobs_at_work(struct db *db, int64_t limit);

#endif
