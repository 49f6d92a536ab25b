/* ListJobs and the lists of executions: order, filters and pages. */
#include <stdio.h>

#include "support/refusals.h"

#define START ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"

static void given_jobs(struct world *w, int n)
{
    for (int i = 0; i < n; i++) {
        char id[32];
        snprintf(id, sizeof id, "job-%d", i);
        given_job(w, id, "pump");
    }
}

#define ASSERT_JOBS(answer, expected) assert_json_items((answer)->body, "jobs", "jobId", expected)
#define ASSERT_EXECUTIONS(answer, expected)                                                                  \
    assert_json_items((answer)->body, "executionSummaries", "jobId", expected)

static struct answer *get(struct world *w, const char *path)
{
    return http(w, 200, "GET", path, NULL);
}

/* ---- ListJobs ---- */

static void jobs_are_listed_newest_first(void **state)
{
    struct world *w = *state;
    assert_json(get(w, "/jobs")->body, "", "{\"jobs\":[]}");
    given_jobs(w, 2);
    advance(w, "PT1M");
    http_data(w, 200, "POST", "/things/pump/jobs/job-0", "{\"status\":\"SUCCEEDED\"}");
    struct answer *a = get(w, "/jobs");
    ASSERT_JOBS(a, "job-1 job-0");
    assert_json(a->body, "jobs.1",
                "{\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/job-0\",\"jobId\":\"job-0\","
                "\"targetSelection\":\"SNAPSHOT\",\"status\":\"COMPLETED\",\"createdAt\":1893499200,"
                "\"lastUpdatedAt\":1893499260,\"completedAt\":1893499260,\"isConcurrent\":false}");
    assert_json_absent(a->body, "jobs.0.completedAt");
    assert_json_absent(a->body, "nextToken");
}

static void jobs_can_be_filtered(void **state)
{
    struct world *w = *state;
    given_job_with(w, "scheduled", "pump", START);
    given_job_with(w, "forever", "pump", ",\"targetSelection\":\"CONTINUOUS\"");
    given_job(w, "once", "pump");
    given_job(w, "canceled", "pump");
    given_job(w, "done", "pump");
    http(w, 200, "PUT", "/jobs/canceled/cancel", "{}");
    http_data(w, 200, "POST", "/things/pump/jobs/done", "{\"status\":\"REJECTED\"}");
    ASSERT_JOBS(get(w, "/jobs?status=SCHEDULED"), "scheduled");
    ASSERT_JOBS(get(w, "/jobs?status=IN_PROGRESS"), "once forever");
    ASSERT_JOBS(get(w, "/jobs?status=CANCELED"), "canceled");
    ASSERT_JOBS(get(w, "/jobs?status=COMPLETED"), "done");
    ASSERT_JOBS(get(w, "/jobs?status=DELETION_IN_PROGRESS"), "");
    ASSERT_JOBS(get(w, "/jobs?targetSelection=CONTINUOUS"), "forever");
    ASSERT_JOBS(get(w, "/jobs?targetSelection=SNAPSHOT"), "done canceled once scheduled");
    ASSERT_JOBS(get(w, "/jobs?status=IN_PROGRESS&targetSelection=SNAPSHOT"), "once");
    ASSERT_JOBS(get(w, "/jobs?namespaceId=space"), "");
}

static void filters_that_cannot_be_met_are_refused(void **state)
{
    struct world *w = *state;
    refused(
        w, INVALID, "GET", "/jobs?status=PAUSED", NULL,
        "1 validation error detected: Value 'PAUSED' at 'status' failed to satisfy constraint: Member must "
        "satisfy enum value set: [IN_PROGRESS, CANCELED, COMPLETED, DELETION_IN_PROGRESS, SCHEDULED]");
    refused(w, INVALID, "GET", "/jobs?targetSelection=SOME", NULL, "1 validation error detected: …");
    refused(w, NOT_FOUND, "GET", "/jobs?thingGroupName=all", NULL, "Thing group all cannot be found.");
    refused(w, NOT_FOUND, "GET", "/jobs?thingGroupId=0f0f", NULL, "Thing group 0f0f cannot be found.");
    refused(w, INVALID, "GET", "/jobs?thingGroupName=all&thingGroupId=0f0f", NULL,
            "Provide either thingGroupName or thingGroupId, not both.");
}

