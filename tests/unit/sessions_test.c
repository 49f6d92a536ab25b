/* Sessions by themselves: how long they last, how many there are, whose they are; and how often one may try.
 */
#include "support/cmocka_all.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "http/login_rate.h"
#include "http/sessions.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const int64_t start_ms = INT64_C(1893456000000);

struct world {
    struct sessions *sessions;
    struct access_key items[2];
    struct access_keys keys;
};

static int set_up(void **state)
{
    static struct world world;
    world = (struct world){ .sessions = sessions_new(),
                            .items = { { "AKIAONE", "secret-one", ROLE_ADMIN },
                                       { "AKIATWO", "secret-two", ROLE_READ_ONLY } } };
    world.keys = (struct access_keys){ world.items, 2 };
    *state = &world;
    return world.sessions ? 0 : -1;
}

static int tear_down(void **state)
{
    sessions_free(((struct world *)*state)->sessions);
    return 0;
}

static void begin(struct world *world, int key, int64_t now_ms, char ret_token[SESSION_TOKEN_MAX])
{
    struct session session;
    assert_true(sessions_begin(world->sessions, &world->items[key], now_ms, ret_token, &session));
    assert_string_equal(session.access_key, world->items[key].key);
    assert_int_equal(session.role, world->items[key].role);
    assert_true(session.expires_ms == now_ms + 12 * (int64_t)HOUR_MS);
}

static bool lives(struct world *world, const char *token, int64_t now_ms)
{
    struct session session;
    return sessions_find(world->sessions, str_from(token), &world->keys, now_ms, &session);
}

static void a_session_is_found_by_its_token_alone(void **state)
{
    struct world *world = *state;
    char one[SESSION_TOKEN_MAX], two[SESSION_TOKEN_MAX];
    struct session first, again;
    assert_true(sessions_begin(world->sessions, &world->items[0], start_ms, one, &first));
    begin(world, 1, start_ms, two);
    assert_string_not_equal(one, two);
    assert_true(sessions_find(world->sessions, str_from(one), &world->keys, start_ms, &again));
    assert_string_equal(again.csrf, first.csrf);
    assert_string_not_equal(again.csrf, one);
    assert_string_equal(again.access_key, "AKIAONE");
    one[0] = one[0] == '0' ? '1' : '0';
    assert_false(lives(world, one, start_ms));
    assert_false(lives(world, "", start_ms));
    assert_false(lives(world, first.csrf, start_ms));
    assert_true(lives(world, two, start_ms));
}

static void a_session_ends_an_hour_after_its_last_use(void **state)
{
    struct world *world = *state;
    char token[SESSION_TOKEN_MAX];
    begin(world, 0, start_ms, token);
    assert_true(lives(world, token, start_ms + HOUR_MS - 1));
    assert_true(lives(world, token, start_ms + 2 * (int64_t)HOUR_MS - 2));
    assert_false(lives(world, token, start_ms + 3 * (int64_t)HOUR_MS - 2));
    assert_false(lives(world, token, start_ms));
}

static void a_session_ends_after_twelve_hours(void **state)
{
    struct world *world = *state;
    char token[SESSION_TOKEN_MAX];
    begin(world, 0, start_ms, token);
    for (int64_t ms = 0; ms < 12 * (int64_t)HOUR_MS; ms += 30 * (int64_t)MINUTE_MS)
        assert_true(lives(world, token, start_ms + ms));
    assert_false(lives(world, token, start_ms + 12 * (int64_t)HOUR_MS));
}

static void a_session_can_be_ended(void **state)
{
    struct world *world = *state;
    char one[SESSION_TOKEN_MAX], two[SESSION_TOKEN_MAX];
    begin(world, 0, start_ms, one);
    begin(world, 0, start_ms, two);
    sessions_end(world->sessions, str_from(one));
    sessions_end(world->sessions, STR_LIT("none"));
    assert_false(lives(world, one, start_ms));
    assert_true(lives(world, two, start_ms));
}

static void a_session_ends_when_its_key_is_not_what_it_was(void **state)
{
    struct world *world = *state;
    char one[SESSION_TOKEN_MAX], two[SESSION_TOKEN_MAX];
    begin(world, 0, start_ms, one);
    begin(world, 1, start_ms, two);
    world->items[0].role = ROLE_OPERATOR;
    assert_false(lives(world, one, start_ms));
    assert_true(lives(world, two, start_ms));
    begin(world, 0, start_ms, one);
    memcpy(world->items[0].secret, "another", sizeof "another");
    assert_int_equal(sessions_end_without_key(world->sessions, &world->keys), 1);
    begin(world, 0, start_ms, one);
    world->keys.n = 1;
    assert_int_equal(sessions_end_without_key(world->sessions, &world->keys), 1);
    assert_false(lives(world, two, start_ms));
    assert_true(lives(world, one, start_ms));
}

