/* The REST API over HTTP, from outside: a real server in memory, raw HTTP over loopback. */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/http_client.h"
#include "support/http_world.h"

/* --- the REST API ----------------------------------------------------------------------------------- */

static void a_write_is_answered_and_seen_by_the_next_read(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "\"thingName\":\"pump\"");
    http_ask(world, "GET", "/things/pump", NULL, 200, "\"thingName\":\"pump\"");
    http_ask(world, "DELETE", "/things/pump", NULL, 200, "");
    http_ask(world, "GET", "/things/pump", NULL, 404, "ResourceNotFoundException");
}

static void an_error_has_status_headers_and_body_of_its_exception(void **state)
{
    const struct http_world *world = *state;
    http_ask_error(world, "GET", "/things/nobody", NULL, 404, "ResourceNotFoundException");
    http_ask_error(world, "GET", "/jobs/nothing", NULL, 404, "ResourceNotFoundException");
    http_ask_error(world, "POST", "/things/bad%20name", "{}", 400, "InvalidRequestException");
    http_ask_error(world, "POST", "/things/pump", "{", 400, "InvalidRequestException");
    http_ask_error(world, "POST", "/things/pump", "[]", 400, "InvalidRequestException");
    http_ask_error(world, "POST", "/things/pump", "\"\xff\"", 400, "InvalidRequestException");
}

static void every_answer_has_a_request_id_and_the_date_of_the_servers_clock(void **state)
{
    const struct http_world *world = *state;
    char ids[2][64];
    struct http_answer answer;
    http_ask(world, "POST", "/_iotjobs/clock", "{\"freeze\":true}", 200, "");
    http_ask(world, "POST", "/_iotjobs/clock", "{\"set\":\"2030-01-01T00:00:00Z\"}", 200, "");
    for (size_t i = 0; i < 2; i++) {
        http_request(world->port, "GET", "/things", "", STR_NONE, &answer);
        assert_http_status(&answer, 200);
        assert_http_header(&answer, "Date", "Tue, 01 Jan 2030 00:00:00 GMT");
        assert_true(http_answer_header(&answer, "x-amzn-RequestId", ids[i], sizeof ids[i]));
        http_answer_release(&answer);
    }
    assert_string_not_equal(ids[0], ids[1]);
}

static void an_operation_without_output_answers_a_zero_length_body(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "PUT", "/jobs/one",
             "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],\"document\":\"{}\"}", 200,
             "\"jobId\":\"one\"");
    http_request(world->port, "DELETE", "/jobs/one?force=true", "", STR_NONE, &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "Content-Length", "0");
    http_answer_release(&answer);
}

static void every_operation_of_the_model_has_a_handler(void **state)
{
    (void)state;
    for (enum operation operation = OP_NONE + 1; operation < OPERATION_COUNT; operation++)
        if (op_handler(operation).run == NULL)
            fail_msg("%s", operation_model(operation)->name);
}

static void an_unknown_path_is_a_404_in_json(void **state)
{
    const struct http_world *world = *state;
    http_ask_error(world, "GET", "/nothing/here", NULL, 404, "UnknownOperationException");
    http_ask_error(world, "BREW", "/things", NULL, 404, "UnknownOperationException");
}

static void a_head_request_is_a_get_without_a_body(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    int fd = http_connect(world->port);
    for (int i = 0; i < 2; i++) {
        assert_true(http_send(fd, STR_LIT("HEAD /things HTTP/1.1\r\nHost: x\r\n\r\n")));
        http_receive(fd, true, &answer);
        assert_http_status(&answer, 200);
        http_answer_release(&answer);
    }
    close(fd);
}

/* --- planes and regions ------------------------------------------------------------------------------ */

#define AUTHORIZATION(service)                                                                               \
    "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20300101/eu-central-1/" service                         \
    "/aws4_request, SignedHeaders=host, Signature=00\r\n"

static void the_credential_scope_tells_the_planes_apart(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask_with(world, "GET", "/things/pump/jobs", AUTHORIZATION("iot"), NULL, 200,
                  "\"executionSummaries\"");
    http_ask_with(world, "GET", "/things/pump/jobs", AUTHORIZATION("iot-jobs-data"), NULL, 200,
                  "\"inProgressJobs\"");
    http_ask_with(
        world, "GET",
        "/things/pump/jobs?X-Amz-Credential=AKID%2F20300101%2Feu-central-1%2Fiot-jobs-data%2Faws4_request",
        "", NULL, 200, "\"inProgressJobs\"");
}

