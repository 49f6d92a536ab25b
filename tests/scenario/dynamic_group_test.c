/* Dynamic thing groups: creating, changing and deleting them, and who is in them. */
#include <stdio.h>
#include <string.h>

#include "support/connecting.h"
#include "support/dynamic_groups.h"

#define HOT                "/dynamic-thing-groups/hot"
#define ARN(group)         "arn:aws:iot:us-east-1:000000000000:thinggroup/" group
#define QUERY(query)       "{\"queryString\":\"" query "\"}"
#define PROPERTIES(values) "\"thingGroupProperties\":{" values "}"
#define DESCRIPTION(text)  "\"thingGroupDescription\":\"" text "\""
#define EXISTS             409, "ResourceAlreadyExistsException"
#define WRONG_VERSION      409, "VersionConflictException"
#define LIMIT              410, "LimitExceededException"
#define ADD                "/thing-groups/addThingToThingGroup"
#define REMOVE             "/thing-groups/removeThingFromThingGroup"
#define IS_DYNAMIC                                                                                           \
    "Thing group hot is dynamic: only the operations of dynamic thing groups change it, and its things "     \
    "are those that its query finds."

static struct answer *describe(struct world *w, const char *group)
{
    char path[128];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    return http(w, 200, "GET", path, NULL);
}

/* ---- create, describe, list ---- */

static void a_dynamic_group_is_described_with_its_query(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "temp", "90");
    const struct answer *a = http(w, 200, "POST", HOT,
                                  "{\"queryString\":\"attributes.temp > 80\"," PROPERTIES(DESCRIPTION(
                                      "too hot") ",\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}") "}");
    const char *id = json_at(a->body, "thingGroupId")->valuestring;
    assert_json_string(a->body, "thingGroupArn", ARN("hot"));
    assert_json_string(a->body, "indexName", "AWS_Things");
    assert_json_string(a->body, "queryString", "attributes.temp > 80");
    assert_json_string(a->body, "queryVersion", "2017-09-30");
    a = describe(w, "hot");
    assert_json_string(a->body, "thingGroupId", id);
    assert_json_number(a->body, "version", 1);
    assert_json_string(a->body, "status", "ACTIVE");
    assert_json_string(a->body, "indexName", "AWS_Things");
    assert_json_string(a->body, "queryString", "attributes.temp > 80");
    assert_json_string(a->body, "queryVersion", "2017-09-30");
    assert_json(a->body, "thingGroupProperties",
                "{" DESCRIPTION("too hot") ",\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}");
    assert_json_absent(a->body, "thingGroupMetadata.parentGroupName");
    assert_json_absent(describe(w, "site")->body, "status");
    assert_json_items(http(w, 200, "GET", "/thing-groups", NULL)->body, "thingGroups", "groupName",
                      "zone site hall yard hot");
    assert_members(w, "hot", "pump");
}

static void dynamic_groups_out_of_the_rules_are_refused(void **state)
{
    const struct refusal refusals[] = {
        { "{}", INVALID,
          "1 validation error detected: Value null at 'queryString' failed to satisfy constraint: Member "
          "must not be null" },
        { QUERY("attributes.temp:"), INVALID_QUERY, "Invalid query at position …" },
        { QUERY("a b c d e f"), INVALID_QUERY, "…" },
        { QUERY("nonsense.field:1"), INVALID_QUERY, "…" },
        { "{\"queryString\":\"*\",\"queryVersion\":\"2019-01-01\"}", INVALID, "…" },
        { "{\"queryString\":\"*\",\"indexName\":\"AWS_ThingGroups\"}", NOT_FOUND, "…" },
        { "{\"queryString\":\"*\",\"indexName\":\"Mine\"}", NOT_FOUND, "…" },
        { "{\"queryString\":\"*\",\"tags\":[{\"Key\":\"aws:a\",\"Value\":\"b\"}]}", INVALID,
          "Tag keys that begin with aws: are reserved: aws:a" },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", HOT, refusals);
    configure(w, GROUPS("\"thingGroupIndexingMode\":\"ON\""));
    refused(w, INVALID, "POST", HOT, "{\"queryString\":\"*\",\"indexName\":\"AWS_ThingGroups\"}",
            "Dynamic thing groups can be built on the index AWS_Things only.");
    refused(w, EXISTS, "POST", "/dynamic-thing-groups/site", QUERY("*"),
            "Thing Group site already exists in current account");
    given_dynamic_group(w, "hot", "*");
    const struct answer *a =
        refused(w, EXISTS, "POST", HOT, QUERY("*"), "Thing Group hot already exists in current account");
    assert_json_string(a->body, "resourceArn", ARN("hot"));
    refused(w, EXISTS, "POST", "/thing-groups/hot", "{}", "Thing Group hot already exists …");
    refused(w, INVALID, "POST", "/thing-groups/child", "{\"parentGroupName\":\"hot\"}",
            "Thing group hot is dynamic, and can have no child groups.");
}

static void dynamic_groups_need_the_index_and_the_index_stays_for_them(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(OFF));
    refused(w, INVALID, "POST", HOT, QUERY("*"),
            "Dynamic thing groups need the fleet index: set thingIndexingMode to REGISTRY.");
    configure(w, THINGS(REGISTRY));
    refused(w, INVALID_QUERY, "POST", HOT, QUERY("connectivity.connected:true"), "Connectivity field …");
    given_dynamic_group(w, "hot", "*");
    refused(w, INVALID, "POST", CONFIG, THINGS(OFF),
            "thingIndexingMode cannot be OFF while there are dynamic thing groups.");
    configure(w, THINGS(REGISTRY "," STATUS));
    configure(w, THINGS(REGISTRY));
    configure(w, THINGS(REGISTRY "," STATUS));
    change_query(w, "hot", "NOT connectivity.connected:true");
    refused(w, INVALID, "POST", CONFIG, THINGS(REGISTRY),
            "thingConnectivityIndexingMode cannot be OFF while a dynamic thing group asks for connectivity.");
    delete_dynamic_group(w, "hot");
    configure(w, THINGS(OFF));
}

