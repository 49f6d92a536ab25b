/* Jobs whose targets are thing groups: CreateJob, what DescribeJob and ListJobs say of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/registry/thing_group_store.h"
#include "support/groups.h"
#include "support/refusals.h"

#define FOR(targets) "{\"targets\":[" targets "],\"document\":\"{}\"}"

enum { ARENA_MAX = 64 * 1024 };

static void snapshot(struct world *w, const char *job, const char *targets)
{
    given_job_for(w, job, "SNAPSHOT", targets);
}

static const cJSON *describe(struct world *w, const char *job)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s", job);
    return http(w, 200, "GET", path, NULL)->body;
}

/* ---- whom a job reaches ---- */

static void a_job_for_a_group_is_for_the_things_in_it_and_below_it(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    join(w, "site", "valve");
    join(w, "zone", "fan");
    snapshot(w, "fw", GROUP_TARGET("site"));
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_executions(w, "fw", "fan", "");
    assert_counts(w, "fw", "Queued 2");
    assert_json(describe(w, "fw"), "job.targets", "[" GROUP_TARGET("site") "]");
}

static void a_thing_that_is_reached_in_several_ways_gets_one_execution(void **state)
{
    struct world *w = *state;
    join(w, "zone", "pump");
    join(w, "hall", "pump");
    join(w, "yard", "valve");
    snapshot(w, "fw",
             THING_TARGET("fan") "," GROUP_TARGET("zone") "," THING_TARGET("pump") "," GROUP_TARGET(
                 "site") "," GROUP_TARGET("hall") "," GROUP_TARGET("zone") "," THING_TARGET("pump"));
    assert_executions(w, "fw", "pump", "QUEUED 1");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_counts(w, "fw", "Queued 3");
}

static void each_thing_hears_of_it_once_in_the_order_of_the_targets(void **state)
{
    struct world *w = *state;
    join(w, "hall", "valve");
    join(w, "yard", "pump");
    join(w, "zone", "pump");
    snapshot(w, "fw", THING_TARGET("fan") "," GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    static const char *const things[] = { "fan", "pump", "valve" };
    for (size_t i = 0; i < sizeof things / sizeof things[0]; i++) {
        char topic[128];
        snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify", things[i]);
        assert_json_items(take_notification(w, topic), "jobs.QUEUED", "jobId", "fw");
        snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify-next", things[i]);
        const cJSON *next = take_notification(w, topic);
        assert_json_string(next, "execution.status", "QUEUED");
        assert_json(next, "execution.jobDocument", "{\"job\":\"fw\"}");
    }
    assert_silence(w);
}

static void a_snapshot_job_does_not_care_who_comes_and_goes(void **state)
{
    struct world *w = *state;
    join(w, "site", "pump");
    snapshot(w, "fw", GROUP_TARGET("site"));
    join(w, "hall", "valve");
    leave(w, "site", "pump");
    assert_executions(w, "fw", "valve", "");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    assert_job_status(w, "fw", "COMPLETED");
    join(w, "hall", "pump");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
}

static void a_snapshot_job_for_nobody_is_complete_at_once(void **state)
{
    struct world *w = *state;
    http(w, 200, "PATCH", "/event-configurations", "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true}}}");
    snapshot(w, "fw", GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    assert_job_status(w, "fw", "COMPLETED");
    assert_json_number(describe(w, "fw"), "job.completedAt", NOON_S);
    assert_counts(w, "fw", "");
    assert_json(take_notification(w, "$aws/events/job/fw/completed"), "targets",
                "[" GROUP_TARGET("site") "," GROUP_TARGET("zone") "]");
    assert_silence(w);
}

static void a_continuous_job_for_nobody_waits_for_somebody(void **state)
{
    struct world *w = *state;
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("site"));
    assert_job_status(w, "fw", "IN_PROGRESS");
    advance(w, "P30D");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void targets_must_be_things_and_groups_of_ours(void **state)
{
    static const struct refusal refusals[] = {
        { FOR(GROUP_TARGET("ghost")), NOT_FOUND, "Thing group ghost cannot be found." },
        { FOR(THING_TARGET("pump") "," GROUP_TARGET("ghost")), NOT_FOUND,
          "Thing group ghost cannot be found." },
        { FOR(GROUP_TARGET("site") "," THING_TARGET("ghost")), NOT_FOUND, "Thing ghost cannot be found." },
        { FOR(GROUP_TARGET("pump")), NOT_FOUND, "Thing group pump cannot be found." },
        { FOR("\"arn:aws:iot:us-east-1:000000000000:billinggroup/site\""), INVALID,
          "Resource type should be thing or thinggroup but found invalid resource type billinggroup" },
        { FOR("\"site\""), INVALID, "Target 'site' is not the ARN of a thing or thing group: …" },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "PUT", "/jobs/fw", refusals);
}

static void groups_of_others_are_refused_where_that_is_wanted(void **state)
{
    static const char body[] = FOR("\"arn:aws:iot:eu-west-1:111122223333:thinggroup/site\"");
    struct world *w = *state;
    world_settings(w)->strict = true;
    refused(w, NOT_FOUND, "PUT", "/jobs/fw", body,
            "Target arn:aws:iot:eu-west-1:111122223333:thinggroup/site cannot be found.");
    world_settings(w)->strict = false;
    http(w, 200, "PUT", "/jobs/fw", body);
}

/* ---- when ---- */

#define AT_ONE ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"

static void a_scheduled_job_is_for_those_who_are_in_the_group_when_it_starts(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), AT_ONE);
    leave(w, "hall", "pump");
    join(w, "hall", "valve");
    assert_json(describe(w, "fw"), "job.isConcurrent", "false");
    assert_counts(w, "fw", "");
    advance(w, "PT1H");
    assert_executions(w, "fw", "pump", "");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void a_scheduled_job_whose_group_is_gone_is_complete_when_it_starts(void **state)
{
    struct world *w = *state;
    join(w, "zone", "pump");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("zone"), AT_ONE);
    http(w, 200, "DELETE", "/thing-groups/zone", NULL);
    advance(w, "PT1H");
    assert_job_status(w, "fw", "COMPLETED");
    assert_executions(w, "fw", "pump", "");
}

