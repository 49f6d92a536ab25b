/* Sessions of browsers over HTTP: logging in, what a cookie is good for, and what it is not. */
#include "support/auth_world.h"

#include <stdio.h>
#include <string.h>

#include "http/login_rate.h"

#define SESSION  "/_iotjobs/session"
#define NO_TOKEN "MissingAuthenticationTokenException"

enum { VALUE_MAX = 256 };

struct browser {
    struct auth_world *world;
    char cookie[VALUE_MAX]; /* a line */
    char csrf[VALUE_MAX];   /* a line */
};

static const char *login_body(struct auth_world *world, const char *key, const char *secret)
{
    return arena_printf(&world->arena, "{\"accessKey\":\"%s\",\"secretKey\":\"%s\"}", key, secret).p;
}

/* NAME=VALUE of Set-Cookie, and the csrfToken of the answer. */
static void take_tokens(struct browser *browser, const struct http_answer *answer)
{
    static const char member[] = "\"csrfToken\":\"";
    char value[VALUE_MAX];
    assert_true(http_answer_header(answer, "Set-Cookie", value, sizeof value));
    value[strcspn(value, ";")] = '\0';
    snprintf(browser->cookie, sizeof browser->cookie, "Cookie: theme=dark; %.100s\r\n", value);
    const char *token = strstr(answer->body.p, member);
    assert_non_null(token);
    snprintf(browser->csrf, sizeof browser->csrf, "x-iotjobsd-csrf: %.64s\r\n", token + strlen(member));
}

static struct browser log_in(struct auth_world *world, const char *key)
{
    struct browser browser = { .world = world };
    struct http_answer answer;
    const struct auth_request request = { .method = "POST",
                                          .target = SESSION,
                                          .body = login_body(world, key, SECRET) };
    auth_send(world, &request, &answer);
    assert_http_status(&answer, 200);
    take_tokens(&browser, &answer);
    http_answer_release(&answer);
    return browser;
}

/* `lines` besides the cookie. */
static struct auth_request of(const struct browser *browser, const char *method, const char *target,
                              const char *body, const char *lines)
{
    return (struct auth_request){
        .method = method,
        .target = target,
        .body = body,
        .headers = arena_printf(&browser->world->arena, "%s%s", browser->cookie, lines).p,
    };
}

