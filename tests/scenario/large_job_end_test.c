/* CancelJob and DeleteJob of jobs with so many executions that they are worked off bit by bit. */
#include <stdio.h>

#include "store/jobs/job_store.h"
#include "support/groups.h"
#include "support/refusals.h"

#define FOR_SITE "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\"}"

enum { MANY = 2500 };

/* A job for 2,500 things of which nobody but lamp-0 and lamp-2499 listens; these have started it. */
static struct world *given_large_job(void)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    unpaced(w);
    given_members(w, "site", "lamp", MANY);
    nobody_listens(w);
    subscribe(w, "$aws/things/lamp-0/jobs/#", SESSION_PERSISTENT);
    subscribe(w, "$aws/things/lamp-2499/jobs/#", SESSION_PERSISTENT);
    subscribe(w, "$aws/things/lamp-2498/jobs/#", SESSION_PERSISTENT);
    http(w, 200, "PUT", "/jobs/fw", FOR_SITE);
    device_reports(w, "fw", "lamp-0", "IN_PROGRESS");
    device_reports(w, "fw", "lamp-2499", "IN_PROGRESS");
    forget_notifications(w);
    return w;
}

static void enable_events(struct world *w)
{
    http(w, 200, "PATCH", "/event-configurations", "{\"eventConfigurations\":{\"JOB\":{\"Enabled\":true}}}");
}

/* What is left of it goes on after each of the restarts that it takes. */
static void restart_until_done(struct world *w)
{
    restart_until_empty(w, "job_progress", NOON);
}

/* The last `notify` of the thing says that it has nothing to do. */
static void heard_the_end(struct world *w, const char *thing)
{
    char topic[128];
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify", thing);
    assert_json(take_notification(w, topic), "jobs", "{}");
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/notify-next", thing);
    assert_json_absent(take_notification(w, topic), "execution");
}

static void a_large_job_is_canceled_at_once_and_its_executions_one_after_the_other(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    enable_events(w);
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{\"comment\":\"enough\"}");
    take_notification(w, "$aws/events/job/fw/cancellation_in_progress");
    assert_silence(w);
    world_stop_after(w, 0);
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_string(job, "job.status", "CANCELED");
    heard_the_end(w, "lamp-2498");
    take_notification(w, "$aws/events/job/fw/canceled");
    assert_silence(w);
    assert_counts(w, "fw", "Canceled 2498, InProgress 2");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    device_reports(w, "fw", "lamp-2499", "SUCCEEDED");
    world_free(w);
}

static void canceling_survives_a_restart_wherever_it_is(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    restart_until_done(w);
    assert_counts(w, "fw", "Canceled 2500");
    const cJSON *last = http(w, 200, "GET", "/things/lamp-2499/jobs/fw", NULL)->body;
    assert_json(last, "execution.forceCanceled", "true");
    assert_json_number(last, "execution.versionNumber", 3);
    world_free(w);
}

/* As on AWS, where canceling takes a while: who starts the job meanwhile may finish it. */
static bool start_the_last_but_one(struct op *op, const void *input)
{
    (void)input;
    struct data_update_job_execution_request start = { .thing_name = STR_LIT("lamp-2498"),
                                                       .job_id = STR_LIT("fw"),
                                                       .status = DATA_JOB_EXECUTION_STATUS_IN_PROGRESS };
    return op_handler(OP_DATA_UPDATE_JOB_EXECUTION).run(op, &start);
}

static void who_starts_before_his_turn_has_come_is_not_canceled(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    in_one_batch(w, "PUT", "/jobs/fw/cancel", "{}", start_the_last_but_one, NULL);
    assert_executions(w, "fw", "lamp-2498", "IN_PROGRESS 1");
    assert_counts(w, "fw", "Canceled 2497, InProgress 3");
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    assert_counts(w, "fw", "Canceled 2500");
    world_free(w);
}

static void force_overtakes_canceling_without_it(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    world_stop_after(w, 0);
    http(w, 200, "PUT", "/jobs/fw/cancel?force=true", "{}");
    assert_counts(w, "fw", "Canceled 2500");
    refused(w, INVALID, "PUT", "/jobs/fw/cancel?force=true", "{}",
            "Job fw in status CANCELED cannot be canceled.");
    world_free(w);
}

/* The operation is refused with this error. */
static void assert_refuses(struct op *op, enum operation operation, const void *input, enum error_code code)
{
    struct err err;
    struct op again = *op;
    err_init(&err, op->arena);
    again.err = &err;
    assert_false(op_handler(operation).run(&again, input));
    assert_int_equal(err.code, code);
}

static bool look_and_try(struct op *op, const void *input)
{
    (void)input;
    struct job_state job;
    struct delete_job_request deletion = { .job_id = STR_LIT("fw"), .force = { true, true } };
    struct cancel_job_request cancellation = { .job_id = STR_LIT("fw"), .force = { true, true } };
    assert_true(store_job_state_get(op->db, STR_LIT("fw"), &job));
    assert_int_equal(job.status, JOB_STATUS_DELETION_IN_PROGRESS);
    assert_refuses(op, OP_DELETE_JOB, &deletion, ERR_INVALID_STATE_TRANSITION);
    assert_refuses(op, OP_CANCEL_JOB, &cancellation, ERR_INVALID_REQUEST);
    return true;
}

static void a_large_job_in_deletion_is_seen_and_left_alone(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    enable_events(w);
    in_one_batch(w, "DELETE", "/jobs/fw?force=true", "", look_and_try, NULL);
    take_notification(w, "$aws/things/lamp-0/jobs/notify");
    take_notification(w, "$aws/things/lamp-0/jobs/notify-next");
    take_notification(w, "$aws/events/job/fw/deletion_in_progress");
    heard_the_end(w, "lamp-2498");
    heard_the_end(w, "lamp-2499");
    take_notification(w, "$aws/events/job/fw/deleted");
    assert_silence(w);
    refused(w, NOT_FOUND, "GET", "/jobs/fw", NULL, "Job fw cannot be found.");
    world_free(w);
}

static void deleting_survives_a_restart_wherever_it_is(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(w, "execution"), MANY - 100);
    http(w, 409, "PUT", "/jobs/fw", FOR_SITE);
    restart_until_done(w);
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_int_equal(rows_in(w, "job"), 0);
    assert_int_equal(rows_in(w, "timer"), 0);
    http(w, 200, "PUT", "/jobs/fw", FOR_SITE);
    assert_counts(w, "fw", "Queued 2500");
    world_free(w);
}

static void deleting_overtakes_canceling(void **state)
{
    struct world *w = given_large_job();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    world_stop_after(w, 0);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    assert_int_equal(rows_in(w, "execution"), 0);
    assert_int_equal(rows_in(w, "timer"), 0);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_job_is_canceled_at_once_and_its_executions_one_after_the_other),
        cmocka_unit_test(canceling_survives_a_restart_wherever_it_is),
        cmocka_unit_test(who_starts_before_his_turn_has_come_is_not_canceled),
        cmocka_unit_test(force_overtakes_canceling_without_it),
        cmocka_unit_test(a_large_job_in_deletion_is_seen_and_left_alone),
        cmocka_unit_test(deleting_survives_a_restart_wherever_it_is),
        cmocka_unit_test(deleting_overtakes_canceling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
