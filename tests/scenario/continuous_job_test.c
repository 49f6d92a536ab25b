/* CONTINUOUS jobs follow who joins their groups and who leaves them (control plane 2.4). */
#include <stdio.h>

#include "support/groups.h"
#include "support/retries.h"

#define EXECUTION(thing, job) "/things/" thing "/jobs/" job

static void continuous(struct world *w, const char *targets)
{
    given_job_for(w, "fw", "CONTINUOUS", targets);
}

static void assert_version(struct world *w, const char *thing, int version)
{
    char path[128];
    snprintf(path, sizeof path, "/things/%s/jobs/fw", thing);
    assert_json_number(http(w, 200, "GET", path, NULL)->body, "execution.versionNumber", version);
}

/* ---- joining ---- */

static void who_joins_gets_the_job_at_once(void **state)
{
    struct world *w = *state;
    join(w, "site", "fan");
    continuous(w, GROUP_TARGET("site"));
    assert_executions(w, "fw", "fan", "QUEUED 1");
    join(w, "site", "pump");
    join(w, "hall", "valve");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_version(w, "pump", 1);
    assert_counts(w, "fw", "Queued 3");
}

static void each_of_several_jobs_takes_who_joins(void **state)
{
    struct world *w = *state;
    continuous(w, GROUP_TARGET("site"));
    given_job_for(w, "cfg", "CONTINUOUS", GROUP_TARGET("hall") "," GROUP_TARGET("site"));
    given_job_for(w, "other", "CONTINUOUS", GROUP_TARGET("zone"));
    join(w, "hall", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "cfg", "pump", "QUEUED 1");
    assert_executions(w, "other", "pump", "");
}

static void being_added_to_the_group_again_is_no_joining(void **state)
{
    struct world *w = *state;
    continuous(w, GROUP_TARGET("site"));
    join(w, "site", "pump");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
}

static void two_groups_in_one_request_are_one_joining(void **state)
{
    struct world *w = *state;
    continuous(w, GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    move(w, "pump", "", "\"zone\",\"hall\"");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_counts(w, "fw", "Queued 1");
}

static void nobody_joins_a_job_that_is_not_in_progress(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "later", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    continuous(w, GROUP_TARGET("site"));
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    join(w, "site", "pump");
    assert_executions(w, "later", "pump", "");
    assert_executions(w, "fw", "pump", "");
    advance(w, "PT1H");
    assert_executions(w, "later", "pump", "QUEUED 1");
    join(w, "site", "valve");
    assert_executions(w, "later", "valve", "QUEUED 1");
}

static void who_joins_during_the_rollout_is_reached_once(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", 5000);
    nobody_listens(w);
    world_stop_after(w, 1);
    continuous(w, GROUP_TARGET("site"));
    join(w, "hall", "pump"); /* an older thing than those whose turn it is */
    given_thing(w, "newest");
    join(w, "hall", "newest");
    world_stop_after(w, 0);
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "newest", "QUEUED 1");
    assert_counts(w, "fw", "Queued 5002");
}

/* ---- leaving ---- */

static void what_is_queued_is_removed_from_who_leaves_and_keeps_its_version(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    continuous(w, GROUP_TARGET("site"));
    advance(w, "PT5S");
    leave(w, "hall", "pump");
    const cJSON *execution = http(w, 200, "GET", EXECUTION("pump", "fw"), NULL)->body;
    assert_json_string(execution, "execution.status", "REMOVED");
    assert_json_number(execution, "execution.versionNumber", 1);
    assert_json_number(execution, "execution.lastUpdatedAt", NOON_S + 5);
    assert_counts(w, "fw", "Removed 1");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void what_has_started_may_be_finished_by_who_left(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    join(w, "site", "valve");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    device_reports(w, "fw", "valve", "FAILED");
    leave(w, "site", "pump");
    leave(w, "site", "valve");
    assert_executions(w, "fw", "pump", "IN_PROGRESS 1");
    assert_version(w, "pump", 2);
    device_reports(w, "fw", "pump", "SUCCEEDED");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
    assert_executions(w, "fw", "valve", "FAILED 1");
}

static void who_leaves_a_canceled_or_a_snapshot_job_keeps_what_it_has(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site"));
    given_job_for(w, "once", "SNAPSHOT", GROUP_TARGET("site"));
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    leave(w, "site", "pump");
    assert_executions(w, "fw", "pump", "CANCELED 1");
    assert_executions(w, "once", "pump", "QUEUED 1");
}

/* ---- leaving and joining again ---- */

static void who_was_removed_gets_the_next_execution_when_it_is_back(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site"));
    for (int i = 0; i < 2; i++) {
        leave(w, "site", "pump");
        join(w, "site", "pump");
    }
    assert_executions(w, "fw", "pump", "QUEUED 3, REMOVED 2, REMOVED 1");
    assert_version(w, "pump", 1);
    assert_counts(w, "fw", "Queued 1, Removed 2");
}

static void who_is_back_with_the_job_in_progress_gets_nothing_new(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    leave(w, "site", "pump");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "IN_PROGRESS 1");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    advance(w, "P1D");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
    leave(w, "site", "pump");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 2, SUCCEEDED 1");
}

