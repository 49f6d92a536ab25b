/* Jobs in a namespace: seen on the topics of that namespace alone, and nowhere else (device protocol 1.2). */
#include "support/scene.h"

#include <string.h>

#define GG    ",\"namespaceId\":\"aws-gg-deployment\""
#define IN_GG "namespace-aws-gg-deployment"

/* The pump has the plain job "fw" and, queued before it, "gg" in the namespace; nothing is heard of it here.
 */
static int set_up(void **state)
{
    struct world *w = world_with_pump(NOON);
    given_job_with(w, "gg", "pump", GG);
    advance(w, "PT1S");
    given_job(w, "fw", "pump");
    forget_notifications(w);
    *state = w;
    return 0;
}

static void assert_answer_is(const struct answer *a, const char *verdict)
{
    if (strcmp(a->verdict, verdict) != 0)
        fail_msg("%s: %s", a->verdict, a->text);
}

static void assert_jobs(const struct answer *a, const char *in_progress, const char *queued)
{
    assert_answer_is(a, "accepted");
    assert_json_items(a->body, "inProgressJobs", "jobId", in_progress);
    assert_json_items(a->body, "queuedJobs", "jobId", queued);
}

static void the_list_of_a_topic_has_the_jobs_of_its_namespace(void **state)
{
    struct world *w = *state;
    assert_jobs(mqtt(w, PUMP "get", ""), "", "fw");
    assert_jobs(mqtt(w, PUMP IN_GG "/get", ""), "", "gg");
    assert_jobs(mqtt(w, PUMP "namespace-other/get", ""), "", "");
}

static void start_next_starts_the_next_one_of_its_namespace(void **state)
{
    struct world *w = *state;
    assert_json_string(mqtt(w, PUMP "start-next", "")->body, "execution.jobId", "fw");
    assert_json_string(mqtt(w, PUMP IN_GG "/start-next", "")->body, "execution.jobId", "gg");
    assert_json_absent(mqtt(w, PUMP "namespace-other/start-next", "")->body, "execution");
    assert_jobs(mqtt(w, PUMP "get", ""), "fw", "");
    assert_jobs(mqtt(w, PUMP IN_GG "/get", ""), "gg", "");
}

static void describing_the_next_one_means_that_of_the_namespace(void **state)
{
    struct world *w = *state;
    assert_json_string(mqtt(w, PUMP "$next/get", "")->body, "execution.jobId", "fw");
    assert_json_string(mqtt(w, PUMP "$next/" IN_GG "/get", "")->body, "execution.jobId", "gg");
    assert_json_absent(mqtt(w, PUMP "$next/namespace-other/get", "")->body, "execution");
}

static void a_job_of_another_namespace_cannot_be_found(void **state)
{
    struct world *w = *state;
    static const char *const wrong[] = {
        PUMP "gg/get",
        PUMP "gg/update",
        PUMP "fw/" IN_GG "/get",
        PUMP "fw/" IN_GG "/update",
        PUMP "gg/namespace-other/get",
        PUMP "gg/namespace-other/update",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const struct answer *a = mqtt(w, wrong[i], "{\"status\":\"SUCCEEDED\"}");
        assert_answer_is(a, "rejected");
        assert_string_equal(a->error, "ResourceNotFound");
    }
    assert_silence(w);
}

