/* What subscribers hear when maintenance windows open and close (device protocol, sections 3.2 and 3.3). */
#include "support/retries.h"
#include "support/windows.h"

#include <stdio.h>
#include <string.h>

#include "ops/executions/execution_change.h"

/* Takes `notify`: the jobs that run and those that wait, "a b c". */
static void heard_list(struct scene *s, const char *in_progress, const char *queued)
{
    const cJSON *notify = take_notification(s->w, PUMP "notify");
    assert_true(cJSON_IsObject(json_at(notify, "jobs")));
    assert_int_equal(cJSON_GetArraySize(json_at(notify, "jobs")), (in_progress[0] != 0) + (queued[0] != 0));
    assert_json_items(notify, "jobs.IN_PROGRESS", "jobId", in_progress);
    assert_json_items(notify, "jobs.QUEUED", "jobId", queued);
}

/* Takes `notify-next`: that job, with its document; NULL: nothing is left. */
static void heard_next(struct scene *s, const char *job)
{
    const cJSON *next = take_notification(s->w, PUMP "notify-next");
    char document[64];
    if (!job) {
        assert_json_absent(next, "execution");
        return;
    }
    snprintf(document, sizeof document, "{\"job\":\"%s\"}", job);
    assert_json_string(next, "execution.jobId", job);
    assert_json(next, "execution.jobDocument", document);
}

/* The job, at noon and a second of its own; what was heard of it is forgotten. */
static void given_queued(struct scene *s, const char *job, const char *more_members)
{
    given_job_with(s->w, job, "pump", more_members);
    advance(s->w, "PT1S");
    forget_notifications(s->w);
}

/* The window that was open at noon closes. */
static void given_closed(struct scene *s)
{
    advance(s->w, "PT2H");
    forget_notifications(s->w);
}

static void next_day(struct scene *s)
{
    set_clock(s->w, "2030-01-02T12:00:00Z");
}

/* ---- opening ---- */

static void the_first_window_is_told_like_a_new_job(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    assert_silence(s->w);
    advance(s->w, "PT30M");
    assert_json(take_notification(s->w, PUMP "notify"), "",
                "{\"timestamp\":1893501000,\"jobs\":{\"QUEUED\":[{\"jobId\":\"fw\",\"queuedAt\":1893501000,"
                "\"lastUpdatedAt\":1893501000,\"executionNumber\":1,\"versionNumber\":1}]}}");
    heard_next(s, "fw");
    assert_silence(s->w);
}

static void a_window_that_opens_tells_what_is_shown_again(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_closed(s);
    next_day(s);
    assert_json(take_notification(s->w, PUMP "notify"), "",
                "{\"timestamp\":1893585600,\"jobs\":{\"QUEUED\":[{\"jobId\":\"fw\",\"queuedAt\":1893499200,"
                "\"lastUpdatedAt\":1893499200,\"executionNumber\":1,\"versionNumber\":1}]}}");
    heard_next(s, "fw");
    assert_silence(s->w);
}

static void what_is_shown_before_others_is_the_next_one(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_queued(s, "plain", "");
    given_closed(s);
    next_day(s);
    heard_list(s, "", "fw plain");
    heard_next(s, "fw");
    assert_silence(s->w);
}

static void what_is_shown_behind_others_is_told_as_a_list_alone(void **state)
{
    struct scene *s = *state;
    given_queued(s, "plain", "");
    given_queued(s, "fw", AT_NOON);
    given_closed(s);
    next_day(s);
    heard_list(s, "", "plain fw");
    assert_silence(s->w);
}

static void what_is_shown_behind_a_running_job_is_told_as_a_list_alone(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_queued(s, "plain", "");
    given_running(s, "plain");
    given_closed(s);
    next_day(s);
    heard_list(s, "plain", "fw");
    assert_silence(s->w);
}

/* ---- closing ---- */

static void a_window_that_closes_tells_that_nothing_is_left(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    advance(s->w, "PT1H");
    assert_json(take_notification(s->w, PUMP "notify"), "", "{\"timestamp\":1893502800,\"jobs\":{}}");
    assert_json(take_notification(s->w, PUMP "notify-next"), "", "{\"timestamp\":1893502800}");
    assert_silence(s->w);
}

static void behind_what_is_hidden_comes_the_next_one(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_queued(s, "plain", "");
    advance(s->w, "PT1H");
    heard_list(s, "", "plain");
    heard_next(s, "plain");
    assert_silence(s->w);
}

