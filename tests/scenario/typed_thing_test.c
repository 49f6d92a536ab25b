/* What types mean for things. */
#include <stdio.h>
#include <string.h>

#include "support/refusals.h"

#define ATTRIBUTES(values) "\"attributePayload\":{\"attributes\":{" values "}}"
#define OF(type)           "\"thingTypeName\":\"" type "\""
#define REMOVE             "\"removeThingType\":true"
#define FOUR               "\"a\":\"1\",\"b\":\"2\",\"c\":\"3\",\"d\":\"4\""
#define TOO_MANY_UNTYPED   "A thing without a type can have at most 3 attributes."
#define TOO_MANY           "A thing can have at most 50 attributes."
enum { MANY_BYTES = 2048 };

/* The types Pump and Valve, and Old that is deprecated. */
static int set_up(void **state)
{
    world_set_up(state);
    http(*state, 200, "POST", "/thing-types/Pump", "{}");
    http(*state, 200, "POST", "/thing-types/Valve", "{}");
    http(*state, 200, "POST", "/thing-types/Old", "{}");
    http(*state, 200, "POST", "/thing-types/Old/deprecate", "{}");
    return 0;
}

static void create(struct world *w, const char *body)
{
    http(w, 200, "POST", "/things/p", body);
}

static struct answer *update(struct world *w, const char *body)
{
    return http(w, 200, "PATCH", "/things/p", body);
}

static struct answer *describe(struct world *w)
{
    return http(w, 200, "GET", "/things/p", NULL);
}

/* {"thingTypeName":"Pump","attributePayload":…} with n attributes. */
static const char *many(char text[MANY_BYTES], int n)
{
    size_t used =
        (size_t)snprintf(text, MANY_BYTES, "{" OF("Pump") ",\"attributePayload\":{\"attributes\":{");
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, MANY_BYTES - used, "%s\"a%d\":\"v\"", i ? "," : "", i);
    snprintf(text + used, MANY_BYTES - used, "}}}");
    return text;
}

/* ---- create ---- */

static void a_thing_says_its_type_and_its_billing_group(void **state)
{
    struct world *w = *state;
    create(w, "{" OF("Pump") ",\"billingGroupName\":\"north\"}");
    struct answer *a = describe(w);
    assert_json_string(a->body, "thingTypeName", "Pump");
    assert_json_string(a->body, "billingGroupName", "north");
    a = http(w, 200, "GET", "/things", NULL);
    assert_json_string(a->body, "things.0.thingTypeName", "Pump");
}

static void the_same_thing_of_the_same_type_is_no_error(void **state)
{
    static const char message[] = "Thing p already exists in account with different attributes";
    static const struct refusal refusals[] = {
        { "{\"billingGroupName\":\"north\"}", ALREADY_EXISTS, message },
        { "{" OF("Valve") ",\"billingGroupName\":\"north\"}", ALREADY_EXISTS, message },
        { "{" OF("Pump") "}", ALREADY_EXISTS, message },
        { "{" OF("Pump") ",\"billingGroupName\":\"south\"}", ALREADY_EXISTS, message },
        { "{" OF("ghost") ",\"billingGroupName\":\"north\"}", NOT_FOUND,
          "Thing type ghost cannot be found." },
    };
    struct world *w = *state;
    create(w, "{" OF("Pump") ",\"billingGroupName\":\"north\"}");
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    uint64_t before = fingerprint(w);
    create(w, "{" OF("Pump") ",\"billingGroupName\":\"north\"}");
    assert_true(fingerprint(w) == before);
    ASSERT_ALL_REFUSED(w, "POST", "/things/p", refusals);
}

