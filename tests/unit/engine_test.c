#include "support/engine_room.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store/timer_store.h"

/* "thing-I", kept for the whole test. */
static const char *name_of(size_t i)
{
    static char names[ROOM_ANSWERS_MAX][16];
    snprintf(names[i], sizeof names[i], "thing-%zu", i);
    return names[i];
}

/* ---- batches ---- */

static void calls_are_answered_in_the_order_in_which_they_came_and_after_their_commit(void **state)
{
    enum { CALLS = 2500 }; /* more than one batch takes */
    struct room *room = *state;
    struct call *calls[CALLS];
    for (size_t i = 0; i < CALLS; i++) {
        calls[i] = room_call(room, run_write, name_of(i));
        room_submit(room, calls[i]);
    }
    assert_int_equal(engine_stats(room->engine).inbox_depth, CALLS);
    room_start(room);
    room_wait(room, CALLS);
    for (size_t i = 0; i < CALLS; i++) {
        assert_ptr_equal(room->answers[i], calls[i]);
        assert_true(calls[i]->ok);
    }
    assert_string_equal(calls[7]->reply.p, "{\"made\":\"thing-7\"}");
    assert_false(room->uncommitted);
    assert_int_equal(room_things(room), CALLS);
    room_stop(room);
    struct engine_stats stats = engine_stats(room->engine);
    assert_int_equal(stats.calls, CALLS);
    assert_int_equal(stats.inbox_depth, 0);
    assert_true(stats.batches >= 3 && stats.batches < CALLS);
}

static void who_reads_sees_what_was_written_before(void **state)
{
    struct room *room = *state;
    struct call *before = room_call(room, run_exists, "pump");
    struct call *after = room_call(room, run_exists, "pump");
    room_submit(room, before);
    room_submit(room, room_call(room, run_write, "pump"));
    room_submit(room, after);
    room_start(room);
    room_wait(room, 3);
    assert_string_equal(before->reply.p, "{\"exists\":false}");
    assert_string_equal(after->reply.p, "{\"exists\":true}");
}

static void a_call_that_fails_is_rolled_back_alone(void **state)
{
    struct room *room = *state;
    struct call *first = room_call(room, run_write, "first");
    struct call *failing = room_call(room, run_write_then_fail, "never");
    struct call *broken = room_call(room, run_write_twice, "twice");
    struct call *last = room_call(room, run_write, "last");
    room_submit(room, first);
    room_submit(room, failing);
    room_submit(room, broken);
    room_submit(room, last);
    room_start(room);
    room_wait(room, 4);
    assert_true(first->ok && last->ok);
    assert_failed(failing, ERR_INVALID_REQUEST, "changed my mind");
    assert_failed(broken, ERR_INTERNAL, "The database could not be read or written.");
    assert_int_equal(room_things(room), 2);
    room_stop(room);
    struct engine_stats stats = engine_stats(room->engine);
    assert_int_equal(stats.batches, 1);
    assert_int_equal(stats.commit_failures, 0);
}

static void a_commit_that_fails_fails_every_call_of_its_batch_and_nobody_hears_of_it(void **state)
{
    static const char message[] = "The change could not be committed.";
    struct room *room = *state;
    struct call *calls[] = { room_call(room, run_write, "before"),
                             room_request(room, "POST", "/things/pump", "{}"),
                             room_request(room, "PUT", FW, JOB("")),
                             room_call(room, run_break_commit, "breaker"),
                             room_call(room, run_write_then_fail, "failed anyway"),
                             room_call(room, run_exists, "before") };
    for (size_t i = 0; i < 6; i++)
        room_submit(room, calls[i]);
    room_start(room);
    room_wait(room, 6);
    for (size_t i = 0; i < 6; i++)
        assert_failed(calls[i], ERR_SERVICE_UNAVAILABLE, message);
    assert_int_equal(room_things(room), 0);
    assert_null(outbox_take_all(room->outbox));

    assert_answer(room, room_call(room, run_write, "after"), "{\"made\":\"after\"}");
    assert_int_equal(room_things(room), 1);
    room_stop(room);
    assert_int_equal(engine_stats(room->engine).commit_failures, 1);
}

static void a_call_that_loses_the_transaction_fails_those_before_it_and_none_after_it(void **state)
{
    struct room *room = *state;
    assert_true(db_script(store_writer(room->store),
                          "CREATE TRIGGER lose AFTER INSERT ON thing WHEN new.name = 'lost' "
                          "BEGIN SELECT raise(ROLLBACK, 'lost'); END"));
    struct call *before = room_call(room, run_write, "before");
    struct call *losing = room_call(room, run_write, "lost");
    struct call *after = room_call(room, run_write, "after");
    room_submit(room, before);
    room_submit(room, losing);
    room_submit(room, after);
    room_start(room);
    room_wait(room, 3);
    assert_failed(before, ERR_SERVICE_UNAVAILABLE, "The change could not be committed.");
    assert_failed(losing, ERR_SERVICE_UNAVAILABLE, "The change could not be committed.");
    assert_true(after->ok);
    assert_int_equal(room_things(room), 1);
}

