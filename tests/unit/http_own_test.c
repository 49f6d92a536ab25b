/* Our own endpoints below /_iotjobs/, over HTTP. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "api/uri_text.h"
#include "support/http_client.h"
#include "support/http_world.h"

/* --- our own endpoints -------------------------------------------------------------------------------- */

static void health_tells_of_each_component(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "{\"status\":\"ok\",\"version\":\"");
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200,
             "\"components\":{\"http\":\"ok\",\"store\":\"ok\",\"engine\":\"ok\",\"artifacts\":\"ok\"}");
}

static void health_tells_when_uploads_find_no_room(void **state)
{
    static const struct http_world_setting all_of_the_disk[] = { { "artifact_reserve", "1125899906842624" },
                                                                 { NULL, NULL } };
    http_world_setup_with(state, all_of_the_disk);
    const struct http_world *world = *state;
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "{\"status\":\"degraded\"");
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "\"artifacts\":\"no room\"");
    http_world_teardown(state);
}

static void ready_turns_when_the_host_says_so(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "/_iotjobs/ready", NULL, 503, "{\"status\":\"starting\"}");
    server_set_ready(world->server);
    http_ask(world, "GET", "/_iotjobs/ready", NULL, 200, "{\"status\":\"ready\"}");
}

static void info_names_version_build_settings_and_figures(void **state)
{
    const struct http_world *world = *state;
    static const char *const parts[] = {
        "\"name\":\"iotjobsd\"",  "\"started_at\":\"2030-01-01T00:00:0", "\"compiler\":\"",
        "\"in_memory\":\"true\"", "\"schedule_lead\":\"30m\"",           "\"engine\":{\"calls\":",
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        http_ask(world, "GET", "/_iotjobs/info", NULL, 200, parts[i]);
    http_ask(world, "GET", "/", NULL, 200, "\"health\":\"/_iotjobs/health\"");
}

static void an_unknown_endpoint_lists_the_known_ones(void **state)
{
    const struct http_world *world = *state;
    static const char *const paths[] = { "/_iotjobs/nothing", "/_iotjobs/", "/_iotjobs",
                                         "/_iotjobs/health/" };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        http_ask_error(world, "GET", paths[i], NULL, 404, "UnknownOperationException");
        http_ask(world, "GET", paths[i], NULL, 404, "\"endpoints\":[\"GET /\",\"GET /_iotjobs/health\",");
    }
}

/* Up to a label, for which the page has an example. */
static void the_manual_names_every_endpoint(void **state)
{
    static char manual[64 * 1024];
    struct http_answer answer;
    FILE *file = fopen("docs/own-endpoints.md", "re");
    assert_non_null(file);
    manual[fread(manual, 1, sizeof manual - 1, file)] = '\0';
    fclose(file);
    const struct http_world *world = *state;
    http_request(world->port, "GET", "/_iotjobs/", "", STR_NONE, &answer);
    assert_non_null(answer.body.p);
    char *rest = strstr(answer.body.p, "/_iotjobs");
    for (; rest != NULL; rest = strstr(rest, "/_iotjobs")) {
        char path[128];
        snprintf(path, sizeof path, "%.*s", (int)strcspn(rest, "{\" ."), rest);
        if (strcmp(path, "/_iotjobs/") != 0 && strstr(manual, path) == NULL)
            fail_msg("docs/own-endpoints.md does not know %s", path);
        rest += strlen(path);
    }
    http_answer_release(&answer);
}

static void a_wrong_method_names_the_right_ones(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    http_request(world->port, "DELETE", "/_iotjobs/clock", "", STR_NONE, &answer);
    assert_http_error(&answer, 405, "MethodNotAllowedException");
    assert_http_header(&answer, "Allow", "GET, POST");
    http_answer_release(&answer);
}

