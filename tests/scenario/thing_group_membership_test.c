/* Which things are in which groups. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define GROUP_ARN(group) "arn:aws:iot:us-east-1:000000000000:thinggroup/" group
#define THING_ARN(thing) "arn:aws:iot:us-east-1:000000000000:thing/" thing

#define ADD    "/thing-groups/addThingToThingGroup"
#define REMOVE "/thing-groups/removeThingFromThingGroup"
#define UPDATE "/thing-groups/updateThingGroupsForThing"

#define PLACE(group, thing) "{\"thingGroupName\":\"" group "\",\"thingName\":\"" thing "\"}"

/*  zone        site
 *            /      \
 *         hall      yard
 *          |
 *         line              and the things pump, valve, fan */
static int set_up(void **state)
{
    struct world *w = world_new(NOON);
    http(w, 200, "POST", "/thing-groups/zone", "{}");
    http(w, 200, "POST", "/thing-groups/site", "{}");
    http(w, 200, "POST", "/thing-groups/hall", "{\"parentGroupName\":\"site\"}");
    http(w, 200, "POST", "/thing-groups/yard", "{\"parentGroupName\":\"site\"}");
    http(w, 200, "POST", "/thing-groups/line", "{\"parentGroupName\":\"hall\"}");
    given_thing(w, "pump");
    given_thing(w, "valve");
    given_thing(w, "fan");
    *state = w;
    return 0;
}

static void add(struct world *w, const char *group, const char *thing)
{
    char body[512];
    snprintf(body, sizeof body, PLACE("%s", "%s"), group, thing);
    assert_json(http(w, 200, "PUT", ADD, body)->body, "", "{}");
}

static void take_out(struct world *w, const char *group, const char *thing)
{
    char body[512];
    snprintf(body, sizeof body, PLACE("%s", "%s"), group, thing);
    assert_json(http(w, 200, "PUT", REMOVE, body)->body, "", "{}");
}

/* The things of the group, or with "?recursive=true" those below it as well, as a JSON list. */
static void assert_things(struct world *w, const char *group_and_query, const char *expected)
{
    char path[256];
    struct str query = str_from(group_and_query);
    struct str group = str_split(&query, '?');
    snprintf(path, sizeof path, "/thing-groups/%.*s/things?%.*s", STR(group), STR(query));
    const struct answer *a = http(w, 200, "GET", path, NULL);
    assert_json(a->body, "things", expected);
    assert_json_absent(a->body, "nextToken");
}

static void assert_groups(struct world *w, const char *thing, const char *expected)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s/thing-groups", thing);
    assert_json_items(http(w, 200, "GET", path, NULL)->body, "thingGroups", "groupName", expected);
}

/* ---- add, remove ---- */

static void a_thing_is_added_by_name_or_by_arn(void **state)
{
    struct world *w = *state;
    add(w, "zone", "pump");
    http(w, 200, "PUT", ADD,
         "{\"thingGroupArn\":\"" GROUP_ARN("zone") "\",\"thingArn\":\"" THING_ARN("valve") "\"}");
    http(w, 200, "PUT", ADD,
         "{\"thingGroupName\":\"zone\",\"thingGroupArn\":\"" GROUP_ARN(
             "zone") "\","
                     "\"thingName\":\"fan\",\"thingArn\":\"" THING_ARN(
                         "fan") "\",\"overrideDynamicGroups\":true}");
    assert_things(w, "zone", "[\"pump\",\"valve\",\"fan\"]");
    http(w, 200, "PUT", REMOVE,
         "{\"thingGroupArn\":\"" GROUP_ARN("zone") "\",\"thingArn\":\"" THING_ARN("valve") "\"}");
    assert_things(w, "zone", "[\"pump\",\"fan\"]");
}

static void adding_or_removing_twice_is_no_error(void **state)
{
    struct world *w = *state;
    add(w, "hall", "pump");
    uint64_t before = fingerprint(w);
    add(w, "hall", "pump");
    take_out(w, "hall", "valve");
    take_out(w, "zone", "pump");
    assert_true(fingerprint(w) == before);
    take_out(w, "hall", "pump");
    take_out(w, "hall", "pump");
    assert_int_equal(rows_in(w, "thing_group_member"), 0);
}

