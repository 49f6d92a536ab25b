#include "support/engine_room.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/timer_store.h"

static void a_due_timer_fires_without_any_call(void **state)
{
    struct room *room = *state;
    room_start(room);
    given_scheduled_job(room, JOB(START));
    struct clock_change faster = { .verb = CLOCK_SCALE, .scale = 100000 };
    struct call *change = room_call(room, NULL, NULL);
    engine_prepare_clock_change(change, &faster);
    room_ask(room, change);
    struct message *message = room_wait_message(room);
    assert_string_equal(message->topic, "$aws/things/pump/jobs/notify");
    message_free(message);
    room_stop(room);
    assert_int_equal(engine_stats(room->engine).timers_fired, 1);
    assert_int_equal(engine_stats(room->engine).calls, 3);
}

/* The job's start, a moment from now. */
static bool hasten(struct op *op, int64_t ms)
{
    struct timer_row timer = {
        .kind = TIMER_JOB_START, .job_id = STR_LIT("fw"), .thing_name = STR_LIT(""), .due_ms = op->now_ms + ms
    };
    return store_timer_set(op->db, &timer);
}

static bool run_hasten(struct op *op, const void *input)
{
    (void)input;
    return hasten(op, 20);
}

/* Later than a failure keeps timers waiting. */
static bool run_hasten_later(struct op *op, const void *input)
{
    (void)input;
    return hasten(op, 1100);
}

static void given_job_of_tomorrow(struct room *room)
{
    char start[32], body[256];
    time_t later = time(NULL) + 24 * 3600;
    struct tm tm;
    gmtime_r(&later, &tm);
    strftime(start, sizeof start, "%Y-%m-%d %H:%M", &tm);
    snprintf(body, sizeof body, JOB(",\"schedulingConfig\":{\"startTime\":\"%s\"}"), start);
    given_scheduled_job(room, body);
    assert_job(room, "SCHEDULED");
}

static void a_due_timer_fires_on_the_hosts_time_too(void **state)
{
    struct room *room = *state;
    room_start(room);
    given_job_of_tomorrow(room);
    room_ask(room, room_call(room, run_hasten, NULL));
    message_free(room_wait_message(room));
    assert_job(room, "IN_PROGRESS");
}

/* What keeps timers waiting has gone; the next one is due in a moment. */
static void assert_quiet_until_it_fires(struct room *room)
{
    enum { TURNS_MAX = 200 }; /* an engine that does not wait makes that many in less than a millisecond */
    uint64_t before = engine_stats(room->engine).turns;
    message_free(room_wait_message(room));
    assert_job(room, "IN_PROGRESS"); /* the figures of the batch before are out by then */
    assert_in_range(engine_stats(room->engine).turns - before, 1, TURNS_MAX);
}

static void timers_wait_for_room_in_the_outbox_and_the_engine_with_them(void **state)
{
    enum { MUCH = 33 * 1024 * 1024 };
    struct room *room = *state;
    char *payload = calloc(1, MUCH);
    assert_non_null(payload);
    room_start(room);
    given_job_of_tomorrow(room);
    outbox_push(room->outbox, message_new(STR_NONE, STR_LIT("topic"), payload, MUCH, 1));
    room_ask(room, room_call(room, run_hasten, NULL));
    assert_job(room, "SCHEDULED");
    message_free_all(outbox_take_all(room->outbox));
    assert_quiet_until_it_fires(room);
}

static void after_a_failed_commit_the_engine_waits_for_the_next_timer(void **state)
{
    struct room *room = *state;
    room_start(room);
    given_job_of_tomorrow(room);
    room_ask(room, room_call(room, run_hasten_later, NULL));
    room_ask(room, room_call(room, run_break_commit, "valve"));
    assert_quiet_until_it_fires(room);
    assert_int_equal(engine_stats(room->engine).commit_failures, 1);
}

static void timers_come_before_calls(void **state)
{
    struct room *room = *state;
    struct call *describe = room_request(room, "GET", FW, NULL);
    room_submit(room, room_request(room, "POST", "/things/pump", "{}"));
    room_submit(room, room_request(room, "PUT", FW, JOB(START)));
    while (engine_run_batch(room->engine))
        ;
    assert_int_equal(engine_stats(room->engine).next_due_ms, INT64_C(1893502800000));
    clock_set(&room->clock, INT64_C(1893502800000));
    room_submit(room, describe);
    assert_true(engine_run_batch(room->engine));
    assert_non_null(strstr(describe->reply.p, "\"status\":\"IN_PROGRESS\""));
    message_free_all(outbox_take_all(room->outbox));
}

static void a_timer_that_is_due_at_the_start_fires_at_once(void **state)
{
    struct room *room = *state;
    room_submit(room, room_request(room, "POST", "/things/pump", "{}"));
    room_submit(room, room_request(room, "PUT", FW, JOB(START)));
    while (engine_run_batch(room->engine))
        ;
    clock_set(&room->clock, INT64_C(1893600000000));
    room_start(room);
    message_free(room_wait_message(room));
    assert_job(room, "IN_PROGRESS");
}

