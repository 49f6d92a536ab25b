#include "store/jobs/job_store.h"

static struct str status_name(enum job_status status)
{
    return str_from(job_status_name(status));
}

static struct str selection_name(enum target_selection selection)
{
    return str_from(api_enum_name(&shape_target_selection, (int)selection));
}

static struct str execution_status_name(enum job_execution_status status)
{
    return str_from(job_execution_status_name(status));
}

static struct str end_behavior_name(enum job_end_behavior behavior)
{
    return behavior ? str_from(api_enum_name(&shape_job_end_behavior, (int)behavior)) : STR_NONE;
}

#define JOB_COLUMNS                                                                                          \
    "id, job_id, namespace_id, region, status, target_selection, description, comment, reason_code, "        \
    "force_canceled, "                                                                                       \
    "job_template_arn, start_time, end_time, end_behavior, in_progress_timeout_minutes, created_at_ms, "     \
    "updated_at_ms, completed_at_ms, ended, EXISTS (SELECT 1 FROM job_progress AS p WHERE p.job_id = "       \
    "job.job_id)"

static bool read_job(struct stmt *q, struct arena *arena, struct job_row *ret_job)
{
    *ret_job = (struct job_row){
        .id = stmt_int(q),
        .job_id = stmt_text(q, arena),
        .namespace_id = stmt_text(q, arena),
        .region = stmt_text(q, arena),
        .status = (enum job_status)api_enum_value(&shape_job_status, stmt_borrow(q)),
        .target_selection = (enum target_selection)api_enum_value(&shape_target_selection, stmt_borrow(q)),
        .description = stmt_text(q, arena),
        .comment = stmt_text(q, arena),
        .reason_code = stmt_text(q, arena),
        .force_canceled = stmt_int(q) != 0,
        .job_template_arn = stmt_text(q, arena),
        .start_time = stmt_text(q, arena),
        .end_time = stmt_text(q, arena),
        .end_behavior = (enum job_end_behavior)api_enum_value(&shape_job_end_behavior, stmt_borrow(q)),
        .in_progress_timeout_minutes = stmt_opt_int(q),
        .created_at_ms = stmt_int(q),
        .updated_at_ms = stmt_int(q),
        .completed_at_ms = stmt_opt_int(q),
        .ended = stmt_int(q) != 0,
        .at_work = stmt_int(q) != 0,
    };
    return !arena->failed;
}

bool store_job_get(struct db *db, struct arena *arena, struct str job_id, struct job_row *ret_job)
{
    struct stmt *q = db_query(db, "SELECT " JOB_COLUMNS " FROM job WHERE job_id = ?1", "s", job_id);
    bool found = stmt_row(q) && read_job(q, arena, ret_job);
    stmt_done(q);
    return found;
}

bool store_job_insert(struct db *db, const struct job_row *job)
{
    return db_exec(
        db,
        "INSERT INTO job (job_id, status, target_selection, description, job_template_arn, start_time, "
        "end_time, end_behavior, created_at_ms, updated_at_ms, namespace_id, region, hides) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?2 = 'SCHEDULED')",
        "ssssssssiiss", job->job_id, status_name(job->status), selection_name(job->target_selection),
        job->description, job->job_template_arn, job->start_time, job->end_time,
        end_behavior_name(job->end_behavior), job->created_at_ms, job->updated_at_ms, job->namespace_id,
        job->region);
}

bool store_job_update(struct db *db, const struct job_row *job)
{
    return db_exec(db,
                   "UPDATE job SET status = ?2, comment = ?3, reason_code = ?4, force_canceled = ?5, "
                   "updated_at_ms = ?6, completed_at_ms = ?7, description = ?8, "
                   "hides = CASE ?2 WHEN 'SCHEDULED' THEN 1 WHEN 'IN_PROGRESS' THEN 0 ELSE hides END "
                   "WHERE job_id = ?1",
                   "ssssiios", job->job_id, status_name(job->status), job->comment, job->reason_code,
                   (int64_t)job->force_canceled, job->updated_at_ms, job->completed_at_ms, job->description);
}

bool store_job_delete(struct db *db, struct str job_id)
{
    return db_exec(db, "DELETE FROM job WHERE job_id = ?1", "s", job_id);
}

bool store_job_state_get(struct db *db, struct str job_id, struct job_state *ret_state)
{
    struct stmt *q =
        db_query(db,
                 "SELECT status, target_selection, hides, has_abort, end_time IS NOT NULL, ended FROM job "
                 "WHERE job_id = ?1",
                 "s", job_id);
    bool found = stmt_row(q);
    if (found) {
        ret_state->status = (enum job_status)api_enum_value(&shape_job_status, stmt_borrow(q));
        ret_state->target_selection =
            (enum target_selection)api_enum_value(&shape_target_selection, stmt_borrow(q));
        ret_state->hides = stmt_int(q) != 0;
        ret_state->has_abort = stmt_int(q) != 0;
        ret_state->has_end = stmt_int(q) != 0;
        ret_state->ended = stmt_int(q) != 0;
    }
    stmt_done(q);
    return found;
}

bool store_job_touch(struct db *db, struct str job_id, int64_t now_ms)
{
    return db_exec(db, "UPDATE job SET updated_at_ms = ?2 WHERE job_id = ?1", "si", job_id, now_ms);
}

bool store_job_end(struct db *db, struct str job_id, int64_t now_ms)
{
    return db_exec(db, "UPDATE job SET ended = 1, updated_at_ms = ?2 WHERE job_id = ?1", "si", job_id,
                   now_ms);
}

