/* The two timers of an execution: the job's in-progress timer and the device's step timer. */
#include "support/scene.h"

#include <stdio.h>

#define TIMEOUT_20 ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}"

static void assert_seconds_left(struct scene *s, const char *job, int seconds)
{
    char path[80];
    assert_json_number(scene_describe(s, job, "{}")->body, "execution.approximateSecondsBeforeTimedOut",
                       seconds);
    snprintf(path, sizeof path, "/things/pump/jobs/%s", job);
    assert_json_number(http(s->w, 200, "GET", path, NULL)->body, "execution.approximateSecondsBeforeTimedOut",
                       seconds);
}

static void assert_no_timer(struct scene *s, const char *job)
{
    assert_json_absent(scene_describe(s, job, "{}")->body, "execution.approximateSecondsBeforeTimedOut");
    assert_json_number(advance(s->w, "P30D")->body, "firedCount", 0);
}

static void report_progress(struct scene *s, const char *more)
{
    char body[128];
    snprintf(body, sizeof body, "{\"status\":\"IN_PROGRESS\"%s}", more);
    assert_accepted(scene_update(s, "fw", body));
}

static void set_step(struct scene *s, int minutes)
{
    char more[48];
    snprintf(more, sizeof more, ",\"stepTimeoutInMinutes\":%d", minutes);
    report_progress(s, more);
}

/* The clock goes on, and the one thing that happens on the way is this time-out. */
static void assert_times_out(struct scene *s, const char *duration, const char *at)
{
    const struct answer *a = advance(s->w, duration);
    assert_json_number(a->body, "firedCount", 1);
    assert_json_string(a->body, "fired.0.timer", "EXECUTION_TIMEOUT");
    assert_json_string(a->body, "fired.0.jobId", "fw");
    assert_json_string(a->body, "fired.0.thingName", "pump");
    assert_json_number(a->body, "fired.0.executionNumber", 1);
    assert_json_string(a->body, "fired.0.at", at);
}

/* ---- the in-progress timer ---- */

static void an_execution_times_out_when_its_time_is_up(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    report_progress(s, ",\"statusDetails\":{\"step\":\"1\"}");
    assert_json_number(advance(s->w, "PT19M59.999S")->body, "firedCount", 0);
    assert_execution(s, "fw", "IN_PROGRESS", 2);
    assert_times_out(s, "PT10M", "2030-01-01T12:20:00.000Z");
    const struct answer *a = http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_string(a->body, "execution.status", "TIMED_OUT");
    assert_json_number(a->body, "execution.versionNumber", 3);
    assert_json_number(a->body, "execution.startedAt", NOON_S);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 1200);
    assert_json_string(a->body, "execution.statusDetails.detailsMap.step", "1");
    assert_json_absent(a->body, "execution.approximateSecondsBeforeTimedOut");
    assert_json_number(advance(s->w, "P30D")->body, "firedCount", 0);
}

static void an_execution_that_waits_never_times_out(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    assert_no_timer(s, "fw");
    assert_execution(s, "fw", "QUEUED", 1);
    report_progress(s, "");
    assert_seconds_left(s, "fw", 1200);
}

static void progress_does_not_restart_the_in_progress_timer(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    assert_accepted(scene_start_next(s, "{}"));
    for (int i = 0; i < 3; i++) {
        advance(s->w, "PT5M");
        report_progress(s, "");
    }
    assert_seconds_left(s, "fw", 300);
    assert_times_out(s, "PT5M", "2030-01-01T12:20:00.000Z");
}

static void without_a_timer_no_remaining_time_is_shown(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    report_progress(s, "");
    assert_no_timer(s, "fw");
    assert_execution(s, "fw", "IN_PROGRESS", 2);
}

static void the_remaining_time_is_shown_while_the_timer_runs(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    assert_json_absent(scene_describe(s, "fw", "{}")->body, "execution.approximateSecondsBeforeTimedOut");
    const struct answer *a = scene_start_next(s, "{}");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 1200);
    advance(s->w, "PT19M59.5S");
    assert_seconds_left(s, "fw", 1);
}

