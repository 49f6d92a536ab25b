#include "store/timer_store.h"

static const char *const kind_names[TIMER_KIND_COUNT] = {
    [TIMER_JOB_START] = "JOB_START",
    [TIMER_JOB_END] = "JOB_END",
    [TIMER_EXECUTION_TIMEOUT] = "EXECUTION_TIMEOUT",
    [TIMER_NOTIFY_AGAIN] = "NOTIFY_AGAIN",
    [TIMER_WINDOW_CLOSE] = "WINDOW_CLOSE",
    [TIMER_WINDOW_OPEN] = "WINDOW_OPEN",
    [TIMER_WINDOW_RETRY] = "WINDOW_RETRY",
    [TIMER_WINDOW_TELL] = "WINDOW_TELL",
    [TIMER_ROLLOUT] = "ROLLOUT",
    [TIMER_REMOVAL] = "REMOVAL",
    [TIMER_CANCELLATION] = "CANCELLATION",
    [TIMER_DELETION] = "DELETION",
    [TIMER_CLEARING] = "CLEARING",
    [TIMER_GROUP_DELETION] = "GROUP_DELETION",
    [TIMER_DYNAMIC_GROUP] = "DYNAMIC_GROUP",
    [TIMER_CONNECTIVITY] = "CONNECTIVITY",
    [TIMER_FLEET_THINGS] = "FLEET_THINGS",
    [TIMER_FLEET_THING_GROUPS] = "FLEET_THING_GROUPS",
    [TIMER_ARTIFACT_CLEARING] = "ARTIFACT_CLEARING",
    [TIMER_ARTIFACT_UPLOADS] = "ARTIFACT_UPLOADS",
};

const char *timer_kind_name(enum timer_kind kind)
{
    return kind_names[kind];
}

static bool kind_of(struct str name, enum timer_kind *ret_kind)
{
    for (int kind = 0; kind < TIMER_KIND_COUNT; kind++) {
        if (str_eq_text(name, kind_names[kind])) {
            *ret_kind = (enum timer_kind)kind;
            return true;
        }
    }
    return false;
}

static struct str name_of(enum timer_kind kind)
{
    return str_from(kind_names[kind]);
}

bool store_timer_set(struct db *db, const struct timer_row *timer)
{
    return db_exec(
        db,
        "INSERT INTO timer (kind, job_id, thing_name, execution_number, due_ms) VALUES (?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT DO UPDATE SET due_ms = excluded.due_ms",
        "sssii", name_of(timer->kind), timer->job_id, timer->thing_name, timer->execution_number,
        timer->due_ms);
}

bool store_timer_cancel(struct db *db, const struct timer_row *timer)
{
    return db_exec(
        db, "DELETE FROM timer WHERE kind = ?1 AND job_id = ?2 AND thing_name = ?3 AND execution_number = ?4",
        "sssi", name_of(timer->kind), timer->job_id, timer->thing_name, timer->execution_number);
}

bool store_timers_cancel_of_job(struct db *db, enum timer_kind kind, struct str job_id)
{
    return db_exec(db, "DELETE FROM timer WHERE kind = ?1 AND job_id = ?2", "ss", name_of(kind), job_id);
}

bool store_timers_stop_job(struct db *db, struct str job_id)
{
    for (int kind = 0; kind < TIMER_KIND_COUNT; kind++)
        if (kind != TIMER_EXECUTION_TIMEOUT && kind != TIMER_WINDOW_TELL && kind != TIMER_WINDOW_RETRY &&
            !store_timers_cancel_of_job(db, (enum timer_kind)kind, job_id))
            return false;
    return true;
}

bool store_window_retries_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more)
{
    if (!db_exec(db,
                 "DELETE FROM timer WHERE (kind, job_id, thing_name, execution_number) IN "
                 "(SELECT kind, job_id, thing_name, execution_number FROM timer "
                 "WHERE kind = 'WINDOW_RETRY' AND job_id = ?1 LIMIT ?2)",
                 "si", job_id, limit))
        return false;
    *ret_more = db_changes(db) == limit;
    return true;
}

bool store_window_tell_waits(struct db *db, struct str job_id, int64_t execution_id)
{
    struct stmt *q = db_query(db,
                              "SELECT 1 FROM timer WHERE kind = 'WINDOW_TELL' AND job_id = ?1 "
                              "AND thing_name = '' AND execution_number < ?2 LIMIT 1",
                              "si", job_id, execution_id);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_window_retries_cancel_of_thing(struct db *db, struct str thing)
{
    return db_exec(db, "DELETE FROM timer WHERE kind = 'WINDOW_RETRY' AND thing_name = ?1", "s", thing);
}

bool store_window_timers_hurry(struct db *db, int64_t now_ms)
{
    /* At a start alone: no index pays for itself. */
    return db_exec(db,
                   "UPDATE timer SET due_ms = ?1 WHERE due_ms > ?1 "
                   "AND kind IN ('JOB_START', 'WINDOW_CLOSE', 'WINDOW_OPEN', 'WINDOW_RETRY') "
                   "AND job_id IN (SELECT job_id FROM job_window) /*scan*/",
                   "i", now_ms) &&
           db_exec(db,
                   "INSERT INTO timer (kind, job_id, thing_name, due_ms) "
                   "SELECT 'WINDOW_OPEN', job_id, '', ?1 FROM job "
                   "WHERE status = 'SCHEDULED' AND job_id IN (SELECT job_id FROM job_window) "
                   "AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.kind IN ('JOB_START', 'WINDOW_OPEN') "
                   "AND t.job_id = job.job_id) /*scan*/",
                   "i", now_ms);
}

bool store_timer_due(struct db *db, enum timer_kind kind, struct str job_id, int64_t *ret_due_ms)
{
    struct stmt *q = db_query(db, "SELECT due_ms FROM timer WHERE kind = ?1 AND job_id = ?2 LIMIT 1", "ss",
                              name_of(kind), job_id);
    bool found = stmt_row(q);
    if (found)
        *ret_due_ms = stmt_int(q);
    stmt_done(q);
    return found;
}

bool store_timer_is_set(struct db *db, const struct timer_row *timer)
{
    struct stmt *q =
        db_query(db,
                 "SELECT 1 FROM timer WHERE kind = ?1 AND job_id = ?2 AND thing_name = ?3 "
                 "AND execution_number = ?4",
                 "sssi", name_of(timer->kind), timer->job_id, timer->thing_name, timer->execution_number);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_timer_earliest(struct db *db, struct arena *arena, struct timer_row *ret_timer)
{
    struct stmt *q = db_query(db,
                              "SELECT kind, job_id, thing_name, execution_number, due_ms FROM timer "
                              "ORDER BY due_ms, kind, job_id, thing_name, execution_number LIMIT 1 /*scan*/",
                              "");
    struct timer_row timer;
    bool found = stmt_row(q) && kind_of(stmt_borrow(q), &timer.kind);
    if (found) {
        timer.job_id = stmt_text(q, arena);
        timer.thing_name = stmt_text(q, arena);
        timer.execution_number = stmt_int(q);
        timer.due_ms = stmt_int(q);
        stmt_done(q);
        *ret_timer = timer;
    }
    stmt_done(q);
    return found && !arena->failed;
}
