/* Static thing groups and their hierarchy. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define ARN(group)            "arn:aws:iot:us-east-1:000000000000:thinggroup/" group
#define PROPERTIES(members)   "{\"thingGroupProperties\":{" members "}}"
#define DESCRIPTION(text)     "\"thingGroupDescription\":\"" text "\""
#define ATTRIBUTES(values)    "\"attributePayload\":{\"attributes\":{" values "}}"
#define MERGED(values)        "\"attributePayload\":{\"merge\":true,\"attributes\":{" values "}}"
#define BELOW(parent)         "{\"parentGroupName\":\"" parent "\"}"
#define TAGS(items)           "{\"tags\":[" items "]}"
#define TAG(key, value)       "{\"Key\":\"" key "\",\"Value\":\"" value "\"}"
#define MANY_ATTRIBUTES_BYTES 2048

static void create(struct world *w, const char *group, const char *body)
{
    char path[256];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    http(w, 200, "POST", path, body);
}

static struct answer *describe(struct world *w, const char *group)
{
    char path[256];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    return http(w, 200, "GET", path, NULL);
}

static struct answer *update(struct world *w, const char *body)
{
    return http(w, 200, "PATCH", "/thing-groups/site", body);
}

/* {"thingGroupProperties":{"attributePayload":{"attributes":{"a0":"v", …}}}} with n of them */
static const char *many_attributes(char text[MANY_ATTRIBUTES_BYTES], int n)
{
    size_t used = (size_t)snprintf(text, MANY_ATTRIBUTES_BYTES,
                                   "{\"thingGroupProperties\":{\"attributePayload\":{\"attributes\":{");
    for (int i = 0; i < n; i++)
        used +=
            (size_t)snprintf(text + used, MANY_ATTRIBUTES_BYTES - used, "%s\"a%d\":\"v\"", i ? "," : "", i);
    snprintf(text + used, MANY_ATTRIBUTES_BYTES - used, "}}}}");
    return text;
}

/* ---- create, describe ---- */

static void a_group_has_a_name_an_arn_and_an_id_that_stays(void **state)
{
    struct world *w = *state;
    const cJSON *created = http(w, 200, "POST", "/thing-groups/site", "")->body;
    assert_json_string(created, "thingGroupName", "site");
    assert_json_string(created, "thingGroupArn", ARN("site"));
    const char *id = json_at(created, "thingGroupId")->valuestring;
    assert_int_equal(strlen(id), 36);
    advance(w, "PT1.25S");
    char expected[512];
    snprintf(expected, sizeof expected,
             "{\"thingGroupName\":\"site\",\"thingGroupId\":\"%s\",\"thingGroupArn\":\"" ARN(
                 "site") "\",\"version\":1,\"thingGroupProperties\":{},"
                         "\"thingGroupMetadata\":{\"creationDate\":1893499200.000}}",
             id);
    assert_json(describe(w, "site")->body, "", expected);
}

static void properties_come_back(void **state)
{
    struct world *w = *state;
    create(w, "site",
           PROPERTIES(DESCRIPTION("All of it") "," ATTRIBUTES("\"a\":\"1\",\"b.c\":\"=[x]\",\"d\":\"\"")));
    assert_json(describe(w, "site")->body, "thingGroupProperties",
                "{" DESCRIPTION("All of it") "," ATTRIBUTES("\"a\":\"1\",\"b.c\":\"=[x]\"") "}");
}

static void a_child_knows_the_way_from_the_top(void **state)
{
    struct world *w = *state;
    create(w, "site", "{}");
    create(w, "hall", BELOW("site"));
    advance(w, "PT1M");
    create(w, "line", BELOW("hall"));
    assert_json(describe(w, "line")->body, "thingGroupMetadata",
                "{\"parentGroupName\":\"hall\",\"rootToParentThingGroups\":["
                "{\"groupName\":\"site\",\"groupArn\":\"" ARN(
                    "site") "\"},"
                            "{\"groupName\":\"hall\",\"groupArn\":\"" ARN(
                                "hall") "\"}],\"creationDate\":1893499260.000}");
}

