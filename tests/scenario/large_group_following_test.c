/* Static groups that go bit by bit, the dynamic groups that ask for them, the CONTINUOUS jobs that follow,
 * and the events of it all: each thing leaves once, whatever else happens to it meanwhile. */
#include <stdio.h>

#include "store/db.h"
#include "support/dynamic_groups.h"

enum { LAMPS = 400 }; /* so many that it takes several slices */

#define REMOVED_EXECUTION "$aws/events/jobExecution/fw/removed"

/* lamp-0, lamp-1, … in the group `big`; `mirror` has whatever is in `big`; `fw` is for `targets`. */
static struct world *given_followed_group(const char *targets)
{
    struct world *w = world_new_durable(NOON);
    unpaced(w);
    given_group(w, "big", NULL);
    given_group(w, "small", NULL);
    given_members(w, "big", "lamp", LAMPS);
    configure(w, THINGS(REGISTRY));
    advance(w, "PT1S");
    given_dynamic_group(w, "mirror", "thingGroupNames:big");
    advance(w, "PT1S");
    assert_group_status(w, "mirror", "ACTIVE");
    given_job_for(w, "fw", "CONTINUOUS", targets);
    advance(w, "PT1S");
    assert_counts(w, "fw", "Queued 400");
    http(w, 200, "PATCH", "/event-configurations",
         "{\"eventConfigurations\":{\"THING_GROUP_MEMBERSHIP\":{\"Enabled\":true},"
         "\"JOB_EXECUTION\":{\"Enabled\":true}}}");
    forget_notifications(w);
    return w;
}

/* As it is when the operation has been answered; the rest waits for an hour. */
static void delete_big(struct world *w)
{
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/big", NULL);
    assert_true(
        db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 /*scan*/", "i", ((int64_t)NOON_S + 3600) * 1000));
    assert_int_equal(rows_in(w, "thing_group_ending"), 1);
}

/* How often the lamp was told to have left the dynamic group. */
static int times_it_left(struct world *w, int lamp)
{
    char topic[128];
    snprintf(topic, sizeof topic, "$aws/events/thingGroupMembership/thingGroup/mirror/thing/lamp-%d/removed",
             lamp);
    return heard_on(w, topic);
}

/* What is left goes on after each of the restarts that it takes, and is heard. */
static void restart_until_done(struct world *w)
{
    int restarts = 0;
    for (; rows_in(w, "timer") > 0 && restarts < LAMPS; restarts++) {
        world_restart(w, "2030-01-01T13:00:00Z");
        http(w, 200, "GET", "/things?maxResults=1", NULL);
    }
    assert_true(restarts > 0);
    world_stop_after(w, 0);
}

static void each_thing_leaves_the_groups_that_ask_for_it_once(void **state)
{
    struct world *w = given_followed_group(GROUP_TARGET("mirror"));
    (void)state;
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    delete_big(w);
    /* meanwhile, behind the place where it is */
    given_attribute(w, "lamp-399", "color", "red");
    join(w, "small", "lamp-398");
    assert_groups_of(w, "lamp-398", "small");
    http(w, 200, "DELETE", "/things/lamp-397", NULL);
    assert_executions(w, "fw", "lamp-396", "QUEUED 1");
    restart_until_done(w);
    assert_members(w, "mirror", "");
    assert_counts(w, "fw", "InProgress 1, Removed 399");
    for (int lamp = 0; lamp < LAMPS; lamp++)
        assert_int_equal(times_it_left(w, lamp), 1);
    assert_int_equal(heard_on(w, REMOVED_EXECUTION), LAMPS - 1);
    world_free(w);
}

static void a_job_for_both_groups_lets_go_of_each_thing_once(void **state)
{
    struct world *w = given_followed_group(GROUP_TARGET("big") "," GROUP_TARGET("mirror"));
    (void)state;
    delete_big(w);
    restart_until_done(w);
    assert_counts(w, "fw", "Removed 400");
    assert_int_equal(heard_on(w, REMOVED_EXECUTION), LAMPS);
    assert_executions(w, "fw", "lamp-7", "REMOVED 1");
    world_free(w);
}

static void who_is_added_to_a_new_group_of_that_name_has_never_left(void **state)
{
    struct world *w = given_followed_group(GROUP_TARGET("mirror"));
    (void)state;
    delete_big(w);
    given_group(w, "big", NULL);
    join(w, "big", "lamp-399");
    join(w, "big", "lamp-0"); /* which had left already */
    restart_until_done(w);
    assert_members(w, "mirror", "lamp-0 lamp-399");
    assert_groups_of(w, "lamp-399", "mirror big");
    assert_int_equal(times_it_left(w, 399), 0);
    assert_executions(w, "fw", "lamp-399", "QUEUED 1");
    assert_executions(w, "fw", "lamp-0", "QUEUED 2, REMOVED 1");
    assert_counts(w, "fw", "Queued 2, Removed 399");
    assert_int_equal(heard_on(w, REMOVED_EXECUTION), LAMPS - 1);
    world_free(w);
}

static void a_dynamic_group_that_is_built_meanwhile_does_not_see_what_is_gone(void **state)
{
    struct world *w = given_followed_group(GROUP_TARGET("mirror"));
    (void)state;
    delete_big(w);
    given_dynamic_group(w, "second", "thingGroupNames:big OR thingName:lamp-50");
    given_job_for(w, "more", "CONTINUOUS", GROUP_TARGET("second"));
    restart_until_done(w);
    assert_members(w, "mirror", "");
    assert_members(w, "second", "lamp-50");
    assert_counts(w, "fw", "Removed 400");
    assert_executions(w, "more", "lamp-50", "QUEUED 1");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_thing_leaves_the_groups_that_ask_for_it_once),
        cmocka_unit_test(a_job_for_both_groups_lets_go_of_each_thing_once),
        cmocka_unit_test(who_is_added_to_a_new_group_of_that_name_has_never_left),
        cmocka_unit_test(a_dynamic_group_that_is_built_meanwhile_does_not_see_what_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
