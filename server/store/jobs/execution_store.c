#include "store/jobs/execution_store.h"

static struct str status_name(enum job_execution_status status)
{
    return status ? str_from(job_execution_status_name(status)) : STR_NONE;
}

#define EXECUTION_COLUMNS                                                                                    \
    "id, thing_name, job_id, namespace_id, execution_number, status, version, status_details, "              \
    "force_canceled, "                                                                                       \
    "retry_attempt, failed_retries, "                                                                        \
    "queued_at_ms, started_at_ms, updated_at_ms, in_progress_deadline_ms, step_deadline_ms, windowed"

struct opt_int execution_deadline(const struct execution_row *e)
{
    struct opt_int deadline = e->in_progress_deadline_ms;
    if (e->step_deadline_ms.set && (!deadline.set || e->step_deadline_ms.value < deadline.value))
        deadline = e->step_deadline_ms;
    return deadline;
}

static bool read_execution(struct stmt *q, struct arena *arena, struct execution_row *ret_execution)
{
    *ret_execution = (struct execution_row){
        .id = stmt_int(q),
        .thing_name = stmt_text(q, arena),
        .job_id = stmt_text(q, arena),
        .namespace_id = stmt_text(q, arena),
        .execution_number = stmt_int(q),
        .status = (enum job_execution_status)api_enum_value(&shape_job_execution_status, stmt_borrow(q)),
        .version = stmt_int(q),
        .status_details = stmt_text(q, arena),
        .force_canceled = stmt_int(q) != 0,
        .retry_attempt = stmt_int(q),
        .failed_retries = stmt_int(q),
        .queued_at_ms = stmt_int(q),
        .started_at_ms = stmt_opt_int(q),
        .updated_at_ms = stmt_int(q),
        .in_progress_deadline_ms = stmt_opt_int(q),
        .step_deadline_ms = stmt_opt_int(q),
        .windowed = stmt_int(q) != 0,
    };
    ret_execution->timer_ms = execution_deadline(ret_execution);
    return !arena->failed;
}

static bool read_one(struct stmt *q, struct arena *arena, struct execution_row *ret_execution)
{
    bool found = stmt_row(q) && read_execution(q, arena, ret_execution);
    stmt_done(q);
    return found;
}

