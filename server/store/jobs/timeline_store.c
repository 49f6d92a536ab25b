#include "store/jobs/timeline_store.h"

static const char *const cause_names[CAUSE_COUNT] = {
    [CAUSE_RECORD_BEGINS] = "RECORD_BEGINS",
    [CAUSE_CREATE_JOB] = "CREATE_JOB",
    [CAUSE_UPDATE_JOB] = "UPDATE_JOB",
    [CAUSE_ASSOCIATE_TARGETS] = "ASSOCIATE_TARGETS",
    [CAUSE_CANCEL_JOB] = "CANCEL_JOB",
    [CAUSE_DELETE_JOB] = "DELETE_JOB",
    [CAUSE_START_TIME] = "START_TIME",
    [CAUSE_WINDOW_OPENED] = "WINDOW_OPENED",
    [CAUSE_WINDOW_CLOSED] = "WINDOW_CLOSED",
    [CAUSE_END_TIME] = "END_TIME",
    [CAUSE_ABORT_CRITERIA] = "ABORT_CRITERIA",
    [CAUSE_CONCURRENT_JOBS_LIMIT] = "CONCURRENT_JOBS_LIMIT",
    [CAUSE_ROLLOUT_DONE] = "ROLLOUT_DONE",
    [CAUSE_CANCELLATION_DONE] = "CANCELLATION_DONE",
    [CAUSE_EXECUTIONS_ENDED] = "EXECUTIONS_ENDED",
    [CAUSE_ROLLOUT] = "ROLLOUT",
    [CAUSE_JOINED_TARGET] = "JOINED_TARGET",
    [CAUSE_RETRY] = "RETRY",
    [CAUSE_DEVICE] = "DEVICE",
    [CAUSE_IN_PROGRESS_TIMEOUT] = "IN_PROGRESS_TIMEOUT",
    [CAUSE_STEP_TIMEOUT] = "STEP_TIMEOUT",
    [CAUSE_JOB_CANCELED] = "JOB_CANCELED",
    [CAUSE_JOB_ENDED] = "JOB_ENDED",
    [CAUSE_LEFT_TARGETS] = "LEFT_TARGETS",
    [CAUSE_DELETE_THING] = "DELETE_THING",
    [CAUSE_CANCEL_JOB_EXECUTION] = "CANCEL_JOB_EXECUTION",
    [CAUSE_DELETE_JOB_EXECUTION] = "DELETE_JOB_EXECUTION",
};

const char *cause_name(enum cause cause)
{
    return cause_names[cause];
}

static enum cause cause_of(struct str name)
{
    int cause = 0;
    while (cause < CAUSE_COUNT - 1 && !str_eq_text(name, cause_names[cause]))
        cause++;
    return (enum cause)cause;
}

/* The keys of a job lie between that and the same of the next job. */
static int64_t keys_from(int64_t job)
{
    return job << 32;
}

static bool next_key(struct db *db, struct str job_id, int64_t *ret_key)
{
    struct stmt *q = db_query(db,
                              "SELECT 1 + coalesce((SELECT t.id FROM transition AS t WHERE t.id > j.id << 32 "
                              "AND t.id < (j.id + 1) << 32 ORDER BY t.id DESC LIMIT 1), j.id << 32) "
                              "FROM job AS j WHERE j.job_id = ?1",
                              "s", job_id);
    bool found = stmt_row(q);
    if (found)
        *ret_key = stmt_int(q);
    stmt_done(q);
    return found;
}

/* Two statements: an INSERT that reads its own table would go through a table of its own, for each row. */
bool store_transition_add(struct db *db, struct str job_id, const struct transition_row *t)
{
    int64_t key;
    return next_key(db, job_id, &key) &&
           db_exec(db,
                   "INSERT INTO transition (id, at_ms, thing_name, execution_number, status, cause, detail) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                   "iisosss", key, t->at_ms, t->thing_name, t->execution_number, t->status,
                   str_from(cause_names[t->cause]), t->detail);
}

/* ---- reading ---- */

#define TRANSITION_COLUMNS "id, at_ms, thing_name, execution_number, status, cause, detail"

static void read_transition(struct stmt *q, struct arena *arena, struct transition_row *ret_transition)
{
    *ret_transition = (struct transition_row){
        .id = stmt_int(q),
        .at_ms = stmt_int(q),
        .thing_name = stmt_text(q, arena),
        .execution_number = stmt_opt_int(q),
        .status = stmt_text(q, arena),
        .cause = cause_of(stmt_borrow(q)),
        .detail = stmt_text(q, arena),
    };
}

/* Each between two keys: one bound at each end, for of two SQLite would walk to the other. */
static const char *const lists[] = {
    [TRANSITIONS_ALL] = "SELECT " TRANSITION_COLUMNS " FROM transition WHERE id > ?1 AND id < ?2 "
                        "ORDER BY id LIMIT ?3",
    [TRANSITIONS_OF_THE_JOB] = "SELECT " TRANSITION_COLUMNS " FROM transition WHERE id > ?1 AND id < ?2 "
                               "AND thing_name IS NULL ORDER BY id LIMIT ?3",
    [TRANSITIONS_OF_EXECUTIONS] = "SELECT " TRANSITION_COLUMNS " FROM transition WHERE id > ?1 AND id < ?2 "
                                  "AND thing_name IS NOT NULL ORDER BY id LIMIT ?3",
};

bool store_transitions_list(struct db *db, struct arena *arena, int64_t job, enum transition_kind kind,
                            int64_t after, int64_t limit, struct transition_rows *ret_rows)
{
    struct transition_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q = db_query(db, lists[kind], "iii", after > keys_from(job) ? after : keys_from(job),
                              keys_from(job + 1), limit);
    while (stmt_row(q))
        read_transition(q, arena, &rows.items[rows.n++]);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_transition_newest(struct db *db, struct arena *arena, int64_t job, enum cause cause,
                             struct transition_row *ret_transition)
{
    struct stmt *q = db_query(db,
                              "SELECT " TRANSITION_COLUMNS " FROM transition WHERE id > ?1 AND id < ?2 "
                              "AND thing_name IS NULL AND cause = ?3 ORDER BY id DESC LIMIT 1",
                              "iis", keys_from(job), keys_from(job + 1), str_from(cause_names[cause]));
    bool found = stmt_row(q);
    if (found)
        read_transition(q, arena, ret_transition);
    stmt_done(q);
    return found && !arena->failed;
}

bool store_transition_tells_deletion(struct db *db, int64_t job, struct str thing)
{
    struct stmt *q = db_query(db,
                              "SELECT 1 FROM transition WHERE id > ?1 AND id < ?2 AND thing_name = ?3 "
                              "AND status = 'DELETED' LIMIT 1",
                              "iis", keys_from(job), keys_from(job + 1), thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

static int64_t first_key(struct db *db, int64_t job)
{
    struct stmt *q = db_query(db, "SELECT id FROM transition WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT 1",
                              "ii", keys_from(job), keys_from(job + 1));
    int64_t key = stmt_row(q) ? stmt_int(q) : keys_from(job);
    stmt_done(q);
    return key;
}

bool store_transitions_delete(struct db *db, int64_t job, int64_t limit, bool *ret_left)
{
    int64_t first = first_key(db, job), end = keys_from(job + 1);
    bool ok = db_exec(db, "DELETE FROM transition WHERE id >= ?1 AND id < ?2", "ii", first,
                      first + limit < end ? first + limit : end);
    *ret_left = ok && db_changes(db) == limit;
    return ok;
}
