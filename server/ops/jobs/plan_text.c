/* A plan in words. */
#include <math.h>

#include "base/time_text.h"
#include "ops/jobs/plan.h"

enum { MINUTE_MS = ROLLOUT_MINUTE_MS, HUNDREDTHS = 100, PERCENT = 100 };

#define S(n) ((n) == 1 ? "" : "s")

static struct str minute_of(int64_t ms, struct arena *arena)
{
    char text[TIME_TEXT_MAX];
    time_format_minute(ms, text);
    return arena_printf(arena, "%s UTC", text);
}

/* The first whole minute by which it is past. */
static struct str minute_after(int64_t ms, struct arena *arena)
{
    return minute_of(ms + MINUTE_MS - 1, arena);
}

/* ---- how long it may take ---- */

static struct opt_int timeout_minutes(const struct plan_figures *figures)
{
    const struct timeout_config *timeout = figures->plan.config.timeout;
    return timeout ? timeout->in_progress_timeout_in_minutes : (struct opt_int){ 0 };
}

/* The first attempt of a thing, and those that may follow it. */
static int64_t attempts(const struct plan_figures *figures)
{
    const struct job_executions_retry_config *retry = figures->plan.config.retry;
    int64_t n = 1;
    for (size_t i = 0; retry && i < retry->criteria_list.n; i++)
        n += retry->criteria_list.items[i].number_of_retries.value;
    return n;
}

/* When the last thing has used up its attempts. A CONTINUOUS job waits for others then. */
static struct opt_int end_of_attempts(const struct plan_figures *figures, struct arena *arena,
                                      struct str *ret_text)
{
    struct opt_int timeout = timeout_minutes(figures), end = { 0 };
    const struct rollout_outline *rollout = figures->rollout;
    if (plan_has_nothing_to_do(figures)) {
        *ret_text = STR_LIT("It has nothing to do, and is COMPLETED as soon as it starts.");
        return (struct opt_int){ true, figures->plan.start_ms };
    }
    if (figures->plan.job.target_selection != TARGET_SELECTION_SNAPSHOT || !timeout.set ||
        rollout->things < figures->things)
        return end;
    int64_t n = attempts(figures);
    struct str each = n == 1 ? STR_LIT("its one attempt")
                             : arena_printf(arena, "each of up to %lld attempts", (long long)n);
    *ret_text = arena_printf(
        arena,
        "Each thing has %lld minute%s for %.*s, the last one from %.*s on, if each device "
        "starts at once.",
        (long long)timeout.value, S(timeout.value), STR(each), STR(minute_of(rollout->last_ms.value, arena)));
    return (struct opt_int){ true, rollout->last_ms.value + n * timeout.value * MINUTE_MS };
}

/* Its first window opens when it is over. */
static bool never_starts(const struct plan_figures *figures)
{
    return figures->end_ms.set && figures->plan.start_ms >= figures->end_ms.value;
}

/* When what the end time leaves open has ended. */
static struct opt_int end_by_end_time(const struct plan_figures *figures, struct arena *arena,
                                      struct str *ret_text)
{
    struct opt_int timeout = timeout_minutes(figures), end = figures->end_ms;
    enum job_end_behavior behavior = figures->plan.job.end_behavior;
    if (!end.set)
        return end;
    if (never_starts(figures)) {
        *ret_text = STR_LIT("It is COMPLETED at its end time, for it has not started by then.");
        return end;
    }
    if (behavior == JOB_END_BEHAVIOR_FORCE_CANCEL) {
        *ret_text = STR_LIT("At its end time, all that is open is canceled.");
        return end;
    }
    if (!timeout.set)
        return (struct opt_int){ 0 };
    *ret_text = arena_printf(
        arena,
        behavior == JOB_END_BEHAVIOR_CANCEL
            ? "At its end time, what is QUEUED is canceled; what is IN_PROGRESS has up to %lld minute%s more."
            : "At its end time, nothing more is rolled out or tried again; what has started has up to %lld "
              "minute%s more.",
        (long long)timeout.value, S(timeout.value));
    return (struct opt_int){ true, end.value + timeout.value * MINUTE_MS };
}

/* Where nothing limits it. */
static struct str what_it_depends_on(const struct plan_figures *figures)
{
    if (figures->end_ms.set)
        return STR_LIT("It is COMPLETED when, behind its end time, the last device that has started reports; "
                       "without a timeoutConfig nothing limits that.");
    if (figures->plan.job.target_selection == TARGET_SELECTION_CONTINUOUS)
        return STR_LIT(
            "It goes on until it is canceled: a CONTINUOUS job without an end time waits for things "
            "that join its targets.");
    if (figures->rollout->broken_off)
        return STR_LIT("It depends on when the rollout ends, which is too far off to be foreseen.");
    return STR_LIT(
        "It is COMPLETED when the last device reports; without a timeoutConfig nothing limits that.");
}