static void the_end_of_an_execution_stops_its_timers(void **state)
{
    struct scene *s = *state;
    static const char *const ends[] = { "SUCCEEDED", "FAILED", "REJECTED" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char body[96];
        given_job_with(s->w, "fw", "pump", TIMEOUT_20);
        set_step(s, 5);
        snprintf(body, sizeof body, "{\"status\":\"%s\",\"stepTimeoutInMinutes\":7}", ends[i]);
        assert_accepted(scene_update(s, "fw", body));
        assert_json_number(advance(s->w, "P1D")->body, "firedCount", 0);
        assert_execution(s, "fw", ends[i], 3);
        http(s->w, 200, "DELETE", "/jobs/fw", NULL);
    }
}

static void a_step_timer_that_comes_with_the_end_never_runs(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\",\"stepTimeoutInMinutes\":7}"));
    assert_json_number(advance(s->w, "P1D")->body, "firedCount", 0);
    assert_execution(s, "fw", "SUCCEEDED", 2);
}

static void whoever_ends_the_execution_otherwise_stops_its_timers_too(void **state)
{
    struct scene *s = *state;
    static const char *const requests[][2] = {
        { "PUT", "/things/pump/jobs/fw/cancel?force=true" },
        { "PUT", "/jobs/fw/cancel?force=true" },
        { "DELETE", "/jobs/fw?force=true" },
        { "DELETE", "/things/pump" },
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        given_job_with(s->w, "fw", "pump", TIMEOUT_20);
        set_step(s, 5);
        http(s->w, 200, requests[i][0], requests[i][1], "{}");
        assert_json_number(advance(s->w, "P1D")->body, "firedCount", 0);
        http(s->w, 0, "DELETE", "/jobs/fw?force=true", NULL);
    }
}

static void a_job_canceled_without_force_still_times_out_what_runs(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    report_progress(s, "");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_times_out(s, "PT1H", "2030-01-01T12:20:00.000Z");
    assert_execution(s, "fw", "TIMED_OUT", 3);
    assert_json_string(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "CANCELED");
}

/* ---- the step timer ---- */

static void a_step_timer_works_without_the_other(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, 3);
    assert_seconds_left(s, "fw", 180);
    assert_times_out(s, "PT1H", "2030-01-01T12:03:00.000Z");
    assert_execution(s, "fw", "TIMED_OUT", 3);
}

static void a_new_step_timer_replaces_the_one_before(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, 3);
    advance(s->w, "PT2M");
    set_step(s, 10);
    assert_seconds_left(s, "fw", 600);
    advance(s->w, "PT5M");
    set_step(s, 1);
    assert_times_out(s, "PT1H", "2030-01-01T12:08:00.000Z");
}

static void an_update_without_a_step_timer_leaves_it_running(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, 3);
    advance(s->w, "PT2M");
    report_progress(s, ",\"statusDetails\":{\"a\":\"b\"}");
    assert_seconds_left(s, "fw", 60);
    assert_times_out(s, "PT1H", "2030-01-01T12:03:00.000Z");
}

static void minus_one_discards_the_step_timer(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, 3);
    set_step(s, -1);
    assert_no_timer(s, "fw");
    assert_execution(s, "fw", "IN_PROGRESS", 3);
}

static void minus_one_leaves_the_in_progress_timer(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    set_step(s, 3);
    assert_seconds_left(s, "fw", 180);
    set_step(s, -1);
    assert_seconds_left(s, "fw", 1200);
    set_step(s, -1);
    assert_times_out(s, "PT1H", "2030-01-01T12:20:00.000Z");
}

static void minus_one_without_a_timer_is_harmless(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, -1);
    assert_no_timer(s, "fw");
}