static void a_small_job_is_rolled_out_when_it_is_answered(void **state)
{
    struct world *w = *state;
    given_members(w, "yard", "lamp", 99);
    join(w, "zone", "pump");
    world_stop_after(w, 1);
    snapshot(w, "fw", GROUP_TARGET("site") "," GROUP_TARGET("zone"));
    assert_int_equal(rows_in(w, "timer"), 0);
    const cJSON *job = describe(w, "fw");
    assert_json_number(job, "job.jobProcessDetails.numberOfQueuedThings", 100);
    assert_json_absent(job, "job.jobProcessDetails.processingTargets");
    assert_json(job, "job.isConcurrent", "false");
    assert_json_number(job, "job.lastUpdatedAt", NOON_S);
}

/* ---- a group that is too large for one transaction ---- */

enum { MANY = 2500 };

/* What DescribeJob and ListJobs say in the transaction in which a job was created, or in the next one. */
struct look {
    char job[4096], list[4096];
};

static void run_read(struct op *op, op_fn *read, const void *input, char text[4096])
{
    struct strbuf out;
    struct op reader = *op;
    strbuf_init(&out, 4096);
    struct json json = json_to(&out);
    reader.json = &json;
    json_object_begin(&json);
    assert_true(read(&reader, input));
    json_object_end(&json);
    snprintf(text, 4096, "%.*s", STR(strbuf_str(&out)));
    strbuf_release(&out);
}

static bool look_at_it(struct op *op, const void *input)
{
    struct look *look = *(struct look *const *)input;
    struct describe_job_request describe_it = { .job_id = STR_LIT("fw") };
    struct list_jobs_request list = { 0 };
    run_read(op, op_handler(OP_DESCRIBE_JOB).run, &describe_it, look->job);
    run_read(op, op_handler(OP_LIST_JOBS).run, &list, look->list);
    return true;
}

