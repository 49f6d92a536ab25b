/* auth = enforce over HTTP: who signs is somebody, and may what his role permits; nobody else may anything.
 * The rules of signatures themselves: api_auth_test. */
#include "support/auth_world.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/model.h"
#include "base/clock.h"
#include "rules/security/action.h"
#include "support/s3_client.h"

#define NO_TOKEN "MissingAuthenticationTokenException"
#define JOB      "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],\"document\":\"{}\"}"

/* ---- signatures ---- */

static void who_has_signed_is_served(void **state)
{
    auth_ask(*state, ADMIN, "POST", "/things/pump", "{}", 200, "\"thingName\":\"pump\"");
    auth_ask(*state, OPERATOR, "PUT", "/jobs/fw", JOB, 200, "arn:aws:iot:us-east-1:000000000000:job/fw");
    auth_ask(*state, READER, "GET", "/jobs?maxResults=1", NULL, 200, "\"jobId\":\"fw\"");
    auth_ask(*state, READER, "GET", "/things/pump/jobs", NULL, 200, "executionSummaries");
}

static void the_service_of_a_signature_says_which_plane_is_meant(void **state)
{
    struct http_answer answer;
    const struct auth_request request = {
        .key = READER, .service = "iot-jobs-data", .method = "GET", .target = "/things/pump/jobs"
    };
    auth_ask(*state, ADMIN, "POST", "/things/pump", "{}", 200, "");
    auth_send(*state, &request, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "queuedJobs");
    http_answer_release(&answer);
}

static void who_has_signed_wrongly_is_refused(void **state)
{
    static const struct {
        struct auth_request request;
        const char *exception, *words;
    } cases[] = {
        { { .key = NULL }, NO_TOKEN, "\"message\":\"Missing Authentication Token\"" },
        { { .key = "AKIAUNKNOWN" },
          "UnrecognizedClientException",
          "\"message\":\"The security token included in the request is invalid.\"" },
        { { .key = READER, .secret = "wrong" },
          "InvalidSignatureException",
          "\"message\":\"The request signature we calculated does not match the signature you provided. "
          "Check "
          "your AWS Secret Access Key and signing method. Consult the service documentation for "
          "details.\\n" },
        { { .key = READER, .region = "eu-west-1" },
          "InvalidSignatureException",
          "\"message\":\"Credential should be scoped to a valid region, not 'eu-west-1'. \"" },
        { { .key = READER, .service = "iotdata" },
          "InvalidSignatureException",
          "\"message\":\"Credential should be scoped to correct service: 'iot'. \"" },
        { { .key = NULL, .headers = "Authorization: Bearer x\r\n" },
          "IncompleteSignatureException",
          "\"message\":\"Authorization header requires 'Credential' parameter. " },
        { { .key = READER, .headers = "x-amz-security-token: x\r\n" },
          "InvalidSignatureException",
          "\"message\":\"'X-Amz-Security-Token' must be a 'SignedHeader' in the AWS Authorization.\"" },
    };
    static const struct {
        const char *method, *target, *body;
    } wishes[] = { { "GET", "/jobs", NULL }, { "POST", "/things/pump", "{}" }, { "GET", "/nowhere", NULL } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t j = 0; j < sizeof wishes / sizeof *wishes; j++) {
            struct auth_request request = cases[i].request;
            request.method = wishes[j].method;
            request.target = wishes[j].target;
            request.body = wishes[j].body;
            auth_refused(*state, &request, 403, cases[i].exception, cases[i].words);
        }
    auth_ask(*state, READER, "GET", "/things/pump", NULL, 404, "");
}