static void the_same_group_once_more_is_no_error(void **state)
{
    struct world *w = *state;
    create(w, "site", PROPERTIES(DESCRIPTION("")));
    create(w, "hall",
           "{\"parentGroupName\":\"site\",\"thingGroupProperties\":{" ATTRIBUTES(
               "\"a\":\"1\",\"b\":\"2\"") "}}");
    uint64_t before = fingerprint(w);
    create(w, "site", "{}");
    create(w, "hall",
           "{\"parentGroupName\":\"site\",\"thingGroupProperties\":{" ATTRIBUTES(
               "\"b\":\"2\",\"c\":\"\",\"a\":\"1\"") "}}");
    assert_true(fingerprint(w) == before);
}

static void another_group_of_that_name_is_refused(void **state)
{
    static const char message[] =
        "Thing Group hall already exists in current account with different properties";
    static const struct refusal refusals[] = {
        { "{}", ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("old")), ALREADY_EXISTS, message },
        { "{\"parentGroupName\":\"site\"," DESCRIPTION("old") "}", ALREADY_EXISTS, message },
        { "{\"parentGroupName\":\"other\",\"thingGroupProperties\":{" DESCRIPTION("old") "}}", ALREADY_EXISTS,
          message },
        { "{\"parentGroupName\":\"site\",\"thingGroupProperties\":{" DESCRIPTION("new") "}}", ALREADY_EXISTS,
          message },
        { "{\"parentGroupName\":\"site\",\"thingGroupProperties\":{" DESCRIPTION("old") "," ATTRIBUTES(
              "\"a\":\"1\"") "}}",
          ALREADY_EXISTS, message },
    };
    struct world *w = *state;
    create(w, "site", "{}");
    create(w, "other", "{}");
    create(w, "hall", "{\"parentGroupName\":\"site\",\"thingGroupProperties\":{" DESCRIPTION("old") "}}");
    ASSERT_ALL_REFUSED(w, "POST", "/thing-groups/hall", refusals);
    const char *id = json_at(describe(w, "hall")->body, "thingGroupId")->valuestring;
    struct answer *a = refused(w, ALREADY_EXISTS, "POST", "/thing-groups/hall", "{}", message);
    assert_json_string(a->body, "resourceId", id);
    assert_json_string(a->body, "resourceArn", ARN("hall"));
}

