/* What is published below $aws/events/ about things, thing types and thing groups (device protocol, section
 * 6). */
#include <stdio.h>
#include <string.h>

#include "support/world.h"

#define THING_ARN(thing) "arn:aws:iot:us-east-1:000000000000:thing/" thing
#define GROUP_ARN(group) "arn:aws:iot:us-east-1:000000000000:thinggroup/" group

#define PLACE(group, thing)      "{\"thingGroupName\":\"" group "\",\"thingName\":\"" thing "\"}"
#define BELOW(parent)            "{\"parentGroupName\":\"" parent "\"}"
#define PROPERTIES(members)      "{\"thingGroupProperties\":{" members "}}"
#define TYPE_TOPIC(type, change) "$aws/events/thingType/" type "/" change
#define ASSOCIATION_TOPIC(thing, type, change)                                                               \
    "$aws/events/thingTypeAssociation/thing/" thing "/thingType/" type "/" change
#define GROUP_TOPIC(group, change) "$aws/events/thingGroup/" group "/" change
#define MEMBERSHIP_TOPIC(group, thing, change)                                                               \
    "$aws/events/thingGroupMembership/thingGroup/" group "/thing/" thing "/" change
#define HIERARCHY_TOPIC(parent, child, change)                                                               \
    "$aws/events/thingGroupHierarchy/thingGroup/" parent "/childThingGroup/" child "/" change

/* Members that every event of the kind has, up to those that its change is about. */
#define HEAD(kind, operation)                                                                                \
    "{\"eventType\":\"" kind "\",\"timestamp\":1893499201250,\"operation\":\"" operation                     \
    "\",\"accountId\":\"000000000000\","
#define THING_EVENT(operation)       HEAD("THING_EVENT", operation)
#define TYPE_EVENT(operation)        HEAD("THING_TYPE_EVENT", operation)
#define ASSOCIATION_EVENT(operation) HEAD("THING_TYPE_ASSOCIATION_EVENT", operation)
#define GROUP_EVENT(operation)       HEAD("THING_GROUP_EVENT", operation)
#define MEMBERSHIP_EVENT(operation)  HEAD("THING_GROUP_MEMBERSHIP_EVENT", operation)
#define HIERARCHY_EVENT(operation)   HEAD("THING_GROUP_HIERARCHY_EVENT", operation)

/* At a quarter past a second, with that kind of events switched on. */
static struct world *world_that_tells(const char *kind)
{
    char body[128];
    struct world *w = world_new("2030-01-01T12:00:01.250Z");
    snprintf(body, sizeof body, "{\"eventConfigurations\":{\"%s\":{\"Enabled\":true}}}", kind);
    http(w, 200, "PATCH", "/event-configurations", body);
    return w;
}

/* The initial state is the kind. */
static int set_up(void **state)
{
    *state = world_that_tells(*state);
    return 0;
}

/* Takes a UUID out, so that the rest can be compared as a whole. */
static void take_uuid(cJSON *event, const char *member)
{
    const cJSON *id = json_at(event, member);
    assert_true(cJSON_IsString(id));
    assert_int_equal(strlen(id->valuestring), 36);
    cJSON_DeleteItemFromObject(event, member);
}

static cJSON *take_event(struct world *w, const char *topic)
{
    cJSON *event = take_notification(w, topic);
    take_uuid(event, "eventId");
    return event;
}

/* The member is the id of that thing or group, and is taken out. */
static void take_id(cJSON *event, const char *member, const char *id)
{
    assert_json_string(event, member, id);
    cJSON_DeleteItemFromObject(event, member);
}

static const char *given_id(struct world *w, const char *path, const char *body, const char *member)
{
    return json_at(http(w, 200, "POST", path, body)->body, member)->valuestring;
}

static const char *given_group(struct world *w, const char *path, const char *body)
{
    return given_id(w, path, body, "thingGroupId");
}