/* Reads to the end of a query whose number of rows only the query knows. */
static bool read_all(struct db *db, struct arena *arena, struct stmt *q, struct execution_rows *ret_rows)
{
    struct execution_rows rows = { 0 };
    size_t room = 0;
    while (stmt_row(q)) {
        struct execution_row *items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *items);
        if (!items)
            break;
        rows.items = items;
        if (!read_execution(q, arena, &rows.items[rows.n]))
            break;
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_execution_get(struct db *db, struct arena *arena, struct str thing, struct str job,
                         struct opt_int number, struct execution_row *ret_execution)
{
    if (number.set)
        return read_one(db_query(db,
                                 "SELECT " EXECUTION_COLUMNS " FROM execution "
                                 "WHERE thing_name = ?1 AND job_id = ?2 AND execution_number = ?3",
                                 "ssi", thing, job, number.value),
                        arena, ret_execution);
    return read_one(db_query(db,
                             "SELECT " EXECUTION_COLUMNS
                             " FROM execution WHERE thing_name = ?1 AND job_id = ?2 "
                             "ORDER BY execution_number DESC LIMIT 1",
                             "ss", thing, job),
                    arena, ret_execution);
}

bool store_execution_newest(struct db *db, struct str thing, struct str job,
                            struct newest_execution *ret_newest)
{
    struct stmt *q = db_query(db,
                              "SELECT id, execution_number, status FROM execution "
                              "WHERE thing_name = ?1 AND job_id = ?2 ORDER BY execution_number DESC LIMIT 1",
                              "ss", thing, job);
    bool found = stmt_row(q);
    if (found) {
        ret_newest->id = stmt_int(q);
        ret_newest->number = stmt_int(q);
        ret_newest->status =
            (enum job_execution_status)api_enum_value(&shape_job_execution_status, stmt_borrow(q));
    }
    stmt_done(q);
    return found;
}

int64_t store_execution_newest_id(struct db *db)
{
    struct stmt *q = db_query(db, "SELECT max(id) FROM execution", "");
    int64_t id = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return id;
}

bool store_execution_insert(struct db *db, const struct execution_row *e)
{
    return db_exec(
        db,
        "INSERT INTO execution (thing_name, job_id, namespace_id, execution_number, status, version, "
        "retry_attempt, failed_retries, queued_at_ms, updated_at_ms, windowed) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        "sssisiiiiii", e->thing_name, e->job_id, e->namespace_id, e->execution_number, status_name(e->status),
        e->version, e->retry_attempt, e->failed_retries, e->queued_at_ms, e->updated_at_ms,
        (int64_t)e->windowed);
}

bool store_execution_update(struct db *db, const struct execution_row *e)
{
    return db_exec(
        db,
        "UPDATE execution SET status = ?2, version = ?3, status_details = ?4, force_canceled = ?5, "
        "started_at_ms = ?6, updated_at_ms = ?7, in_progress_deadline_ms = ?8, step_deadline_ms = ?9 "
        "WHERE id = ?1",
        "isisioioo", e->id, status_name(e->status), e->version, e->status_details, (int64_t)e->force_canceled,
        e->started_at_ms, e->updated_at_ms, e->in_progress_deadline_ms, e->step_deadline_ms);
}

bool store_execution_forget_retries(struct db *db, int64_t id)
{
    return db_exec(db, "UPDATE execution SET retry_attempt = 0, failed_retries = 0 WHERE id = ?1", "i", id);
}

bool store_execution_delete(struct db *db, int64_t id)
{
    return db_exec(db, "DELETE FROM execution WHERE id = ?1", "i", id);
}

/* ---- pending ---- */

/* The list is what the index is made for; with it alone SQLite would build a table of the two each time. */
#define PENDING       "status IN ('IN_PROGRESS', 'QUEUED') AND status BETWEEN 'IN_PROGRESS' AND 'QUEUED'"
#define PENDING_ORDER "status, queued_at_ms, id"

struct pending_key execution_pending_key(const struct execution_row *e)
{
    return (struct pending_key){ .thing_name = e->thing_name, .namespace_id = e->namespace_id };
}

bool execution_sorts_before(const struct execution_row *e, const struct execution_row *other)
{
    if (e->status != other->status)
        return e->status == JOB_EXECUTION_STATUS_IN_PROGRESS;
    if (e->queued_at_ms != other->queued_at_ms)
        return e->queued_at_ms < other->queued_at_ms;
    return e->id < other->id;
}

/* Outside its windows a job hides what waits. Only jobs with windows are looked at. */
#define SHOWN                                                                                                \
    "(windowed = 0 OR status = 'IN_PROGRESS' OR "                                                            \
    "(SELECT job.hides FROM job WHERE job.job_id = execution.job_id) = 0)"

static bool pending_of_windows(struct db *db, struct arena *arena, struct pending_key key, int64_t limit,
                               struct execution_rows *ret_rows)
{
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS
                             " FROM execution INDEXED BY execution_pending_windowed "
                             "WHERE thing_name = ?1 AND namespace_id = ?2 AND " PENDING
                             " AND windowed = 1 AND " SHOWN " ORDER BY " PENDING_ORDER " LIMIT ?3",
                             "ssi", key.thing_name, key.namespace_id, limit),
                    ret_rows);
}

/* Puts `more` where it belongs in *rows; both are in order. */
static bool merge(struct arena *arena, struct execution_rows *rows, const struct execution_rows *more)
{
    if (more->n == 0)
        return true;
    struct execution_row *items = arena_array(arena, rows->n + more->n, sizeof *items);
    if (!items)
        return false;
    size_t n = 0, i = 0, k = 0;
    while (i < rows->n || k < more->n) {
        bool first =
            k == more->n || (i < rows->n && execution_sorts_before(&rows->items[i], &more->items[k]));
        items[n++] = first ? rows->items[i++] : more->items[k++];
    }
    *rows = (struct execution_rows){ .n = n, .items = items };
    return true;
}

bool store_pending_list(struct db *db, struct arena *arena, struct pending_key key, int64_t limit,
                        int64_t limit_windowed, struct execution_rows *ret_rows)
{
    struct execution_rows windowed;
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS " FROM execution WHERE thing_name = ?1 "
                             "AND namespace_id = ?2 AND " PENDING " AND windowed = 0 ORDER BY " PENDING_ORDER
                             " LIMIT ?3",
                             "ssi", key.thing_name, key.namespace_id, limit),
                    ret_rows) &&
           pending_of_windows(db, arena, key, limit_windowed, &windowed) && merge(arena, ret_rows, &windowed);
}