/* What SQLite does by itself when a read fails for want of memory or for an I/O error. */
static bool run_lose_quietly(struct op *op, const void *input)
{
    (void)input;
    return db_exec(op->db, "ROLLBACK", "");
}

static void a_read_that_loses_the_transaction_lets_nobody_commit_alone(void **state)
{
    struct room *room = *state;
    struct call *before = room_call(room, run_write, "before");
    struct call *losing = room_call(room, run_lose_quietly, NULL);
    struct call *after = room_call(room, run_write, "after");
    room_submit(room, before);
    room_submit(room, losing);
    room_submit(room, after);
    assert_true(engine_run_batch(room->engine));
    assert_failed(before, ERR_SERVICE_UNAVAILABLE, "The change could not be committed.");
    assert_failed(losing, ERR_SERVICE_UNAVAILABLE, "The change could not be committed.");
    assert_int_equal(room_things(room), 0);
    while (engine_run_batch(room->engine))
        ;
    assert_true(after->ok);
    assert_int_equal(room_things(room), 1);
}

static void calls_that_a_batch_leaves_behind_still_count_as_waiting(void **state)
{
    enum { LIMIT = 1500, BATCH = 1000 };
    struct room *room = *state;
    room->settings.inbox_limit = LIMIT;
    for (size_t i = 0; i < LIMIT; i++)
        room_submit(room, room_call(room, run_exists, "pump"));
    engine_run_batch(room->engine);
    size_t left = engine_stats(room->engine).inbox_depth;
    assert_true(left >= LIMIT - BATCH);
    for (size_t i = left; i < LIMIT; i++)
        room_submit(room, room_call(room, run_exists, "pump"));
    struct call *refused = room_call(room, run_exists, "pump");
    assert_false(engine_submit(room->engine, refused));
    room_start(room);
    room_wait(room, LIMIT + LIMIT - left);
    room_submit(room, refused);
    room_wait(room, LIMIT + LIMIT - left + 1);
}

static void notifications_leave_after_the_commit_in_the_order_of_the_calls(void **state)
{
    static const char *const topics[] = { "$aws/things/pump/jobs/notify", "$aws/things/pump/jobs/notify-next",
                                          "$aws/things/pump/jobs/notify" };
    struct room *room = *state;
    room_submit(room, room_request(room, "POST", "/things/pump", "{}"));
    room_submit(room, room_request(room, "PUT", FW, JOB("")));
    room_submit(room, room_request(room, "PUT", "/jobs/fw-2", JOB("")));
    while (engine_run_batch(room->engine))
        ;
    struct message *first = outbox_take_all(room->outbox);
    struct message *message = first;
    for (size_t i = 0; i < 3; i++, message = message->next)
        assert_string_equal(message->topic, topics[i]);
    assert_null(message);
    message_free_all(first);
}

/* ---- limits and the end ---- */

static void a_full_inbox_refuses_and_leaves_the_call_to_its_owner(void **state)
{
    enum { LIMIT = 16 };
    struct room *room = *state;
    room->settings.inbox_limit = LIMIT;
    for (size_t i = 0; i < LIMIT; i++)
        room_submit(room, room_call(room, run_write, name_of(i)));
    struct call *refused = room_call(room, run_write, "refused");
    assert_false(engine_submit(room->engine, refused));
    room_start(room);
    room_wait(room, LIMIT);
    room_submit(room, refused);
    room_wait(room, LIMIT + 1);
    assert_true(refused->ok);
}

static void an_inbox_full_of_large_calls_refuses_before_it_is_long(void **state)
{
    enum { LARGE = 15 * 1024 * 1024, MANY = 100 };
    struct room *room = *state;
    size_t taken = 0;
    struct call *call = NULL;
    for (; taken < MANY; taken++) {
        call = room_call(room, run_exists, "pump");
        assert_non_null(arena_alloc(&call->arena, LARGE));
        if (!engine_submit(room->engine, call))
            break;
    }
    assert_int_equal(taken, 256 / 15);
    struct call *small = room_call(room, run_exists, "pump");
    room_submit(room, small);
    room_start(room);
    room_wait(room, taken + 1);
    room_submit(room, call);
    room_wait(room, taken + 2);
}

static void stop_answers_what_was_submitted_and_refuses_what_comes_later(void **state)
{
    enum { CALLS = 2500 };
    struct room *room = *state;
    room_start(room);
    for (size_t i = 0; i < CALLS; i++)
        room_submit(room, room_call(room, run_write, name_of(i)));
    room_stop(room);
    assert_int_equal(room->answered, CALLS);
    assert_int_equal(room_things(room), CALLS);
    struct call *late = room_call(room, run_write, "late");
    assert_false(engine_submit(room->engine, late));
    call_free(late);
}

static void an_idle_engine_stops_and_stopping_twice_is_harmless(void **state)
{
    struct room *room = *state;
    room_start(room);
    room_stop(room);
    engine_stop(room->engine);
    engine_free(NULL);
}

struct producer {
    struct room *room;
    pthread_t thread;
    size_t number, calls, taken;
};