/* Everything that can happen to things, types and groups. */
static void play_it_all(struct world *w)
{
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "PATCH", "/thing-types/Pump", "{\"thingTypeProperties\":{}}");
    http(w, 200, "POST", "/things/typed", "{\"thingTypeName\":\"Pump\"}");
    http(w, 200, "DELETE", "/things/typed", NULL);
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    advance(w, "PT5M");
    http(w, 200, "DELETE", "/thing-types/Pump", NULL);
    given_thing(w, "pump");
    http(w, 200, "PATCH", "/things/pump", "{}");
    given_group(w, "/thing-groups/site", "{}");
    given_group(w, "/thing-groups/hall", BELOW("site"));
    http(w, 200, "PATCH", "/thing-groups/hall", PROPERTIES());
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("hall", "pump"));
    http(w, 200, "PUT", "/thing-groups/removeThingFromThingGroup", PLACE("hall", "pump"));
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    http(w, 200, "DELETE", "/things/pump", NULL);
}

/* ---- which kinds ---- */

static void nothing_is_told_unless_it_is_switched_on(void **state)
{
    struct world *w = *state;
    play_it_all(w);
    assert_silence(w);
}

static void only_the_kind_that_is_switched_on_is_told(void **state)
{
    static const struct {
        const char *kind;
        const char *topics[5]; /* in the order of play_it_all */
    } kinds[] = {
        { "THING",
          { "$aws/events/thing/typed/created", "$aws/events/thing/typed/deleted",
            "$aws/events/thing/pump/created", "$aws/events/thing/pump/updated",
            "$aws/events/thing/pump/deleted" } },
        { "THING_TYPE",
          { TYPE_TOPIC("Pump", "created"), TYPE_TOPIC("Pump", "updated"), TYPE_TOPIC("Pump", "updated"),
            TYPE_TOPIC("Pump", "deleted") } },
        { "THING_TYPE_ASSOCIATION",
          { ASSOCIATION_TOPIC("typed", "Pump", "added"), ASSOCIATION_TOPIC("typed", "Pump", "removed") } },
        { "THING_GROUP",
          { GROUP_TOPIC("site", "created"), GROUP_TOPIC("hall", "created"), GROUP_TOPIC("hall", "updated"),
            GROUP_TOPIC("hall", "deleted") } },
        { "THING_GROUP_MEMBERSHIP",
          { MEMBERSHIP_TOPIC("hall", "pump", "added"), MEMBERSHIP_TOPIC("hall", "pump", "removed") } },
        { "THING_GROUP_HIERARCHY",
          { HIERARCHY_TOPIC("site", "hall", "added"), HIERARCHY_TOPIC("site", "hall", "removed") } },
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct world *w = world_that_tells(kinds[i].kind);
        play_it_all(w);
        for (size_t k = 0; k < 5 && kinds[i].topics[k]; k++)
            take_event(w, kinds[i].topics[k]);
        assert_silence(w);
        world_free(w);
    }
}

static void what_changes_nothing_or_is_refused_is_not_told(void **state)
{
    static const char *const kinds[] = {
        "THING",      "THING_GROUP",           "THING_GROUP_MEMBERSHIP", "THING_GROUP_HIERARCHY",
        "THING_TYPE", "THING_TYPE_ASSOCIATION"
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct world *w = world_that_tells(kinds[i]);
        http(w, 200, "POST", "/thing-types/Pump", "{}");
        http(w, 200, "POST", "/things/pump", "{\"thingTypeName\":\"Pump\"}");
        given_group(w, "/thing-groups/site", "{}");
        given_group(w, "/thing-groups/hall", BELOW("site"));
        http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("hall", "pump"));
        forget_notifications(w);
        http(w, 200, "POST", "/thing-types/Pump", "{}");
        http(w, 200, "POST", "/thing-types/Pump/deprecate", "{\"undoDeprecate\":true}");
        http(w, 400, "DELETE", "/thing-types/Pump", NULL);
        http(w, 404, "POST", "/thing-types/ghost/deprecate", "{}");
        http(w, 404, "PATCH", "/things/pump", "{\"thingTypeName\":\"ghost\"}");
        http(w, 200, "POST", "/things/pump", "{\"thingTypeName\":\"Pump\"}");
        http(w, 200, "POST", "/thing-groups/hall", BELOW("site"));
        http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("hall", "pump"));
        http(w, 200, "PUT", "/thing-groups/removeThingFromThingGroup", PLACE("site", "pump"));
        http(w, 409, "PATCH", "/things/pump", "{\"expectedVersion\":9}");
        http(w, 400, "DELETE", "/thing-groups/site", NULL);
        http(w, 200, "DELETE", "/things/ghost", NULL);
        http(w, 200, "DELETE", "/thing-groups/ghost", NULL);
        http(w, 404, "PUT", "/thing-groups/updateThingGroupsForThing",
             "{\"thingName\":\"pump\",\"thingGroupsToRemove\":[\"hall\"],\"thingGroupsToAdd\":[\"ghost\"]}");
        assert_silence(w);
        world_free(w);
    }
}