static void there_are_at_most_a_hundred_dynamic_groups(void **state)
{
    struct world *w = *state;
    char name[32];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "g-%d", i);
        given_dynamic_group(w, name, "thingName:nobody");
    }
    refused(w, LIMIT, "POST", HOT, QUERY("*"),
            "There are 100 dynamic thing groups, and there can be no more.");
    delete_dynamic_group(w, "g-7");
    given_dynamic_group(w, "hot", "*");
    world_settings(w)->dynamic_thing_groups_limit = 101;
    given_dynamic_group(w, "g-7", "*");
}

static void tags_and_the_group_index_know_dynamic_groups(void **state)
{
    struct world *w = *state;
    configure(w, GROUPS("\"thingGroupIndexingMode\":\"ON\""));
    http(w, 200, "POST", HOT,
         "{\"queryString\":\"*\",\"tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]," PROPERTIES(
             DESCRIPTION("glowing")) "}");
    assert_json(http(w, 200, "GET", "/tags?resourceArn=" ARN("hot"), NULL)->body, "tags",
                "[{\"Key\":\"a\",\"Value\":\"b\"}]");
    const struct answer *a = search_with(w, "description:glowing", ",\"indexName\":\"AWS_ThingGroups\"");
    assert_json_items(a->body, "thingGroups", "thingGroupName", "hot");
    delete_dynamic_group(w, "hot");
    assert_int_equal(rows_in(w, "tag"), 0);
    a = search_with(w, "description:glowing", ",\"indexName\":\"AWS_ThingGroups\"");
    assert_json(a->body, "thingGroups", "[]");
}

/* ---- update, delete ---- */

static void an_update_changes_what_it_names(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "temp", "90");
    given_attribute(w, "valve", "temp", "20");
    given_dynamic_group(w, "hot", "attributes.temp>80");
    assert_json(http(w, 200, "PATCH", HOT, "{" PROPERTIES(DESCRIPTION("new")) "}")->body, "",
                "{\"version\":2}");
    const struct answer *a = describe(w, "hot");
    assert_json(a->body, "thingGroupProperties", "{" DESCRIPTION("new") "}");
    assert_json_string(a->body, "queryString", "attributes.temp>80");
    assert_json(http(w, 200, "PATCH", HOT,
                     "{\"expectedVersion\":2,\"queryString\":\"attributes.temp<80\"," PROPERTIES("") "}")
                    ->body,
                "", "{\"version\":3}");
    a = describe(w, "hot");
    assert_json_string(a->body, "queryString", "attributes.temp<80");
    assert_json_string(a->body, "status", "ACTIVE");
    assert_json(a->body, "thingGroupProperties", "{" DESCRIPTION("new") "}");
    assert_members(w, "hot", "valve");
}

static void updates_out_of_the_rules_are_refused(void **state)
{
    const struct refusal refusals[] = {
        { "{\"queryString\":\"*\"}", INVALID,
          "1 validation error detected: Value null at 'thingGroupProperties' failed to satisfy constraint: "
          "Member must not be null" },
        { "{\"expectedVersion\":2," PROPERTIES("") "}", WRONG_VERSION,
          "The version for thing group hot does not match the expected version." },
        { "{\"queryString\":\"a b c d e f\"," PROPERTIES("") "}", INVALID_QUERY, "…" },
        { "{\"indexName\":\"Mine\"," PROPERTIES("") "}", NOT_FOUND, "…" },
        { "{\"queryVersion\":\"1\"," PROPERTIES("") "}", INVALID, "…" },
    };
    struct world *w = *state;
    given_dynamic_group(w, "hot", "*");
    ASSERT_ALL_REFUSED(w, "PATCH", HOT, refusals);
    refused(w, NOT_FOUND, "PATCH", "/dynamic-thing-groups/ghost", "{" PROPERTIES("") "}",
            "Thing group ghost cannot be found.");
}