static void who_is_meant_must_be_clear(void **state)
{
    static const struct refusal refusals[] = {
        { "{\"thingName\":\"pump\"}", INVALID,
          " Both thingGroupArn and thingGroupName are empty. Need to specify at least one of them" },
        { "{\"thingGroupName\":\"zone\"}", INVALID,
          "Both thingArn and thingName are empty. Need to specify at least one of them" },
        { PLACE("ghost", "pump"), NOT_FOUND, "Thing group ghost cannot be found." },
        { PLACE("zone", "ghost"), NOT_FOUND, "Thing ghost cannot be found." },
        { PLACE("a.b", "pump"), INVALID, "1 validation error detected: …" },
        { "{\"thingGroupName\":\"site\",\"thingGroupArn\":\"" GROUP_ARN("zone") "\",\"thingName\":\"pump\"}",
          INVALID, "The name site and the ARN " GROUP_ARN("zone") " do not match." },
        { "{\"thingGroupName\":\"zone\",\"thingName\":\"fan\",\"thingArn\":\"" THING_ARN("pump") "\"}",
          INVALID, "The name fan and the ARN " THING_ARN("pump") " do not match." },
        { "{\"thingGroupArn\":\"" THING_ARN("zone") "\",\"thingName\":\"pump\"}", INVALID,
          "'" THING_ARN("zone") "' is not an ARN of the form arn:aws:iot:REGION:ACCOUNT:thinggroup/NAME." },
        { "{\"thingGroupName\":\"zone\",\"thingArn\":\"pump\"}", INVALID,
          "'pump' is not an ARN of the form arn:aws:iot:REGION:ACCOUNT:thing/NAME." },
        { "{\"thingGroupArn\":\"" GROUP_ARN("ghost") "\",\"thingName\":\"pump\"}", NOT_FOUND,
          "Thing group ghost cannot be found." },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "PUT", ADD, refusals);
    ASSERT_ALL_REFUSED(w, "PUT", REMOVE, refusals);
}

static void arns_of_others_are_refused_where_that_is_wanted(void **state)
{
    static const char body[] =
        "{\"thingGroupArn\":\"arn:aws:iot:eu-west-1:111122223333:thinggroup/zone\",\"thingName\":\"pump\"}";
    struct world *w = *state;
    world_settings(w)->strict = true;
    refused(w, NOT_FOUND, "PUT", ADD, body,
            "arn:aws:iot:eu-west-1:111122223333:thinggroup/zone cannot be found.");
    world_settings(w)->strict = false;
    http(w, 200, "PUT", ADD, body);
    assert_groups(w, "pump", "zone");
}

/* ---- the rules ---- */

static void a_thing_has_one_place_in_a_hierarchy(void **state)
{
    static const struct refusal refusals[] = {
        { PLACE("site", "pump"), INVALID,
          "Thing pump cannot be added to thing group site: it is in another group of that hierarchy." },
        { PLACE("yard", "pump"), INVALID,
          "Thing pump cannot be added to thing group yard: it is in another group of that hierarchy." },
        { PLACE("line", "pump"), INVALID,
          "Thing pump cannot be added to thing group line: it is in another group of that hierarchy." },
    };
    struct world *w = *state;
    add(w, "hall", "pump");
    ASSERT_ALL_REFUSED(w, "PUT", ADD, refusals);
    add(w, "zone", "pump");
    assert_groups(w, "pump", "zone hall");
    add(w, "yard", "valve");
    refused(w, INVALID, "PUT", ADD, PLACE("line", "valve"),
            "Thing valve cannot be added to thing group line: it is in another group of that hierarchy.");
    take_out(w, "hall", "pump");
    add(w, "line", "pump");
    assert_groups(w, "pump", "zone line");
}

static void removing_from_a_group_above_leaves_the_thing_where_it_is(void **state)
{
    struct world *w = *state;
    add(w, "line", "pump");
    take_out(w, "site", "pump");
    take_out(w, "hall", "pump");
    assert_groups(w, "pump", "line");
    assert_things(w, "site?recursive=true", "[\"pump\"]");
}

/* In "line" and nine more. */
static void given_ten_groups(struct world *w, const char *thing)
{
    add(w, "line", thing);
    for (int i = 1; i < 10; i++) {
        char path[64], name[32];
        snprintf(name, sizeof name, "g-%d", i);
        snprintf(path, sizeof path, "/thing-groups/%s", name);
        http(w, 200, "POST", path, "{}");
        add(w, name, thing);
    }
}

