/* Jobs with an end time. A world at noon; nobody listens but who says so. */
#include <stdio.h>
#include <string.h>

#include "store/timer_store.h"
#include "support/groups.h"
#include "support/refusals.h"
#include "support/windows.h"

#define END(time, behavior)   "\"endTime\":\"2030-01-01 " time "\",\"endBehavior\":\"" behavior "\""
#define SCHEDULE(members)     ",\"schedulingConfig\":{" members "}"
#define AT_ONE(behavior)      SCHEDULE(END("13:00", behavior))
#define DAILY(cron, minutes)  "\"maintenanceWindows\":[" WINDOW(cron, minutes) "]"
#define PACED(rate)           ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":" #rate "}"
#define TIMEOUT_AFTER_AN_HOUR ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":60}"
#define RETRY_TIMED_OUT                                                                                      \
    ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"TIMED_OUT\","                       \
    "\"numberOfRetries\":1}]}"
#define RETRY_FAILED                                                                                         \
    ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\","                          \
    "\"numberOfRetries\":5}]}"
#define ABORT_ANY                                                                                            \
    ",\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\",\"action\":\"CANCEL\","                    \
    "\"thresholdPercentage\":1,\"minNumberOfExecutedThings\":1}]}"

static const cJSON *describe(struct world *w)
{
    return http(w, 200, "GET", "/jobs/fw", NULL)->body;
}

static void assert_completed(struct world *w, double at_s, const char *counts)
{
    const cJSON *job = describe(w);
    assert_json_string(job, "job.status", "COMPLETED");
    assert_json_number(job, "job.completedAt", at_s);
    assert_json_number(job, "job.lastUpdatedAt", at_s);
    assert_json(job, "job.isConcurrent", "false");
    assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_counts(w, "fw", counts);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_progress"), 0);
    assert_int_equal(rows_in(w, "job_pace"), 0);
}

/* ---- what a request says ---- */

static void an_end_is_shown_as_it_was_given(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "a", "SNAPSHOT", THING_TARGET("pump"), AT_ONE("FORCE_CANCEL"));
    given_job_for_with(w, "b", "CONTINUOUS", THING_TARGET("pump"),
                       SCHEDULE("\"startTime\":\"2030-01-01T13:00\",\"endTime\":\"2030-02-01T00:00\""));
    assert_json(http(w, 200, "GET", "/jobs/a", NULL)->body, "job.schedulingConfig",
                "{\"endTime\":\"2030-01-01 13:00\",\"endBehavior\":\"FORCE_CANCEL\"}");
    assert_json(http(w, 200, "GET", "/jobs/b", NULL)->body, "job.schedulingConfig",
                "{\"startTime\":\"2030-01-01T13:00\",\"endTime\":\"2030-02-01T00:00\","
                "\"endBehavior\":\"STOP_ROLLOUT\"}");
    assert_job_status(w, "a", "IN_PROGRESS");
    assert_job_status(w, "b", "SCHEDULED");
    assert_timers(w, "JOB_END a, JOB_END b, JOB_START b");
}

