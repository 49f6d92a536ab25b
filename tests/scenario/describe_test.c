/* What a device reads: its pending list, the next execution, one execution; and start-next, which reads and
 * starts. */
#include "support/retries.h"

#include <stdio.h>

/* The execution of a job that was queued at noon and not touched. */
static void assert_untouched(const struct scene *s, const struct answer *a)
{
    assert_accepted(a);
    assert_json_string(a->body, "execution.jobId", "fw");
    assert_json_string(a->body, "execution.status", "QUEUED");
    assert_json_number(a->body, "execution.queuedAt", NOON_S);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S);
    assert_json_number(a->body, "execution.versionNumber", 1);
    assert_json_number(a->body, "execution.executionNumber", 1);
    assert_json_absent(a->body, "execution.startedAt");
    assert_json_absent(a->body, "execution.statusDetails");
    assert_json_absent(a->body, "execution.approximateSecondsBeforeTimedOut");
    if (s->edge == OVER_MQTT)
        assert_json_absent(a->body, "execution.thingName");
    else
        assert_json_string(a->body, "execution.thingName", "pump");
}

static void assert_nothing_pending(const struct scene *s, const struct answer *a)
{
    assert_accepted(a);
    assert_string_equal(a->text, s->edge == OVER_MQTT ? "{\"timestamp\":1893499200}" : "{}");
}

static void given_jobs(struct scene *s, int count)
{
    for (int i = 0; i < count; i++) {
        char job[16];
        snprintf(job, sizeof job, "j%d", i);
        given_job(s->w, job, "pump");
    }
}

static void start(struct scene *s, const char *job)
{
    assert_accepted(scene_update(s, job, "{\"status\":\"IN_PROGRESS\"}"));
}

/* The jobs of one of the arrays, in order, as "a b c". */
static void assert_jobs(const struct answer *a, const char *array, const char *expected)
{
    assert_true(cJSON_IsArray(json_at(a->body, array)));
    assert_json_items(a->body, array, "jobId", expected);
}

/* ---- one execution ---- */

static void an_execution_is_described_with_its_document(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    advance(s->w, "PT10S");
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_untouched(s, a);
    assert_document(s, a->body, "execution.jobDocument", "fw");
}

static void the_members_of_an_execution_stand_in_the_order_that_aws_uses(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"a\":\"1\"}}"));
    assert_string_equal(scene_describe(s, "fw", "{\"clientToken\":\"t-1\"}")->text,
                        "{\"clientToken\":\"t-1\",\"timestamp\":1893499200,\"execution\":{\"jobId\":\"fw\","
                        "\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"a\":\"1\"},\"queuedAt\":1893499200,"
                        "\"startedAt\":1893499200,\"lastUpdatedAt\":1893499200,\"versionNumber\":2,"
                        "\"executionNumber\":1,\"jobDocument\":{\"job\":\"fw\"}}}");
}

static void the_document_is_left_out_on_request(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_describe(s, "fw", "{\"includeJobDocument\":false}");
    assert_untouched(s, a);
    assert_json_absent(a->body, "execution.jobDocument");
    a = scene_describe(s, "fw", "{\"includeJobDocument\":true}");
    assert_document(s, a->body, "execution.jobDocument", "fw");
    assert_refused(scene_describe(s, "fw", "{\"includeJobDocument\":\"perhaps\"}"), "InvalidRequest");
}

static void an_execution_number_is_a_number_or_a_text(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_untouched(s, scene_describe(s, "fw", "{\"executionNumber\":1}"));
    assert_untouched(s, scene_describe(s, "fw", "{\"executionNumber\":\"1\"}"));
    assert_refused(scene_describe(s, "fw", "{\"executionNumber\":2}"), "ResourceNotFound");
    assert_refused(scene_describe(s, "fw", "{\"executionNumber\":-1}"), "ResourceNotFound");
    assert_refused(scene_describe(s, "fw", "{\"executionNumber\":\"last\"}"), "InvalidRequest");
}

static void without_a_number_the_newest_execution_is_described(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    given_end(s, "fw", "FAILED");
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_json_number(a->body, "execution.executionNumber", 2);
    assert_json_string(a->body, "execution.status", "QUEUED");
    assert_refused(scene_describe(s, "fw", "{\"executionNumber\":1}"), "TerminalStateReached");
}

