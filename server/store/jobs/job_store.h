/* Rows of jobs, their targets, documents and counters. Texts that are returned live in the arena. */
#ifndef IOTJOBS_STORE_JOB_STORE_H
#define IOTJOBS_STORE_JOB_STORE_H

#include "api/model.h"
#include "store/db.h"

struct job_row {
    int64_t id; /* order of creation */
    struct str job_id;
    struct str namespace_id; /* "": none */
    struct str region;       /* of who created it; absent: not known */
    enum job_status status;
    enum target_selection target_selection;
    struct str description, comment, reason_code; /* absent: none */
    bool force_canceled;
    struct str job_template_arn;
    struct str start_time, end_time; /* as given */
    enum job_end_behavior end_behavior;
    struct opt_int in_progress_timeout_minutes; /* not written with the row: part of its configuration */
    int64_t created_at_ms, updated_at_ms;
    struct opt_int completed_at_ms;
    bool ended;   /* its end time has come */
    bool at_work; /* something is left to do to its executions bit by bit; see progress_store.h */
};

bool store_job_get(struct db *db, struct arena *arena, struct str job_id, struct job_row *ret_job);
bool store_job_insert(struct db *db, const struct job_row *job);
/* Writes what may change after creation: status, description, comment, reason_code, force_canceled,
 * updated_at_ms, completed_at_ms. */
bool store_job_update(struct db *db, const struct job_row *job);
/* With its document, targets and counters; its executions must be gone. */
bool store_job_delete(struct db *db, struct str job_id);

/* What a scheduler needs to know of a job, without its texts. */
struct job_state {
    enum job_status status;
    enum target_selection target_selection;
    bool hides;     /* what is QUEUED, where it has maintenance windows */
    bool has_abort; /* criteria: the end of an execution may be the job's */
    bool has_end;   /* an end time */
    bool ended;     /* that has come */
};
bool store_job_state_get(struct db *db, struct str job_id, struct job_state *ret_state);
bool store_job_touch(struct db *db, struct str job_id, int64_t now_ms); /* updated then */
/* Its end time has come, at `now_ms`. */
bool store_job_end(struct db *db, struct str job_id, int64_t now_ms);
/* COMPLETED at `now_ms`. */
bool store_job_complete(struct db *db, struct str job_id, int64_t now_ms);

struct document_row {
    struct str document;
    struct str parameters; /* JSON object of strings, as given; absent: none */
    struct str source;     /* the URL that it was read from; absent: none */
    bool from_template;    /* the document is the managed template's, with its parameters in place */
};

bool store_document_insert(struct db *db, struct str job_id, const struct document_row *document);
bool store_document_get(struct db *db, struct arena *arena, struct str job_id,
                        struct document_row *ret_document);
/* The document alone; absent when there is no such job. */
struct str store_job_document(struct db *db, struct arena *arena, struct str job_id);

struct job_filter {
    enum job_status status;                 /* 0: any */
    enum target_selection target_selection; /* 0: any */
    struct str namespace_id;                /* absent: any */
    struct str thing_group;                 /* one of its targets; absent: any */
};

struct job_rows {
    size_t n;
    struct job_row *items;
};

/* At most `limit` jobs created before the one with the id `before` (INT64_MAX: from the newest), newest
 * first. */
bool store_jobs_list(struct db *db, struct arena *arena, const struct job_filter *filter, int64_t before,
                     int64_t limit, struct job_rows *ret_rows);

/* One more or less in a status. */
bool store_count_add(struct db *db, struct str job_id, enum job_execution_status status, int64_t n);

/* Executions of the job by status, indexed by enum job_execution_status. */
enum { JOB_COUNTS = 16 };
bool store_counts_get(struct db *db, struct str job_id, int64_t ret_counts[JOB_COUNTS]);

#endif
