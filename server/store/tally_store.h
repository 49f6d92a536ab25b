/* How many there are, for quotas of the account; the database counts by itself (schema: tally). Small: one
 * look-up each. */
#ifndef IOTJOBS_STORE_TALLY_STORE_H
#define IOTJOBS_STORE_TALLY_STORE_H

#include "api/model.h"
#include "store/db.h"

int64_t store_tally_of_jobs(struct db *db, enum job_status status);
int64_t store_tally_of_job_templates(struct db *db);

/* Jobs with work on their executions that goes on by timers; at most `limit` are counted. */
int64_t store_jobs_at_work(struct db *db, int64_t limit);

#endif
