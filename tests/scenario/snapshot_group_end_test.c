/* Groups that are deleted while a SNAPSHOT job rolls out to them: it is for those who were in them at its
 * start. Ten lamps a minute are rolled out to: lamp-0 at noon, the next each six seconds. */
#include <stdio.h>

#include "store/db.h"
#include "support/dynamic_groups.h"

#define TEN_A_MINUTE ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"

static void given_rollout(struct world *w, const char *targets, const char *more)
{
    nobody_listens(w);
    given_job_for_with(w, "fw", "SNAPSHOT", targets, more);
    assert_counts(w, "fw", "Queued 1");
}

static void given_lamps(struct world *w, int n)
{
    given_members(w, "hall", "lamp", n);
}

static void delete_group(struct world *w, const char *group)
{
    char path[128];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    http(w, 200, "DELETE", path, NULL);
}

/* The rollout is over, and nothing of it is left. */
static void assert_rolled_out(struct world *w, const char *counts)
{
    assert_counts(w, "fw", counts);
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    assert_int_equal(rows_in(w, "job_mover"), 0);
    assert_int_equal(rows_in(w, "job_ending_group"), 0);
    assert_int_equal(rows_in(w, "timer"), 0);
}

/* ---- who gets an execution ---- */

static void whose_turn_was_to_come_gets_one_at_the_pace_of_the_job(void **state)
{
    struct world *w = *state;
    given_lamps(w, 5);
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    delete_group(w, "hall");
    advance(w, "PT5.999S");
    assert_counts(w, "fw", "Queued 1");
    advance(w, "PT12.001S");
    assert_counts(w, "fw", "Queued 4");
    advance(w, "PT1M");
    assert_rolled_out(w, "Queued 5");
}

static void a_group_below_the_target_is_no_different(void **state)
{
    struct world *w = *state;
    given_lamps(w, 5);
    given_members(w, "yard", "door", 2);
    given_rollout(w, GROUP_TARGET("site"), TEN_A_MINUTE);
    delete_group(w, "hall");
    delete_group(w, "yard");
    delete_group(w, "site");
    advance(w, "PT2M");
    assert_executions(w, "fw", "lamp-4", "QUEUED 1");
    assert_rolled_out(w, "Queued 7");
}

static void whose_turn_has_been_gets_no_second_one(void **state)
{
    struct world *w = *state;
    given_lamps(w, 4);
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    advance(w, "PT6S");
    http(w, 200, "DELETE", "/things/lamp-0/jobs/fw/executionNumber/1", NULL);
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    delete_group(w, "hall");
    advance(w, "PT2M");
    assert_executions(w, "fw", "lamp-0", "");
    assert_executions(w, "fw", "lamp-1", "SUCCEEDED 1");
    assert_rolled_out(w, "Succeeded 1, Queued 2");
}

static void a_target_that_is_done_is_not_waited_for(void **state)
{
    struct world *w = *state;
    given_lamps(w, 1);
    given_members(w, "zone", "door", 2);
    given_rollout(w, GROUP_TARGET("hall") "," GROUP_TARGET("zone"), TEN_A_MINUTE);
    advance(w, "PT6S");
    http(w, 200, "DELETE", "/things/lamp-0/jobs/fw/executionNumber/1", NULL);
    delete_group(w, "hall");
    assert_int_equal(rows_in(w, "job_mover"), 0);
    advance(w, "PT1M");
    assert_rolled_out(w, "Queued 2");
}

static void who_is_in_another_target_as_well_gets_one(void **state)
{
    struct world *w = *state;
    given_lamps(w, 3);
    join(w, "zone", "lamp-2");
    given_rollout(w, GROUP_TARGET("hall") "," GROUP_TARGET("zone") "," THING_TARGET("lamp-1"), TEN_A_MINUTE);
    delete_group(w, "hall");
    leave(w, "zone", "lamp-2");
    advance(w, "PT2M");
    assert_executions(w, "fw", "lamp-2", "QUEUED 1");
    assert_rolled_out(w, "Queued 3");
}

static void who_joined_after_the_start_gets_nothing(void **state)
{
    struct world *w = *state;
    given_lamps(w, 2);
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    join(w, "hall", "pump");
    delete_group(w, "hall");
    advance(w, "PT1M");
    assert_executions(w, "fw", "pump", "");
    assert_rolled_out(w, "Queued 2");
}

