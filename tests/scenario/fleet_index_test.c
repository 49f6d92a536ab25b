/* The fleet index: which indexes there are, and what a search answers. */
#include <stdio.h>
#include <string.h>

#include "store/db.h"
#include "support/fleet_index.h"

/* ---- configuration ---- */

static void nothing_is_indexed_at_first(void **state)
{
    struct world *w = *state;
    assert_json(http(w, 200, "GET", CONFIG, NULL)->body, "",
                "{\"thingIndexingConfiguration\":{\"thingIndexingMode\":\"OFF\","
                "\"thingConnectivityIndexingMode\":\"OFF\",\"deviceDefenderIndexingMode\":\"OFF\","
                "\"namedShadowIndexingMode\":\"OFF\"},"
                "\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"OFF\"}}");
    assert_json(http(w, 200, "GET", "/indices", NULL)->body, "", "{\"indexNames\":[]}");
    assert_no_index(w, "AWS_Things");
    assert_no_index(w, "AWS_ThingGroups");
    assert_no_index(w, "mine");
    refused(w, NOT_FOUND, "POST", SEARCH, "{\"queryString\":\"*\"}", "Index 'AWS_Things' does not exist");
}

static void what_is_switched_on_is_told(void **state)
{
    struct world *w = *state;
    configure(w, "{}");
    configure(w, THINGS(REGISTRY ",\"managedFields\":[" FIELD("x", "Number") "],\"customFields\":[" FIELD(
                     "attributes.temp", "Number") "," FIELD("attributes.a.b", "Boolean") "]"));
    assert_json(
        http(w, 200, "GET", CONFIG, NULL)->body, "thingIndexingConfiguration",
        "{\"thingIndexingMode\":\"REGISTRY\",\"thingConnectivityIndexingMode\":\"OFF\","
        "\"deviceDefenderIndexingMode\":\"OFF\",\"namedShadowIndexingMode\":\"OFF\","
        "\"managedFields\":[" FIELD("thingId", "String") "," FIELD("thingName", "String") "," FIELD(
            "registry.version",
            "Number") "," FIELD("registry.thingTypeName",
                                "String") "," FIELD("registry.thingGroupNames",
                                                    "String") "],"
                                                              "\"customFields\":[" FIELD(
                                                                  "attributes.temp",
                                                                  "Number") "," FIELD("attributes.a.b",
                                                                                      "Boolean") "]}");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY");
    configure(w, GROUPS("\"thingGroupIndexingMode\":\"ON\",\"customFields\":[" FIELD("attributes.a",
                                                                                     "String") "]"));
    assert_json(
        http(w, 200, "GET", CONFIG, NULL)->body, "thingGroupIndexingConfiguration",
        "{\"thingGroupIndexingMode\":\"ON\",\"managedFields\":[" FIELD("description", "String") "," FIELD(
            "parentGroupNames",
            "String") "," FIELD("thingGroupId",
                                "String") "," FIELD("thingGroupName",
                                                    "String") "," FIELD("version",
                                                                        "Number") "],"
                                                                                  "\"customFields\":[" FIELD(
                                                                                      "attributes.a",
                                                                                      "String") "]}");
    assert_index(w, "AWS_ThingGroups", "ACTIVE", "THING_GROUPS");
    configure(w, THINGS(REGISTRY "," STATUS));
    const cJSON *config = http(w, 200, "GET", CONFIG, NULL)->body;
    assert_json_string(config, "thingIndexingConfiguration.thingConnectivityIndexingMode", "STATUS");
    assert_json_items(config, "thingIndexingConfiguration.managedFields", "name",
                      "thingId thingName registry.version registry.thingTypeName registry.thingGroupNames "
                      "connectivity.connected connectivity.timestamp connectivity.version "
                      "connectivity.disconnectReason connectivity.clientId connectivity.keepAliveDuration "
                      "connectivity.cleanSession connectivity.sessionExpiry");
    assert_json_absent(config, "thingIndexingConfiguration.customFields");
    assert_json_string(config, "thingGroupIndexingConfiguration.thingGroupIndexingMode", "ON");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY_AND_CONNECTIVITY");
}

static void indexes_are_listed_in_pages(void **state)
{
    struct world *w = *state;
    configure(w, "{\"thingIndexingConfiguration\":{" REGISTRY
                 "},\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"ON\"}}");
    assert_json(http(w, 200, "GET", "/indices", NULL)->body, "",
                "{\"indexNames\":[\"AWS_Things\",\"AWS_ThingGroups\"]}");
    struct answer *a = http(w, 200, "GET", "/indices?maxResults=1", NULL);
    assert_json(a->body, "indexNames", "[\"AWS_Things\"]");
    a = next_page(w, a, "/indices?maxResults=1");
    assert_json(a->body, "", "{\"indexNames\":[\"AWS_ThingGroups\"]}");
    configure(w, THINGS(OFF));
    assert_json(http(w, 200, "GET", "/indices?maxResults=1", NULL)->body, "",
                "{\"indexNames\":[\"AWS_ThingGroups\"]}");
}

