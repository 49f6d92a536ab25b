/* Maintenance windows: what devices and operators see of a job inside and outside of them. */
#include "support/refusals.h"
#include "support/retries.h"
#include "support/windows.h"

#include <stdio.h>

static void assert_counts(struct scene *s, const char *job, int queued, int in_progress)
{
    char path[64];
    snprintf(path, sizeof path, "/jobs/%s", job);
    const struct answer *a = http(s->w, 200, "GET", path, NULL);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", queued);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfInProgressThings", in_progress);
}

/* start-next answers no execution. */
static void assert_nothing_to_start(struct scene *s)
{
    const struct answer *a = scene_start_next(s, "{}");
    assert_accepted(a);
    assert_json_absent(a->body, "execution");
}

/* ---- opening ---- */

static void before_its_first_window_a_job_has_no_executions(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    assert_pending(s, "", "");
    assert_next(s, NULL);
    assert_nothing_to_start(s);
    assert_refused(scene_describe(s, "fw", "{}"), "ResourceNotFound");
    http(s->w, 404, "GET", "/things/pump/jobs/fw", NULL);
    assert_counts(s, "fw", 0, 0);
}

static void the_first_window_queues_the_executions(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    assert_json(advance(s->w, "PT30M")->body, "fired",
                "[{\"at\":\"2030-01-01T12:30:00.000Z\",\"timer\":\"JOB_START\",\"jobId\":\"fw\"}]");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_timers(s->w, "WINDOW_CLOSE fw");
    assert_pending(s, "", "fw");
    assert_next(s, "fw");
    const struct answer *a = scene_start_next(s, "{}");
    assert_json_string(a->body, "execution.jobId", "fw");
    assert_json_number(a->body, "execution.queuedAt", NOON_S + 1800);
}

static void only_things_that_are_there_at_the_first_window_get_the_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    advance(s->w, "PT45M");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    given_thing(s->w, "pump");
    advance(s->w, "P1D");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_pending(s, "", "");
}

/* ---- closing ---- */

static void outside_a_window_what_waits_is_hidden(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    set_clock(s->w, "2030-01-01T12:59:59.999Z");
    assert_pending(s, "", "fw");
    assert_next(s, "fw");
    assert_json(advance(s->w, "PT0.001S")->body, "fired",
                "[{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"WINDOW_CLOSE\",\"jobId\":\"fw\"}]");
    assert_job_status(s->w, "fw", "SCHEDULED");
    assert_timers(s->w, "WINDOW_OPEN fw");
    assert_pending(s, "", "");
    assert_next(s, NULL);
    assert_nothing_to_start(s);
    assert_execution(s, "fw", "QUEUED", 1);
    assert_counts(s, "fw", 1, 0);
}

static void a_job_was_last_updated_when_its_window_opened_or_closed(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT2H");
    const struct answer *a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_number(a->body, "job.createdAt", NOON_S);
    assert_json_number(a->body, "job.lastUpdatedAt", NOON_S + 3600);
    advance(s->w, "PT22H30M");
    a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_number(a->body, "job.lastUpdatedAt", NOON_S + 24 * 3600);
}

static void the_next_window_shows_the_same_execution_again(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT23H59M");
    assert_pending(s, "", "");
    assert_json(advance(s->w, "PT1M")->body, "fired",
                "[{\"at\":\"2030-01-02T12:00:00.000Z\",\"timer\":\"WINDOW_OPEN\",\"jobId\":\"fw\"}]");
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_pending(s, "", "fw");
    const struct answer *a = scene_start_next(s, "{}");
    assert_json_string(a->body, "execution.jobId", "fw");
    assert_json_number(a->body, "execution.executionNumber", 1);
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_json_number(a->body, "execution.queuedAt", NOON_S);
}

static void other_jobs_go_on_outside_the_windows_of_one(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT1S");
    given_job(s->w, "plain", "pump");
    assert_pending(s, "", "fw plain");
    assert_next(s, "fw");
    advance(s->w, "PT1H");
    assert_pending(s, "", "plain");
    assert_next(s, "plain");
    assert_json_string(scene_start_next(s, "{}")->body, "execution.jobId", "plain");
    advance(s->w, "PT23H");
    assert_pending(s, "plain", "fw");
    assert_next(s, "plain");
}

static void a_hidden_execution_is_there_for_who_knows_its_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT2H");
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_accepted(a);
    assert_json_string(a->body, "execution.status", "QUEUED");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"}"));
    assert_pending(s, "fw", "");
    assert_next(s, "fw");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_job_status(s->w, "fw", "SCHEDULED");
}

