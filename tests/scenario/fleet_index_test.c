/* The fleet index: what is indexed, when, and what a search answers. */
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "ops/fleet_index.h"
#include "store/connectivity_store.h"
#include "support/refusals.h"

#define CONFIG                 "/indexing/config"
#define SEARCH                 "/indices/search"
#define THINGS(members)        "{\"thingIndexingConfiguration\":{" members "}}"
#define GROUPS(members)        "{\"thingGroupIndexingConfiguration\":{" members "}}"
#define REGISTRY               "\"thingIndexingMode\":\"REGISTRY\""
#define STATUS                 "\"thingConnectivityIndexingMode\":\"STATUS\""
#define OFF                    "\"thingIndexingMode\":\"OFF\""
#define FIELD(name, type)      "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define INVALID_QUERY          400, "InvalidQueryException"
#define NOT_READY              400, "IndexNotReadyException"
#define ATTRIBUTES(values)     "{\"attributePayload\":{\"attributes\":{" values "}}}"
#define IN_GROUP(group, thing) "{\"thingGroupName\":\"" group "\",\"thingName\":\"" thing "\"}"

static void configure(struct world *w, const char *body)
{
    http(w, 200, "POST", CONFIG, body);
}

/* A search with more members of the request behind the query. */
static struct answer *search_with(struct world *w, const char *query, const char *more)
{
    char body[4096];
    snprintf(body, sizeof body, "{\"queryString\":\"%s\"%s}", query, more);
    return http(w, 200, "POST", SEARCH, body);
}

static void assert_finds(struct world *w, const char *query, const char *names)
{
    assert_json_items(search_with(w, query, "")->body, "things", "thingName", names);
}

static void assert_finds_groups(struct world *w, const char *query, const char *names)
{
    struct answer *a = search_with(w, query, ",\"indexName\":\"AWS_ThingGroups\"");
    assert_json_items(a->body, "thingGroups", "thingGroupName", names);
    assert_json(a->body, "things", "[]");
}

static void assert_index(struct world *w, const char *name, const char *status, const char *schema)
{
    char path[128];
    snprintf(path, sizeof path, "/indices/%s", name);
    const cJSON *index = http(w, 200, "GET", path, NULL)->body;
    assert_json_string(index, "indexName", name);
    assert_json_string(index, "indexStatus", status);
    assert_json_string(index, "schema", schema);
}

/* A refusal while work goes on: not nothing changes. */
static void told_no(struct world *w, int status, const char *exception, const char *method, const char *path,
                    const char *body, const char *message)
{
    const struct answer *a = http(w, status, method, path, body);
    assert_string_equal(a->error, exception);
    assert_memory_equal(json_at(a->body, "message")->valuestring, message, strcspn(message, "\xe2"));
}

static void assert_no_index(struct world *w, const char *name)
{
    char path[128], message[128];
    snprintf(path, sizeof path, "/indices/%s", name);
    snprintf(message, sizeof message, "Index '%s' does not exist", name);
    told_no(w, NOT_FOUND, "GET", path, NULL, message);
}

static void given_things(struct world *w, int n)
{
    for (int i = 1; i <= n; i++) {
        char path[64], body[128];
        snprintf(path, sizeof path, "/things/t-%03d", i);
        snprintf(body, sizeof body, ATTRIBUTES("\"n\":\"%d\",\"parity\":\"%s\""), i, i % 2 ? "odd" : "even");
        http(w, 200, "POST", path, body);
    }
}

enum { LARGE = 1000 }; /* so many that it takes tens of transactions */

/* Things t-0001, t-0002, … with the attribute n, written into the database: nobody is told. */
static void given_large_fleet(struct world *w)
{
    struct db *db = world_db(w);
    assert_true(
        db_exec(db,
                "WITH RECURSIVE k (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM k WHERE n < ?1) "
                "INSERT INTO thing (name, thing_id) SELECT printf('t-%04d', n), 'id-' || n FROM k /*scan*/",
                "i", (int64_t)LARGE));
    assert_true(db_exec(db,
                        "INSERT INTO thing_attribute (thing, name, value) "
                        "SELECT id, 'n', CAST(substr(name, 3) AS INTEGER) FROM thing /*scan*/",
                        ""));
}

static bool run_connectivity(struct op *op, const void *input)
{
    const struct connectivity_row *row = input;
    return store_connectivity_set(op->db, row) && fleet_index_connectivity_changed(op, row->thing_name);
}

