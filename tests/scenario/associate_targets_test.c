/* AssociateTargetsWithJob. */
#include <stdio.h>
#include <string.h>

#include "support/groups.h"
#include "support/refusals.h"

#define TARGETS_PATH    "/jobs/fw/targets"
#define ADDING(targets) "{\"targets\":[" targets "]}"

enum { TEXT_MAX = 16384 };

/* The pump is in the group "site" of a CONTINUOUS job "fw". */
static int set_up(void **state)
{
    groups_set_up(state);
    struct world *w = *state;
    join(w, "hall", "pump");
    given_job_for_with(w, "fw", "CONTINUOUS", GROUP_TARGET("site"), ",\"description\":\"new firmware\"");
    forget_notifications(w);
    return 0;
}

static struct answer *associate(struct world *w, const char *body)
{
    return http(w, 200, "POST", TARGETS_PATH, body);
}

static const cJSON *describe(struct world *w)
{
    return http(w, 200, "GET", "/jobs/fw", NULL)->body;
}

/* Thing ARNs T-0 … of which the list has n, as JSON strings. */
static const char *many_targets(char text[TEXT_MAX], int n)
{
    size_t used = 0;
    for (int i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, TEXT_MAX - used,
                                 "%s\"arn:aws:iot:us-east-1:000000000000:thing/lamp-%d\"", i ? "," : "", i);
    return text;
}

static void associate_many(struct world *w, int status, int n)
{
    char targets[TEXT_MAX], body[TEXT_MAX + 32];
    snprintf(body, sizeof body, ADDING("%s"), many_targets(targets, n));
    http(w, status, "POST", TARGETS_PATH, body);
}

static void it_is_answered_like_create_job(void **state)
{
    struct world *w = *state;
    assert_json(associate(w, ADDING(GROUP_TARGET("zone")))->body, "",
                "{\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/fw\",\"jobId\":\"fw\","
                "\"description\":\"new firmware\"}");
}

static void new_targets_get_the_job(void **state)
{
    struct world *w = *state;
    join(w, "zone", "valve");
    advance(w, "PT5S");
    associate(w, ADDING(THING_TARGET("fan") "," GROUP_TARGET("zone")));
    assert_json_items(take_notification(w, "$aws/things/fan/jobs/notify"), "jobs.QUEUED", "jobId", "fw");
    assert_json_string(take_notification(w, "$aws/things/fan/jobs/notify-next"), "execution.jobId", "fw");
    assert_json_items(take_notification(w, "$aws/things/valve/jobs/notify"), "jobs.QUEUED", "jobId", "fw");
    take_notification(w, "$aws/things/valve/jobs/notify-next");
    assert_silence(w);
    assert_counts(w, "fw", "Queued 3");
    const cJSON *job = describe(w);
    assert_json(job, "job.targets",
                "[" GROUP_TARGET("site") "," THING_TARGET("fan") "," GROUP_TARGET("zone") "]");
    assert_json_number(job, "job.lastUpdatedAt", NOON_S + 5);
    assert_json_absent(job, "job.comment");
}

static void new_groups_are_followed(void **state)
{
    struct world *w = *state;
    associate(w, ADDING(GROUP_TARGET("zone")));
    join(w, "zone", "valve");
    assert_executions(w, "fw", "valve", "QUEUED 1");
    join(w, "zone", "pump");
    leave(w, "hall", "pump");
    assert_executions(w, "fw", "pump", "QUEUED 1");
    leave(w, "zone", "pump");
    assert_executions(w, "fw", "pump", "REMOVED 1");
}

/* As if all that is in it joined it. */
static void who_has_finished_gets_the_job_again_through_a_new_target(void **state)
{
    struct world *w = *state;
    join(w, "yard", "valve");
    join(w, "yard", "fan");
    device_reports(w, "fw", "pump", "SUCCEEDED");
    device_reports(w, "fw", "valve", "IN_PROGRESS");
    associate(w, ADDING(THING_TARGET("pump") "," GROUP_TARGET("hall") "," GROUP_TARGET("yard")));
    assert_executions(w, "fw", "pump", "QUEUED 2, SUCCEEDED 1");
    assert_executions(w, "fw", "valve", "IN_PROGRESS 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
}

static void targets_that_the_job_has_are_left_as_they_are(void **state)
{
    struct world *w = *state;
    device_reports(w, "fw", "pump", "SUCCEEDED");
    associate(w, "{\"targets\":[" GROUP_TARGET("site") "," THING_TARGET("fan") "," THING_TARGET(
                     "fan") "],\"comment\":\"once more\"}");
    assert_executions(w, "fw", "pump", "SUCCEEDED 1");
    assert_executions(w, "fw", "fan", "QUEUED 1");
    assert_json(describe(w), "job.targets", "[" GROUP_TARGET("site") "," THING_TARGET("fan") "]");
    associate(w, ADDING(GROUP_TARGET("site")));
    assert_json(describe(w), "job.targets", "[" GROUP_TARGET("site") "," THING_TARGET("fan") "]");
}

static void a_comment_replaces_the_one_before(void **state)
{
    struct world *w = *state;
    associate(w, "{\"targets\":[" THING_TARGET("fan") "],\"comment\":\"and the fan\"}");
    assert_json_string(describe(w), "job.comment", "and the fan");
    associate(w, ADDING(THING_TARGET("valve")));
    assert_json_string(describe(w), "job.comment", "and the fan");
}

static void a_job_has_at_most_100_targets_in_all(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "zone", "lamp", 101);
    associate_many(w, 410, 101);
    char targets[TEXT_MAX], body[TEXT_MAX + 32];
    snprintf(body, sizeof body, ADDING("%s"), many_targets(targets, 100));
    refused(w, LIMIT_EXCEEDED, "POST", TARGETS_PATH, body,
            "A job can have at most 100 targets; this one has 101.");
    associate_many(w, 200, 99);
    assert_counts(w, "fw", "Queued 100");
    associate_many(w, 200, 99); /* the job has all of these */
    refused(w, LIMIT_EXCEEDED, "POST", TARGETS_PATH, ADDING(THING_TARGET("fan")),
            "A job can have at most 100 targets; this one has 101.");
}