static void what_is_in_progress_runs_on(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    assert_accepted(scene_start_next(s, "{}"));
    advance(s->w, "PT2H");
    assert_job_status(s->w, "fw", "SCHEDULED");
    assert_pending(s, "fw", "");
    assert_next(s, "fw");
    assert_json_string(scene_start_next(s, "{}")->body, "execution.jobId", "fw");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"at\":\"50\"}}"));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_execution(s, "fw", "SUCCEEDED", 4);
    assert_pending(s, "", "");
    advance(s->w, "P1D");
    assert_pending(s, "", "");
}

static void a_job_with_windows_never_completes(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_json_number(advance(s->w, "P10D")->body, "firedCount", 20);
    assert_job_status(s->w, "fw", "IN_PROGRESS");
}

/* ---- several windows ---- */

static void windows_that_overlap_or_meet_are_one(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump",
                   IN_WINDOWS(WINDOW("0 12 * * ? *", 60) "," WINDOW("30 12 * * ? *", 60) "," WINDOW(
                       "30 13 * * ? *", 30) "," WINDOW("15 14 * * ? *", 15)));
    assert_json(advance(s->w, "PT3H")->body, "fired",
                "[{\"at\":\"2030-01-01T14:00:00.000Z\",\"timer\":\"WINDOW_CLOSE\",\"jobId\":\"fw\"},"
                "{\"at\":\"2030-01-01T14:15:00.000Z\",\"timer\":\"WINDOW_OPEN\",\"jobId\":\"fw\"},"
                "{\"at\":\"2030-01-01T14:30:00.000Z\",\"timer\":\"WINDOW_CLOSE\",\"jobId\":\"fw\"}]");
    assert_job_status(s->w, "fw", "SCHEDULED");
}

static void a_window_that_never_ends_is_looked_at_now_and_then(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", IN_WINDOWS(WINDOW("* * * * ? *", 1)));
    forget_notifications(s->w);
    assert_true(json_at(advance(s->w, "P7D")->body, "firedCount")->valuedouble <= 15);
    assert_job_status(s->w, "fw", "IN_PROGRESS");
    assert_timers(s->w, "WINDOW_CLOSE fw");
    assert_silence(s->w);
    assert_pending(s, "", "fw");
}

static void behind_the_last_window_of_all_the_job_waits_to_be_canceled(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", IN_WINDOWS(WINDOW("0 12 * * ? 2030", 60)));
    set_clock(s->w, "2031-06-01T00:00:00Z");
    assert_job_status(s->w, "fw", "SCHEDULED");
    assert_timers(s->w, "");
    assert_pending(s, "", "");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_execution(s, "fw", "CANCELED", 2);
}

/* ---- limits ---- */

static void given_many(struct scene *s, const char *prefix, int n, const char *more_members)
{
    for (int i = 0; i < n; i++) {
        char job[16];
        snprintf(job, sizeof job, "%s%02d", prefix, i);
        given_job_with(s->w, job, "pump", more_members);
        advance(s->w, "PT1S");
    }
}

static void five_of_jobs_with_windows_are_listed_besides_ten_others(void **state)
{
    struct scene *s = *state;
    given_many(s, "a", 6, "");
    given_many(s, "w", 7, AT_NOON);
    given_many(s, "b", 6, "");
    assert_pending(s, "", "a00 a01 a02 a03 a04 a05 w00 w01 w02 w03 w04 b00 b01 b02 b03");
    assert_accepted(scene_update(s, "w06", "{\"status\":\"IN_PROGRESS\"}"));
    assert_accepted(scene_update(s, "b05", "{\"status\":\"IN_PROGRESS\"}"));
    assert_pending(s, "w06 b05", "a00 a01 a02 a03 a04 a05 w00 w01 w02 w03 b00 b01 b02");
    advance(s->w, "PT1H");
    assert_pending(s, "w06 b05", "a00 a01 a02 a03 a04 a05 b00 b01 b02");
}

static void those_of_windows_alone_are_five(void **state)
{
    struct scene *s = *state;
    given_many(s, "w", 7, AT_NOON);
    assert_pending(s, "", "w00 w01 w02 w03 w04");
    given_many(s, "c", 2, AT_HALF_PAST);
    assert_pending(s, "", "w00 w01 w02 w03 w04");
    for (int i = 0; i < 6; i++) {
        char job[16];
        snprintf(job, sizeof job, "w%02d", i);
        assert_json_string(scene_start_next(s, "{}")->body, "execution.jobId", job);
        assert_accepted(scene_update(s, job, "{\"status\":\"SUCCEEDED\"}"));
    }
    assert_pending(s, "", "w06");
}