bool store_job_complete(struct db *db, struct str job_id, int64_t now_ms)
{
    return db_exec(
        db, "UPDATE job SET status = 'COMPLETED', updated_at_ms = ?2, completed_at_ms = ?2 WHERE job_id = ?1",
        "si", job_id, now_ms);
}

/* ---- documents ---- */

bool store_document_insert(struct db *db, struct str job_id, const struct document_row *document)
{
    return db_exec(db,
                   "INSERT INTO job_document (job_id, document, parameters, from_template, source) VALUES "
                   "(?1, ?2, ?3, ?4, ?5)",
                   "sssis", job_id, document->document, document->parameters,
                   (int64_t)document->from_template, document->source);
}

bool store_document_get(struct db *db, struct arena *arena, struct str job_id,
                        struct document_row *ret_document)
{
    struct stmt *q =
        db_query(db, "SELECT document, parameters, from_template, source FROM job_document WHERE job_id = ?1",
                 "s", job_id);
    bool found = stmt_row(q);
    if (found) {
        ret_document->document = stmt_text(q, arena);
        ret_document->parameters = stmt_text(q, arena);
        ret_document->from_template = stmt_int(q) != 0;
        ret_document->source = stmt_text(q, arena);
    }
    stmt_done(q);
    return found && !arena->failed;
}

struct str store_job_document(struct db *db, struct arena *arena, struct str job_id)
{
    struct stmt *q = db_query(db, "SELECT document FROM job_document WHERE job_id = ?1", "s", job_id);
    struct str document = stmt_row(q) ? stmt_text(q, arena) : STR_NONE;
    stmt_done(q);
    return document;
}

/* ---- lists ---- */

static struct stmt *query_jobs(struct db *db, const struct job_filter *filter, int64_t before, int64_t limit)
{
    struct str selection = filter->target_selection ? selection_name(filter->target_selection) : STR_NONE;
    /* CROSS JOIN: from the group to its jobs, however many others there are. GROUP BY: it can be a target
     * twice. */
    if (filter->thing_group.p)
        return db_query(db,
                        "SELECT " JOB_COLUMNS " FROM job_target INDEXED BY job_target_of_group "
                        "CROSS JOIN job USING (job_id) WHERE kind = 'THING_GROUP' AND name = ?1 AND job < ?2 "
                        "AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR target_selection = ?4) "
                        "AND (?5 IS NULL OR namespace_id = ?5) GROUP BY job ORDER BY job DESC LIMIT ?6",
                        "sisssi", filter->thing_group, before,
                        filter->status ? status_name(filter->status) : STR_NONE, selection,
                        filter->namespace_id, limit);
    if (filter->namespace_id.p)
        return db_query(db,
                        "SELECT " JOB_COLUMNS " FROM job WHERE namespace_id = ?1 AND namespace_id <> '' "
                        "AND id < ?2 AND (?3 IS NULL OR status = ?3) "
                        "AND (?4 IS NULL OR target_selection = ?4) ORDER BY id DESC LIMIT ?5",
                        "sissi", filter->namespace_id, before,
                        filter->status ? status_name(filter->status) : STR_NONE, selection, limit);
    if (filter->status)
        return db_query(db,
                        "SELECT " JOB_COLUMNS " FROM job WHERE status = ?1 AND id < ?2 "
                        "AND (?3 IS NULL OR target_selection = ?3) ORDER BY id DESC LIMIT ?4",
                        "sisi", status_name(filter->status), before, selection, limit);
    return db_query(db,
                    "SELECT " JOB_COLUMNS " FROM job WHERE id < ?1 AND (?2 IS NULL OR target_selection = ?2) "
                    "ORDER BY id DESC LIMIT ?3",
                    "isi", before, selection, limit);
}

bool store_jobs_list(struct db *db, struct arena *arena, const struct job_filter *filter, int64_t before,
                     int64_t limit, struct job_rows *ret_rows)
{
    struct job_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    if (!rows.items)
        return false;
    struct stmt *q = query_jobs(db, filter, before, limit);
    while (rows.n < (size_t)limit && stmt_row(q) && read_job(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

/* ---- counters ---- */

bool store_count_add(struct db *db, struct str job_id, enum job_execution_status status, int64_t n)
{
    struct str name = execution_status_name(status);
    /* Not an upsert: each would look for the job, as the reference to it asks of a new row, and would check a
     * negative number by itself before it is added. */
    if (!db_exec(db, "UPDATE job_count SET n = n + ?3 WHERE job_id = ?1 AND status = ?2", "ssi", job_id, name,
                 n))
        return false;
    return n < 0 || db_changes(db) > 0 ||
           db_exec(db, "INSERT INTO job_count (job_id, status, n) VALUES (?1, ?2, ?3)", "ssi", job_id, name,
                   n);
}

bool store_counts_get(struct db *db, struct str job_id, int64_t ret_counts[JOB_COUNTS])
{
    for (int i = 0; i < JOB_COUNTS; i++)
        ret_counts[i] = 0;
    struct stmt *q = db_query(db, "SELECT status, n FROM job_count WHERE job_id = ?1", "s", job_id);
    while (stmt_row(q)) {
        int status = api_enum_value(&shape_job_execution_status, stmt_borrow(q));
        ret_counts[status] = stmt_int(q);
    }
    return !db_failed(db);
}
