/* Dynamic thing groups of so many things that they are built and taken down bit by bit. */
#include <stdio.h>

#include "store/db.h"
#include "support/connecting.h"
#include "support/dynamic_groups.h"

enum { FLEET = 1000 };

/* A thousand things with the attribute n, in an index; nobody listens. */
static struct world *given_indexed_fleet(void)
{
    struct world *w = world_new_durable(NOON);
    world_settings(w)->rollout_default_per_minute = 0;
    given_fleet_of(w, FLEET);
    configure(w, THINGS(REGISTRY "," STATUS));
    advance(w, "PT1S");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY_AND_CONNECTIVITY");
    nobody_listens(w);
    world_stop_after(w, 1);
    return w;
}

static int things_of(struct world *w, const char *path)
{
    int n = 0;
    char whole[256];
    snprintf(whole, sizeof whole, "%s?maxResults=250", path);
    struct answer *a = http(w, 200, "GET", whole, NULL);
    for (;;) {
        n += cJSON_GetArraySize(json_at(a->body, "things"));
        if (!json_at(a->body, "nextToken"))
            return n;
        a = next_page(w, a, whole);
    }
}

/* What is worked off bit by bit waits for an hour. */
static void hold(struct world *w)
{
    assert_true(
        db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 /*scan*/", "i", ((int64_t)NOON_S + 3600) * 1000));
}

/* What there is to do goes on after each of the restarts that it takes. */
static void restart_until_done(struct world *w)
{
    restart_until_empty(w, "timer", "2030-01-01T13:00:00Z");
}

static void a_large_group_is_built_bit_by_bit(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    given_dynamic_group(w, "hot", "attributes.n>200");
    hold(w);
    assert_group_status(w, "hot", "BUILDING");
    /* meanwhile, before and behind the place where it is */
    given_attribute(w, "t-0001", "n", "3000");
    given_attribute(w, "t-0201", "n", "0");
    given_attribute(w, "t-0999", "n", "0");
    given_attribute(w, "late", "n", "4000");
    http(w, 200, "DELETE", "/things/t-1000", NULL);
    restart_until_done(w);
    assert_group_status(w, "hot", "ACTIVE");
    assert_int_equal(things_of(w, "/thing-groups/hot/things"), 800 + 1 - 2 + 1 - 1);
    assert_finds(w, "thingGroupNames:hot attributes.n>2000", "t-0001 late");
    assert_finds(w, "attributes.n<=200 thingGroupNames:hot", "");
    assert_finds(w, "attributes.n>200 NOT thingGroupNames:hot", "");
    world_free(w);
}

static void no_group_is_made_while_the_index_is_built(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    told_no(w, INVALID, "POST", "/dynamic-thing-groups/hot", "{\"queryString\":\"*\"}",
            "Dynamic thing groups need the index AWS_Things, which is BUILDING.");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    given_dynamic_group(w, "hot", "thingName:t-0007");
    assert_members(w, "hot", "t-0007");
}

static void a_few_things_of_a_large_fleet_are_found(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    world_stop_after(w, 0);
    given_dynamic_group(w, "few", "attributes.n>990");
    assert_group_status(w, "few", "ACTIVE");
    assert_int_equal(things_of(w, "/thing-groups/few/things"), 10);
    world_free(w);
}

static void another_query_builds_again_and_a_third_begins_anew(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    world_stop_after(w, 0);
    given_dynamic_group(w, "hot", "attributes.n>500");
    assert_group_status(w, "hot", "ACTIVE");
    world_stop_after(w, 1);
    change_query(w, "hot", "attributes.n<=500");
    hold(w);
    assert_group_status(w, "hot", "REBUILDING");
    change_query(w, "hot", "attributes.n>250");
    hold(w);
    assert_group_status(w, "hot", "REBUILDING");
    restart_until_done(w);
    assert_group_status(w, "hot", "ACTIVE");
    assert_int_equal(things_of(w, "/thing-groups/hot/things"), 750);
    assert_finds(w, "attributes.n<=250 thingGroupNames:hot", "");
    world_free(w);
}

static void a_new_group_with_another_query_is_still_new(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    given_dynamic_group(w, "hot", "*");
    hold(w);
    change_query(w, "hot", "attributes.n>100");
    hold(w);
    assert_group_status(w, "hot", "BUILDING");
    world_stop_after(w, 0);
    advance(w, "PT1H");
    assert_group_status(w, "hot", "ACTIVE");
    assert_int_equal(things_of(w, "/thing-groups/hot/things"), 900);
    world_free(w);
}

static void a_continuous_job_fills_up_as_the_group_is_built(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    given_dynamic_group(w, "hot", "attributes.n>200");
    hold(w);
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("hot"));
    change_query(w, "hot", "attributes.n>400");
    hold(w);
    restart_until_done(w);
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_number(job, "job.jobProcessDetails.numberOfQueuedThings", 600);
    assert_int_equal(things_of(w, "/thing-groups/hot/things"), 600);
    world_free(w);
}

