/* GET /_iotjobs/jobs/JOB/timeline: what became of a job and its executions, and why. */
#include "support/world.h"

#include <stdio.h>
#include <string.h>

#include "http/own_operation.h"
#include "support/groups.h"

enum { LINES_MAX = 4096 };

/* "12:00 SCHEDULED CREATE_JOB, 12:31 pump#1 QUEUED ROLLOUT": each transition, in order. */
static void write_transition(const cJSON *transition, char *text, size_t room)
{
    const cJSON *thing = json_at(transition, "thingName");
    size_t n = strlen(text);
    n += (size_t)snprintf(text + n, room - n, "%s%.5s ", n ? ", " : "",
                          json_at(transition, "at")->valuestring + strlen("2030-01-01T"));
    if (thing)
        n += (size_t)snprintf(text + n, room - n, "%s#%d ", thing->valuestring,
                              json_at(transition, "executionNumber")->valueint);
    snprintf(text + n, room - n, "%s %s", json_at(transition, "status")->valuestring,
             json_at(transition, "cause")->valuestring);
}

static void assert_timeline(struct world *w, const char *query, const char *expected)
{
    char text[LINES_MAX] = "";
    const cJSON *transition;
    struct answer *a = own(w, 200, &own_timeline, query, "");
    cJSON_ArrayForEach(transition, json_at(a->body, "transitions"))
    {
        write_transition(transition, text, sizeof text);
    }
    assert_string_equal(text, expected);
}

static void assert_detail(struct world *w, const char *query, int i, const char *expected)
{
    char path[64];
    struct answer *a = own(w, 200, &own_timeline, query, "");
    snprintf(path, sizeof path, "transitions.%d.detail", i);
    assert_json_string(a->body, path, expected);
}

/* ---- what is in it ---- */

static void a_job_and_its_execution_are_followed_from_beginning_to_end(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:31\"}");
    advance(w, "PT31M");
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    advance(w, "PT5M");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"IN_PROGRESS\"}");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"SUCCEEDED\"}");
    assert_timeline(w, "jobId=fw",
                    "12:00 SCHEDULED CREATE_JOB, 12:31 IN_PROGRESS START_TIME, 12:31 pump#1 QUEUED ROLLOUT, "
                    "12:31 IN_PROGRESS ROLLOUT_DONE, 12:31 pump#1 IN_PROGRESS DEVICE, "
                    "12:36 pump#1 SUCCEEDED DEVICE, 12:36 COMPLETED EXECUTIONS_ENDED");
    struct answer *a = own(w, 200, &own_timeline, "jobId=fw", "");
    assert_json_string(a->body, "status", "COMPLETED");
    assert_json_string(a->body, "transitions.0.text", "The job was created.");
    assert_json_string(a->body, "transitions.0.at", "2030-01-01T12:00:00.000Z");
    assert_json_absent(a->body, "transitions.0.thingName");
}

static void it_can_be_narrowed_to_the_job_or_to_its_executions(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    assert_timeline(w, "jobId=fw&of=job", "12:00 IN_PROGRESS CREATE_JOB, 12:00 IN_PROGRESS ROLLOUT_DONE");
    assert_timeline(w, "jobId=fw&of=executions", "12:00 pump#1 QUEUED ROLLOUT");
}

static void the_cause_of_a_time_out_is_the_timer_that_ran_out(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10},\"jobExecutionsRetryConfig\":"
                   "{\"criteriaList\":[{\"failureType\":\"TIMED_OUT\",\"numberOfRetries\":1}]}");
    mqtt(w, "$aws/things/pump/jobs/start-next", "{\"stepTimeoutInMinutes\":5}");
    advance(w, "PT5M");
    mqtt(w, "$aws/things/pump/jobs/start-next", "{\"stepTimeoutInMinutes\":30}");
    advance(w, "PT10M");
    assert_timeline(w, "jobId=fw&of=executions",
                    "12:00 pump#1 QUEUED ROLLOUT, 12:00 pump#1 IN_PROGRESS DEVICE, "
                    "12:05 pump#1 TIMED_OUT STEP_TIMEOUT, 12:05 pump#2 QUEUED RETRY, "
                    "12:05 pump#2 IN_PROGRESS DEVICE, 12:15 pump#2 TIMED_OUT IN_PROGRESS_TIMEOUT");
}

static void a_cancel_says_what_its_request_said(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true",
         "{\"reasonCode\":\"MAINTENANCE\",\"comment\":\"not today\"}");
    assert_timeline(w, "jobId=fw",
                    "12:00 IN_PROGRESS CREATE_JOB, 12:00 pump#1 QUEUED ROLLOUT, "
                    "12:00 IN_PROGRESS ROLLOUT_DONE, 12:00 CANCELED CANCEL_JOB, "
                    "12:00 pump#1 CANCELED JOB_CANCELED, 12:00 CANCELED CANCELLATION_DONE");
    assert_detail(w, "jobId=fw&of=job", 2, "by force; reasonCode MAINTENANCE; comment not today");
}

