/* Jobs that are aborted because too much of them fails. A world at noon; nobody listens but who says so. */
#include <stdio.h>
#include <string.h>

#include "ops/jobs/job_abort.h"
#include "support/groups.h"
#include "support/windows.h"

#define CRITERION(type, percentage, least)                                                                   \
    "{\"failureType\":\"" type "\",\"action\":\"CANCEL\",\"thresholdPercentage\":" #percentage               \
    ",\"minNumberOfExecutedThings\":" #least "}"
#define ABORT(criteria) ",\"abortConfig\":{\"criteriaList\":[" criteria "]}"
#define RETRY_FAILED(n)                                                                                      \
    ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"numberOfRetries\":" #n   \
    "}]}"
#define DAILY(window) ",\"schedulingConfig\":{\"maintenanceWindows\":[" window "]}"

/* Lamp number `i`. */
static void lamp_reports(struct world *w, int i, const char *status)
{
    char lamp[32];
    snprintf(lamp, sizeof lamp, "lamp-%d", i);
    device_reports(w, "fw", lamp, status);
}

static const cJSON *describe(struct world *w)
{
    return http(w, 200, "GET", "/jobs/fw", NULL)->body;
}

static void assert_aborted(struct world *w, const char *comment, const char *counts)
{
    const cJSON *job = describe(w);
    assert_json_string(job, "job.status", "CANCELED");
    assert_json_string(job, "job.reasonCode", JOB_ABORT_REASON);
    assert_json_string(job, "job.comment", comment);
    assert_json(job, "job.forceCanceled", "false");
    assert_json(job, "job.isConcurrent", "false");
    assert_json_absent(job, "job.completedAt");
    assert_counts(w, "fw", counts);
}

static void assert_goes_on(struct world *w, const char *counts)
{
    const cJSON *job = describe(w);
    assert_json_string(job, "job.status", "IN_PROGRESS");
    assert_json_absent(job, "job.reasonCode");
    assert_counts(w, "fw", counts);
}

/* ---- when ---- */

static void a_job_is_aborted_at_the_exact_figure(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 10, "SNAPSHOT", ABORT(CRITERION("FAILED", 40, 5)));
    lamp_reports(w, 0, "FAILED");
    lamp_reports(w, 1, "SUCCEEDED");
    lamp_reports(w, 2, "SUCCEEDED");
    lamp_reports(w, 3, "FAILED");
    assert_goes_on(w, "Succeeded 2, Failed 2, Queued 6");
    advance(w, "PT1M");
    lamp_reports(w, 4, "REJECTED"); /* the fifth, and two are 40 percent of five */
    assert_aborted(w,
                   "Aborted: FAILED are 2 of 5 executions that have ended; the threshold is 40.00 percent of "
                   "at least 5.",
                   "Canceled 5, Succeeded 2, Failed 2, Rejected 1");
    assert_json_number(describe(w), "job.lastUpdatedAt", NOON_S + 60);
}

static void below_the_figure_it_goes_on(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 10, "SNAPSHOT", ABORT(CRITERION("FAILED", 33.34, 3)));
    lamp_reports(w, 0, "SUCCEEDED");
    lamp_reports(w, 1, "SUCCEEDED");
    lamp_reports(w, 2, "FAILED");
    assert_goes_on(w, "Succeeded 2, Failed 1, Queued 7");
    lamp_reports(w, 3, "FAILED");
    assert_aborted(w,
                   "Aborted: FAILED are 2 of 4 executions that have ended; the threshold is 33.34 percent of "
                   "at least 3.",
                   "Canceled 6, Succeeded 2, Failed 2");
}

static void what_has_not_ended_does_not_count(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 10, "SNAPSHOT", ABORT(CRITERION("FAILED", 10, 3)));
    for (int i = 0; i < 8; i++)
        lamp_reports(w, i, "IN_PROGRESS");
    lamp_reports(w, 8, "FAILED");
    lamp_reports(w, 9, "FAILED");
    assert_goes_on(w, "Failed 2, InProgress 8");
    lamp_reports(w, 0, "SUCCEEDED");
    assert_job_status(w, "fw", "CANCELED");
}