/* As no client would send them, and as JSON could not hold them. */
static void a_refusal_shows_only_what_can_be_shown(void **state)
{
    const struct http_world *world = *state;
    static char path[4096] = "/_iotjobs/";
    char expected[256];
    http_ask(world, "GET", "/_iotjobs/\xff\x01\"x", NULL, 404, "\"Nothing is at /_iotjobs/??\\\"x.\"");
    http_ask(world, "G\xc0T", "/_iotjobs/clock", NULL, 405, "takes GET, POST, not G?T.");
    memset(path + strlen(path), 'x', sizeof path - 1 - strlen(path));
    snprintf(expected, sizeof expected, "Nothing is at %.*s....\"", URI_TEXT_SHOWN_MAX, path);
    http_ask(world, "GET", path, NULL, 404, expected);
}

/* --- plans -------------------------------------------------------------------------------------------- */

/* As `aws iot create-job --generate-cli-skeleton` has it, filled in. */
static const char skeleton[] =
    "{\"jobId\":\"fw\",\"targets\":[\"arn:aws:iot:eu-central-1:000000000000:thing/"
    "pump\"],\"document\":\"{}\","
    "\"description\":\"update\",\"targetSelection\":\"SNAPSHOT\",\"jobExecutionsRolloutConfig\":{"
    "\"maximumPerMinute\":10},\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":5},\"tags\":[{\"Key\":\"a\","
    "\"Value\":\"b\"}]}";

static void a_plan_takes_the_file_of_create_job_and_creates_nothing(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "POST", "/_iotjobs/plan", skeleton, 200,
             "{\"jobId\":\"fw\",\"status\":\"IN_PROGRESS\",\"startsAt\":\"2030-01-01T00:0");
    http_ask(world, "POST", "/_iotjobs/plan?jobId=other", skeleton, 200, "{\"jobId\":\"other\",");
    http_ask(world, "GET", "/jobs", NULL, 200, "{\"jobs\":[]}");
    http_ask(world, "PUT", "/jobs/fw", skeleton, 200, "");
    http_ask_error(world, "POST", "/_iotjobs/plan", skeleton, 409, "ResourceAlreadyExistsException");
}

static void a_plan_is_refused_as_the_job_would_be(void **state)
{
    const struct http_world *world = *state;
    static const char region[] =
        "Authorization: AWS4-HMAC-SHA256 Credential=any/20300101/eu-west-3/iot/aws4_request, "
        "SignedHeaders=host, Signature=0\r\n";
    http_ask_error(world, "POST", "/_iotjobs/plan", "{", 400, "InvalidRequestException");
    http_ask_error(world, "POST", "/_iotjobs/plan", skeleton, 404, "ResourceNotFoundException");
    http_ask_error(world, "GET", "/_iotjobs/plan", NULL, 405, "MethodNotAllowedException");
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "PUT", "/jobs/fw", skeleton, 200, "");
    http_ask_with(world, "POST", "/_iotjobs/plan", region, skeleton, 409,
                  "arn:aws:iot:eu-west-3:000000000000:job/fw");
}

/* The job of the file is there, and one is as many as there may be. */
static void a_plan_counts_the_jobs_that_there_are(void **state)
{
    struct http_world *world = *state;
    http_world_restart_with(world, "active_jobs_limit", "1");
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "POST", "/_iotjobs/plan", skeleton, 200, "");
    http_ask(world, "PUT", "/jobs/fw", skeleton, 200, "");
    http_ask(world, "POST", "/_iotjobs/plan?jobId=other", skeleton, 410,
             "There can be at most 1 active jobs.");
    http_ask_error(world, "PUT", "/jobs/other", skeleton, 410, "LimitExceededException");
    http_ask(world, "PUT", "/jobs/fw/cancel", "{}", 200, "");
    http_ask(world, "POST", "/_iotjobs/plan?jobId=other", skeleton, 200, "");
}

/* --- requests of web pages ---------------------------------------------------------------------------- */

