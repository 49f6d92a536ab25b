/* UpdateJobExecution: what a device may send, what it is answered, and in which order it is checked. */
#include "support/scene.h"

#include <stdio.h>
#include <string.h>

#define STATE_ASKED "\"includeJobExecutionState\":true"

static void assert_state(const struct answer *a, const char *expected)
{
    assert_accepted(a);
    assert_json(a->body, "executionState", expected);
}

/* ---- status ---- */

static void an_update_needs_a_status(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    static const char *const without[] = { "", "{}", "{\"status\":null}",
                                           "{\"statusDetails\":{\"a\":\"b\"}}" };
    for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
        const struct answer *a = scene_update(s, "fw", without[i]);
        assert_refused(a, "InvalidRequest");
        assert_json_string(a->body, "message",
                           "1 validation error detected: Value null at 'status' failed to satisfy "
                           "constraint: Member must not be null");
    }
    assert_execution(s, "fw", "QUEUED", 1);
}

static void a_status_is_one_of_the_eight_in_capitals(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(scene_update(s, "fw", "{\"status\":\"FAILURE\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"status\":\"succeeded\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"status\":\"\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"status\":1}"), "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"status\":[\"FAILED\"]}"), "InvalidRequest");
    assert_execution(s, "fw", "QUEUED", 1);
}

static void the_job_can_be_done_without_being_started(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    advance(s->w, "PT5S");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    const struct answer *a = http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_number(a->body, "execution.queuedAt", NOON_S);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 5);
    assert_json_absent(a->body, "execution.startedAt");
    a = http(s->w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.completedAt", NOON_S + 5);
}

static void each_accepted_update_is_a_new_version_even_if_nothing_changes(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    for (int version = 2; version <= 4; version++) {
        advance(s->w, "PT10S");
        assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"}"));
        assert_execution(s, "fw", "IN_PROGRESS", version);
    }
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_json_number(a->body, "execution.startedAt", NOON_S + 10);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 30);
}

/* ---- versions and execution numbers ---- */

static void the_expected_version_is_a_number_or_a_text(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":1}"));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":\"2\"}"));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":3.0}"));
    assert_execution(s, "fw", "IN_PROGRESS", 4);
    static const char *const senseless[] = { "\"\"", "\"two\"", "\"4 \"", "4.5", "true", "[4]", "1e30" };
    for (size_t i = 0; i < sizeof senseless / sizeof senseless[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":%s}", senseless[i]);
        assert_refused(scene_update(s, "fw", body), "InvalidRequest");
    }
    assert_execution(s, "fw", "IN_PROGRESS", 4);
}

static void another_version_than_expected_is_told_with_the_state(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"step\":\"1\"}}"));
    static const char *const others[] = { "5", "1", "0", "-1" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char body[128], message[128];
        snprintf(body, sizeof body, "{\"status\":\"SUCCEEDED\",\"expectedVersion\":%s}", others[i]);
        snprintf(message, sizeof message, "Expected version %s but found version 2", others[i]);
        const struct answer *a = scene_update(s, "fw", body);
        assert_refused(a, "VersionMismatch");
        assert_json_string(a->body, "message", message);
        assert_json(a->body, "executionState",
                    "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"step\":\"1\"},\"versionNumber\":2}");
    }
    assert_execution(s, "fw", "IN_PROGRESS", 2);
}

static void the_execution_number_is_a_number_or_a_text(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"executionNumber\":1}"));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"executionNumber\":\"1\"}"));
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"executionNumber\":2}"),
                   "ResourceNotFound");
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"executionNumber\":\"0\"}"),
                   "ResourceNotFound");
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"executionNumber\":\"first\"}"),
                   "InvalidRequest");
    assert_execution(s, "fw", "IN_PROGRESS", 3);
}

/* ---- what is answered ---- */

static void an_accepted_update_says_nothing_that_was_not_asked_for(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"}");
    assert_accepted(a);
    assert_string_equal(a->text, s->edge == OVER_MQTT ? "{\"timestamp\":1893499200}" : "{}");
    a = scene_update(s, "fw",
                     "{\"status\":\"IN_PROGRESS\",\"includeJobExecutionState\":false,"
                     "\"includeJobDocument\":false}");
    assert_string_equal(a->text, s->edge == OVER_MQTT ? "{\"timestamp\":1893499200}" : "{}");
}