static void ask(const struct browser *browser, const char *method, const char *target, const char *body,
                const char *lines, int status, const char *text)
{
    struct http_answer answer;
    const struct auth_request request = of(browser, method, target, body, lines);
    auth_send(browser->world, &request, &answer);
    assert_http_status(&answer, status);
    if (text[0] != '\0')
        assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

static void refused(const struct browser *browser, const char *method, const char *target, const char *body,
                    const char *lines, const char *exception, const char *words)
{
    const struct auth_request request = of(browser, method, target, body, lines);
    auth_refused(browser->world, &request, 403, exception, words);
}

/* ---- logging in and out ---- */

static void a_login_gives_a_cookie_that_no_script_reads(void **state)
{
    struct auth_world *world = *state;
    struct http_answer answer;
    char value[VALUE_MAX];
    const struct auth_request request = { .method = "POST",
                                          .target = SESSION,
                                          .body = login_body(world, OPERATOR, SECRET) };
    auth_send(world, &request, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "{\"accessKey\":\"AKIAOPERATOR\",\"role\":\"operator\",\"csrfToken\":\"");
    assert_http_body_has(&answer, "\",\"expiresAt\":\"");
    assert_true(http_answer_header(&answer, "Set-Cookie", value, sizeof value));
    assert_int_equal(strncmp(value, "iotjobsd_session=", 17), 0);
    assert_int_equal(strcspn(value + 17, ";"), 64);
    assert_string_equal(value + 17 + 64, "; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict");
    assert_null(strstr(answer.body.p, SECRET));
    http_answer_release(&answer);
}

static void a_session_says_who_it_is_until_it_is_ended(void **state)
{
    struct browser browser = log_in(*state, READER);
    ask(&browser, "GET", SESSION, NULL, "", 200, "{\"accessKey\":\"AKIAREADER\",\"role\":\"read-only\",");
    const char *token = browser.csrf + strlen("x-iotjobsd-csrf: ");
    ask(&browser, "GET", SESSION, NULL, "", 200,
        arena_printf(&browser.world->arena, "\"csrfToken\":\"%.64s\"", token).p);
    ask(&browser, "GET", "/jobs", NULL, "", 200, "{\"jobs\":[]}");
    ask(&browser, "DELETE", SESSION, NULL, browser.csrf, 200, "{}");
    refused(&browser, "GET", "/jobs", NULL, "", NO_TOKEN, "Missing Authentication Token");
    refused(&browser, "GET", SESSION, NULL, "", NO_TOKEN, "Missing Authentication Token");
}

static void who_has_signed_is_told_who_he_is(void **state)
{
    auth_ask(*state, ADMIN, "GET", SESSION, NULL, 200, "{\"accessKey\":\"AKIAADMIN\",\"role\":\"admin\"}");
}

static void a_wrong_login_is_answered_alike(void **state)
{
    struct auth_world *world = *state;
    const char *const bodies[] = {
        login_body(world, READER, "wrong"),
        login_body(world, READER, ""),
        login_body(world, "AKIAUNKNOWN", SECRET),
        login_body(world, "AKIAUNKNOWN", "0000000000000000000000000000000000000000"),
        login_body(world, "", ""),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct http_answer answer;
        char value[VALUE_MAX];
        const struct auth_request request = { .method = "POST", .target = SESSION, .body = bodies[i] };
        auth_send(world, &request, &answer);
        assert_http_error(&answer, 403, "UnrecognizedClientException");
        assert_http_body_has(&answer, "\"message\":\"The access key or its secret is wrong.\"}");
        assert_false(http_answer_header(&answer, "Set-Cookie", value, sizeof value));
        http_answer_release(&answer);
    }
    auth_ask(world, READER, "GET", "/_iotjobs/denials", NULL, 200,
             "\"action\":\"iotjobsd:Login\",\"resource\":\"*\",\"reason\":\"the access key or its secret is "
             "wrong\",\"sourceIp\":\"127.0.0.1\"");
}

static void a_login_has_its_form(void **state)
{
    static const char *const bodies[] = { "",
                                          "{",
                                          "[]",
                                          "{}",
                                          "{\"accessKey\":\"a\"}",
                                          "{\"accessKey\":1,\"secretKey\":\"b\"}",
                                          "{\"accessKey\":\"a\",\"secretKey\":null}" };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        auth_ask(*state, NULL, "POST", SESSION, bodies[i], 400, "The body must be {");
}

static void after_ten_wrong_logins_even_a_right_one_has_to_wait(void **state)
{
    struct auth_world *world = *state;
    for (int i = 0; i < 20; i++)
        log_in(world, READER);
    for (int i = 0; i < LOGINS_WRONG_MAX; i++)
        auth_ask(world, NULL, "POST", SESSION, login_body(world, READER, "wrong"), 403, "");
    auth_ask(world, NULL, "POST", SESSION, login_body(world, READER, SECRET), 400,
             "There were too many wrong logins from your address; try again in a minute.");
    auth_ask(world, READER, "GET", "/jobs", NULL, 200, "");
}

static void nobody_has_to_log_in_where_anybody_may_anything(void **state)
{
    static const char *const methods[] = { "GET", "POST", "DELETE" };
    http_world_setup(state);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        http_ask(*state, methods[i], SESSION, NULL, 409, "Nobody has to log in here");
    http_world_teardown(state);
}

/* ---- what a cookie is good for ---- */

static void a_session_has_the_role_of_its_key(void **state)
{
    struct browser reader = log_in(*state, READER), admin = log_in(*state, ADMIN);
    ask(&admin, "POST", "/things/pump", "{}", admin.csrf, 200, "");
    ask(&reader, "GET", "/things/pump", NULL, "", 200, "");
    refused(&reader, "POST", "/things/valve", "{}", reader.csrf, "AccessDeniedException",
            "User: arn:aws:iam::000000000000:user/AKIAREADER is not authorized to perform: iot:CreateThing");
    ask(&reader, "POST", "/_iotjobs/plan", "{}", reader.csrf, 400, "");
}

static void what_changes_something_needs_the_token_besides_the_cookie(void **state)
{
    struct browser admin = log_in(*state, ADMIN), other = log_in(*state, ADMIN);
    static const char words[] = "has to send its csrfToken in the header x-iotjobsd-csrf";
    static const struct {
        const char *method, *target;
    } writes[] = { { "POST", "/things/pump" }, { "DELETE", SESSION }, { "POST", "/_iotjobs/plan" } };
    const char *const lines[] = { "", other.csrf, "x-iotjobsd-csrf: \r\n", "x-iotjobsd-csrf: 00\r\n" };
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
        for (size_t j = 0; j < sizeof lines / sizeof *lines; j++)
            refused(&admin, writes[i].method, writes[i].target, "{}", lines[j], "AccessDeniedException",
                    words);
    ask(&admin, "GET", "/things/pump", NULL, "", 404, "");
    ask(&admin, "POST", "/things/pump", "{}", admin.csrf, 200, "");
}

static void our_own_page_may_write_and_no_other(void **state)
{
    struct browser admin = log_in(*state, ADMIN);
    struct auth_world *world = *state;
    static const char *const foreign[] = { "https://example.com", "null", "http://127.0.0.1", "",
                                           "http://127.0.0.1:1" };
    const char *own = arena_printf(&world->arena, "Origin: http://%s\r\n", world->host).p;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        const char *origin = arena_printf(&world->arena, "Origin: %s\r\n", foreign[i]).p;
        refused(&admin, "POST", "/things/pump", "{}",
                arena_printf(&world->arena, "%s%s", admin.csrf, origin).p, "AccessDeniedException",
                "Web pages, whose requests have an Origin, may only read here.");
        const struct auth_request login = {
            .method = "POST", .target = SESSION, .body = login_body(world, ADMIN, SECRET), .headers = origin
        };
        auth_refused(world, &login, 403, "AccessDeniedException", "Web pages, whose requests");
        const struct auth_request with_key = {
            .key = ADMIN, .method = "POST", .target = "/things/pump", .body = "{}", .headers = origin
        };
        auth_refused(world, &with_key, 403, "AccessDeniedException", "Web pages, whose requests");
    }
    refused(&admin, "POST", "/things/pump", "{}", own, "AccessDeniedException", "x-iotjobsd-csrf");
    ask(&admin, "POST", "/things/pump", "{}", arena_printf(&world->arena, "%s%s", admin.csrf, own).p, 200,
        "");
    struct http_answer answer;
    const struct auth_request login = {
        .method = "POST", .target = SESSION, .body = login_body(world, ADMIN, SECRET), .headers = own
    };
    auth_send(world, &login, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
}

static void a_cookie_that_is_none_is_nobody(void **state)
{
    static const char *const cookies[] = {
        "Cookie: iotjobsd_session=\r\n", "Cookie: iotjobsd_session=0\r\n",
        "Cookie: iotjobsd_session=0000000000000000000000000000000000000000000000000000000000000000\r\n",
        "Cookie: iotjobsd_sessions=x\r\n"
    };
    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
        const struct auth_request request = { .method = "GET", .target = "/jobs", .headers = cookies[i] };
        auth_refused(*state, &request, 403, NO_TOKEN, "");
    }
}

