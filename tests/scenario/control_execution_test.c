/* What an operator reads of executions, and cancels: DescribeJobExecution, CancelJobExecution and the two
 * lists. */
#include "support/retries.h"

#include <stdio.h>
#include <string.h>

#define FW     "/things/pump/jobs/fw"
#define CANCEL FW "/cancel"
#define FORCE  CANCEL "?force=true"

static void start(struct world *w, const char *details)
{
    char body[256];
    snprintf(body, sizeof body, "{\"status\":\"IN_PROGRESS\"%s%s}", *details ? ",\"statusDetails\":" : "",
             details);
    assert_string_equal(mqtt(w, PUMP "fw/update", body)->verdict, "accepted");
}

/* The job is tried again on the pump: one execution FAILED, the second QUEUED. */
static void given_retry(struct world *w)
{
    given_job_with(w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)));
    mqtt(w, PUMP "fw/update", "{\"status\":\"FAILED\"}");
}

static void assert_message(const struct answer *a, const char *exception, const char *message)
{
    assert_string_equal(a->error, exception);
    assert_json_string(a->body, "message", message);
}

/* ---- DescribeJobExecution ---- */

static void a_queued_execution_is_described_without_what_it_does_not_have(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    assert_json(http(w, 200, "GET", FW, NULL)->body, "",
                "{\"execution\":{\"jobId\":\"fw\",\"status\":\"QUEUED\",\"forceCanceled\":false,"
                "\"statusDetails\":{},\"thingArn\":\"" PUMP_ARN "\",\"queuedAt\":1893499200,"
                "\"lastUpdatedAt\":1893499200,\"executionNumber\":1,\"versionNumber\":1}}");
}

static void a_started_execution_is_described_with_details_and_remaining_time(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}");
    advance(w, "PT1.25S");
    start(w, "{\"a\":\"1\"}");
    advance(w, "PT1.5S");
    assert_json(http(w, 200, "GET", FW, NULL)->body, "execution",
                "{\"jobId\":\"fw\",\"status\":\"IN_PROGRESS\",\"forceCanceled\":false,"
                "\"statusDetails\":{\"detailsMap\":{\"a\":\"1\"}},\"thingArn\":\"" PUMP_ARN "\","
                "\"queuedAt\":1893499200,\"startedAt\":1893499201.25,\"lastUpdatedAt\":1893499201.25,"
                "\"executionNumber\":1,\"versionNumber\":2,\"approximateSecondsBeforeTimedOut\":1199}");
}

static void a_finished_execution_is_described_too(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":20}");
    start(w, "");
    mqtt(w, PUMP "fw/update", "{\"status\":\"FAILED\"}");
    const struct answer *a = http(w, 200, "GET", FW, NULL);
    assert_json_string(a->body, "execution.status", "FAILED");
    assert_json_absent(a->body, "execution.approximateSecondsBeforeTimedOut");
}

static void an_execution_number_chooses_among_the_executions_of_a_job(void **state)
{
    struct world *w = *state;
    given_retry(w);
    assert_json_number(http(w, 200, "GET", FW, NULL)->body, "execution.executionNumber", 2);
    assert_json_string(http(w, 200, "GET", FW "?executionNumber=1", NULL)->body, "execution.status",
                       "FAILED");
    assert_json_string(http(w, 200, "GET", FW "?executionNumber=2", NULL)->body, "execution.status",
                       "QUEUED");
    assert_string_equal(http(w, 404, "GET", FW "?executionNumber=3", NULL)->error,
                        "ResourceNotFoundException");
    assert_string_equal(http(w, 400, "GET", FW "?executionNumber=x", NULL)->error, "InvalidRequestException");
}