static void jobs_come_in_pages(void **state)
{
    struct world *w = *state;
    given_jobs(w, 5);
    struct answer *a = get(w, "/jobs?maxResults=2");
    ASSERT_JOBS(a, "job-4 job-3");
    a = next_page(w, a, "/jobs?maxResults=2");
    ASSERT_JOBS(a, "job-2 job-1");
    a = next_page(w, a, "/jobs?maxResults=2");
    ASSERT_JOBS(a, "job-0");
    assert_json_absent(a->body, "nextToken");
    assert_json_absent(get(w, "/jobs?maxResults=5")->body, "nextToken");
}

static void jobs_that_come_and_go_between_pages_disturb_no_other(void **state)
{
    struct world *w = *state;
    given_jobs(w, 6);
    struct answer *a = get(w, "/jobs?maxResults=2");
    ASSERT_JOBS(a, "job-5 job-4");
    http(w, 200, "DELETE", "/jobs/job-5?force=true", NULL);
    http(w, 200, "DELETE", "/jobs/job-4?force=true", NULL);
    http(w, 200, "DELETE", "/jobs/job-3?force=true", NULL);
    given_job(w, "new", "pump"); /* behind the deletions: it must not take the place of one of them */
    struct answer *second = next_page(w, a, "/jobs?maxResults=2");
    ASSERT_JOBS(second, "job-2 job-1");
    ASSERT_JOBS(next_page(w, second, "/jobs?maxResults=2"), "job-0");
    ASSERT_JOBS(next_page(w, a, "/jobs?maxResults=1"), "job-2");
}

static void the_last_page_may_have_vanished(void **state)
{
    struct world *w = *state;
    given_jobs(w, 3);
    struct answer *a = get(w, "/jobs?maxResults=2");
    http(w, 200, "DELETE", "/jobs/job-0?force=true", NULL);
    assert_json(next_page(w, a, "/jobs?maxResults=2")->body, "", "{\"jobs\":[]}");
}

static void filtered_jobs_come_in_pages_too(void **state)
{
    struct world *w = *state;
    given_jobs(w, 5);
    http(w, 200, "PUT", "/jobs/job-3/cancel", "{}");
    struct answer *a = get(w, "/jobs?maxResults=2&status=IN_PROGRESS");
    ASSERT_JOBS(a, "job-4 job-2");
    ASSERT_JOBS(next_page(w, a, "/jobs?maxResults=2&status=IN_PROGRESS"), "job-1 job-0");
}

static void a_page_size_out_of_range_is_refused(void **state)
{
    struct world *w = *state;
    refused(
        w, INVALID, "GET", "/jobs?maxResults=0", NULL,
        "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must "
        "have value greater than or equal to 1");
    refused(w, INVALID, "GET", "/jobs?maxResults=251", NULL,
            "1 validation error detected: Value '251' at 'maxResults' failed to satisfy constraint: Member "
            "must have value less than or equal to 250");
    refused(w, INVALID, "GET", "/jobs?maxResults=many", NULL, "…");
}

static void made_up_tokens_and_those_of_other_lists_are_refused(void **state)
{
    struct world *w = *state;
    given_jobs(w, 3);
    given_thing(w, "valve");
    char token[256], path[512];
    snprintf(token, sizeof token, "%s",
             json_at(get(w, "/things?maxResults=1")->body, "nextToken")->valuestring);
    snprintf(path, sizeof path, "/jobs?nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");

    snprintf(token, sizeof token, "%s",
             json_at(get(w, "/jobs?maxResults=1")->body, "nextToken")->valuestring);
    snprintf(path, sizeof path, "/jobs?nextToken=%s", token);
    get(w, path);
    token[3] = token[3] == 'A' ? 'B' : 'A';
    snprintf(path, sizeof path, "/jobs?nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/jobs?nextToken=x", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/jobs?nextToken=", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/jobs?nextToken=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", NULL,
            "Next token is invalid.");
}

static void a_token_outlives_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable("2030-01-01T12:00:00Z");
    given_thing(w, "pump");
    given_jobs(w, 3);
    struct answer *a = get(w, "/jobs?maxResults=2");
    world_restart(w, "2030-01-01T12:00:00Z");
    ASSERT_JOBS(next_page(w, a, "/jobs?maxResults=2"), "job-0");
    world_free(w);
}

/* ---- lists of executions ---- */