static void a_web_page_may_only_read(void **state)
{
    static const struct {
        const char *method, *target, *body;
    } writes[] = {
        { "POST", "/_iotjobs/reset", NULL }, { "POST", "/_iotjobs/clock", "{\"freeze\":true}" },
        { "PUT", "/jobs/one", "{}" },        { "DELETE", "/things/pump", NULL },
        { "OPTIONS", "/things/pump", NULL }, { "PATCH", "/nowhere", "" },
    };
    static const char *const origins[] = { "Origin: https://example.com\r\n", "origin: null\r\n",
                                           "Origin:\r\n" };
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        for (size_t j = 0; j < sizeof origins / sizeof *origins; j++) {
            struct http_answer answer;
            http_request(world->port, writes[i].method, writes[i].target, origins[j],
                         str_from(writes[i].body), &answer);
            assert_http_error(&answer, 403, "AccessDeniedException");
            http_answer_release(&answer);
        }
    http_ask_with(world, "GET", "/things/pump", origins[0], NULL, 200, "\"thingName\":\"pump\"");
    http_ask_with(world, "HEAD", "/things/pump", origins[0], NULL, 200, "");
    http_ask(world, "GET", "/_iotjobs/clock", NULL, 200, "\"frozen\":false");
}

/* --- the clock ---------------------------------------------------------------------------------------- */

static void the_clock_is_frozen_set_advanced_and_scaled(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "/_iotjobs/clock", NULL, 200,
             "{\"mode\":\"virtual\",\"frozen\":false,\"scale\":1.0,\"now\":\"2030-01-01T00:00:0");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"freeze\":true}", 200, "\"frozen\":true");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"set\":\"2031-02-03T04:05:06Z\"}", 200,
             "\"now\":\"2031-02-03T04:05:06.000Z\"");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"advance\":\"PT31M\"}", 200,
             "\"now\":\"2031-02-03T04:36:06.000Z\"");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"advance\":1860.5}", 200, "\"fired\":[");
    http_ask(world, "GET", "/_iotjobs/clock", NULL, 200, "\"now\":\"2031-02-03T05:07:06.500Z\"}");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"scale\":60}", 200, "\"scale\":60.0");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"real\":true}", 200, "\"mode\":\"real\"");
}

static void a_malformed_clock_change_names_the_forms(void **state)
{
    const struct http_world *world = *state;
    static const char *const bodies[] = {
        "",
        "{}",
        "{",
        "[]",
        "null",
        "{\"freeze\":false}",
        "{\"freeze\":true,\"real\":true}",
        "{\"thaw\":true}",
        "{\"set\":\"tomorrow\"}",
        "{\"set\":1}",
        "{\"advance\":-1}",
        "{\"advance\":1e300}",
        "{\"advance\":\"31 minutes\"}",
        "{\"advance\":\"P1000000D\"}",
        "{\"scale\":0}",
        "{\"scale\":-2}",
        "{\"scale\":\"60\"}",
        "{\"scale\":1e9}",
        "{\"freeze\":true} x",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        http_ask(world, "POST", "/_iotjobs/clock", bodies[i], 400, "exactly one of {\\\"freeze\\\":true}");
}

static void a_clock_that_follows_the_host_is_not_moved(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "/_iotjobs/clock", NULL, 200, "{\"mode\":\"real\",\"frozen\":false,");
    http_ask_error(world, "POST", "/_iotjobs/clock", "{\"freeze\":true}", 409, "ConflictException");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"freeze\":true}", 409, "--virtual-clock");
}

/* --- reset -------------------------------------------------------------------------------------------- */

static void a_server_that_keeps_its_data_is_not_reset(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask_error(world, "POST", "/_iotjobs/reset", NULL, 409, "ConflictException");
    http_ask(world, "POST", "/_iotjobs/reset", NULL, 409, "--in-memory or --virtual-clock");
    http_ask(world, "GET", "/things/pump", NULL, 200, "");
}

static void a_reset_empties_everything(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "POST", "/_iotjobs/reset", NULL, 200, "{");
    http_ask(world, "GET", "/things/pump", NULL, 404, "");
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
}

/* --- operations of our own ---------------------------------------------------------------------------- */