static void what_is_hidden_behind_others_is_told_as_a_list_alone(void **state)
{
    struct scene *s = *state;
    given_queued(s, "plain", "");
    given_queued(s, "fw", AT_NOON);
    advance(s->w, "PT1H");
    heard_list(s, "", "plain");
    assert_silence(s->w);
}

static void what_is_queued_in_the_same_moment_is_told_by_the_order_of_creation(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "a", "pump", AT_NOON);
    given_job(s->w, "plain", "pump");
    given_job_with(s->w, "b", "pump", AT_NOON);
    forget_notifications(s->w);
    advance(s->w, "PT1H");
    heard_list(s, "", "plain b"); /* a closed, */
    heard_next(s, "plain");
    heard_list(s, "", "plain"); /* and b in the same moment */
    assert_silence(s->w);
    next_day(s);
    heard_list(s, "", "a plain");
    heard_next(s, "a");
    heard_list(s, "", "a plain b");
    assert_silence(s->w);
}

static void what_is_in_progress_hears_nothing_of_windows(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_running(s, "fw");
    forget_notifications(s->w);
    assert_json_number(advance(s->w, "P3D")->body, "firedCount", 6);
    assert_silence(s->w);
}

static void windows_of_a_job_that_has_nothing_waiting_are_silent(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    forget_notifications(s->w);
    advance(s->w, "P3D");
    assert_silence(s->w);
}

/* ---- what happens to hidden ones ---- */

static void a_hidden_execution_that_starts_comes_into_the_list(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_queued(s, "plain", "");
    given_closed(s);
    given_running(s, "fw");
    heard_list(s, "fw", "plain");
    heard_next(s, "fw");
    assert_silence(s->w);
}

static void a_hidden_execution_that_ends_is_no_news(void **state)
{
    struct scene *s = *state;
    given_queued(s, "a", AT_NOON);
    given_queued(s, "b", AT_NOON);
    given_queued(s, "c", AT_NOON);
    given_queued(s, "d", AT_NOON);
    given_queued(s, "e", AT_NOON);
    given_closed(s);
    assert_accepted(scene_update(s, "a", "{\"status\":\"SUCCEEDED\"}"));
    http(s->w, 200, "PUT", "/things/pump/jobs/b/cancel", "{}");
    http(s->w, 200, "DELETE", "/things/pump/jobs/c/executionNumber/1", NULL);
    http(s->w, 200, "PUT", "/jobs/d/cancel", "{}");
    http(s->w, 200, "DELETE", "/jobs/e?force=true", NULL);
    assert_silence(s->w);
    next_day(s);
    assert_silence(s->w);
}

static void a_deleted_thing_with_hidden_executions_is_no_news(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_closed(s);
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_silence(s->w);
}

static void a_job_is_canceled_inside_its_window_like_any_other(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_queued(s, "plain", "");
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    heard_list(s, "", "plain");
    heard_next(s, "plain");
    assert_silence(s->w);
}

static void a_canceled_job_whose_execution_runs_is_told_when_it_ends(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    given_running(s, "fw");
    given_closed(s);
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_silence(s->w);
    http(s->w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    heard_list(s, "", "");
    heard_next(s, NULL);
    assert_silence(s->w);
}

static void a_failure_outside_a_window_is_told_and_its_retry_when_the_window_opens(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON RETRIES(CRITERION("FAILED", 1)));
    given_running(s, "fw");
    given_closed(s);
    given_end(s, "fw", "FAILED");
    heard_list(s, "", "");
    heard_next(s, NULL);
    assert_silence(s->w);
    next_day(s);
    heard_list(s, "", "fw");
    heard_next(s, "fw");
    assert_silence(s->w);
}

/* ---- lists ---- */

static void five_of_jobs_with_windows_are_listed_besides_ten_others(void **state)
{
    struct scene *s = *state;
    for (int i = 0; i < 18; i++) {
        char job[16];
        snprintf(job, sizeof job, "%c%02d", i % 3 ? 'a' : 'w', i);
        given_queued(s, job, i % 3 ? "" : AT_NOON);
    }
    given_job(s->w, "last", "pump");
    heard_list(s, "", "w00 a01 a02 w03 a04 a05 w06 a07 a08 w09 a10 a11 w12 a13 a14");
    assert_silence(s->w);
}

static void each_namespace_hears_of_its_own_windows(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON ",\"namespaceId\":\"x\"");
    given_queued(s, "plain", "");
    advance(s->w, "PT1H");
    assert_json(take_notification(s->w, PUMP "notify-namespace-x"), "jobs", "{}");
    assert_json_absent(take_notification(s->w, PUMP "notify-next-namespace-x"), "execution");
    assert_silence(s->w);
}