static void targets_must_exist(void **state)
{
    static const struct refusal refusals[] = {
        { "{}", INVALID, "1 validation error detected: Value null at 'targets' …" },
        { ADDING(""), INVALID, "1 validation error detected: Value '[]' at 'targets' …" },
        { ADDING(GROUP_TARGET("ghost")), NOT_FOUND, "Thing group ghost cannot be found." },
        { ADDING(THING_TARGET("fan") "," THING_TARGET("ghost")), NOT_FOUND, "Thing ghost cannot be found." },
        { ADDING("\"fan\""), INVALID, "Target 'fan' is not the ARN of a thing or thing group: …" },
    };
    struct world *w = *state;
    ASSERT_ALL_REFUSED(w, "POST", TARGETS_PATH, refusals);
    refused(w, NOT_FOUND, "POST", "/jobs/ghost/targets", ADDING(THING_TARGET("fan")),
            "Job ghost cannot be found.");
}

static void only_continuous_jobs_in_progress_take_targets(void **state)
{
    struct world *w = *state;
    static const char body[] = ADDING(THING_TARGET("fan"));
    given_job_for(w, "once", "SNAPSHOT", GROUP_TARGET("site"));
    given_job_for_with(w, "later", "CONTINUOUS", GROUP_TARGET("site"),
                       ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    forget_notifications(w);
    refused(w, INVALID, "POST", "/jobs/once/targets", body,
            "Targets can only be associated with a CONTINUOUS job, and job once is SNAPSHOT.");
    refused(w, INVALID, "POST", "/jobs/later/targets", body,
            "Job later in status SCHEDULED cannot be associated with targets.");
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    forget_notifications(w);
    refused(w, INVALID, "POST", TARGETS_PATH, body,
            "Job fw in status CANCELED cannot be associated with targets.");
    assert_silence(w);
}

static void a_job_of_another_namespace_is_not_there(void **state)
{
    struct world *w = *state;
    static const char body[] = ADDING(THING_TARGET("fan"));
    given_job_for_with(w, "ns-fw", "CONTINUOUS", GROUP_TARGET("zone"), ",\"namespaceId\":\"ns\"");
    refused(w, NOT_FOUND, "POST", TARGETS_PATH "?namespaceId=ns", body, "Job fw cannot be found.");
    refused(w, NOT_FOUND, "POST", "/jobs/ns-fw/targets?namespaceId=other", body,
            "Job ns-fw cannot be found.");
    http(w, 200, "POST", "/jobs/ns-fw/targets?namespaceId=ns", body);
    http(w, 200, "POST", "/jobs/ns-fw/targets", ADDING(THING_TARGET("valve")));
    take_notification(w, "$aws/things/fan/jobs/notify-namespace-ns");
    take_notification(w, "$aws/things/fan/jobs/notify-next-namespace-ns");
    assert_counts(w, "ns-fw", "Queued 2");
}

/* ---- large groups ---- */

static void a_large_new_group_is_rolled_out_bit_by_bit(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "zone", "lamp", 250);
    world_stop_after(w, 1);
    associate(w, ADDING(GROUP_TARGET("zone")));
    assert_int_equal(rows_in(w, "execution"), 101);
    world_stop_after(w, 0);
    assert_counts(w, "fw", "Queued 251");
    assert_json(describe(w), "job.isConcurrent", "false");
}

static void a_rollout_on_its_way_comes_to_new_targets_by_itself(void **state)
{
    struct world *w = *state;
    unpaced(w);
    given_members(w, "zone", "lamp", 5000);
    given_thing(w, "last");
    nobody_listens(w);
    world_stop_after(w, 1);
    associate(w, ADDING(GROUP_TARGET("zone")));
    associate(w, ADDING(THING_TARGET("last")));
    assert_int_equal(rows_in(w, "timer"), 1);
    world_stop_after(w, 0);
    assert_executions(w, "fw", "last", "QUEUED 1");
    assert_counts(w, "fw", "Queued 5002");
}

int main(void)
{
#define WITH_JOB(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_JOB(it_is_answered_like_create_job),
        WITH_JOB(new_targets_get_the_job),
        WITH_JOB(new_groups_are_followed),
        WITH_JOB(who_has_finished_gets_the_job_again_through_a_new_target),
        WITH_JOB(targets_that_the_job_has_are_left_as_they_are),
        WITH_JOB(a_comment_replaces_the_one_before),
        WITH_JOB(a_job_has_at_most_100_targets_in_all),
        WITH_JOB(targets_must_exist),
        WITH_JOB(only_continuous_jobs_in_progress_take_targets),
        WITH_JOB(a_job_of_another_namespace_is_not_there),
        WITH_JOB(a_large_new_group_is_rolled_out_bit_by_bit),
        WITH_JOB(a_rollout_on_its_way_comes_to_new_targets_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