static void a_rollout_on_its_way_can_be_seen(void **state)
{
    struct world *w = *state;
    struct look look, *in = &look;
    unpaced(w);
    given_members(w, "site", "lamp", MANY);
    in_one_batch(w, "PUT", "/jobs/fw",
                 FOR(THING_TARGET("pump") "," GROUP_TARGET("site") "," THING_TARGET("fan")), look_at_it, &in);
    cJSON *job = cJSON_Parse(look.job), *list = cJSON_Parse(look.list);
    assert_json_string(job, "job.status", "IN_PROGRESS");
    assert_json(job, "job.isConcurrent", "true");
    assert_json(list, "jobs.0.isConcurrent", "true");
    assert_in_range(json_at(job, "job.jobProcessDetails.numberOfQueuedThings")->valueint, 100, MANY - 1);
    assert_json(job, "job.jobProcessDetails.processingTargets",
                "[" GROUP_TARGET("site") "," THING_TARGET("fan") "]");
    cJSON_Delete(job);
    cJSON_Delete(list);
    const cJSON *after = describe(w, "fw");
    assert_json(after, "job.isConcurrent", "false");
    assert_json_absent(after, "job.jobProcessDetails.processingTargets");
    assert_json(http(w, 200, "GET", "/jobs", NULL)->body, "jobs.0.isConcurrent", "false");
    assert_counts(w, "fw", "Queued 2502");
}

static void each_of_a_large_group_hears_of_it_once(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "yard", "lamp", MANY);
    snapshot(w, "fw", GROUP_TARGET("yard") "," GROUP_TARGET("site"));
    for (int i = 0; i < MANY; i++) {
        char topic[128];
        snprintf(topic, sizeof topic, "$aws/things/lamp-%d/jobs/notify", i);
        assert_int_equal(heard_on(w, topic), 1);
    }
    take_notification(w, "$aws/things/lamp-0/jobs/notify");
    take_notification(w, "$aws/things/lamp-0/jobs/notify-next");
    take_notification(w, "$aws/things/lamp-1/jobs/notify");
    assert_counts(w, "fw", "Queued 2500");
}

static void a_rollout_survives_a_restart_wherever_it_is(void **state)
{
    struct world *w = world_new_durable(NOON);
    (void)state;
    given_group(w, "site", NULL);
    given_group(w, "hall", "site");
    unpaced(w);
    given_members(w, "hall", "lamp", MANY);
    nobody_listens(w);
    world_stop_after(w, 1);
    snapshot(w, "fw", GROUP_TARGET("site"));
    assert_int_equal(rows_in(w, "execution"), 100);
    int restarts = 0;
    for (; rows_in(w, "timer") > 0; restarts++) {
        assert_true(rows_in(w, "execution") <= MANY);
        world_restart(w, "2030-01-01T12:00:05Z");
    }
    assert_true(restarts > 0);
    world_stop_after(w, 0);
    assert_int_equal(rows_in(w, "execution"), MANY);
    assert_executions(w, "fw", "lamp-0", "QUEUED 1");
    assert_executions(w, "fw", "lamp-2499", "QUEUED 1");
    assert_counts(w, "fw", "Queued 2500");
    assert_job_status(w, "fw", "IN_PROGRESS");
    assert_json_number(describe(w, "fw"), "job.lastUpdatedAt", NOON_S + 5);
    world_free(w);
}

static void a_scheduled_job_for_a_large_group_rolls_out_when_its_time_has_come(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", MANY);
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), AT_ONE);
    forget_notifications(w);
    const struct answer *a = advance(w, "PT2H");
    assert_json_number(a->body, "firedCount", 1 + MANY / 100 - 1);
    assert_json_string(a->body, "fired.0.timer", "JOB_START");
    assert_json_string(a->body, "fired.1.timer", "ROLLOUT");
    assert_json_string(a->body, "fired.1.at", "2030-01-01T13:00:00.000Z");
    assert_counts(w, "fw", "Queued 2500");
    assert_json_number(describe(w, "fw"), "job.lastUpdatedAt", NOON_S + 3600);
}

