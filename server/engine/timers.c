#include "engine/timers.h"

#include "ops/artifacts/artifact_work.h"
#include "ops/artifacts/doomed_files.h"
#include "ops/executions/execution_change.h"
#include "ops/executions/notify.h"
#include "ops/fleet/connectivity.h"
#include "ops/fleet/fleet_work.h"
#include "ops/jobs/job_clear.h"
#include "ops/jobs/job_end_time.h"
#include "ops/jobs/job_life.h"
#include "ops/jobs/job_window.h"
#include "ops/jobs/job_work.h"
#include "ops/registry/dynamic_membership.h"
#include "ops/registry/group_end.h"

enum { RETRY_MS = 60 * 1000 };

static bool (*const kinds[TIMER_KIND_COUNT])(struct op *op, const struct timer_row *timer) = {
    [TIMER_JOB_START] = job_start_due,
    [TIMER_JOB_END] = job_end_due,
    [TIMER_EXECUTION_TIMEOUT] = execution_timeout_due,
    [TIMER_NOTIFY_AGAIN] = notify_again_due,
    [TIMER_WINDOW_CLOSE] = job_window_due,
    [TIMER_WINDOW_OPEN] = job_window_due,
    [TIMER_WINDOW_RETRY] = execution_retry_due,
    [TIMER_WINDOW_TELL] = job_window_tell_due,
    [TIMER_ROLLOUT] = job_work_due,
    [TIMER_REMOVAL] = job_work_due,
    [TIMER_CANCELLATION] = job_work_due,
    [TIMER_DELETION] = job_work_due,
    [TIMER_CLEARING] = job_clear_due,
    [TIMER_GROUP_DELETION] = group_end_due,
    [TIMER_DYNAMIC_GROUP] = dynamic_membership_due,
    [TIMER_CONNECTIVITY] = connectivity_due,
    [TIMER_FLEET_THINGS] = fleet_work_due,
    [TIMER_FLEET_THING_GROUPS] = fleet_work_due,
    [TIMER_ARTIFACT_CLEARING] = artifact_clearing_due,
    [TIMER_ARTIFACT_UPLOADS] = artifact_uploads_due,
};

static bool run(const struct call_world *world, struct arena *arena, struct err *err,
                const struct timer_row *timer)
{
    struct outgoing outgoing;
    outgoing_init(&outgoing, arena, world->doomed);
    struct op op = {
        .db = world->db,
        .arena = arena,
        .err = err,
        .now_ms = world->now_ms,
        .settings = world->settings,
        .window_zone = world->window_zone,
        .region = call_region(STR_NONE, world->settings),
        .namespace_id = STR_LIT(""),
        .outgoing = &outgoing,
        .audience = world->audience,
        .unheard = world->unheard,
        .connectivity = world->connectivity,
        .access_changes = world->access_changes,
        .artifacts = world->artifacts,
        .log = world->log,
    };
    bool ok = store_timer_cancel(world->db, timer) && kinds[timer->kind](&op, timer) &&
              outgoing_collect(&op, world->messages) && !db_failed(world->db) && !arena->failed;
    outgoing_release(&outgoing);
    return ok;
}

static enum timer_outcome put_off(const struct call_world *world, const struct timer_row *timer,
                                  const struct err *err)
{
    log_write(world->log, LOG_ERROR,
              "timer_failed kind=%s job=%.*s thing=%.*s retry_in_ms=%d problem=\"%.*s\"",
              timer_kind_name(timer->kind), STR(timer->job_id), STR(timer->thing_name), RETRY_MS,
              STR(err->message));
    struct timer_row later = *timer;
    later.due_ms = world->now_ms + RETRY_MS;
    message_free_all(*world->messages);
    *world->messages = NULL;
    bool ok = db_undo(world->db) && store_timer_set(world->db, &later) && db_keep(world->db);
    return ok ? TIMER_PUT_OFF : TIMER_UNKNOWN;
}

enum timer_outcome timers_run_next(const struct call_world *world, struct arena *arena,
                                   struct timer_row *ret_timer)
{
    struct timer_row timer;
    struct err err;
    if (!store_timer_earliest(world->db, arena, &timer))
        return db_failed(world->db) ? TIMER_UNKNOWN : TIMER_NONE;
    if (timer.due_ms > world->now_ms)
        return TIMER_NONE;
    err_init(&err, arena);
    *world->messages = NULL;
    *ret_timer = timer;
    size_t doomed = world->doomed->n;
    if (!run(world, arena, &err, &timer) || !db_keep(world->db)) {
        doomed_files_truncate(world->doomed, doomed);
        return put_off(world, &timer, &err);
    }
    log_write(world->log, LOG_DEBUG, "timer_fired kind=%s job=%.*s thing=%.*s late_ms=%lld",
              timer_kind_name(timer.kind), STR(timer.job_id), STR(timer.thing_name),
              (long long)(world->now_ms - timer.due_ms));
    return TIMER_FIRED;
}