static void without_a_scope_the_host_tells_the_planes_apart(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    static const char *const data_hosts[] = {
        "Host: data.jobs.iot.eu-central-1.amazonaws.com\r\n",
        "Host: abc.jobs.iot.eu-central-1.amazonaws.com\r\n",
        "Host: abc-ATS.iot.eu-central-1.amazonaws.com\r\n",
    };
    for (size_t i = 0; i < sizeof data_hosts / sizeof *data_hosts; i++)
        http_ask_with(world, "GET", "/things/pump/jobs", data_hosts[i], NULL, 200, "\"inProgressJobs\"");
    http_ask_with(world, "GET", "/things/pump/jobs", "Host: iot.eu-central-1.amazonaws.com\r\n", NULL, 200,
                  "\"executionSummaries\"");
    http_ask(world, "GET", "/things/pump/jobs", NULL, 200, "\"executionSummaries\"");
}

static void old_signers_of_the_control_plane_are_known(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask_with(world, "GET", "/things/pump/jobs",
                  "Host: data.jobs.iot.eu-central-1.amazonaws.com\r\n" AUTHORIZATION("execute-api"), NULL,
                  200, "\"executionSummaries\"");
}

static void a_path_of_one_plane_alone_needs_no_signature(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask(world, "PUT", "/things/pump/jobs/$next", "{}", 200, "{}");
    http_ask_error(world, "POST", "/things/pump/jobs/fw", "{\"status\":\"SUCCEEDED\"}", 404,
                   "ResourceNotFoundException");
    http_ask_with(world, "GET", "/jobs", "Host: data.jobs.iot.eu-central-1.amazonaws.com\r\n", NULL, 200,
                  "\"jobs\"");
    http_ask_with(world, "PUT", "/things/pump/jobs/$next", AUTHORIZATION("iot"), "{}", 404,
                  "There is no PUT /things/pump/jobs/$next");
}

static void arns_are_of_the_callers_region(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    http_ask_with(world, "GET", "/things/pump", AUTHORIZATION("iot"), NULL, 200,
                  "arn:aws:iot:eu-central-1:000000000000:thing/pump");
    http_ask_with(
        world, "GET", "/things/pump",
        "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20300101/\"\\u/iot/aws4_request, Signature=00\r\n",
        NULL, 200, "arn:aws:iot:us-east-1:000000000000:thing/pump");
}

/* --- queries and paths -------------------------------------------------------------------------------- */

static void query_values_are_decoded_and_plus_stays_plus(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "/things?attributeName=a&attributeValue=a+b", NULL, 400, "'a+b'");
    http_ask(world, "GET", "/things?attributeName=a&attributeValue=a%20%2b", NULL, 400, "'a +'");
    http_ask(world, "GET", "/things?attributeName=a&maxResults=1&&x&=y", NULL, 200, "");
}

static void malformed_escapes_are_refused(void **state)
{
    const struct http_world *world = *state;
    static const char *const targets[] = {
        "/things?nextToken=%",   "/things?nextToken=%f",   "/things?nextToken=%zz", "/things?nextToken=%00",
        "/things?nextToken=%ff", "/things?%c3=x",          "/things/%zz",           "/things/%00",
        "/things/%ff",           "/things?nextToken=\xff",
    };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        http_ask_error(world, "GET", targets[i], NULL, 400, "InvalidRequestException");
}

static void the_absolute_form_of_a_target_is_taken(void **state)
{
    const struct http_world *world = *state;
    http_ask(world, "GET", "http://iot.example/things?maxResults=1", NULL, 200, "\"things\":[");
    http_ask(world, "GET", "http://iot.example", NULL, 200, "\"name\":\"iotjobsd\"");
}

static void an_encoded_slash_is_no_separator(void **state)
{
    const struct http_world *world = *state;
    http_ask_error(world, "GET", "/things/a%2Fjobs", NULL, 400, "InvalidRequestException");
}

static void the_quota_of_rollouts_is_the_servers(void **state)
{
    struct http_world *world = *state;
    static const char body[] = "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":5000}}";
    http_ask(world, "PATCH", "/jobs/ghost", body, 400, "less than or equal to 1000");
    world->settings.rollout_maximum_per_minute = 5000;
    http_ask(world, "PATCH", "/jobs/ghost", body, 404, "Job ghost cannot be found.");
}