static void an_end_that_cannot_be_is_refused(void **state)
{
#define WITH_SCHEDULE(members)                                                                               \
    "{\"targets\":[" THING_TARGET("pump") "],\"document\":\"{}\"" SCHEDULE(members) "}"
    static const struct refusal refusals[] = {
        { WITH_SCHEDULE("\"endBehavior\":\"CANCEL\""), INVALID,
          "EndBehavior cannot be specified without EndTime." },
        { WITH_SCHEDULE("\"endTime\":\"2030-01-01 12:29\""), INVALID,
          "EndTime must be at least 30 minutes from now. EndTime is 2030-01-01 12:29, now is "
          "2030-01-01T12:00:00.000Z." },
        { WITH_SCHEDULE("\"endTime\":\"2032-01-01 12:01\""), INVALID,
          "EndTime must be at most two years from now. EndTime is 2032-01-01 12:01." },
        { WITH_SCHEDULE("\"startTime\":\"2030-01-01 13:00\",\"endTime\":\"2030-01-01 13:29\""), INVALID,
          "EndTime must be at least 30 minutes after StartTime. StartTime is 2030-01-01 13:00, EndTime is "
          "2030-01-01 13:29." },
        { WITH_SCHEDULE("\"endTime\":\"2030-01-01T13:00Z\""), INVALID,
          "EndTime '2030-01-01T13:00Z' is not a valid time. Use the form YYYY-MM-DD HH:MM or "
          "YYYY-MM-DDTHH:MM, in UTC, without seconds and offset." },
        { WITH_SCHEDULE("\"startTime\":\"2030-01-01 12:01\",\"endTime\":\"no\""), INVALID,
          "StartTime must be at least 30 minutes from now. StartTime is 2030-01-01 12:01, now is "
          "2030-01-01T12:00:00.000Z." },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

/* ---- what happens then ---- */

static void a_rollout_stops_and_the_rest_may_be_finished(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 1000, "SNAPSHOT", AT_ONE("STOP_ROLLOUT") PACED(1));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT59M59.999S");
    assert_counts(w, "fw", "Queued 59, InProgress 1");
    assert_json(describe(w), "job.isConcurrent", "true");
    advance(w, "PT1H");
    assert_counts(w, "fw", "Queued 59, InProgress 1");
    const cJSON *job = describe(w);
    assert_json_string(job, "job.status", "IN_PROGRESS");
    assert_json(job, "job.isConcurrent", "false");
    assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_json_number(job, "job.lastUpdatedAt", NOON_S + 3600);
    for (int i = 0; i < 60; i++) {
        char lamp[32];
        snprintf(lamp, sizeof lamp, "lamp-%d", i);
        assert_job_status(w, "fw", "IN_PROGRESS");
        device_reports(w, "fw", lamp, i % 2 ? "SUCCEEDED" : "FAILED");
    }
    assert_completed(w, NOON_S + 3600 + 3599.999, "Succeeded 30, Failed 30");
}

static void what_is_queued_is_canceled_and_what_has_started_may_be_finished(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 5, "SNAPSHOT", AT_ONE("CANCEL"));
    subscribe(w, "$aws/things/lamp-4/jobs/#", SESSION_CLEAN);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    advance(w, "PT1H");
    assert_counts(w, "fw", "Canceled 3, Succeeded 1, InProgress 1");
    assert_job_status(w, "fw", "IN_PROGRESS");
    assert_json(take_notification(w, "$aws/things/lamp-4/jobs/notify"), "jobs", "{}");
    take_notification(w, "$aws/things/lamp-4/jobs/notify-next");
    assert_silence(w);
    assert_json(http(w, 200, "GET", "/things/lamp-4/jobs/fw", NULL)->body, "execution.forceCanceled",
                "false");
    advance(w, "PT1M");
    device_reports(w, "fw", "lamp-0", "FAILED");
    assert_completed(w, NOON_S + 3660, "Canceled 3, Succeeded 1, Failed 1");
}

static void everything_is_canceled_by_force(void **state)
{
    struct world *w = *state;
    http(w, 200, "PATCH", "/event-configurations", "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true}}}");
    given_job_for_lamps(w, 3, "SNAPSHOT", AT_ONE("FORCE_CANCEL"));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    subscribe(w, "$aws/events/#", SESSION_CLEAN);
    advance(w, "PT1H");
    assert_completed(w, NOON_S + 3600, "Canceled 3");
    take_notification(w, "$aws/events/job/fw/completed");
    assert_silence(w);
    const cJSON *execution = http(w, 200, "GET", "/things/lamp-0/jobs/fw", NULL)->body;
    assert_json(execution, "execution.forceCanceled", "true");
    assert_json_string(execution, "execution.status", "CANCELED");
    assert_json_absent(describe(w), "job.forceCanceled");
}