/* ---- things ---- */

static void a_thing_tells_of_its_whole_life(void **state)
{
    struct world *w = *state;
    const char *id =
        given_id(w, "/things/pump", "{\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}", "thingId");
    cJSON *event = take_event(w, "$aws/events/thing/pump/created");
    take_id(event, "thingId", id);
    assert_json(event, "",
                THING_EVENT("CREATED") "\"thingName\":\"pump\",\"versionNumber\":1,\"thingTypeName\":null,"
                                       "\"attributes\":{\"a\":\"1\"}}");
    http(w, 200, "PATCH", "/things/pump",
         "{\"attributePayload\":{\"merge\":true,\"attributes\":{\"b\":\"2\"}}}");
    event = take_event(w, "$aws/events/thing/pump/updated");
    take_id(event, "thingId", id);
    assert_json(event, "",
                THING_EVENT("UPDATED") "\"thingName\":\"pump\",\"versionNumber\":2,\"thingTypeName\":null,"
                                       "\"attributes\":{\"a\":\"1\",\"b\":\"2\"}}");
    http(w, 200, "DELETE", "/things/pump", NULL);
    event = take_event(w, "$aws/events/thing/pump/deleted");
    take_id(event, "thingId", id);
    assert_json(event, "",
                THING_EVENT("DELETED") "\"thingName\":\"pump\",\"versionNumber\":2,\"thingTypeName\":null,"
                                       "\"attributes\":{\"a\":\"1\",\"b\":\"2\"}}");
    assert_silence(w);
}

/* ---- types ---- */

static void a_type_tells_of_its_whole_life(void **state)
{
    struct world *w = *state;
    const char *id = given_id(w, "/thing-types/Pump", "{}", "thingTypeId");
    cJSON *event = take_event(w, TYPE_TOPIC("Pump", "created"));
    take_id(event, "thingTypeId", id);
    assert_json(event, "",
                TYPE_EVENT("CREATED") "\"thingTypeName\":\"Pump\",\"isDeprecated\":false,"
                                      "\"deprecationDate\":null,\"searchableAttributes\":[],"
                                      "\"propagatingAttributes\":[],\"description\":null}");
    http(w, 200, "PATCH", "/thing-types/Pump",
         "{\"thingTypeProperties\":{\"thingTypeDescription\":\"It pumps\",\"searchableAttributes\":[\"a\","
         "\"b\"],\"mqtt5Configuration\":{\"propagatingAttributes\":[{\"userPropertyKey\":\"k\","
         "\"thingAttribute\":\"a\"}]}}}");
#define ITS_PROPERTIES                                                                                       \
    "\"searchableAttributes\":[\"a\",\"b\"],\"propagatingAttributes\":[{\"userPropertyKey\":\"k\","          \
    "\"thingAttribute\":\"a\"}],\"description\":\"It pumps\"}"
    event = take_event(w, TYPE_TOPIC("Pump", "updated"));
    take_id(event, "thingTypeId", id);
    assert_json(event, "",
                TYPE_EVENT("UPDATED") "\"thingTypeName\":\"Pump\",\"isDeprecated\":false,"
                                      "\"deprecationDate\":null," ITS_PROPERTIES);
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    event = take_event(w, TYPE_TOPIC("Pump", "updated"));
    take_id(event, "thingTypeId", id);
    assert_json(event, "",
                TYPE_EVENT("UPDATED") "\"thingTypeName\":\"Pump\",\"isDeprecated\":true,"
                                      "\"deprecationDate\":1893499201250," ITS_PROPERTIES);
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{\"undoDeprecate\":true}");
    assert_json(take_event(w, TYPE_TOPIC("Pump", "updated")), "isDeprecated", "false");
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    take_event(w, TYPE_TOPIC("Pump", "updated"));
    advance(w, "PT5M");
    http(w, 200, "DELETE", "/thing-types/Pump", NULL);
    event = take_event(w, TYPE_TOPIC("Pump", "deleted"));
    assert_json_string(event, "operation", "DELETED");
    assert_json(event, "isDeprecated", "true");
    assert_silence(w);
}

