/* Documents of an external S3, over HTTP: a real server whose s3_endpoint is a small S3 of the test's. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/fake_s3.h"
#include "support/http_world.h"

#define DOCUMENT "{\"action\":\"update\"}"
#define SOURCE   "\"documentSource\":\"https://s3.eu-central-1.amazonaws.com/firmware/pump/doc.json\""
#define TARGETS  "\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"]"
#define JOB      "{" TARGETS "," SOURCE "}"
#define TEMPLATE "{\"description\":\"d\"," SOURCE "}"

static struct fake_s3_config config;
static struct fake_s3 *s3;

static int set_up_with(void **state, enum fake_s3_manner manner)
{
    config = (struct fake_s3_config){ .manner = manner,
                                      .path = "/firmware/pump/doc.json",
                                      .object = STR_LIT(DOCUMENT) };
    s3 = fake_s3_start(&config);
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "http://127.0.0.1:%d", fake_s3_port(s3));
    const struct http_world_setting settings[] = { { "s3_endpoint", endpoint },
                                                   { "s3_access_key", FAKE_S3_KEY },
                                                   { "s3_secret_key", FAKE_S3_SECRET },
                                                   { NULL, NULL } };
    if (http_world_setup_with(state, settings) != 0)
        return -1;
    http_ask(*state, "POST", "/things/pump", "{}", 200, "");
    return 0;
}

static int set_up(void **state)
{
    return set_up_with(state, FAKE_S3_SERVES);
}

static int set_up_with_a_silent_one(void **state)
{
    return set_up_with(state, FAKE_S3_NEVER_ANSWERS);
}

static void change_object(struct str object)
{
    config.object = object;
    fake_s3_change(s3, &config);
}

static int tear_down(void **state)
{
    int rc = http_world_teardown(state);
    fake_s3_stop(s3);
    return rc;
}

/* ---- what it has ---- */

static void a_job_has_the_document_that_its_source_had(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "PUT", "/jobs/fw", JOB, 200, "\"jobId\":\"fw\"");
    change_object(STR_LIT("{\"action\":\"other\"}")); /* which nobody asks for any more */
    http_ask(world, "GET", "/jobs/fw/job-document", NULL, 200,
             "{\"document\":\"{\\\"action\\\":\\\"update\\\"}\"}");
    http_ask(world, "GET", "/jobs/fw", NULL, 200, SOURCE);
    http_ask_with(world, "PUT", "/things/pump/jobs/$next",
                  "Host: data.jobs.iot.eu-central-1.amazonaws.com\r\n", "{}", 200,
                  "\"jobDocument\":\"{\\\"action\\\":\\\"update\\\"}\"");
    assert_int_equal(fake_s3_requests(s3), 1);
}

static void a_template_has_it_and_gives_it_to_its_jobs(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "PUT", "/job-templates/update", TEMPLATE, 200, "");
    http_ask(world, "GET", "/job-templates/update", NULL, 200, SOURCE ",\"document\":\"{\\\"action\\\":");
    http_ask(world, "PUT", "/jobs/fw",
             "{" TARGETS ",\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/update\"}",
             200, "");
    http_ask(world, "GET", "/jobs/fw/job-document", NULL, 200, "update");
    assert_int_equal(fake_s3_requests(s3), 1);
}

static void a_plan_shows_it_and_writes_nothing(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/_iotjobs/plan?jobId=fw", JOB, 200,
             "\"document\":\"{\\\"action\\\":\\\"update\\\"}\"");
    http_ask(world, "GET", "/jobs/fw", NULL, 404, "");
    assert_int_equal(fake_s3_requests(s3), 1);
}

static void several_plans_share_a_connection(void **state)
{
    const struct http_world *world = *state;
    static const char head[] = "POST /_iotjobs/plan HTTP/1.1\r\nHost: x\r\nContent-Length: ";
    char request[1024];
    int n = snprintf(request, sizeof request, "%s%zu\r\n\r\n%s", head, sizeof JOB - 1, JOB);
    int fd = http_connect(world->port);
    for (int i = 0; i < 3; i++) {
        struct http_answer answer;
        assert_true(http_send(fd, (struct str){ request, (size_t)n }));
        http_receive(fd, false, &answer);
        assert_http_status(&answer, 200);
        http_answer_release(&answer);
    }
    close(fd);
}

/* ---- what is refused ---- */

static void what_it_does_not_have_is_refused_with_bucket_and_key(void **state)
{
    const struct http_world *world = *state;
    static const char body[] = "{" TARGETS ",\"documentSource\":\"s3://firmware/pump/other%20one.json\"}";
    char expected[512];
    snprintf(expected, sizeof expected,
             "\"message\":\"Job document source s3://firmware/pump/other%%20one.json cannot be read: "
             "http://127.0.0.1:%d has no such object (404 NoSuchKey) (bucket firmware, key pump/other "
             "one.json).\"",
             fake_s3_port(s3));
    http_ask(world, "PUT", "/jobs/fw", body, 400, expected);
    http_ask(world, "POST", "/_iotjobs/plan?jobId=fw", body, 400, expected);
    http_ask(world, "PUT", "/job-templates/update",
             "{\"description\":\"d\",\"documentSource\":\"s3://firmware/pump/other%20one.json\"}", 400,
             expected);
    http_ask_error(world, "GET", "/jobs/fw", NULL, 404, "ResourceNotFoundException");
}