static void executions_that_do_not_exist_are_not_found(void **state)
{
    struct world *w = *state;
    given_thing(w, "valve");
    given_job(w, "fw", "pump");
    static const char *const paths[] = { "/things/valve/jobs/fw", "/things/pump/jobs/none",
                                         "/things/nobody/jobs/fw" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        char cancel[64];
        snprintf(cancel, sizeof cancel, "%s/cancel", paths[i]);
        assert_string_equal(http(w, 404, "GET", paths[i], NULL)->error, "ResourceNotFoundException");
        assert_string_equal(http(w, 404, "PUT", cancel, "{}")->error, "ResourceNotFoundException");
    }
    assert_string_equal(http(w, 400, "GET", "/things/pump/jobs/a.b", NULL)->error, "InvalidRequestException");
}

/* ---- CancelJobExecution ---- */

static void a_queued_execution_is_canceled_without_force(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    advance(w, "PT5S");
    assert_string_equal(http(w, 200, "PUT", CANCEL, "{}")->text, "");
    const struct answer *a = http(w, 200, "GET", FW, NULL);
    assert_json_string(a->body, "execution.status", "CANCELED");
    assert_json(a->body, "execution.forceCanceled", "false");
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_json_number(a->body, "execution.lastUpdatedAt", NOON_S + 5);
    assert_json_absent(a->body, "execution.startedAt");
}

static void a_running_execution_is_canceled_by_force_alone(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    start(w, "");
    assert_string_equal(http(w, 409, "PUT", CANCEL, "{}")->error, "InvalidStateTransitionException");
    assert_string_equal(http(w, 409, "PUT", CANCEL "?force=false", "{}")->error,
                        "InvalidStateTransitionException");
    assert_json_string(http(w, 200, "GET", FW, NULL)->body, "execution.status", "IN_PROGRESS");
    http(w, 200, "PUT", FORCE, "{}");
    const struct answer *a = http(w, 200, "GET", FW, NULL);
    assert_json_string(a->body, "execution.status", "CANCELED");
    assert_json(a->body, "execution.forceCanceled", "true");
    assert_json_number(a->body, "execution.versionNumber", 3);
}

static void a_finished_execution_is_not_canceled_even_by_force(void **state)
{
    struct world *w = *state;
    static const char *const ends[] = { "SUCCEEDED", "FAILED", "REJECTED" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char body[64];
        given_job(w, "fw", "pump");
        snprintf(body, sizeof body, "{\"status\":\"%s\"}", ends[i]);
        mqtt(w, PUMP "fw/update", body);
        assert_string_equal(http(w, 409, "PUT", CANCEL, "{}")->error, "InvalidStateTransitionException");
        assert_string_equal(http(w, 409, "PUT", FORCE, "{}")->error, "InvalidStateTransitionException");
        assert_json_string(http(w, 200, "GET", FW, NULL)->body, "execution.status", ends[i]);
        http(w, 200, "DELETE", "/jobs/fw", NULL);
    }
    given_job(w, "fw", "pump");
    http(w, 200, "PUT", CANCEL, "{}");
    assert_string_equal(http(w, 409, "PUT", FORCE, "{}")->error, "InvalidStateTransitionException");
}