static void a_thing_is_added_to_its_type_and_removed_from_it(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "POST", "/thing-types/Valve", "{}");
    const char *id = given_id(w, "/things/t", "{\"thingTypeName\":\"Pump\"}", "thingId");
    cJSON *event = take_event(w, ASSOCIATION_TOPIC("t", "Pump", "added"));
    take_id(event, "thingId", id);
    assert_json(event, "", ASSOCIATION_EVENT("ADDED") "\"thingName\":\"t\",\"thingTypeName\":\"Pump\"}");
    http(w, 200, "PATCH", "/things/t", "{\"thingTypeName\":\"Valve\"}");
    event = take_event(w, ASSOCIATION_TOPIC("t", "Pump", "removed"));
    take_id(event, "thingId", id);
    assert_json(event, "", ASSOCIATION_EVENT("REMOVED") "\"thingName\":\"t\",\"thingTypeName\":\"Pump\"}");
    take_event(w, ASSOCIATION_TOPIC("t", "Valve", "added"));
    http(w, 200, "PATCH", "/things/t", "{\"thingTypeName\":\"Valve\"}");
    http(w, 200, "PATCH", "/things/t", "{}");
    http(w, 200, "PATCH", "/things/t", "{\"removeThingType\":true}");
    take_event(w, ASSOCIATION_TOPIC("t", "Valve", "removed"));
    http(w, 200, "PATCH", "/things/t", "{\"removeThingType\":true}");
    http(w, 200, "DELETE", "/things/t", NULL);
    given_id(w, "/things/t", "{\"thingTypeName\":\"Pump\"}", "thingId");
    take_event(w, ASSOCIATION_TOPIC("t", "Pump", "added"));
    http(w, 200, "DELETE", "/things/t", NULL);
    take_event(w, ASSOCIATION_TOPIC("t", "Pump", "removed"));
    assert_silence(w);
}

static void a_thing_tells_its_type(void **state)
{
    struct world *w = *state;
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "POST", "/things/t", "{\"thingTypeName\":\"Pump\"}");
    assert_json_string(take_event(w, "$aws/events/thing/t/created"), "thingTypeName", "Pump");
    http(w, 200, "PATCH", "/things/t", "{\"removeThingType\":true}");
    assert_json(take_event(w, "$aws/events/thing/t/updated"), "thingTypeName", "null");
    assert_silence(w);
}

/* ---- groups ---- */

static void a_group_tells_of_its_whole_life(void **state)
{
    struct world *w = *state;
    const char *id = given_group(w, "/thing-groups/site", "{}");
    cJSON *event = take_event(w, GROUP_TOPIC("site", "created"));
    take_id(event, "thingGroupId", id);
    assert_json(event, "",
                GROUP_EVENT("CREATED") "\"thingGroupName\":\"site\",\"versionNumber\":1,"
                                       "\"parentGroupName\":null,\"parentGroupId\":null,\"description\":null,"
                                       "\"rootToParentThingGroups\":[],\"attributes\":{},"
                                       "\"dynamicGroupMappingId\":null}");
    http(w, 200, "PATCH", "/thing-groups/site",
         PROPERTIES(
             "\"thingGroupDescription\":\"All of it\",\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}"));
    event = take_event(w, GROUP_TOPIC("site", "updated"));
    take_id(event, "thingGroupId", id);
    assert_json(event, "",
                GROUP_EVENT("UPDATED") "\"thingGroupName\":\"site\",\"versionNumber\":2,"
                                       "\"parentGroupName\":null,\"parentGroupId\":null,"
                                       "\"description\":\"All of it\",\"rootToParentThingGroups\":[],"
                                       "\"attributes\":{\"a\":\"1\"},\"dynamicGroupMappingId\":null}");
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    event = take_event(w, GROUP_TOPIC("site", "deleted"));
    take_id(event, "thingGroupId", id);
    assert_json_string(event, "operation", "DELETED");
    assert_json_number(event, "versionNumber", 2);
    assert_json_string(event, "description", "All of it");
    assert_json(event, "attributes", "{\"a\":\"1\"}");
    assert_silence(w);
}