static void a_job_that_is_complete_before_its_end_waits_for_nothing(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 1, "SNAPSHOT", AT_ONE("CANCEL"));
    assert_timers(w, "JOB_END fw");
    advance(w, "PT1M");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_completed(w, NOON_S + 60, "Succeeded 1");
}

static void a_job_for_nobody_is_complete_at_once(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("zone"), AT_ONE("CANCEL"));
    assert_completed(w, NOON_S, "");
}

/* ---- continuous jobs ---- */

static void a_continuous_job_is_complete_at_its_end_and_not_before(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", AT_ONE("STOP_ROLLOUT"));
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    advance(w, "PT59M");
    assert_job_status(w, "fw", "IN_PROGRESS");
    advance(w, "PT1M");
    assert_completed(w, NOON_S + 3600, "Succeeded 2");
}

static void who_joins_after_the_end_gets_nothing_and_who_leaves_is_let_go(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", AT_ONE("STOP_ROLLOUT"));
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT1H");
    join(w, "site", "pump");
    leave(w, "site", "lamp-0");
    join(w, "site", "lamp-0");
    assert_executions(w, "fw", "pump", "");
    assert_executions(w, "fw", "lamp-0", "SUCCEEDED 1");
    refused(w, 400, "InvalidRequestException", "POST", "/jobs/fw/targets",
            "{\"targets\":[" THING_TARGET("fan") "]}",
            "Job fw has reached its EndTime and cannot be associated with targets.");
    leave(w, "site", "lamp-1");
    assert_completed(w, NOON_S + 3600, "Succeeded 1, Removed 1");
}

static void a_group_that_is_deleted_after_the_end_takes_the_rest_with_it(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_group(w, "away", NULL);
    given_members(w, "away", "door", 250);
    nobody_listens(w);
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("away"), AT_ONE("STOP_ROLLOUT"));
    advance(w, "PT1H");
    assert_job_status(w, "fw", "IN_PROGRESS");
    http(w, 200, "DELETE", "/thing-groups/away", NULL);
    assert_completed(w, NOON_S + 3600, "Removed 250");
}

/* ---- retries ---- */

static void nothing_is_tried_again_after_the_end(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 3, "SNAPSHOT", AT_ONE("STOP_ROLLOUT") RETRY_FAILED);
    device_reports(w, "fw", "lamp-0", "FAILED");
    assert_executions(w, "fw", "lamp-0", "QUEUED 2, FAILED 1");
    advance(w, "PT1H");
    device_reports(w, "fw", "lamp-0", "FAILED");
    device_reports(w, "fw", "lamp-1", "FAILED");
    assert_executions(w, "fw", "lamp-0", "FAILED 2, FAILED 1");
    assert_executions(w, "fw", "lamp-1", "FAILED 1");
    device_reports(w, "fw", "lamp-2", "SUCCEEDED");
    assert_completed(w, NOON_S + 3600, "Succeeded 1, Failed 3");
}

/* It times out in the millisecond in which the job ends. */
static void nothing_is_tried_again_at_the_end(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 1, "SNAPSHOT", AT_ONE("STOP_ROLLOUT") RETRY_TIMED_OUT TIMEOUT_AFTER_AN_HOUR);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT1H");
    assert_executions(w, "fw", "lamp-0", "TIMED_OUT 1");
    assert_completed(w, NOON_S + 3600, "TimedOut 1");
}

static void a_retry_that_is_queued_is_canceled_with_the_others(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 1, "SNAPSHOT", AT_ONE("CANCEL") RETRY_FAILED);
    device_reports(w, "fw", "lamp-0", "FAILED");
    advance(w, "PT1H");
    assert_executions(w, "fw", "lamp-0", "CANCELED 2, FAILED 1");
    assert_completed(w, NOON_S + 3600, "Canceled 1, Failed 1");
}

/* ---- maintenance windows ---- */

