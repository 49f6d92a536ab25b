/* A thing may be in ten groups, static and dynamic: who makes room for whom. */
#include <stdio.h>

#include "support/connecting.h"
#include "support/dynamic_groups.h"

#define ADD "/thing-groups/addThingToThingGroup"
#define OVERRIDE(group, thing)                                                                               \
    "{\"thingGroupName\":\"" group "\",\"thingName\":\"" thing "\",\"overrideDynamicGroups\":true}"
#define FULL "Thing pump is in 10 thing groups, and can be in no more."

/* Static groups s-1, s-2, … with the pump in them. */
static void given_pump_in_static_groups(struct world *w, int n)
{
    for (int i = 1; i <= n; i++) {
        char name[32];
        snprintf(name, sizeof name, "s-%d", i);
        given_group(w, name, NULL);
        join(w, name, "pump");
    }
}

/* These attributes and no others, at most three: the groups a, b, c ask for them. */
static void pump_has(struct world *w, const char *values)
{
    char body[256];
    snprintf(body, sizeof body, ATTRIBUTES("%s"), values);
    http(w, 200, "PATCH", "/things/pump", body);
}

static void given_groups_a_b_c(struct world *w)
{
    given_dynamic_group(w, "a", "attributes.a:1");
    given_dynamic_group(w, "b", "attributes.b:1");
    given_dynamic_group(w, "c", "attributes.c:1");
}

static void a_thing_in_ten_static_groups_joins_no_dynamic_one(void **state)
{
    struct world *w = *state;
    given_groups_a_b_c(w);
    given_pump_in_static_groups(w, 10);
    pump_has(w, "\"a\":\"1\",\"b\":\"1\"");
    assert_members(w, "a", "");
    assert_members(w, "b", "");
    refused(w, INVALID, "PUT", ADD, IN_GROUP("zone", "pump"), FULL);
    refused(w, INVALID, "PUT", ADD, OVERRIDE("zone", "pump"), FULL);
    leave(w, "s-3", "pump"); /* now there is room for one, the older */
    assert_members(w, "a", "pump");
    assert_members(w, "b", "");
}

static void an_older_group_takes_the_place_of_the_newest(void **state)
{
    struct world *w = *state;
    given_groups_a_b_c(w);
    given_pump_in_static_groups(w, 8);
    pump_has(w, "\"b\":\"1\",\"c\":\"1\"");
    assert_members(w, "b", "pump");
    assert_members(w, "c", "pump");
    pump_has(w, "\"a\":\"1\",\"b\":\"1\",\"c\":\"1\"");
    assert_members(w, "a", "pump");
    assert_members(w, "b", "pump");
    assert_members(w, "c", "");
    pump_has(w, "\"a\":\"2\",\"b\":\"1\",\"c\":\"1\"");
    assert_members(w, "a", "");
    assert_members(w, "c", "pump");
}

static void a_connection_that_ends_makes_room(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "here", "connectivity.connected:true");
    given_dynamic_group(w, "b", "attributes.b:1");
    given_pump_in_static_groups(w, 9);
    comes(w, "pump");
    pump_has(w, "\"b\":\"1\"");
    assert_members(w, "here", "pump");
    assert_members(w, "b", "");
    goes(w, "pump", "CONNECTION_LOST");
    assert_members(w, "here", "");
    assert_members(w, "b", "pump");
}

static void a_new_group_finds_no_room_and_an_older_one_that_is_changed_does(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "old", "thingName:nobody");
    given_dynamic_group(w, "mid", "thingName:pump");
    given_pump_in_static_groups(w, 9);
    given_dynamic_group(w, "new", "thingName:pump OR thingName:valve");
    assert_members(w, "new", "valve");
    change_query(w, "old", "thingName:p*");
    assert_members(w, "old", "pump");
    assert_members(w, "mid", "");
    assert_group_status(w, "mid", "ACTIVE");
    delete_dynamic_group(w, "old");
    assert_members(w, "mid", "pump");
    assert_members(w, "new", "valve");
}

static void a_static_group_takes_the_place_of_the_newest_dynamic_one_if_it_is_told_to(void **state)
{
    struct world *w = *state;
    given_groups_a_b_c(w);
    given_pump_in_static_groups(w, 8);
    pump_has(w, "\"a\":\"1\",\"b\":\"1\"");
    refused(w, INVALID, "PUT", ADD, IN_GROUP("zone", "pump"), FULL);
    http(w, 200, "PUT", ADD, OVERRIDE("zone", "pump"));
    assert_members(w, "a", "pump");
    assert_members(w, "b", "");
    assert_groups_of(w, "pump", "zone a s-1 s-2 s-3 s-4 s-5 s-6 s-7 s-8");
    http(w, 200, "PUT", "/thing-groups/updateThingGroupsForThing",
         "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"site\"],\"overrideDynamicGroups\":true}");
    assert_members(w, "a", "");
    http(w, 200, "PUT", ADD, OVERRIDE("site", "pump")); /* once more */
    refused(w, INVALID, "PUT", "/thing-groups/updateThingGroupsForThing",
            "{\"thingName\":\"pump\",\"thingGroupsToRemove\":[\"s-1\"],"
            "\"thingGroupsToAdd\":[\"s-1\",\"hall\"],\"overrideDynamicGroups\":true}",
            "Thing pump cannot be added to thing group hall: …");
    leave(w, "site", "pump");
    assert_members(w, "a", "pump");
}

static void the_limit_is_a_setting(void **state)
{
    struct world *w = *state;
    given_groups_a_b_c(w);
    world_settings(w)->thing_groups_per_thing_limit = 2;
    pump_has(w, "\"a\":\"1\",\"b\":\"1\",\"c\":\"1\"");
    assert_groups_of(w, "pump", "a b");
    world_settings(w)->thing_groups_per_thing_limit = 1;
    pump_has(w, "\"a\":\"1\",\"b\":\"1\",\"c\":\"0\"");
    assert_groups_of(w, "pump", "a b"); /* nobody is put out */
    http(w, 200, "PUT", ADD, OVERRIDE("zone", "pump"));
    assert_groups_of(w, "pump", "zone");
}

/* The place that one takes from another is one step for the jobs that follow both. */
static void a_job_that_follows_both_groups_goes_on(void **state)
{
    struct world *w = *state;
    given_groups_a_b_c(w);
    given_pump_in_static_groups(w, 9);
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("a") "," GROUP_TARGET("c"));
    pump_has(w, "\"c\":\"1\"");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    pump_has(w, "\"a\":\"1\",\"c\":\"1\"");
    assert_members(w, "a", "pump");
    assert_members(w, "c", "");
    assert_executions(w, "fw", "pump", "QUEUED 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dynamic_groups_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thing_in_ten_static_groups_joins_no_dynamic_one),
        TEST(an_older_group_takes_the_place_of_the_newest),
        TEST(a_connection_that_ends_makes_room),
        TEST(a_new_group_finds_no_room_and_an_older_one_that_is_changed_does),
        TEST(a_static_group_takes_the_place_of_the_newest_dynamic_one_if_it_is_told_to),
        TEST(the_limit_is_a_setting),
        TEST(a_job_that_follows_both_groups_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