static void a_deleted_group_is_gone_and_deleting_it_again_is_no_error(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "hot", "*");
    refused(w, WRONG_VERSION, "DELETE", HOT "?expectedVersion=2", NULL,
            "The version for thing group hot does not match the expected version.");
    assert_json(http(w, 200, "DELETE", HOT "?expectedVersion=1", NULL)->body, "", "{}");
    http(w, 404, "GET", "/thing-groups/hot", NULL);
    assert_groups_of(w, "pump", "");
    assert_finds(w, "thingGroupNames:hot", "");
    http(w, 200, "DELETE", HOT, NULL);
    assert_int_equal(rows_in(w, "dynamic_thing_group"), 0);
    given_group(w, "hot", NULL);
    assert_json_absent(describe(w, "hot")->body, "queryString");
}

static void static_and_dynamic_groups_have_their_own_operations(void **state)
{
    struct world *w = *state;
    const char *is_static =
        "Thing group site is static: the operations of dynamic thing groups do not change it.";
    given_dynamic_group(w, "hot", "thingName:pump");
    refused(w, INVALID, "PATCH", "/thing-groups/hot", "{" PROPERTIES("") "}", IS_DYNAMIC);
    refused(w, INVALID, "DELETE", "/thing-groups/hot", NULL, IS_DYNAMIC);
    refused(w, INVALID, "PATCH", "/dynamic-thing-groups/site", "{" PROPERTIES("") "}", is_static);
    refused(w, INVALID, "DELETE", "/dynamic-thing-groups/site", NULL, is_static);
    refused(w, INVALID, "PUT", ADD, IN_GROUP("hot", "valve"), IS_DYNAMIC);
    refused(w, INVALID, "PUT", ADD, IN_GROUP("hot", "pump"), IS_DYNAMIC);
    refused(w, INVALID, "PUT", REMOVE, IN_GROUP("hot", "pump"), IS_DYNAMIC);
    refused(w, INVALID, "PUT", "/thing-groups/updateThingGroupsForThing",
            "{\"thingName\":\"pump\",\"thingGroupsToRemove\":[\"hot\"]}", IS_DYNAMIC);
}

static void a_dynamic_group_has_no_policies(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "hot", "*");
    http(w, 200, "POST", "/policies/all",
         "{\"policyDocument\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":"
         "\\\"Allow\\\",\\\"Action\\\":\\\"iot:*\\\",\\\"Resource\\\":\\\"*\\\"}]}\"}");
    refused(w, INVALID, "PUT", "/target-policies/all", "{\"target\":\"" ARN("hot") "\"}",
            "Thing group hot is dynamic, and can have no policies.");
    http(w, 200, "PUT", "/target-policies/all", "{\"target\":\"" ARN("site") "\"}");
}

/* ---- who is in them ---- */

static void things_join_and_leave_as_they_change(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "hot", "attributes.temp>80 OR thingGroupNames:site");
    assert_members(w, "hot", "");
    given_attribute(w, "pump", "temp", "90");
    assert_members(w, "hot", "pump");
    join(w, "site", "valve");
    assert_members(w, "hot", "pump valve");
    given_attribute(w, "stove", "temp", "300");
    assert_members(w, "hot", "pump valve stove");
    assert_groups_of(w, "valve", "site hot");
    given_attribute(w, "pump", "temp", "70");
    leave(w, "site", "valve");
    assert_members(w, "hot", "stove");
    http(w, 200, "DELETE", "/things/stove", NULL);
    assert_members(w, "hot", "");
    assert_int_equal(rows_in(w, "thing_group_member"), 0);
}

static void an_update_is_seen_however_the_query_asks_for_it(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    given_dynamic_group(w, "typed", "registry.thingTypeName:(Pump OR Fan)");
    given_dynamic_group(w, "bare", "red thingName:pump");
    given_dynamic_group(w, "without", "NOT attributes.color:* thingName:pump");
    given_dynamic_group(w, "escaped", "attributes.a\\\\/b:1");
    given_dynamic_group(w, "other", "attributes.size:1");
    http(w, 200, "PATCH", "/things/pump", "{\"thingTypeName\":\"Pump\"}");
    assert_groups_of(w, "pump", "typed without");
    http(w, 200, "PATCH", "/things/pump", ATTRIBUTES("\"color\":\"red\",\"a/b\":\"1\""));
    assert_groups_of(w, "pump", "typed bare escaped");
    http(w, 200, "PATCH", "/things/pump", ATTRIBUTES("\"color\":\"blue\",\"size\":\"1\""));
    assert_groups_of(w, "pump", "typed other");
    http(w, 200, "PATCH", "/things/pump", "{\"removeThingType\":true}");
    assert_groups_of(w, "pump", "other");
    http(w, 200, "PATCH", "/things/pump", ATTRIBUTES(""));
    assert_groups_of(w, "pump", "without");
    change_query(w, "other", "red");
    given_attribute(w, "pump", "color", "red");
    assert_groups_of(w, "pump", "bare other");
}

