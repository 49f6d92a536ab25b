/* SNAPSHOT jobs are for the members that their groups have at the start, however long the rollout takes
 * (decision 21). Ten lamps a minute are rolled out to: lamp-0 at noon, the next each six seconds. */
#include <stdio.h>
#include <string.h>

#include "support/groups.h"

#define TEN_A_MINUTE ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"
#define AT_ONE       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"

static void given_rollout_to(struct world *w, const char *targets, int lamps, const char *more)
{
    nobody_listens(w);
    given_members(w, "site", "lamp", lamps);
    given_job_for_with(w, "fw", "SNAPSHOT", targets, more);
}

static void given_rollout(struct world *w, int lamps)
{
    given_rollout_to(w, GROUP_TARGET("site"), lamps, TEN_A_MINUTE);
    assert_counts(w, "fw", "Queued 1");
}

/* It follows nobody, and keeps nothing of who came and went. */
static void assert_forgotten(struct world *w)
{
    assert_int_equal(rows_in(w, "job_mover"), 0);
    assert_int_equal(rows_in(w, "job_target WHERE followed = 1"), 0);
}

/* ---- joining ---- */

static void who_joins_after_the_start_gets_nothing(void **state)
{
    struct world *w = *state;
    given_rollout(w, 5);
    given_thing(w, "newest"); /* behind the lamps, and the pump before them */
    join(w, "site", "newest");
    given_thing(w, "below");
    join(w, "hall", "below");
    join(w, "site", "pump");
    advance(w, "PT10M");
    assert_executions(w, "fw", "newest", "");
    assert_executions(w, "fw", "below", "");
    assert_executions(w, "fw", "pump", "");
    assert_counts(w, "fw", "Queued 5");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    assert_forgotten(w);
}

static void who_joins_and_leaves_again_gets_nothing(void **state)
{
    struct world *w = *state;
    given_rollout(w, 3);
    given_thing(w, "newest");
    join(w, "site", "newest");
    leave(w, "site", "newest");
    advance(w, "PT10M");
    assert_executions(w, "fw", "newest", "");
    assert_counts(w, "fw", "Queued 3");
}

/* What is a target itself is none of those who join. */
static void a_thing_that_is_a_target_may_join_as_it_likes(void **state)
{
    struct world *w = *state;
    given_rollout_to(w, GROUP_TARGET("site") "," THING_TARGET("fan"), 3, TEN_A_MINUTE);
    join(w, "site", "fan");
    advance(w, "PT10M");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_counts(w, "fw", "Queued 4");
}

static void a_scheduled_job_takes_who_is_in_at_its_start(void **state)
{
    struct world *w = *state;
    given_rollout_to(w, GROUP_TARGET("site"), 3, TEN_A_MINUTE AT_ONE);
    join(w, "site", "pump");
    leave(w, "site", "lamp-1");
    assert_forgotten(w);
    advance(w, "PT1H");
    given_thing(w, "late");
    join(w, "site", "late");
    advance(w, "PT10M");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "lamp-1", "");
    assert_executions(w, "fw", "late", "");
    assert_counts(w, "fw", "Queued 3");
}

/* ---- leaving ---- */

static void who_leaves_before_its_turn_gets_its_execution(void **state)
{
    struct world *w = *state;
    given_rollout(w, 10);
    leave(w, "site", "lamp-8");
    leave(w, "site", "lamp-9");
    advance(w, "PT5.999S");
    assert_counts(w, "fw", "Queued 1");
    advance(w, "PT0.001S"); /* it is next, and keeps the pace */
    assert_counts(w, "fw", "Queued 2");
    assert_executions(w, "fw", "lamp-8", "QUEUED 1");
    assert_executions(w, "fw", "lamp-9", "");
    advance(w, "PT48S");
    assert_executions(w, "fw", "lamp-9", "QUEUED 1");
    assert_executions(w, "fw", "lamp-7", "QUEUED 1");
    assert_counts(w, "fw", "Queued 10");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    assert_forgotten(w);
}

static void who_leaves_and_joins_again_gets_one(void **state)
{
    struct world *w = *state;
    given_rollout(w, 5);
    leave(w, "site", "lamp-3");
    join(w, "site", "lamp-3");
    leave(w, "site", "lamp-4");
    advance(w, "PT12S");
    join(w, "site", "lamp-4");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-3", "QUEUED 1");
    assert_executions(w, "fw", "lamp-4", "QUEUED 1");
    assert_counts(w, "fw", "Queued 5");
}

/* From a target that is still to come to one that is done. */
static void who_moves_to_where_the_rollout_has_been_is_not_forgotten(void **state)
{
    struct world *w = *state;
    join(w, "zone", "pump");
    given_rollout_to(w, GROUP_TARGET("zone") "," GROUP_TARGET("site"), 5, TEN_A_MINUTE);
    advance(w, "PT6S");
    move(w, "lamp-4", "\"site\"", "\"zone\"");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-4", "QUEUED 1");
    assert_counts(w, "fw", "Queued 6");
}

static void who_moves_below_the_group_keeps_its_place(void **state)
{
    struct world *w = *state;
    given_rollout(w, 3);
    move(w, "lamp-2", "\"site\"", "\"hall\"");
    assert_int_equal(rows_in(w, "job_mover"), 0);
    advance(w, "PT6S");
    assert_executions(w, "fw", "lamp-1", "QUEUED 1");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-2", "QUEUED 1");
    assert_counts(w, "fw", "Queued 3");
}