/* Closed from 12:30 to 14:00 of each day. */
#define WINDOWED(behavior) SCHEDULE(END("13:00", behavior) "," DAILY("0 14 * * ? *", 1350))

static void between_windows_what_is_left_waits_for_the_next_one(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED("STOP_ROLLOUT"));
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT1H");
    assert_job_status(w, "fw", "SCHEDULED");
    assert_json(http_data(w, 200, "GET", "/things/lamp-1/jobs", "")->body, "queuedJobs", "[]");
    advance(w, "PT1H");
    assert_job_status(w, "fw", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    assert_completed(w, NOON_S + 7200, "Succeeded 2");
}

static void between_windows_the_last_to_finish_completes_the_job(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED("CANCEL") RETRY_FAILED);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT45M");
    device_reports(w, "fw", "lamp-0", "FAILED");
    assert_timers(w, "JOB_END fw, WINDOW_OPEN fw, WINDOW_RETRY fw");
    advance(w, "PT15M");
    assert_completed(w, NOON_S + 3600, "Canceled 1, Failed 1");
}

static void between_windows_what_has_started_may_be_finished(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED("CANCEL"));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT1H");
    assert_job_status(w, "fw", "SCHEDULED");
    assert_counts(w, "fw", "Canceled 1, InProgress 1");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_completed(w, NOON_S + 3600, "Canceled 1, Succeeded 1");
}

static void a_retry_that_waits_for_a_window_is_dropped(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED("STOP_ROLLOUT") RETRY_FAILED);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-1", "IN_PROGRESS");
    advance(w, "PT45M");
    device_reports(w, "fw", "lamp-0", "FAILED");
    assert_timers(w, "JOB_END fw, WINDOW_OPEN fw, WINDOW_RETRY fw");
    advance(w, "PT15M");
    assert_timers(w, "WINDOW_OPEN fw");
    advance(w, "PT1H");
    assert_executions(w, "fw", "lamp-0", "FAILED 1");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    assert_completed(w, NOON_S + 7200, "Succeeded 1, Failed 1");
}

static void within_a_window_the_job_ends_like_any_other(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 20, "CONTINUOUS",
                        SCHEDULE(END("13:00", "FORCE_CANCEL") "," DAILY("0 12 * * ? *", 120)) PACED(1));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT10M");
    assert_counts(w, "fw", "Queued 10, InProgress 1");
    advance(w, "PT50M");
    assert_completed(w, NOON_S + 3600, "Canceled 20");
    advance(w, "P3D");
    assert_counts(w, "fw", "Canceled 20");
}

/* The end comes first, and the window never opens for it. */
static void a_job_whose_first_window_opens_at_its_end_does_nothing(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS",
                        SCHEDULE(END("13:00", "STOP_ROLLOUT") "," DAILY("0 13 * * ? *", 60)));
    assert_job_status(w, "fw", "SCHEDULED");
    advance(w, "PT1H");
    assert_completed(w, NOON_S + 3600, "");
}

static void windows_behind_the_end_are_not_shown(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "CONTINUOUS", THING_TARGET("pump"),
                       SCHEDULE("\"endTime\":\"2030-01-03 12:30\"," DAILY("30 12 * * ? *", 30)));
    assert_json_items(describe(w), "job.scheduledJobRollouts", "startTime",
                      "2030-01-01 12:30 2030-01-02 12:30");
    advance(w, "P1DT1H");
    assert_json_absent(describe(w), "job.scheduledJobRollouts");
}

/* ---- servers that are off, jobs that end otherwise ---- */

static void a_start_and_an_end_that_were_both_missed_come_in_order(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_job_for_lamps(w, 3, "SNAPSHOT",
                        SCHEDULE("\"startTime\":\"2030-01-01 12:30\"," END("13:00", "STOP_ROLLOUT")));
    world_restart(w, "2030-01-01T15:00:00Z");
    assert_completed(w, NOON_S + 3 * 3600, "");
    world_free(w);
}

