#include "store/jobs/job_config_store.h"

#include <stddef.h>

#include "api/shape_json.h"

#define MEMBER(name, shape, field)                                                                           \
    {                                                                                                        \
        name, name, &shape, IN_BODY, false, offsetof(struct job_config, field)                               \
    }

/* By the names that they have in requests. Those in the column job_config.members stand first. */
static const struct member members[] = {
    MEMBER("presignedUrlConfig", shape_presigned_url_config, presigned_url),
    MEMBER("jobExecutionsRolloutConfig", shape_job_executions_rollout_config, rollout),
    MEMBER("abortConfig", shape_abort_config, abort),
    MEMBER("destinationPackageVersions", shape_destination_package_versions, destination_package_versions),
    MEMBER("timeoutConfig", shape_timeout_config, timeout),
    MEMBER("jobExecutionsRetryConfig", shape_job_executions_retry_config, retry),
    MEMBER("maintenanceWindows", shape_maintenance_windows, windows),
};

enum { IN_MEMBERS = 4, ALL_MEMBERS = sizeof members / sizeof members[0] };

static const struct shape shape_members = {
    .name = "JobConfiguration",
    .type = SHAPE_STRUCTURE,
    .members = members,
    .member_count = IN_MEMBERS,
    .size = sizeof(struct job_config),
};

static const struct shape shape_all_members = {
    .name = "JobConfiguration",
    .type = SHAPE_STRUCTURE,
    .members = members,
    .member_count = ALL_MEMBERS,
    .size = sizeof(struct job_config),
};

static bool has_members(const struct job_config *config)
{
    return config->presigned_url || config->rollout || config->abort ||
           config->destination_package_versions.set;
}

bool job_config_is_empty(const struct job_config *config)
{
    return !has_members(config) && !config->timeout && !config->retry && config->windows.n == 0;
}

/* ---- as text ---- */

struct str job_config_to_text(struct arena *arena, const struct job_config *config)
{
    return shape_to_text(arena, &shape_all_members, config);
}

static bool from_text(struct arena *arena, const struct shape *shape, struct str text,
                      struct job_config *ret_config)
{
    struct err unread;
    struct job_config config = { 0 };
    err_init(&unread, arena);
    if (!shape_from_json(arena, shape, text, &config, &unread))
        return false;
    *ret_config = config;
    return true;
}

bool job_config_from_text(struct arena *arena, struct str text, struct job_config *ret_config)
{
    return from_text(arena, &shape_all_members, text, ret_config);
}

/* ---- reading ---- */

bool store_job_config_members(struct db *db, struct arena *arena, struct str job_id,
                              struct job_config *ret_config)
{
    struct job_config config = { 0 };
    struct stmt *q = db_query(db, "SELECT members FROM job_config WHERE job_id = ?1", "s", job_id);
    bool ok = !stmt_row(q) || from_text(arena, &shape_members, stmt_borrow(q), &config);
    stmt_done(q);
    if (!ok || db_failed(db))
        return false;
    *ret_config = config;
    return true;
}

bool store_retry_criteria_get(struct db *db, struct arena *arena, struct str job_id,
                              struct retry_criteria_list *ret_criteria)
{
    enum { CRITERIA_MAX = 2 }; /* of one job: the model's limit */
    struct retry_criteria *items = arena_array(arena, CRITERIA_MAX, sizeof *items);
    if (!items)
        return false;
    size_t n = 0;
    struct stmt *q = db_query(
        db, "SELECT failure_type, retries FROM job_retry WHERE job_id = ?1 ORDER BY position", "s", job_id);
    for (; n < CRITERIA_MAX && stmt_row(q); n++) {
        items[n].failure_type =
            (enum retryable_failure_type)api_enum_value(&shape_retryable_failure_type, stmt_borrow(q));
        items[n].number_of_retries = stmt_opt_int(q);
    }
    stmt_done(q);
    *ret_criteria = (struct retry_criteria_list){ .set = n > 0, .n = n, .items = items };
    return !db_failed(db);
}

bool store_windows_get(struct db *db, struct arena *arena, struct str job_id,
                       struct maintenance_windows *ret_windows)
{
    struct maintenance_window *items = NULL;
    size_t n = 0, room = 0;
    struct stmt *q = db_query(
        db, "SELECT start_time, duration_minutes FROM job_window WHERE job_id = ?1 ORDER BY position", "s",
        job_id);
    while (stmt_row(q) && (items = arena_array_widen(arena, items, n, &room, sizeof *items))) {
        items[n].start_time = stmt_text(q, arena);
        items[n++].duration_in_minutes = stmt_opt_int(q);
    }
    stmt_done(q);
    *ret_windows = (struct maintenance_windows){ .set = n > 0, .n = n, .items = items };
    return !arena->failed && !db_failed(db);
}

bool store_job_has_windows(struct db *db, struct str job_id)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM job_window WHERE job_id = ?1 LIMIT 1", "s", job_id);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