static void the_last_execution_that_is_canceled_completes_the_job(void **state)
{
    struct world *w = *state;
    given_thing(w, "valve");
    http(w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"],"
         "\"document\":\"{}\"}");
    http(w, 200, "PUT", CANCEL, "{}");
    assert_json_string(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.status", "IN_PROGRESS");
    http(w, 200, "PUT", "/things/valve/jobs/fw/cancel", "{}");
    const struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfCanceledThings", 2);
}

static void a_cancel_can_expect_a_version(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    assert_message(http(w, 409, "PUT", CANCEL, "{\"expectedVersion\":5}"), "VersionConflictException",
                   "Expected version 5 but found version 1");
    assert_message(http(w, 409, "PUT", CANCEL, "{\"expectedVersion\":0}"), "VersionConflictException",
                   "Expected version 0 but found version 1");
    start(w, "");
    assert_message(http(w, 409, "PUT", CANCEL, "{\"expectedVersion\":1}"), "VersionConflictException",
                   "Expected version 1 but found version 2");
    http(w, 200, "PUT", FORCE, "{\"expectedVersion\":2}");
    assert_json_number(http(w, 200, "GET", FW, NULL)->body, "execution.versionNumber", 3);
}

static void a_cancel_can_replace_the_details(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    start(w, "{\"by\":\"device\",\"pct\":\"10\"}");
    http(w, 200, "PUT", FORCE, "{\"statusDetails\":{\"by\":\"operator\"}}");
    assert_json(http(w, 200, "GET", FW, NULL)->body, "execution.statusDetails",
                "{\"detailsMap\":{\"by\":\"operator\"}}");
}

static void a_cancel_without_details_leaves_them(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    start(w, "{\"by\":\"device\"}");
    http(w, 200, "PUT", FORCE, "");
    assert_json(http(w, 200, "GET", FW, NULL)->body, "execution.statusDetails",
                "{\"detailsMap\":{\"by\":\"device\"}}");
}

static void a_cancel_checks_its_members_first(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    static const char eleven_details[] =
        "{\"statusDetails\":{\"0\":\"v\",\"1\":\"v\",\"2\":\"v\",\"3\":\"v\",\"4\":\"v\",\"5\":\"v\","
        "\"6\":\"v\",\"7\":\"v\",\"8\":\"v\",\"9\":\"v\",\"10\":\"v\"}}";
    const char *const bodies[] = {
        "{\"statusDetails\":{\"a\":{}}}",
        "{\"statusDetails\":{\"a\":\"\"}}",
        "{\"statusDetails\":{\"a b\":\"c\"}}",
        "{\"statusDetails\":[]}",
        "{\"expectedVersion\":\"none\"}",
        "[]",
        eleven_details,
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        assert_string_equal(http(w, 400, "PUT", CANCEL, bodies[i])->error, "InvalidRequestException");
    assert_string_equal(http(w, 400, "PUT", CANCEL "?force=yes", "{}")->error, "InvalidRequestException");
    assert_json_number(http(w, 200, "GET", FW, NULL)->body, "execution.versionNumber", 1);
}

static void the_newest_execution_is_the_one_that_is_canceled(void **state)
{
    struct world *w = *state;
    given_retry(w);
    http(w, 200, "PUT", CANCEL, "{}");
    assert_json_string(http(w, 200, "GET", FW "?executionNumber=1", NULL)->body, "execution.status",
                       "FAILED");
    assert_json_string(http(w, 200, "GET", FW "?executionNumber=2", NULL)->body, "execution.status",
                       "CANCELED");
}

/* ---- lists ---- */

/* Things t0, t1 … and a job "fleet" on all of them. */
static void given_fleet(struct world *w, int count)
{
    char body[4096];
    int n = snprintf(body, sizeof body, "{\"document\":\"{}\",\"targets\":[");
    for (int i = 0; i < count; i++) {
        char thing[16];
        snprintf(thing, sizeof thing, "t%d", i);
        given_thing(w, thing);
        n += snprintf(body + n, sizeof body - (size_t)n, "%s\"arn:aws:iot:us-east-1:000000000000:thing/%s\"",
                      i ? "," : "", thing);
    }
    snprintf(body + n, sizeof body - (size_t)n, "]}");
    http(w, 200, "PUT", "/jobs/fleet", body);
}

enum { NAMES_TEXT_MAX = 1024 };

/* The names in a list, "a b c": of its things or of its jobs. They go behind those that are there already. */
static void add_names(const struct answer *a, char names[NAMES_TEXT_MAX])
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_at(a->body, "executionSummaries"))
    {
        const cJSON *arn = json_at(item, "thingArn");
        const char *name = arn ? strrchr(arn->valuestring, '/') + 1 : json_at(item, "jobId")->valuestring;
        size_t n = strlen(names);
        snprintf(names + n, NAMES_TEXT_MAX - n, "%s%s", n ? " " : "", name);
    }
}

static void assert_listed(const struct answer *a, const char *expected)
{
    char found[NAMES_TEXT_MAX] = "";
    assert_true(cJSON_IsArray(json_at(a->body, "executionSummaries")));
    add_names(a, found);
    assert_string_equal(found, expected);
}

