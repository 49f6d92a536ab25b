/* When a thing's turn comes in a rollout, and which jobs it could wait for. For people who ask, not for the
 * engine: these look at as many rows as there are things before it, or jobs. */
#ifndef IOTJOBS_STORE_TURN_STORE_H
#define IOTJOBS_STORE_TURN_STORE_H

#include "store/jobs/progress_store.h"

/* How many executions a rollout queues before the one of a thing. */
struct turn_ahead {
    int64_t things;
    bool at_least; /* there may be more: no further ones were looked at */
};

/*
 * From where the rollout stands. False: it does not come by the thing any more, for it is no target, has
 * passed it, or has queued one for it already. Looks at no more things than *looks, and takes those off it.
 */
bool store_turn_of(struct db *db, struct str job_id, const struct progress_row *progress, struct str thing,
                   int64_t *looks, struct turn_ahead *ret_ahead);

/* The thing joined the job between two of its windows, and its execution comes with the next one. */
bool store_joiner_waits(struct db *db, struct str job_id, struct str thing);

struct job_ids {
    size_t n;
    struct str *items;
};

/* Jobs that concern the thing now, newest first: what is pending of it, and what is SCHEDULED or IN_PROGRESS
 * and has it, or a group that it is in, as a target, or rolls out to who was in it. At most `limit`. */
bool store_jobs_concerning(struct db *db, struct arena *arena, struct str thing, int64_t limit,
                           struct job_ids *ret_jobs);

#endif