static void nothing_is_rolled_out_behind_an_end_that_was_missed(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_job_for_lamps(w, 30, "CONTINUOUS", AT_ONE("CANCEL") PACED(10));
    world_restart(w, "2030-01-01T13:30:00Z");
    assert_completed(w, NOON_S + 5400, "Canceled 1");
    world_free(w);
}

/* The time-out is due before the end, and acts before it: at a time when the end has come. */
static void nothing_is_tried_again_behind_an_end_that_was_missed(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_job_for_lamps(w, 1, "SNAPSHOT",
                        AT_ONE("STOP_ROLLOUT") ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":50},"
                                               "\"jobExecutionsRetryConfig\":{\"criteriaList\":[{"
                                               "\"failureType\":\"ALL\",\"numberOfRetries\":5}]}");
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    world_restart(w, "2030-01-01T13:30:00Z");
    assert_completed(w, NOON_S + 5400, "TimedOut 1");
    world_free(w);
}

static void a_start_at_the_end_starts_nothing(void **state)
{
    struct world *w = *state;
    world_settings(w)->schedule_lead_ms = 0;
    given_job_for_lamps(w, 2, "SNAPSHOT",
                        SCHEDULE("\"startTime\":\"2030-01-01 13:00\"," END("13:00", "STOP_ROLLOUT")));
    advance(w, "PT1H");
    assert_completed(w, NOON_S + 3600, "");
}

static void a_job_that_is_canceled_or_deleted_first_has_no_end(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "SNAPSHOT", AT_ONE("FORCE_CANCEL"));
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_timers(w, "");
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"), AT_ONE("FORCE_CANCEL"));
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_timers(w, "");
}

static void a_job_can_be_canceled_after_its_end(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "SNAPSHOT", AT_ONE("STOP_ROLLOUT"));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT1H");
    http(w, 200, "PATCH", "/jobs/fw", "{\"description\":\"late\"}");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 1, InProgress 1");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_job_status(w, "fw", "CANCELED");
    http(w, 200, "DELETE", "/jobs/fw", NULL);
}

/* Criteria stop what goes on; behind an end that cancels, nothing does. */
static void after_the_end_a_job_can_be_aborted_where_something_is_left_to_stop(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 3, "SNAPSHOT", AT_ONE("STOP_ROLLOUT") ABORT_ANY);
    given_job_for_with(w, "b", "SNAPSHOT", GROUP_TARGET("site"), AT_ONE("CANCEL") ABORT_ANY);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    device_reports(w, "b", "lamp-0", "IN_PROGRESS");
    device_reports(w, "b", "lamp-1", "IN_PROGRESS");
    advance(w, "PT1H");
    device_reports(w, "fw", "lamp-0", "FAILED");
    device_reports(w, "b", "lamp-0", "FAILED");
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 2, Failed 1");
    assert_job_status(w, "b", "IN_PROGRESS");
    device_reports(w, "b", "lamp-1", "FAILED");
    assert_job_status(w, "b", "COMPLETED");
}

/* ---- large jobs ---- */

/* More than two or three transactions can do. */
enum { MANY = 6000 };

static bool is_due(struct world *w, enum timer_kind kind)
{
    int64_t due_ms;
    return store_timer_due(world_db(w), kind, STR_LIT("fw"), &due_ms);
}

static struct world *given_large_job(void)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    unpaced(w);
    given_job_for_lamps(w, MANY, "CONTINUOUS", AT_ONE("CANCEL"));
    return w;
}

