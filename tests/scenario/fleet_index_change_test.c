/* The fleet index: it shows what changes, and is switched bit by bit. */
#include <stdio.h>
#include <string.h>

#include "support/connecting.h"
#include "support/fleet_index.h"

/* ---- what changes ---- */

static void assert_finds_groups(struct world *w, const char *query, const char *names)
{
    struct answer *a = search_with(w, query, ",\"indexName\":\"AWS_ThingGroups\"");
    assert_json_items(a->body, "thingGroups", "thingGroupName", names);
    assert_json(a->body, "things", "[]");
}

static void every_change_of_a_thing_is_found_at_once(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    http(w, 200, "POST", "/things/pump", ATTRIBUTES("\"temp\":\"75\""));
    assert_finds(w, "attributes.temp>70", "pump");
    http(w, 200, "PATCH", "/things/pump",
         "{\"attributePayload\":{\"attributes\":{\"temp\":\"60\",\"zone\":\"n\"}}}");
    assert_finds(w, "attributes.temp>70", "");
    assert_finds(w, "attributes.temp:60 attributes.zone:N", "pump");
    http(w, 200, "POST", "/thing-groups/hall", "{}");
    http(w, 200, "POST", "/thing-groups/yard", "{}");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", IN_GROUP("hall", "pump"));
    assert_finds(w, "thingGroupNames:hall", "pump");
    http(w, 200, "PUT", "/thing-groups/updateThingGroupsForThing",
         "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"yard\"],\"thingGroupsToRemove\":[\"hall\"]}");
    assert_finds(w, "thingGroupNames:hall", "");
    assert_finds(w, "thingGroupNames:yard", "pump");
    http(w, 200, "PUT", "/thing-groups/removeThingFromThingGroup", IN_GROUP("yard", "pump"));
    assert_finds(w, "NOT thingGroupNames:*", "pump");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_finds(w, "*", "");
    assert_int_equal(rows_in(w, "fleet_field"), 0);
}

static void a_thing_is_found_by_its_type(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "POST", "/thing-types/Valve", "{}");
    http(w, 200, "POST", "/things/p", "{\"thingTypeName\":\"Pump\"}");
    http(w, 200, "POST", "/things/v", "{}");
    assert_finds(w, "thingTypeName:pump", "p");
    assert_finds(w, "registry.thingTypeName:(Pump OR Valve)", "p");
    assert_json_string(search_with(w, "pump", "")->body, "things.0.thingTypeName", "Pump");
    http(w, 200, "PATCH", "/things/v", "{\"thingTypeName\":\"Valve\"}");
    http(w, 200, "PATCH", "/things/p", "{\"removeThingType\":true}");
    assert_finds(w, "thingTypeName:*", "v");
    assert_finds(w, "NOT thingTypeName:Valve", "p");
}

static void a_thing_is_in_its_own_groups_and_not_in_those_above(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    http(w, 200, "POST", "/thing-groups/site", "{}");
    http(w, 200, "POST", "/thing-groups/hall", "{\"parentGroupName\":\"site\"}");
    given_thing(w, "pump");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", IN_GROUP("hall", "pump"));
    assert_finds(w, "thingGroupNames:hall", "pump");
    assert_finds(w, "thingGroupNames:site", "");
}

static void thing_groups_are_found_with_all_that_is_above_them(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/thing-groups/Site", "{}");
    configure(w, GROUPS("\"thingGroupIndexingMode\":\"ON\""));
    http(w, 200, "POST", "/thing-groups/hall",
         "{\"parentGroupName\":\"Site\",\"thingGroupProperties\":{\"thingGroupDescription\":\"Where it is "
         "Hot\"}}");
    http(w, 200, "POST", "/thing-groups/line",
         "{\"parentGroupName\":\"hall\",\"thingGroupProperties\":{\"attributePayload\":{\"attributes\":{"
         "\"n\":\"3\"}}}}");
    assert_finds_groups(w, "*", "Site hall line");
    assert_finds_groups(w, "thingGroupName:site", "Site");
    assert_finds_groups(w, "parentGroupNames:site", "hall line");
    assert_finds_groups(w, "parentGroupNames:(Site AND hall)", "line");
    assert_finds_groups(w, "description:\\\"is hot\\\"", "hall");
    assert_finds_groups(w, "attributes.n>=3", "line");
    struct answer *a = search_with(w, "attributes.n:3", ",\"indexName\":\"AWS_ThingGroups\"");
    const char *id =
        json_at(http(w, 200, "GET", "/thing-groups/line", NULL)->body, "thingGroupId")->valuestring;
    char expected[512];
    snprintf(expected, sizeof expected,
             "{\"thingGroupName\":\"line\",\"thingGroupId\":\"%s\",\"attributes\":{\"n\":\"3\"},"
             "\"parentGroupNames\":[\"Site\",\"hall\"]}",
             id);
    assert_json(a->body, "thingGroups.0", expected);
    http(w, 200, "PATCH", "/thing-groups/hall",
         "{\"thingGroupProperties\":{\"thingGroupDescription\":\"cold\"}}");
    assert_finds_groups(w, "description:hot", "");
    assert_json_string(search_with(w, "cold", ",\"indexName\":\"AWS_ThingGroups\"")->body,
                       "thingGroups.0.thingGroupDescription", "cold");
    http(w, 200, "DELETE", "/thing-groups/line", NULL);
    assert_finds_groups(w, "*", "Site hall");
    refused(w, INVALID_QUERY, "POST", SEARCH,
            "{\"queryString\":\"thingName:a\",\"indexName\":\"AWS_ThingGroups\"}",
            "Unsupported query field: 'thingName'");
}