/* A job with 20 minutes: steps of 7, 5 and 9 minutes, of which the last reaches beyond them. */
static void a_step_cannot_outlive_the_in_progress_timer(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    report_progress(s, "");
    assert_seconds_left(s, "fw", 20 * 60);
    set_clock(s->w, "2030-01-01T12:05:00Z");
    set_step(s, 7);
    assert_seconds_left(s, "fw", 7 * 60);
    set_clock(s->w, "2030-01-01T12:10:00Z");
    set_step(s, 5);
    assert_seconds_left(s, "fw", 5 * 60);
    set_clock(s->w, "2030-01-01T12:13:00Z");
    set_step(s, 9);
    assert_seconds_left(s, "fw", 7 * 60);
    assert_times_out(s, "PT1H", "2030-01-01T12:20:00.000Z");
    assert_execution(s, "fw", "TIMED_OUT", 6);
}

static void start_next_can_bring_a_step_timer_forward(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    assert_accepted(scene_start_next(s, "{\"stepTimeoutInMinutes\":10}"));
    advance(s->w, "PT1M");
    assert_accepted(scene_start_next(s, "{\"stepTimeoutInMinutes\":2}"));
    assert_times_out(s, "PT1H", "2030-01-01T12:03:00.000Z");
    assert_execution(s, "fw", "TIMED_OUT", 3);
}

/* ---- what follows ---- */

static void a_time_out_is_told_and_completes_the_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", TIMEOUT_20);
    report_progress(s, "");
    forget_notifications(s->w);
    advance(s->w, "PT1H");
    assert_json(take_notification(s->w, PUMP "notify"), "", "{\"timestamp\":1893500400,\"jobs\":{}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "", "{\"timestamp\":1893500400}");
    assert_silence(s->w);
    const struct answer *a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", NOON_S + 1200);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfTimedOutThings", 1);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfInProgressThings", 0);
}

static void a_job_with_other_open_executions_goes_on(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    http(s->w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"],"
         "\"document\":\"{}\"" TIMEOUT_20 "}");
    report_progress(s, "");
    advance(s->w, "PT10M");
    assert_accepted(scene_update_of(s, "valve", "fw", "{\"status\":\"IN_PROGRESS\"}"));
    assert_times_out(s, "PT15M", "2030-01-01T12:20:00.000Z");
    assert_json_string(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "IN_PROGRESS");
    const struct answer *a = advance(s->w, "PT15M");
    assert_json_string(a->body, "fired.0.thingName", "valve");
    assert_json_string(a->body, "fired.0.at", "2030-01-01T12:30:00.000Z");
    a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfTimedOutThings", 2);
}

static void an_update_after_the_time_out_is_refused_with_the_state(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    set_step(s, 1);
    advance(s->w, "PT1M");
    const struct answer *a = scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}");
    assert_refused(a, "InvalidStateTransition");
    assert_json(a->body, "executionState", "{\"status\":\"TIMED_OUT\",\"versionNumber\":3}");
    assert_refused(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\",\"expectedVersion\":2}"),
                   "VersionMismatch");
    assert_refused(scene_describe(s, "fw", "{}"), "TerminalStateReached");
}

static void time_outs_fire_in_the_order_in_which_they_are_due(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "b", "pump");
    given_job(s->w, "a", "pump");
    given_job(s->w, "c", "pump");
    static const char *const bodies[][2] = {
        { "b", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":2}" },
        { "a", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":3}" },
        { "c", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":1}" },
    };
    for (size_t i = 0; i < 3; i++)
        assert_accepted(scene_update(s, bodies[i][0], bodies[i][1]));
    const struct answer *a = advance(s->w, "PT1H");
    assert_json_number(a->body, "firedCount", 3);
    assert_json_string(a->body, "fired.0.jobId", "c");
    assert_json_string(a->body, "fired.1.jobId", "b");
    assert_json_string(a->body, "fired.2.jobId", "a");
}

