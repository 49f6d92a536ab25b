/* Thing types. What they mean for things is in typed_thing_test. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define ARN(type)           "arn:aws:iot:us-east-1:000000000000:thingtype/" type
#define PROPERTIES(members) "{\"thingTypeProperties\":{" members "}}"
#define DESCRIPTION(text)   "\"thingTypeDescription\":\"" text "\""
#define SEARCHABLE(names)   "\"searchableAttributes\":[" names "]"
#define PROPAGATING(items)  "\"mqtt5Configuration\":{\"propagatingAttributes\":[" items "]}"
#define FROM_THING          "{\"userPropertyKey\":\"kind\",\"thingAttribute\":\"model\"}"
#define FROM_CONNECTION     "{\"userPropertyKey\":\"iot:Name\",\"connectionAttribute\":\"iot:Thing.ThingName\"}"
#define TAGS(items)         "{\"tags\":[" items "]}"
#define TAG(key, value)     "{\"Key\":\"" key "\",\"Value\":\"" value "\"}"
#define NEEDS_SOURCE                                                                                         \
    "A propagating attribute needs userPropertyKey, and either thingAttribute or connectionAttribute."

static void create(struct world *w, const char *type, const char *body)
{
    char path[256];
    snprintf(path, sizeof path, "/thing-types/%s", type);
    http(w, 200, "POST", path, body);
}

static struct answer *describe(struct world *w, const char *type)
{
    char path[256];
    snprintf(path, sizeof path, "/thing-types/%s", type);
    return http(w, 200, "GET", path, NULL);
}

static void update(struct world *w, const char *body)
{
    assert_string_equal(http(w, 200, "PATCH", "/thing-types/Pump", body)->text, "{}");
}

static void deprecate(struct world *w, const char *body)
{
    assert_string_equal(http(w, 200, "POST", "/thing-types/Pump/deprecate", body)->text, "{}");
}

/* ---- create, describe ---- */

static void a_type_has_a_name_an_arn_and_an_id_that_stays(void **state)
{
    struct world *w = *state;
    char expected[512];
    const cJSON *created = http(w, 200, "POST", "/thing-types/Pump", "")->body;
    const char *id = json_at(created, "thingTypeId")->valuestring;
    assert_int_equal(strlen(id), 36);
    snprintf(expected, sizeof expected,
             "{\"thingTypeName\":\"Pump\",\"thingTypeArn\":\"" ARN("Pump") "\",\"thingTypeId\":\"%s\"}", id);
    assert_json(created, "", expected);
    advance(w, "PT1.25S");
    snprintf(expected, sizeof expected,
             "{\"thingTypeName\":\"Pump\",\"thingTypeId\":\"%s\",\"thingTypeArn\":\"" ARN(
                 "Pump") "\",\"thingTypeProperties\":{},"
                         "\"thingTypeMetadata\":{\"deprecated\":false,\"creationDate\":1893499200.000}}",
             id);
    assert_string_equal(describe(w, "Pump")->text, expected);
}

static void properties_come_back(void **state)
{
    static const char properties[] = "{" DESCRIPTION("It pumps") "," SEARCHABLE(
        "\"wattage\",\"a.b,c@d/e:f#g-h\"") "," PROPAGATING(FROM_THING "," FROM_CONNECTION) "}";
    struct world *w = *state;
    char body[512];
    snprintf(body, sizeof body, "{\"thingTypeProperties\":%s}", properties);
    create(w, "Pump", body);
    assert_json(describe(w, "Pump")->body, "thingTypeProperties", properties);
    create(w, "Bare", PROPERTIES(DESCRIPTION("") "," SEARCHABLE() "," PROPAGATING()));
    assert_json(describe(w, "Bare")->body, "thingTypeProperties", "{}");
    create(w, "Empty", PROPERTIES("\"mqtt5Configuration\":{}"));
    assert_json(describe(w, "Empty")->body, "thingTypeProperties", "{}");
}