static void an_abort_says_its_figures(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   ",\"abortConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"action\":\"CANCEL\","
                   "\"thresholdPercentage\":50,\"minNumberOfExecutedThings\":1}]}");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"FAILED\"}");
    assert_timeline(w, "jobId=fw&of=job",
                    "12:00 IN_PROGRESS CREATE_JOB, 12:00 IN_PROGRESS ROLLOUT_DONE, "
                    "12:00 CANCELED ABORT_CRITERIA, 12:00 CANCELED CANCELLATION_DONE");
    assert_detail(w, "jobId=fw&of=job", 2,
                  "Aborted: FAILED are 1 of 1 executions that have ended; the threshold is 50.00 percent of "
                  "at least 1.");
}

static void updates_and_new_targets_stand_in_it(void **state)
{
    struct world *w = *state;
    given_group(w, "site", NULL);
    given_thing(w, "valve");
    given_job_for(w, "fw", "CONTINUOUS", GROUP_TARGET("site"));
    http(w, 200, "PATCH", "/jobs/fw",
         "{\"description\":\"new\",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}}");
    http(w, 200, "POST", "/jobs/fw/targets", "{\"targets\":[\"" PUMP_ARN "\"]}");
    join(w, "site", "valve");
    leave(w, "site", "valve");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_timeline(w, "jobId=fw",
                    "12:00 IN_PROGRESS CREATE_JOB, 12:00 IN_PROGRESS ROLLOUT_DONE, "
                    "12:00 IN_PROGRESS UPDATE_JOB, 12:00 IN_PROGRESS ASSOCIATE_TARGETS, "
                    "12:00 pump#1 QUEUED ROLLOUT, 12:00 IN_PROGRESS ROLLOUT_DONE, "
                    "12:00 valve#1 QUEUED JOINED_TARGET, 12:00 valve#1 REMOVED LEFT_TARGETS, "
                    "12:00 pump#1 REMOVED DELETE_THING");
    assert_detail(w, "jobId=fw", 2, "timeoutConfig, description");
}

static void windows_and_the_end_time_stand_in_it(void **state)
{
    struct world *w = *state;
    given_job_with(w, "fw", "pump",
                   ",\"targetSelection\":\"CONTINUOUS\",\"schedulingConfig\":{"
                   "\"maintenanceWindows\":[{\"startTime\":\"cron(0 13 ? * * *)\",\"durationInMinutes\":60}],"
                   "\"endTime\":\"2030-01-01 15:00\",\"endBehavior\":\"CANCEL\"}");
    advance(w, "PT4H");
    assert_timeline(w, "jobId=fw",
                    "12:00 SCHEDULED CREATE_JOB, 13:00 IN_PROGRESS WINDOW_OPENED, "
                    "13:00 pump#1 QUEUED ROLLOUT, 13:00 IN_PROGRESS ROLLOUT_DONE, "
                    "14:00 SCHEDULED WINDOW_CLOSED, 15:00 SCHEDULED END_TIME, "
                    "15:00 pump#1 CANCELED JOB_ENDED, 15:00 SCHEDULED CANCELLATION_DONE, "
                    "15:00 COMPLETED EXECUTIONS_ENDED");
    assert_detail(w, "jobId=fw&of=job", 4, "CANCEL");
}