static void a_finished_execution_is_not_described(void **state)
{
    struct scene *s = *state;
    static const char *const ends[] = { "SUCCEEDED", "FAILED", "REJECTED" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char body[64];
        given_job(s->w, ends[i], "pump");
        snprintf(body, sizeof body, "{\"status\":\"%s\"}", ends[i]);
        assert_accepted(scene_update(s, ends[i], body));
        const struct answer *a = scene_describe(s, ends[i], "{}");
        assert_refused(a, "TerminalStateReached");
        assert_json_absent(a->body, "executionState");
        assert_refused(scene_describe(s, ends[i], "{\"executionNumber\":1}"), "TerminalStateReached");
    }
    given_job(s->w, "canceled", "pump");
    http(s->w, 200, "PUT", "/jobs/canceled/cancel", "{}");
    assert_refused(scene_describe(s, "canceled", "{}"), "TerminalStateReached");
}

static void what_does_not_exist_is_not_found(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    given_job(s->w, "valves-job", "valve");
    assert_refused(scene_describe(s, "none", "{}"), "ResourceNotFound");
    assert_refused(scene_describe(s, "valves-job", "{}"), "ResourceNotFound");
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_refused(scene_describe(s, "none", "{}"), "ResourceNotFound");
    assert_refused(scene_describe(s, "$next", "{}"), "ResourceNotFound");
    assert_refused(scene_pending(s), "ResourceNotFound");
    assert_refused(scene_start_next(s, "{}"), "ResourceNotFound");
}

static void what_a_deleted_thing_has_left_behind_is_not_found(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "done", "pump");
    given_job(s->w, "waiting", "pump");
    assert_accepted(scene_update(s, "done", "{\"status\":\"SUCCEEDED\"}"));
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    static const char *const jobs[] = { "done", "waiting" };
    for (size_t i = 0; i < 2; i++) {
        assert_refused(scene_describe(s, jobs[i], "{}"), "ResourceNotFound");
        assert_refused(scene_update(s, jobs[i], "{\"status\":\"FAILED\"}"), "ResourceNotFound");
    }
    assert_execution(s, "done", "SUCCEEDED", 2);
    assert_execution(s, "waiting", "REMOVED", 1);
}

/* botocore writes the dollar sign as %24. */
static void next_can_be_percent_encoded_in_a_path(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_untouched(s, http_data(s->w, 200, "GET", "/things/pump/jobs/%24next", NULL));
    const struct answer *a = http_data(s->w, 200, "PUT", "/things/pump/jobs/%24next", "{}");
    assert_json_string(a->body, "execution.status", "IN_PROGRESS");
}

static void a_job_id_that_is_none_is_refused(void **state)
{
    struct scene *s = *state;
    assert_refused(scene_describe(s, "a.b", "{}"), "InvalidRequest");
    assert_refused(scene_describe(s, "$last", "{}"), "InvalidRequest");
}

/* ---- $next ---- */

static void next_is_described_and_not_started(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    given_job(s->w, "later", "pump");
    forget_notifications(s->w);
    for (int i = 0; i < 2; i++) {
        const struct answer *a = scene_describe(s, "$next", "{}");
        assert_untouched(s, a);
        assert_document(s, a->body, "execution.jobDocument", "fw");
    }
    assert_json_absent(scene_describe(s, "$next", "{\"includeJobDocument\":false}")->body,
                       "execution.jobDocument");
    assert_silence(s->w);
}

static void next_is_nothing_when_nothing_is_pending(void **state)
{
    struct scene *s = *state;
    assert_nothing_pending(s, scene_describe(s, "$next", "{}"));
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_nothing_pending(s, scene_describe(s, "$next", "{}"));
    assert_nothing_pending(s, scene_start_next(s, "{}"));
}

/* The demo of the embedded C SDK sends no bytes at all. */
static void an_empty_payload_asks_like_an_empty_object(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_untouched(s, scene_describe(s, "$next", ""));
    assert_untouched(s, scene_describe(s, "fw", ""));
    assert_jobs(scene_pending(s), "queuedJobs", "fw");
    assert_json_string(scene_start_next(s, "")->body, "execution.status", "IN_PROGRESS");
}

static void what_runs_comes_before_what_waits(void **state)
{
    struct scene *s = *state;
    given_jobs(s, 3);
    assert_json_string(scene_describe(s, "$next", "{}")->body, "execution.jobId", "j0");
    start(s, "j2");
    assert_json_string(scene_describe(s, "$next", "{}")->body, "execution.jobId", "j2");
    start(s, "j1");
    assert_json_string(scene_describe(s, "$next", "{}")->body, "execution.jobId", "j1");
    assert_json_string(scene_start_next(s, "{}")->body, "execution.jobId", "j1");
}

/* ---- the list ---- */

