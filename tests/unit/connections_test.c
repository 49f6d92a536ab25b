/* plugin/connections: who is connected, and telling the engine. */
#include <stdio.h>
#include <string.h>

#include "support/connecting.h"
#include "support/world_inside.h"

#include "store/db.h"
#include "store/fleet/connectivity_store.h"

static int set_up(void **state)
{
    struct world *w = world_new(NOON);
    given_thing(w, "pump");
    given_thing(w, "valve");
    given_thing(w, "fan");
    http(w, 200, "POST", "/indexing/config",
         "{\"thingIndexingConfiguration\":{\"thingIndexingMode\":\"REGISTRY\","
         "\"thingConnectivityIndexingMode\":\"STATUS\"}}");
    broker_ticks(w);
    *state = w;
    return 0;
}

/* "connected", the reason why not, or "unknown". */
static void assert_known(struct world *w, const char *thing, const char *expected)
{
    struct arena arena;
    struct connectivity_row row;
    arena_init(&arena, 4096);
    bool known = store_connectivity_get(world_db(w), &arena, str_from(thing), &row);
    struct str found = !known          ? STR_LIT("unknown")
                       : row.connected ? STR_LIT("connected")
                                       : row.disconnect_reason;
    assert_string_equal(found.p, expected);
    arena_release(&arena);
}

static void arrives(struct world *w, const void *connection, const char *client)
{
    const struct arrival arrival = { .connection = connection, .client_id = str_from(client) };
    connections_came(&w->connections, &arrival);
}

static void what_changes_is_told_on_the_tick(void **state)
{
    struct world *w = *state;
    arrives(w, w, "pump");
    assert_known(w, "pump", "unknown");
    broker_ticks(w);
    assert_known(w, "pump", "connected");
    goes(w, "pump", "CONNECTION_LOST");
    assert_known(w, "pump", "CONNECTION_LOST");
    assert_int_equal(w->connections.n, 0);
}

static void what_changes_faster_than_that_is_told_as_it_is_in_the_end(void **state)
{
    struct world *w = *state;
    arrives(w, w, "pump");
    connections_left(&w->connections, w, STR_LIT("pump"), "CONNECTION_LOST");
    arrives(w, w, "pump");
    connections_left(&w->connections, w, STR_LIT("pump"), "AUTH_ERROR");
    arrives(w, w, "valve");
    connections_tell(&w->connections); /* on its way */
    connections_left(&w->connections, w, STR_LIT("valve"), "UNKNOWN");
    broker_ticks(w);
    assert_known(w, "pump", "AUTH_ERROR");
    assert_known(w, "valve", "UNKNOWN");
    assert_int_equal(w->connections.n, 0);
}

static void a_connection_that_was_taken_over_leaves_unheard(void **state)
{
    struct world *w = *state;
    arrives(w, "first", "pump");
    arrives(w, "second", "pump");
    connections_left(&w->connections, "first", STR_LIT("pump"), "UNKNOWN");
    broker_ticks(w);
    assert_known(w, "pump", "connected");
    connections_left(&w->connections, "second", STR_LIT("pump"), "CONNECTION_LOST");
    connections_left(&w->connections, "second", STR_LIT("pump"), "UNKNOWN");
    broker_ticks(w);
    assert_known(w, "pump", "CONNECTION_LOST");
}

static void clients_that_cannot_be_things_are_not_kept(void **state)
{
    char long_id[130];
    struct world *w = *state;
    memset(long_id, 'x', sizeof long_id);
    long_id[129] = '\0';
    arrives(w, w, long_id);
    arrives(w, w, "a/b");
    arrives(w, w, "");
    assert_int_equal(w->connections.n, 0);
    long_id[128] = '\0';
    arrives(w, w, long_id);
    arrives(w, w, "A:z_0-9");
    assert_int_equal(w->connections.n, 2);
    connections_left(&w->connections, w, STR_LIT("never came"), "UNKNOWN");
}

