/* Things that join and leave a CONTINUOUS job outside its maintenance windows. */
#include <stdio.h>

#include "store/jobs/execution_store.h"
#include "support/groups.h"
#include "support/retries.h"
#include "support/windows.h"

/* Each day from 12:00 to 13:00. */
#define DAILY ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 60) "]}"

#define CLOSED     "2030-01-01T13:30:00Z"
#define OPEN_AGAIN "2030-01-02T12:00:00Z"

static void given_windowed_job(struct world *w, const char *targets, const char *more_members)
{
    char members[512];
    snprintf(members, sizeof members, DAILY "%s", more_members);
    given_job_for_with(w, "fw", "CONTINUOUS", targets, members);
}

/* The pump is in the group "hall", and has the job "fw" waiting; its first window has closed. */
static int set_up(void **state)
{
    groups_set_up(state);
    struct world *w = *state;
    join(w, "hall", "pump");
    given_windowed_job(w, GROUP_TARGET("site") "," GROUP_TARGET("zone"), RETRIES(CRITERION("FAILED", 2)));
    set_clock(w, CLOSED);
    forget_notifications(w);
    return 0;
}

static void open_again(struct world *w)
{
    set_clock(w, OPEN_AGAIN);
    assert_job_status(w, "fw", "IN_PROGRESS");
}

/* ---- joining ---- */

static void who_joins_between_two_windows_gets_the_job_when_the_next_one_opens(void **state)
{
    struct world *w = *state;
    join(w, "yard", "valve");
    assert_executions(w, "fw", "valve", "");
    assert_silence(w);
    open_again(w);
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_int_equal(heard_on(w, "$aws/things/valve/jobs/notify"), 1);
    assert_int_equal(heard_on(w, "$aws/things/valve/jobs/notify-next"), 1);
    assert_int_equal(heard_on(w, "$aws/things/pump/jobs/notify"), 1);
    assert_counts(w, "fw", "Queued 2");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    join(w, "yard", "fan");
    assert_executions(w, "fw", "fan", "QUEUED 1");
}

static void who_joins_before_the_first_window_gets_the_job_when_it_opens(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    given_job_for_with(w, "cfg", "CONTINUOUS", GROUP_TARGET("yard"), DAILY);
    join(w, "yard", "valve");
    assert_executions(w, "cfg", "valve", "");
    assert_int_equal(rows_in(w, "job_joiner"), 0);
    set_clock(w, OPEN_AGAIN);
    assert_executions(w, "cfg", "valve", "QUEUED 1");
}

static void who_joins_and_leaves_between_two_windows_gets_nothing(void **state)
{
    struct world *w = *state;
    join(w, "yard", "valve");
    join(w, "zone", "fan");
    given_thing(w, "lamp");
    join(w, "zone", "lamp");
    leave(w, "yard", "valve");
    http(w, 200, "DELETE", "/things/lamp", NULL);
    given_thing(w, "lamp");
    http(w, 200, "DELETE", "/thing-groups/zone", NULL);
    open_again(w);
    assert_executions(w, "fw", "valve", "");
    assert_executions(w, "fw", "fan", "");
    assert_executions(w, "fw", "lamp", "");
    assert_counts(w, "fw", "Queued 1");
}

/* The valve is a target itself, so that its name is reached by the job although the thing is gone. */
static void who_joins_between_two_windows_and_is_deleted_gets_nothing(void **state)
{
    struct world *w = *state;
    for (int made_again = 0; made_again < 2; made_again++) {
        http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
        set_clock(w, made_again ? "2030-01-05T12:30:00Z" : "2030-01-02T12:30:00Z");
        given_windowed_job(w, THING_TARGET("valve") "," GROUP_TARGET("zone"), "");
        device_reports(w, "fw", "valve", "SUCCEEDED");
        advance(w, "PT1H");
        join(w, "zone", "valve");
        http(w, 200, "DELETE", "/things/valve", NULL);
        if (made_again)
            given_thing(w, "valve");
        advance(w, "P1D");
        assert_counts(w, "fw", "Succeeded 1");
        given_thing(w, "valve");
    }
}