static void both_lists_are_there_even_when_they_are_empty(void **state)
{
    struct scene *s = *state;
    const struct answer *a = scene_pending(s);
    assert_accepted(a);
    assert_string_equal(a->text, s->edge == OVER_MQTT
                                     ? "{\"timestamp\":1893499200,\"inProgressJobs\":[],\"queuedJobs\":[]}"
                                     : "{\"inProgressJobs\":[],\"queuedJobs\":[]}");
    given_job(s->w, "fw", "pump");
    a = scene_pending(s);
    assert_json(a->body, "inProgressJobs", "[]");
    assert_json(a->body, "queuedJobs",
                "[{\"jobId\":\"fw\",\"queuedAt\":1893499200,\"lastUpdatedAt\":1893499200,"
                "\"executionNumber\":1,\"versionNumber\":1}]");
    advance(s->w, "PT7S");
    start(s, "fw");
    a = scene_pending(s);
    assert_json(a->body, "inProgressJobs",
                "[{\"jobId\":\"fw\",\"queuedAt\":1893499200,\"lastUpdatedAt\":1893499207,"
                "\"startedAt\":1893499207,\"executionNumber\":1,\"versionNumber\":2}]");
    assert_json(a->body, "queuedJobs", "[]");
}

static void a_list_is_in_the_order_in_which_its_jobs_were_queued(void **state)
{
    struct scene *s = *state;
    static const char *const jobs[] = { "c", "a", "d", "b" };
    for (size_t i = 0; i < 4; i++) {
        given_job(s->w, jobs[i], "pump");
        if (i == 1)
            advance(s->w, "PT0.001S");
    }
    assert_jobs(scene_pending(s), "queuedJobs", "c a d b");
    start(s, "b");
    start(s, "a");
    const struct answer *a = scene_pending(s);
    assert_jobs(a, "inProgressJobs", "a b");
    assert_jobs(a, "queuedJobs", "c d");
}

static void finished_executions_are_not_listed(void **state)
{
    struct scene *s = *state;
    given_jobs(s, 3);
    assert_accepted(scene_update(s, "j1", "{\"status\":\"FAILED\"}"));
    assert_jobs(scene_pending(s), "queuedJobs", "j0 j2");
}

static void ten_are_listed_and_those_that_run_come_first(void **state)
{
    struct scene *s = *state;
    given_jobs(s, 12);
    start(s, "j11");
    const struct answer *a = scene_pending(s);
    assert_jobs(a, "inProgressJobs", "j11");
    assert_jobs(a, "queuedJobs", "j0 j1 j2 j3 j4 j5 j6 j7 j8");
}

static void each_thing_has_a_list_of_its_own(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    given_job(s->w, "fw", "valve");
    assert_jobs(scene_pending(s), "queuedJobs", "");
    assert_nothing_pending(s, scene_start_next(s, "{}"));
}

/* ---- start-next ---- */

static void start_next_starts_the_first_that_waits(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    given_job(s->w, "later", "pump");
    advance(s->w, "PT10S");
    const struct answer *a = scene_start_next(s, "{\"statusDetails\":{\"by\":\"start\"}}");
    assert_accepted(a);
    assert_json_string(a->body, "execution.jobId", "fw");
    assert_json_string(a->body, "execution.status", "IN_PROGRESS");
    assert_json(a->body, "execution.statusDetails", "{\"by\":\"start\"}");
    assert_json_number(a->body, "execution.queuedAt", NOON_S);
    assert_json_number(a->body, "execution.startedAt", NOON_S + 10);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 10);
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_document(s, a->body, "execution.jobDocument", "fw");
    assert_execution(s, "later", "QUEUED", 1);
}

static void start_next_gives_what_already_runs_unchanged(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_start_next(s, "{\"statusDetails\":{\"by\":\"start\"}}"));
    forget_notifications(s->w);
    advance(s->w, "PT10S");
    const struct answer *a = scene_start_next(s, "{\"statusDetails\":{\"by\":\"again\"}}");
    assert_accepted(a);
    assert_json(a->body, "execution.statusDetails", "{\"by\":\"start\"}");
    assert_json_number(a->body, "execution.startedAt", NOON_S);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S);
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_document(s, a->body, "execution.jobDocument", "fw");
    assert_silence(s->w);
}

static void start_next_sets_a_step_timer_and_sets_it_again(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_start_next(s, "{\"stepTimeoutInMinutes\":5}");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 300);
    advance(s->w, "PT1M");
    a = scene_start_next(s, "{}");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 240);
    a = scene_start_next(s, "{\"stepTimeoutInMinutes\":10}");
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 600);
    assert_json_number(a->body, "execution.versionNumber", 2);
}