static void executions_of_a_thing_are_listed_newest_first(void **state)
{
    struct world *w = *state;
    given_jobs(w, 3);
    advance(w, "PT1M");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    struct answer *a = get(w, "/things/pump/jobs");
    ASSERT_EXECUTIONS(a, "job-2 job-1 job-0");
    assert_json(a->body, "executionSummaries.2",
                "{\"jobId\":\"job-0\",\"jobExecutionSummary\":{\"status\":\"IN_PROGRESS\","
                "\"queuedAt\":1893499200,\"startedAt\":1893499260,\"lastUpdatedAt\":1893499260,"
                "\"executionNumber\":1,\"retryAttempt\":0}}");
    assert_json_absent(a->body, "executionSummaries.0.jobExecutionSummary.startedAt");
    ASSERT_EXECUTIONS(get(w, "/things/pump/jobs?status=QUEUED"), "job-2 job-1");
    ASSERT_EXECUTIONS(get(w, "/things/pump/jobs?jobId=job-1"), "job-1");
    ASSERT_EXECUTIONS(get(w, "/things/pump/jobs?jobId=job-0&status=QUEUED"), "");
    ASSERT_EXECUTIONS(get(w, "/things/pump/jobs?jobId=ghost"), "");
    ASSERT_EXECUTIONS(get(w, "/things/pump/jobs?namespaceId=space"), "");
    a = get(w, "/things/pump/jobs?maxResults=2");
    ASSERT_EXECUTIONS(a, "job-2 job-1");
    ASSERT_EXECUTIONS(next_page(w, a, "/things/pump/jobs?maxResults=2"), "job-0");
    refused(w, NOT_FOUND, "GET", "/things/ghost/jobs", NULL, "Thing ghost cannot be found.");
    refused(w, INVALID, "GET", "/things/pump/jobs?status=DONE", NULL, "1 validation error detected: …");
}

static void executions_of_a_job_are_listed_in_the_order_of_their_targets(void **state)
{
#define ARN(thing) "arn:aws:iot:us-east-1:000000000000:thing/" thing
    struct world *w = *state;
    given_thing(w, "ant");
    given_thing(w, "zebra");
    http(w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" ARN("zebra") "\",\"" ARN("ant") "\",\"" ARN("pump") "\"],\"document\":\"{}\"}");
    http_data(w, 200, "POST", "/things/ant/jobs/fw", "{\"status\":\"FAILED\"}");
    struct answer *a = get(w, "/jobs/fw/things");
    assert_json_items(a->body, "executionSummaries", "thingArn", ARN("zebra") " " ARN("ant") " " ARN("pump"));
    assert_json(a->body, "executionSummaries.1",
                "{\"thingArn\":\"" ARN("ant") "\",\"jobExecutionSummary\":{\"status\":\"FAILED\","
                                              "\"queuedAt\":1893499200,\"lastUpdatedAt\":1893499200,"
                                              "\"executionNumber\":1,\"retryAttempt\":0}}");
    assert_json_items(get(w, "/jobs/fw/things?status=QUEUED")->body, "executionSummaries", "thingArn",
                      ARN("zebra") " " ARN("pump"));
    a = get(w, "/jobs/fw/things?maxResults=2");
    assert_json_items(next_page(w, a, "/jobs/fw/things?maxResults=2")->body, "executionSummaries", "thingArn",
                      ARN("pump"));
    refused(w, NOT_FOUND, "GET", "/jobs/ghost/things", NULL, "Job ghost cannot be found.");
}

static void a_job_without_executions_has_an_empty_list(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", START);
    assert_json(get(w, "/jobs/fw/things")->body, "", "{\"executionSummaries\":[]}");
    assert_json(get(w, "/things/pump/jobs")->body, "", "{\"executionSummaries\":[]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(jobs_are_listed_newest_first),
        TEST(jobs_can_be_filtered),
        TEST(filters_that_cannot_be_met_are_refused),
        TEST(jobs_come_in_pages),
        TEST(jobs_that_come_and_go_between_pages_disturb_no_other),
        TEST(the_last_page_may_have_vanished),
        TEST(filtered_jobs_come_in_pages_too),
        TEST(a_page_size_out_of_range_is_refused),
        TEST(made_up_tokens_and_those_of_other_lists_are_refused),
        cmocka_unit_test(a_token_outlives_a_restart),
        TEST(executions_of_a_thing_are_listed_newest_first),
        TEST(executions_of_a_job_are_listed_in_the_order_of_their_targets),
        TEST(a_job_without_executions_has_an_empty_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