static void a_presigned_url_is_served_until_it_expires(void **state)
{
    struct auth_world *world = *state;
    struct http_answer answer;
    struct api_signature signature = { .key = READER,
                                       .secret = SECRET,
                                       .region = "us-east-1",
                                       .target = "/jobs?maxResults=1",
                                       .host = world->host,
                                       .at_ms = world->now_ms,
                                       .expires_s = 60 };
    http_request(world->http->port, "GET", api_presign(&signature, &world->arena), "", STR_NONE, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    clock_set(server_clock(world->http->server), world->now_ms + INT64_C(120000));
    http_request(world->http->port, "GET", api_presign(&signature, &world->arena), "", STR_NONE, &answer);
    assert_http_error(&answer, 403, "InvalidSignatureException");
    assert_http_body_has(&answer, "Signature expired: ");
    http_answer_release(&answer);
}

static void a_request_is_not_good_a_second_time_once_its_time_is_over(void **state)
{
    struct auth_world *world = *state;
    const struct auth_request request = { .key = READER, .method = "GET", .target = "/jobs" };
    clock_set(server_clock(world->http->server), world->now_ms + INT64_C(14) * 60 * 1000);
    auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
    clock_set(server_clock(world->http->server), world->now_ms + INT64_C(16) * 60 * 1000);
    auth_refused(world, &request, 403, "InvalidSignatureException", "Signature expired: ");
}

static void a_head_is_signed_as_one(void **state)
{
    struct auth_world *world = *state;
    struct api_signature signature = { .key = READER,
                                       .secret = SECRET,
                                       .region = "us-east-1",
                                       .method = "HEAD",
                                       .target = "/jobs",
                                       .host = world->host,
                                       .at_ms = world->now_ms };
    struct http_answer answer;
    int fd = http_connect(world->http->port);
    struct str request = arena_printf(&world->arena, "HEAD /jobs HTTP/1.1\r\nHost: %s\r\n%s\r\n", world->host,
                                      api_sign(&signature, &world->arena));
    assert_true(http_send(fd, request));
    http_receive(fd, true, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    close(fd);
}

static void what_is_refused_anyway_is_refused_before_its_body(void **state)
{
#define ASKS_FIRST "PUT /jobs/fw HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
    static const char *const heads[] = {
        ASKS_FIRST "Content-Length: 500000\r\n\r\n",
        ASKS_FIRST "Transfer-Encoding: chunked\r\n\r\n",
        ASKS_FIRST "Content-Length: 5\r\nAuthorization: Bearer x\r\n\r\n",
    };
    struct auth_world *world = *state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct http_answer answer;
        int fd = http_connect(world->http->port);
        assert_true(http_send(fd, str_from(heads[i])));
        http_receive(fd, false, &answer);
        assert_http_error(&answer, 403, i < 2 ? NO_TOKEN : "IncompleteSignatureException");
        assert_http_header(&answer, "Connection", "close");
        http_answer_release(&answer);
        close(fd);
    }
}

/* A client that is writing sees the answer once it is done. */
static void a_large_body_of_nobody_is_read_and_refused(void **state)
{
    static char body[200 * 1024];
    memset(body, ' ', sizeof body - 1);
    const struct auth_request nobody = { .method = "PUT", .target = "/jobs/fw", .body = body };
    const struct auth_request unknown = {
        .key = "AKIAUNKNOWN", .method = "PUT", .target = "/jobs/fw", .body = body
    };
    auth_refused(*state, &nobody, 403, NO_TOKEN, "Missing Authentication Token");
    auth_refused(*state, &unknown, 403, "UnrecognizedClientException", "");
}

/* ---- roles ---- */

/* What a role has to be for an operation, by another way than the table that the server asks. */
static int level_by_name(const struct operation_model *model)
{
    static const char *const reading[] = { "Describe", "Get", "List", "Search", "Test" };
    static const char *const operating[] = { "Job", "TagResource", "UntagResource" };
    if (strcmp(model->name, "GetRegistrationCode") == 0)
        return LEVEL_ADMINISTER;
    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++)
        if (strncmp(model->name, reading[i], strlen(reading[i])) == 0)
            return LEVEL_READ;
    for (size_t i = 0; i < sizeof operating / sizeof *operating; i++)
        if (strstr(model->name, operating[i]))
            return LEVEL_OPERATE;
    return LEVEL_ADMINISTER;
}

/* /jobs/x for /jobs/{jobId} */
static const char *target_of(const struct operation_model *model, struct arena *arena)
{
    struct strbuf text;
    strbuf_init(&text, 1024);
    for (const char *p = model->uri; *p; p++) {
        if (*p != '{') {
            strbuf_add_char(&text, *p);
            continue;
        }
        strbuf_add_char(&text, 'x');
        p = strchr(p, '}');
    }
    struct str target = arena_str(arena, strbuf_str(&text));
    strbuf_release(&text);
    return target.p;
}