/* --- sizes -------------------------------------------------------------------------------------------- */

/* A JSON object of `n` bytes. */
static void object_of(struct strbuf *ret_body, size_t n)
{
    strbuf_init(ret_body, n);
    strbuf_add_text(ret_body, "{\"x\":\"");
    while (ret_body->n < n - 2)
        strbuf_add_char(ret_body, 'x');
    strbuf_add_text(ret_body, "\"}");
    assert_int_equal(ret_body->n, n);
}

static void a_body_of_one_mebibyte_is_read(void **state)
{
    const struct http_world *world = *state;
    struct strbuf body;
    object_of(&body, 1024 * 1024);
    http_ask(world, "POST", "/things/pump", body.p, 200, "\"thingName\":\"pump\"");
    strbuf_release(&body);
}

static void a_larger_body_is_read_to_its_end_and_refused(void **state)
{
    const struct http_world *world = *state;
    static const char *const methods[] = { "POST", "PUT", "PATCH", "GET" };
    struct strbuf body;
    struct http_answer answer;
    object_of(&body, 1024 * 1024 + 1);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        http_request(world->port, methods[i], "/jobs/big", "", strbuf_str(&body), &answer);
        assert_http_error(&answer, 413, "RequestEntityTooLargeException");
        assert_http_header(&answer, "Connection", "close");
        http_answer_release(&answer);
    }
    strbuf_release(&body);
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
}

static void a_client_that_waits_for_leave_to_send_too_much_gets_none(void **state)
{
    const struct http_world *world = *state;
    static const char *const requests[] = {
        "PUT /jobs/big HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n",
        "PATCH /jobs/big HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1048577\r\n\r\n",
        "POST /things/big HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct http_answer answer;
        int fd = http_connect(world->port);
        assert_true(http_send(fd, str_from(requests[i])));
        http_receive(fd, false, &answer);
        assert_http_error(&answer, 413, "RequestEntityTooLargeException");
        assert_true(http_is_closed(fd));
        http_answer_release(&answer);
        close(fd);
    }
}