static void a_time_out_must_have_1_to_10080_minutes(void **state)
{
    struct scene *s = *state;
    static const struct {
        const char *config, *said;
    } refused[] = { { "{\"inProgressTimeoutInMinutes\":0}", "0" },
                    { "{\"inProgressTimeoutInMinutes\":10081}", "10081" },
                    { "{\"inProgressTimeoutInMinutes\":-1}", "-1" },
                    { "{}", "null" } };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char body[256], message[128];
        snprintf(body, sizeof body,
                 "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\",\"timeoutConfig\":%s}",
                 refused[i].config);
        snprintf(message, sizeof message,
                 "Provide valid timeout value, inProgressTimeoutInMinutes cannot be %s.", refused[i].said);
        const struct answer *a = http(s->w, 400, "PUT", "/jobs/fw", body);
        assert_json_string(a->body, "message", message);
    }
    given_job_with(s->w, "week", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10080}");
    given_job_with(s->w, "minute", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":1}");
}

/* ---- restarts ---- */

static struct world *world_with_a_running_timer(void)
{
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    given_job_with(w, "fw", "pump", TIMEOUT_20);
    assert_string_equal(mqtt(w, PUMP "start-next", "{\"stepTimeoutInMinutes\":10}")->verdict, "accepted");
    forget_notifications(w);
    return w;
}

static void a_timer_goes_on_after_a_restart(void **state)
{
    (void)state;
    struct world *w = world_with_a_running_timer();
    world_restart(w, "2030-01-01T12:04:00Z");
    const struct answer *a = mqtt(w, PUMP "fw/get", "");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 360);
    a = mqtt(w, PUMP "fw/update", "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":-1}");
    assert_string_equal(a->verdict, "accepted");
    a = advance(w, "PT1H");
    assert_json_string(a->body, "fired.0.at", "2030-01-01T12:20:00.000Z");
    world_free(w);
}

static void a_time_out_that_was_due_while_the_server_was_down_happens_at_its_start(void **state)
{
    (void)state;
    struct world *w = world_with_a_running_timer();
    world_restart(w, "2030-01-01T15:00:00Z");
    const struct answer *a = http(w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_string(a->body, "execution.status", "TIMED_OUT");
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 3 * 3600);
    assert_json_string(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "COMPLETED");
    assert_json(take_notification(w, PUMP "notify"), "jobs", "{}");
    assert_json_absent(take_notification(w, PUMP "notify-next"), "execution");
    assert_silence(w);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(an_execution_times_out_when_its_time_is_up),
        OVER_BOTH(an_execution_that_waits_never_times_out),
        OVER_BOTH(progress_does_not_restart_the_in_progress_timer),
        OVER_BOTH(without_a_timer_no_remaining_time_is_shown),
        OVER_BOTH(the_remaining_time_is_shown_while_the_timer_runs),
        OVER_BOTH(the_end_of_an_execution_stops_its_timers),
        OVER_BOTH(a_step_timer_that_comes_with_the_end_never_runs),
        OVER(OVER_MQTT, whoever_ends_the_execution_otherwise_stops_its_timers_too),
        OVER(OVER_MQTT, a_job_canceled_without_force_still_times_out_what_runs),
        OVER_BOTH(a_step_timer_works_without_the_other),
        OVER_BOTH(a_new_step_timer_replaces_the_one_before),
        OVER_BOTH(an_update_without_a_step_timer_leaves_it_running),
        OVER_BOTH(minus_one_discards_the_step_timer),
        OVER_BOTH(minus_one_leaves_the_in_progress_timer),
        OVER_BOTH(minus_one_without_a_timer_is_harmless),
        OVER_BOTH(a_step_cannot_outlive_the_in_progress_timer),
        OVER_BOTH(start_next_can_bring_a_step_timer_forward),
        OVER(OVER_MQTT, a_time_out_is_told_and_completes_the_job),
        OVER_BOTH(a_job_with_other_open_executions_goes_on),
        OVER_BOTH(an_update_after_the_time_out_is_refused_with_the_state),
        OVER_BOTH(time_outs_fire_in_the_order_in_which_they_are_due),
        OVER(OVER_MQTT, a_time_out_must_have_1_to_10080_minutes),
        cmocka_unit_test(a_timer_goes_on_after_a_restart),
        cmocka_unit_test(a_time_out_that_was_due_while_the_server_was_down_happens_at_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