/* Whatever the devices do meanwhile, the job is not complete before its last execution is queued. */
static bool finish_all_there_is(struct op *op, const void *input)
{
    (void)input;
    for (int i = 0; i < 100; i++) {
        char thing[32];
        snprintf(thing, sizeof thing, "lamp-%d", i);
        struct data_update_job_execution_request done = { .thing_name = str_from(thing),
                                                          .job_id = STR_LIT("fw"),
                                                          .status = DATA_JOB_EXECUTION_STATUS_SUCCEEDED };
        assert_true(op_handler(OP_DATA_UPDATE_JOB_EXECUTION).run(op, &done));
    }
    return true;
}

static void a_job_is_not_complete_before_it_is_rolled_out(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", 101);
    in_one_batch(w, "PUT", "/jobs/fw", FOR(GROUP_TARGET("site")), finish_all_there_is, NULL);
    assert_counts(w, "fw", "Succeeded 100, Queued 1");
    assert_job_status(w, "fw", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-100", "SUCCEEDED");
    assert_job_status(w, "fw", "COMPLETED");
}

/* lamp-0 is reached again through the second group when it has finished already. */
static void who_has_finished_is_not_reached_again_through_another_target(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", 101);
    join(w, "zone", "lamp-0");
    in_one_batch(w, "PUT", "/jobs/fw", FOR(GROUP_TARGET("site") "," GROUP_TARGET("zone")),
                 finish_all_there_is, NULL);
    assert_executions(w, "fw", "lamp-0", "SUCCEEDED 1");
    assert_counts(w, "fw", "Succeeded 100, Queued 1");
}

static void run(struct world *w, const char *method, const char *path, const char *more_method,
                const char *more_path)
{
    world_stop_after(w, 1);
    http(w, 200, method, path, FOR(GROUP_TARGET("site")));
    world_stop_after(w, 0);
    http(w, 200, more_method, more_path, "{}");
}

/* How many executions a rollout has made when the next request comes is a matter of time; fewer than all. */
static void canceling_stops_a_rollout(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", 20000);
    nobody_listens(w);
    run(w, "PUT", "/jobs/fw", "PUT", "/jobs/fw/cancel");
    int64_t queued = rows_in(w, "execution");
    assert_in_range(queued, 100, 19900);
    advance(w, "PT1H");
    assert_int_equal(rows_in(w, "execution"), queued);
    char expected[64];
    snprintf(expected, sizeof expected, "Canceled %d", (int)queued);
    assert_counts(w, "fw", expected);
    assert_job_status(w, "fw", "CANCELED");
    assert_json(describe(w, "fw"), "job.isConcurrent", "false");
}

static void deleting_stops_a_rollout(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "site", "lamp", 20000);
    nobody_listens(w);
    run(w, "PUT", "/jobs/fw", "DELETE", "/jobs/fw?force=true");
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_int_equal(rows_in(w, "job"), 0);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_int_equal(rows_in(w, "job_progress"), 0);
}

static void a_group_that_is_deleted_during_the_rollout_takes_nobody_from_it(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "zone", "lamp", 20000);
    nobody_listens(w);
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw", FOR(GROUP_TARGET("zone")));
    world_stop_after(w, 0);
    http(w, 200, "DELETE", "/thing-groups/zone", NULL);
    advance(w, "PT1M");
    assert_int_equal(rows_in(w, "execution"), 20000);
    assert_int_equal(rows_in(w, "timer"), 0);
    assert_job_status(w, "fw", "IN_PROGRESS");
}

/* ---- ListJobs of a group ---- */

static const char *group_id(struct world *w, const char *group)
{
    char path[128];
    snprintf(path, sizeof path, "/thing-groups/%s", group);
    return json_at(http(w, 200, "GET", path, NULL)->body, "thingGroupId")->valuestring;
}

static void assert_listed(struct world *w, const char *query, const char *expected)
{
    char path[256];
    snprintf(path, sizeof path, "/jobs?%s", query);
    assert_json_items(http(w, 200, "GET", path, NULL)->body, "jobs", "jobId", expected);
}

