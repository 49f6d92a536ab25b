/* The story that the server is built for: schedule a reboot, watch it start, let the device run it, clean up.
 */
#include "support/world.h"

#define TOPIC "$aws/things/demoDevice/jobs/"

static const char create_job[] =
    "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/demoDevice\"],"
    "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0\","
    "\"documentParameters\":{\"pathToHandler\":\"/etc/.aws-iot-device-client/jobs\"},"
    "\"schedulingConfig\":{\"startTime\":\"2030-05-01 12:30\"}}";

static void schedule_reboot(struct world *w)
{
    given_thing(w, "demoDevice");
    struct answer *a = http(w, 200, "PUT", "/jobs/reboot-scheduled-job", create_job);
    assert_json_string(a->body, "jobArn", "arn:aws:iot:us-east-1:000000000000:job/reboot-scheduled-job");
    assert_json_string(a->body, "jobId", "reboot-scheduled-job");
    assert_json_string(a->body, "description", "A managed job template for rebooting the device.");
}

static void assert_scheduled(struct world *w)
{
    struct answer *a = http(w, 200, "GET", "/jobs/reboot-scheduled-job", NULL);
    assert_json_string(a->body, "job.status", "SCHEDULED");
    assert_json_string(a->body, "job.schedulingConfig.startTime", "2030-05-01 12:30");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", 0);
    http(w, 404, "GET", "/things/demoDevice/jobs/reboot-scheduled-job", NULL);
    assert_silence(w);
}

static void assert_started(struct world *w)
{
    struct answer *a = http(w, 200, "GET", "/jobs/reboot-scheduled-job", NULL);
    assert_json_string(a->body, "job.status", "IN_PROGRESS");
    cJSON *notify = take_notification(w, TOPIC "notify");
    assert_json_number(notify, "timestamp", 1903869000);
    assert_json_string(notify, "jobs.QUEUED.0.jobId", "reboot-scheduled-job");
    assert_json_absent(notify, "jobs.IN_PROGRESS");
    cJSON *next = take_notification(w, TOPIC "notify-next");
    assert_json_string(next, "execution.status", "QUEUED");
    assert_json_string(next, "execution.jobDocument.steps.0.action.input.path",
                       "/etc/.aws-iot-device-client/jobs");
    assert_json_string(next, "execution.jobDocument.steps.0.action.runAsUser", "");
    assert_silence(w);
}

static void device_runs_it(struct world *w)
{
    struct answer *a = mqtt(w, TOPIC "start-next", "{\"clientToken\":\"t-1\"}");
    assert_string_equal(a->verdict, "accepted");
    assert_json_string(a->body, "clientToken", "t-1");
    assert_json_string(a->body, "execution.status", "IN_PROGRESS");
    assert_json_number(a->body, "execution.versionNumber", 2);
    assert_json_string(a->body, "execution.jobDocument.steps.0.action.name", "Reboot");
    assert_silence(w);

    a = mqtt(w, TOPIC "reboot-scheduled-job/update",
             "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"step\":\"1\"}}");
    assert_string_equal(a->verdict, "accepted");
    assert_silence(w);

    a = mqtt(w, TOPIC "reboot-scheduled-job/update", "{\"status\":\"SUCCEEDED\"}");
    assert_string_equal(a->verdict, "accepted");
    cJSON *notify = take_notification(w, TOPIC "notify");
    assert_int_equal(cJSON_GetArraySize(json_at(notify, "jobs")), 0);
    cJSON *next = take_notification(w, TOPIC "notify-next");
    assert_json_absent(next, "execution");
    assert_silence(w);
}

static void operator_cleans_up(struct world *w)
{
    struct answer *a = http(w, 200, "GET", "/jobs/reboot-scheduled-job", NULL);
    assert_json_string(a->body, "job.status", "COMPLETED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfSucceededThings", 1);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", 0);
    assert_json_number(a->body, "job.jobProcessDetails.numberOfInProgressThings", 0);
    a = http(w, 200, "GET", "/things/demoDevice/jobs/reboot-scheduled-job", NULL);
    assert_json_string(a->body, "execution.status", "SUCCEEDED");
    assert_json_string(a->body, "execution.statusDetails.detailsMap.step", "1");
    assert_json_number(a->body, "execution.versionNumber", 4);

    a = http(w, 200, "DELETE", "/jobs/reboot-scheduled-job", NULL);
    assert_string_equal(a->text, "");
    a = http(w, 404, "GET", "/jobs/reboot-scheduled-job", NULL);
    assert_string_equal(a->error, "ResourceNotFoundException");
    assert_json_string(a->body, "message", "Job reboot-scheduled-job cannot be found.");
    assert_silence(w);
}

static void a_scheduled_reboot_runs_and_completes(void **state)
{
    (void)state;
    struct world *w = world_new("2030-05-01T11:59:00Z");
    schedule_reboot(w);
    assert_scheduled(w);
    struct answer *a = advance(w, "PT30M");
    assert_json_number(a->body, "firedCount", 0);
    assert_scheduled(w);
    a = advance(w, "PT1M");
    assert_json_number(a->body, "firedCount", 1);
    assert_json_string(a->body, "fired.0.timer", "JOB_START");
    assert_json_string(a->body, "fired.0.at", "2030-05-01T12:30:00.000Z");
    assert_started(w);
    device_runs_it(w);
    operator_cleans_up(w);
    world_free(w);
}

static void a_restart_before_the_start_time_loses_nothing(void **state)
{
    (void)state;
    struct world *w = world_new_durable("2030-05-01T11:59:00Z");
    schedule_reboot(w);
    world_restart(w, "2030-05-01T12:10:00Z");
    assert_scheduled(w);
    advance(w, "PT20M");
    assert_started(w);
    device_runs_it(w);
    operator_cleans_up(w);
    world_free(w);
}

static void a_start_time_that_passed_while_the_server_was_down_starts_the_job_at_once(void **state)
{
    (void)state;
    struct world *w = world_new_durable("2030-05-01T11:59:00Z");
    schedule_reboot(w);
    world_restart(w, "2030-05-01T13:00:00Z");
    struct answer *a = http(w, 200, "GET", "/jobs/reboot-scheduled-job", NULL);
    assert_json_string(a->body, "job.status", "IN_PROGRESS");
    a = http(w, 200, "GET", "/things/demoDevice/jobs/reboot-scheduled-job", NULL);
    assert_json_number(a->body, "execution.queuedAt", 1903870800);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scheduled_reboot_runs_and_completes),
        cmocka_unit_test(a_restart_before_the_start_time_loses_nothing),
        cmocka_unit_test(a_start_time_that_passed_while_the_server_was_down_starts_the_job_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
