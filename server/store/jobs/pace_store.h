/* Rows of how rollouts keep their rates; see rules/jobs/rollout_rate.h. */
#ifndef IOTJOBS_STORE_PACE_STORE_H
#define IOTJOBS_STORE_PACE_STORE_H

#include "store/db.h"

struct pace_row {
    int64_t slot;     /* of its minute */
    int64_t began_ms; /* when the slot began */
    int64_t taken;    /* executions queued in it */
    int64_t notified; /* executions queued by the rollout so far */
};

/* False: the rollout has not begun, or was done at once. */
bool store_pace_get(struct db *db, struct str job_id, struct pace_row *ret_pace);
bool store_pace_set(struct db *db, struct str job_id, const struct pace_row *pace);
/* Harmless when there is none. */
bool store_pace_delete(struct db *db, struct str job_id);

#endif
