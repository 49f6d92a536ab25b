/* Requests that might end elsewhere for somebody else: raw bytes in, one refusal out, and nothing after it.
 */
#include "support/cmocka_all.h"

#include <string.h>
#include <unistd.h>

#include "support/http_client.h"
#include "support/http_world.h"

/* What the body of the first is, or else the second request of the connection. */
#define SMUGGLED "POST /things/smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"

/* Sends a request with these headers, and SMUGGLED in the same breath. */
static int send_headers(const struct http_world *world, const char *headers)
{
    struct strbuf request;
    int fd = http_connect(world->port);
    strbuf_init(&request, 4096);
    strbuf_printf(&request, "POST /things/first HTTP/1.1\r\n%s\r\n" SMUGGLED, headers);
    assert_true(http_send(fd, strbuf_str(&request)));
    strbuf_release(&request);
    return fd;
}

static void assert_nothing_was_smuggled(const struct http_world *world)
{
    http_ask(world, "GET", "/things/smuggled", NULL, 404, "");
    http_ask(world, "GET", "/things/first", NULL, 404, "");
}

static void assert_refused(const struct http_world *world, const char *headers, const char *why)
{
    struct http_answer answer;
    int fd = send_headers(world, headers);
    http_receive(fd, false, &answer);
    assert_http_error(&answer, 400, "InvalidRequestException");
    assert_http_body_has(&answer, why);
    assert_http_header(&answer, "Connection", "close");
    assert_true(http_is_closed(fd));
    http_answer_release(&answer);
    close(fd);
    assert_nothing_was_smuggled(world);
}

static void a_length_and_an_encoding_exclude_each_other(void **state)
{
    assert_refused(*state, "Host: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n",
                   "exclude each other");
    assert_refused(*state, "Host: x\r\ntransfer-encoding: Chunked\r\ncontent-length: 71\r\n",
                   "exclude each other");
}

static void what_says_where_a_request_ends_or_for_whom_it_is_stands_once(void **state)
{
    static const char *const headers[] = {
        "Host: x\r\nContent-Length: 0\r\nContent-Length: 71\r\n",
        "Host: x\r\nContent-Length: 0\r\ncontent-length: 0\r\n",
        "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Host: x\r\nHost: y\r\nContent-Length: 0\r\n",
        "Host: x\r\nContent-Length: 0\r\nHOST: x\r\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_refused(*state, headers[i], "stands there twice");
}

static void an_encoding_is_chunked_and_nothing_else(void **state)
{
    static const char *const headers[] = {
        "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n", "Host: x\r\nTransfer-Encoding: identity\r\n",
        "Host: x\r\nTransfer-Encoding: xchunked\r\n",      "Host: x\r\nTransfer-Encoding:\r\n",
        "Host: x\r\nTransfer-Encoding: \"chunked\"\r\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_refused(*state, headers[i], "is not chunked");
}

static void a_name_of_a_header_is_a_token(void **state)
{
    static const char *const headers[] = {
        "Host: x\r\nContent-Length : 71\r\n",          "Host: x\r\nTransfer-Encoding\t: chunked\r\n",
        " Host: x\r\nContent-Length: 71\r\n",          "Host: x\r\n\vContent-Length: 71\r\n",
        "Host: x\r\nX(y): 1\r\nContent-Length: 0\r\n", "Host: x\r\nX-\xc3\xa9: 1\r\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_refused(*state, headers[i], "no token");
}

static void a_header_does_not_go_on_in_the_next_line(void **state)
{
    assert_refused(*state, "Host: x\r\nTransfer-Encoding:\r\n chunked\r\n", "next line");
    assert_refused(*state, "Host: x\r\nContent-Length: 7\r\n 1\r\n", "next line");
    assert_refused(*state, "Host: x\r\nX: a\r\n Content-Length: 71\r\n", "no token");
}

static void a_value_has_no_control_characters(void **state)
{
    assert_refused(*state, "Host: x\r\nX: a\rContent-Length: 71\r\n", "control characters");
    assert_refused(*state, "Host: x\r\nX: \x01\r\n", "control characters");
    assert_refused(*state, "Host: x\x7f\r\n", "control characters");
}

/* libmicrohttpd's own refusal, which is no JSON. */
static void a_length_is_a_number(void **state)
{
    static const char *const lengths[] = { "+0", "-1", "0x0", "0, 0", "1.0", "zero", "", "0 0" };
    const struct http_world *world = *state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct http_answer answer;
        struct strbuf headers;
        strbuf_init(&headers, 128);
        strbuf_printf(&headers, "Host: x\r\nContent-Length: %s\r\n", lengths[i]);
        int fd = send_headers(world, headers.p);
        do {
            http_receive(fd, true, &answer);
            assert_true(answer.status == 400 || answer.status == 0);
            http_answer_release(&answer);
        } while (answer.status != 0);
        strbuf_release(&headers);
        close(fd);
    }
    assert_nothing_was_smuggled(world);
}

static void what_is_unusual_but_clear_is_served(void **state)
{
    const struct http_world *world = *state;
    static const char *const headers[] = {
        "Host: x\r\nContent-Length: 0\r\nX-!#$%&'*+-.^_`|~: tab\tand \xc3\xa9\r\n",
        "host:x\r\ncontent-length:0\r\n",
        "Host: \r\nContent-Length: 000\r\nX:\r\n",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        int fd = send_headers(world, headers[i]);
        for (int j = 0; j < 2; j++) {
            struct http_answer answer;
            http_receive(fd, false, &answer);
            assert_http_status(&answer, 200);
            http_answer_release(&answer);
        }
        close(fd);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, http_world_setup, http_world_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_length_and_an_encoding_exclude_each_other),
        TEST(what_says_where_a_request_ends_or_for_whom_it_is_stands_once),
        TEST(an_encoding_is_chunked_and_nothing_else),
        TEST(a_name_of_a_header_is_a_token),
        TEST(a_header_does_not_go_on_in_the_next_line),
        TEST(a_value_has_no_control_characters),
        TEST(a_length_is_a_number),
        TEST(what_is_unusual_but_clear_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