static void given_jobs_on_the_pump(struct world *w)
{
    given_job(w, "a", "pump");
    given_job(w, "b", "pump");
    given_job(w, "c", "pump");
    mqtt(w, PUMP "a/update", "{\"status\":\"SUCCEEDED\"}");
    mqtt(w, PUMP "c/update", "{\"status\":\"IN_PROGRESS\"}");
}

static void the_executions_of_a_job_are_listed(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    advance(w, "PT2.5S");
    start(w, "");
    assert_json(http(w, 200, "GET", "/jobs/fw/things", NULL)->body, "",
                "{\"executionSummaries\":[{\"thingArn\":\"" PUMP_ARN "\",\"jobExecutionSummary\":{"
                "\"status\":\"IN_PROGRESS\",\"queuedAt\":1893499200,\"startedAt\":1893499202.5,"
                "\"lastUpdatedAt\":1893499202.5,\"executionNumber\":1,\"retryAttempt\":0}}]}");
}

static void the_executions_of_a_thing_are_listed(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    assert_json(http(w, 200, "GET", "/things/pump/jobs", NULL)->body, "",
                "{\"executionSummaries\":[{\"jobId\":\"fw\",\"jobExecutionSummary\":{"
                "\"status\":\"QUEUED\",\"queuedAt\":1893499200,\"lastUpdatedAt\":1893499200,"
                "\"executionNumber\":1,\"retryAttempt\":0}}]}");
}

static void the_executions_of_a_job_can_be_chosen_by_status(void **state)
{
    struct world *w = *state;
    given_fleet(w, 4);
    mqtt(w, "$aws/things/t1/jobs/fleet/update", "{\"status\":\"SUCCEEDED\"}");
    mqtt(w, "$aws/things/t2/jobs/fleet/update", "{\"status\":\"IN_PROGRESS\"}");
    assert_listed(http(w, 200, "GET", "/jobs/fleet/things", NULL), "t0 t1 t2 t3");
    assert_listed(http(w, 200, "GET", "/jobs/fleet/things?status=QUEUED", NULL), "t0 t3");
    assert_listed(http(w, 200, "GET", "/jobs/fleet/things?status=SUCCEEDED", NULL), "t1");
    assert_listed(http(w, 200, "GET", "/jobs/fleet/things?status=REMOVED", NULL), "");
    assert_string_equal(http(w, 400, "GET", "/jobs/fleet/things?status=DONE", NULL)->error,
                        "InvalidRequestException");
}

static void the_executions_of_a_thing_can_be_chosen_by_status_and_job(void **state)
{
    struct world *w = *state;
    given_jobs_on_the_pump(w);
    assert_listed(http(w, 200, "GET", "/things/pump/jobs", NULL), "c b a");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?status=QUEUED", NULL), "b");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?status=SUCCEEDED", NULL), "a");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?jobId=c", NULL), "c");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?jobId=c&status=QUEUED", NULL), "");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?jobId=none", NULL), "");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs?namespaceId=green", NULL), "");
    assert_string_equal(http(w, 400, "GET", "/things/pump/jobs?status=DONE", NULL)->error,
                        "InvalidRequestException");
}

static void each_execution_of_a_job_on_a_thing_is_listed(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"ALL\","
                   "\"numberOfRetries\":1}]}");
    mqtt(w, PUMP "fw/update", "{\"status\":\"FAILED\"}");
    const struct answer *a = http(w, 200, "GET", "/things/pump/jobs?jobId=fw", NULL);
    assert_listed(a, "fw fw");
    assert_json_number(a->body, "executionSummaries.0.jobExecutionSummary.executionNumber", 2);
    assert_json_number(a->body, "executionSummaries.0.jobExecutionSummary.retryAttempt", 1);
    assert_json_number(a->body, "executionSummaries.1.jobExecutionSummary.executionNumber", 1);
    assert_json_number(a->body, "executionSummaries.1.jobExecutionSummary.retryAttempt", 0);
}