static void a_clock_that_is_moved_fires_before_it_is_answered(void **state)
{
    struct room *room = *state;
    room_start(room);
    given_scheduled_job(room, JOB(START));
    struct clock_change hour = { .verb = CLOCK_ADVANCE, .ms = 3600 * 1000 };
    struct call *change = room_call(room, NULL, NULL);
    engine_prepare_clock_change(change, &hour);
    struct call *after = room_request(room, "GET", FW, NULL);
    room_submit(room, change);
    room_submit(room, after);
    room_wait(room, 4);
    assert_string_equal(
        change->reply.p,
        "{\"mode\":\"virtual\",\"frozen\":true,\"scale\":1.0,"
        "\"now\":\"2030-01-01T13:00:00.000Z\",\"fired\":[{\"at\":\"2030-01-01T13:00:00.000Z\","
        "\"timer\":\"JOB_START\",\"jobId\":\"fw\"}],\"firedCount\":1}");
    assert_non_null(strstr(after->reply.p, "\"status\":\"IN_PROGRESS\""));
}

static void the_hosts_clock_cannot_be_moved(void **state)
{
    struct room *room = *state;
    room_start(room);
    struct clock_change hour = { .verb = CLOCK_ADVANCE, .ms = 3600 * 1000 };
    struct call *change = room_call(room, NULL, NULL);
    engine_prepare_clock_change(change, &hour);
    room_ask(room, change);
    assert_failed(change, ERR_STATE_REFUSED,
                  "The clock of this server follows the host's. Start it with --virtual-clock to move it.");
}

static void given_commits_that_fail_on_executions(struct room *room)
{
    assert_true(
        db_script(store_writer(room->store),
                  "CREATE TABLE child (thing INTEGER REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED);"
                  "CREATE TRIGGER break AFTER INSERT ON execution BEGIN INSERT INTO child VALUES (99); "
                  "END"));
}

static void a_timer_that_cannot_be_committed_stops_no_clock_and_fires_once_it_can(void **state)
{
    struct room *room = *state;
    given_commits_that_fail_on_executions(room);
    room_submit(room, room_request(room, "POST", "/things/pump", "{}"));
    room_submit(room, room_request(room, "PUT", FW, JOB(START)));
    while (engine_run_batch(room->engine))
        ;
    struct clock_change hour = { .verb = CLOCK_ADVANCE, .ms = 3600 * 1000 };
    struct call *change = room_call(room, NULL, NULL);
    engine_prepare_clock_change(change, &hour);
    room_submit(room, change);
    while (engine_run_batch(room->engine))
        ;
    assert_failed(change, ERR_SERVICE_UNAVAILABLE,
                  "The clock has stopped on the way: what fell due there could not be committed. Try again.");
    assert_int_equal(clock_now_ms(&room->clock), INT64_C(1893502800000)); /* the start time */
    assert_null(outbox_take_all(room->outbox));
    assert_true(engine_stats(room->engine).last_commit_failed);
    assert_int_equal(engine_stats(room->engine).timers_fired, 0);

    assert_true(db_script(store_writer(room->store), "DROP TRIGGER break"));
    room_start(room);
    struct clock_change second = { .verb = CLOCK_ADVANCE, .ms = 1000 };
    change = room_call(room, NULL, NULL);
    engine_prepare_clock_change(change, &second);
    room_ask(room, change);
    assert_true(change->ok);
    assert_job(room, "IN_PROGRESS");
    message_free(room_wait_message(room));
}

static void a_look_at_the_timers_that_fails_harms_no_call_and_is_made_again(void **state)
{
    struct room *room = *state;
    struct db *db = store_writer(room->store);
    room_submit(room, room_request(room, "POST", "/things/pump", "{}"));
    room_submit(room, room_request(room, "PUT", FW, JOB(START)));
    while (engine_run_batch(room->engine))
        ;
    assert_true(db_script(db, "ALTER TABLE timer RENAME TO hidden"));
    struct call *during = room_call(room, run_write, "during");
    room_submit(room, during);
    while (engine_run_batch(room->engine))
        ;
    assert_true(during->ok);
    assert_int_equal(engine_stats(room->engine).next_due_ms, INT64_MIN);
    assert_true(db_script(db, "ALTER TABLE hidden RENAME TO timer"));
    struct call *after = room_call(room, run_write, "after");
    room_submit(room, after);
    while (engine_run_batch(room->engine))
        ;
    assert_true(after->ok);
    assert_int_equal(engine_stats(room->engine).next_due_ms, INT64_C(1893502800000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)
#define TEST_ON_HOST_TIME(name)                                                                              \
    cmocka_unit_test_setup_teardown(name, room_set_up_on_host_time, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_look_at_the_timers_that_fails_harms_no_call_and_is_made_again),
        TEST(a_due_timer_fires_without_any_call),
        TEST_ON_HOST_TIME(a_due_timer_fires_on_the_hosts_time_too),
        TEST_ON_HOST_TIME(timers_wait_for_room_in_the_outbox_and_the_engine_with_them),
        TEST_ON_HOST_TIME(after_a_failed_commit_the_engine_waits_for_the_next_timer),
        TEST(timers_come_before_calls),
        TEST(a_timer_that_is_due_at_the_start_fires_at_once),
        TEST(a_clock_that_is_moved_fires_before_it_is_answered),
        TEST_ON_HOST_TIME(the_hosts_clock_cannot_be_moved),
        TEST(a_timer_that_cannot_be_committed_stops_no_clock_and_fires_once_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