static void the_state_after_the_update_and_the_document_come_on_request(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"," STATE_ASKED "}");
    assert_state(a, "{\"status\":\"IN_PROGRESS\",\"versionNumber\":2}");
    assert_json_absent(a->body, "jobDocument");
    a = scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"includeJobDocument\":true}");
    assert_accepted(a);
    assert_document(s, a->body, "jobDocument", "fw");
    assert_json_absent(a->body, "executionState");
    a = scene_update(s, "fw",
                     "{\"status\":\"FAILED\"," STATE_ASKED
                     ",\"includeJobDocument\":true,\"statusDetails\":{\"a\":\"b\"}}");
    assert_state(a, "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":\"b\"},\"versionNumber\":4}");
    assert_document(s, a->body, "jobDocument", "fw");
}

static void what_to_include_is_true_or_false(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"includeJobDocument\":\"yes\"}"),
                   "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"includeJobExecutionState\":1}"),
                   "InvalidRequest");
    assert_execution(s, "fw", "QUEUED", 1);
}

/* MQTT alone has tokens and timestamps. */
static void the_client_token_comes_back_with_every_answer(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_update(s, "fw", "{\"clientToken\":\"t-1\",\"status\":\"IN_PROGRESS\"}");
    assert_string_equal(a->text, "{\"clientToken\":\"t-1\",\"timestamp\":1893499200}");
    static const struct {
        const char *body, *code;
    } refused[] = {
        { "{\"clientToken\":\"t-2\"}", "InvalidRequest" },
        { "{\"clientToken\":\"t-2\",\"status\":\"NONE\"}", "InvalidRequest" },
        { "{\"clientToken\":\"t-2\",\"status\":\"FAILED\",\"executionNumber\":7}", "ResourceNotFound" },
        { "{\"clientToken\":\"t-2\",\"status\":\"FAILED\",\"expectedVersion\":7}", "VersionMismatch" },
        { "{\"clientToken\":\"t-2\",\"status\":\"QUEUED\"}", "InvalidStateTransition" },
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        a = scene_update(s, "fw", refused[i].body);
        assert_refused(a, refused[i].code);
        assert_json_string(a->body, "clientToken", "t-2");
        assert_json_number(a->body, "timestamp", NOON_S);
    }
}

static void no_client_token_comes_back_when_none_was_sent(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_json_absent(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"}")->body, "clientToken");
    assert_json_absent(scene_update(s, "fw", "{\"clientToken\":null,\"status\":\"FAILED\"}")->body,
                       "clientToken");
    assert_json_absent(scene_update(s, "fw", "{}")->body, "clientToken");
}