static void connectivity_is_found_where_it_is_indexed(void **state)
{
    struct world *w = *state;
    given_thing(w, "pump");
    given_thing(w, "valve");
    comes(w, "pump");
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_finds(w, "connectivity.connected:false", "pump valve");
    broker_ticks(w);
    assert_finds(w, "connectivity.connected:true", "pump");
    assert_json(search_with(w, "thingName:pump", "")->body, "things.0.connectivity",
                "{\"connected\":true,\"timestamp\":1893499200000}");
    assert_json(search_with(w, "thingName:valve", "")->body, "things.0.connectivity",
                "{\"connected\":false}");
    assert_finds(w, "NOT connectivity.timestamp:*", "valve");
    assert_finds(
        w, "connectivity.clientId:pump connectivity.keepAliveDuration:60 connectivity.cleanSession:true",
        "pump");
    assert_finds(w, "1893499200000", ""); /* only by its name */
    goes(w, "pump", "CONNECTION_LOST");
    comes(w, "nobody");
    assert_finds(w, "connectivity.connected:true", "");
    assert_finds(w, "connectivity.disconnectReason:connection_lost", "pump");
    assert_finds(w, "connectivity.version:2", "pump");
    assert_json(search_with(w, "thingName:pump", "")->body, "things.0.connectivity",
                "{\"connected\":false,\"timestamp\":1893499200000,\"disconnectReason\":\"CONNECTION_LOST\"}");
    given_thing(w, "nobody"); /* a thing that was connected before it was made */
    assert_finds(w, "connectivity.connected:true", "nobody");
    configure(w, THINGS(REGISTRY));
    assert_json_absent(search_with(w, "thingName:pump", "")->body, "things.0.connectivity");
    comes(w, "pump");
    configure(w, THINGS(REGISTRY "," STATUS));
    broker_ticks(w);
    assert_finds(w, "connectivity.connected:true", "pump nobody");
}

/* ---- bit by bit ---- */

static void a_thing_does_not_inherit_the_connection_of_a_deleted_one(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY "," STATUS));
    given_thing(w, "pump");
    comes(w, "pump");
    configure(w, THINGS(REGISTRY));
    goes(w, "pump", "CONNECTION_LOST");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_int_equal(rows_in(w, "connectivity"), 0);
    given_thing(w, "pump");
    configure(w, THINGS(REGISTRY "," STATUS));
    advance(w, "PT1S");
    broker_ticks(w);
    assert_json(search_with(w, "thingName:pump", "")->body, "things.0.connectivity", "{\"connected\":false}");
}

static void a_large_fleet_is_indexed_bit_by_bit(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY");
    told_no(w, NOT_READY, "POST", SEARCH, "{\"queryString\":\"*\"}",
            "Index 'AWS_Things' is not ready: it is BUILDING");
    told_no(w, INVALID_QUERY, "POST", SEARCH, "{\"queryString\":\"(\"}",
            "Invalid query at position 2: expected a term");
    /* what changes meanwhile, before and behind the place where it is */
    http(w, 200, "PATCH", "/things/t-0001", "{\"attributePayload\":{\"attributes\":{\"n\":\"9001\"}}}");
    http(w, 200, "PATCH", "/things/t-5999", "{\"attributePayload\":{\"attributes\":{\"n\":\"9119\"}}}");
    http(w, 200, "DELETE", "/things/t-5998", NULL);
    http(w, 200, "POST", "/things/late", ATTRIBUTES("\"n\":\"9900\""));
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY");
    assert_finds(w, "attributes.n>5996", "t-0001 t-5997 t-5999 t-6000 late");
    assert_int_equal(rows_in(w, "fleet_work"), 0);
}