static void groups_out_of_the_rules_are_refused(void **state)
{
    char too_many[MANY_ATTRIBUTES_BYTES], too_long[2200], text[2030];
    memset(text, 'x', sizeof text);
    text[2029] = '\0';
    snprintf(too_long, sizeof too_long, PROPERTIES(DESCRIPTION("%s")), text);
    const struct refusal refusals[] = {
        { BELOW("ghost"), INVALID, "Parent thing group ghost cannot be found." },
        { BELOW("site"), INVALID, "Parent thing group site cannot be found." },
        { BELOW("a.b"), INVALID,
          "1 validation error detected: Value 'a.b' at 'parentGroupName' failed to …" },
        { PROPERTIES(DESCRIPTION("line\\nbreak")), INVALID, "1 validation error detected: …" },
        { too_long, INVALID, "1 validation error detected: …" },
        { PROPERTIES(ATTRIBUTES("\"a b\":\"1\"")), INVALID, "1 validation error detected: …" },
        { PROPERTIES(ATTRIBUTES("\"a\":\"one two\"")), INVALID, "1 validation error detected: …" },
        { many_attributes(too_many, 51), INVALID, "A thing group can have at most 50 attributes." },
        { TAGS(TAG("a", "1") "," TAG("a", "2")), INVALID, "Tag key a is given twice." },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", "/thing-groups/site", refusals);
    refused(
        w, INVALID, "POST", "/thing-groups/a.b", "{}",
        "1 validation error detected: Value 'a.b' at 'thingGroupName' failed to satisfy constraint: Member "
        "must satisfy regular expression pattern: [a-zA-Z0-9:_-]+");
    create(w, "site", many_attributes(too_many, 50));
    text[2028] = '\0';
    snprintf(too_long, sizeof too_long, PROPERTIES(DESCRIPTION("%s")), text);
    create(w, "long", too_long);
}

static void a_group_has_tags_from_its_creation_to_its_end(void **state)
{
    struct world *w = *state;
    create(w, "site", TAGS(TAG("a", "1") "," TAG("b", "2")));
    assert_json(http(w, 200, "GET", "/tags?resourceArn=" ARN("site"), NULL)->body, "tags",
                "[" TAG("a", "1") "," TAG("b", "2") "]");
    uint64_t before = fingerprint(w);
    create(w, "site", "{}");
    create(w, "site", TAGS(TAG("b", "2") "," TAG("a", "1")));
    assert_true(fingerprint(w) == before);
    refused(w, ALREADY_EXISTS, "POST", "/thing-groups/site", TAGS(TAG("a", "1")),
            "Thing Group site already exists in current account with different properties");
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_int_equal(rows_in(w, "tag"), 0);
}

static void a_hierarchy_is_seven_deep(void **state)
{
    struct world *w = *state;
    create(w, "g1", "{}");
    for (int depth = 2; depth <= 7; depth++) {
        char name[32], body[64];
        snprintf(name, sizeof name, "g%d", depth);
        snprintf(body, sizeof body, BELOW("g%d"), depth - 1);
        create(w, name, body);
    }
    refused(w, INVALID, "POST", "/thing-groups/g8", BELOW("g7"),
            "A hierarchy of thing groups can be at most 7 deep.");
    create(w, "sibling", BELOW("g6"));
    const cJSON *way = json_at(describe(w, "g7")->body, "thingGroupMetadata");
    assert_json_items(way, "rootToParentThingGroups", "groupName", "g1 g2 g3 g4 g5 g6");
}

static void a_group_has_at_most_a_hundred_children(void **state)
{
    struct world *w = *state;
    create(w, "site", "{}");
    for (int i = 0; i < 100; i++) {
        char name[32];
        snprintf(name, sizeof name, "hall-%d", i);
        create(w, name, BELOW("site"));
    }
    refused(w, INVALID, "POST", "/thing-groups/one-more", BELOW("site"),
            "Thing group site has 100 child groups, and can have no more.");
    create(w, "hall-7", BELOW("site"));
    create(w, "grandchild", BELOW("hall-7"));
    http(w, 200, "DELETE", "/thing-groups/hall-8", NULL);
    create(w, "one-more", BELOW("site"));
}

static void limits_are_settings(void **state)
{
    struct world *w = *state;
    world_settings(w)->thing_group_depth_limit = 2;
    world_settings(w)->thing_group_children_limit = 1;
    create(w, "site", "{}");
    create(w, "hall", BELOW("site"));
    refused(w, INVALID, "POST", "/thing-groups/line", BELOW("hall"),
            "A hierarchy of thing groups can be at most 2 deep.");
    refused(w, INVALID, "POST", "/thing-groups/yard", BELOW("site"),
            "Thing group site has 1 child groups, and can have no more.");
    world_settings(w)->thing_group_depth_limit = 20;
    char name[32] = "hall", body[64];
    for (int depth = 3; depth <= 20; depth++) {
        snprintf(body, sizeof body, BELOW("%s"), name);
        snprintf(name, sizeof name, "g%d", depth);
        create(w, name, body);
    }
    const cJSON *way = json_at(describe(w, "g20")->body, "thingGroupMetadata.rootToParentThingGroups");
    assert_int_equal(cJSON_GetArraySize(way), 19);
    assert_json_string(way, "0.groupName", "site");
    assert_json_string(way, "18.groupName", "g19");
}

static void an_unknown_group_cannot_be_described(void **state)
{
    refused(*state, NOT_FOUND, "GET", "/thing-groups/ghost", NULL, "Thing group ghost cannot be found.");
}

/* ---- update ---- */

static void an_update_replaces_what_it_names_and_leaves_the_rest(void **state)
{
    struct world *w = *state;
    create(w, "site", PROPERTIES(DESCRIPTION("old") "," ATTRIBUTES("\"a\":\"1\",\"b\":\"2\"")));
    assert_json(update(w, PROPERTIES(DESCRIPTION("new")))->body, "", "{\"version\":2}");
    assert_json(describe(w, "site")->body, "thingGroupProperties",
                "{" DESCRIPTION("new") "," ATTRIBUTES("\"a\":\"1\",\"b\":\"2\"") "}");
    assert_json(update(w, PROPERTIES(ATTRIBUTES("\"b\":\"3\",\"c\":\"\"")))->body, "", "{\"version\":3}");
    assert_json(describe(w, "site")->body, "thingGroupProperties",
                "{" DESCRIPTION("new") "," ATTRIBUTES("\"b\":\"3\"") "}");
    assert_json(update(w, PROPERTIES())->body, "", "{\"version\":4}");
    update(w, PROPERTIES("\"attributePayload\":{}"));
    assert_json(describe(w, "site")->body, "thingGroupProperties",
                "{" DESCRIPTION("new") "," ATTRIBUTES("\"b\":\"3\"") "}");
    update(w, PROPERTIES(DESCRIPTION("") "," ATTRIBUTES()));
    const struct answer *a = describe(w, "site");
    assert_json(a->body, "thingGroupProperties", "{}");
    assert_json_number(a->body, "version", 6);
}

static void attributes_can_be_merged(void **state)
{
    struct world *w = *state;
    create(w, "site", PROPERTIES(ATTRIBUTES("\"a\":\"1\",\"b\":\"2\",\"c\":\"3\"")));
    update(w, PROPERTIES(MERGED("\"b\":\"4\",\"c\":\"\",\"d\":\"5\",\"e\":\"\"")));
    assert_json(describe(w, "site")->body, "thingGroupProperties",
                "{" ATTRIBUTES("\"a\":\"1\",\"b\":\"4\",\"d\":\"5\"") "}");
}

static void updates_out_of_the_rules_are_refused(void **state)
{
    char too_many[MANY_ATTRIBUTES_BYTES], full[MANY_ATTRIBUTES_BYTES];
    const struct refusal refusals[] = {
        { "{}", INVALID,
          "1 validation error detected: Value null at 'thingGroupProperties' failed to satisfy constraint: "
          "Member must not be null" },
        { "{\"expectedVersion\":2,\"thingGroupProperties\":{}}", WRONG_VERSION,
          "The version for thing group site does not match the expected version." },
        { many_attributes(too_many, 51), INVALID, "A thing group can have at most 50 attributes." },
        { PROPERTIES(MERGED("\"one\":\"more\"")), INVALID, "A thing group can have at most 50 attributes." },
    };
    struct world *w = *state;
    create(w, "site", many_attributes(full, 50));
    ASSERT_ALL_REFUSED(w, "PATCH", "/thing-groups/site", refusals);
    refused(w, NOT_FOUND, "PATCH", "/thing-groups/ghost", PROPERTIES(), "Thing group ghost cannot be found.");
    update(w, PROPERTIES(MERGED("\"one\":\"more\",\"a0\":\"\"")));
    update(w, "{\"expectedVersion\":2,\"thingGroupProperties\":{}}");
}

/* ---- delete ---- */

static void a_deleted_group_is_gone_and_deleting_it_again_is_no_error(void **state)
{
    struct world *w = *state;
    create(w, "site", PROPERTIES(ATTRIBUTES("\"a\":\"1\"")));
    const char *id = json_at(describe(w, "site")->body, "thingGroupId")->valuestring;
    assert_json(http(w, 200, "DELETE", "/thing-groups/site", NULL)->body, "", "{}");
    assert_int_equal(rows_in(w, "thing_group_attribute"), 0);
    http(w, 404, "GET", "/thing-groups/site", NULL);
    assert_json(http(w, 200, "DELETE", "/thing-groups/site?expectedVersion=7", NULL)->body, "", "{}");
    create(w, "site", "{}");
    assert_string_not_equal(json_at(describe(w, "site")->body, "thingGroupId")->valuestring, id);
}

static void a_group_of_another_version_is_not_deleted(void **state)
{
    struct world *w = *state;
    create(w, "site", "{}");
    refused(w, WRONG_VERSION, "DELETE", "/thing-groups/site?expectedVersion=2", NULL,
            "The version for thing group site does not match the expected version.");
    update(w, PROPERTIES());
    http(w, 200, "DELETE", "/thing-groups/site?expectedVersion=2", NULL);
    assert_int_equal(rows_in(w, "thing_group"), 0);
}

static void a_group_with_children_is_not_deleted(void **state)
{
    struct world *w = *state;
    create(w, "site", "{}");
    create(w, "hall", BELOW("site"));
    refused(w, INVALID, "DELETE", "/thing-groups/site", NULL,
            "Cannot delete thing group : site when there are still child groups attached to it.");
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_int_equal(rows_in(w, "thing_group"), 0);
}

/* ---- list ---- */

static struct answer *list(struct world *w, const char *query)
{
    char path[1024];
    snprintf(path, sizeof path, "/thing-groups%s", query);
    return http(w, 200, "GET", path, NULL);
}

static void assert_names(const struct answer *a, const char *expected)
{
    assert_json_items(a->body, "thingGroups", "groupName", expected);
}

/*  zone        site
 *            /      \
 *         hall      yard
 *        /    \
 *   line-2    line-1        */
static void given_two_hierarchies(struct world *w)
{
    create(w, "zone", "{}");
    create(w, "site", "{}");
    create(w, "hall", BELOW("site"));
    create(w, "line-2", BELOW("hall"));
    create(w, "yard", BELOW("site"));
    create(w, "line-1", BELOW("hall"));
}

static void groups_are_listed_in_the_order_of_their_creation(void **state)
{
    struct world *w = *state;
    assert_json(list(w, "")->body, "", "{\"thingGroups\":[]}");
    given_two_hierarchies(w);
    struct answer *a = list(w, "");
    assert_names(a, "zone site hall line-2 yard line-1");
    assert_json(a->body, "thingGroups.2", "{\"groupName\":\"hall\",\"groupArn\":\"" ARN("hall") "\"}");
    assert_json_absent(a->body, "nextToken");
}

static void a_list_follows_the_hierarchy(void **state)
{
    struct world *w = *state;
    given_two_hierarchies(w);
    assert_names(list(w, "?recursive=true"), "zone site hall line-2 yard line-1");
    assert_names(list(w, "?recursive=false"), "zone site");
    assert_names(list(w, "?parentGroup=site"), "hall yard");
    assert_names(list(w, "?parentGroup=site&recursive=false"), "hall yard");
    assert_names(list(w, "?parentGroup=site&recursive=true"), "hall line-1 line-2 yard");
    assert_names(list(w, "?parentGroup=hall&recursive=true"), "line-1 line-2");
    assert_names(list(w, "?parentGroup=zone"), "");
    assert_names(list(w, "?parentGroup=zone&recursive=true"), "");
    refused(w, NOT_FOUND, "GET", "/thing-groups?parentGroup=ghost", NULL,
            "Thing group ghost cannot be found.");
}

static void a_list_can_be_narrowed_to_a_prefix(void **state)
{
    struct world *w = *state;
    given_two_hierarchies(w);
    assert_names(list(w, "?namePrefixFilter=line"), "line-1 line-2");
    assert_names(list(w, "?namePrefixFilter=Line"), "");
    assert_names(list(w, "?namePrefixFilter=line-1-and-more"), "");
    assert_names(list(w, "?namePrefixFilter=_"), "");
    assert_names(list(w, "?namePrefixFilter=s&recursive=false"), "site");
    assert_names(list(w, "?namePrefixFilter=y&parentGroup=site"), "yard");
    assert_names(list(w, "?namePrefixFilter=line&parentGroup=site"), "");
    assert_names(list(w, "?namePrefixFilter=line&parentGroup=site&recursive=true"), "line-1 line-2");
}

static void every_list_comes_in_pages(void **state)
{
    static const struct {
        const char *path, *pages[3];
    } lists[] = {
        { "/thing-groups?maxResults=2", { "zone site", "hall line-2", "yard line-1" } },
        { "/thing-groups?maxResults=1&recursive=false", { "zone", "site" } },
        { "/thing-groups?maxResults=1&parentGroup=site", { "hall", "yard" } },
        { "/thing-groups?maxResults=2&parentGroup=site&recursive=true", { "hall line-1", "line-2 yard" } },
        { "/thing-groups?maxResults=1&namePrefixFilter=line", { "line-1", "line-2" } },
        { "/thing-groups?maxResults=1&namePrefixFilter=l&parentGroup=hall", { "line-1", "line-2" } },
        { "/thing-groups?maxResults=1&namePrefixFilter=l&parentGroup=site&recursive=true",
          { "line-1", "line-2" } },
    };
    struct world *w = *state;
    given_two_hierarchies(w);
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct answer *a = http(w, 200, "GET", lists[i].path, NULL);
        assert_names(a, lists[i].pages[0]);
        for (int page = 1; page < 3 && lists[i].pages[page]; page++) {
            a = next_page(w, a, lists[i].path);
            assert_names(a, lists[i].pages[page]);
        }
        assert_json_absent(a->body, "nextToken");
    }
}