static void the_same_type_once_more_is_no_error(void **state)
{
    struct world *w = *state;
    create(w, "Pump", PROPERTIES(DESCRIPTION("x") "," SEARCHABLE("\"a\",\"b\"") "," PROPAGATING(FROM_THING)));
    const char *id = json_at(describe(w, "Pump")->body, "thingTypeId")->valuestring;
    uint64_t before = fingerprint(w);
    const struct answer *a =
        http(w, 200, "POST", "/thing-types/Pump",
             PROPERTIES(PROPAGATING(FROM_THING) "," SEARCHABLE("\"b\",\"a\"") "," DESCRIPTION("x")));
    assert_json_string(a->body, "thingTypeId", id);
    assert_json_string(a->body, "thingTypeArn", ARN("Pump"));
    assert_true(fingerprint(w) == before);
}

static void another_type_of_that_name_is_refused(void **state)
{
    static const char message[] =
        "Thing Type Pump already exists in current account with different properties";
    static const struct refusal refusals[] = {
        { "{}", ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("x")), ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("y") "," SEARCHABLE("\"a\",\"b\"")), ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("x") "," SEARCHABLE("\"a\"")), ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("x") "," SEARCHABLE("\"a\",\"b\",\"c\"")), ALREADY_EXISTS, message },
        { PROPERTIES(DESCRIPTION("x") "," SEARCHABLE("\"a\",\"b\"") "," PROPAGATING(FROM_THING)),
          ALREADY_EXISTS, message },
    };
    struct world *w = *state;
    create(w, "Pump", PROPERTIES(DESCRIPTION("x") "," SEARCHABLE("\"a\",\"b\"")));
    ASSERT_ALL_REFUSED(w, "POST", "/thing-types/Pump", refusals);
    const char *id = json_at(describe(w, "Pump")->body, "thingTypeId")->valuestring;
    const struct answer *a = refused(w, ALREADY_EXISTS, "POST", "/thing-types/Pump", "{}", message);
    assert_json_string(a->body, "resourceId", id);
    assert_json_string(a->body, "resourceArn", ARN("Pump"));
}