static void many_that_join_between_two_windows_are_taken_bit_by_bit(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_thing(w, "pump");
    given_windowed_job(w, GROUP_TARGET("site"), "");
    set_clock(w, CLOSED);
    nobody_listens(w);
    for (int i = 0; i < 250; i++) {
        char thing[32];
        snprintf(thing, sizeof thing, "lamp-%d", i);
        given_thing(w, thing);
        join(w, "site", thing);
    }
    world_stop_after(w, 1);
    world_restart(w, OPEN_AGAIN);
    for (int restarts = 0; rows_in(w, "job_progress") > 0 && restarts < 10; restarts++)
        world_restart(w, OPEN_AGAIN);
    world_stop_after(w, 0);
    assert_counts(w, "fw", "Queued 250");
    assert_int_equal(rows_in(w, "job_joiner"), 0);
    world_free(w);
}

/* ---- leaving ---- */

static void what_is_hidden_is_removed_in_silence_from_who_leaves(void **state)
{
    struct world *w = *state;
    leave(w, "hall", "pump");
    assert_silence(w);
    assert_executions(w, "fw", "pump", "REMOVED 1");
    open_again(w);
    assert_silence(w);
}

static void who_was_removed_and_is_back_gets_the_next_execution_when_a_window_opens(void **state)
{
    struct world *w = *state;
    leave(w, "hall", "pump");
    join(w, "yard", "pump");
    assert_executions(w, "fw", "pump", "REMOVED 1");
    open_again(w);
    assert_executions(w, "fw", "pump", "QUEUED 2, REMOVED 1");
}

static void only_who_left_and_is_back_gets_a_finished_job_again(void **state)
{
    struct world *w = *state;
    join(w, "hall", "valve");
    open_again(w);
    device_reports(w, "fw", "pump", "SUCCEEDED");
    device_reports(w, "fw", "valve", "SUCCEEDED");
    advance(w, "PT2H");
    leave(w, "hall", "pump");
    join(w, "hall", "pump");
    advance(w, "P1D");
    assert_executions(w, "fw", "pump", "QUEUED 2, SUCCEEDED 1");
    assert_executions(w, "fw", "valve", "SUCCEEDED 1");
}

static void who_is_back_with_the_job_in_progress_gets_nothing_new(void **state)
{
    struct world *w = *state;
    open_again(w);
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    advance(w, "PT2H");
    leave(w, "hall", "pump");
    join(w, "hall", "pump");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    advance(w, "P2D");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
}

/* ---- retries that wait for a window ---- */

/* The pump has failed outside the window. */
static void given_waiting_retry(struct world *w)
{
    open_again(w);
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    advance(w, "PT2H");
    device_reports(w, "fw", "pump", "FAILED");
    assert_timers(w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
}

static void who_leaves_loses_the_retry_that_waits(void **state)
{
    struct world *w = *state;
    given_waiting_retry(w);
    leave(w, "hall", "pump");
    assert_timers(w, "WINDOW_OPEN fw");
    join(w, "hall", "pump");
    advance(w, "P1D");
    assert_executions(w, "fw", "pump", "QUEUED 2, FAILED 1");
    assert_json_number(http(w, 200, "GET", "/things/pump/jobs", NULL)->body,
                       "executionSummaries.0.jobExecutionSummary.retryAttempt", 0);
}

static void a_group_that_is_deleted_takes_the_retries_that_wait_along(void **state)
{
    struct world *w = *state;
    given_waiting_retry(w);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_timers(w, "WINDOW_OPEN fw");
    advance(w, "P1D");
    assert_executions(w, "fw", "pump", "FAILED 1");
}

/* ---- large jobs ---- */

enum { MANY = 2500 };

/* Nobody but lamp-0 and lamp-2499 listens. */
static struct world *given_large_job(void)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    unpaced(w);
    given_members(w, "site", "lamp", MANY);
    nobody_listens(w);
    subscribe(w, "$aws/things/lamp-0/jobs/#", SESSION_PERSISTENT);
    subscribe(w, "$aws/things/lamp-2499/jobs/#", SESSION_PERSISTENT);
    return w;
}