static void where_nobody_listens_nothing_is_told_until_somebody_does(void **state)
{
    struct scene *s = *state;
    given_queued(s, "fw", AT_NOON);
    nobody_listens(s->w);
    advance(s->w, "PT1H");
    assert_silence(s->w);
    subscribe(s->w, PUMP "notify", SESSION_CLEAN);
    next_day(s);
    heard_list(s, "", "fw");
    heard_next(s, "fw");
    assert_silence(s->w);
}

/* ---- a job on very many things ---- */

enum { CROWD = 250 };

static bool queue_crowd(struct op *op, const void *input)
{
    struct job_row job;
    bool queued;
    (void)input;
    assert_true(store_job_get(op->db, op->arena, STR_LIT("fw"), &job));
    for (int i = 0; i < CROWD; i++)
        assert_true(execution_queue(op, &job, arena_printf(op->arena, "thing-%03d", i), INT64_MAX,
                                    CAUSE_ROLLOUT, &queued));
    return true;
}

static void a_job_on_very_many_things_tells_them_in_parts(void **state)
{
    struct scene *s = *state;
    char name[96];
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "thing-%03d", i);
        given_thing(s->w, name);
    }
    given_job_with(s->w, "fw", "pump", AT_NOON);
    in_one_batch(s->w, "POST", "/things/last", "{}", queue_crowd, NULL);
    forget_notifications(s->w);
    assert_json(advance(s->w, "PT1H")->body, "fired",
                "[{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"WINDOW_CLOSE\",\"jobId\":\"fw\"},"
                "{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"WINDOW_TELL\",\"jobId\":\"fw\"},"
                "{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"WINDOW_TELL\",\"jobId\":\"fw\"}]");
    heard_list(s, "", "");
    heard_next(s, NULL);
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "$aws/things/thing-%03d/jobs/notify", i);
        assert_json(take_notification(s->w, name), "jobs", "{}");
        strncat(name, "-next", sizeof name - strlen(name) - 1);
        assert_json_absent(take_notification(s->w, name), "execution");
    }
    assert_silence(s->w);
    assert_timers(s->w, "WINDOW_OPEN fw");
    next_day(s);
    heard_list(s, "", "fw");
    heard_next(s, "fw");
    for (int i = 0; i < CROWD; i++) {
        snprintf(name, sizeof name, "$aws/things/thing-%03d/jobs/notify", i);
        assert_json_items(take_notification(s->w, name), "jobs.QUEUED", "jobId", "fw");
        strncat(name, "-next", sizeof name - strlen(name) - 1);
        assert_json_string(take_notification(s->w, name), "execution.jobId", "fw");
    }
    assert_silence(s->w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(OVER_MQTT, the_first_window_is_told_like_a_new_job),
        OVER(OVER_MQTT, a_window_that_opens_tells_what_is_shown_again),
        OVER(OVER_MQTT, what_is_shown_before_others_is_the_next_one),
        OVER(OVER_MQTT, what_is_shown_behind_others_is_told_as_a_list_alone),
        OVER_BOTH(what_is_shown_behind_a_running_job_is_told_as_a_list_alone),
        OVER(OVER_MQTT, a_window_that_closes_tells_that_nothing_is_left),
        OVER(OVER_MQTT, behind_what_is_hidden_comes_the_next_one),
        OVER(OVER_MQTT, what_is_hidden_behind_others_is_told_as_a_list_alone),
        OVER(OVER_MQTT, what_is_queued_in_the_same_moment_is_told_by_the_order_of_creation),
        OVER_BOTH(what_is_in_progress_hears_nothing_of_windows),
        OVER_BOTH(windows_of_a_job_that_has_nothing_waiting_are_silent),
        OVER_BOTH(a_hidden_execution_that_starts_comes_into_the_list),
        OVER_BOTH(a_hidden_execution_that_ends_is_no_news),
        OVER(OVER_MQTT, a_deleted_thing_with_hidden_executions_is_no_news),
        OVER(OVER_MQTT, a_job_is_canceled_inside_its_window_like_any_other),
        OVER_BOTH(a_canceled_job_whose_execution_runs_is_told_when_it_ends),
        OVER_BOTH(a_failure_outside_a_window_is_told_and_its_retry_when_the_window_opens),
        OVER(OVER_MQTT, five_of_jobs_with_windows_are_listed_besides_ten_others),
        OVER(OVER_MQTT, each_namespace_hears_of_its_own_windows),
        OVER(OVER_MQTT, where_nobody_listens_nothing_is_told_until_somebody_does),
        OVER(OVER_MQTT, a_job_on_very_many_things_tells_them_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