static void connectivity_is_added_bit_by_bit_while_the_rest_is_searched(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    comes(w, "t-6000");
    configure(w, THINGS(REGISTRY));
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_index(w, "AWS_Things", "REBUILDING", "REGISTRY_AND_CONNECTIVITY");
    assert_finds(w, "attributes.n:6000", "t-6000");
    assert_json_absent(search_with(w, "attributes.n:6000", "")->body, "things.0.connectivity");
    told_no(w, INVALID_QUERY, "POST", SEARCH, "{\"queryString\":\"connectivity.connected:true\"}",
            "Connectivity field …");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    broker_ticks(w);
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY_AND_CONNECTIVITY");
    assert_finds(w, "connectivity.connected:true", "t-6000");
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    assert_index(w, "AWS_Things", "REBUILDING", "REGISTRY");
    told_no(w, INVALID_QUERY, "POST", SEARCH, "{\"queryString\":\"connectivity.connected:true\"}",
            "Connectivity field …");
    configure(w, THINGS(REGISTRY "," STATUS)); /* thought better of it */
    world_stop_after(w, 0);
    advance(w, "PT1S");
    broker_ticks(w);
    assert_finds(w, "connectivity.connected:true", "t-6000");
}

static void an_index_that_is_switched_off_is_gone_at_once_and_cleared_bit_by_bit(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    configure(w, THINGS(REGISTRY));
    world_stop_after(w, 1);
    configure(w, THINGS(OFF));
    assert_no_index(w, "AWS_Things");
    told_no(w, NOT_FOUND, "POST", SEARCH, "{\"queryString\":\"*\"}", "Index 'AWS_Things' does not exist");
    assert_true(rows_in(w, "fleet_field") > 0);
    http(w, 200, "POST", "/things/late", "{}");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_int_equal(rows_in(w, "fleet_field"), 0);
}

static void an_index_can_be_switched_on_again_before_it_is_cleared(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    configure(w, THINGS(REGISTRY "," STATUS));
    world_stop_after(w, 1);
    configure(w, THINGS(OFF));
    http(w, 200, "PATCH", "/things/t-5999", "{\"attributePayload\":{\"attributes\":{\"n\":\"0\"}}}");
    configure(w, THINGS(REGISTRY));
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_finds(w, "attributes.n>5997", "t-5998 t-6000");
}

static void a_build_begins_again_when_it_is_to_show_more(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    comes(w, "t-0001");
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY_AND_CONNECTIVITY");
    configure(w, THINGS(REGISTRY "," STATUS)); /* the same once more */
    world_stop_after(w, 0);
    advance(w, "PT1S");
    broker_ticks(w);
    assert_finds(w, "connectivity.connected:true", "t-0001");
}

static void a_build_goes_on_after_a_restart(void **state)
{
    struct world *w = world_new_durable(NOON);
    given_large_fleet(w);
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    world_restart(w, NOON);
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY");
    assert_finds(w, "attributes.n>5998", "t-5999 t-6000");
    world_free(w);
    (void)state;
}

static void a_reset_switches_the_index_off(void **state)
{
    struct world *w = *state;
    given_things(w, 3);
    configure(w, "{\"thingIndexingConfiguration\":{" REGISTRY
                 "},\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"ON\"}}");
    reset(w);
    assert_no_index(w, "AWS_Things");
    assert_no_index(w, "AWS_ThingGroups");
    assert_int_equal(rows_in(w, "fleet_field"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_change_of_a_thing_is_found_at_once),
        TEST(a_thing_is_found_by_its_type),
        TEST(a_thing_is_in_its_own_groups_and_not_in_those_above),
        TEST(thing_groups_are_found_with_all_that_is_above_them),
        TEST(connectivity_is_found_where_it_is_indexed),
        TEST(a_thing_does_not_inherit_the_connection_of_a_deleted_one),
        TEST(a_large_fleet_is_indexed_bit_by_bit),
        TEST(connectivity_is_added_bit_by_bit_while_the_rest_is_searched),
        TEST(an_index_that_is_switched_off_is_gone_at_once_and_cleared_bit_by_bit),
        TEST(an_index_can_be_switched_on_again_before_it_is_cleared),
        TEST(a_build_begins_again_when_it_is_to_show_more),
        cmocka_unit_test(a_build_goes_on_after_a_restart),
        TEST(a_reset_switches_the_index_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