static bool read_retry(struct db *db, struct arena *arena, struct str job_id,
                       const struct job_executions_retry_config **ret_retry)
{
    struct retry_criteria_list criteria;
    if (!store_retry_criteria_get(db, arena, job_id, &criteria))
        return false;
    struct job_executions_retry_config *retry = criteria.set ? arena_alloc(arena, sizeof *retry) : NULL;
    if (retry)
        retry->criteria_list = criteria;
    *ret_retry = retry;
    return !arena->failed;
}

/* What the first look finds: most jobs have nothing else. */
struct outline {
    struct opt_int timeout_minutes;
    bool has_retry, has_windows;
};

static bool read_outline(struct db *db, struct arena *arena, struct str job_id, struct outline *ret_outline,
                         struct job_config *ret_config)
{
    struct stmt *q =
        db_query(db,
                 "SELECT j.in_progress_timeout_minutes, "
                 "EXISTS (SELECT 1 FROM job_retry WHERE job_id = ?1), "
                 "EXISTS (SELECT 1 FROM job_window WHERE job_id = ?1), c.members "
                 "FROM job AS j LEFT JOIN job_config AS c ON c.job_id = j.job_id WHERE j.job_id = ?1",
                 "s", job_id);
    bool ok = true;
    if (stmt_row(q)) {
        ret_outline->timeout_minutes = stmt_opt_int(q);
        ret_outline->has_retry = stmt_int(q) != 0;
        ret_outline->has_windows = stmt_int(q) != 0;
        struct str text = stmt_borrow(q);
        ok = !text.p || from_text(arena, &shape_members, text, ret_config);
    }
    stmt_done(q);
    return ok && !db_failed(db);
}

static const struct timeout_config *timeout_of(struct arena *arena, struct opt_int minutes)
{
    struct timeout_config *timeout = minutes.set ? arena_alloc(arena, sizeof *timeout) : NULL;
    if (timeout)
        timeout->in_progress_timeout_in_minutes = minutes;
    return timeout;
}

bool store_job_config_get(struct db *db, struct arena *arena, struct str job_id,
                          struct job_config *ret_config)
{
    struct job_config config = { 0 };
    struct outline outline = { 0 };
    if (!read_outline(db, arena, job_id, &outline, &config) ||
        (outline.has_retry && !read_retry(db, arena, job_id, &config.retry)) ||
        (outline.has_windows && !store_windows_get(db, arena, job_id, &config.windows)))
        return false;
    config.timeout = timeout_of(arena, outline.timeout_minutes);
    *ret_config = config;
    return !arena->failed;
}

/* ---- writing ---- */

static bool write_members(struct db *db, struct arena *arena, struct str job_id,
                          const struct job_config *config)
{
    if (!has_members(config))
        return db_exec(db, "DELETE FROM job_config WHERE job_id = ?1", "s", job_id);
    struct str text = shape_to_text(arena, &shape_members, config);
    return text.p && db_exec(db,
                             "INSERT INTO job_config (job_id, members) VALUES (?1, ?2) "
                             "ON CONFLICT DO UPDATE SET members = excluded.members",
                             "ss", job_id, text);
}

static bool insert_criterion(struct db *db, struct str job_id, int64_t position,
                             const struct retry_criteria *criterion)
{
    return db_exec(db,
                   "INSERT INTO job_retry (job_id, position, failure_type, retries) VALUES (?1, ?2, ?3, ?4)",
                   "siso", job_id, position,
                   str_from(api_enum_name(&shape_retryable_failure_type, (int)criterion->failure_type)),
                   criterion->number_of_retries);
}

static bool write_retry(struct db *db, struct str job_id, const struct job_executions_retry_config *retry)
{
    if (!db_exec(db, "DELETE FROM job_retry WHERE job_id = ?1", "s", job_id))
        return false;
    for (size_t i = 0; retry && i < retry->criteria_list.n; i++)
        if (!insert_criterion(db, job_id, (int64_t)i, &retry->criteria_list.items[i]))
            return false;
    return true;
}

static bool insert_window(struct db *db, struct str job_id, int64_t position,
                          const struct maintenance_window *window)
{
    return db_exec(
        db, "INSERT INTO job_window (job_id, position, start_time, duration_minutes) VALUES (?1, ?2, ?3, ?4)",
        "siso", job_id, position, window->start_time, window->duration_in_minutes);
}

static bool write_windows(struct db *db, struct str job_id, const struct maintenance_windows *windows)
{
    if (!db_exec(db, "DELETE FROM job_window WHERE job_id = ?1", "s", job_id))
        return false;
    for (size_t i = 0; i < windows->n; i++)
        if (!insert_window(db, job_id, (int64_t)i, &windows->items[i]))
            return false;
    return true;
}

bool store_job_config_set(struct db *db, struct arena *arena, struct str job_id,
                          const struct job_config *config)
{
    struct opt_int none = { 0 };
    return db_exec(db, "UPDATE job SET in_progress_timeout_minutes = ?2, has_abort = ?3 WHERE job_id = ?1",
                   "soi", job_id, config->timeout ? config->timeout->in_progress_timeout_in_minutes : none,
                   (int64_t)(config->abort != NULL)) &&
           write_members(db, arena, job_id, config) && write_retry(db, job_id, config->retry) &&
           write_windows(db, job_id, &config->windows);
}
