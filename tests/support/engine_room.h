/*
 * An engine with everything around it, for tests of the engine itself: a store in memory, a virtual clock,
 * an outbox, and a place where answered calls gather. Calls can be submitted before room_start, and then make
 * one batch.
 */
#ifndef IOTJOBS_TESTS_ENGINE_ROOM_H
#define IOTJOBS_TESTS_ENGINE_ROOM_H

#include <pthread.h>

#include "support/cmocka_all.h"

#include "engine/engine.h"
#include "settings.h"
#include "store/store.h"

enum { ROOM_ANSWERS_MAX = 20000 };

struct room {
    struct settings settings;
    struct clock clock;
    struct store *store;
    struct db *reader; /* for `done`, on the engine thread */
    struct outbox *outbox;
    struct engine *engine;
    bool started;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    struct call *answers[ROOM_ANSWERS_MAX]; /* in the order in which they came */
    size_t answered;
    size_t rings;
    bool uncommitted; /* an answer came before the row that it is about */
};

/* cmocka's set-up and tear-down. The clock stands at 2030-01-01T12:00Z. */
int room_set_up(void **state);
int room_tear_down(void **state);
/* The clock follows the host. */
int room_set_up_on_host_time(void **state);

void room_start(struct room *room);
void room_stop(struct room *room);

/* A call that runs `run` on `input`, which must outlive it. Its `owner` is the room. */
struct call *room_call(struct room *room, op_fn *run, const void *input);
/* A call that is an operation of the control plane. */
struct call *room_request(struct room *room, const char *method, const char *path, const char *body);
/* Submits; fails the test when that is refused. */
void room_submit(struct room *room, struct call *call);

/* Waits until `n` calls are answered, and fails the test when that takes half a minute. */
void room_wait(struct room *room, size_t n);
/* Waits for the next message in the outbox, which the caller frees. */
struct message *room_wait_message(struct room *room);

/* Waits for the answer to this call; its text, or its error's message. */
const char *room_ask(struct room *room, struct call *call);

/* Runs of the test's own. The input is the name of a thing. */
op_fn run_write;           /* makes the thing */
op_fn run_write_then_fail; /* makes it, and fails */
op_fn run_write_twice;     /* makes it twice, which the database refuses */
op_fn run_break_commit;    /* makes it, and leaves what no COMMIT can take */
op_fn run_exists;          /* answers {"exists":…} */

int64_t room_things(struct room *room);

/* What tests ask of it. */
#define FW "/jobs/fw"
#define JOB(more)                                                                                            \
    "{\"targets\":[\"arn:aws:iot:us-east-1:000000000000:thing/pump\"],\"document\":\"{}\"" more "}"
#define START ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"

void given_scheduled_job(struct room *room, const char *more);
void assert_job(struct room *room, const char *status);
void assert_answer(struct room *room, struct call *call, const char *expected);
void assert_failed(const struct call *call, enum error_code code, const char *message);

#endif
