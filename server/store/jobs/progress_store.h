/* Rows of how far jobs have come with what they work off bit by bit. */
#ifndef IOTJOBS_STORE_PROGRESS_STORE_H
#define IOTJOBS_STORE_PROGRESS_STORE_H

#include "store/timer_store.h"

/* `kind` is the kind of the timer that moves it on. */
struct progress_row {
    int64_t position; /* TIMER_ROLLOUT: the target whose turn it is */
    int64_t last;     /* the id of the last thing of that target, or else execution, that was done; 0: none */
    int64_t not_before_ms; /* when the next slice may come. Not stored: the timer has it */
};

/* False when there is nothing of that kind to do. */
bool store_progress_get(struct db *db, enum timer_kind kind, struct str job_id,
                        struct progress_row *ret_progress);
bool store_progress_set(struct db *db, enum timer_kind kind, struct str job_id,
                        const struct progress_row *progress);
/* Harmless when there is none. */
bool store_progress_delete(struct db *db, enum timer_kind kind, struct str job_id);
/* Whether there is any of any kind. */
bool store_progress_exists(struct db *db, struct str job_id);
/* Of every kind. */
bool store_progress_delete_of_job(struct db *db, struct str job_id);

#endif
