/* GET /_iotjobs/explain, of what has changed in the middle: groups and things that are gone, jobs that end
 * behind what had ended before. */
#include <stdio.h>

#include "http/own_operation.h"
#include "store/jobs/turn_store.h"
#include "support/groups.h"
#include "support/retries.h"
#include "support/windows.h"

#define TEN_A_MINUTE ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"

static struct answer *assert_reason(struct world *w, const char *thing, const char *job, const char *reason)
{
    char query[128];
    snprintf(query, sizeof query, "thing=%s&job=%s", thing, job);
    struct answer *a = own(w, 200, &own_explain, query, "");
    assert_json_string(a->body, "reason", reason);
    return a;
}

static void the_things_of_a_group_that_is_deleted_in_the_middle_wait_for_their_turn(void **state)
{
    struct world *w = *state;
    nobody_listens(w);
    given_members(w, "hall", "lamp", 5);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("hall"), TEN_A_MINUTE);
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    struct answer *a = assert_reason(w, "lamp-2", "fw", "WAITS_FOR_TURN");
    assert_json_number(a->body, "thingsAhead", 1);
    a = own(w, 200, &own_explain, "thing=lamp-4", "");
    assert_json_items(a->body, "jobs", "reason", "WAITS_FOR_TURN");
}

static void who_joined_such_a_group_late_does_not(void **state)
{
    struct world *w = *state;
    nobody_listens(w);
    given_members(w, "hall", "lamp", 5);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("hall"), TEN_A_MINUTE);
    join(w, "hall", "pump");
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_reason(w, "pump", "fw", "NOT_A_TARGET");
}

static void who_has_left_a_rollout_comes_first(void **state)
{
    struct world *w = *state;
    given_members(w, "hall", "lamp", 5);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("hall"), TEN_A_MINUTE);
    leave(w, "hall", "lamp-4");
    struct answer *a = assert_reason(w, "lamp-4", "fw", "WAITS_FOR_TURN");
    assert_json_number(a->body, "thingsAhead", 0);
    a = own(w, 200, &own_explain, "thing=lamp-4", "");
    assert_json_items(a->body, "jobs", "jobId", "fw");
}

static void no_more_things_are_looked_at_than_may_be(void **state)
{
    struct world *w = *state;
    struct progress_row from_the_beginning = { 0 };
    struct turn_ahead ahead;
    int64_t looks = 25;
    given_members(w, "hall", "lamp", 30);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("hall"),
                       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    assert_true(
        store_turn_of(world_db(w), STR_LIT("fw"), &from_the_beginning, STR_LIT("lamp-10"), &looks, &ahead));
    assert_false(ahead.at_least);
    assert_int_equal(ahead.things, 10);
    assert_int_equal(looks, 15);
    assert_true(
        store_turn_of(world_db(w), STR_LIT("fw"), &from_the_beginning, STR_LIT("lamp-29"), &looks, &ahead));
    assert_true(ahead.at_least);
    assert_int_equal(ahead.things, 15);
    assert_int_equal(looks, 0);
}

static void what_was_deleted_is_not_waited_for_until_the_next_window(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "fw", "CONTINUOUS", THING_TARGET("pump"),
                       ",\"schedulingConfig\":{\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 60) "]}");
    http(w, 200, "DELETE", "/things/pump/jobs/fw/executionNumber/1", NULL);
    assert_reason(w, "pump", "fw", "DELETED");
    advance(w, "PT2H");
    assert_reason(w, "pump", "fw", "DELETED");
}

static void what_was_canceled_by_itself_stays_so_when_its_job_is_canceled_or_over(void **state)
{
    struct world *w = *state;
    given_job_for(w, "fw", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"));
    given_job_for_with(w, "timed", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"),
                       ",\"schedulingConfig\":{\"endTime\":\"2030-01-01 13:00\",\"endBehavior\":\"CANCEL\"}");
    http(w, 200, "PUT", "/things/pump/jobs/fw/cancel", "{}");
    http(w, 200, "PUT", "/things/pump/jobs/timed/cancel", "{}");
    advance(w, "PT1S");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_reason(w, "pump", "fw", "CANCELED");
    assert_reason(w, "valve", "fw", "JOB_CANCELED");
    advance(w, "PT61M");
    assert_reason(w, "pump", "timed", "CANCELED");
    assert_reason(w, "valve", "timed", "JOB_OVER");
}

static void a_thing_that_was_deleted_and_made_again_is_not_promised_anything(void **state)
{
    struct world *w = *state;
    given_job_for(w, "fw", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"));
    http(w, 200, "DELETE", "/things/pump", NULL);
    given_thing(w, "pump");
    struct answer *a = assert_reason(w, "pump", "fw", "LEFT_TARGETS");
    assert_json_string(a->body, "text",
                       "Execution 1 of job fw was removed at 2030-01-01T12:00:00.000Z: pump left the job's "
                       "targets, or was deleted. It gets another one only if the job is CONTINUOUS and it "
                       "joins its targets anew.");
}

static void a_place_in_the_pending_list_is_counted_within_its_namespace(void **state)
{
    struct world *w = *state;
    given_job_with(w, "foreign", "pump", ",\"namespaceId\":\"greengrass\"");
    given_job(w, "first", "pump");
    given_job(w, "second", "pump");
    assert_json_number(assert_reason(w, "pump", "foreign", "NEXT")->body, "pendingPosition", 1);
    struct answer *a = assert_reason(w, "pump", "second", "BEHIND_ANOTHER");
    assert_json_number(a->body, "pendingPosition", 2);
    assert_json_string(a->body, "behindJobId", "first");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_things_of_a_group_that_is_deleted_in_the_middle_wait_for_their_turn),
        TEST(who_joined_such_a_group_late_does_not),
        TEST(who_has_left_a_rollout_comes_first),
        TEST(no_more_things_are_looked_at_than_may_be),
        TEST(what_was_deleted_is_not_waited_for_until_the_next_window),
        TEST(what_was_canceled_by_itself_stays_so_when_its_job_is_canceled_or_over),
        TEST(a_thing_that_was_deleted_and_made_again_is_not_promised_anything),
        TEST(a_place_in_the_pending_list_is_counted_within_its_namespace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