/* The broker says so of a client. */
static void heard_of(struct world *w, const char *client, bool connected, const char *reason)
{
    const struct connectivity_row row = {
        .thing_name = str_from(client),
        .connected = connected,
        .timestamp_ms = (int64_t)NOON_S * 1000,
        .disconnect_reason = str_from(reason),
        .keep_alive_s = { true, 60 },
        .clean_session = { true, true },
    };
    in_one_batch(w, "GET", "/things", NULL, run_connectivity, &row);
}

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

/* ---- what changes ---- */

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
    heard_of(w, "pump", true, NULL);
    configure(w, THINGS(REGISTRY "," STATUS));
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
    heard_of(w, "pump", false, "CONNECTION_LOST");
    heard_of(w, "nobody", true, NULL);
    assert_finds(w, "connectivity.connected:true", "");
    assert_finds(w, "connectivity.disconnectReason:connection_lost", "pump");
    assert_finds(w, "connectivity.version:2", "pump");
    assert_json(search_with(w, "thingName:pump", "")->body, "things.0.connectivity",
                "{\"connected\":false,\"timestamp\":1893499200000,\"disconnectReason\":\"CONNECTION_LOST\"}");
    given_thing(w, "nobody"); /* a thing that was connected before it was made */
    assert_finds(w, "connectivity.connected:true", "nobody");
    configure(w, THINGS(REGISTRY));
    assert_json_absent(search_with(w, "thingName:pump", "")->body, "things.0.connectivity");
    heard_of(w, "pump", true, NULL);
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_finds(w, "connectivity.connected:true", "pump nobody");
}

/* ---- bit by bit ---- */

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
    http(w, 200, "PATCH", "/things/t-0001", "{\"attributePayload\":{\"attributes\":{\"n\":\"3001\"}}}");
    http(w, 200, "PATCH", "/things/t-0999", "{\"attributePayload\":{\"attributes\":{\"n\":\"3119\"}}}");
    http(w, 200, "DELETE", "/things/t-0998", NULL);
    http(w, 200, "POST", "/things/late", ATTRIBUTES("\"n\":\"4000\""));
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY");
    assert_finds(w, "attributes.n>996", "t-0001 t-0997 t-0999 t-1000 late");
    assert_int_equal(rows_in(w, "fleet_work"), 0);
}

static void connectivity_is_added_bit_by_bit_while_the_rest_is_searched(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    heard_of(w, "t-1000", true, NULL);
    configure(w, THINGS(REGISTRY));
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_index(w, "AWS_Things", "REBUILDING", "REGISTRY_AND_CONNECTIVITY");
    assert_finds(w, "attributes.n:1000", "t-1000");
    assert_json_absent(search_with(w, "attributes.n:1000", "")->body, "things.0.connectivity");
    told_no(w, INVALID_QUERY, "POST", SEARCH, "{\"queryString\":\"connectivity.connected:true\"}",
            "Connectivity field …");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_index(w, "AWS_Things", "ACTIVE", "REGISTRY_AND_CONNECTIVITY");
    assert_finds(w, "connectivity.connected:true", "t-1000");
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    assert_index(w, "AWS_Things", "REBUILDING", "REGISTRY");
    told_no(w, INVALID_QUERY, "POST", SEARCH, "{\"queryString\":\"connectivity.connected:true\"}",
            "Connectivity field …");
    configure(w, THINGS(REGISTRY "," STATUS)); /* thought better of it */
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_finds(w, "connectivity.connected:true", "t-1000");
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
    http(w, 200, "PATCH", "/things/t-0999", "{\"attributePayload\":{\"attributes\":{\"n\":\"0\"}}}");
    configure(w, THINGS(REGISTRY));
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_finds(w, "attributes.n>997", "t-0998 t-1000");
}

static void a_build_begins_again_when_it_is_to_show_more(void **state)
{
    struct world *w = *state;
    given_large_fleet(w);
    heard_of(w, "t-0001", true, NULL);
    world_stop_after(w, 1);
    configure(w, THINGS(REGISTRY));
    configure(w, THINGS(REGISTRY "," STATUS));
    assert_index(w, "AWS_Things", "BUILDING", "REGISTRY_AND_CONNECTIVITY");
    configure(w, THINGS(REGISTRY "," STATUS)); /* the same once more */
    world_stop_after(w, 0);
    advance(w, "PT1S");
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
    assert_finds(w, "attributes.n>998", "t-0999 t-1000");
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
    nothing_is_indexed_at_first(state);
    assert_int_equal(rows_in(w, "fleet_field"), 0);
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
        TEST(searches_out_of_the_rules_are_refused),
        TEST(every_change_of_a_thing_is_found_at_once),
        TEST(a_thing_is_in_its_own_groups_and_not_in_those_above),
        TEST(thing_groups_are_found_with_all_that_is_above_them),
        TEST(connectivity_is_found_where_it_is_indexed),
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