static void a_thing_is_in_at_most_ten_groups(void **state)
{
    struct world *w = *state;
    given_ten_groups(w, "pump");
    refused(w, INVALID, "PUT", ADD, PLACE("zone", "pump"),
            "Thing pump is in 10 thing groups, and can be in no more.");
    add(w, "g-3", "pump");
    add(w, "zone", "valve");
    take_out(w, "g-3", "pump");
    add(w, "zone", "pump");
    assert_groups(w, "pump", "zone line g-1 g-2 g-4 g-5 g-6 g-7 g-8 g-9");
}

/* ---- several at once ---- */

static void one_request_changes_the_groups_of_a_thing(void **state)
{
    struct world *w = *state;
    add(w, "hall", "pump");
    assert_json(http(w, 200, "PUT", UPDATE,
                     "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"yard\",\"zone\"],"
                     "\"thingGroupsToRemove\":[\"hall\",\"line\"],\"overrideDynamicGroups\":false}")
                    ->body,
                "", "{}");
    assert_groups(w, "pump", "zone yard");
    http(w, 200, "PUT", UPDATE, "{\"thingName\":\"pump\"}");
    http(w, 200, "PUT", UPDATE, "{\"thingName\":\"pump\",\"thingGroupsToRemove\":[\"zone\"]}");
    assert_groups(w, "pump", "yard");
}

static void a_thing_in_ten_groups_can_change_one_for_another(void **state)
{
    struct world *w = *state;
    given_ten_groups(w, "pump");
    http(w, 200, "PUT", UPDATE,
         "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\"],\"thingGroupsToRemove\":[\"line\"]}");
    assert_groups(w, "pump", "zone g-1 g-2 g-3 g-4 g-5 g-6 g-7 g-8 g-9");
}

static void a_request_that_fails_changes_no_group(void **state)
{
    static const struct refusal refusals[] = {
        { "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\",\"ghost\"],\"thingGroupsToRemove\":["
          "\"hall\"]}",
          NOT_FOUND, "Thing group ghost cannot be found." },
        { "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\"],\"thingGroupsToRemove\":[\"ghost\"]}",
          NOT_FOUND, "Thing group ghost cannot be found." },
        { "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"zone\",\"yard\"]}", INVALID,
          "Thing pump cannot be added to thing group yard: it is in another group of that hierarchy." },
        { "{\"thingName\":\"ghost\",\"thingGroupsToAdd\":[\"zone\"]}", NOT_FOUND,
          "Thing ghost cannot be found." },
        { "{\"thingGroupsToAdd\":[\"zone\"]}", INVALID, "thingName is empty. Need to specify it" },
        { "{\"thingName\":\"pump\",\"thingGroupsToAdd\":[\"a.b\"]}", INVALID,
          "1 validation error detected: Value 'a.b' at 'thingGroupsToAdd.1.member' failed to …" },
    };
    struct world *w = *state;
    add(w, "hall", "pump");
    ASSERT_ALL_REFUSED(w, "PUT", UPDATE, refusals);
    assert_groups(w, "pump", "hall");
}

/* ---- lists ---- */

static void things_are_listed_by_group_and_below(void **state)
{
    struct world *w = *state;
    add(w, "line", "fan");
    add(w, "yard", "pump");
    add(w, "site", "valve");
    add(w, "zone", "pump");
    assert_things(w, "site", "[\"valve\"]");
    assert_things(w, "site?recursive=false", "[\"valve\"]");
    assert_things(w, "site?recursive=true", "[\"pump\",\"valve\",\"fan\"]");
    assert_things(w, "hall", "[]");
    assert_things(w, "hall?recursive=true", "[\"fan\"]");
    assert_things(w, "line?recursive=true", "[\"fan\"]");
    assert_things(w, "zone?recursive=true", "[\"pump\"]");
    refused(w, NOT_FOUND, "GET", "/thing-groups/ghost/things", NULL, "Thing group ghost cannot be found.");
}

static void the_groups_of_a_thing_are_those_it_was_added_to(void **state)
{
    struct world *w = *state;
    assert_groups(w, "pump", "");
    add(w, "line", "pump");
    add(w, "zone", "pump");
    const struct answer *a = http(w, 200, "GET", "/things/pump/thing-groups", NULL);
    assert_json(a->body, "",
                "{\"thingGroups\":[{\"groupName\":\"zone\",\"groupArn\":\"" GROUP_ARN(
                    "zone") "\"},"
                            "{\"groupName\":\"line\",\"groupArn\":\"" GROUP_ARN("line") "\"}]}");
    refused(w, NOT_FOUND, "GET", "/things/ghost/thing-groups", NULL, "Thing ghost cannot be found.");
}

