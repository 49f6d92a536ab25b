/* Behind the last of a job's maintenance windows, where what is QUEUED can never be shown again. A world at
 * noon, in the last window, which closes at one o'clock; nobody listens but who says so. */
#include "support/groups.h"
#include "support/windows.h"

#define THIS_NOON            "\"maintenanceWindows\":[" WINDOW("0 12 1 1 ? 2030", 60) "]"
#define ENDS(time, behavior) "\"endTime\":\"2030-01-01 " time "\",\"endBehavior\":\"" behavior "\""
#define WINDOWED(members)    ",\"schedulingConfig\":{" members "}"
#define ENDS_AFTER_IT        WINDOWED(THIS_NOON "," ENDS("14:00", "STOP_ROLLOUT"))
#define ENDS_WITHIN_IT       WINDOWED(THIS_NOON "," ENDS("12:30", "STOP_ROLLOUT"))
#define ABORT_ANY                                                                                            \
    ",\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\",\"action\":\"CANCEL\","                    \
    "\"thresholdPercentage\":1,\"minNumberOfExecutedThings\":1}]}"

static void assert_completed(struct world *w, double at_s, const char *counts)
{
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_string(job, "job.status", "COMPLETED");
    assert_json_number(job, "job.completedAt", at_s);
    assert_json(job, "job.isConcurrent", "false");
    assert_counts(w, "fw", counts);
    assert_timers(w, "");
}

/* ---- jobs with an end time ---- */

static void at_an_end_behind_it_what_is_queued_is_canceled(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 3, "CONTINUOUS", ENDS_AFTER_IT);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT1H");
    assert_timers(w, "JOB_END fw");
    assert_counts(w, "fw", "Succeeded 1, Queued 2");
    advance(w, "PT1H");
    assert_completed(w, NOON_S + 7200, "Canceled 2, Succeeded 1");
}

static void when_it_closes_behind_the_end_what_is_queued_is_canceled(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 3, "CONTINUOUS", ENDS_WITHIN_IT);
    subscribe(w, "$aws/things/lamp-1/jobs/#", SESSION_CLEAN);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT30M");
    assert_counts(w, "fw", "Succeeded 1, Queued 2");
    advance(w, "PT30M");
    assert_completed(w, NOON_S + 3600, "Canceled 2, Succeeded 1");
    assert_json(take_notification(w, "$aws/things/lamp-1/jobs/notify"), "jobs", "{}");
    assert_json_absent(take_notification(w, "$aws/things/lamp-1/jobs/notify-next"), "execution");
    assert_silence(w);
}

static void an_end_at_the_moment_it_closes_is_no_different(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED(THIS_NOON "," ENDS("13:00", "STOP_ROLLOUT")));
    advance(w, "PT1H");
    assert_completed(w, NOON_S + 3600, "Canceled 2");
}

static void finish_late(struct world *w, const char *schedule)
{
    given_job_for_lamps(w, 3, "CONTINUOUS", schedule);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT3H");
    assert_job_status(w, "fw", "SCHEDULED");
    assert_counts(w, "fw", "Canceled 2, InProgress 1");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_completed(w, NOON_S + 3 * 3600, "Canceled 2, Succeeded 1");
}

static void what_has_started_may_be_finished_behind_the_end(void **state)
{
    finish_late(*state, ENDS_AFTER_IT);
}

static void what_has_started_may_be_finished_behind_the_window(void **state)
{
    finish_late(*state, ENDS_WITHIN_IT);
}

/* Nothing is left that an abort could stop. */
static void a_failure_behind_both_completes_the_job_and_does_not_abort_it(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", ENDS_WITHIN_IT ABORT_ANY);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT1H");
    assert_counts(w, "fw", "Canceled 1, InProgress 1");
    device_reports(w, "fw", "lamp-0", "FAILED");
    assert_completed(w, NOON_S + 3600, "Canceled 1, Failed 1");
}