static void what_has_no_source_here_is_refused(void **state)
{
#define NO_SHADOWS(what) what " is not supported by this server, which has no shadows."
    static const struct refusal refusals[] = {
        { THINGS("\"thingIndexingMode\":\"REGISTRY_AND_SHADOW\""), INVALID,
          NO_SHADOWS("thingIndexingMode REGISTRY_AND_SHADOW") },
        { THINGS(REGISTRY ",\"namedShadowIndexingMode\":\"ON\""), INVALID,
          NO_SHADOWS("namedShadowIndexingMode ON") },
        { THINGS(REGISTRY ",\"deviceDefenderIndexingMode\":\"VIOLATIONS\""), INVALID,
          "deviceDefenderIndexingMode VIOLATIONS is not supported by this server, which has no Device "
          "Defender." },
        { THINGS(REGISTRY ",\"filter\":{\"namedShadowNames\":[\"a\"]}"), INVALID,
          NO_SHADOWS("filter.namedShadowNames") },
        { THINGS(REGISTRY ",\"filter\":{\"geoLocations\":[{\"name\":\"a\",\"order\":\"LatLon\"}]}"), INVALID,
          NO_SHADOWS("filter.geoLocations") },
        { THINGS(OFF "," STATUS), INVALID,
          "thingConnectivityIndexingMode STATUS needs thingIndexingMode REGISTRY." },
        { THINGS(""), INVALID, "1 validation error detected: …" },
        { THINGS("\"thingIndexingMode\":\"ALL\""), INVALID, "1 validation error detected: …" },
        { GROUPS("\"thingGroupIndexingMode\":\"OFF\",\"customFields\":[" FIELD("attributes.a", "String") "]"),
          INVALID, "Custom field 'attributes.a' is not indexed: the indexing mode is OFF." },
        { THINGS(REGISTRY ",\"customFields\":[" FIELD("shadow.reported.a", "String") "]"), INVALID,
          "Custom field 'shadow.reported.a' is not indexed: custom fields are attributes.NAME." },
        { THINGS(REGISTRY ",\"customFields\":[" FIELD("attributes.a", "String") "," FIELD("attributes.a",
                                                                                          "Number") "]"),
          INVALID, "Custom field 'attributes.a' is named twice." },
        { THINGS(REGISTRY ",\"customFields\":[{\"name\":\"attributes.a\"}]"), INVALID,
          "A custom field needs a name and a type." },
        { THINGS(REGISTRY ",\"customFields\":[" FIELD("attributes.a", "String") "," FIELD(
              "attributes.b",
              "String") "," FIELD("attributes.c",
                                  "String") "," FIELD("attributes.d",
                                                      "String") "," FIELD("attributes.e",
                                                                          "String") "," FIELD("attributes.f",
                                                                                              "String") "]"),
          INVALID, "An index can have at most 5 custom fields." },
        /* the other half would have been right */
        { "{\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"ON\"},"
          "\"thingIndexingConfiguration\":{" OFF "," STATUS "}}",
          INVALID, "thingConnectivityIndexingMode STATUS needs thingIndexingMode REGISTRY." },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", CONFIG, refusals);
    configure(w, THINGS(REGISTRY "," STATUS));
    ASSERT_ALL_REFUSED(w, "POST", CONFIG, refusals);
    configure(w, THINGS(REGISTRY ",\"filter\":{\"namedShadowNames\":[],\"geoLocations\":[]}"));
}

/* ---- search ---- */

static void a_search_shows_the_whole_thing(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    http(w, 200, "POST", "/thing-groups/Hall", "{}");
    const char *id =
        json_at(http(w, 200, "POST", "/things/Pump-1", ATTRIBUTES("\"model\":\"X200\""))->body, "thingId")
            ->valuestring;
    http(w, 200, "POST", "/things/bare", "{}");
    http(w, 200, "POST", "/things/billed", "{\"billingGroupName\":\"Payer\"}");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup", IN_GROUP("Hall", "Pump-1"));
    char expected[512];
    snprintf(expected, sizeof expected,
             "{\"things\":[{\"thingName\":\"Pump-1\",\"thingId\":\"%s\",\"thingGroupNames\":[\"Hall\"],"
             "\"attributes\":{\"model\":\"X200\"}}],\"thingGroups\":[]}",
             id);
    assert_json(search_with(w, "attributes.model:x200", "")->body, "", expected);
    assert_json(search_with(w, id, "")->body, "", expected);
    assert_json(search_with(w, "thingGroupNames:hall", ",\"indexName\":\"AWS_Things\"")->body, "", expected);
    const cJSON *bare = search_with(w, "thingName:bare", "")->body;
    assert_json(bare, "things.0.attributes", "{}");
    assert_json_absent(bare, "things.0.thingGroupNames");
    assert_json_absent(bare, "things.0.connectivity");
    assert_json(search_with(w, "thingGroupNames:payer", "")->body, "things.0.thingGroupNames", "[\"Payer\"]");
    assert_finds(w, "*", "Pump-1 bare billed");
}

static void a_search_comes_in_pages(void **state)
{
    struct world *w = *state;
    given_things(w, 30);
    configure(w, THINGS(REGISTRY));
    const char *queries[] = { "attributes.parity:odd", "attributes.n:* -attributes.parity:even",
                              "thingName:t-* attributes.n:[1 TO 99] NOT even",
                              "attributes.parity:odd OR attributes.n:1" };
    for (size_t i = 0; i < sizeof queries / sizeof queries[0]; i++) {
        char more[512] = ",\"maxResults\":6";
        static const char *const pages[] = { "t-001 t-003 t-005 t-007 t-009 t-011",
                                             "t-013 t-015 t-017 t-019 t-021 t-023", "t-025 t-027 t-029" };
        for (int page = 0; page < 3; page++) {
            struct answer *a = search_with(w, queries[i], more);
            assert_json_items(a->body, "things", "thingName", pages[page]);
            const cJSON *token = json_at(a->body, "nextToken");
            assert_true((page < 2) == (token != NULL));
            if (token)
                snprintf(more, sizeof more, ",\"maxResults\":6,\"nextToken\":\"%s\"", token->valuestring);
        }
    }
}

static void a_page_has_a_hundred_things_unless_asked_otherwise(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    given_things(w, 101);
    struct answer *a = search_with(w, "*", "");
    assert_int_equal(cJSON_GetArraySize(json_at(a->body, "things")), 100);
    char body[512];
    const char *token = json_at(a->body, "nextToken")->valuestring;
    snprintf(body, sizeof body, ",\"nextToken\":\"%s\"", token);
    assert_json_items(search_with(w, "*", body)->body, "things", "thingName", "t-101");
    assert_int_equal(cJSON_GetArraySize(json_at(search_with(w, "*", ",\"maxResults\":500")->body, "things")),
                     101);
    /* the token belongs to that query on that index */
    snprintf(body, sizeof body, "{\"queryString\":\"t*\",\"nextToken\":\"%s\"}", token);
    refused(w, INVALID, "POST", SEARCH, body, "Next token is invalid.");
    snprintf(body, sizeof body,
             "{\"queryString\":\"*\",\"indexName\":\"AWS_ThingGroups\",\"nextToken\":\"%s\"}", token);
    refused(w, INVALID, "POST", SEARCH, body, "Next token is invalid.");
}

static void pages_are_not_disturbed_by_things_that_come_and_go(void **state)
{
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    given_things(w, 4);
    struct answer *a = search_with(w, "attributes.n>0", ",\"maxResults\":2");
    assert_json_items(a->body, "things", "thingName", "t-001 t-002");
    http(w, 200, "DELETE", "/things/t-002", NULL);
    http(w, 200, "DELETE", "/things/t-003", NULL);
    http(w, 200, "POST", "/things/new", ATTRIBUTES("\"n\":\"7\""));
    char more[512];
    snprintf(more, sizeof more, ",\"nextToken\":\"%s\"", json_at(a->body, "nextToken")->valuestring);
    assert_json_items(search_with(w, "attributes.n>0", more)->body, "things", "thingName", "t-004 new");
}

/* t-00001 to t-32000, of which 21000 and the last one are red, those behind the 21000 big. */
static void given_many_things(struct world *w)
{
    static const char sql[] =
        "WITH RECURSIVE k (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM k WHERE n < 32000) "
        "INSERT INTO thing (id, name, thing_id) SELECT n, printf('t-%05d', n), 'id-' || n FROM k;"
        "INSERT INTO thing_attribute (thing, name, value) "
        "SELECT id, 'color', 'red' FROM thing WHERE id <= 21000 OR id = 32000 "
        "UNION ALL SELECT id, 'size', 'big' FROM thing WHERE id > 21000;"
        "INSERT INTO fleet_field (owner, source, field, element, position, word, boolean) "
        "SELECT id, 0, 'thingName', 0, 0, name, 0 FROM thing "
        "UNION ALL SELECT id, 0, 'thingId', 0, 0, thing_id, 0 FROM thing "
        "UNION ALL SELECT thing, 0, 'attributes.' || name, 0, 0, value, 0 FROM thing_attribute;";
    configure(w, THINGS(REGISTRY));
    assert_true(db_script(world_db(w), sql));
}

/* Of so many pages, the last one alone has something. */
static void assert_found_on_page(struct world *w, int pages, const char *query, const char *names)
{
    char more[512] = "";
    for (int page = 1; page <= pages; page++) {
        const cJSON *body = search_with(w, query, more)->body;
        const cJSON *token = json_at(body, "nextToken");
        assert_json_items(body, "things", "thingName", page < pages ? "" : names);
        assert_int_equal(token != NULL, page < pages);
        if (token)
            snprintf(more, sizeof more, ",\"nextToken\":\"%s\"", token->valuestring);
    }
}

static void a_search_that_most_things_nearly_match_goes_on_on_the_next_page(void **state)
{
    struct world *w = *state;
    given_many_things(w);
    assert_found_on_page(w, 2, "attributes.color:red attributes.size:big", "t-32000");
    assert_found_on_page(w, 2, "attributes.color:r* attributes.size:b*", "t-32000");
    assert_found_on_page(w, 2, "NOT attributes.color:red NOT attributes.size:big", "");
}

static void a_selective_search_fills_its_page_in_a_large_fleet(void **state)
{
    struct world *w = *state;
    given_many_things(w);
    assert_found_on_page(w, 1, "thingName:t-32000", "t-32000");
    assert_found_on_page(w, 1, "thingName:*9999", "t-09999 t-19999 t-29999");
    assert_found_on_page(w, 1, "attributes.color:red thingName:* thingName:t-?9999", "t-09999 t-19999");
}

static void searches_out_of_the_rules_are_refused(void **state)
{
#define QUERY(text) "{\"queryString\":\"" text "\"}"
    static const struct refusal refusals[] = {
        { "{}", INVALID, "1 validation error detected: …" },
        { QUERY(""), INVALID, "1 validation error detected: …" },
        { "{\"queryString\":\"*\",\"maxResults\":0}", INVALID, "1 validation error detected: …" },
        { "{\"queryString\":\"*\",\"maxResults\":501}", INVALID, "1 validation error detected: …" },
        { "{\"queryString\":\"*\",\"queryVersion\":\"2018-01-01\"}", INVALID,
          "Query version '2018-01-01' is not supported; it is 2017-09-30" },
        { "{\"queryString\":\"*\",\"nextToken\":\"x\"}", INVALID, "Next token is invalid." },
        { "{\"queryString\":\"*\",\"indexName\":\"mine\"}", NOT_FOUND, "Index 'mine' does not exist" },
        { "{\"queryString\":\"*\",\"indexName\":\"AWS_ThingGroups\"}", NOT_FOUND,
          "Index 'AWS_ThingGroups' does not exist" },
        { QUERY(" "), INVALID_QUERY, "Invalid query at position 1: the query is empty" },
        { QUERY("a AND"), INVALID_QUERY, "Invalid query at position 6: expected a term" },
        { QUERY("thingname:a"), INVALID_QUERY, "Unsupported query field: 'thingname'" },
        { QUERY("a OR (b -registry.version:1)"), INVALID_QUERY,
          "Unsupported query field: 'registry.version'" },
        { QUERY("shadow.reported.a:1"), INVALID_QUERY,
          "Shadow field 'shadow.reported.a' is not indexed: thingIndexingMode is REGISTRY, and shadow data "
          "needs "
          "REGISTRY_AND_SHADOW" },
        { QUERY("deviceDefender.violationCount>0"), INVALID_QUERY,
          "Device Defender field 'deviceDefender.violationCount' is not indexed: deviceDefenderIndexingMode "
          "is OFF" },
        { QUERY("connectivity.connected:true"), INVALID_QUERY,
          "Connectivity field 'connectivity.connected' is not indexed: thingConnectivityIndexingMode is OFF, "
          "or its "
          "index is still being built" },
        { QUERY("connectivity.color:red"), INVALID_QUERY, "Unsupported query field: 'connectivity.color'" },
    };
    struct world *w = *state;
    configure(w, THINGS(REGISTRY));
    ASSERT_ALL_REFUSED(w, "POST", SEARCH, refusals);
    assert_json(search_with(w, "*", ",\"queryVersion\":\"2017-09-30\"")->body, "things", "[]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_indexed_at_first),
        TEST(what_is_switched_on_is_told),
        TEST(indexes_are_listed_in_pages),
        TEST(what_has_no_source_here_is_refused),
        TEST(a_search_shows_the_whole_thing),
        TEST(a_search_comes_in_pages),
        TEST(a_page_has_a_hundred_things_unless_asked_otherwise),
        TEST(pages_are_not_disturbed_by_things_that_come_and_go),
        TEST(a_search_that_most_things_nearly_match_goes_on_on_the_next_page),
        TEST(a_selective_search_fills_its_page_in_a_large_fleet),
        TEST(searches_out_of_the_rules_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
