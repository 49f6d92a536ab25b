/* A window closes over so many things that telling them takes a while; what ends meanwhile is told all the
 * same. */
#include "support/groups.h"
#include "support/windows.h"

#define LAST "$aws/things/lamp-29999/jobs/notify"

enum { THINGS = 30000 }; /* more than the engine tells in one batch, however fast it is */

/* The window has closed, and the first of them know. The last one is hidden, and listens. */
static int set_up(void **state)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    unpaced(w);
    given_members(w, "site", "lamp", THINGS);
    nobody_listens(w);
    subscribe(w, "$aws/things/lamp-29999/jobs/#", SESSION_PERSISTENT);
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 60) "]}");
    assert_int_equal(heard_on(w, LAST), 1);
    forget_notifications(w);
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T13:00:00Z");
    assert_int_equal(heard_on(w, LAST), 0);
    world_stop_after(w, 0);
    *state = w;
    return 0;
}

static void who_is_left_alone_is_told_in_the_end(void **state)
{
    struct world *w = *state;
    http(w, 200, "GET", "/jobs/fw", NULL);
    assert_int_equal(heard_on(w, LAST), 1);
}

static void a_cancel_meanwhile_is_told(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_true(heard_on(w, LAST) > 0);
}

static void a_deletion_meanwhile_is_told(void **state)
{
    struct world *w = *state;
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_true(heard_on(w, LAST) > 0);
}

static void whoever_leaves_meanwhile_is_told(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/thing-groups/removeThingFromThingGroup",
         "{\"thingName\":\"lamp-29999\",\"thingGroupName\":\"site\"}");
    assert_true(heard_on(w, LAST) > 0);
}

#define WHILE_TELLING(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WHILE_TELLING(who_is_left_alone_is_told_in_the_end),
        WHILE_TELLING(a_cancel_meanwhile_is_told),
        WHILE_TELLING(a_deletion_meanwhile_is_told),
        WHILE_TELLING(whoever_leaves_meanwhile_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