static void a_client_that_waits_for_leave_to_send_enough_gets_it(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    int fd = http_connect(world->port);
    assert_true(http_send(fd, STR_LIT("POST /things/pump HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                                      "Content-Length: 2\r\n\r\n")));
    http_receive(fd, true, &answer);
    assert_http_status(&answer, 100);
    http_answer_release(&answer);
    assert_true(http_send(fd, STR_LIT("{}")));
    http_receive(fd, false, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    close(fd);
}

static void an_endless_body_is_cut_off(void **state)
{
    const struct http_world *world = *state;
    static char chunk[64 * 1024 + 16];
    memset(chunk, 'x', sizeof chunk);
    memcpy(chunk, "10000\r\n", 7);
    memcpy(chunk + 7 + 0x10000, "\r\n", 2);
    int fd = http_connect(world->port);
    assert_true(
        http_send(fd, STR_LIT("PUT /jobs/big HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")));
    size_t sent = 0;
    while (sent < 1024 && http_send(fd, (struct str){ chunk, 7 + 0x10000 + 2 }))
        sent++;
    assert_true(sent < 1024);
    close(fd);
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
}

static void assert_waits(int fd)
{
    assert_int_equal(recv(fd, &(char){ 0 }, 1, MSG_DONTWAIT | MSG_PEEK), -1);
}

/* Asks until the answer is this one: the server reads, and hears of a client that left, when it gets to it.
 */
static void ask_until(const struct http_world *world, struct str body, const char *text)
{
    for (bool seen = false; !seen;) {
        struct http_answer answer;
        http_request(world->port, "POST", "/things/b", "", body, &answer);
        seen = answer.body.n > 0 && memmem(answer.body.p, answer.body.n, text, strlen(text)) != NULL;
        http_answer_release(&answer);
    }
}

/* 256 MiB are kept: when as many have come as that, whoever comes next is told, and nobody else. */
static void bodies_that_fill_what_there_is_for_all_crowd_out_the_next_one(void **state)
{
    enum { MANY = 256, MEBIBYTE = 1024 * 1024 };
    const struct http_world *world = *state;
    static char body[MEBIBYTE];
    int fds[MANY];
    memset(body, ' ', sizeof body);
    memcpy(body, "{}", 2);
    for (size_t i = 0; i < MANY; i++) {
        fds[i] = http_connect(world->port);
        assert_true(http_send(
            fds[i], STR_LIT("POST /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n")));
        assert_true(http_send(fds[i], (struct str){ body, sizeof body - 1 }));
    }
    ask_until(world, (struct str){ body, sizeof body }, "ThrottlingException");
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
    for (size_t i = 0; i < MANY; i++) {
        assert_waits(fds[i]);
        close(fds[i]);
    }
    ask_until(world, (struct str){ body, sizeof body }, "\"thingName\":\"b\"");
}

static void a_query_of_too_many_parameters_ends_its_connection(void **state)
{
    const struct http_world *world = *state;
    static char target[4 * 2000];
    for (size_t n = 256; n <= 257; n++) {
        size_t at = (size_t)snprintf(target, sizeof target, "GET /things?");
        for (size_t i = 0; i < n; i++)
            at += (size_t)snprintf(target + at, sizeof target - at, "%sa=b", i > 0 ? "&" : "");
        snprintf(target + at, sizeof target - at, " HTTP/1.1\r\nHost: x\r\n\r\n");
        struct http_answer answer;
        int fd = http_connect(world->port);
        assert_true(http_send(fd, str_from(target)));
        http_receive(fd, false, &answer);
        assert_http_status(&answer, n == 256 ? 200 : 0);
        http_answer_release(&answer);
        close(fd);
    }
}

static void a_chunked_body_is_read(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    int fd = http_connect(world->port);
    assert_true(
        http_send(fd, STR_LIT("POST /things/pump HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")));
    http_receive(fd, false, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    close(fd);
}

static void oversized_headers_hurt_nobody_else(void **state)
{
    const struct http_world *world = *state;
    static char junk[256 * 1024];
    memset(junk, 'x', sizeof junk);
    struct http_answer answer;
    int fd = http_connect(world->port);
    assert_true(http_send(fd, STR_LIT("GET /things HTTP/1.1\r\nHost: x\r\nX-Junk: ")));
    http_send(fd, (struct str){ junk, sizeof junk });
    http_receive(fd, false, &answer);
    assert_true(answer.status == 0 || answer.status == 431 || answer.status == 413);
    http_answer_release(&answer);
    close(fd);
    http_ask(world, "GET", "/things", NULL, 200, "");
}

/* --- connections -------------------------------------------------------------------------------------- */

static void a_connection_carries_many_requests(void **state)
{
    const struct http_world *world = *state;
    struct http_answer answer;
    int fd = http_connect(world->port);
    static const char both[] = "POST /things/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
                               "GET /things/a HTTP/1.1\r\nHost: x\r\n\r\n";
    for (int i = 0; i < 2; i++) {
        assert_true(http_send(fd, str_from(both)));
        for (int j = 0; j < 2; j++) {
            http_receive(fd, false, &answer);
            assert_http_status(&answer, 200);
            assert_http_body_has(&answer, "\"thingName\":\"a\"");
            http_answer_release(&answer);
        }
    }
    close(fd);
}

static void a_client_that_dawdles_holds_up_nobody(void **state)
{
    const struct http_world *world = *state;
    int dawdlers[16];
    for (size_t i = 0; i < 16; i++) {
        dawdlers[i] = http_connect(world->port);
        assert_true(http_send(
            dawdlers[i], STR_LIT("POST /things/slow HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")));
    }
    http_ask(world, "POST", "/things/quick", "{}", 200, "");
    http_ask(world, "GET", "/things/quick", NULL, 200, "");
    for (size_t i = 0; i < 16; i++)
        close(dawdlers[i]);
}

#define ASK_FOR_KEYS STR_LIT("POST /keys-and-certificate HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")

static void keys_are_made_for_all_who_want_some(void **state)
{
    const struct http_world *world = *state;
    int fds[4];
    for (size_t i = 0; i < 4; i++) {
        fds[i] = http_connect(world->port);
        assert_true(http_send(fds[i], ASK_FOR_KEYS));
    }
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
    for (size_t i = 0; i < 4; i++) {
        struct http_answer answer;
        http_receive(fds[i], false, &answer);
        assert_http_status(&answer, 200);
        assert_http_body_has(&answer, "BEGIN RSA PRIVATE KEY");
        http_answer_release(&answer);
        close(fds[i]);
    }
}

static void clients_that_leave_before_the_answer_are_forgotten(void **state)
{
    const struct http_world *world = *state;
    for (int i = 0; i < 50; i++) {
        int fd = http_connect(world->port);
        assert_true(
            http_send(fd, STR_LIT("POST /things/gone HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")));
        close(fd);
    }
    http_ask(world, "GET", "/_iotjobs/health", NULL, 200, "");
}

static void *hammer(void *context)
{
    const struct http_world *world = context;
    uintptr_t failures = 0;
    for (int i = 0; i < 100; i++) {
        struct http_answer answer;
        http_request(world->port, i % 4 == 0 ? "POST" : "GET", "/things/pump", "",
                     i % 4 == 0 ? STR_LIT("{}") : STR_NONE, &answer);
        failures += answer.status != 200;
        http_answer_release(&answer);
    }
    return (void *)failures;
}

static void many_clients_are_served_at_once(void **state)
{
    struct http_world *world = *state;
    pthread_t threads[4];
    http_ask(world, "POST", "/things/pump", "{}", 200, "");
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, world), 0);
    uintptr_t all_failures = 0;
    for (size_t i = 0; i < 4; i++) {
        void *failures = NULL;
        pthread_join(threads[i], &failures);
        all_failures += (uintptr_t)failures;
    }
    assert_int_equal(all_failures, 0);
}

static void a_stop_answers_or_closes_every_connection(void **state)
{
    struct http_world *world = *state;
    int fds[32];
    for (size_t i = 0; i < 32; i++) {
        fds[i] = http_connect(world->port);
        assert_true(http_send(
            fds[i], i % 8 == 0
                        ? ASK_FOR_KEYS
                        : STR_LIT("POST /things/last HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")));
    }
    server_stop(world->server);
    world->server = NULL;
    for (size_t i = 0; i < 32; i++) {
        struct http_answer answer;
        http_receive(fds[i], false, &answer);
        assert_true(answer.status == 0 || answer.status == 200 || answer.status == 400);
        http_answer_release(&answer);
        close(fds[i]);
    }
    assert_int_equal(http_connect(world->port), -1);
}

static void a_port_in_use_is_named(void **state)
{
    const struct http_world *world = *state;
    struct strbuf problem;
    struct server_config config = { .settings = &world->settings };
    strbuf_init(&problem, 4096);
    assert_null(server_start(&config, &problem));
    assert_non_null(strstr(problem.p, "http_port: cannot listen on port "));
    assert_non_null(strstr(problem.p, " of 127.0.0.1: Address already in use"));
    strbuf_release(&problem);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, http_world_setup, http_world_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_write_is_answered_and_seen_by_the_next_read),
        TEST(an_error_has_status_headers_and_body_of_its_exception),
        TEST(every_answer_has_a_request_id_and_the_date_of_the_servers_clock),
        TEST(an_operation_without_output_answers_a_zero_length_body),
        TEST(every_operation_of_the_model_has_a_handler),
        TEST(an_unknown_path_is_a_404_in_json),
        TEST(a_head_request_is_a_get_without_a_body),
        TEST(the_credential_scope_tells_the_planes_apart),
        TEST(without_a_scope_the_host_tells_the_planes_apart),
        TEST(old_signers_of_the_control_plane_are_known),
        TEST(a_path_of_one_plane_alone_needs_no_signature),
        TEST(arns_are_of_the_callers_region),
        TEST(query_values_are_decoded_and_plus_stays_plus),
        TEST(malformed_escapes_are_refused),
        TEST(the_absolute_form_of_a_target_is_taken),
        TEST(an_encoded_slash_is_no_separator),
        TEST(the_quota_of_rollouts_is_the_servers),
        TEST(a_body_of_one_mebibyte_is_read),
        TEST(a_larger_body_is_read_to_its_end_and_refused),
        TEST(a_client_that_waits_for_leave_to_send_too_much_gets_none),
        TEST(a_client_that_waits_for_leave_to_send_enough_gets_it),
        TEST(an_endless_body_is_cut_off),
        TEST(a_chunked_body_is_read),
        TEST(bodies_that_fill_what_there_is_for_all_crowd_out_the_next_one),
        TEST(a_query_of_too_many_parameters_ends_its_connection),
        TEST(oversized_headers_hurt_nobody_else),
        TEST(a_connection_carries_many_requests),
        TEST(a_client_that_dawdles_holds_up_nobody),
        TEST(keys_are_made_for_all_who_want_some),
        TEST(clients_that_leave_before_the_answer_are_forgotten),
        TEST(many_clients_are_served_at_once),
        TEST(a_stop_answers_or_closes_every_connection),
        TEST(a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