static void assert_role(struct auth_world *world, const struct operation_model *model, const char *key,
                        bool may)
{
    struct http_answer answer;
    char exception[128] = "";
    const struct auth_request request = {
        .key = key,
        .service = model->plane == PLANE_DATA ? "iot-jobs-data" : "iot",
        .method = model->method,
        .target = target_of(model, &world->arena),
        .body = strcmp(model->method, "GET") == 0 ? NULL : "{}",
    };
    auth_send(world, &request, &answer);
    http_answer_header(&answer, "x-amzn-ErrorType", exception, sizeof exception);
    bool denied = strcmp(exception, "AccessDeniedException") == 0 || strcmp(exception, NO_TOKEN) == 0;
    if (denied == may || answer.status == 0)
        fail_msg("%s %s: %d %s", key ? key : "nobody", model->name, answer.status, exception);
    if (!may && key)
        assert_http_body_has(
            &answer,
            arena_printf(&world->arena,
                         "\"message\":\"User: arn:aws:iam::000000000000:user/%s is not authorized to "
                         "perform: %s:%s on resource: ",
                         key, model->plane == PLANE_DATA ? "iotjobsdata" : "iot", model->name)
                .p);
    http_answer_release(&answer);
}

static void each_role_may_the_operations_that_are_its(void **state)
{
    for (int operation = OP_NONE + 1; operation < OPERATION_COUNT; operation++) {
        const struct operation_model *model = operation_model((enum operation)operation);
        int level = level_by_name(model);
        assert_role(*state, model, NULL, false);
        assert_role(*state, model, READER, level <= LEVEL_READ);
        assert_role(*state, model, OPERATOR, level <= LEVEL_OPERATE);
        assert_role(*state, model, ADMIN, true);
    }
}

static void a_refusal_names_what_it_was_about(void **state)
{
    static const struct {
        const char *method, *target, *resource;
    } cases[] = {
        { "DELETE", "/jobs/fw", "arn:aws:iot:us-east-1:000000000000:job/fw" },
        { "DELETE", "/things/pump", "arn:aws:iot:us-east-1:000000000000:thing/pump" },
        { "PUT", "/things/pump/jobs/fw/cancel", "arn:aws:iot:us-east-1:000000000000:thing/pump" },
        { "DELETE", "/thing-groups/g", "arn:aws:iot:us-east-1:000000000000:thinggroup/g" },
        { "DELETE", "/dynamic-thing-groups/g", "arn:aws:iot:us-east-1:000000000000:thinggroup/g" },
        { "DELETE", "/thing-types/t", "arn:aws:iot:us-east-1:000000000000:thingtype/t" },
        { "DELETE", "/job-templates/t", "arn:aws:iot:us-east-1:000000000000:jobtemplate/t" },
        { "DELETE", "/policies/p", "arn:aws:iot:us-east-1:000000000000:policy/p" },
        { "DELETE", "/certificates/c", "arn:aws:iot:us-east-1:000000000000:cert/c" },
        { "DELETE", "/cacertificate/c", "arn:aws:iot:us-east-1:000000000000:cacert/c" },
        { "POST", "/keys-and-certificate", "*" },
    };
    struct auth_world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct auth_request request = {
            .key = READER, .method = cases[i].method, .target = cases[i].target, .body = "{}"
        };
        auth_refused(world, &request, 403, "AccessDeniedException",
                     arena_printf(&world->arena,
                                  "on resource: %s because no identity-based policy allows the iot:",
                                  cases[i].resource)
                         .p);
    }
}

static void our_own_endpoints_have_their_levels(void **state)
{
    static const struct {
        const char *method, *target;
        int level;
    } endpoints[] = {
        { "GET", "/", LEVEL_PUBLIC },
        { "GET", "/_iotjobs/health", LEVEL_PUBLIC },
        { "GET", "/_iotjobs/ready", LEVEL_PUBLIC },
        { "GET", "/_iotjobs/ca.pem", LEVEL_PUBLIC },
        { "GET", "/_iotjobs/info", LEVEL_READ },
        { "GET", "/_iotjobs/clock", LEVEL_READ },
        { "GET", "/_iotjobs/denials", LEVEL_READ },
        { "GET", "/_iotjobs/explain?thing=pump", LEVEL_READ },
        { "GET", "/_iotjobs/jobs/fw/timeline", LEVEL_READ },
        { "POST", "/_iotjobs/plan", LEVEL_READ },
    };
    struct auth_world *world = *state;
    for (size_t i = 0; i < sizeof endpoints / sizeof *endpoints; i++) {
        struct http_answer answer;
        struct auth_request request = { .method = endpoints[i].method, .target = endpoints[i].target };
        if (endpoints[i].level > LEVEL_PUBLIC) {
            auth_refused(world, &request, 403, NO_TOKEN, "Missing Authentication Token");
            request.key = READER;
        }
        auth_send(world, &request, &answer);
        if (answer.status == 403 || answer.status == 405 || answer.status == 0)
            fail_msg("%s: %d", endpoints[i].target, answer.status);
        assert_http_header(&answer, "Cache-Control", "no-store");
        http_answer_release(&answer);
    }
}

