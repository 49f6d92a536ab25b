/* What the subscribers of a thing, and of events, hear when things join and leave (device protocol 3.3, 6.2).
 */
#include <stdio.h>

#include "support/groups.h"

#define TOPIC(thing, level) "$aws/things/" thing "/jobs/" level

/* In the group "site" of a CONTINUOUS job "fw", which is the pump's only one. */
static int set_up(void **state)
{
    groups_set_up(state);
    struct world *w = *state;
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("site"));
    join(w, "hall", "pump");
    advance(w, "PT5S");
    forget_notifications(w);
    return 0;
}

static void heard_list(struct world *w, const char *in_progress, const char *queued)
{
    const cJSON *notify = take_notification(w, TOPIC("pump", "notify"));
    assert_json_items(notify, "jobs.IN_PROGRESS", "jobId", in_progress);
    assert_json_items(notify, "jobs.QUEUED", "jobId", queued);
}

static void heard_next(struct world *w, const char *job, int number)
{
    const cJSON *next = take_notification(w, TOPIC("pump", "notify-next"));
    assert_json_string(next, "execution.jobId", job);
    assert_json_number(next, "execution.executionNumber", number);
}

static void heard_that_nothing_is_next(struct world *w)
{
    assert_json(take_notification(w, TOPIC("pump", "notify-next")), "", "{\"timestamp\":1893499205}");
}

/* ---- joining ---- */

static void joining_with_nothing_to_do_tells_the_list_and_who_is_next(void **state)
{
    struct world *w = *state;
    join(w, "yard", "valve");
    assert_json(take_notification(w, TOPIC("valve", "notify")), "",
                "{\"timestamp\":1893499205,\"jobs\":{\"QUEUED\":[{\"jobId\":\"fw\",\"queuedAt\":1893499205,"
                "\"lastUpdatedAt\":1893499205,\"executionNumber\":1,\"versionNumber\":1}]}}");
    assert_json(take_notification(w, TOPIC("valve", "notify-next")), "",
                "{\"timestamp\":1893499205,\"execution\":{\"jobId\":\"fw\",\"status\":\"QUEUED\","
                "\"queuedAt\":1893499205,\"lastUpdatedAt\":1893499205,\"versionNumber\":1,"
                "\"executionNumber\":1,\"jobDocument\":{\"job\":\"fw\"}}}");
    assert_silence(w);
}

static void joining_behind_other_jobs_tells_the_list_alone(void **state)
{
    struct world *w = *state;
    given_job_for(w, "cfg", "CONTINUOUS", GROUP_TARGET("zone"));
    join(w, "zone", "pump");
    heard_list(w, "", "fw cfg");
    assert_silence(w);
}

static void joining_several_jobs_at_once_tells_the_list_once(void **state)
{
    struct world *w = *state;
    given_job_for(w, "cfg", "CONTINUOUS", GROUP_TARGET("hall") "," GROUP_TARGET("zone"));
    forget_notifications(w);
    move(w, "valve", "", "\"zone\",\"yard\"");
    assert_json_items(take_notification(w, TOPIC("valve", "notify")), "jobs.QUEUED", "jobId", "fw cfg");
    assert_json_string(take_notification(w, TOPIC("valve", "notify-next")), "execution.jobId", "fw");
    assert_silence(w);
}

static void joining_a_job_of_a_namespace_is_told_there_alone(void **state)
{
    struct world *w = *state;
    given_job_for_with(w, "cfg", "CONTINUOUS", GROUP_TARGET("zone"), ",\"namespaceId\":\"ns\"");
    join(w, "zone", "pump");
    assert_json_items(take_notification(w, TOPIC("pump", "notify-namespace-ns")), "jobs.QUEUED", "jobId",
                      "cfg");
    take_notification(w, TOPIC("pump", "notify-next-namespace-ns"));
    assert_silence(w);
}

/* ---- leaving ---- */

static void leaving_with_nothing_else_to_do_tells_an_empty_list(void **state)
{
    struct world *w = *state;
    leave(w, "hall", "pump");
    assert_json(take_notification(w, TOPIC("pump", "notify")), "", "{\"timestamp\":1893499205,\"jobs\":{}}");
    heard_that_nothing_is_next(w);
    assert_silence(w);
}

static void leaving_the_job_that_is_next_tells_who_is_next_now(void **state)
{
    struct world *w = *state;
    given_job_for(w, "cfg", "SNAPSHOT", THING_TARGET("pump"));
    forget_notifications(w);
    leave(w, "hall", "pump");
    heard_list(w, "", "cfg");
    heard_next(w, "cfg", 1);
    assert_silence(w);
}

static void leaving_a_job_behind_others_tells_the_list_alone(void **state)
{
    struct world *w = *state;
    given_job_for(w, "cfg", "CONTINUOUS", GROUP_TARGET("zone"));
    join(w, "zone", "pump");
    forget_notifications(w);
    leave(w, "zone", "pump");
    heard_list(w, "", "fw");
    assert_silence(w);
}

