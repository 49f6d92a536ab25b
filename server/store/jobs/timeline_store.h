/* Rows of what became of jobs and their executions. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_TIMELINE_STORE_H
#define IOTJOBS_STORE_TIMELINE_STORE_H

#include "store/db.h"

/* Why something changed. */
enum cause {
    CAUSE_RECORD_BEGINS, /* it was so when a server that keeps a timeline began to (schema 0016) */
    /* the job's own: requests, */
    CAUSE_CREATE_JOB,
    CAUSE_UPDATE_JOB,
    CAUSE_ASSOCIATE_TARGETS,
    CAUSE_CANCEL_JOB,
    CAUSE_DELETE_JOB,
    /* the clock, */
    CAUSE_START_TIME,
    CAUSE_WINDOW_OPENED,
    CAUSE_WINDOW_CLOSED,
    CAUSE_END_TIME,
    /* and what has happened to its executions */
    CAUSE_ABORT_CRITERIA,
    CAUSE_CONCURRENT_JOBS_LIMIT,
    CAUSE_ROLLOUT_DONE,
    CAUSE_CANCELLATION_DONE,
    CAUSE_EXECUTIONS_ENDED,
    /* an execution's: why it came to be, */
    CAUSE_ROLLOUT,
    CAUSE_JOINED_TARGET,
    CAUSE_RETRY,
    /* and who changed it; of a job that is canceled or at its end, the job's own transition says why */
    CAUSE_DEVICE,
    CAUSE_IN_PROGRESS_TIMEOUT,
    CAUSE_STEP_TIMEOUT,
    CAUSE_JOB_CANCELED,
    CAUSE_JOB_ENDED,
    CAUSE_LEFT_TARGETS,
    CAUSE_DELETE_THING,
    CAUSE_CANCEL_JOB_EXECUTION,
    CAUSE_DELETE_JOB_EXECUTION,
    CAUSE_COUNT
};

const char *cause_name(enum cause cause);

struct transition_row {
    int64_t id; /* of its job's rows, in order; given when it is added */
    int64_t at_ms;
    struct str thing_name; /* absent: it is the job's own */
    struct opt_int execution_number;
    struct str status;
    enum cause cause;
    struct str detail; /* absent: none */
};

/* Of a job that is there. */
bool store_transition_add(struct db *db, struct str job_id, const struct transition_row *transition);

enum transition_kind { TRANSITIONS_ALL, TRANSITIONS_OF_THE_JOB, TRANSITIONS_OF_EXECUTIONS };

struct transition_rows {
    size_t n;
    struct transition_row *items;
};

/* At most `limit`, in order, with ids above `after`. `job` is its order of creation. */
bool store_transitions_list(struct db *db, struct arena *arena, int64_t job, enum transition_kind kind,
                            int64_t after, int64_t limit, struct transition_rows *ret_rows);

/* The job's newest own transition with that cause. False when there is none. */
bool store_transition_newest(struct db *db, struct arena *arena, int64_t job, enum cause cause,
                             struct transition_row *ret_transition);

/* Whether the thing had an execution of the job that was deleted. */
bool store_transition_tells_deletion(struct db *db, int64_t job, struct str thing);

/* The first ones of a job that is being deleted, at most `limit`. *ret_left: it has others. */
bool store_transitions_delete(struct db *db, int64_t job, int64_t limit, bool *ret_left);

#endif