static void a_rollout_that_the_end_of_a_window_interrupts_goes_on_in_the_next_one(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    given_windowed_job(w, GROUP_TARGET("site"), "");
    assert_int_equal(rows_in(w, "execution"), 100);
    world_stop_after(w, 0);
    world_restart(w, CLOSED);
    assert_timers(w, "WINDOW_OPEN fw");
    assert_in_range(rows_in(w, "execution"), 100, 200);
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    forget_notifications(w);
    open_again(w);
    assert_counts(w, "fw", "Queued 2500");
    assert_int_equal(heard_on(w, "$aws/things/lamp-2499/jobs/notify"), 1);
    world_free(w);
}

static void end_hidden_job(struct world *w, const char *method, const char *path)
{
    given_windowed_job(w, GROUP_TARGET("site"), "");
    set_clock(w, CLOSED);
    forget_notifications(w);
    world_stop_after(w, 1);
    http(w, 200, method, path, "{}");
    assert_int_equal(rows_in(w, "job_progress"), 1);
    world_stop_after(w, 0);
    assert_json(http_data(w, 200, "GET", "/things/lamp-2499/jobs", "")->body, "queuedJobs", "[]");
    assert_int_equal(rows_in(w, "job_progress"), 0);
    assert_silence(w);
}

static void canceling_outside_the_windows_is_nobodys_news_however_long_it_takes(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    end_hidden_job(w, "PUT", "/jobs/fw/cancel");
    assert_counts(w, "fw", "Canceled 2500");
    world_free(w);
}

static void deleting_outside_the_windows_is_nobodys_news_however_long_it_takes(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    end_hidden_job(w, "DELETE", "/jobs/fw?force=true");
    assert_int_equal(rows_in(w, "execution"), 0);
    world_free(w);
}

/* Between the slices of a job that is canceled outside its windows, what waits is still hidden. */
static bool look_for_the_last(struct op *op, const void *input)
{
    (void)input;
    struct execution_rows rows;
    struct pending_key key = { STR_LIT("lamp-2499"), STR_LIT("") };
    assert_true(store_pending_list(op->db, op->arena, key, 10, 10, &rows));
    assert_int_equal(rows.n, 0);
    return true;
}

static void what_was_hidden_stays_hidden_until_it_is_canceled(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    given_windowed_job(w, GROUP_TARGET("site"), "");
    set_clock(w, CLOSED);
    in_one_batch(w, "PUT", "/jobs/fw/cancel", "{}", look_for_the_last, NULL);
    assert_counts(w, "fw", "Canceled 2500");
    world_free(w);
}

int main(void)
{
#define IN_GROUP(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        IN_GROUP(who_joins_between_two_windows_gets_the_job_when_the_next_one_opens),
        IN_GROUP(who_joins_before_the_first_window_gets_the_job_when_it_opens),
        IN_GROUP(who_joins_and_leaves_between_two_windows_gets_nothing),
        IN_GROUP(who_joins_between_two_windows_and_is_deleted_gets_nothing),
        cmocka_unit_test(many_that_join_between_two_windows_are_taken_bit_by_bit),
        IN_GROUP(what_is_hidden_is_removed_in_silence_from_who_leaves),
        IN_GROUP(who_was_removed_and_is_back_gets_the_next_execution_when_a_window_opens),
        IN_GROUP(only_who_left_and_is_back_gets_a_finished_job_again),
        IN_GROUP(who_is_back_with_the_job_in_progress_gets_nothing_new),
        IN_GROUP(who_leaves_loses_the_retry_that_waits),
        IN_GROUP(a_group_that_is_deleted_takes_the_retries_that_wait_along),
        cmocka_unit_test(a_rollout_that_the_end_of_a_window_interrupts_goes_on_in_the_next_one),
        cmocka_unit_test(canceling_outside_the_windows_is_nobodys_news_however_long_it_takes),
        cmocka_unit_test(deleting_outside_the_windows_is_nobodys_news_however_long_it_takes),
        cmocka_unit_test(what_was_hidden_stays_hidden_until_it_is_canceled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