struct opt_int plan_expected_end(const struct plan_figures *figures, struct arena *arena,
                                 struct str *ret_text)
{
    struct str of_attempts = STR_NONE, by_end_time = STR_NONE;
    struct opt_int attempts_end = end_of_attempts(figures, arena, &of_attempts);
    struct opt_int time_end = end_by_end_time(figures, arena, &by_end_time);
    if (attempts_end.set && (!time_end.set || attempts_end.value <= time_end.value)) {
        *ret_text = of_attempts;
        return attempts_end;
    }
    *ret_text = time_end.set ? by_end_time : what_it_depends_on(figures);
    return time_end;
}

/* ---- failures ---- */

struct str plan_retry_text(const struct retry_criteria *criterion, struct arena *arena)
{
    long long n = (long long)criterion->number_of_retries.value;
    const char *what = criterion->failure_type == RETRYABLE_FAILURE_TYPE_FAILED      ? "FAILED"
                       : criterion->failure_type == RETRYABLE_FAILURE_TYPE_TIMED_OUT ? "TIMED_OUT"
                                                                                     : "FAILED or TIMED_OUT";
    return arena_printf(arena, "What has %s is tried again up to %lld time%s.", what, n, S(n));
}

/* The fewest failures that can be enough (rules/jobs/abort). */
static int64_t failures_enough(const struct abort_criteria *criterion)
{
    int64_t hundredths = llround(criterion->threshold_percentage.value * HUNDREDTHS);
    int64_t whole = PERCENT * HUNDREDTHS;
    int64_t n = (hundredths * criterion->min_number_of_executed_things.value + whole - 1) / whole;
    return n > 0 ? n : 1;
}

struct str plan_abort_text(const struct abort_criteria *criterion, struct arena *arena)
{
    const char *what = criterion->failure_type == JOB_EXECUTION_FAILURE_TYPE_ALL
                           ? "FAILED, REJECTED or TIMED_OUT"
                           : api_enum_name(&shape_job_execution_failure_type, (int)criterion->failure_type);
    long long least = (long long)criterion->min_number_of_executed_things.value;
    return arena_printf(
        arena,
        "It is canceled as soon as %.2f percent of at least %lld executions that have ended are "
        "%s: at the earliest with %lld of them.",
        criterion->threshold_percentage.value, least, what, (long long)failures_enough(criterion));
}

/* ---- the whole ---- */

static struct str start_sentence(const struct plan_figures *figures, struct arena *arena)
{
    const struct job_plan *plan = &figures->plan;
    struct str starts = STR_LIT("starts at once");
    if (never_starts(figures))
        starts = STR_LIT("never starts, for its end time comes before its first window");
    else if (plan->job.status == JOB_STATUS_SCHEDULED)
        starts = arena_printf(arena, "starts %sat %.*s", plan->windows.n > 0 ? "with its first window, " : "",
                              STR(minute_of(plan->start_ms, arena)));
    return arena_printf(arena, "The job %.*s; its %zu target%s reach%s %lld thing%s today.", STR(starts),
                        plan->targets.n, S(plan->targets.n), plan->targets.n == 1 ? "es" : "",
                        (long long)figures->things, S(figures->things));
}

/* A blank and a sentence; nothing where there is nothing to roll out. */
static struct str rollout_sentence(const struct plan_figures *figures, struct arena *arena)
{
    const struct rollout_outline *rollout = figures->rollout;
    int64_t left = figures->things - rollout->things;
    const char *slowest = figures->fastest ? ", in the slowest case, in which none succeeds" : "";
    if (figures->things == 0)
        return STR_LIT("");
    if (!rollout->last_ms.set)
        return STR_LIT(" None of them is reached.");
    if (left > 0)
        return arena_printf(arena, " By %.*s %lld of them are reached%s, and %lld are not%s.",
                            STR(minute_after(rollout->last_ms.value, arena)), (long long)rollout->things,
                            slowest, (long long)left,
                            rollout->broken_off   ? " as far as can be foreseen"
                            : figures->end_ms.set ? " before its end time"
                                                  : ", for no window opens any more");
    if (rollout->n == 1 && rollout->last_ms.value == rollout->segments[0].from_ms)
        return STR_LIT(" None has to wait for its turn.");
    return arena_printf(arena, " The last of them is reached at %.*s%s.",
                        STR(minute_of(rollout->last_ms.value, arena)), slowest);
}

struct str plan_text(const struct plan_figures *figures, struct arena *arena)
{
    struct str end_text;
    struct opt_int end = plan_expected_end(figures, arena, &end_text);
    struct str end_sentence = end.set ? arena_printf(arena, "It is COMPLETED by %.*s at the latest.",
                                                     STR(minute_after(end.value, arena)))
                                      : end_text;
    return arena_printf(arena, "%.*s%.*s %.*s", STR(start_sentence(figures, arena)),
                        STR(rollout_sentence(figures, arena)), STR(end_sentence));
}