static void each_kind_of_failure_counts_where_all_do(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(
        w, 6, "SNAPSHOT",
        ABORT(CRITERION("ALL", 100, 3)) ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":5}");
    lamp_reports(w, 0, "IN_PROGRESS");
    lamp_reports(w, 1, "FAILED");
    lamp_reports(w, 2, "REJECTED");
    assert_goes_on(w, "Failed 1, Rejected 1, Queued 3, InProgress 1");
    advance(w, "PT5M");
    assert_aborted(w,
                   "Aborted: FAILED, REJECTED or TIMED_OUT are 3 of 3 executions that have ended; the "
                   "threshold is 100.00 percent of at least 3.",
                   "Canceled 3, Failed 1, Rejected 1, TimedOut 1");
}

static void the_first_criterion_that_is_met_is_named(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(
        w, 4, "SNAPSHOT",
        ABORT(CRITERION("REJECTED", 1, 1) "," CRITERION("FAILED", 50, 2) "," CRITERION("ALL", 1, 2)));
    lamp_reports(w, 0, "FAILED");
    assert_goes_on(w, "Failed 1, Queued 3");
    lamp_reports(w, 1, "SUCCEEDED");
    assert_aborted(w,
                   "Aborted: FAILED are 1 of 2 executions that have ended; the threshold is 50.00 percent of "
                   "at least 2.",
                   "Canceled 2, Succeeded 1, Failed 1");
}

static void whatever_ends_an_execution_is_looked_at(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 6, "CONTINUOUS", ABORT(CRITERION("FAILED", 20, 4)));
    lamp_reports(w, 0, "FAILED");
    http(w, 200, "PUT", "/things/lamp-1/jobs/fw/cancel", "{}");
    leave(w, "site", "lamp-2");
    assert_goes_on(w, "Canceled 1, Failed 1, Queued 3, Removed 1");
    http(w, 200, "DELETE", "/things/lamp-3", NULL);
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 3, Failed 1, Removed 2");
}

/* The end of the last one as well, though nothing is left to cancel. */
static void a_job_whose_last_execution_is_one_failure_too_many_is_canceled(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 1, "SNAPSHOT", ABORT(CRITERION("FAILED", 100, 1)));
    lamp_reports(w, 0, "FAILED");
    assert_aborted(w,
                   "Aborted: FAILED are 1 of 1 executions that have ended; the threshold is 100.00 percent "
                   "of at least 1.",
                   "Failed 1");
}

static void criteria_can_come_later(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 5, "SNAPSHOT", "");
    lamp_reports(w, 0, "FAILED");
    lamp_reports(w, 1, "FAILED");
    http(w, 200, "PATCH", "/jobs/fw",
         "{\"abortConfig\":{\"criteriaList\":[" CRITERION("FAILED", 50, 2) "]}}");
    assert_goes_on(w, "Failed 2, Queued 3");
    lamp_reports(w, 2, "SUCCEEDED");
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 2, Succeeded 1, Failed 2");
}

/* ---- what then ---- */

static void what_has_started_may_be_finished(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 4, "SNAPSHOT", ABORT(CRITERION("FAILED", 100, 1)));
    lamp_reports(w, 3, "IN_PROGRESS");
    lamp_reports(w, 0, "FAILED");
    assert_counts(w, "fw", "Canceled 2, Failed 1, InProgress 1");
    lamp_reports(w, 3, "SUCCEEDED");
    assert_counts(w, "fw", "Canceled 2, Succeeded 1, Failed 1");
    assert_job_status(w, "fw", "CANCELED");
}

static void devices_and_events_tell_of_it(void **state)
{
    struct world *w = *state;
    http(w, 200, "PATCH", "/event-configurations", "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true}}}");
    given_job_for_lamps(w, 3, "SNAPSHOT", ABORT(CRITERION("FAILED", 100, 1)));
    subscribe(w, "$aws/things/lamp-2/jobs/#", SESSION_CLEAN);
    subscribe(w, "$aws/events/#", SESSION_CLEAN);
    lamp_reports(w, 0, "FAILED");
    const cJSON *event = take_notification(w, "$aws/events/job/fw/cancellation_in_progress");
    assert_json_string(event, "comment",
                       "Aborted: FAILED are 1 of 1 executions that have ended; the threshold is 100.00 "
                       "percent of at least 1.");
    assert_json(take_notification(w, "$aws/things/lamp-2/jobs/notify"), "jobs", "{}");
    take_notification(w, "$aws/things/lamp-2/jobs/notify-next");
    take_notification(w, "$aws/events/job/fw/canceled");
    assert_silence(w);
}