static void what_it_has_is_judged_like_any_document(void **state)
{
    static char large[32769];
    const struct http_world *world = *state;
    change_object(STR_LIT("{"));
    http_ask(world, "PUT", "/jobs/fw", JOB, 400, "Job document is not valid JSON in UTF-8.");
    change_object(STR_LIT("{\"a\":\"${aws:iot:s3-presigned-url:https://s3.amazonaws.com/bucket/k}\"}"));
    http_ask(world, "PUT", "/jobs/fw", JOB, 400, "presignedUrlConfig role ARN is required");
    memset(large, ' ', sizeof large);
    change_object((struct str){ large, sizeof large });
    http_ask(world, "PUT", "/jobs/fw", JOB, 400, "it is larger than 32768 bytes (bucket firmware");
    http_ask(world, "GET", "/jobs/fw", NULL, 404, "");
}

static void nobody_is_asked_for_what_is_refused_anyway(void **state)
{
    static const char *const bodies[] = {
        "{" TARGETS "," SOURCE ",\"document\":\"{}\"}",
        "{" TARGETS ",\"documentSource\":\"https://example.com/firmware/k\"}",
        "{" TARGETS ",\"documentSource\":\"s3://firmware\"}",
        "{" TARGETS ",\"documentSource\":\"s3://firm@ware/k\"}",
        "{" TARGETS ",\"documentSource\":\"s3://firmware?x/k\"}",
        "{" TARGETS ",\"documentSource\":\"s3://../k\"}",
        "{" TARGETS ",\"documentSource\":\"s3://firmware/%00\"}",
        "{" TARGETS ",\"documentSource\":\"s3://firmware/%zz\"}",
        "{" TARGETS ",\"documentSource\":\"\"}",
        "{" TARGETS ",\"documentSource\":7}",
    };
    const struct http_world *world = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        http_ask_error(world, "PUT", "/jobs/fw", bodies[i], 400, "InvalidRequestException");
    assert_int_equal(fake_s3_requests(s3), 0);
}

static void what_the_request_says_wrong_is_said_first(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "PUT", "/jobs/fw",
             "{" TARGETS
             ",\"documentSource\":\"s3://firmware/other\",\"schedulingConfig\":{\"startTime\":\"never\"}}",
             400, "StartTime");
}

/* ---- who waits ---- */

static int send_job(const struct http_world *world, const char *job)
{
    char request[1024];
    int n =
        snprintf(request, sizeof request, "PUT /jobs/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                 job, sizeof JOB - 1, JOB);
    int fd = http_connect(world->port);
    assert_true(http_send(fd, (struct str){ request, (size_t)n }));
    return fd;
}

static void receive_error(int fd, int status, const char *exception)
{
    struct http_answer answer;
    http_receive(fd, false, &answer);
    assert_http_error(&answer, status, exception);
    http_answer_release(&answer);
    close(fd);
}

/* More jobs than there are threads of HTTP wait for an S3 that says nothing, and everybody else is served;
 * the end of the server does not wait for it either. */
static void who_waits_for_a_silent_s3_keeps_nobody_from_anything(void **state)
{
    struct http_world *world = *state;
    int jobs[8];
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        char id[16];
        snprintf(id, sizeof id, "fw-%zu", i);
        jobs[i] = send_job(world, id);
    }
    fake_s3_wait(s3, 1);
    http_ask(world, "GET", "/things/pump", NULL, 200, "");
    http_ask(world, "POST", "/things/valve", "{}", 200, "");
    http_ask(world, "POST", "/keys-and-certificate", "", 200, "PRIVATE KEY");
    http_ask(world, "POST", "/_iotjobs/plan", "{" TARGETS ",\"document\":\"{}\"}", 200, "");
    server_stop(world->server);
    world->server = NULL;
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        receive_error(jobs[i], 400, "ThrottlingException");
    assert_int_equal(fake_s3_requests(s3), 1);
}

static void the_secret_is_not_shown(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    http_request(world->port, "GET", "/_iotjobs/info", "", STR_NONE, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "\"s3_access_key\":\"" FAKE_S3_KEY "\"");
    assert_http_body_has(&answer, "\"s3_secret_key\":\"(set)\"");
    assert_null(strstr(answer.body.p, FAKE_S3_SECRET));
    http_answer_release(&answer);
}

#define TEST(name)        cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_SILENT(name) cmocka_unit_test_setup_teardown(name, set_up_with_a_silent_one, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_job_has_the_document_that_its_source_had),
        TEST(a_template_has_it_and_gives_it_to_its_jobs),
        TEST(a_plan_shows_it_and_writes_nothing),
        TEST(several_plans_share_a_connection),
        TEST(what_it_does_not_have_is_refused_with_bucket_and_key),
        TEST(what_it_has_is_judged_like_any_document),
        TEST(nobody_is_asked_for_what_is_refused_anyway),
        TEST(what_the_request_says_wrong_is_said_first),
        TEST_SILENT(who_waits_for_a_silent_s3_keeps_nobody_from_anything),
        TEST(the_secret_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
