/* DeleteThingGroup of groups with so many things that their memberships are worked off bit by bit. */
#include <stdio.h>

#include "store/registry/thing_group_store.h"
#include "support/groups.h"
#include "support/refusals.h"

enum { MANY = 1500 };

/*    site
 *   /    \        the first with 1,500 things, the second with three
 * hall  yard
 */
static struct world *given_large_group(void)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    given_group(w, "hall", "site");
    given_group(w, "yard", "site");
    given_members(w, "hall", "lamp", MANY);
    given_members(w, "yard", "door", 3);
    nobody_listens(w);
    return w;
}

/* As it is when the operation has been answered; the rest waits for an hour. */
static void delete_group(struct world *w, const char *group)
{
    char path[128];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    world_stop_after(w, 1);
    http(w, 200, "DELETE", path, NULL);
    assert_true(
        db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 /*scan*/", "i", ((int64_t)NOON_S + 3600) * 1000));
}

/* What is left of it goes on after each of the restarts that it takes. */
static void restart_until_done(struct world *w)
{
    restart_until_empty(w, "thing_group_ending", "2030-01-01T13:00:00Z");
    http(w, 200, "GET", "/things?maxResults=1", NULL);
    assert_int_equal(rows_in(w, "timer"), 0);
}

static void assert_things(struct world *w, const char *path, const char *expected)
{
    assert_json(http(w, 200, "GET", path, NULL)->body, "things", expected);
}

static void a_large_group_is_gone_at_once(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    delete_group(w, "hall");
    assert_int_equal(rows_in(w, "thing_group_ending"), 1);
    refused(w, NOT_FOUND, "GET", "/thing-groups/hall", NULL, "Thing group hall cannot be found.");
    refused(w, NOT_FOUND, "GET", "/thing-groups/hall/things", NULL, "Thing group hall cannot be found.");
    assert_json_items(http(w, 200, "GET", "/thing-groups?parentGroup=site", NULL)->body, "thingGroups",
                      "groupName", "yard");
    assert_things(w, "/thing-groups/site/things?recursive=true", "[\"door-0\",\"door-1\",\"door-2\"]");
    assert_json_items(http(w, 200, "GET", "/things/lamp-1400/thing-groups", NULL)->body, "thingGroups",
                      "groupName", "");
    refused(w, NOT_FOUND, "PUT", "/jobs/fw", "{\"targets\":[" GROUP_TARGET("hall") "],\"document\":\"{}\"}",
            "Thing group hall cannot be found.");
    http(w, 200, "PUT", "/jobs/fw", "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\"}");
    restart_until_done(w);
    assert_counts(w, "fw", "Queued 3");
    assert_int_equal(rows_in(w, "thing_group_member"), 2 * 3);
    world_free(w);
}

static void its_name_may_be_used_again_at_once(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    delete_group(w, "hall");
    given_group(w, "hall", "site");
    join(w, "hall", "lamp-1400");
    join(w, "hall", "lamp-1401");
    assert_things(w, "/thing-groups/hall/things", "[\"lamp-1400\",\"lamp-1401\"]");
    restart_until_done(w);
    assert_things(w, "/thing-groups/hall/things", "[\"lamp-1400\",\"lamp-1401\"]");
    assert_int_equal(rows_in(w, "thing_group_member"), 2 * 5);
    world_free(w);
}

static void its_things_are_free_for_other_places_in_its_hierarchy(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    world_settings(w)->thing_groups_per_thing_limit = 1;
    delete_group(w, "hall");
    join(w, "yard", "lamp-1400");
    refused(w, INVALID, "PUT", "/thing-groups/addThingToThingGroup",
            "{\"thingGroupName\":\"site\",\"thingName\":\"lamp-1400\"}",
            "Thing lamp-1400 cannot be added to thing group site: it is in another group of that hierarchy.");
    leave(w, "yard", "lamp-1400");
    join(w, "site", "lamp-1400");
    restart_until_done(w);
    assert_things(w, "/thing-groups/site/things", "[\"lamp-1400\"]");
    world_free(w);
}

static void the_group_above_can_be_deleted_meanwhile(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    delete_group(w, "hall");
    delete_group(w, "yard");
    delete_group(w, "site");
    given_group(w, "site", NULL);
    join(w, "site", "lamp-1499");
    restart_until_done(w);
    assert_int_equal(rows_in(w, "thing_group_member"), 1);
    world_free(w);
}

static void a_thing_of_it_can_be_deleted_meanwhile(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    http(w, 200, "PATCH", "/event-configurations",
         "{\"eventConfigurations\":{\"THING_GROUP_MEMBERSHIP\":{\"Enabled\":true}}}");
    delete_group(w, "hall");
    http(w, 200, "DELETE", "/things/lamp-1499", NULL);
    assert_silence(w);
    restart_until_done(w);
    assert_int_equal(rows_in(w, "thing_group_member"), 2 * 3);
    world_free(w);
}

static bool nothing_ends(struct op *op, const void *input)
{
    struct ending_group group;
    (void)input;
    assert_false(store_ending_group_get(op->db, &group));
    return true;
}

static void a_small_group_leaves_nothing(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    in_one_batch(w, "DELETE", "/thing-groups/yard", "", nothing_ends, NULL);
    assert_int_equal(rows_in(w, "thing_group_member"), 2 * MANY);
    world_free(w);
}

static void a_reset_leaves_nothing_of_it(void **state)
{
    struct world *w = given_large_group();
    (void)state;
    delete_group(w, "hall");
    reset(w);
    assert_int_equal(rows_in(w, "thing_group_ending"), 0);
    assert_int_equal(rows_in(w, "thing_group_member"), 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_group_is_gone_at_once),
        cmocka_unit_test(its_name_may_be_used_again_at_once),
        cmocka_unit_test(its_things_are_free_for_other_places_in_its_hierarchy),
        cmocka_unit_test(the_group_above_can_be_deleted_meanwhile),
        cmocka_unit_test(a_thing_of_it_can_be_deleted_meanwhile),
        cmocka_unit_test(a_small_group_leaves_nothing),
        cmocka_unit_test(a_reset_leaves_nothing_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