static void a_client_token_is_a_text(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(scene_update(s, "fw", "{\"clientToken\":7,\"status\":\"IN_PROGRESS\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "fw", "{\"clientToken\":{},\"status\":\"IN_PROGRESS\"}"),
                   "InvalidRequest");
    assert_execution(s, "fw", "QUEUED", 1);
}

static void an_odd_client_token_comes_back_unharmed(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    static const char body[] = "{\"clientToken\":\"\\\"a\\\\ \\u00e9\\n\\u0001\",\"status\":\"IN_PROGRESS\"}";
    assert_json_string(scene_update(s, "fw", body)->body, "clientToken", "\"a\\ \303\251\n\001");
    assert_json_string(scene_update(s, "fw", "{\"clientToken\":\"\",\"status\":\"FAILED\"}")->body,
                       "clientToken", "");
}

static void over_http_a_client_token_is_an_unknown_member(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    const struct answer *a = scene_update(s, "fw", "{\"clientToken\":7,\"status\":\"IN_PROGRESS\"}");
    assert_accepted(a);
    assert_string_equal(a->text, "{}");
}

/* ---- members ---- */

static void unknown_members_are_ignored_and_the_address_wins(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    given_job(s->w, "fw", "pump");
    given_job(s->w, "other", "pump");
    assert_accepted(scene_update(s, "fw",
                                 "{\"jobId\":\"other\",\"thingName\":\"valve\",\"colour\":{\"deep\":[1]},"
                                 "\"status\":\"IN_PROGRESS\"}"));
    assert_execution(s, "fw", "IN_PROGRESS", 2);
    assert_execution(s, "other", "QUEUED", 1);
}

static void null_is_like_absent(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(
        scene_update(s, "fw",
                     "{\"status\":\"IN_PROGRESS\",\"statusDetails\":null,\"expectedVersion\":null,"
                     "\"executionNumber\":null,\"includeJobExecutionState\":null,"
                     "\"includeJobDocument\":null,\"stepTimeoutInMinutes\":null}"));
    assert_execution(s, "fw", "IN_PROGRESS", 2);
}

static void what_is_no_json_object_is_refused(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    static const char *const bodies[] = {
        "status",
        "{\"status\":\"FAILED\"",
        "{\"status\":\"FAILED\"} x",
        "{'status':'FAILED'}",
        "[{\"status\":\"FAILED\"}]",
        "\"FAILED\"",
        "7",
        "null",
        "{\"status\":\"FAILED\",\"x\":\"\377\"}",
        "{\"status\":\"FAILED\",\"x\":\"\\ud800\"}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_refused(scene_update(s, "fw", bodies[i]), "InvalidJson");
    assert_execution(s, "fw", "QUEUED", 1);
}

static void a_step_timer_has_1_to_10080_minutes_or_is_discarded(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    static const struct {
        int minutes;
        bool good;
    } values[] = {
        { -2, false }, { 0, false }, { 10081, false }, { 1, true }, { 10080, true }, { -1, true }
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        char body[128];
        snprintf(body, sizeof body, "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":%d}",
                 values[i].minutes);
        const struct answer *a = scene_update(s, "fw", body);
        if (values[i].good)
            assert_accepted(a);
        else
            assert_refused(a, "InvalidRequest");
    }
    assert_execution(s, "fw", "IN_PROGRESS", 4);
}

/* ---- which execution ---- */

static void what_does_not_exist_is_not_found(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    given_job(s->w, "fw", "pump");
    static const char body[] = "{\"status\":\"SUCCEEDED\"}";
    assert_refused(scene_update(s, "none", body), "ResourceNotFound");
    assert_refused(scene_update_of(s, "valve", "fw", body), "ResourceNotFound");
    assert_refused(scene_update_of(s, "nobody", "fw", body), "ResourceNotFound");
    assert_refused(scene_update(s, "FW", body), "ResourceNotFound");
    http(s->w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_refused(scene_update(s, "fw", body), "ResourceNotFound");
}

static void ids_are_checked(void **state)
{
    struct scene *s = *state;
    char job[66] = "";
    memset(job, 'j', 64);
    given_job(s->w, job, "pump");
    assert_accepted(scene_update(s, job, "{\"status\":\"SUCCEEDED\"}"));
    job[64] = 'j';
    assert_refused(scene_update(s, job, "{\"status\":\"SUCCEEDED\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "a.b", "{\"status\":\"SUCCEEDED\"}"), "InvalidRequest");
    assert_refused(scene_update_of(s, "pump.1", "fw", "{\"status\":\"SUCCEEDED\"}"), "InvalidRequest");
    assert_refused(scene_update(s, "$next", "{\"status\":\"SUCCEEDED\"}"), "InvalidRequest");
}

static void a_job_can_be_called_get_or_update(void **state)
{
    struct scene *s = *state;
    static const char *const names[] = { "get", "update", "start-next", "notify", "accepted" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        given_job(s->w, names[i], "pump");
        const struct answer *a = scene_describe(s, names[i], "{}");
        assert_accepted(a);
        assert_json_string(a->body, "execution.jobId", names[i]);
        assert_accepted(scene_update(s, names[i], "{\"status\":\"SUCCEEDED\"}"));
        assert_execution(s, names[i], "SUCCEEDED", 2);
    }
    assert_json(scene_pending(s)->body, "queuedJobs", "[]");
}

static void a_job_canceled_without_force_can_still_be_finished(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_start_next(s, "{}"));
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\"}"));
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_execution(s, "fw", "SUCCEEDED", 4);
    assert_json_string(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "CANCELED");
}

static void a_forced_cancel_is_told_with_the_next_update(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_start_next(s, "{}"));
    http(s->w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    const struct answer *a = scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}");
    assert_refused(a, "InvalidStateTransition");
    assert_json(a->body, "executionState", "{\"status\":\"CANCELED\",\"versionNumber\":3}");
}

/* ---- the order of the checks: each body is wrong in two ways, and the earlier check answers ---- */

static void json_is_checked_before_members(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(scene_update(s, "fw", "{\"status\":\"NONE\""), "InvalidJson");
}