static void a_large_group_is_gone_at_once_and_taken_down_bit_by_bit(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    world_stop_after(w, 0);
    given_dynamic_group(w, "hot", "attributes.n>200");
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("hot"));
    world_settings(w)->thing_groups_per_thing_limit = 1;
    given_dynamic_group(w, "last", "thingName:t-1000");
    assert_members(w, "last", "");
    world_stop_after(w, 1);
    delete_dynamic_group(w, "hot");
    hold(w);
    http(w, 404, "GET", "/thing-groups/hot", NULL);
    assert_groups_of(w, "t-0999", "");
    given_dynamic_group(w, "hot", "thingName:t-0001"); /* its name is free */
    restart_until_done(w);
    assert_members(w, "hot", "t-0001");
    assert_members(w, "last", "t-1000"); /* which has room now */
    assert_int_equal(rows_in(w, "thing_group_ending"), 0);
    assert_int_equal(rows_in(w, "thing_group_member"), 2);
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_number(job, "job.jobProcessDetails.numberOfQueuedThings", 1);
    assert_json_number(job, "job.jobProcessDetails.numberOfRemovedThings", 800);
    world_free(w);
}

static void a_group_is_deleted_while_it_is_built(void **state)
{
    struct world *w = given_indexed_fleet();
    (void)state;
    given_dynamic_group(w, "hot", "*");
    hold(w);
    delete_dynamic_group(w, "hot");
    hold(w);
    restart_until_done(w);
    assert_int_equal(rows_in(w, "thing_group_member"), 0);
    assert_finds(w, "thingGroupNames:hot", "");
    world_free(w);
}

static void who_was_connected_is_not_after_a_restart_and_their_groups_know(void **state)
{
    struct world *w = world_new_durable(NOON);
    char name[16];
    (void)state;
    given_fleet_of(w, FLEET);
    configure(w, THINGS(REGISTRY "," STATUS));
    advance(w, "PT1S");
    given_dynamic_group(w, "here", "connectivity.connected:true");
    for (int i = 1; i <= 250; i++) {
        snprintf(name, sizeof name, "t-%04d", i);
        comes(w, name);
    }
    assert_int_equal(things_of(w, "/thing-groups/here/things"), 250);
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    comes(w, "t-0250"); /* back before its turn has come */
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_members(w, "here", "t-0250");
    assert_finds(w, "connectivity.disconnectReason:SERVER_INITIATED_DISCONNECT thingName:t-0249", "t-0249");
    assert_finds(w, "connectivity.timestamp:1893502800000 thingName:t-0249", "t-0249");
    assert_finds(w, "NOT connectivity.disconnectReason:* connectivity.timestamp:*", "t-0250");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_group_is_built_bit_by_bit),
        cmocka_unit_test_setup_teardown(no_group_is_made_while_the_index_is_built, world_set_up,
                                        world_tear_down),
        cmocka_unit_test(a_few_things_of_a_large_fleet_are_found),
        cmocka_unit_test(another_query_builds_again_and_a_third_begins_anew),
        cmocka_unit_test(a_new_group_with_another_query_is_still_new),
        cmocka_unit_test(a_continuous_job_fills_up_as_the_group_is_built),
        cmocka_unit_test(a_large_group_is_gone_at_once_and_taken_down_bit_by_bit),
        cmocka_unit_test(a_group_is_deleted_while_it_is_built),
        cmocka_unit_test(who_was_connected_is_not_after_a_restart_and_their_groups_know),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