static void a_job_is_described_and_updated_on_the_topics_of_its_namespace(void **state)
{
    struct world *w = *state;
    assert_json_string(mqtt(w, PUMP "gg/" IN_GG "/get", "")->body, "execution.status", "QUEUED");
    assert_answer_is(mqtt(w, PUMP "gg/" IN_GG "/update", "{\"status\":\"IN_PROGRESS\"}"), "accepted");
    assert_answer_is(mqtt(w, PUMP "gg/" IN_GG "/update", "{\"status\":\"SUCCEEDED\"}"), "accepted");
    assert_job_status(w, "gg", "COMPLETED");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void notifications_of_a_namespace_have_topics_of_their_own(void **state)
{
    struct world *w = *state;
    given_job_with(w, "gg2", "pump", GG);
    assert_json_items(take_notification(w, PUMP "notify-" IN_GG), "jobs.QUEUED", "jobId", "gg gg2");
    assert_silence(w);
    mqtt(w, PUMP "gg/" IN_GG "/update", "{\"status\":\"FAILED\"}");
    assert_json_items(take_notification(w, PUMP "notify-" IN_GG), "jobs.QUEUED", "jobId", "gg2");
    assert_json_string(take_notification(w, PUMP "notify-next-" IN_GG), "execution.jobId", "gg2");
    assert_silence(w);
    mqtt(w, PUMP "fw/update", "{\"status\":\"FAILED\"}");
    assert_json(take_notification(w, PUMP "notify"), "jobs", "{}");
    assert_json_absent(take_notification(w, PUMP "notify-next"), "execution");
    assert_silence(w);
}

static void a_running_job_of_one_namespace_is_not_before_one_of_another(void **state)
{
    struct world *w = *state;
    mqtt(w, PUMP IN_GG "/start-next", "");
    assert_silence(w);
    assert_json_string(mqtt(w, PUMP "$next/get", "")->body, "execution.jobId", "fw");
}

static void both_lists_of_a_deleted_thing_are_told(void **state)
{
    struct world *w = *state;
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_json(take_notification(w, PUMP "notify"), "jobs", "{}");
    assert_json_absent(take_notification(w, PUMP "notify-next"), "execution");
    assert_json(take_notification(w, PUMP "notify-" IN_GG), "jobs", "{}");
    assert_json_absent(take_notification(w, PUMP "notify-next-" IN_GG), "execution");
    assert_silence(w);
    assert_job_status(w, "gg", "COMPLETED");
    assert_job_status(w, "fw", "COMPLETED");
}

static void over_http_the_query_names_the_namespace(void **state)
{
    struct world *w = *state;
    assert_json_items(http_data(w, 200, "GET", "/things/pump/jobs", NULL)->body, "queuedJobs", "jobId", "fw");
    assert_json_items(http_data(w, 200, "GET", "/things/pump/jobs?namespaceId=aws-gg-deployment", NULL)->body,
                      "queuedJobs", "jobId", "gg");
    assert_string_equal(http_data(w, 404, "GET", "/things/pump/jobs/gg", NULL)->error,
                        "ResourceNotFoundException");
    assert_json_string(
        http_data(w, 200, "PUT", "/things/pump/jobs/$next?namespaceId=aws-gg-deployment", "{}")->body,
        "execution.jobId", "gg");
    assert_string_equal(http_data(w, 400, "GET", "/things/pump/jobs?namespaceId=a.b", NULL)->error,
                        "InvalidRequestException");
}

static void the_control_plane_sees_and_tells_apart_both(void **state)
{
    struct world *w = *state;
    assert_json_string(http(w, 200, "GET", "/jobs/gg", NULL)->body, "job.namespaceId", "aws-gg-deployment");
    assert_json_absent(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.namespaceId");
    assert_json_items(http(w, 200, "GET", "/jobs", NULL)->body, "jobs", "jobId", "fw gg");
    assert_json_items(http(w, 200, "GET", "/jobs?namespaceId=aws-gg-deployment", NULL)->body, "jobs", "jobId",
                      "gg");
    assert_json_items(http(w, 200, "GET", "/jobs?namespaceId=other", NULL)->body, "jobs", "jobId", "");
    assert_json_items(http(w, 200, "GET", "/jobs?namespaceId=aws-gg-deployment&status=CANCELED", NULL)->body,
                      "jobs", "jobId", "");
    assert_json_items(http(w, 200, "GET", "/things/pump/jobs", NULL)->body, "executionSummaries", "jobId",
                      "fw gg");
    assert_json_items(http(w, 200, "GET", "/things/pump/jobs?namespaceId=aws-gg-deployment", NULL)->body,
                      "executionSummaries", "jobId", "gg");
    assert_json_items(
        http(w, 200, "GET", "/things/pump/jobs?namespaceId=aws-gg-deployment&jobId=fw", NULL)->body,
        "executionSummaries", "jobId", "");
}

static void the_namespace_of_a_list_pages_like_the_whole_list(void **state)
{
    struct world *w = *state;
    given_job_with(w, "gg2", "pump", GG);
    given_job(w, "fw2", "pump");
    given_job_with(w, "gg3", "pump", GG);
    const char *path = "/jobs?namespaceId=aws-gg-deployment&maxResults=2";
    const struct answer *first = http(w, 200, "GET", path, NULL);
    assert_json_items(first->body, "jobs", "jobId", "gg3 gg2");
    const struct answer *second = next_page(w, first, path);
    assert_json_items(second->body, "jobs", "jobId", "gg");
    assert_json_absent(second->body, "nextToken");
}

static void a_job_is_not_deleted_in_the_name_of_another_namespace(void **state)
{
    struct world *w = *state;
    refused(w, 404, "ResourceNotFoundException", "DELETE", "/jobs/gg?force=true&namespaceId=other", NULL,
            "Job gg cannot be found.");
    refused(w, 404, "ResourceNotFoundException", "DELETE",
            "/jobs/fw?force=true&namespaceId=aws-gg-deployment", NULL, "Job fw cannot be found.");
    http(w, 200, "DELETE", "/jobs/gg?force=true&namespaceId=aws-gg-deployment", NULL);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
}

static void a_namespace_of_other_characters_is_refused(void **state)
{
    struct world *w = *state;
    refused(
        w, 400, "InvalidRequestException", "PUT", "/jobs/x",
        "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\",\"namespaceId\":\"a.b\"}",
        "1 validation error detected: Value 'a.b' at 'namespaceId' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9_-]+");
}

#define IN_SETTING(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SETTING(the_list_of_a_topic_has_the_jobs_of_its_namespace),
        IN_SETTING(start_next_starts_the_next_one_of_its_namespace),
        IN_SETTING(describing_the_next_one_means_that_of_the_namespace),
        IN_SETTING(a_job_of_another_namespace_cannot_be_found),
        IN_SETTING(a_job_is_described_and_updated_on_the_topics_of_its_namespace),
        IN_SETTING(notifications_of_a_namespace_have_topics_of_their_own),
        IN_SETTING(a_running_job_of_one_namespace_is_not_before_one_of_another),
        IN_SETTING(both_lists_of_a_deleted_thing_are_told),
        IN_SETTING(over_http_the_query_names_the_namespace),
        IN_SETTING(the_control_plane_sees_and_tells_apart_both),
        IN_SETTING(the_namespace_of_a_list_pages_like_the_whole_list),
        IN_SETTING(a_job_is_not_deleted_in_the_name_of_another_namespace),
        IN_SETTING(a_namespace_of_other_characters_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