static void new_things_out_of_the_rules_are_refused(void **state)
{
    char too_many[MANY_BYTES], all[MANY_BYTES];
    const struct refusal refusals[] = {
        { "{" OF("ghost") "}", NOT_FOUND, "Thing type ghost cannot be found." },
        { "{" OF("Old") "}", INVALID, "Can not create new thing with depreated thing type:Old" },
        { "{" OF("a.b") "}", INVALID,
          "1 validation error detected: Value 'a.b' at 'thingTypeName' failed to …" },
        { "{" ATTRIBUTES(FOUR) "}", INVALID, TOO_MANY_UNTYPED },
        { many(too_many, 51), INVALID, TOO_MANY },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", "/things/p", refusals);
    create(w, many(all, 50));
    assert_int_equal(cJSON_GetArraySize(json_at(describe(w)->body, "attributes")), 50);
}

/* ---- update ---- */

static void a_thing_can_be_given_another_type_and_lose_it(void **state)
{
    struct world *w = *state;
    create(w, "{}");
    update(w, "{" OF("Pump") "," ATTRIBUTES(FOUR) "}");
    assert_json_string(describe(w)->body, "thingTypeName", "Pump");
    update(w, "{" OF("Valve") "}");
    assert_json_string(describe(w)->body, "thingTypeName", "Valve");
    update(w, "{\"removeThingType\":false," ATTRIBUTES("\"a\":\"1\"") "}");
    assert_json_string(describe(w)->body, "thingTypeName", "Valve");
    update(w, "{" REMOVE "}");
    assert_json_absent(describe(w)->body, "thingTypeName");
    assert_json_number(describe(w)->body, "version", 5);
    assert_json_absent(http(w, 200, "GET", "/things", NULL)->body, "things.0.thingTypeName");
}

static void updates_out_of_the_rules_are_refused(void **state)
{
    char too_many[MANY_BYTES];
    const struct refusal refusals[] = {
        { "{" OF("ghost") "}", NOT_FOUND, "Thing type ghost cannot be found." },
        { "{" OF("Old") "}", INVALID, "Can not update a thing to use deprecated thing type: Old" },
        { "{" OF("Pump") "," REMOVE "}", INVALID,
          "Provide either thingTypeName or removeThingType, not both." },
        { "{" REMOVE "}", INVALID, TOO_MANY_UNTYPED },
        { "{" REMOVE "," ATTRIBUTES(FOUR) "}", INVALID, TOO_MANY_UNTYPED },
        { many(too_many, 51), INVALID, TOO_MANY },
        { "{" OF("Valve") ",\"expectedVersion\":2}", WRONG_VERSION,
          "The version for thing p does not match the expected version." },
    };
    struct world *w = *state;
    create(w, "{" OF("Pump") "," ATTRIBUTES(FOUR) "}");
    ASSERT_ALL_REFUSED(w, "PATCH", "/things/p", refusals);
    update(w, "{" REMOVE "," ATTRIBUTES("\"a\":\"1\"") "}");
}

static void a_thing_keeps_a_type_that_is_deprecated(void **state)
{
    struct world *w = *state;
    create(w, "{" OF("Pump") "}");
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    update(w, "{" ATTRIBUTES(FOUR) "}");
    assert_json_string(describe(w)->body, "thingTypeName", "Pump");
    refused(w, INVALID, "PATCH", "/things/p", "{" OF("Pump") "}",
            "Can not update a thing to use deprecated thing type: Pump");
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{\"undoDeprecate\":true}");
    update(w, "{" OF("Pump") "}");
}

/* ---- the end ---- */

static void a_deleted_thing_gives_its_type_free(void **state)
{
    struct world *w = *state;
    create(w, "{" OF("Pump") "}");
    http(w, 200, "POST", "/thing-types/Pump/deprecate", "{}");
    advance(w, "PT5M");
    http(w, 400, "DELETE", "/thing-types/Pump", NULL);
    http(w, 200, "DELETE", "/things/p", NULL);
    http(w, 200, "DELETE", "/thing-types/Pump", NULL);
}

static void a_reset_forgets_types(void **state)
{
    struct world *w = *state;
    create(w, "{" OF("Pump") "}");
    reset(w);
    assert_int_equal(rows_in(w, "thing_type"), 0);
    assert_string_equal(http(w, 200, "GET", "/thing-types", NULL)->text, "{\"thingTypes\":[]}");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_thing_says_its_type_and_its_billing_group),
        TEST(the_same_thing_of_the_same_type_is_no_error),
        TEST(new_things_out_of_the_rules_are_refused),
        TEST(a_thing_can_be_given_another_type_and_lose_it),
        TEST(updates_out_of_the_rules_are_refused),
        TEST(a_thing_keeps_a_type_that_is_deprecated),
        TEST(a_deleted_thing_gives_its_type_free),
        TEST(a_reset_forgets_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