static void lists_of_what_does_not_exist_are_not_found(void **state)
{
    struct world *w = *state;
    assert_message(http(w, 404, "GET", "/jobs/none/things", NULL), "ResourceNotFoundException",
                   "Job none cannot be found.");
    assert_message(http(w, 404, "GET", "/things/nobody/jobs", NULL), "ResourceNotFoundException",
                   "Thing nobody cannot be found.");
    assert_listed(http(w, 200, "GET", "/things/pump/jobs", NULL), "");
}

/* ---- pages ---- */

/* Reads a list to its end, `size` at a time: all that was listed, in order, and on how many pages. */
static int read_pages(struct world *w, const char *list, int size, char ret_names[NAMES_TEXT_MAX])
{
    char token[128] = "";
    int pages = 0;
    const struct answer *a;
    ret_names[0] = '\0';
    do {
        char path[256];
        snprintf(path, sizeof path, "%smaxResults=%d%s%s", list, size, token[0] ? "&nextToken=" : "", token);
        a = http(w, 200, "GET", path, NULL);
        assert_true(cJSON_GetArraySize(json_at(a->body, "executionSummaries")) <= size);
        add_names(a, ret_names);
        const cJSON *next = json_at(a->body, "nextToken");
        snprintf(token, sizeof token, "%s", next ? next->valuestring : "");
        pages++;
    } while (token[0]);
    return pages;
}

static void the_executions_of_a_job_come_in_pages(void **state)
{
    struct world *w = *state;
    char names[NAMES_TEXT_MAX];
    given_fleet(w, 7);
    assert_int_equal(read_pages(w, "/jobs/fleet/things?", 3, names), 3);
    assert_string_equal(names, "t0 t1 t2 t3 t4 t5 t6");
    assert_int_equal(read_pages(w, "/jobs/fleet/things?", 7, names), 1);
    assert_int_equal(read_pages(w, "/jobs/fleet/things?", 250, names), 1);
    assert_int_equal(read_pages(w, "/jobs/fleet/things?", 1, names), 7);
    mqtt(w, "$aws/things/t3/jobs/fleet/update", "{\"status\":\"SUCCEEDED\"}");
    assert_int_equal(read_pages(w, "/jobs/fleet/things?status=QUEUED&", 4, names), 2);
    assert_string_equal(names, "t0 t1 t2 t4 t5 t6");
}

static void the_executions_of_a_thing_come_in_pages_newest_first(void **state)
{
    struct world *w = *state;
    char names[NAMES_TEXT_MAX];
    given_jobs_on_the_pump(w);
    assert_int_equal(read_pages(w, "/things/pump/jobs?", 2, names), 2);
    assert_string_equal(names, "c b a");
    assert_int_equal(read_pages(w, "/things/pump/jobs?status=QUEUED&", 1, names), 1);
    assert_string_equal(names, "b");
}

static void what_is_queued_between_two_pages_does_not_disturb_them(void **state)
{
    struct world *w = *state;
    given_jobs_on_the_pump(w);
    const struct answer *a = http(w, 200, "GET", "/things/pump/jobs?maxResults=2", NULL);
    assert_listed(a, "c b");
    given_job(w, "d", "pump");
    a = next_page(w, a, "/things/pump/jobs?maxResults=2");
    assert_listed(a, "a");
    assert_json_absent(a->body, "nextToken");
}

static void a_page_has_1_to_250_results(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    static const char *const lists[] = { "/jobs/fw/things", "/things/pump/jobs" };
    for (size_t i = 0; i < 2; i++) {
        char path[64];
        snprintf(path, sizeof path, "%s?maxResults=0", lists[i]);
        assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException",
                       "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: "
                       "Member must have value greater than or equal to 1");
        snprintf(path, sizeof path, "%s?maxResults=251", lists[i]);
        assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException",
                       "1 validation error detected: Value '251' at 'maxResults' failed to satisfy "
                       "constraint: Member must have value less than or equal to 250");
    }
}

