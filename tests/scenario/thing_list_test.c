/* ListThings, narrowed by attributes and types. */
#include <stdio.h>
#include <string.h>

#include "store/registry/attribute_store.h"
#include "store/registry/thing_store.h"
#include "support/refusals.h"

#define ATTRIBUTES(values) "{\"attributePayload\":{\"attributes\":{" values "}}}"
#define TYPED(type, values)                                                                                  \
    "{\"thingTypeName\":\"" type "\",\"attributePayload\":{\"attributes\":{" values "}}}"
#define EXACT(value)         "&attributeName=site&attributeValue=" value
#define PREFIX(value)        EXACT(value) "&usePrefixAttributeValue=true"
#define NEXT_PAGE_IS_INVALID "Next token is invalid."

static void create(struct world *w, const char *thing, const char *body)
{
    char path[256];
    snprintf(path, sizeof path, "/things/%s", thing);
    http(w, 200, "POST", path, body);
}

static struct answer *list(struct world *w, const char *query)
{
    char path[1024];
    snprintf(path, sizeof path, "/things?maxResults=250%s", query);
    return http(w, 200, "GET", path, NULL);
}

static void assert_names(const struct answer *a, const char *expected)
{
    assert_json_items(a->body, "things", "thingName", expected);
}

/* Every page of the list; no page has more things than asked for, and only the last has no token. */
static void assert_pages(struct world *w, const char *path, const char *const *pages, size_t n)
{
    struct answer *a = http(w, 200, "GET", path, NULL);
    for (size_t i = 0; i < n; i++) {
        assert_names(a, pages[i]);
        if (i + 1 < n)
            a = next_page(w, a, path);
    }
    assert_json_absent(a->body, "nextToken");
}

#define ASSERT_PAGES(w, path, ...)                                                                           \
    assert_pages(w, path, (const char *const[]){ __VA_ARGS__ },                                              \
                 sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* ---- by attributes ---- */

static void things_can_be_found_by_their_attributes(void **state)
{
    struct world *w = *state;
    create(w, "p1", ATTRIBUTES("\"site\":\"north\",\"kind\":\"pump\""));
    create(w, "p2", ATTRIBUTES("\"site\":\"north-west\""));
    create(w, "p3", ATTRIBUTES("\"site\":\"south\""));
    create(w, "p4", ATTRIBUTES("\"kind\":\"north\""));
    create(w, "p5", ATTRIBUTES("\"site\":\"north\""));
    create(w, "p6", ATTRIBUTES("\"site\":\"Z]\""));
    assert_names(list(w, EXACT("north")), "p1 p5");
    assert_names(list(w, EXACT("north") "&usePrefixAttributeValue=false"), "p1 p5");
    assert_names(list(w, EXACT("nort")), "");
    assert_names(list(w, "&attributeName=colour"), "");
    refused(w, INVALID, "GET", "/things?attributeValue=north", NULL, "attributeValue needs attributeName.");
}

static void where_values_differ_they_give_the_order(void **state)
{
    struct world *w = *state;
    create(w, "p1", ATTRIBUTES("\"site\":\"north-west\""));
    create(w, "p2", ATTRIBUTES("\"site\":\"north\""));
    create(w, "p3", ATTRIBUTES("\"site\":\"south\""));
    create(w, "p4", ATTRIBUTES("\"site\":\"north\""));
    create(w, "p5", ATTRIBUTES("\"site\":\"North\""));
    create(w, "p6", ATTRIBUTES("\"site\":\"]\",\"kind\":\"north\""));
    assert_names(list(w, PREFIX("north")), "p2 p4 p1");
    assert_names(list(w, PREFIX("north-")), "p1");
    assert_names(list(w, PREFIX("no_")), "");
    assert_names(list(w, "&attributeName=site"), "p5 p6 p2 p4 p1 p3");
    assert_names(list(w, "&attributeName=site&usePrefixAttributeValue=true"), "p5 p6 p2 p4 p1 p3");
}

static void narrowed_lists_come_in_pages(void **state)
{
    struct world *w = *state;
    create(w, "a", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "b", ATTRIBUTES("\"site\":\"n0\""));
    create(w, "c", ATTRIBUTES("\"site\":\"n2\""));
    create(w, "d", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "e", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "f", ATTRIBUTES("\"site\":\"m\""));
    ASSERT_PAGES(w, "/things?maxResults=2" EXACT("n1"), "a d", "e");
    ASSERT_PAGES(w, "/things?maxResults=2" PREFIX("n"), "b a", "d e", "c");
    ASSERT_PAGES(w, "/things?maxResults=1" PREFIX("n"), "b", "a", "d", "e", "c");
    ASSERT_PAGES(w, "/things?maxResults=3&attributeName=site", "f b a", "d e c");
}

static void what_comes_and_goes_between_pages_disturbs_no_other(void **state)
{
    struct world *w = *state;
    const char *path = "/things?maxResults=2" PREFIX("n");
    create(w, "a", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "b", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "c", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "d", ATTRIBUTES("\"site\":\"n5\""));
    create(w, "e", ATTRIBUTES("\"site\":\"n7\""));
    struct answer *a = http(w, 200, "GET", path, NULL);
    assert_names(a, "a b");
    http(w, 200, "DELETE", "/things/b", NULL); /* the last one that was shown */
    http(w, 200, "PATCH", "/things/a", ATTRIBUTES("\"site\":\"n0\""));
    http(w, 200, "PATCH", "/things/d", ATTRIBUTES("\"site\":\"n9\""));
    create(w, "f", ATTRIBUTES("\"site\":\"n1\""));
    a = next_page(w, a, path);
    assert_names(a, "c f");
    assert_names(next_page(w, a, path), "e d");
}

static void an_updated_thing_is_found_by_its_new_attributes(void **state)
{
    struct world *w = *state;
    create(w, "pump", ATTRIBUTES("\"site\":\"north\""));
    http(w, 200, "PATCH", "/things/pump", ATTRIBUTES("\"site\":\"south\""));
    assert_names(list(w, EXACT("north")), "");
    assert_names(list(w, EXACT("south")), "pump");
}

static void the_longest_value_there_is_can_be_where_a_page_ends(void **state)
{
    struct world *w = *state;
    char body[1024], value[801];
    memset(value, 'n', sizeof value);
    value[800] = '\0';
    snprintf(body, sizeof body, ATTRIBUTES("\"site\":\"%s\""), value);
    create(w, "a", body);
    create(w, "b", body);
    ASSERT_PAGES(w, "/things?maxResults=1" PREFIX("n"), "a", "b");
}

/* ---- by types ---- */

static void given_typed_things(struct world *w)
{
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "POST", "/thing-types/Valve", "{}");
    create(w, "p1", TYPED("Pump", "\"site\":\"n2\""));
    create(w, "v1", TYPED("Valve", "\"site\":\"n1\""));
    create(w, "u1", ATTRIBUTES("\"site\":\"n1\""));
    create(w, "p2", TYPED("Pump", "\"site\":\"n1\""));
    create(w, "p3", TYPED("Pump", "\"kind\":\"n1\""));
    create(w, "p4", TYPED("Pump", "\"site\":\"n1\""));
}

