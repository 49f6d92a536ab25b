/* What DescribeJob and ListJobs say of a job in each phase of its life: whether it is concurrent, which of
 * its targets are still rolled out to, and how many of its executions are in which status. */
#include <stdio.h>

#include "support/groups.h"
#include "support/windows.h"

#define TEN_A_MINUTE  ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"
#define SCHEDULE(how) ",\"schedulingConfig\":{" how "}"

enum { MANY = 6000 }; /* more than one batch works off */

static void given_job_for_the_site(struct world *w, const char *selection, int n, const char *more)
{
    nobody_listens(w);
    given_members(w, "site", "lamp", n);
    given_job_for_with(w, "fw", selection, THING_TARGET("pump") "," GROUP_TARGET("site"), more);
}

/* Those that there are. */
static void assert_numbers(struct world *w, const cJSON *details)
{
    static const struct {
        const char *member, *status;
    } numbers[] = {
        { "numberOfQueuedThings", "QUEUED" },       { "numberOfInProgressThings", "IN_PROGRESS" },
        { "numberOfSucceededThings", "SUCCEEDED" }, { "numberOfFailedThings", "FAILED" },
        { "numberOfTimedOutThings", "TIMED_OUT" },  { "numberOfRejectedThings", "REJECTED" },
        { "numberOfRemovedThings", "REMOVED" },     { "numberOfCanceledThings", "CANCELED" },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char rows[64];
        snprintf(rows, sizeof rows, "execution WHERE status = '%s'", numbers[i].status);
        assert_json_number(details, numbers[i].member, (double)rows_in(w, rows));
    }
}

/* `processing` NULL: the member is absent. */
static void assert_phase(struct world *w, const char *status, const char *concurrent, const char *processing)
{
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_string(job, "job.status", status);
    assert_json(job, "job.isConcurrent", concurrent);
    if (processing)
        assert_json(job, "job.jobProcessDetails.processingTargets", processing);
    else
        assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_numbers(w, json_at(job, "job.jobProcessDetails"));
    assert_json(http(w, 200, "GET", "/jobs", NULL)->body, "jobs.0.isConcurrent", concurrent);
}

static void a_snapshot_job_from_its_creation_to_its_end(void **state)
{
    struct world *w = *state;
    given_job_for_the_site(w, "SNAPSHOT", 3, TEN_A_MINUTE SCHEDULE("\"startTime\":\"2030-01-01 13:00\""));
    assert_phase(w, "SCHEDULED", "false", NULL);
    advance(w, "PT1H");
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    device_reports(w, "fw", "pump", "FAILED");
    advance(w, "PT12S");
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    http(w, 200, "DELETE", "/things/lamp-2", NULL);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    advance(w, "PT6S");
    assert_phase(w, "IN_PROGRESS", "false", NULL);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    http(w, 200, "DELETE", "/things/lamp-1/jobs/fw/executionNumber/1", NULL);
    assert_phase(w, "COMPLETED", "false", NULL);
    assert_counts(w, "fw", "Succeeded 1, Failed 1");
}

static void a_continuous_job_and_its_windows(void **state)
{
    struct world *w = *state;
    given_job_for_the_site(w, "CONTINUOUS", 30,
                           TEN_A_MINUTE SCHEDULE("\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 1) "]"));
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    advance(w, "PT1M");
    assert_phase(w, "SCHEDULED", "false", NULL);
    join(w, "site", "valve");
    leave(w, "site", "lamp-0");
    assert_phase(w, "SCHEDULED", "false", NULL);
    advance(w, "PT23H59M");
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    advance(w, "P3D");
    assert_phase(w, "IN_PROGRESS", "false", NULL);
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[" THING_TARGET("fan") "]}");
    assert_phase(w, "IN_PROGRESS", "false", NULL);
    join(w, "zone", "fan");
    given_members(w, "zone", "door", 20);
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[" GROUP_TARGET("zone") "]}");
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("zone") "]");
}

static void an_end_time_stops_the_rollout(void **state)
{
    struct world *w = *state;
    given_job_for_the_site(w, "SNAPSHOT", 400, TEN_A_MINUTE SCHEDULE("\"endTime\":\"2030-01-01 12:30\""));
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    advance(w, "PT29M59S");
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    advance(w, "PT1S");
    assert_phase(w, "IN_PROGRESS", "false", NULL);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    assert_phase(w, "CANCELED", "false", NULL);
}

static void a_large_job_is_concurrent_while_it_is_canceled_and_deleted(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_job_for_the_site(w, "CONTINUOUS", MANY, "");
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    assert_phase(w, "IN_PROGRESS", "false", NULL);
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_phase(w, "CANCELED", "true", NULL);
    assert_true(rows_in(w, "execution WHERE status = 'QUEUED'") > 0);
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_phase(w, "CANCELED", "false", NULL);
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    assert_phase(w, "DELETION_IN_PROGRESS", "true", NULL);
    world_stop_after(w, 0);
    advance(w, "PT1S");
    http(w, 404, "GET", "/jobs/fw", NULL);
}

static void a_large_rollout_that_is_canceled_in_the_middle(void **state)
{
    struct world *w = *state;
    unpaced(w);
    world_stop_after(w, 1);
    given_job_for_the_site(w, "SNAPSHOT", MANY, "");
    while (rows_in(w, "execution") < MANY / 2)
        http(w, 200, "POST", "/things/pump", "{}"); /* one batch more */
    assert_phase(w, "IN_PROGRESS", "true", "[" GROUP_TARGET("site") "]");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_phase(w, "CANCELED", "true", NULL);
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_phase(w, "CANCELED", "false", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_snapshot_job_from_its_creation_to_its_end),
        TEST(a_continuous_job_and_its_windows),
        TEST(an_end_time_stops_the_rollout),
        TEST(a_large_job_is_concurrent_while_it_is_canceled_and_deleted),
        TEST(a_large_rollout_that_is_canceled_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