bool store_pending_head(struct db *db, struct arena *arena, struct pending_key key,
                        struct execution_row *ret_execution)
{
    return read_one(db_query(db,
                             "SELECT " EXECUTION_COLUMNS " FROM execution WHERE thing_name = ?1 "
                             "AND namespace_id = ?2 AND " PENDING " AND " SHOWN " ORDER BY " PENDING_ORDER
                             " LIMIT 1",
                             "ss", key.thing_name, key.namespace_id),
                    arena, ret_execution);
}

int64_t store_pending_place(struct db *db, const struct execution_row *e, int64_t limit)
{
    int64_t place = 0;
    struct stmt *q = db_query(db,
                              "SELECT count(*) FROM (SELECT 1 FROM execution WHERE thing_name = ?1 "
                              "AND namespace_id = ?2 AND " PENDING " AND " SHOWN " AND (" PENDING_ORDER
                              ") <= (?3, ?4, ?5) LIMIT ?6)",
                              "sssiii", e->thing_name, e->namespace_id,
                              str_from(job_execution_status_name(e->status)), e->queued_at_ms, e->id, limit);
    if (stmt_row(q))
        place = stmt_int(q);
    stmt_done(q);
    return place;
}

bool store_open_of_thing(struct db *db, struct arena *arena, struct str thing, int64_t limit,
                         struct execution_rows *ret_rows)
{
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS " FROM execution WHERE thing_name = ?1 AND " PENDING
                             " ORDER BY namespace_id, " PENDING_ORDER " LIMIT ?2",
                             "si", thing, limit),
                    ret_rows);
}

bool store_namespaces_of_thing(struct db *db, struct arena *arena, struct str thing,
                               struct namespace_rows *ret_rows)
{
    struct namespace_rows rows = { 0 };
    struct stmt *q = db_query(
        db, "SELECT DISTINCT namespace_id FROM execution WHERE thing_name = ?1 /*sort*/", "s", thing);
    while (rows.n < sizeof rows.items / sizeof rows.items[0] && stmt_row(q))
        rows.items[rows.n++] = stmt_text(q, arena);
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_queued_windowed(struct db *db, struct arena *arena, struct str job, int64_t after, int64_t limit,
                           struct execution_rows *ret_rows)
{
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS
                             " FROM execution INDEXED BY execution_queued_windowed "
                             "WHERE job_id = ?1 AND id > ?2 AND status = 'QUEUED' AND windowed = 1 "
                             "ORDER BY id LIMIT ?3",
                             "sii", job, after, limit),
                    ret_rows);
}

/* ---- pages ---- */

bool store_executions_of_job(struct db *db, struct arena *arena, struct str job,
                             enum job_execution_status status, int64_t after, int64_t limit,
                             struct execution_rows *ret_rows)
{
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS " FROM execution WHERE job_id = ?1 AND id > ?2 "
                             "AND (?3 IS NULL OR status = ?3) ORDER BY id LIMIT ?4",
                             "sisi", job, after, status_name(status), limit),
                    ret_rows);
}

bool store_executions_of_thing(struct db *db, struct arena *arena, struct str thing,
                               const struct execution_filter *filter, int64_t before, int64_t limit,
                               struct execution_rows *ret_rows)
{
    /* One attempt and its retries: a handful to sort. */
    if (filter->job_id.p)
        return read_all(
            db, arena,
            db_query(db,
                     "SELECT " EXECUTION_COLUMNS " FROM execution INDEXED BY execution_by_thing_and_job "
                     "WHERE thing_name = ?1 AND job_id = ?2 AND id < ?3 AND (?4 IS NULL OR status = ?4) "
                     "AND (?5 IS NULL OR namespace_id = ?5) ORDER BY id DESC LIMIT ?6 /*sort*/",
                     "ssissi", thing, filter->job_id, before, status_name(filter->status),
                     filter->namespace_id, limit),
            ret_rows);
    return read_all(db, arena,
                    db_query(db,
                             "SELECT " EXECUTION_COLUMNS " FROM execution WHERE thing_name = ?1 AND id < ?2 "
                             "AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR namespace_id = ?4) "
                             "ORDER BY id DESC LIMIT ?5",
                             "sissi", thing, before, status_name(filter->status), filter->namespace_id,
                             limit),
                    ret_rows);
}