/* One more than there is room for ends the one that nobody has used for longest. */
static void a_thousand_sessions_and_no_more(void **state)
{
    struct world *world = *state;
    static char tokens[SESSIONS_MAX][SESSION_TOKEN_MAX];
    char one_more[SESSION_TOKEN_MAX];
    for (int i = 0; i < SESSIONS_MAX; i++)
        begin(world, 0, start_ms + i, tokens[i]);
    assert_true(lives(world, tokens[0], start_ms + SESSIONS_MAX));
    begin(world, 0, start_ms + SESSIONS_MAX, one_more);
    assert_false(lives(world, tokens[1], start_ms + SESSIONS_MAX));
    assert_true(lives(world, tokens[0], start_ms + SESSIONS_MAX));
    assert_true(lives(world, tokens[2], start_ms + SESSIONS_MAX));
    assert_true(lives(world, one_more, start_ms + SESSIONS_MAX));
}

/* ---- how often one may try ---- */

static struct sockaddr_storage address(const char *text)
{
    struct sockaddr_storage storage = { 0 };
    if (strchr(text, ':')) {
        storage.ss_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &((struct sockaddr_in6 *)&storage)->sin6_addr), 1);
    } else {
        storage.ss_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &((struct sockaddr_in *)&storage)->sin_addr), 1);
    }
    return storage;
}

static bool may_try(struct login_rate *rate, const char *from, int64_t now_ms)
{
    struct sockaddr_storage storage = address(from);
    return login_rate_take(rate, (struct sockaddr *)&storage, now_ms);
}

static void exhaust(struct login_rate *rate, const char *from, int64_t now_ms)
{
    for (int i = 0; i < LOGINS_WRONG_MAX; i++)
        assert_true(may_try(rate, from, now_ms));
    assert_false(may_try(rate, from, now_ms));
}

static void ten_tries_a_minute_from_one_address(void **state)
{
    struct login_rate *rate = login_rate_new();
    (void)state;
    exhaust(rate, "192.0.2.1", start_ms);
    assert_true(may_try(rate, "192.0.2.2", start_ms));
    assert_false(may_try(rate, "::ffff:192.0.2.1", start_ms));
    assert_false(may_try(rate, "192.0.2.1", start_ms + MINUTE_MS - 1));
    exhaust(rate, "192.0.2.1", start_ms + MINUTE_MS);
    exhaust(rate, "2001:db8::1", start_ms);
    assert_false(may_try(rate, "2001:db8::2:0:0:1", start_ms));
    assert_true(may_try(rate, "2001:db8:0:1::1", start_ms));
    login_rate_free(rate);
}

static void a_try_that_succeeds_is_given_back(void **state)
{
    struct login_rate *rate = login_rate_new();
    (void)state;
    struct sockaddr_storage from = address("192.0.2.1");
    for (int i = 0; i < 3 * LOGINS_WRONG_MAX; i++) {
        assert_true(may_try(rate, "192.0.2.1", start_ms));
        login_rate_give_back(rate, (struct sockaddr *)&from);
    }
    exhaust(rate, "192.0.2.1", start_ms);
    login_rate_free(rate);
}

static void many_addresses_take_the_place_of_the_first(void **state)
{
    struct login_rate *rate = login_rate_new();
    (void)state;
    exhaust(rate, "192.0.2.1", start_ms);
    exhaust(rate, "192.0.2.2", start_ms + 1);
    for (int i = 0; i < LOGIN_ADDRESSES_MAX - 1; i++) {
        char text[32];
        snprintf(text, sizeof text, "10.0.%d.%d", i / 256, i % 256);
        assert_true(may_try(rate, text, start_ms + 2));
    }
    assert_false(may_try(rate, "192.0.2.2", start_ms + 2));
    assert_true(may_try(rate, "192.0.2.1", start_ms + 2));
    login_rate_free(rate);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_session_is_found_by_its_token_alone),
        TEST(a_session_ends_an_hour_after_its_last_use),
        TEST(a_session_ends_after_twelve_hours),
        TEST(a_session_can_be_ended),
        TEST(a_session_ends_when_its_key_is_not_what_it_was),
        TEST(a_thousand_sessions_and_no_more),
        cmocka_unit_test(ten_tries_a_minute_from_one_address),
        cmocka_unit_test(a_try_that_succeeds_is_given_back),
        cmocka_unit_test(many_addresses_take_the_place_of_the_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