static void a_failure_that_aborts_is_not_tried_again(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 4, "SNAPSHOT", ABORT(CRITERION("FAILED", 60, 3)) RETRY_FAILED(5));
    lamp_reports(w, 0, "FAILED");
    assert_executions(w, "fw", "lamp-0", "QUEUED 2, FAILED 1");
    lamp_reports(w, 1, "SUCCEEDED");
    lamp_reports(w, 2, "FAILED"); /* two of three */
    assert_executions(w, "fw", "lamp-0", "CANCELED 2, FAILED 1");
    assert_executions(w, "fw", "lamp-2", "FAILED 1");
    assert_counts(w, "fw", "Canceled 2, Succeeded 1, Failed 2");
}

static void a_rollout_that_is_on_its_way_stops(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 100, "SNAPSHOT",
                        ABORT(CRITERION("FAILED", 100, 1)) ",\"jobExecutionsRolloutConfig\":{"
                                                           "\"maximumPerMinute\":100}");
    advance(w, "PT6S");
    lamp_reports(w, 0, "FAILED");
    advance(w, "PT1H");
    assert_counts(w, "fw", "Canceled 19, Failed 1");
    assert_int_equal(rows_in(w, "timer"), 0);
}

/* A device finishes between two windows what it has started in one. */
static void a_job_is_aborted_between_its_windows_as_well(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 4, "CONTINUOUS",
                        ABORT(CRITERION("FAILED", 100, 2)) RETRY_FAILED(1) DAILY(WINDOW("0 12 * * ? *", 60)));
    lamp_reports(w, 0, "IN_PROGRESS");
    lamp_reports(w, 1, "IN_PROGRESS");
    advance(w, "PT2H");
    assert_job_status(w, "fw", "SCHEDULED");
    lamp_reports(w, 0, "FAILED");
    assert_timers(w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
    lamp_reports(w, 1, "FAILED");
    assert_timers(w, "");
    assert_job_status(w, "fw", "CANCELED");
    advance(w, "P2D");
    assert_counts(w, "fw", "Canceled 2, Failed 2");
}

/* ---- large jobs ---- */

enum { MANY = 1500 };

static void a_large_job_is_aborted_bit_by_bit(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    unpaced(w);
    given_job_for_lamps(w, MANY, "SNAPSHOT", ABORT(CRITERION("FAILED", 100, 1)));
    lamp_reports(w, MANY - 1, "IN_PROGRESS");
    world_stop_after(w, 1);
    lamp_reports(w, 0, "FAILED");
    restart_until_empty(w, "job_progress", NOON);
    assert_counts(w, "fw", "Canceled 1498, Failed 1, InProgress 1");
    assert_job_status(w, "fw", "CANCELED");
    world_free(w);
}

/* Its group is deleted: what it had queued for the members is REMOVED bit by bit, and with one of these the
 * job has ended often enough. Each step is looked at. */
static void a_job_that_is_aborted_while_it_lets_go_of_things_stops_doing_so(void **state)
{
    struct world *w = *state;
    given_group(w, "away", NULL);
    unpaced(w);
    given_members(w, "away", "door", MANY);
    given_job_for_lamps(w, 3, "CONTINUOUS", ABORT(CRITERION("FAILED", 0, 650)));
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[" GROUP_TARGET("away") "]}");
    assert_counts(w, "fw", "Queued 1503");
    lamp_reports(w, 0, "FAILED");
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/away", NULL);
    while (rows_in(w, "job_progress") > 0)
        describe(w);
    world_stop_after(w, 0);
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 805, Failed 1, Removed 697");
    assert_int_equal(rows_in(w, "timer"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_job_is_aborted_at_the_exact_figure),
        TEST(below_the_figure_it_goes_on),
        TEST(what_has_not_ended_does_not_count),
        TEST(each_kind_of_failure_counts_where_all_do),
        TEST(the_first_criterion_that_is_met_is_named),
        TEST(whatever_ends_an_execution_is_looked_at),
        TEST(a_job_whose_last_execution_is_one_failure_too_many_is_canceled),
        TEST(criteria_can_come_later),
        TEST(what_has_started_may_be_finished),
        TEST(devices_and_events_tell_of_it),
        TEST(a_failure_that_aborts_is_not_tried_again),
        TEST(a_rollout_that_is_on_its_way_stops),
        TEST(a_job_is_aborted_between_its_windows_as_well),
        cmocka_unit_test(a_large_job_is_aborted_bit_by_bit),
        TEST(a_job_that_is_aborted_while_it_lets_go_of_things_stops_doing_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