static void a_token_that_was_made_up_is_refused(void **state)
{
    struct world *w = *state;
    char path[256];
    given_fleet(w, 3);
    const struct answer *a = http(w, 200, "GET", "/jobs/fleet/things?maxResults=1", NULL);
    const char *token = json_at(a->body, "nextToken")->valuestring;
    size_t n = strlen(token);
    for (size_t i = 0; i < n; i += 5) {
        int at = snprintf(path, sizeof path, "/jobs/fleet/things?nextToken=%s", token) - (int)n + (int)i;
        path[at] = path[at] == 'A' ? 'B' : 'A';
        assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException", "Next token is invalid.");
    }
    static const char *const forged[] = { "1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "%20", "t1" };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        snprintf(path, sizeof path, "/jobs/fleet/things?nextToken=%s", forged[i]);
        assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException", "Next token is invalid.");
    }
}

static void a_token_of_another_list_is_refused(void **state)
{
    struct world *w = *state;
    char path[256];
    given_jobs_on_the_pump(w);
    const struct answer *a = http(w, 200, "GET", "/things/pump/jobs?maxResults=1", NULL);
    const char *token = json_at(a->body, "nextToken")->valuestring;
    static const char *const others[] = { "/jobs/a/things", "/jobs", "/things" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(path, sizeof path, "%s?nextToken=%s", others[i], token);
        assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException", "Next token is invalid.");
    }
    given_thing(w, "valve");
    snprintf(path, sizeof path, "/things/valve/jobs?nextToken=%s", token);
    assert_message(http(w, 400, "GET", path, NULL), "InvalidRequestException", "Next token is invalid.");
}

static void a_token_outlives_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    char path[256];
    given_thing(w, "pump");
    given_jobs_on_the_pump(w);
    const struct answer *a = http(w, 200, "GET", "/things/pump/jobs?maxResults=1", NULL);
    snprintf(path, sizeof path, "/things/pump/jobs?nextToken=%s", json_at(a->body, "nextToken")->valuestring);
    world_restart(w, "2030-01-01T12:30:00Z");
    assert_listed(http(w, 200, "GET", path, NULL), "b a");
    world_free(w);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_queued_execution_is_described_without_what_it_does_not_have),
        TEST(a_started_execution_is_described_with_details_and_remaining_time),
        TEST(a_finished_execution_is_described_too),
        TEST(an_execution_number_chooses_among_the_executions_of_a_job),
        TEST(executions_that_do_not_exist_are_not_found),
        TEST(a_queued_execution_is_canceled_without_force),
        TEST(a_running_execution_is_canceled_by_force_alone),
        TEST(a_finished_execution_is_not_canceled_even_by_force),
        TEST(the_last_execution_that_is_canceled_completes_the_job),
        TEST(a_cancel_can_expect_a_version),
        TEST(a_cancel_can_replace_the_details),
        TEST(a_cancel_without_details_leaves_them),
        TEST(a_cancel_checks_its_members_first),
        TEST(the_newest_execution_is_the_one_that_is_canceled),
        TEST(the_executions_of_a_job_are_listed),
        TEST(the_executions_of_a_thing_are_listed),
        TEST(the_executions_of_a_job_can_be_chosen_by_status),
        TEST(the_executions_of_a_thing_can_be_chosen_by_status_and_job),
        TEST(each_execution_of_a_job_on_a_thing_is_listed),
        TEST(lists_of_what_does_not_exist_are_not_found),
        TEST(the_executions_of_a_job_come_in_pages),
        TEST(the_executions_of_a_thing_come_in_pages_newest_first),
        TEST(what_is_queued_between_two_pages_does_not_disturb_them),
        TEST(a_page_has_1_to_250_results),
        TEST(a_token_that_was_made_up_is_refused),
        TEST(a_token_of_another_list_is_refused),
        cmocka_unit_test(a_token_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