static void a_child_tells_the_way_from_the_top(void **state)
{
    struct world *w = *state;
    char expected[1024];
    const char *site = given_group(w, "/thing-groups/site", "{}");
    const char *hall = given_group(w, "/thing-groups/hall", BELOW("site"));
    const char *line = given_group(w, "/thing-groups/line", BELOW("hall"));
    take_event(w, GROUP_TOPIC("site", "created"));
    take_event(w, GROUP_TOPIC("hall", "created"));
    snprintf(
        expected, sizeof expected,
        GROUP_EVENT("CREATED") "\"thingGroupName\":\"line\",\"versionNumber\":1,"
                               "\"parentGroupName\":\"hall\",\"parentGroupId\":\"%s\","
                               "\"description\":null,\"rootToParentThingGroups\":["
                               "{\"groupArn\":\"" GROUP_ARN(
                                   "site") "\",\"groupId\":\"%s\"},"
                                           "{\"groupArn\":\"" GROUP_ARN(
                                               "hall") "\",\"groupId\":\"%s\"}],"
                                                       "\"attributes\":{},\"dynamicGroupMappingId\":null}",
        hall, site, hall);
    cJSON *event = take_event(w, GROUP_TOPIC("line", "created"));
    take_id(event, "thingGroupId", line);
    assert_json(event, "", expected);
    http(w, 200, "DELETE", "/thing-groups/line", NULL);
    event = take_event(w, GROUP_TOPIC("line", "deleted"));
    assert_json_string(event, "parentGroupName", "hall");
    assert_json_string(event, "rootToParentThingGroups.0.groupId", site);
    assert_silence(w);
}

static void a_group_is_added_to_its_parent_and_removed_from_it(void **state)
{
    struct world *w = *state;
    const char *site = given_group(w, "/thing-groups/site", "{}");
    const char *hall = given_group(w, "/thing-groups/hall", BELOW("site"));
    char expected[512];
    static const char form[] = "%s\"thingGroupId\":\"%s\",\"thingGroupName\":\"site\","
                               "\"childGroupId\":\"%s\",\"childGroupName\":\"hall\"}";
    snprintf(expected, sizeof expected, form, HIERARCHY_EVENT("ADDED"), site, hall);
    assert_json(take_event(w, HIERARCHY_TOPIC("site", "hall", "added")), "", expected);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    snprintf(expected, sizeof expected, form, HIERARCHY_EVENT("REMOVED"), site, hall);
    assert_json(take_event(w, HIERARCHY_TOPIC("site", "hall", "removed")), "", expected);
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_silence(w);
}

/* ---- memberships ---- */

static void a_membership_has_one_id_from_its_beginning_to_its_end(void **state)
{
    struct world *w = *state;
    const char *thing = given_id(w, "/things/pump", "{}", "thingId");
    const char *group = given_group(w, "/thing-groups/site", "{}");
    char expected[512];
    static const char form[] =
        "%s\"groupArn\":\"" GROUP_ARN("site") "\",\"groupId\":\"%s\","
                                              "\"thingArn\":\"" THING_ARN("pump") "\",\"thingId\":\"%s\","
                                                                                  "\"membershipId\":\"%s\"}";
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("site", "pump"));
    cJSON *event = take_event(w, MEMBERSHIP_TOPIC("site", "pump", "added"));
    const char *membership = json_at(event, "membershipId")->valuestring;
    assert_int_equal(strlen(membership), 36);
    snprintf(expected, sizeof expected, form, MEMBERSHIP_EVENT("ADDED"), group, thing, membership);
    assert_json(event, "", expected);
    snprintf(expected, sizeof expected, form, MEMBERSHIP_EVENT("REMOVED"), group, thing, membership);
    http(w, 200, "PUT", "/thing-groups/removeThingFromThingGroup", PLACE("site", "pump"));
    assert_json(take_event(w, MEMBERSHIP_TOPIC("site", "pump", "removed")), "", expected);
    assert_silence(w);
}