static void what_steers_a_test_double_is_not_there(void **state)
{
    static const struct {
        const char *method, *target;
        int status;
    } cases[] = { { "POST", "/_iotjobs/reset", 404 }, { "POST", "/_iotjobs/clock", 405 } };
    struct auth_world *world = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        auth_ask(world, ADMIN, cases[i].method, cases[i].target, "{}", cases[i].status, "");
    struct http_answer answer;
    const struct auth_request request = { .key = ADMIN, .method = "GET", .target = "/_iotjobs/" };
    auth_send(world, &request, &answer);
    assert_http_body_has(&answer, "\"GET /_iotjobs/clock\"");
    assert_null(strstr(answer.body.p, "/_iotjobs/reset"));
    assert_null(strstr(answer.body.p, "POST /_iotjobs/clock"));
    http_answer_release(&answer);
}

static void denials_are_told(void **state)
{
    struct auth_world *world = *state;
    const struct auth_request nobody = { .method = "GET", .target = "/jobs" };
    const struct auth_request unknown = { .key = "AKIAUNKNOWN", .method = "GET", .target = "/things/pump" };
    const struct auth_request reader = { .key = READER, .method = "DELETE", .target = "/jobs/fw" };
    auth_refused(world, &nobody, 403, NO_TOKEN, "");
    auth_refused(world, &unknown, 403, "UnrecognizedClientException", "");
    auth_refused(world, &reader, 403, "AccessDeniedException", "");
    auth_ask(
        world, READER, "GET", "/_iotjobs/denials", NULL, 200,
        "\"principal\":\"key/AKIAREADER\",\"action\":\"iot:DeleteJob\",\"resource\":\"arn:aws:iot:us-east-1:"
        "000000000000:job/fw\",\"reason\":\"the role of the access key does not permit it\","
        "\"sourceIp\":\"127.0.0.1\"}");
    auth_ask(
        world, READER, "GET", "/_iotjobs/denials", NULL, 200,
        "\"principal\":\"anybody\",\"action\":\"GET\",\"resource\":\"/things/pump\",\"reason\":\"its access "
        "key is not known\",\"sourceIp\":\"127.0.0.1\"}");
    auth_ask(world, READER, "GET", "/_iotjobs/denials?maxResults=1", NULL, 200,
             "the role of the access key does not permit it\",\"sourceIp\":\"127.0.0.1\"}],\"total\":3}");
    auth_ask(world, READER, "GET", "/_iotjobs/denials?maxResults=1001", NULL, 400,
             "maxResults must be a number from 1 to 1000.");
    auth_ask(world, READER, "GET", "/_iotjobs/denials?max=1", NULL, 400,
             "The parameter max is not known here; known are maxResults.");
}

/* ---- the artefact store ---- */

static const char *sign_s3(struct auth_world *world, const char *key, const char *method, const char *target)
{
    const struct s3_signature signature = { .key = key,
                                            .secret = SECRET,
                                            .method = method,
                                            .target = target,
                                            .host = world->host,
                                            .payload_hash = SIGV4_UNSIGNED_PAYLOAD,
                                            .at_ms = world->now_ms };
    return s3_sign(&signature, &world->arena);
}

static void the_artefact_store_asks_as_well(void **state)
{
    struct auth_world *world = *state;
    s3_ask_refused(world->http, "PUT", "/_s3/fws", "", "", 403, "AccessDenied");
    s3_ask_refused(world->http, "PUT", "/_s3/fws", sign_s3(world, "AKIAUNKNOWN", "PUT", "/_s3/fws"), "", 403,
                   "InvalidAccessKeyId");
    s3_ask_refused(world->http, "PUT", "/_s3/fws", sign_s3(world, READER, "PUT", "/_s3/fws"), "", 403,
                   "AccessDenied");
    s3_ask(world->http, "PUT", "/_s3/fws", sign_s3(world, OPERATOR, "PUT", "/_s3/fws"), "", 200);
    s3_ask(world->http, "GET", "/_s3/fws", sign_s3(world, READER, "GET", "/_s3/fws"), NULL, 200);
}