static void clients_that_are_no_things_leave_nothing(void **state)
{
    struct world *w = *state;
    comes(w, "nobody");
    assert_known(w, "nobody", "connected");
    goes(w, "nobody", "UNKNOWN");
    assert_known(w, "nobody", "unknown");
    comes(w, "pump");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_known(w, "pump", "connected");
    goes(w, "pump", "UNKNOWN");
    assert_known(w, "pump", "unknown");
    comes(w, "fan");
    goes(w, "fan", "UNKNOWN");
    http(w, 200, "DELETE", "/things/fan", NULL);
    assert_known(w, "fan", "unknown");
}

static void what_the_engine_has_no_room_for_is_told_later(void **state)
{
    struct world *w = *state;
    world_settings(w)->inbox_limit = 0;
    arrives(w, w, "pump");
    connections_tell(&w->connections);
    assert_non_null(w->connections.first);
    world_settings(w)->inbox_limit = 100;
    broker_ticks(w);
    assert_known(w, "pump", "connected");
}

static void what_could_not_be_committed_is_told_again(void **state)
{
    struct world *w = *state;
    assert_true(db_exec(world_db(w), "PRAGMA max_page_count = 1", "")); /* no page more than there are */
    for (int i = 0; i < 400; i++) {
        char name[64];
        snprintf(name, sizeof name, "a-client-whose-name-takes-some-room-in-the-table-%d", i);
        arrives(w, w, name);
    }
    connections_tell(&w->connections);
    for (int i = 0; i < 20; i++) {
        engine_run_batch(w->engine);
        connections_tell(&w->connections);
    }
    assert_non_null(w->connections.telling);
    assert_true(db_exec(world_db(w), "PRAGMA max_page_count = 1000000", ""));
    broker_ticks(w);
    broker_ticks(w);
    assert_known(w, "a-client-whose-name-takes-some-room-in-the-table-0", "connected");
    assert_known(w, "a-client-whose-name-takes-some-room-in-the-table-399", "connected");
}

static void nobody_is_told_of_while_nobody_wants_to_know(void **state)
{
    struct world *w = *state;
    comes(w, "fan");
    http(w, 200, "POST", "/indexing/config",
         "{\"thingIndexingConfiguration\":{\"thingIndexingMode\":\"REGISTRY\"}}");
    comes(w, "pump");
    comes(w, "valve");
    goes(w, "valve", "UNKNOWN");
    goes(w, "fan", "UNKNOWN");
    assert_known(w, "pump", "unknown");
    assert_int_equal(w->connections.n, 1);
    http(w, 200, "POST", "/indexing/config",
         "{\"thingIndexingConfiguration\":{\"thingIndexingMode\":\"REGISTRY\","
         "\"thingConnectivityIndexingMode\":\"STATUS\"}}");
    broker_ticks(w);
    assert_known(w, "pump", "connected");
    assert_known(w, "valve", "unknown");
    assert_known(w, "fan", "SERVER_INITIATED_DISCONNECT"); /* when, nobody has seen */
    reset(w);
    broker_ticks(w);
    assert_int_equal(connectivity_watch_generation(w->connectivity), 0);
    assert_int_equal(w->connections.n, 1);
}

static void many_come_and_go(void **state)
{
    char name[32];
    struct world *w = *state;
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "client-%d", i);
        arrives(w, w, name);
    }
    broker_ticks(w);
    assert_int_equal(rows_in(w, "connectivity"), 2000);
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "client-%d", i);
        connections_left(&w->connections, w, str_from(name), "UNKNOWN");
    }
    broker_ticks(w);
    assert_int_equal(rows_in(w, "connectivity"), 0);
    assert_int_equal(w->connections.n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_changes_is_told_on_the_tick),
        TEST(what_changes_faster_than_that_is_told_as_it_is_in_the_end),
        TEST(a_connection_that_was_taken_over_leaves_unheard),
        TEST(clients_that_cannot_be_things_are_not_kept),
        TEST(clients_that_are_no_things_leave_nothing),
        TEST(what_the_engine_has_no_room_for_is_told_later),
        TEST(what_could_not_be_committed_is_told_again),
        TEST(nobody_is_told_of_while_nobody_wants_to_know),
        TEST(many_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
