/* rules/fleet/dynamic_group: how a thing that may be in so many groups is told which. */
#include <string.h>

#include "support/cmocka_all.h"

#include "rules/fleet/dynamic_group.h"

enum { GROUPS_MAX = 16 };

/*
 * One letter a group, oldest first:  m  in it, and its query matches     M  in it, not asked
 *                                    j  not in it, and it matches        .  not in it, not asked
 *                                    l  in it, and it does not match     -  not in it, and it does not match
 * The answer: + in it, ! not in it for want of room, . not in it.
 */
static void assert_decided(const char *groups, int64_t statics, int64_t most, const char *expected)
{
    struct dynamic_choice choices[GROUPS_MAX] = { 0 };
    char found[GROUPS_MAX + 1] = "";
    size_t n = strlen(groups);
    for (size_t i = 0; i < n; i++) {
        choices[i].was_member = strchr("mMl", groups[i]) != NULL;
        choices[i].answer = strchr("mj", groups[i])   ? DYNAMIC_MATCHES
                            : strchr("l-", groups[i]) ? DYNAMIC_DIFFERS
                                                      : DYNAMIC_NOT_ASKED;
    }
    dynamic_group_decide(choices, n, statics, most);
    for (size_t i = 0; i < n; i++)
        found[i] = choices[i].is_member ? '+' : choices[i].crowded_out ? '!' : '.';
    assert_string_equal(found, expected);
}

static void where_there_is_room_the_queries_decide(void **state)
{
    (void)state;
    assert_decided("", 3, 10, "");
    assert_decided("jml-M.", 0, 10, "++..+.");
}

static void at_the_limit_nobody_joins_without_a_newer_group_to_leave(void **state)
{
    (void)state;
    assert_decided("j", 3, 3, "!");
    assert_decided("Mj", 2, 3, "+!");
    assert_decided("mMjj", 1, 3, "++!!");
}

static void an_older_group_takes_the_place_of_the_newest(void **state)
{
    (void)state;
    assert_decided("jM", 2, 3, "+!");
    assert_decided("jMM", 1, 3, "++!");
    assert_decided("MjM", 1, 3, "++!");
    assert_decided("jjMMM", 0, 3, "+++!!");
}

static void one_that_has_just_been_joined_can_be_the_newest(void **state)
{
    (void)state;
    assert_decided("jjj", 0, 2, "++!");
    assert_decided("jjM", 1, 2, "+!!");
}

static void what_is_left_makes_room_first(void **state)
{
    (void)state;
    assert_decided("lj", 2, 3, ".+");
    assert_decided("jl", 2, 3, "+.");
    assert_decided("Mlj", 1, 3, "+.+");
}

static void nobody_leaves_because_the_limit_is_lower_now(void **state)
{
    (void)state;
    assert_decided("mMM", 3, 2, "+++");
    assert_decided("jMM", 3, 2, "++!");
}

/* ---- which queries are asked after an update ---- */

static bool may_ask(const char *query, const char *changed)
{
    struct str name = str_from(changed);
    const struct thing_changes changes = { 1, &name };
    return dynamic_group_may_ask(str_from(query), &changes);
}

static void a_query_that_does_not_name_what_has_changed_is_not_asked(void **state)
{
    (void)state;
    assert_false(may_ask("attributes.color:red", "battery"));
    assert_false(may_ask("thingTypeName:Pump", "color"));
    assert_false(may_ask("*", "color"));
    assert_true(may_ask("thingName:p* NOT attributes.color:red", "color"));
    assert_true(may_ask("attributes.color>5", "color"));
    assert_true(may_ask("registry.thingTypeName:(Pump OR Fan)", "thingTypeName"));
    assert_true(may_ask("attributes.a\\/b:1", "a/b"));
    const struct thing_changes none = { 0 };
    assert_false(dynamic_group_may_ask(STR_LIT("attributes.color:red"), &none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_there_is_room_the_queries_decide),
        cmocka_unit_test(at_the_limit_nobody_joins_without_a_newer_group_to_leave),
        cmocka_unit_test(an_older_group_takes_the_place_of_the_newest),
        cmocka_unit_test(one_that_has_just_been_joined_can_be_the_newest),
        cmocka_unit_test(what_is_left_makes_room_first),
        cmocka_unit_test(nobody_leaves_because_the_limit_is_lower_now),
        cmocka_unit_test(a_query_that_does_not_name_what_has_changed_is_not_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