static void a_thing_that_is_deleted_gets_nothing(void **state)
{
    struct world *w = *state;
    given_lamps(w, 3);
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    delete_group(w, "hall");
    http(w, 200, "DELETE", "/things/lamp-2", NULL);
    advance(w, "PT1M");
    assert_rolled_out(w, "Queued 2");
}

/* ---- another group of its name ---- */

static void another_group_of_its_name_is_no_target(void **state)
{
    struct world *w = *state;
    given_lamps(w, 4);
    given_rollout(w, GROUP_TARGET("zone") "," GROUP_TARGET("hall"), TEN_A_MINUTE);
    delete_group(w, "hall");
    given_group(w, "hall", NULL);
    join(w, "hall", "valve");
    join(w, "hall", "lamp-3"); /* who was in, is in */
    delete_group(w, "hall");
    given_group(w, "hall", "zone");
    join(w, "hall", "pump");
    advance(w, "PT2M");
    assert_executions(w, "fw", "valve", "");
    assert_executions(w, "fw", "pump", "");
    assert_executions(w, "fw", "lamp-3", "QUEUED 1");
    assert_rolled_out(w, "Queued 4");
}

static void a_dynamic_group_of_its_name_is_no_target(void **state)
{
    struct world *w = *state;
    given_attribute(w, "valve", "fw", "1");
    join(w, "hall", "pump");
    join(w, "hall", "fan");
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    delete_group(w, "hall");
    given_dynamic_group(w, "hall", "attributes.fw:1");
    given_attribute(w, "fan", "fw", "1");
    assert_members(w, "hall", "valve fan");
    advance(w, "PT2M");
    assert_executions(w, "fw", "valve", "");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_rolled_out(w, "Queued 2");
}

static void the_things_of_a_dynamic_group_get_theirs(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "fw", "1");
    given_attribute(w, "valve", "fw", "1");
    given_dynamic_group(w, "old", "attributes.fw:1");
    given_rollout(w, GROUP_TARGET("old"), TEN_A_MINUTE);
    delete_dynamic_group(w, "old");
    advance(w, "PT2M");
    assert_rolled_out(w, "Queued 2");
}

/* ---- what becomes of the job ---- */

static void the_job_is_not_complete_before_they_are_done(void **state)
{
    struct world *w = *state;
    given_lamps(w, 2);
    given_rollout(w, GROUP_TARGET("hall"), TEN_A_MINUTE);
    delete_group(w, "hall");
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    assert_job_status(w, "fw", "IN_PROGRESS");
    advance(w, "PT6S");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    advance(w, "PT6S");
    assert_job_status(w, "fw", "COMPLETED");
}

/* ---- groups whose memberships are worked off bit by bit ---- */

enum { MANY = 1500 };

/* The group is gone, and most of its memberships are not; they wait for one o'clock. */
static struct world *given_large_group_deleted(const char *more)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    given_group(w, "hall", "site");
    given_lamps(w, MANY);
    given_thing(w, "pump");
    nobody_listens(w);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), more);
    assert_counts(w, "fw", "Queued 100"); /* and as many each six seconds */
    world_stop_after(w, 1);
    delete_group(w, "hall");
    world_stop_after(w, 0);
    assert_true(db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 WHERE kind = 'GROUP_DELETION' /*scan*/",
                        "i", ((int64_t)NOON_S + 3600) * 1000));
    assert_int_equal(rows_in(w, "thing_group_ending"), 1);
    return w;
}

static void a_rollout_that_is_ahead_of_them_waits(void **state)
{
    struct world *w = given_large_group_deleted("");
    (void)state;
    advance(w, "PT50M");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "true");
    given_group(w, "hall", "site");
    join(w, "hall", "lamp-1499");
    join(w, "site", "pump");
    leave(w, "hall", "lamp-1499");
    world_restart(w, "2030-01-01T12:59:00Z");
    set_clock(w, "2030-01-01T13:05:00Z");
    assert_executions(w, "fw", "pump", "");
    assert_executions(w, "fw", "lamp-1499", "QUEUED 1");
    assert_rolled_out(w, "Queued 1500");
    world_free(w);
}