static void an_execution_that_is_canceled_or_deleted_by_itself_says_so(void **state)
{
    struct world *w = *state;
    given_thing(w, "valve");
    given_job_for(w, "fw", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"));
    http(w, 200, "PUT", "/things/pump/jobs/fw/cancel", "{}");
    http(w, 200, "DELETE", "/things/valve/jobs/fw/executionNumber/1", NULL);
    assert_timeline(
        w, "jobId=fw",
        "12:00 IN_PROGRESS CREATE_JOB, 12:00 pump#1 QUEUED ROLLOUT, 12:00 valve#1 QUEUED ROLLOUT, "
        "12:00 IN_PROGRESS ROLLOUT_DONE, 12:00 pump#1 CANCELED CANCEL_JOB_EXECUTION, "
        "12:00 valve#1 DELETED DELETE_JOB_EXECUTION, 12:00 COMPLETED EXECUTIONS_ENDED");
}

static void one_job_too_many_says_so(void **state)
{
    struct world *w = *state;
    world_settings(w)->concurrent_jobs_limit = 1;
    world_settings(w)->rollout_default_per_minute = 1;
    given_thing(w, "valve");
    given_job_with(w, "late", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 12:30\"}");
    advance(w, "PT29M50S");
    given_job_for(w, "slow", "SNAPSHOT", THING_TARGET("pump") "," THING_TARGET("valve"));
    advance(w, "PT20S");
    assert_timeline(w, "jobId=late",
                    "12:00 SCHEDULED CREATE_JOB, 12:30 CANCELED CONCURRENT_JOBS_LIMIT, "
                    "12:30 CANCELED CANCELLATION_DONE");
}

/* ---- how it is read ---- */

static void it_comes_in_pages(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    mqtt(w, "$aws/things/pump/jobs/fw/update", "{\"status\":\"SUCCEEDED\"}");
    struct answer *first = own(w, 200, &own_timeline, "jobId=fw&maxResults=3", "");
    assert_json_items(first->body, "transitions", "status", "IN_PROGRESS QUEUED IN_PROGRESS");
    char query[512];
    snprintf(query, sizeof query, "jobId=fw&maxResults=3&nextToken=%s",
             json_at(first->body, "nextToken")->valuestring);
    struct answer *second = own(w, 200, &own_timeline, query, "");
    assert_json_items(second->body, "transitions", "status", "SUCCEEDED COMPLETED");
    assert_json_absent(second->body, "nextToken");
    given_job(w, "other", "pump");
    snprintf(query, sizeof query, "jobId=other&nextToken=%s", json_at(first->body, "nextToken")->valuestring);
    own(w, 400, &own_timeline, query, "");
}

static void what_is_not_there_or_wrong_is_refused(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    own(w, 404, &own_timeline, "jobId=none", "");
    static const struct {
        const char *query, *message;
    } wrong[] = {
        { "of=job", "The parameter jobId is missing." },
        { "jobId=fw&of=all",
          "of=all is not known: of=job and of=executions narrow the timeline, without it both are listed." },
        { "jobId=fw&maxResults=0", "maxResults must be a number from 1 to 250." },
        { "jobId=fw&maxResults=251", "maxResults must be a number from 1 to 250." },
        { "jobId=fw&maxResults=x", "maxResults must be a number from 1 to 250." },
        { "jobId=fw&jobId=fw", "The parameter jobId is given more than once." },
        { "jobId=fw&maxResults=1&maxResults=2", "The parameter maxResults is given more than once." },
        { "jobId=fw&thing=pump",
          "The parameter thing is not known here; known are jobId, of, maxResults and nextToken." },
        { "jobId=fw&nextToken=AAAA", "Next token is invalid." },
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_json_string(own(w, 400, &own_timeline, wrong[i].query, "")->body, "message", wrong[i].message);
}

/* ---- how long it stays ---- */

static void it_goes_with_its_job(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    given_job(w, "other", "pump");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    advance(w, "PT1S");
    own(w, 404, &own_timeline, "jobId=fw", "");
    assert_int_equal(rows_in(w, "transition"), 3); /* the other's */
    given_job(w, "fw", "pump");
    assert_timeline(w, "jobId=fw",
                    "12:00 IN_PROGRESS CREATE_JOB, 12:00 pump#1 QUEUED ROLLOUT, "
                    "12:00 IN_PROGRESS ROLLOUT_DONE");
}

static void what_a_large_job_has_still_to_cancel_or_delete_can_be_seen(void **state)
{
    struct world *w = *state;
    given_group(w, "site", NULL);
    unpaced(w);
    given_job_for_lamps(w, 3000, "SNAPSHOT", "");
    advance(w, "PT1S");
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    struct answer *a = own(w, 200, &own_timeline, "jobId=fw&of=job", "");
    assert_json_string(a->body, "working.0.on", "CANCELLATION");
    int left = json_at(a->body, "working.0.executionsLeft")->valueint;
    assert_in_range(left, 100, 2900);
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_json_absent(own(w, 200, &own_timeline, "jobId=fw&of=job", "")->body, "working");
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    a = own(w, 200, &own_timeline, "jobId=fw&of=job", "");
    assert_json_string(a->body, "working.0.on", "DELETION");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    assert_int_equal(rows_in(w, "transition"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up_with_pump, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_job_and_its_execution_are_followed_from_beginning_to_end),
        TEST(it_can_be_narrowed_to_the_job_or_to_its_executions),
        TEST(the_cause_of_a_time_out_is_the_timer_that_ran_out),
        TEST(a_cancel_says_what_its_request_said),
        TEST(an_abort_says_its_figures),
        TEST(updates_and_new_targets_stand_in_it),
        TEST(windows_and_the_end_time_stand_in_it),
        TEST(an_execution_that_is_canceled_or_deleted_by_itself_says_so),
        TEST(one_job_too_many_says_so),
        TEST(it_comes_in_pages),
        TEST(what_is_not_there_or_wrong_is_refused),
        TEST(it_goes_with_its_job),
        TEST(what_a_large_job_has_still_to_cancel_or_delete_can_be_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