static void assert_document(struct auth_world *world, const char *key, const char *text)
{
    struct http_answer answer;
    const struct auth_request request = { .key = key,
                                          .service = "iot-jobs-data",
                                          .method = "GET",
                                          .target = "/things/pump/jobs/fw?includeJobDocument=true" };
    auth_send(world, &request, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

static void who_may_only_read_gets_no_url_to_put_something(void **state)
{
    struct auth_world *world = *state;
    auth_ask(world, ADMIN, "POST", "/things/pump", "{}", 200, "");
    s3_ask(world->http, "PUT", "/_s3/logs", sign_s3(world, OPERATOR, "PUT", "/_s3/logs"), "", 200);
    auth_ask(world, OPERATOR, "PUT", "/jobs/fw",
             "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],"
             "\"presignedUrlConfig\":{\"roleArn\":\"arn:aws:iam::000000000000:role/any-role\"},"
             "\"document\":\"{\\\"to\\\":\\\"${aws:iot:s3-presigned-url-upload:"
             "https://s3.us-east-1.amazonaws.com/logs/${jobId}}\\\"}\"}",
             200, "");
    assert_document(world, OPERATOR, "X-Amz-Signature=");
    assert_document(world, READER,
                    "${aws:iot:s3-presigned-url-upload:https://s3.us-east-1.amazonaws.com/logs/");
}

/* ---- the file of keys ---- */

static void keys_are_read_again(void **state)
{
    struct auth_world *world = *state;
    const struct auth_request reader = { .key = READER, .method = "GET", .target = "/jobs" };
    const struct auth_request lesser = {
        .key = ADMIN, .method = "POST", .target = "/things/pump", .body = "{}"
    };
    auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
    auth_write_keys(world, ADMIN " " SECRET " operator\nAKIANEW " SECRET " admin\n");
    auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
    server_reload(world->http->server);
    auth_refused(world, &reader, 403, "UnrecognizedClientException", "");
    auth_refused(world, &lesser, 403, "AccessDeniedException", "");
    auth_ask(world, "AKIANEW", "POST", "/things/pump", "{}", 200, "");
    s3_ask_refused(world->http, "GET", "/_s3", sign_s3(world, READER, "GET", "/_s3"), NULL, 403,
                   "InvalidAccessKeyId");
}

static void a_file_that_cannot_be_read_leaves_the_keys_of_before(void **state)
{
    static const char *const wrong[] = { "nonsense\n", "", "A B admin\nA B admin\n" };
    struct auth_world *world = *state;
    char path[TEMP_PATH_MAX];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        auth_write_keys(world, wrong[i]);
        server_reload(world->http->server);
        auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
    }
    temp_path(world->http->folder, "access_keys", path);
    assert_int_equal(unlink(path), 0);
    server_reload(world->http->server);
    auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
}

static void without_keys_nobody_could_do_anything(void **state)
{
    struct settings settings;
    struct strbuf problem;
    (void)state;
    settings_init(&settings);
    strbuf_init(&problem, 4096);
    static const char *const values[][2] = { { "auth", "enforce" },
                                             { "in_memory", "true" },
                                             { "https_port", "0" } };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        assert_true(settings_set(&settings, str_from(values[i][0]), str_from(values[i][1]), &problem));
    settings.http_port = free_port();
    const struct server_config config = { .settings = &settings };
    assert_null(server_start(&config, &problem));
    assert_string_equal(problem.p,
                        "auth: enforce needs access_keys, a file with a line `KEY SECRET ROLE` for each key "
                        "that may sign requests");
    strbuf_release(&problem);
    settings_release(&settings);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, auth_world_set_up, auth_world_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(who_has_signed_is_served),
        TEST(the_service_of_a_signature_says_which_plane_is_meant),
        TEST(who_has_signed_wrongly_is_refused),
        TEST(a_presigned_url_is_served_until_it_expires),
        TEST(a_request_is_not_good_a_second_time_once_its_time_is_over),
        TEST(a_head_is_signed_as_one),
        TEST(what_is_refused_anyway_is_refused_before_its_body),
        TEST(a_large_body_of_nobody_is_read_and_refused),
        TEST(each_role_may_the_operations_that_are_its),
        TEST(a_refusal_names_what_it_was_about),
        TEST(our_own_endpoints_have_their_levels),
        TEST(what_steers_a_test_double_is_not_there),
        TEST(denials_are_told),
        TEST(the_artefact_store_asks_as_well),
        TEST(who_may_only_read_gets_no_url_to_put_something),
        TEST(keys_are_read_again),
        TEST(a_file_that_cannot_be_read_leaves_the_keys_of_before),
        cmocka_unit_test(without_keys_nobody_could_do_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