static void a_static_group_that_is_deleted_takes_its_things_out(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "ours", "thingGroupNames:zone");
    join(w, "zone", "pump");
    assert_members(w, "ours", "pump");
    http(w, 200, "DELETE", "/thing-groups/zone", NULL);
    assert_members(w, "ours", "");
}

static void things_join_and_leave_as_they_connect_and_disconnect(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "here", "connectivity.connected:true");
    given_dynamic_group(w, "lost", "connectivity.disconnectReason:CONNECTION_LOST");
    given_dynamic_group(w, "named", "thingName:pump");
    comes(w, "pump");
    comes(w, "nobody");
    assert_members(w, "here", "pump");
    goes(w, "pump", "CONNECTION_LOST");
    assert_members(w, "here", "");
    assert_members(w, "lost", "pump");
    assert_members(w, "named", "pump");
    comes(w, "pump");
    assert_members(w, "lost", "");
}

/* They would depend on one another. */
static void a_query_does_not_see_dynamic_groups(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "a", "thingName:pump");
    given_dynamic_group(w, "b", "thingGroupNames:a");
    given_dynamic_group(w, "c", "NOT thingGroupNames:c");
    assert_members(w, "a", "pump");
    assert_members(w, "b", "");
    assert_members(w, "c", "pump valve fan");
    given_attribute(w, "pump", "x", "1");
    assert_members(w, "b", "");
    assert_members(w, "c", "pump valve fan");
}

static void joining_and_leaving_is_told(void **state)
{
    struct world *w = *state;
    const char *topic = "$aws/events/thingGroupMembership/thingGroup/hot/thing/pump/";
    char added[128], removed[128];
    snprintf(added, sizeof added, "%sadded", topic);
    snprintf(removed, sizeof removed, "%sremoved", topic);
    http(w, 200, "PATCH", "/event-configurations",
         "{\"eventConfigurations\":{\"THING_GROUP_MEMBERSHIP\":{\"Enabled\":true},"
         "\"THING_GROUP\":{\"Enabled\":true}}}");
    given_dynamic_group(w, "hot", "attributes.temp>80");
    const cJSON *event = take_notification(w, "$aws/events/thingGroup/hot/created");
    const char *id = json_at(describe(w, "hot")->body, "thingGroupId")->valuestring;
    assert_json_string(event, "dynamicGroupMappingId", id);
    given_attribute(w, "pump", "temp", "90");
    event = take_notification(w, added);
    assert_json_string(event, "groupId", id);
    const char *membership = json_at(event, "membershipId")->valuestring;
    given_attribute(w, "pump", "temp", "91");
    assert_silence(w);
    given_attribute(w, "pump", "temp", "9");
    assert_json_string(take_notification(w, removed), "membershipId", membership);
    given_attribute(w, "pump", "temp", "90");
    take_notification(w, added);
    change_query(w, "hot", "thingName:nobody");
    take_notification(w, removed);
    take_notification(w, "$aws/events/thingGroup/hot/updated");
    delete_dynamic_group(w, "hot");
    take_notification(w, "$aws/events/thingGroup/hot/deleted");
    assert_silence(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dynamic_groups_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_dynamic_group_is_described_with_its_query),
        TEST(dynamic_groups_out_of_the_rules_are_refused),
        TEST(dynamic_groups_need_the_index_and_the_index_stays_for_them),
        TEST(there_are_at_most_a_hundred_dynamic_groups),
        TEST(tags_and_the_group_index_know_dynamic_groups),
        TEST(an_update_changes_what_it_names),
        TEST(updates_out_of_the_rules_are_refused),
        TEST(a_deleted_group_is_gone_and_deleting_it_again_is_no_error),
        TEST(static_and_dynamic_groups_have_their_own_operations),
        TEST(a_dynamic_group_has_no_policies),
        TEST(things_join_and_leave_as_they_change),
        TEST(an_update_is_seen_however_the_query_asks_for_it),
        TEST(a_static_group_that_is_deleted_takes_its_things_out),
        TEST(things_join_and_leave_as_they_connect_and_disconnect),
        TEST(a_query_does_not_see_dynamic_groups),
        TEST(joining_and_leaving_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