static void *produce(void *context)
{
    struct producer *p = context;
    for (size_t i = 0; i < p->calls; i++) {
        struct call *call = room_call(p->room, run_write, name_of(p->number * p->calls + i));
        if (engine_submit(p->room->engine, call))
            p->taken++;
        else
            call_free(call);
    }
    return NULL;
}

enum { PRODUCERS = 8, CALLS_EACH = 500 };

static void start_producers(struct room *room, struct producer producers[PRODUCERS])
{
    for (size_t i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){ .room = room, .number = i, .calls = CALLS_EACH };
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
}

static size_t join_producers(struct producer producers[PRODUCERS])
{
    size_t taken = 0;
    for (size_t i = 0; i < PRODUCERS; i++) {
        pthread_join(producers[i].thread, NULL);
        taken += producers[i].taken;
    }
    return taken;
}

static void many_producers_each_get_their_answers_in_order(void **state)
{
    struct room *room = *state;
    struct producer producers[PRODUCERS];
    size_t last[PRODUCERS] = { 0 };
    room_start(room);
    start_producers(room, producers);
    assert_int_equal(join_producers(producers), PRODUCERS * CALLS_EACH);
    room_wait(room, PRODUCERS * CALLS_EACH);
    for (size_t i = 0; i < room->answered; i++) {
        size_t number = (size_t)atol((const char *)room->answers[i]->input + strlen("thing-"));
        assert_true(room->answers[i]->ok);
        assert_int_equal(number % CALLS_EACH, last[number / CALLS_EACH]++);
    }
    assert_false(room->uncommitted);
    assert_int_equal(room_things(room), PRODUCERS * CALLS_EACH);
}

static void stopping_among_producers_answers_exactly_what_was_taken(void **state)
{
    struct room *room = *state;
    struct producer producers[PRODUCERS];
    room_start(room);
    start_producers(room, producers);
    room_wait(room, 1);
    room_stop(room);
    size_t taken = join_producers(producers);
    assert_int_equal(room->answered, taken);
    assert_int_equal(room_things(room), (int64_t)taken);
}

/* ---- the doorbell, the threads ---- */

static void the_bell_rings_until_the_outbox_is_empty(void **state)
{
    struct room *room = *state;
    room_start(room);
    given_scheduled_job(room, JOB(""));
    pthread_mutex_lock(&room->lock);
    while (room->rings < 5)
        pthread_cond_wait(&room->changed, &room->lock);
    pthread_mutex_unlock(&room->lock);
    message_free_all(outbox_take_all(room->outbox));
    assert_false(outbox_idle(room->outbox));
    assert_null(outbox_take_all(room->outbox));
    assert_true(outbox_idle(room->outbox));
}

/* The mask of blocked signals of the thread, if it is one of the engine's. */
static bool read_mask(const char *task, unsigned long long *ret_mask)
{
    char path[300], line[256];
    bool ours = false;
    snprintf(path, sizeof path, "/proc/self/task/%s/status", task);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    while (fgets(line, sizeof line, file)) {
        if (strncmp(line, "Name:\tiotjobs-", strlen("Name:\tiotjobs-")) == 0)
            ours = true;
        sscanf(line, "SigBlk: %llx", ret_mask);
    }
    fclose(file);
    return ours;
}

static void all_signals_are_blocked_in_the_threads(void **state)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGURG, SIGUSR1, SIGALRM, SIGPIPE, SIGCHLD };
    struct room *room = *state;
    size_t threads = 0;
    room_start(room);
    room_ask(room, room_call(room, run_exists, "pump"));
    DIR *dir = opendir("/proc/self/task");
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir)) {
        unsigned long long mask = 0;
        if (!read_mask(entry->d_name, &mask))
            continue;
        threads++;
        for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
            assert_true(mask & 1ull << (signals[i] - 1));
    }
    closedir(dir);
    assert_int_equal(threads, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, room_set_up, room_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(calls_are_answered_in_the_order_in_which_they_came_and_after_their_commit),
        TEST(who_reads_sees_what_was_written_before),
        TEST(a_call_that_fails_is_rolled_back_alone),
        TEST(a_commit_that_fails_fails_every_call_of_its_batch_and_nobody_hears_of_it),
        TEST(a_call_that_loses_the_transaction_fails_those_before_it_and_none_after_it),
        TEST(a_read_that_loses_the_transaction_lets_nobody_commit_alone),
        TEST(calls_that_a_batch_leaves_behind_still_count_as_waiting),
        TEST(notifications_leave_after_the_commit_in_the_order_of_the_calls),
        TEST(a_full_inbox_refuses_and_leaves_the_call_to_its_owner),
        TEST(an_inbox_full_of_large_calls_refuses_before_it_is_long),
        TEST(stop_answers_what_was_submitted_and_refuses_what_comes_later),
        TEST(an_idle_engine_stops_and_stopping_twice_is_harmless),
        TEST(many_producers_each_get_their_answers_in_order),
        TEST(stopping_among_producers_answers_exactly_what_was_taken),
        TEST(the_bell_rings_until_the_outbox_is_empty),
        TEST(all_signals_are_blocked_in_the_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