static void a_thing_and_a_job_are_explained(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/a:b", "{}", 200, "");
    http_ask(world, "PUT", "/jobs/fw",
             "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/a:b\"],\"document\":\"{}\"}", 200, "");
    http_ask(world, "GET", "/_iotjobs/explain?thing=a%3ab&job=fw", NULL, 200,
             "{\"thingName\":\"a:b\",\"reason\":\"NEXT\",\"text\":\"Execution 1 of job fw is queued");
    http_ask(world, "GET", "/_iotjobs/explain?thing=a:b", NULL, 200,
             "{\"thingName\":\"a:b\",\"jobs\":[{\"reason\":\"NEXT\"");
    http_ask(world, "GET", "/_iotjobs/jobs/%66w/timeline?of=job", NULL, 200,
             "{\"jobId\":\"fw\",\"status\":\"IN_PROGRESS\",\"transitions\":[{\"at\":\"");
}

static void what_our_operations_cannot_answer_is_refused(void **state)
{
    const struct http_world *world = *state;
    http_ask_error(world, "GET", "/_iotjobs/explain", NULL, 400, "InvalidRequestException");
    http_ask(world, "GET", "/_iotjobs/explain?thing=a&Job=b", NULL, 400,
             "The parameter Job is not known here; known are thing and job.");
    http_ask_error(world, "GET", "/_iotjobs/explain?thing=%", NULL, 400, "InvalidRequestException");
    http_ask_error(world, "GET", "/_iotjobs/explain?thing=none", NULL, 404, "ResourceNotFoundException");
    http_ask_error(world, "GET", "/_iotjobs/jobs/none/timeline", NULL, 404, "ResourceNotFoundException");
    http_ask_error(world, "GET", "/_iotjobs/jobs/%00/timeline", NULL, 400, "InvalidRequestException");
    http_ask_error(world, "GET", "/_iotjobs/jobs//timeline", NULL, 404, "UnknownOperationException");
    http_ask_error(world, "GET", "/_iotjobs/jobs/a/b/timeline", NULL, 404, "UnknownOperationException");
    http_ask_error(world, "POST", "/_iotjobs/jobs/fw/timeline", NULL, 405, "MethodNotAllowedException");
    http_ask(world, "GET", "/_iotjobs/", NULL, 404, "\"GET /_iotjobs/jobs/{jobId}/timeline\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, http_world_setup, http_world_teardown)
#define TEST_ON_HOST_TIME(name)                                                                              \
    cmocka_unit_test_setup_teardown(name, http_world_setup_on_host_time, http_world_teardown)
#define TEST_WITH_DATA(name)                                                                                 \
    cmocka_unit_test_setup_teardown(name, http_world_setup_durable, http_world_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(health_tells_of_each_component),
        cmocka_unit_test(health_tells_when_uploads_find_no_room),
        TEST(ready_turns_when_the_host_says_so),
        TEST(info_names_version_build_settings_and_figures),
        TEST(an_unknown_endpoint_lists_the_known_ones),
        TEST(the_manual_names_every_endpoint),
        TEST(a_wrong_method_names_the_right_ones),
        TEST(a_refusal_shows_only_what_can_be_shown),
        TEST(a_plan_takes_the_file_of_create_job_and_creates_nothing),
        TEST(a_plan_is_refused_as_the_job_would_be),
        TEST_WITH_DATA(a_plan_counts_the_jobs_that_there_are),
        TEST(a_web_page_may_only_read),
        TEST(the_clock_is_frozen_set_advanced_and_scaled),
        TEST(a_malformed_clock_change_names_the_forms),
        TEST_ON_HOST_TIME(a_clock_that_follows_the_host_is_not_moved),
        TEST(a_thing_and_a_job_are_explained),
        TEST(what_our_operations_cannot_answer_is_refused),
        TEST_WITH_DATA(a_server_that_keeps_its_data_is_not_reset),
        TEST(a_reset_empties_everything),
        TEST_ON_HOST_TIME(a_reset_empties_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
