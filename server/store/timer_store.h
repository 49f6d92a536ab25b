/* Rows of timers: what happens by itself, and when. */
#ifndef IOTJOBS_STORE_TIMER_STORE_H
#define IOTJOBS_STORE_TIMER_STORE_H

#include "store/db.h"

/* Timers that are due together act in the order of their names. */
enum timer_kind {
    TIMER_JOB_START,
    TIMER_JOB_END, /* before a JOB_START of the same time: the names decide */
    TIMER_EXECUTION_TIMEOUT,
    TIMER_NOTIFY_AGAIN,
    TIMER_WINDOW_CLOSE,
    TIMER_WINDOW_OPEN,        /* not the first time: that is JOB_START */
    TIMER_WINDOW_RETRY,       /* an execution that ended outside a window is tried again in the next one */
    TIMER_WINDOW_TELL,        /* goes on telling that a window has opened or closed */
    TIMER_ROLLOUT,            /* of a job, to its targets */
    TIMER_REMOVAL,            /* of the executions of things that are among a job's targets no more */
    TIMER_CANCELLATION,       /* of a job's executions */
    TIMER_DELETION,           /* of a job's executions, and of the job */
    TIMER_CLEARING,           /* of what a job has noted of things, and does not ask for any more */
    TIMER_GROUP_DELETION,     /* of what thing groups that are gone have left */
    TIMER_DYNAMIC_GROUP,      /* of the things that its query finds */
    TIMER_CONNECTIVITY,       /* those who were connected in a run before are disconnected */
    TIMER_FLEET_THINGS,       /* of the index of things: what is being done to it (schema: fleet_work) */
    TIMER_FLEET_THING_GROUPS, /* of the index of thing groups */
    TIMER_ARTIFACT_CLEARING,  /* of contents that nothing has any more */
    TIMER_ARTIFACT_UPLOADS,   /* multipart uploads that were not completed in time are aborted */
    TIMER_KIND_COUNT
};

struct timer_row {
    enum timer_kind kind;
    struct str job_id;        /* empty where the kind has none */
    struct str thing_name;    /* empty where the kind has none */
    int64_t execution_number; /* 0 where the kind has none; WINDOW_TELL: id of the last execution told of */
    int64_t due_ms;
};

const char *timer_kind_name(enum timer_kind kind);

/* Sets or moves it. */
bool store_timer_set(struct db *db, const struct timer_row *timer);
/* Harmless when there is none. */
bool store_timer_cancel(struct db *db, const struct timer_row *timer);
/* All of that kind that the job has. */
bool store_timers_cancel_of_job(struct db *db, enum timer_kind kind, struct str job_id);
/* All that would have the job itself go on; what its executions in progress wait for stays, so does
 * WINDOW_TELL, which ends by itself, and WINDOW_RETRY, of which there may be very many. */
bool store_timers_stop_job(struct db *db, struct str job_id);
/* At most `limit` of the job's WINDOW_RETRY; *ret_more: there may be others. */
bool store_window_retries_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more);
/* Whether a WINDOW_TELL has still to come to the execution. */
bool store_window_tell_waits(struct db *db, struct str job_id, int64_t execution_id);
bool store_window_retries_cancel_of_thing(struct db *db, struct str thing);

/* All that waits for the maintenance windows of jobs looks at them at `now_ms`, if it would later or never.
 */
bool store_window_timers_hurry(struct db *db, int64_t now_ms);

/* When that one is due. False: there is none. */
bool store_timer_due(struct db *db, enum timer_kind kind, struct str job_id, int64_t *ret_due_ms);

/* Whether there is this very one. */
bool store_timer_is_set(struct db *db, const struct timer_row *timer);

/* The earliest, by due time, then kind and key. False when there is none. */
bool store_timer_earliest(struct db *db, struct arena *arena, struct timer_row *ret_timer);

#endif