static void jobs_are_listed_by_a_group_that_they_name(void **state)
{
    struct world *w = *state;
    join(w, "hall", "pump");
    snapshot(w, "one", GROUP_TARGET("site"));
    snapshot(w, "two", GROUP_TARGET("hall") "," GROUP_TARGET("site") "," GROUP_TARGET("site"));
    snapshot(w, "three", THING_TARGET("pump"));
    given_job_for_with(w, "four", "SNAPSHOT", GROUP_TARGET("site"), AT_ONE);
    given_job_for_with(w, "five", "CONTINUOUS", GROUP_TARGET("site"), ",\"namespaceId\":\"ns\"");
    assert_listed(w, "thingGroupName=site", "five four two one");
    assert_listed(w, "thingGroupName=hall", "two");
    assert_listed(w, "thingGroupName=zone", "");
    assert_listed(w, "thingGroupName=site&status=SCHEDULED", "four");
    assert_listed(w, "thingGroupName=site&status=IN_PROGRESS&targetSelection=SNAPSHOT", "two one");
    assert_listed(w, "thingGroupName=site&namespaceId=ns", "five");
    assert_listed(w, "thingGroupName=site&namespaceId=ns&status=CANCELED", "");
    char query[128];
    snprintf(query, sizeof query, "thingGroupId=%s", group_id(w, "site"));
    assert_listed(w, query, "five four two one");
}

static void a_list_of_a_group_names_its_id_and_has_pages(void **state)
{
    struct world *w = *state;
    static const char path[] = "/jobs?thingGroupName=site&maxResults=2";
    given_job_for(w, "one", "CONTINUOUS", GROUP_TARGET("site"));
    given_job_for(w, "two", "CONTINUOUS", GROUP_TARGET("site"));
    given_job_for(w, "other", "CONTINUOUS", GROUP_TARGET("zone"));
    given_job_for(w, "three", "CONTINUOUS", GROUP_TARGET("site"));
    const char *id = group_id(w, "site");
    const struct answer *a = http(w, 200, "GET", path, NULL);
    assert_json_items(a->body, "jobs", "jobId", "three two");
    assert_json_string(a->body, "jobs.0.thingGroupId", id);
    assert_json_string(a->body, "jobs.1.thingGroupId", id);
    a = next_page(w, a, path);
    assert_json_items(a->body, "jobs", "jobId", "one");
    assert_json_absent(a->body, "nextToken");
    assert_json_absent(http(w, 200, "GET", "/jobs", NULL)->body, "jobs.0.thingGroupId");
}

int main(void)
{
#define IN_GROUPS(test) cmocka_unit_test_setup_teardown(test, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        IN_GROUPS(a_job_for_a_group_is_for_the_things_in_it_and_below_it),
        IN_GROUPS(a_thing_that_is_reached_in_several_ways_gets_one_execution),
        IN_GROUPS(each_thing_hears_of_it_once_in_the_order_of_the_targets),
        IN_GROUPS(a_snapshot_job_does_not_care_who_comes_and_goes),
        IN_GROUPS(a_snapshot_job_for_nobody_is_complete_at_once),
        IN_GROUPS(a_continuous_job_for_nobody_waits_for_somebody),
        IN_GROUPS(targets_must_be_things_and_groups_of_ours),
        IN_GROUPS(groups_of_others_are_refused_where_that_is_wanted),
        IN_GROUPS(a_scheduled_job_is_for_those_who_are_in_the_group_when_it_starts),
        IN_GROUPS(a_scheduled_job_whose_group_is_gone_is_complete_when_it_starts),
        IN_GROUPS(a_small_job_is_rolled_out_when_it_is_answered),
        IN_GROUPS(a_rollout_on_its_way_can_be_seen),
        IN_GROUPS(each_of_a_large_group_hears_of_it_once),
        cmocka_unit_test(a_rollout_survives_a_restart_wherever_it_is),
        IN_GROUPS(a_scheduled_job_for_a_large_group_rolls_out_when_its_time_has_come),
        IN_GROUPS(a_job_is_not_complete_before_it_is_rolled_out),
        IN_GROUPS(who_has_finished_is_not_reached_again_through_another_target),
        IN_GROUPS(canceling_stops_a_rollout),
        IN_GROUPS(deleting_stops_a_rollout),
        IN_GROUPS(a_group_that_is_deleted_during_the_rollout_takes_nobody_from_it),
        IN_GROUPS(jobs_are_listed_by_a_group_that_they_name),
        IN_GROUPS(a_list_of_a_group_names_its_id_and_has_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