/* Whoever starts while the end is worked off has started, or comes too late. */
static void a_large_job_ends_bit_by_bit(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_int_equal(rows_in(w, "job_progress"), 1);
    assert_json(describe(w), "job.isConcurrent", "true");
    join(w, "site", "lamp-0");
    device_reports(w, "fw", "lamp-5999", "IN_PROGRESS");
    restart_until_empty(w, "job_progress", "2030-01-01T13:00:01Z");
    assert_counts(w, "fw", "Canceled 5999, InProgress 1");
    assert_job_status(w, "fw", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-5999", "SUCCEEDED");
    assert_completed(w, NOON_S + 3601, "Canceled 5999, Succeeded 1");
    world_free(w);
}

static void a_cancel_in_the_middle_of_the_end_takes_over(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_int_equal(rows_in(w, "job_progress"), 1);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    world_stop_after(w, 0);
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 6000");
    assert_int_equal(rows_in(w, "job_progress"), 0);
    world_free(w);
}

/* Its group has been deleted shortly before: what was about to be REMOVED is CANCELED. */
static void the_end_takes_over_from_a_removal(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_int_equal(rows_in(w, "job_progress"), 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    while (is_due(w, TIMER_JOB_END)) /* the removal may have been first */
        describe(w);
    assert_false(is_due(w, TIMER_REMOVAL));
    world_stop_after(w, 0);
    describe(w);
    const cJSON *counts = json_at(describe(w), "job.jobProcessDetails");
    assert_int_equal(json_at(counts, "numberOfCanceledThings")->valueint +
                         json_at(counts, "numberOfRemovedThings")->valueint,
                     MANY);
    assert_job_status(w, "fw", "COMPLETED");
    world_free(w);
}

/* Its end is worked off, and so is the deletion of its group. */
static void a_job_that_is_at_two_things_at_once_counts_as_one_job_at_work(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    given_thing(w, "pump");
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_true(is_due(w, TIMER_CANCELLATION) && is_due(w, TIMER_REMOVAL));
    world_settings(w)->concurrent_jobs_limit = 2;
    given_job(w, "other", "pump");
    world_free(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_end_is_shown_as_it_was_given),
        TEST(an_end_that_cannot_be_is_refused),
        TEST(a_rollout_stops_and_the_rest_may_be_finished),
        TEST(what_is_queued_is_canceled_and_what_has_started_may_be_finished),
        TEST(everything_is_canceled_by_force),
        TEST(a_job_that_is_complete_before_its_end_waits_for_nothing),
        TEST(a_job_for_nobody_is_complete_at_once),
        TEST(a_continuous_job_is_complete_at_its_end_and_not_before),
        TEST(who_joins_after_the_end_gets_nothing_and_who_leaves_is_let_go),
        TEST(a_group_that_is_deleted_after_the_end_takes_the_rest_with_it),
        TEST(nothing_is_tried_again_after_the_end),
        TEST(nothing_is_tried_again_at_the_end),
        TEST(a_retry_that_is_queued_is_canceled_with_the_others),
        TEST(between_windows_what_is_left_waits_for_the_next_one),
        TEST(between_windows_the_last_to_finish_completes_the_job),
        TEST(between_windows_what_has_started_may_be_finished),
        TEST(a_retry_that_waits_for_a_window_is_dropped),
        TEST(within_a_window_the_job_ends_like_any_other),
        TEST(a_job_whose_first_window_opens_at_its_end_does_nothing),
        TEST(windows_behind_the_end_are_not_shown),
        cmocka_unit_test(a_start_and_an_end_that_were_both_missed_come_in_order),
        cmocka_unit_test(nothing_is_rolled_out_behind_an_end_that_was_missed),
        cmocka_unit_test(nothing_is_tried_again_behind_an_end_that_was_missed),
        TEST(a_start_at_the_end_starts_nothing),
        TEST(a_job_that_is_canceled_or_deleted_first_has_no_end),
        TEST(a_job_can_be_canceled_after_its_end),
        TEST(after_the_end_a_job_can_be_aborted_where_something_is_left_to_stop),
        cmocka_unit_test(a_large_job_ends_bit_by_bit),
        cmocka_unit_test(the_end_takes_over_from_a_removal),
        cmocka_unit_test(a_cancel_in_the_middle_of_the_end_takes_over),
        cmocka_unit_test(a_job_that_is_at_two_things_at_once_counts_as_one_job_at_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