/* It is not asked for its CSRF token either: nobody else can have signed. */
static void a_signature_counts_before_a_cookie(void **state)
{
    struct browser reader = log_in(*state, READER);
    struct auth_request request = of(&reader, "POST", "/things/pump", "{}", "");
    struct http_answer answer;
    request.key = ADMIN;
    auth_send(*state, &request, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    request.secret = "wrong";
    auth_refused(*state, &request, 403, "InvalidSignatureException", "");
}

static void a_session_ends_with_its_key(void **state)
{
    struct auth_world *world = *state;
    struct browser reader = log_in(world, READER), operating = log_in(world, OPERATOR),
                   admin = log_in(world, ADMIN);
    auth_write_keys(world, READER " another-secret read-only\n" OPERATOR " " SECRET " admin\n" ADMIN
                                  " " SECRET " admin\n");
    server_reload(world->http->server);
    refused(&reader, "GET", "/jobs", NULL, "", NO_TOKEN, "");
    refused(&operating, "GET", "/jobs", NULL, "", NO_TOKEN, "");
    ask(&admin, "GET", "/jobs", NULL, "", 200, "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, auth_world_set_up, auth_world_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_login_gives_a_cookie_that_no_script_reads),
        TEST(a_session_says_who_it_is_until_it_is_ended),
        TEST(who_has_signed_is_told_who_he_is),
        TEST(a_wrong_login_is_answered_alike),
        TEST(a_login_has_its_form),
        TEST(after_ten_wrong_logins_even_a_right_one_has_to_wait),
        cmocka_unit_test(nobody_has_to_log_in_where_anybody_may_anything),
        TEST(a_session_has_the_role_of_its_key),
        TEST(what_changes_something_needs_the_token_besides_the_cookie),
        TEST(our_own_page_may_write_and_no_other),
        TEST(a_cookie_that_is_none_is_nobody),
        TEST(a_signature_counts_before_a_cookie),
        TEST(a_session_ends_with_its_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
