/* Rows of executions. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_EXECUTION_STORE_H
#define IOTJOBS_STORE_EXECUTION_STORE_H

#include "api/model.h"
#include "store/db.h"

struct execution_row {
    int64_t id; /* order of creation */
    struct str thing_name, job_id;
    struct str namespace_id; /* the job's; "": none */
    int64_t execution_number;
    enum job_execution_status status;
    int64_t version;
    struct str status_details; /* JSON object; absent: none */
    bool force_canceled;
    int64_t retry_attempt;  /* retries so far, this one included */
    int64_t failed_retries; /* of those, the ones that followed a FAILED; the others followed a TIMED_OUT */
    int64_t queued_at_ms;
    struct opt_int started_at_ms;
    int64_t updated_at_ms;
    struct opt_int in_progress_deadline_ms, step_deadline_ms;
    bool windowed;           /* its job has maintenance windows */
    struct opt_int timer_ms; /* what its timer is set to: the deadline as it is stored; not set: no timer */
};

/* The earlier of the two deadlines; not set when there is none. */
struct opt_int execution_deadline(const struct execution_row *execution);

struct execution_rows {
    size_t n;
    struct execution_row *items;
};

/* That number, or the newest when `number` is not set. */
bool store_execution_get(struct db *db, struct arena *arena, struct str thing, struct str job,
                         struct opt_int number, struct execution_row *ret_execution);
/* What is known of the newest one at a glance. */
struct newest_execution {
    int64_t id, number;
    enum job_execution_status status;
};
bool store_execution_newest(struct db *db, struct str thing, struct str job,
                            struct newest_execution *ret_newest);
/* Of all things: the greatest id there is; 0: there is none. */
int64_t store_execution_newest_id(struct db *db);
bool store_execution_insert(struct db *db, const struct execution_row *execution);
/* Writes everything that may change, found by execution->id. */
bool store_execution_update(struct db *db, const struct execution_row *execution);
/* It counts as the first attempt. */
bool store_execution_forget_retries(struct db *db, int64_t id);
bool store_execution_delete(struct db *db, int64_t id);

/* A thing has a pending list for each namespace. */
struct pending_key {
    struct str thing_name;
    struct str namespace_id; /* "": none */
};

/* The list that the execution is in while it is pending. */
struct pending_key execution_pending_key(const struct execution_row *execution);

/* Whether it comes before the other in a pending list; not for one with itself. */
bool execution_sorts_before(const struct execution_row *execution, const struct execution_row *other);

/*
 * The pending list (device protocol 3.2): IN_PROGRESS before QUEUED, each by queuedAt, ties by creation;
 * without what waits for a maintenance window. At most `limit`, and at most `limit_windowed` of jobs with
 * windows besides.
 */
bool store_pending_list(struct db *db, struct arena *arena, struct pending_key key, int64_t limit,
                        int64_t limit_windowed, struct execution_rows *ret_rows);
/* Its head. False when nothing is pending. */
bool store_pending_head(struct db *db, struct arena *arena, struct pending_key key,
                        struct execution_row *ret_execution);
/* Where this one is in its list, from 1: it is pending, and does not wait for a window. Counts to `limit`. */
int64_t store_pending_place(struct db *db, const struct execution_row *execution, int64_t limit);
/* What is pending of the thing in whatever namespace, what waits for a window included; at most `limit`. */
bool store_open_of_thing(struct db *db, struct arena *arena, struct str thing, int64_t limit,
                         struct execution_rows *ret_rows);

/* The namespaces of all its executions, finished ones included. */
struct namespace_rows {
    size_t n;
    struct str items[16]; /* more are left out */
};
bool store_namespaces_of_thing(struct db *db, struct arena *arena, struct str thing,
                               struct namespace_rows *ret_rows);

/* The QUEUED executions of a job with windows, in order of creation: at most `limit`, id above `after`. */
bool store_queued_windowed(struct db *db, struct arena *arena, struct str job, int64_t after, int64_t limit,
                           struct execution_rows *ret_rows);

/* Pages in order of creation: at most `limit`, id above `after`. Status 0: any. */
bool store_executions_of_job(struct db *db, struct arena *arena, struct str job,
                             enum job_execution_status status, int64_t after, int64_t limit,
                             struct execution_rows *ret_rows);
struct execution_filter {
    struct str job_id;                /* absent: any */
    struct str namespace_id;          /* absent: any */
    enum job_execution_status status; /* 0: any */
};

/* Pages newest first: at most `limit`, id below `before`. */
bool store_executions_of_thing(struct db *db, struct arena *arena, struct str thing,
                               const struct execution_filter *filter, int64_t before, int64_t limit,
                               struct execution_rows *ret_rows);

#endif
