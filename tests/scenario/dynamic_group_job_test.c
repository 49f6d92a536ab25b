/* Jobs for dynamic thing groups: who joins and who leaves by what it is. */
#include <stdio.h>

#include "support/connecting.h"
#include "support/dynamic_groups.h"

static void a_continuous_job_follows_what_the_query_finds(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "fw", "1");
    given_dynamic_group(w, "old", "attributes.fw<2");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("old"));
    assert_executions(w, "update", "pump", "QUEUED 1");
    assert_executions(w, "update", "valve", "");
    given_attribute(w, "valve", "fw", "1.5");
    assert_executions(w, "update", "valve", "QUEUED 1");
    given_attribute(w, "valve", "fw", "2");
    assert_executions(w, "update", "valve", "REMOVED 1");
    given_attribute(w, "valve", "fw", "0");
    assert_executions(w, "update", "valve", "QUEUED 2, REMOVED 1");
    assert_job_status(w, "update", "IN_PROGRESS");
}

/* The usual pattern: the job makes the device what the query does not look for. */
static void a_device_that_the_job_has_changed_leaves_with_its_job_done(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "fw", "1");
    given_dynamic_group(w, "old", "attributes.fw<2");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("old"));
    device_reports(w, "update", "pump", "IN_PROGRESS");
    given_attribute(w, "pump", "fw", "2");
    assert_members(w, "old", "");
    assert_executions(w, "update", "pump", "IN_PROGRESS 1");
    device_reports(w, "update", "pump", "SUCCEEDED");
    assert_executions(w, "update", "pump", "SUCCEEDED 1");
    assert_counts(w, "update", "Succeeded 1");
    given_attribute(w, "pump", "fw", "1");
    assert_executions(w, "update", "pump", "QUEUED 2, SUCCEEDED 1");
}

static void a_snapshot_job_takes_who_is_in_the_group_and_ends(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "fw", "1");
    given_attribute(w, "valve", "fw", "1");
    given_dynamic_group(w, "old", "attributes.fw<2");
    given_job_for(w, "update", "SNAPSHOT", GROUP_TARGET("old") "," THING_TARGET("fan"));
    assert_counts(w, "update", "Queued 3");
    given_attribute(w, "late", "fw", "1");
    given_attribute(w, "pump", "fw", "2");
    assert_executions(w, "update", "late", "");
    assert_executions(w, "update", "pump", "QUEUED 1");
    device_reports(w, "update", "pump", "SUCCEEDED");
    device_reports(w, "update", "valve", "SUCCEEDED");
    device_reports(w, "update", "fan", "SUCCEEDED");
    assert_job_status(w, "update", "COMPLETED");
}

static void a_slow_snapshot_job_is_for_what_the_query_found_at_its_start(void **state)
{
    struct world *w = *state;
    given_attribute(w, "pump", "fw", "1");
    given_attribute(w, "valve", "fw", "1");
    given_dynamic_group(w, "old", "attributes.fw<2");
    given_job_for_with(w, "update", "SNAPSHOT", GROUP_TARGET("old"),
                       ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}");
    assert_counts(w, "update", "Queued 1");
    given_attribute(w, "valve", "fw", "2");
    given_attribute(w, "fan", "fw", "1");
    advance(w, "PT1M");
    assert_executions(w, "update", "valve", "QUEUED 1");
    assert_executions(w, "update", "fan", "");
    assert_counts(w, "update", "Queued 2");
}

static void a_connection_that_comes_and_goes_queues_and_removes(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "here", "connectivity.connected:true");
    given_job_for(w, "ping", "CONTINUOUS", GROUP_TARGET("here"));
    comes(w, "pump");
    assert_executions(w, "ping", "pump", "QUEUED 1");
    goes(w, "pump", "CONNECTION_LOST");
    assert_executions(w, "ping", "pump", "REMOVED 1");
    comes(w, "pump");
    assert_executions(w, "ping", "pump", "QUEUED 2, REMOVED 1");
    device_reports(w, "ping", "pump", "IN_PROGRESS");
    goes(w, "pump", "CONNECTION_LOST");
    comes(w, "pump");
    assert_executions(w, "ping", "pump", "IN_PROGRESS 2, REMOVED 1");
}

/* A static membership and the dynamic ones that depend on it change in one step. */
static void a_thing_that_moves_between_followed_groups_neither_leaves_nor_joins(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "rest", "NOT thingGroupNames:zone AND thingName:pump");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("rest") "," GROUP_TARGET("zone"));
    assert_executions(w, "update", "pump", "QUEUED 1");
    join(w, "zone", "pump");
    assert_members(w, "rest", "");
    assert_executions(w, "update", "pump", "QUEUED 1");
    leave(w, "zone", "pump");
    assert_members(w, "rest", "pump");
    assert_executions(w, "update", "pump", "QUEUED 1");
}

static void another_query_moves_the_job_to_other_things(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "those", "thingName:pump OR thingName:fan");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("those"));
    device_reports(w, "update", "fan", "IN_PROGRESS");
    change_query(w, "those", "thingName:valve");
    assert_executions(w, "update", "pump", "REMOVED 1");
    assert_executions(w, "update", "fan", "IN_PROGRESS 1");
    assert_executions(w, "update", "valve", "QUEUED 1");
}

static void a_deleted_group_lets_its_things_go(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "those", "thingName:pump OR thingName:fan");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("those"));
    device_reports(w, "update", "fan", "IN_PROGRESS");
    delete_dynamic_group(w, "those");
    assert_executions(w, "update", "pump", "REMOVED 1");
    assert_executions(w, "update", "fan", "IN_PROGRESS 1");
    refused(w, NOT_FOUND, "PUT", "/jobs/next",
            "{\"targets\":[" GROUP_TARGET("those") "],\"document\":\"{}\"}",
            "Thing group those cannot be found.");
}

static void jobs_are_listed_by_the_group(void **state)
{
    struct world *w = *state;
    given_dynamic_group(w, "those", "thingName:pump");
    given_job_for(w, "update", "CONTINUOUS", GROUP_TARGET("those"));
    given_job(w, "other", "fan");
    assert_json_items(http(w, 200, "GET", "/jobs?thingGroupName=those", NULL)->body, "jobs", "jobId",
                      "update");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, dynamic_groups_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_continuous_job_follows_what_the_query_finds),
        TEST(a_device_that_the_job_has_changed_leaves_with_its_job_done),
        TEST(a_snapshot_job_takes_who_is_in_the_group_and_ends),
        TEST(a_slow_snapshot_job_is_for_what_the_query_found_at_its_start),
        TEST(a_connection_that_comes_and_goes_queues_and_removes),
        TEST(a_thing_that_moves_between_followed_groups_neither_leaves_nor_joins),
        TEST(another_query_moves_the_job_to_other_things),
        TEST(a_deleted_group_lets_its_things_go),
        TEST(jobs_are_listed_by_the_group),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