static void groups_that_come_and_go_between_pages_disturb_no_other(void **state)
{
    struct world *w = *state;
    given_two_hierarchies(w);
    const char *path = "/thing-groups?maxResults=1&parentGroup=hall";
    struct answer *a = http(w, 200, "GET", path, NULL);
    assert_names(a, "line-2");
    http(w, 200, "DELETE", "/thing-groups/line-2", NULL);
    create(w, "line-3", BELOW("hall"));
    a = next_page(w, a, path);
    assert_names(a, "line-1");
    assert_names(next_page(w, a, path), "line-3");
}

static void neither_do_they_in_a_list_by_name(void **state)
{
    static const char *const paths[] = {
        "/thing-groups?maxResults=1&parentGroup=site&recursive=true&namePrefixFilter=line",
        "/thing-groups?maxResults=1&parentGroup=hall&namePrefixFilter=line",
        "/thing-groups?maxResults=1&namePrefixFilter=line",
    };
    struct world *w = *state;
    given_two_hierarchies(w);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct answer *a = http(w, 200, "GET", paths[i], NULL);
        assert_names(a, "line-1");
        http(w, 200, "DELETE", "/thing-groups/line-1", NULL);
        create(w, "line-0", BELOW("hall"));
        create(w, "line-3", BELOW("hall"));
        a = next_page(w, a, paths[i]);
        assert_names(a, "line-2");
        assert_names(next_page(w, a, paths[i]), "line-3");
        http(w, 200, "DELETE", "/thing-groups/line-0", NULL);
        http(w, 200, "DELETE", "/thing-groups/line-3", NULL);
        create(w, "line-1", BELOW("hall"));
    }
}