/* It has had its turn, whatever has become of it. */
static void who_leaves_after_its_turn_keeps_what_it_has(void **state)
{
    struct world *w = *state;
    given_rollout(w, 5);
    advance(w, "PT6S");
    http(w, 200, "DELETE", "/things/lamp-1/jobs/fw/executionNumber/1", NULL);
    leave(w, "site", "lamp-0");
    leave(w, "site", "lamp-1");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-0", "QUEUED 1");
    assert_executions(w, "fw", "lamp-1", "");
    assert_counts(w, "fw", "Queued 4");
}

static void a_thing_that_leaves_and_is_deleted_gets_nothing(void **state)
{
    struct world *w = *state;
    given_rollout(w, 4);
    leave(w, "site", "lamp-3");
    http(w, 200, "DELETE", "/things/lamp-3", NULL);
    http(w, 200, "DELETE", "/things/lamp-2", NULL);
    given_thing(w, "lamp-2"); /* another of that name */
    join(w, "site", "lamp-2");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-2", "");
    assert_counts(w, "fw", "Queued 2");
}

static void another_thing_of_the_name_of_one_that_left_gets_nothing(void **state)
{
    struct world *w = *state;
    given_rollout(w, 4);
    leave(w, "site", "lamp-3");
    http(w, 200, "DELETE", "/things/lamp-3", NULL);
    given_thing(w, "lamp-3");
    join(w, "site", "lamp-3");
    advance(w, "PT10M");
    assert_executions(w, "fw", "lamp-3", "");
    assert_counts(w, "fw", "Queued 3");
}

static void more_may_leave_than_a_slice_can_hold(void **state)
{
    enum { LEAVING = 250 };
    struct world *w = *state;
    nobody_listens(w);
    given_members(w, "site", "lamp", 300);
    given_job_for(w, "fw", "SNAPSHOT", GROUP_TARGET("site")); /* a hundred each six seconds */
    for (int i = 0; i < LEAVING; i++) {
        char lamp[32];
        snprintf(lamp, sizeof lamp, "lamp-%d", 299 - i);
        leave(w, "site", lamp);
    }
    advance(w, "PT6S");
    assert_counts(w, "fw", "Queued 200");
    advance(w, "PT6S");
    assert_counts(w, "fw", "Queued 300");
    advance(w, "PT6S");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    assert_forgotten(w);
}

/* ---- what becomes of the job ---- */

static void a_rollout_completes_without_those_who_joined(void **state)
{
    struct world *w = *state;
    given_rollout(w, 2);
    given_thing(w, "newest");
    join(w, "site", "newest");
    leave(w, "site", "lamp-1");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_job_status(w, "fw", "IN_PROGRESS");
    advance(w, "PT6S");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    advance(w, "PT6S");
    assert_job_status(w, "fw", "COMPLETED");
    assert_counts(w, "fw", "Succeeded 2");
}

static void canceling_and_deleting_forget_who_came_and_went(void **state)
{
    struct world *w = *state;
    given_rollout(w, 5);
    join(w, "site", "pump");
    leave(w, "site", "lamp-4");
    assert_int_equal(rows_in(w, "job_mover"), 2);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_forgotten(w);
    leave(w, "site", "lamp-3");
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), TEN_A_MINUTE);
    leave(w, "site", "lamp-2");
    assert_int_equal(rows_in(w, "job_mover"), 1);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_forgotten(w);
    advance(w, "PT10M");
    assert_int_equal(rows_in(w, "execution"), 0);
}

static void behind_its_end_time_nobody_who_left_gets_anything(void **state)
{
    struct world *w = *state;
    given_rollout_to(w, GROUP_TARGET("site"), 400,
                     ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"
                     ",\"schedulingConfig\":{\"endTime\":\"2030-01-01 12:30\"}");
    advance(w, "PT29M59S");
    assert_counts(w, "fw", "Queued 300");
    leave(w, "site", "lamp-398");
    advance(w, "PT1S");
    leave(w, "site", "lamp-399");
    advance(w, "PT10M");
    assert_counts(w, "fw", "Queued 300");
    assert_int_equal(rows_in(w, "job_mover"), 0);
}

static void a_restart_knows_who_came_and_went(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_rollout(w, 5);
    given_thing(w, "newest");
    join(w, "site", "newest");
    leave(w, "site", "lamp-4");
    world_restart(w, "2030-01-01T12:00:03Z");
    leave(w, "site", "lamp-3");
    set_clock(w, "2030-01-01T12:10:00Z");
    assert_executions(w, "fw", "newest", "");
    assert_counts(w, "fw", "Queued 5");
    world_free(w);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_joins_after_the_start_gets_nothing),
        TEST(who_joins_and_leaves_again_gets_nothing),
        TEST(a_thing_that_is_a_target_may_join_as_it_likes),
        TEST(a_scheduled_job_takes_who_is_in_at_its_start),
        TEST(who_leaves_before_its_turn_gets_its_execution),
        TEST(who_leaves_and_joins_again_gets_one),
        TEST(who_moves_to_where_the_rollout_has_been_is_not_forgotten),
        TEST(who_moves_below_the_group_keeps_its_place),
        TEST(who_leaves_after_its_turn_keeps_what_it_has),
        TEST(a_thing_that_leaves_and_is_deleted_gets_nothing),
        TEST(another_thing_of_the_name_of_one_that_left_gets_nothing),
        TEST(more_may_leave_than_a_slice_can_hold),
        TEST(a_rollout_completes_without_those_who_joined),
        TEST(canceling_and_deleting_forget_who_came_and_went),
        TEST(behind_its_end_time_nobody_who_left_gets_anything),
        cmocka_unit_test(a_restart_knows_who_came_and_went),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