/* -1 is for updates alone. */
static void start_next_takes_a_step_timer_of_1_to_10080_minutes(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(scene_start_next(s, "{\"stepTimeoutInMinutes\":-1}"), "InvalidRequest");
    assert_refused(scene_start_next(s, "{\"stepTimeoutInMinutes\":0}"), "InvalidRequest");
    assert_refused(scene_start_next(s, "{\"stepTimeoutInMinutes\":10081}"), "InvalidRequest");
    assert_refused(scene_start_next(s, "{\"stepTimeoutInMinutes\":\"x\"}"), "InvalidRequest");
    assert_execution(s, "fw", "QUEUED", 1);
    assert_accepted(scene_start_next(s, "{\"stepTimeoutInMinutes\":10080}"));
}

static void start_next_checks_the_details_even_if_nothing_is_started(void **state)
{
    struct scene *s = *state;
    assert_refused(scene_start_next(s, "{\"statusDetails\":{\"a\":{}}}"), "InvalidRequest");
    assert_refused(scene_start_next(s, "{\"statusDetails\":{\"a\":\"\\u0007\"}}"), "InvalidRequest");
}

static void start_next_echoes_its_token_whether_or_not_there_is_a_job(void **state)
{
    struct scene *s = *state;
    assert_string_equal(scene_start_next(s, "{\"clientToken\":\"t-2\"}")->text,
                        "{\"clientToken\":\"t-2\",\"timestamp\":1893499200}");
    given_job(s->w, "fw", "pump");
    assert_json_string(scene_start_next(s, "{\"clientToken\":\"t-3\"}")->body, "clientToken", "t-3");
    assert_json_string(scene_start_next(s, "{\"clientToken\":\"t-4\",\"stepTimeoutInMinutes\":0}")->body,
                       "clientToken", "t-4");
}

/* Only an object can be spliced as one; anything else stands there as it is (decision 18). */
static void a_document_that_is_no_object_is_delivered_as_it_is(void **state)
{
    struct scene *s = *state;
    http(s->w, 200, "PUT", "/jobs/list",
         "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"[1, \\\"two\\\"]\"}");
    const struct answer *a = scene_describe(s, "list", "{}");
    if (s->edge == OVER_MQTT)
        assert_json(a->body, "execution.jobDocument", "[1,\"two\"]");
    else
        assert_json_string(a->body, "execution.jobDocument", "[1, \"two\"]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(an_execution_is_described_with_its_document),
        OVER(OVER_MQTT, the_members_of_an_execution_stand_in_the_order_that_aws_uses),
        OVER_BOTH(the_document_is_left_out_on_request),
        OVER_BOTH(an_execution_number_is_a_number_or_a_text),
        OVER_BOTH(without_a_number_the_newest_execution_is_described),
        OVER_BOTH(a_finished_execution_is_not_described),
        OVER_BOTH(what_does_not_exist_is_not_found),
        OVER_BOTH(what_a_deleted_thing_has_left_behind_is_not_found),
        OVER(OVER_HTTP, next_can_be_percent_encoded_in_a_path),
        OVER_BOTH(a_job_id_that_is_none_is_refused),
        OVER_BOTH(next_is_described_and_not_started),
        OVER_BOTH(next_is_nothing_when_nothing_is_pending),
        OVER_BOTH(an_empty_payload_asks_like_an_empty_object),
        OVER_BOTH(what_runs_comes_before_what_waits),
        OVER_BOTH(both_lists_are_there_even_when_they_are_empty),
        OVER_BOTH(a_list_is_in_the_order_in_which_its_jobs_were_queued),
        OVER_BOTH(finished_executions_are_not_listed),
        OVER_BOTH(ten_are_listed_and_those_that_run_come_first),
        OVER_BOTH(each_thing_has_a_list_of_its_own),
        OVER_BOTH(start_next_starts_the_first_that_waits),
        OVER_BOTH(start_next_gives_what_already_runs_unchanged),
        OVER_BOTH(start_next_sets_a_step_timer_and_sets_it_again),
        OVER_BOTH(start_next_takes_a_step_timer_of_1_to_10080_minutes),
        OVER_BOTH(start_next_checks_the_details_even_if_nothing_is_started),
        OVER(OVER_MQTT, start_next_echoes_its_token_whether_or_not_there_is_a_job),
        OVER_BOTH(a_document_that_is_no_object_is_delivered_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