static void things_can_be_found_by_their_type(void **state)
{
    struct world *w = *state;
    given_typed_things(w);
    assert_names(list(w, "&thingTypeName=Pump"), "p1 p2 p3 p4");
    assert_names(list(w, "&thingTypeName=Valve"), "v1");
    assert_names(list(w, "&thingTypeName=pump"), "");
    assert_names(list(w, "&thingTypeName=Pum"), "");
    assert_names(list(w, "&thingTypeName=ghost"), "");
    ASSERT_PAGES(w, "/things?maxResults=3&thingTypeName=Pump", "p1 p2 p3", "p4");
    http(w, 200, "PATCH", "/things/p2", "{\"removeThingType\":true}");
    http(w, 200, "PATCH", "/things/u1", "{\"thingTypeName\":\"Pump\"}");
    assert_names(list(w, "&thingTypeName=Pump"), "p1 u1 p3 p4");
}

static void all_that_narrows_a_list_counts_together(void **state)
{
    struct world *w = *state;
    given_typed_things(w);
    assert_names(list(w, EXACT("n1")), "v1 u1 p2 p4");
    assert_names(list(w, "&thingTypeName=Pump" EXACT("n1")), "p2 p4");
    assert_names(list(w, "&thingTypeName=Pump" EXACT("n")), "");
    assert_names(list(w, "&thingTypeName=Pump" PREFIX("n")), "p2 p4 p1");
    assert_names(list(w, "&thingTypeName=Pump&attributeName=site"), "p2 p4 p1");
    assert_names(list(w, "&thingTypeName=Valve" PREFIX("n2")), "");
    ASSERT_PAGES(w, "/things?maxResults=1&thingTypeName=Pump" EXACT("n1"), "p2", "p4");
    ASSERT_PAGES(w, "/things?maxResults=2&thingTypeName=Pump" PREFIX("n"), "p2 p4", "p1");
}