static void leaving_a_job_in_progress_is_silent(void **state)
{
    struct world *w = *state;
    device_reports(w, "fw", "pump", "IN_PROGRESS");
    leave(w, "hall", "pump");
    join(w, "hall", "pump");
    assert_silence(w);
}

static void moving_below_the_target_is_silent(void **state)
{
    struct world *w = *state;
    move(w, "pump", "\"hall\"", "\"yard\"");
    assert_silence(w);
}

static void moving_from_one_job_to_another_tells_the_list_once(void **state)
{
    struct world *w = *state;
    given_job_for(w, "cfg", "CONTINUOUS", GROUP_TARGET("zone"));
    move(w, "pump", "\"hall\"", "\"zone\"");
    heard_list(w, "", "cfg");
    heard_next(w, "cfg", 1);
    assert_silence(w);
}

static void being_back_is_told_as_another_execution(void **state)
{
    struct world *w = *state;
    leave(w, "hall", "pump");
    forget_notifications(w);
    join(w, "hall", "pump");
    heard_list(w, "", "fw");
    heard_next(w, "fw", 2);
    assert_silence(w);
}

static void a_thing_that_is_deleted_leaves_an_empty_list(void **state)
{
    struct world *w = *state;
    http(w, 200, "DELETE", "/things/pump", NULL);
    heard_list(w, "", "");
    heard_that_nothing_is_next(w);
    assert_silence(w);
}

static void each_thing_of_a_group_that_is_deleted_hears_of_it(void **state)
{
    struct world *w = *state;
    join(w, "hall", "valve");
    forget_notifications(w);
    http(w, 200, "DELETE", "/thing-groups/hall", NULL);
    heard_list(w, "", "");
    heard_that_nothing_is_next(w);
    assert_json(take_notification(w, TOPIC("valve", "notify")), "jobs", "{}");
    assert_json_absent(take_notification(w, TOPIC("valve", "notify-next")), "execution");
    assert_silence(w);
}

/* ---- events ---- */

static void enable(struct world *w, const char *type)
{
    char body[128];
    snprintf(body, sizeof body, "{\"eventConfigurations\":{\"%s\":{\"Enabled\":true}}}", type);
    http(w, 200, "PATCH", "/event-configurations", body);
}

static void who_leaves_is_an_event_of_its_execution(void **state)
{
    struct world *w = *state;
    enable(w, "JOB_EXECUTION");
    leave(w, "hall", "pump");
    heard_list(w, "", "");
    heard_that_nothing_is_next(w);
    const cJSON *event = take_notification(w, "$aws/events/jobExecution/fw/removed");
    assert_json_string(event, "eventType", "JOB_EXECUTION");
    assert_json_string(event, "operation", "removed");
    assert_json_string(event, "status", "REMOVED");
    assert_json_string(event, "jobId", "fw");
    assert_json_string(event, "thingArn", "arn:aws:iot:us-east-1:000000000000:thing/pump");
    assert_json_number(event, "timestamp", NOON_S + 5);
    assert_silence(w);
    join(w, "hall", "pump");
    forget_notifications(w);
    http(w, 200, "DELETE", "/things/pump", NULL);
    heard_list(w, "", "");
    heard_that_nothing_is_next(w);
    take_notification(w, "$aws/events/jobExecution/fw/removed");
    assert_silence(w);
}

static void the_event_of_the_membership_comes_first(void **state)
{
    struct world *w = *state;
    enable(w, "JOB_EXECUTION");
    enable(w, "THING_GROUP_MEMBERSHIP");
    leave(w, "hall", "pump");
    heard_list(w, "", "");
    heard_that_nothing_is_next(w);
    take_notification(w, "$aws/events/thingGroupMembership/thingGroup/hall/thing/pump/removed");
    take_notification(w, "$aws/events/jobExecution/fw/removed");
    assert_silence(w);
}

int main(void)
{
#define IN_GROUP(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        IN_GROUP(joining_with_nothing_to_do_tells_the_list_and_who_is_next),
        IN_GROUP(joining_behind_other_jobs_tells_the_list_alone),
        IN_GROUP(joining_several_jobs_at_once_tells_the_list_once),
        IN_GROUP(joining_a_job_of_a_namespace_is_told_there_alone),
        IN_GROUP(leaving_with_nothing_else_to_do_tells_an_empty_list),
        IN_GROUP(leaving_the_job_that_is_next_tells_who_is_next_now),
        IN_GROUP(leaving_a_job_behind_others_tells_the_list_alone),
        IN_GROUP(leaving_a_job_in_progress_is_silent),
        IN_GROUP(moving_below_the_target_is_silent),
        IN_GROUP(moving_from_one_job_to_another_tells_the_list_once),
        IN_GROUP(being_back_is_told_as_another_execution),
        IN_GROUP(a_thing_that_is_deleted_leaves_an_empty_list),
        IN_GROUP(each_thing_of_a_group_that_is_deleted_hears_of_it),
        IN_GROUP(who_leaves_is_an_event_of_its_execution),
        IN_GROUP(the_event_of_the_membership_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