static void a_window_that_is_still_to_come_shows_what_is_queued_once_more(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS",
                        WINDOWED("\"maintenanceWindows\":[" WINDOW("0 12 1 1 ? 2030", 30) "," WINDOW(
                            "0 15 1 1 ? 2030", 30) "]," ENDS("13:00", "STOP_ROLLOUT")));
    advance(w, "PT2H");
    assert_job_status(w, "fw", "SCHEDULED");
    assert_counts(w, "fw", "Queued 2");
    advance(w, "PT1H");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    advance(w, "PT30M");
    assert_completed(w, NOON_S + 3 * 3600 + 1800, "Canceled 1, Succeeded 1");
}

/* The opening that it waited for has passed as well. */
static void a_server_that_was_off_until_all_was_over_cancels_what_is_queued(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_job_for_lamps(w, 2, "CONTINUOUS",
                        WINDOWED("\"maintenanceWindows\":[" WINDOW("0 12 1 1 ? 2030", 30) "," WINDOW(
                            "0 15 1 1 ? 2030", 30) "]," ENDS("13:00", "STOP_ROLLOUT")));
    advance(w, "PT2H");
    assert_timers(w, "WINDOW_OPEN fw");
    world_restart(w, "2030-01-02T00:00:00Z");
    assert_completed(w, NOON_S + 12 * 3600, "Canceled 2");
    world_free(w);
}

static void of_a_large_job_what_is_queued_is_canceled_bit_by_bit(void **state)
{
    enum { MANY = 2500 };
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    unpaced(w);
    given_job_for_lamps(w, MANY, "CONTINUOUS", ENDS_WITHIN_IT);
    subscribe(w, "$aws/things/lamp-2499/jobs/#", SESSION_PERSISTENT);
    advance(w, "PT30M");
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    restart_until_empty(w, "job_progress", "2030-01-01T13:00:01Z");
    assert_counts(w, "fw", "Canceled 2500");
    assert_job_status(w, "fw", "COMPLETED");
    assert_true(heard_on(w, "$aws/things/lamp-2499/jobs/notify") > 0);
    assert_json(last_heard(w, "$aws/things/lamp-2499/jobs/notify"), "jobs", "{}");
    world_free(w);
}

/* ---- jobs without one ---- */

static void without_an_end_the_job_is_left_to_who_made_it(void **state)
{
    struct world *w = *state;
    given_job_for_lamps(w, 2, "CONTINUOUS", WINDOWED(THIS_NOON));
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "P30D");
    join(w, "site", "pump");
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_string(job, "job.status", "SCHEDULED");
    assert_json(job, "job.isConcurrent", "false");
    assert_json_absent(job, "job.scheduledJobRollouts");
    assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_counts(w, "fw", "Queued 1, InProgress 1");
    assert_json(http_data(w, 200, "GET", "/things/lamp-1/jobs", "")->body, "queuedJobs", "[]");
    assert_json_string(http_data(w, 200, "GET", "/things/lamp-1/jobs/fw", "")->body, "execution.status",
                       "QUEUED");
    assert_executions(w, "fw", "pump", "");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_job_status(w, "fw", "SCHEDULED");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_job_status(w, "fw", "CANCELED");
    assert_counts(w, "fw", "Canceled 1, Succeeded 1");
    http(w, 200, "DELETE", "/jobs/fw", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(at_an_end_behind_it_what_is_queued_is_canceled),
        TEST(when_it_closes_behind_the_end_what_is_queued_is_canceled),
        TEST(an_end_at_the_moment_it_closes_is_no_different),
        TEST(what_has_started_may_be_finished_behind_the_end),
        TEST(what_has_started_may_be_finished_behind_the_window),
        TEST(a_failure_behind_both_completes_the_job_and_does_not_abort_it),
        TEST(a_window_that_is_still_to_come_shows_what_is_queued_once_more),
        cmocka_unit_test(a_server_that_was_off_until_all_was_over_cancels_what_is_queued),
        cmocka_unit_test(of_a_large_job_what_is_queued_is_canceled_bit_by_bit),
        TEST(without_an_end_the_job_is_left_to_who_made_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