static void types_out_of_the_rules_are_refused(void **state)
{
    char too_long[2200], text[2030];
    memset(text, 'x', sizeof text);
    text[2029] = '\0';
    snprintf(too_long, sizeof too_long, PROPERTIES(DESCRIPTION("%s")), text);
    const struct refusal refusals[] = {
        { too_long, INVALID, "1 validation error detected: …" },
        { PROPERTIES(DESCRIPTION("line\\nbreak")), INVALID, "1 validation error detected: …" },
        { PROPERTIES(SEARCHABLE("\"a\",\"b\",\"c\",\"d\"")), INVALID,
          "1 validation error detected: Value '[a, b, c, d]' at 'thingTypeProperties.searchableAttributes' "
          "failed to satisfy constraint: Member must have length less than or equal to 3" },
        { PROPERTIES(SEARCHABLE("\"a\",\"b c\"")), INVALID,
          "1 validation error detected: Value 'b c' at "
          "'thingTypeProperties.searchableAttributes.2.member' failed to …" },
        { PROPERTIES(PROPAGATING("{\"userPropertyKey\":\"a b\",\"thingAttribute\":\"a\"}")), INVALID,
          "1 validation error detected: …" },
        { PROPERTIES(PROPAGATING("{\"userPropertyKey\":\"a\"}")), INVALID, NEEDS_SOURCE },
        { PROPERTIES(PROPAGATING("{\"thingAttribute\":\"a\"}")), INVALID, NEEDS_SOURCE },
        { PROPERTIES(PROPAGATING(FROM_THING ",{\"userPropertyKey\":\"a\",\"thingAttribute\":\"b\","
                                            "\"connectionAttribute\":\"c\"}")),
          INVALID, NEEDS_SOURCE },
        { TAGS(TAG("a", "1") "," TAG("a", "2")), INVALID, "Tag key a is given twice." },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", "/thing-types/Valve", refusals);
    create(w, "Pump", "{}");
    assert_all_refused(w, "PATCH", "/thing-types/Pump", refusals, sizeof refusals / sizeof refusals[0] - 1);
    refused(
        w, INVALID, "POST", "/thing-types/a.b", "{}",
        "1 validation error detected: Value 'a.b' at 'thingTypeName' failed to satisfy constraint: Member "
        "must satisfy regular expression pattern: [a-zA-Z0-9:_-]+");
    create(w, "urn%3Atype:1_-", PROPERTIES(SEARCHABLE("\"a\",\"b\",\"c\"")));
    assert_json_string(describe(w, "urn:type%3a1_-")->body, "thingTypeName", "urn:type:1_-");
}

static void an_unknown_type_cannot_be_found(void **state)
{
    static const char message[] = "Thing type ghost cannot be found.";
    struct world *w = *state;
    refused(w, NOT_FOUND, "GET", "/thing-types/ghost", NULL, message);
    refused(w, NOT_FOUND, "PATCH", "/thing-types/ghost", "{}", message);
    refused(w, NOT_FOUND, "POST", "/thing-types/ghost/deprecate", "{}", message);
    refused(w, NOT_FOUND, "DELETE", "/thing-types/ghost", NULL, message);
}

/* ---- update ---- */

static void an_update_replaces_what_it_names_and_leaves_the_rest(void **state)
{
    struct world *w = *state;
    create(w, "Pump", PROPERTIES(DESCRIPTION("old") "," SEARCHABLE("\"a\"") "," PROPAGATING(FROM_THING)));
    update(w, PROPERTIES(DESCRIPTION("new")));
    assert_json(describe(w, "Pump")->body, "thingTypeProperties",
                "{" DESCRIPTION("new") "," SEARCHABLE("\"a\"") "," PROPAGATING(FROM_THING) "}");
    update(w, PROPERTIES(SEARCHABLE("\"b\",\"c\"") "," PROPAGATING(FROM_CONNECTION)));
    assert_json(describe(w, "Pump")->body, "thingTypeProperties",
                "{" DESCRIPTION("new") "," SEARCHABLE("\"b\",\"c\"") "," PROPAGATING(FROM_CONNECTION) "}");
    uint64_t before = fingerprint(w);
    update(w, "");
    update(w, PROPERTIES());
    assert_true(fingerprint(w) == before);
    update(w, PROPERTIES(DESCRIPTION("") "," SEARCHABLE() "," PROPAGATING()));
    assert_json(describe(w, "Pump")->body, "thingTypeProperties", "{}");
}

/* ---- deprecation ---- */

static void a_type_is_deprecated_and_taken_back(void **state)
{
    struct world *w = *state;
    create(w, "Pump", "{}");
    advance(w, "PT1.25S");
    deprecate(w, "");
    advance(w, "PT1S");
    deprecate(w, "{\"undoDeprecate\":false}"); /* the date of the first time stays */
    assert_json(describe(w, "Pump")->body, "thingTypeMetadata",
                "{\"deprecated\":true,\"deprecationDate\":1893499201.25,\"creationDate\":1893499200}");
    deprecate(w, "{\"undoDeprecate\":true}");
    deprecate(w, "{\"undoDeprecate\":true}");
    assert_json(describe(w, "Pump")->body, "thingTypeMetadata",
                "{\"deprecated\":false,\"creationDate\":1893499200}");
    deprecate(w, "{}");
    assert_json_number(describe(w, "Pump")->body, "thingTypeMetadata.deprecationDate", 1893499202.25);
}

/* ---- delete ---- */

static void a_type_is_deleted_five_minutes_after_its_deprecation(void **state)
{
    static const char too_early[] = "Cannot delete thing type : Pump. Please wait for 5 minutes after "
                                    "deprecation and then retry.";
    struct world *w = *state;
    create(w, "Pump", TAGS(TAG("a", "1")));
    refused(w, INVALID, "DELETE", "/thing-types/Pump", NULL,
            "Cannot delete thing type : Pump when it is not deprecated. Please deprecate it first.");
    deprecate(w, "{}");
    refused(w, INVALID, "DELETE", "/thing-types/Pump", NULL, too_early);
    advance(w, "PT4M59.999S");
    refused(w, INVALID, "DELETE", "/thing-types/Pump", NULL, too_early);
    advance(w, "PT0.001S");
    assert_string_equal(http(w, 200, "DELETE", "/thing-types/Pump", NULL)->text, "{}");
    assert_int_equal(rows_in(w, "thing_type"), 0);
    assert_int_equal(rows_in(w, "tag"), 0);
    http(w, 404, "GET", "/thing-types/Pump", NULL);
    http(w, 404, "DELETE", "/thing-types/Pump", NULL);
}

static void a_type_that_was_taken_back_in_between_waits_again(void **state)
{
    struct world *w = *state;
    create(w, "Pump", "{}");
    deprecate(w, "{}");
    advance(w, "PT4M");
    deprecate(w, "{\"undoDeprecate\":true}");
    deprecate(w, "{}");
    advance(w, "PT4M");
    refused(w, INVALID, "DELETE", "/thing-types/Pump", NULL,
            "Cannot delete thing type : Pump. Please wait …");
    advance(w, "PT1M");
    http(w, 200, "DELETE", "/thing-types/Pump", NULL);
}

static void a_type_with_things_is_not_deleted(void **state)
{
    struct world *w = *state;
    create(w, "Pump", "{}");
    http(w, 200, "POST", "/things/p1", "{\"thingTypeName\":\"Pump\"}");
    http(w, 200, "POST", "/things/p2", "{\"thingTypeName\":\"Pump\"}");
    deprecate(w, "{}");
    advance(w, "PT5M");
    http(w, 200, "DELETE", "/things/p1", NULL);
    refused(w, INVALID, "DELETE", "/thing-types/Pump", NULL,
            "Cannot delete thing type : Pump when there are still things associated with it.");
    http(w, 200, "PATCH", "/things/p2", "{\"removeThingType\":true}");
    http(w, 200, "DELETE", "/thing-types/Pump", NULL);
}

/* ---- tags ---- */

static void assert_tags(struct world *w, const char *expected)
{
    assert_json(http(w, 200, "GET", "/tags?resourceArn=" ARN("Pump"), NULL)->body, "tags", expected);
}

static void a_type_is_created_with_tags(void **state)
{
    struct world *w = *state;
    create(w, "Pump", TAGS(TAG("a", "1") ",{\"Key\":\"b\"}"));
    assert_tags(w, "[" TAG("a", "1") "," TAG("b", "") "]");
    uint64_t before = fingerprint(w);
    create(w, "Pump", "{}");
    create(w, "Pump", TAGS(TAG("b", "") "," TAG("a", "1")));
    assert_true(fingerprint(w) == before);
    refused(w, ALREADY_EXISTS, "POST", "/thing-types/Pump", TAGS(TAG("a", "1")), "Thing Type Pump already …");
    refused(w, ALREADY_EXISTS, "POST", "/thing-types/Pump", TAGS(TAG("a", "2") "," TAG("b", "")),
            "Thing Type Pump already …");
    http(w, 200, "POST", "/tags", "{\"resourceArn\":\"" ARN("Pump") "\",\"tags\":[" TAG("c", "3") "]}");
    assert_tags(w, "[" TAG("a", "1") "," TAG("b", "") "," TAG("c", "3") "]");
    refused(w, NOT_FOUND, "GET", "/tags?resourceArn=" ARN("ghost"), NULL,
            "Resource " ARN("ghost") " cannot be found.");
}

/* ---- list ---- */

static void assert_types(const struct answer *a, const char *expected)
{
    assert_json_items(a->body, "thingTypes", "thingTypeName", expected);
}

static struct answer *list(struct world *w, const char *query)
{
    char path[1024];
    snprintf(path, sizeof path, "/thing-types%s", query);
    return http(w, 200, "GET", path, NULL);
}

static void given_types(struct world *w)
{
    create(w, "Valve", "{}");
    create(w, "Pump-2", "{}");
    create(w, "Pump", PROPERTIES(SEARCHABLE("\"a\"")));
    create(w, "pump", "{}");
    create(w, "Pumps", "{}");
}

static void types_are_listed_by_name(void **state)
{
    struct world *w = *state;
    assert_string_equal(list(w, "")->text, "{\"thingTypes\":[]}");
    given_types(w);
    const struct answer *a = list(w, "");
    assert_types(a, "Pump Pump-2 Pumps Valve pump");
    assert_json(
        a->body, "thingTypes.0",
        "{\"thingTypeName\":\"Pump\",\"thingTypeArn\":\"" ARN(
            "Pump") "\",\"thingTypeProperties\":{" SEARCHABLE("\"a\"") "},"
                                                                       "\"thingTypeMetadata\":{"
                                                                       "\"deprecated\":false,"
                                                                       "\"creationDate\":1893499200}}");
    assert_json_absent(a->body, "nextToken");
}

static void a_name_narrows_the_list_to_what_begins_with_it(void **state)
{
    struct world *w = *state;
    given_types(w);
    assert_types(list(w, "?thingTypeName=Pump"), "Pump Pump-2 Pumps");
    assert_types(list(w, "?thingTypeName=Pump-"), "Pump-2");
    assert_types(list(w, "?thingTypeName=Pump-2-and-more"), "");
    assert_types(list(w, "?thingTypeName=_"), "");
    refused(w, INVALID, "GET", "/thing-types?thingTypeName=a.b", NULL, "1 validation error detected: …");
}

static void a_list_comes_in_pages(void **state)
{
    struct world *w = *state;
    given_types(w);
    struct answer *a = list(w, "?maxResults=2");
    assert_types(a, "Pump Pump-2");
    http(w, 200, "POST", "/thing-types/Pump-2/deprecate", "{}");
    advance(w, "PT5M");
    http(w, 200, "DELETE", "/thing-types/Pump-2", NULL);
    create(w, "Pump-3", "{}");
    create(w, "Alarm", "{}");
    a = next_page(w, a, "/thing-types?maxResults=2");
    assert_types(a, "Pump-3 Pumps");
    a = next_page(w, a, "/thing-types?maxResults=2");
    assert_types(a, "Valve pump");
    assert_json_absent(a->body, "nextToken");
    a = list(w, "?thingTypeName=Pump&maxResults=2");
    assert_types(a, "Pump Pump-3");
    assert_types(next_page(w, a, "/thing-types?thingTypeName=Pump&maxResults=2"), "Pumps");
}

static void a_token_of_another_list_is_refused(void **state)
{
    struct world *w = *state;
    char path[512];
    given_types(w);
    const char *token = json_at(list(w, "?maxResults=1")->body, "nextToken")->valuestring;
    snprintf(path, sizeof path, "/thing-types?thingTypeName=Pump&nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/things?nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/thing-types?maxResults=0", NULL, "1 validation error detected: …");
    refused(w, INVALID, "GET", "/thing-types?maxResults=251", NULL, "1 validation error detected: …");
}

/* Whatever is changed in it, and behind it. */
static void a_token_that_was_changed_is_refused(void **state)
{
    struct world *w = *state;
    char path[512], token[128];
    given_types(w);
    snprintf(token, sizeof token, "%s", json_at(list(w, "?maxResults=1")->body, "nextToken")->valuestring);
    size_t n = strlen(token);
    for (size_t i = 0; i < n; i++) {
        char kept = token[i];
        token[i] = kept == 'A' ? 'B' : 'A';
        snprintf(path, sizeof path, "/thing-types?nextToken=%s", token);
        refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
        token[i] = kept;
    }
    snprintf(path, sizeof path, "/thing-types?nextToken=%sAAAA", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
    snprintf(path, sizeof path, "/thing-types?nextToken=%.32s", token);
    refused(w, INVALID, "GET", path, NULL, "Next token is invalid.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_type_has_a_name_an_arn_and_an_id_that_stays),
        TEST(properties_come_back),
        TEST(the_same_type_once_more_is_no_error),
        TEST(another_type_of_that_name_is_refused),
        TEST(types_out_of_the_rules_are_refused),
        TEST(an_unknown_type_cannot_be_found),
        TEST(an_update_replaces_what_it_names_and_leaves_the_rest),
        TEST(a_type_is_deprecated_and_taken_back),
        TEST(a_type_is_deleted_five_minutes_after_its_deprecation),
        TEST(a_type_that_was_taken_back_in_between_waits_again),
        TEST(a_type_with_things_is_not_deleted),
        TEST(a_type_is_created_with_tags),
        TEST(types_are_listed_by_name),
        TEST(a_name_narrows_the_list_to_what_begins_with_it),
        TEST(a_list_comes_in_pages),
        TEST(a_token_of_another_list_is_refused),
        TEST(a_token_that_was_changed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