/* ---- cancel and delete ---- */

static void a_job_is_canceled_before_its_first_window(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_timers(s->w, "");
    assert_json_number(advance(s->w, "P2D")->body, "firedCount", 0);
    assert_job_status(s->w, "fw", "CANCELED");
    assert_silence(s->w);
}

static void a_job_is_canceled_inside_or_outside_a_window(void **state)
{
    struct scene *s = *state;
    for (int outside = 0; outside < 2; outside++) {
        const char *job = outside ? "outside" : "inside";
        char path[64];
        given_job_with(s->w, job, "pump", outside ? IN_WINDOWS(WINDOW("30 12 * * ? *", 30)) : AT_NOON);
        if (outside)
            advance(s->w, "PT2H");
        snprintf(path, sizeof path, "/jobs/%s/cancel", job);
        http(s->w, 200, "PUT", path, "{}");
        assert_job_status(s->w, job, "CANCELED");
        assert_execution(s, job, "CANCELED", 2);
        assert_timers(s->w, "");
        assert_pending(s, "", "");
    }
    assert_json_number(advance(s->w, "P2D")->body, "firedCount", 0);
}

static void after_a_cancel_what_is_in_progress_may_end_or_time_out(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":90}");
    given_running(s, "fw");
    advance(s->w, "PT70M");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_pending(s, "fw", "");
    assert_timers(s->w, "EXECUTION_TIMEOUT fw");
    advance(s->w, "PT1H");
    assert_execution(s, "fw", "TIMED_OUT", 3);
}

static void a_job_is_deleted_outside_a_window(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT2H");
    refused(s->w, WRONG_STATE, "DELETE", "/jobs/fw", NULL,
            "Job fw in status SCHEDULED cannot be deleted. Cancel it first or use force.");
    http(s->w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_timers(s->w, "");
    assert_int_equal(rows_in(s->w, "execution"), 0);
    assert_int_equal(rows_in(s->w, "job_window"), 0);
}

static void a_hidden_execution_is_canceled_or_deleted(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", AT_NOON);
    given_job_with(s->w, "b", "pump", AT_NOON);
    advance(s->w, "PT2H");
    http(s->w, 200, "PUT", "/things/pump/jobs/a/cancel", "{}");
    assert_execution(s, "a", "CANCELED", 2);
    http(s->w, 200, "DELETE", "/things/pump/jobs/b/executionNumber/1", NULL);
    advance(s->w, "P1D");
    assert_pending(s, "", "");
}

static void a_deleted_thing_loses_what_is_hidden_too(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON);
    advance(s->w, "PT2H");
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_execution(s, "fw", "REMOVED", 1);
    assert_job_status(s->w, "fw", "SCHEDULED");
    assert_timers(s->w, "WINDOW_OPEN fw");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(before_its_first_window_a_job_has_no_executions),
        OVER_BOTH(the_first_window_queues_the_executions),
        OVER_BOTH(only_things_that_are_there_at_the_first_window_get_the_job),
        OVER_BOTH(outside_a_window_what_waits_is_hidden),
        OVER(OVER_MQTT, a_job_was_last_updated_when_its_window_opened_or_closed),
        OVER_BOTH(the_next_window_shows_the_same_execution_again),
        OVER_BOTH(other_jobs_go_on_outside_the_windows_of_one),
        OVER_BOTH(a_hidden_execution_is_there_for_who_knows_its_job),
        OVER_BOTH(what_is_in_progress_runs_on),
        OVER(OVER_MQTT, a_job_with_windows_never_completes),
        OVER(OVER_MQTT, windows_that_overlap_or_meet_are_one),
        OVER(OVER_MQTT, a_window_that_never_ends_is_looked_at_now_and_then),
        OVER(OVER_MQTT, behind_the_last_window_of_all_the_job_waits_to_be_canceled),
        OVER_BOTH(five_of_jobs_with_windows_are_listed_besides_ten_others),
        OVER_BOTH(those_of_windows_alone_are_five),
        OVER(OVER_MQTT, a_job_is_canceled_before_its_first_window),
        OVER(OVER_MQTT, a_job_is_canceled_inside_or_outside_a_window),
        OVER(OVER_MQTT, after_a_cancel_what_is_in_progress_may_end_or_time_out),
        OVER(OVER_MQTT, a_job_is_deleted_outside_a_window),
        OVER(OVER_MQTT, a_hidden_execution_is_canceled_or_deleted),
        OVER(OVER_MQTT, a_deleted_thing_loses_what_is_hidden_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