static void members_are_checked_before_existence(void **state)
{
    struct scene *s = *state;
    assert_refused(scene_update(s, "none", "{\"status\":\"NONE\"}"), "InvalidRequest");
    assert_refused(scene_update_of(s, "nobody", "none", "{}"), "InvalidRequest");
    assert_refused(scene_update(s, "none", "{\"status\":\"FAILED\",\"stepTimeoutInMinutes\":0}"),
                   "InvalidRequest");
    assert_refused(scene_update(s, "none", "{\"status\":\"FAILED\",\"statusDetails\":{\"a\":null}}"),
                   "InvalidRequest");
}

static void existence_is_checked_before_the_version(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_refused(
        scene_update(s, "fw", "{\"status\":\"FAILED\",\"executionNumber\":2,\"expectedVersion\":9}"),
        "ResourceNotFound");
}

static void the_version_is_checked_before_the_transition(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":1}"),
                   "VersionMismatch");
    assert_refused(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"expectedVersion\":2}"),
                   "InvalidStateTransition");
}

static void a_refused_update_changes_nothing(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"a\":\"1\"}}"));
    advance(s->w, "PT10S");
    static const char refused[] = "{\"status\":\"%s\",\"statusDetails\":{\"a\":\"2\"},"
                                  "\"stepTimeoutInMinutes\":5%s}";
    char body[160];
    snprintf(body, sizeof body, refused, "IN_PROGRESS", ",\"expectedVersion\":9");
    assert_refused(scene_update(s, "fw", body), "VersionMismatch");
    snprintf(body, sizeof body, refused, "CANCELED", "");
    assert_refused(scene_update(s, "fw", body), "InvalidStateTransition");
    const struct answer *a = scene_describe(s, "fw", "{}");
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S);
    assert_json_string(a->body, "execution.statusDetails.a", "1");
    assert_json_absent(a->body, "execution.approximateSecondsBeforeTimedOut");
}

static void a_topic_that_is_no_request_is_told_so(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_string_equal(mqtt(s->w, PUMP "fw/updates", "{\"status\":\"FAILED\"}")->error, "InvalidTopic");
    assert_string_equal(mqtt(s->w, PUMP "fw", "{}")->error, "InvalidTopic");
    assert_execution(s, "fw", "QUEUED", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER_BOTH(an_update_needs_a_status),
        OVER_BOTH(a_status_is_one_of_the_eight_in_capitals),
        OVER_BOTH(the_job_can_be_done_without_being_started),
        OVER_BOTH(each_accepted_update_is_a_new_version_even_if_nothing_changes),
        OVER_BOTH(the_expected_version_is_a_number_or_a_text),
        OVER_BOTH(another_version_than_expected_is_told_with_the_state),
        OVER_BOTH(the_execution_number_is_a_number_or_a_text),
        OVER_BOTH(an_accepted_update_says_nothing_that_was_not_asked_for),
        OVER_BOTH(the_state_after_the_update_and_the_document_come_on_request),
        OVER_BOTH(what_to_include_is_true_or_false),
        OVER(OVER_MQTT, the_client_token_comes_back_with_every_answer),
        OVER(OVER_MQTT, no_client_token_comes_back_when_none_was_sent),
        OVER(OVER_MQTT, a_client_token_is_a_text),
        OVER(OVER_MQTT, an_odd_client_token_comes_back_unharmed),
        OVER(OVER_HTTP, over_http_a_client_token_is_an_unknown_member),
        OVER_BOTH(unknown_members_are_ignored_and_the_address_wins),
        OVER_BOTH(null_is_like_absent),
        OVER_BOTH(what_is_no_json_object_is_refused),
        OVER_BOTH(a_step_timer_has_1_to_10080_minutes_or_is_discarded),
        OVER_BOTH(what_does_not_exist_is_not_found),
        OVER_BOTH(ids_are_checked),
        OVER_BOTH(a_job_can_be_called_get_or_update),
        OVER_BOTH(a_job_canceled_without_force_can_still_be_finished),
        OVER_BOTH(a_forced_cancel_is_told_with_the_next_update),
        OVER_BOTH(json_is_checked_before_members),
        OVER_BOTH(members_are_checked_before_existence),
        OVER_BOTH(existence_is_checked_before_the_version),
        OVER_BOTH(the_version_is_checked_before_the_transition),
        OVER_BOTH(a_refused_update_changes_nothing),
        OVER(OVER_MQTT, a_topic_that_is_no_request_is_told_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