static void a_page_has_250_groups_unless_asked_otherwise(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 251; i++) {
        char name[32];
        snprintf(name, sizeof name, "g-%d", i);
        create(w, name, "{}");
    }
    struct answer *a = list(w, "");
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "thingGroups")), 250);
    assert_names(next_page(w, a, "/thing-groups?maxResults=250"), "g-250");
    refused(w, INVALID, "GET", "/thing-groups?maxResults=251", NULL, "1 validation error detected: …");
    char path[512];
    snprintf(path, sizeof path, "/thing-groups?parentGroup=g-1&nextToken=%s",
             json_at(a->body, "nextToken")->valuestring);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/thing-groups?namePrefixFilter=g&nextToken=%s",
             json_at(a->body, "nextToken")->valuestring);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/thing-groups?recursive=false&nextToken=%s",
             json_at(a->body, "nextToken")->valuestring);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_group_has_a_name_an_arn_and_an_id_that_stays),
        TEST(properties_come_back),
        TEST(a_child_knows_the_way_from_the_top),
        TEST(the_same_group_once_more_is_no_error),
        TEST(another_group_of_that_name_is_refused),
        TEST(groups_out_of_the_rules_are_refused),
        TEST(a_group_has_tags_from_its_creation_to_its_end),
        TEST(a_hierarchy_is_seven_deep),
        TEST(a_group_has_at_most_a_hundred_children),
        TEST(limits_are_settings),
        TEST(an_unknown_group_cannot_be_described),
        TEST(an_update_replaces_what_it_names_and_leaves_the_rest),
        TEST(attributes_can_be_merged),
        TEST(updates_out_of_the_rules_are_refused),
        TEST(a_deleted_group_is_gone_and_deleting_it_again_is_no_error),
        TEST(a_group_of_another_version_is_not_deleted),
        TEST(a_group_with_children_is_not_deleted),
        TEST(groups_are_listed_in_the_order_of_their_creation),
        TEST(a_list_follows_the_hierarchy),
        TEST(a_list_can_be_narrowed_to_a_prefix),
        TEST(every_list_comes_in_pages),
        TEST(groups_that_come_and_go_between_pages_disturb_no_other),
        TEST(neither_do_they_in_a_list_by_name),
        TEST(a_page_has_250_groups_unless_asked_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