static void who_finished_outside_gets_the_job_again_when_it_is_back(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    leave(w, "site", "pump");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 2, SUCCEEDED 1");
    assert_version(w, "pump", 1);
    assert_counts(w, "fw", "Succeeded 1, Queued 1");
}

/* ---- several targets ---- */

static void who_is_still_reached_through_another_group_has_not_left(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    join(w, "zone", "pump");
    continuous(w, GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    leave(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    leave(w, "zone", "pump");
    assert_executions(w, "fw", "pump", "REMOVED 1");
}

static void who_is_a_target_itself_never_leaves(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site") "," THING_TARGET("pump"));
    leave(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
}

static void who_joins_a_second_group_gets_the_job_again_only_if_it_has_finished(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    join(w, "site", "valve");
    join(w, "site", "fan");
    continuous(w, GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    device_reports(w, "fw", "pump", "SUCCEEDED");
    device_reports(w, "fw", "valve", "IN_PROGRESS");
    join(w, "zone", "pump");
    join(w, "zone", "valve");
    join(w, "zone", "fan");
    assert_executions(w, "fw", "pump", "QUEUED 2, SUCCEEDED 1");
    assert_executions(w, "fw", "valve", "IN_PROGRESS 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
}

/* ---- moving ---- */

static void who_moves_below_a_target_neither_leaves_nor_joins(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    join(w, "hall", "valve");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "valve", "SUCCEEDED");
    move(w, "pump", "\"hall\"", "\"yard\"");
    move(w, "valve", "\"hall\"", "\"site\"");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "SUCCEEDED 1");
}

static void who_moves_from_one_target_to_another_joins_that(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    join(w, "hall", "valve");
    continuous(w, GROUP_TARGET("hall") "," GROUP_TARGET("yard"));
    device_reports(w, "fw", "valve", "SUCCEEDED");
    move(w, "pump", "\"hall\"", "\"yard\"");
    move(w, "valve", "\"hall\"", "\"yard\"");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "QUEUED 2, SUCCEEDED 1");
}

static void who_moves_from_one_job_to_another_leaves_the_one_and_joins_the_other(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    given_job_for(w, "b", "CONTINUOUS", GROUP_TARGET("yard"));
    given_job_for(w, "a", "CONTINUOUS", GROUP_TARGET("hall"));
    given_job_for(w, "c", "CONTINUOUS", GROUP_TARGET("site"));
    move(w, "pump", "\"hall\"", "\"yard\"");
    assert_executions(w, "a", "pump", "REMOVED 1");
    assert_executions(w, "b", "pump", "QUEUED 1");
    assert_executions(w, "c", "pump", "QUEUED 1");
}

static void a_move_that_is_refused_changes_no_job(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    continuous(w, GROUP_TARGET("site"));
    refused(w, 404, "ResourceNotFoundException", "PUT", "/thing-groups/updateThingGroupsForThing",
            "{\"thingName\":\"pump\",\"thingGroupsToRemove\":[\"hall\"],\"thingGroupsToAdd\":[\"ghost\"]}",
            "Thing group ghost cannot be found.");
    assert_executions(w, "fw", "pump", "QUEUED 1");
}

/* ---- what is deleted ---- */

static void a_thing_that_is_deleted_leaves_nothing_open(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    join(w, "site", "valve");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "valve", "IN_PROGRESS");
    http(w, 200, "DELETE", "/things/pump", NULL);
    http(w, 200, "DELETE", "/things/valve", NULL);
    assert_counts(w, "fw", "Removed 2");
    given_thing(w, "pump");
    assert_executions(w, "fw", "pump", "REMOVED 1");
    join(w, "hall", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 2, REMOVED 1");
}

static void everybody_leaves_a_group_that_is_deleted(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    join(w, "hall", "valve");
    join(w, "yard", "fan");
    continuous(w, GROUP_TARGET("site"));
    given_job_for(w, "own", "CONTINUOUS", GROUP_TARGET("hall") "," THING_TARGET("pump"));
    device_reports(w, "fw", "valve", "IN_PROGRESS");
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_executions(w, "fw", "pump", "REMOVED 1");
    assert_executions(w, "fw", "valve", "IN_PROGRESS 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_executions(w, "own", "pump", "QUEUED 1");
    assert_executions(w, "own", "valve", "REMOVED 1");
}

static void an_empty_group_that_is_deleted_makes_no_work(void **state)
{
    struct world *w = *state;
    join(w, "yard", "pump");
    continuous(w, GROUP_TARGET("site"));
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_int_equal(rows_in(w, "job_progress"), 0);
    assert_executions(w, "fw", "pump", "QUEUED 1");
}

static void a_large_group_that_is_deleted_is_worked_off_bit_by_bit(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_group(w, "hall", "site");
    given_group(w, "yard", "site");
    unpaced(w);
    given_members(w, "hall", "lamp", 1500);
    given_members(w, "yard", "door", 150);
    nobody_listens(w);
    continuous(w, GROUP_TARGET("site"));
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    given_job_for(w, "live", "CONTINUOUS", GROUP_TARGET("site"));
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    assert_int_equal(rows_in(w, "job_progress"), 1);
    restart_until_empty(w, "timer", NOON);
    assert_counts(w, "live", "Queued 150, Removed 1500");
    assert_counts(w, "fw", "Canceled 1650");
    assert_json(http(w, 200, "GET", "/jobs/live", NULL)->body, "job.isConcurrent", "false");
    world_free(w);
}

/* A group of the same name is the same target. */
static void a_group_that_is_made_again_is_followed_again(void **state)
{
    struct world *w = *state;
    continuous(w, GROUP_TARGET("zone"));
    http(w, 200, "DELETE", "/thing-groups/zone", NULL);
    given_group(w, "zone", NULL);
    join(w, "zone", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
}

/* ---- retries ---- */

static void continuous_with_retries(struct world *w)
{
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"), RETRIES(CRITERION("FAILED", 1)));
}

/* The newest execution's retryAttempt. */
static void assert_retry_attempt(struct world *w, int expected)
{
    assert_json_number(http(w, 200, "GET", "/things/pump/jobs?jobId=fw", NULL)->body,
                       "executionSummaries.0.jobExecutionSummary.retryAttempt", expected);
}

static void who_leaves_loses_its_retry_and_starts_anew_when_it_is_back(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous_with_retries(w);
    device_reports(w, "fw", "pump", "FAILED");
    assert_executions(w, "fw", "pump", "QUEUED 2, FAILED 1");
    assert_retry_attempt(w, 1);
    leave(w, "site", "pump");
    assert_executions(w, "fw", "pump", "REMOVED 2, FAILED 1");
    join(w, "site", "pump");
    assert_retry_attempt(w, 0);
    device_reports(w, "fw", "pump", "FAILED");
    assert_retry_attempt(w, 1);
    assert_executions(w, "fw", "pump", "QUEUED 4, FAILED 3, REMOVED 2, FAILED 1");
}

/* The one that it has started is finished outside of the group, or back in it: its retries count anew. */
static void the_attempts_of_who_leaves_with_the_job_in_progress_count_anew(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    continuous_with_retries(w);
    device_reports(w, "fw", "pump", "FAILED");
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    assert_retry_attempt(w, 1);
    leave(w, "hall", "pump");
    join(w, "site", "pump");
    assert_retry_attempt(w, 0);
    device_reports(w, "fw", "pump", "FAILED");
    assert_executions(w, "fw", "pump", "QUEUED 3, FAILED 2, FAILED 1");
    assert_retry_attempt(w, 1);
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    leave(w, "site", "pump");
    join(w, "hall", "pump");
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    join(w, "site", "pump");
    device_reports(w, "fw", "pump", "FAILED");
    assert_executions(w, "fw", "pump", "QUEUED 4, FAILED 3, FAILED 2, FAILED 1");
}

static void a_failure_outside_is_not_tried_again(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous_with_retries(w);
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    leave(w, "site", "pump");
    device_reports(w, "fw", "pump", "FAILED");
    assert_executions(w, "fw", "pump", "FAILED 1");
    join(w, "site", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 2, FAILED 1");
}

static void a_snapshot_job_tries_again_on_who_has_left(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), RETRIES(CRITERION("FAILED", 1)));
    leave(w, "site", "pump");
    device_reports(w, "fw", "pump", "FAILED");
    assert_executions(w, "fw", "pump", "QUEUED 2, FAILED 1");
}

/* ---- life ---- */

static void a_continuous_job_is_never_complete(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    continuous(w, GROUP_TARGET("site"));
    device_reports(w, "fw", "pump", "SUCCEEDED");
    assert_job_status(w, "fw", "IN_PROGRESS");
    http(w, 200, "DELETE", "/things/pump", NULL);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    http(w, 200, "DELETE", "/thing-groups/yard", NULL);
    http(w, 200, "DELETE", "/thing-groups/site", NULL);
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void membership_is_followed_after_a_restart(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_thing(w, "pump");
    given_thing(w, "valve");
    join(w, "site", "valve");
    continuous(w, GROUP_TARGET("site"));
    world_restart(w, NOON);
    join(w, "site", "pump");
    leave(w, "site", "valve");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "REMOVED 1");
    world_free(w);
}

int main(void)
{
#define IN_GROUPS(test) cmocka_unit_test_setup_teardown(test, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        IN_GROUPS(who_joins_gets_the_job_at_once),
        IN_GROUPS(each_of_several_jobs_takes_who_joins),
        IN_GROUPS(being_added_to_the_group_again_is_no_joining),
        IN_GROUPS(two_groups_in_one_request_are_one_joining),
        IN_GROUPS(nobody_joins_a_job_that_is_not_in_progress),
        IN_GROUPS(who_joins_during_the_rollout_is_reached_once),
        IN_GROUPS(what_is_queued_is_removed_from_who_leaves_and_keeps_its_version),
        IN_GROUPS(what_has_started_may_be_finished_by_who_left),
        IN_GROUPS(who_leaves_a_canceled_or_a_snapshot_job_keeps_what_it_has),
        IN_GROUPS(who_was_removed_gets_the_next_execution_when_it_is_back),
        IN_GROUPS(who_is_back_with_the_job_in_progress_gets_nothing_new),
        IN_GROUPS(who_finished_outside_gets_the_job_again_when_it_is_back),
        IN_GROUPS(who_is_still_reached_through_another_group_has_not_left),
        IN_GROUPS(who_is_a_target_itself_never_leaves),
        IN_GROUPS(who_joins_a_second_group_gets_the_job_again_only_if_it_has_finished),
        IN_GROUPS(who_moves_below_a_target_neither_leaves_nor_joins),
        IN_GROUPS(who_moves_from_one_target_to_another_joins_that),
        IN_GROUPS(who_moves_from_one_job_to_another_leaves_the_one_and_joins_the_other),
        IN_GROUPS(a_move_that_is_refused_changes_no_job),
        IN_GROUPS(a_thing_that_is_deleted_leaves_nothing_open),
        IN_GROUPS(everybody_leaves_a_group_that_is_deleted),
        IN_GROUPS(an_empty_group_that_is_deleted_makes_no_work),
        cmocka_unit_test(a_large_group_that_is_deleted_is_worked_off_bit_by_bit),
        IN_GROUPS(a_group_that_is_made_again_is_followed_again),
        IN_GROUPS(who_leaves_loses_its_retry_and_starts_anew_when_it_is_back),
        IN_GROUPS(the_attempts_of_who_leaves_with_the_job_in_progress_count_anew),
        IN_GROUPS(a_failure_outside_is_not_tried_again),
        IN_GROUPS(a_snapshot_job_tries_again_on_who_has_left),
        IN_GROUPS(a_continuous_job_is_never_complete),
        cmocka_unit_test(membership_is_followed_after_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