static void a_rollout_that_is_behind_them_finds_everybody(void **state)
{
    struct world *w = given_large_group_deleted("");
    (void)state;
    world_stop_after(w, 1);
    assert_true(db_exec(world_db(w), "UPDATE timer SET due_ms = ?1 WHERE kind = 'ROLLOUT' /*scan*/", "i",
                        ((int64_t)NOON_S + 7200) * 1000));
    restart_until_empty(w, "thing_group_ending", "2030-01-01T13:00:00Z");
    assert_counts(w, "fw", "Queued 100");
    assert_int_equal(rows_in(w, "job_mover"), MANY - 100);
    set_clock(w, "2030-01-01T14:10:00Z");
    assert_rolled_out(w, "Queued 1500");
    world_free(w);
}

/* So many that each thing is a slice by itself. */
static void each_of_very_many_jobs_finds_everybody(void **state)
{
    enum { JOBS = 120, THINGS = 130 };
    struct world *w = *state;
    nobody_listens(w);
    given_lamps(w, THINGS);
    char job[16];
    for (int i = 0; i < JOBS; i++) {
        snprintf(job, sizeof job, "fw-%d", i);
        given_job_for_with(w, job, "SNAPSHOT", GROUP_TARGET("hall"), TEN_A_MINUTE);
    }
    world_stop_after(w, 1);
    delete_group(w, "hall");
    assert_int_equal(rows_in(w, "job_ending_group"), JOBS);
    world_stop_after(w, 0);
    advance(w, "PT20M");
    assert_counts(w, "fw-0", "Queued 130");
    assert_int_equal(rows_in(w, "execution"), JOBS * THINGS);
    assert_int_equal(rows_in(w, "timer"), 0);
}

static void a_cancel_meanwhile_forgets_them(void **state)
{
    struct world *w = given_large_group_deleted("");
    (void)state;
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_int_equal(rows_in(w, "job_ending_group"), 0);
    set_clock(w, "2030-01-01T13:05:00Z");
    assert_rolled_out(w, "Canceled 100");
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    world_free(w);
}

static void an_end_time_meanwhile_forgets_them(void **state)
{
    struct world *w = given_large_group_deleted(",\"schedulingConfig\":{\"endTime\":\"2030-01-01 12:30\"}");
    (void)state;
    set_clock(w, "2030-01-01T13:05:00Z");
    assert_job_status(w, "fw", "IN_PROGRESS");
    assert_rolled_out(w, "Queued 100");
    world_free(w);
}

static void a_deletion_meanwhile_leaves_nothing_to_the_next_job_of_its_name(void **state)
{
    struct world *w = given_large_group_deleted("");
    (void)state;
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site") "," THING_TARGET("pump"), TEN_A_MINUTE);
    set_clock(w, "2030-01-01T13:05:00Z");
    assert_rolled_out(w, "Queued 1");
    world_free(w);
}

int main(void)
{
#define TEST(name)         cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
#define TEST_INDEXED(name) cmocka_unit_test_setup_teardown(name, dynamic_groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(whose_turn_was_to_come_gets_one_at_the_pace_of_the_job),
        TEST(a_group_below_the_target_is_no_different),
        TEST(whose_turn_has_been_gets_no_second_one),
        TEST(a_target_that_is_done_is_not_waited_for),
        TEST(who_is_in_another_target_as_well_gets_one),
        TEST(who_joined_after_the_start_gets_nothing),
        TEST(a_thing_that_is_deleted_gets_nothing),
        TEST(another_group_of_its_name_is_no_target),
        TEST_INDEXED(a_dynamic_group_of_its_name_is_no_target),
        TEST_INDEXED(the_things_of_a_dynamic_group_get_theirs),
        TEST(the_job_is_not_complete_before_they_are_done),
        cmocka_unit_test(a_rollout_that_is_ahead_of_them_waits),
        cmocka_unit_test(a_rollout_that_is_behind_them_finds_everybody),
        TEST(each_of_very_many_jobs_finds_everybody),
        cmocka_unit_test(a_cancel_meanwhile_forgets_them),
        cmocka_unit_test(an_end_time_meanwhile_forgets_them),
        cmocka_unit_test(a_deletion_meanwhile_leaves_nothing_to_the_next_job_of_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