static void a_token_of_a_list_that_is_narrowed_otherwise_is_refused(void **state)
{
    static const char *const others[] = {
        "thingTypeName=Pump",
        "thingTypeName=Valve" EXACT("n1"),
        "thingTypeName=Pump&attributeName=site",
        "thingTypeName=Pump" EXACT("n2"),
        "thingTypeName=Pump" PREFIX("n1"),
        "attributeName=site",
    };
    struct world *w = *state;
    char path[1024];
    given_typed_things(w);
    const char *token =
        json_at(http(w, 200, "GET", "/things?maxResults=1&thingTypeName=Pump" EXACT("n1"), NULL)->body,
                "nextToken")
            ->valuestring;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        snprintf(path, sizeof path, "/things?%s&nextToken=%s", others[i], token);
        refused(w, INVALID, "GET", path, NULL, NEXT_PAGE_IS_INVALID);
    }
    snprintf(path, sizeof path, "/things?nextToken=%s", token);
    refused(w, INVALID, "GET", path, NULL, NEXT_PAGE_IS_INVALID);
}

/* ---- by an attribute and a type, which no index knows together ---- */

/* Things NAME-0, NAME-1, … of that type, written into the database. The type or the site may be NULL: none.
 */
static void given_many(struct world *w, const char *name, int n, const char *type, const char *site)
{
    struct db *db = world_db(w);
    struct attribute attribute = { STR_LIT("site"), str_from(site) };
    const struct attribute_rows attributes = { site != NULL, &attribute };
    assert_true(db_begin(db));
    for (int i = 0; i < n; i++) {
        char text[64];
        snprintf(text, sizeof text, "%s-%d", name, i);
        struct thing_row thing = {
            .name = str_from(text), .thing_id = STR_LIT("0"), .type = str_from(type), .version = 1
        };
        assert_true(store_thing_insert(db, &thing) &&
                    store_attributes_insert(db, ATTRIBUTES_OF_THING, thing.id, &attributes));
    }
    assert_true(db_keep(db) && db_commit(db));
}

static void given_ten_thousand_things_between_two_pumps(struct world *w)
{
    http(w, 200, "POST", "/thing-types/Pump", "{}");
    http(w, 200, "POST", "/thing-types/Valve", "{}");
    create(w, "first", TYPED("Pump", "\"site\":\"n\""));
    given_many(w, "n", 10000, NULL, "n");
    create(w, "last", TYPED("Pump", "\"site\":\"n\""));
    create(w, "valve", TYPED("Valve", "\"site\":\"n\""));
    create(w, "other", TYPED("Pump", "\"site\":\"n2\""));
}

static void things_of_a_small_type_are_found_among_any_number(void **state)
{
    struct world *w = *state;
    given_ten_thousand_things_between_two_pumps(w);
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Pump" EXACT("n"), "first last");
    ASSERT_PAGES(w, "/things?maxResults=2&thingTypeName=Pump" PREFIX("n"), "first last", "other");
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Valve" EXACT("n"), "valve");
}

static void a_search_in_a_large_type_breaks_off_and_goes_on_with_the_next_page(void **state)
{
    struct world *w = *state;
    given_ten_thousand_things_between_two_pumps(w);
    given_many(w, "p", 10000, "Pump", NULL);
    given_many(w, "v", 10000, "Valve", NULL);
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Pump" EXACT("n"), "first", "last");
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Pump" PREFIX("n"), "first", "last other");
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Pump" EXACT("m"), "");
    ASSERT_PAGES(w, "/things?maxResults=1&thingTypeName=Pump" EXACT("n"), "first", "last");
    ASSERT_PAGES(w, "/things?maxResults=10&thingTypeName=Valve" EXACT("n"), "", "valve");
}

static void a_list_goes_on_when_its_type_grows_large_between_two_pages(void **state)
{
    struct world *w = *state;
    const char *path = "/things?maxResults=1&thingTypeName=Pump" PREFIX("n");
    given_typed_things(w);
    struct answer *a = http(w, 200, "GET", path, NULL);
    assert_names(a, "p2");
    given_many(w, "p", 10000, "Pump", NULL);
    a = next_page(w, a, path);
    assert_names(a, "p4");
    assert_names(next_page(w, a, path), "p1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(things_can_be_found_by_their_attributes),
        TEST(where_values_differ_they_give_the_order),
        TEST(narrowed_lists_come_in_pages),
        TEST(what_comes_and_goes_between_pages_disturbs_no_other),
        TEST(an_updated_thing_is_found_by_its_new_attributes),
        TEST(the_longest_value_there_is_can_be_where_a_page_ends),
        TEST(things_can_be_found_by_their_type),
        TEST(all_that_narrows_a_list_counts_together),
        TEST(a_token_of_a_list_that_is_narrowed_otherwise_is_refused),
        TEST(things_of_a_small_type_are_found_among_any_number),
        TEST(a_search_in_a_large_type_breaks_off_and_goes_on_with_the_next_page),
        TEST(a_list_goes_on_when_its_type_grows_large_between_two_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