static void a_change_of_several_groups_is_told_one_by_one(void **state)
{
    struct world *w = *state;
    given_thing(w, "pump");
    given_group(w, "/thing-groups/site", "{}");
    given_group(w, "/thing-groups/hall", BELOW("site"));
    given_group(w, "/thing-groups/zone", "{}");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("site", "pump"));
    take_event(w, MEMBERSHIP_TOPIC("site", "pump", "added"));
    http(w, 200, "PUT", "/thing-groups/updateThingGroupsForThing",
         "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\",\"hall\"],\"thingGroupsToRemove\":[\"site\"]"
         "}");
    take_event(w, MEMBERSHIP_TOPIC("site", "pump", "removed"));
    take_event(w, MEMBERSHIP_TOPIC("zone", "pump", "added"));
    take_event(w, MEMBERSHIP_TOPIC("hall", "pump", "added"));
    assert_silence(w);
}

static void a_deleted_thing_is_removed_from_its_groups(void **state)
{
    struct world *w = *state;
    given_thing(w, "pump");
    given_group(w, "/thing-groups/site", "{}");
    given_group(w, "/thing-groups/hall", BELOW("site"));
    given_group(w, "/thing-groups/zone", "{}");
    http(w, 200, "PUT", "/thing-groups/updateThingGroupsForThing",
         "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\",\"hall\"]}");
    forget_notifications(w);
    http(w, 200, "DELETE", "/things/pump", NULL);
    take_event(w, MEMBERSHIP_TOPIC("hall", "pump", "removed"));
    take_event(w, MEMBERSHIP_TOPIC("zone", "pump", "removed"));
    assert_silence(w);
}

static void a_deleted_group_does_not_name_its_things(void **state)
{
    struct world *w = *state;
    given_thing(w, "pump");
    given_group(w, "/thing-groups/site", "{}");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("site", "pump"));
    forget_notifications(w);
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_silence(w);
}

static void arns_have_the_region_of_the_caller(void **state)
{
    struct world *w = *state;
    given_thing(w, "pump");
    given_group(w, "/thing-groups/site", "{}");
    called_from(w, "eu-central-1", NULL);
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", PLACE("site", "pump"));
    const cJSON *event = take_event(w, MEMBERSHIP_TOPIC("site", "pump", "added"));
    assert_json_string(event, "groupArn", "arn:aws:iot:eu-central-1:000000000000:thinggroup/site");
    assert_json_string(event, "thingArn", "arn:aws:iot:eu-central-1:000000000000:thing/pump");
}

#define TOLD(kind, test)                                                                                     \
    {                                                                                                        \
        .name = #test, .test_func = test, .setup_func = set_up, .teardown_func = world_tear_down,            \
        .initial_state = (void *)kind,                                                                       \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_told_unless_it_is_switched_on, world_set_up,
                                        world_tear_down),
        cmocka_unit_test(only_the_kind_that_is_switched_on_is_told),
        cmocka_unit_test(what_changes_nothing_or_is_refused_is_not_told),
        TOLD("THING", a_thing_tells_of_its_whole_life),
        TOLD("THING", a_thing_tells_its_type),
        TOLD("THING_TYPE", a_type_tells_of_its_whole_life),
        TOLD("THING_TYPE_ASSOCIATION", a_thing_is_added_to_its_type_and_removed_from_it),
        TOLD("THING_GROUP", a_group_tells_of_its_whole_life),
        TOLD("THING_GROUP", a_child_tells_the_way_from_the_top),
        TOLD("THING_GROUP_HIERARCHY", a_group_is_added_to_its_parent_and_removed_from_it),
        TOLD("THING_GROUP_MEMBERSHIP", a_membership_has_one_id_from_its_beginning_to_its_end),
        TOLD("THING_GROUP_MEMBERSHIP", a_change_of_several_groups_is_told_one_by_one),
        TOLD("THING_GROUP_MEMBERSHIP", a_deleted_thing_is_removed_from_its_groups),
        TOLD("THING_GROUP_MEMBERSHIP", a_deleted_group_does_not_name_its_things),
        TOLD("THING_GROUP_MEMBERSHIP", arns_have_the_region_of_the_caller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