static void both_lists_come_in_pages(void **state)
{
    struct world *w = *state;
    add(w, "line", "pump");
    add(w, "yard", "valve");
    add(w, "site", "fan");
    add(w, "zone", "pump");
    const char *path = "/thing-groups/site/things?recursive=true&maxResults=2";
    struct answer *a = http(w, 200, "GET", path, NULL);
    assert_json(a->body, "things", "[\"pump\",\"valve\"]");
    char elsewhere[512];
    snprintf(elsewhere, sizeof elsewhere, "/thing-groups/site/things?nextToken=%s",
             json_at(a->body, "nextToken")->valuestring);
    refused(w, INVALID, "GET", elsewhere, NULL, "Next token is invalid.");
    take_out(w, "yard", "valve");
    a = next_page(w, a, path);
    assert_json(a->body, "things", "[\"fan\"]");
    assert_json_absent(a->body, "nextToken");

    path = "/things/pump/thing-groups?maxResults=1";
    a = http(w, 200, "GET", path, NULL);
    assert_json_items(a->body, "thingGroups", "groupName", "zone");
    snprintf(elsewhere, sizeof elsewhere, "/things/fan/thing-groups?nextToken=%s",
             json_at(a->body, "nextToken")->valuestring);
    refused(w, INVALID, "GET", elsewhere, NULL, "Next token is invalid.");
    a = next_page(w, a, path);
    assert_json_items(a->body, "thingGroups", "groupName", "line");
    assert_json_absent(a->body, "nextToken");
}

static void a_page_has_250_things_unless_asked_otherwise(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 251; i++) {
        char name[32];
        snprintf(name, sizeof name, "t-%d", i);
        given_thing(w, name);
        add(w, i % 2 ? "line" : "yard", name);
    }
    struct answer *a = http(w, 200, "GET", "/thing-groups/site/things?recursive=true", NULL);
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "things")), 250);
    a = next_page(w, a, "/thing-groups/site/things?recursive=true");
    assert_json(a->body, "things", "[\"t-250\"]");
    refused(w, INVALID, "GET", "/thing-groups/site/things?maxResults=251", NULL,
            "1 validation error detected: …");
    refused(w, INVALID, "GET", "/things/pump/thing-groups?maxResults=0", NULL,
            "1 validation error detected: …");
}

/* ---- what is deleted ---- */

static void a_deleted_thing_leaves_its_groups(void **state)
{
    struct world *w = *state;
    add(w, "line", "pump");
    add(w, "zone", "pump");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_int_equal(rows_in(w, "thing_group_member"), 0);
    given_thing(w, "pump");
    assert_groups(w, "pump", "");
    assert_things(w, "site?recursive=true", "[]");
}

static void a_deleted_group_lets_its_things_go(void **state)
{
    struct world *w = *state;
    add(w, "line", "pump");
    add(w, "line", "valve");
    add(w, "yard", "fan");
    http(w, 200, "DELETE", "/thing-groups/line", NULL);
    assert_groups(w, "pump", "");
    assert_things(w, "site?recursive=true", "[\"fan\"]");
    add(w, "hall", "pump");
    http(w, 200, "POST", "/thing-groups/line", "{\"parentGroupName\":\"hall\"}");
    assert_things(w, "line", "[]");
    assert_things(w, "hall?recursive=true", "[\"pump\"]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thing_is_added_by_name_or_by_arn),
        TEST(adding_or_removing_twice_is_no_error),
        TEST(who_is_meant_must_be_clear),
        TEST(arns_of_others_are_refused_where_that_is_wanted),
        TEST(a_thing_has_one_place_in_a_hierarchy),
        TEST(removing_from_a_group_above_leaves_the_thing_where_it_is),
        TEST(a_thing_is_in_at_most_ten_groups),
        TEST(one_request_changes_the_groups_of_a_thing),
        TEST(a_thing_in_ten_groups_can_change_one_for_another),
        TEST(a_request_that_fails_changes_no_group),
        TEST(things_are_listed_by_group_and_below),
        TEST(the_groups_of_a_thing_are_those_it_was_added_to),
        TEST(both_lists_come_in_pages),
        TEST(a_page_has_250_things_unless_asked_otherwise),
        TEST(a_deleted_thing_leaves_its_groups),
        TEST(a_deleted_group_lets_its_things_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
