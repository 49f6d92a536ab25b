/*
 * A whole server without threads, sockets or waiting: in-memory store, virtual frozen clock, the real engine,
 * the real decoding of both edges. A story is told in requests and in time:
 *
 *     struct world *w = world_new("2030-01-01T12:00:00Z");
 *     http(w, 200, "POST", "/things/pump", "{}");
 *     struct answer *a = http(w, 200, "GET", "/jobs/fw", NULL);
 *     assert_string(a, "job.status", "SCHEDULED");
 *     advance(w, "PT31M");
 *     mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
 *     assert_received(w, "$aws/things/pump/jobs/notify", …);
 *     world_free(w);
 *
 * After every step the database's invariants (schema/invariants.sql) are checked, and every answer of an
 * operation is held against the model's output shape.
 */
#ifndef IOTJOBS_TESTS_WORLD_H
#define IOTJOBS_TESTS_WORLD_H

#include <cjson/cJSON.h>

#include "support/cmocka_all.h"

#include "api/model.h"
#include "engine/engine.h"
#include "settings.h"

struct world;

enum { HEARD_TOPIC_MAX = 256 };

#define NOON     "2030-01-01T12:00:00Z"
#define NOON_S   1893499200
#define PUMP_ARN "arn:aws:iot:us-east-1:000000000000:thing/pump"

/* The clock stands at `start` (ISO) until it is moved. Fails the test when anything cannot be made. */
struct world *world_new(const char *start);
void world_free(struct world *w);
/* Closes everything and opens it again on the same data, as after a crash; the clock goes on at `now` (ISO).
 * Only for worlds made with world_new_durable. */
struct world *world_new_durable(const char *start);
void world_restart(struct world *w, const char *now);
/* The same, with another window_time_zone from here on. */
void world_restart_in_zone(struct world *w, const char *zone, const char *now);
/* From here on each step, and each restart, runs at most that many batches of the engine: what is worked off
 * bit by bit stays unfinished. 0: as many as there are. */
void world_stop_after(struct world *w, int batches);
/* Restarts, each at that time, until the table has no rows; it must take one at least. From here on nothing
 * is stopped any more. */
void restart_until_empty(struct world *w, const char *table, const char *now);
/* As world_new, with the thing "pump". */
struct world *world_with_pump(const char *start);

/* cmocka's set-up and tear-down; *state is a world at NOON, empty or with the thing "pump". */
int world_set_up(void **state);
int world_set_up_with_pump(void **state);
int world_tear_down(void **state);

struct settings *world_settings(struct world *w);
struct db *world_db(struct world *w);

/* One answer: over HTTP the status and the body, over MQTT the payload and the last level of its topic. Valid
 * until the world is freed. */
struct answer {
    int status;                          /* HTTP */
    enum error_code code;                /* HTTP */
    const struct operation_model *model; /* HTTP: the operation that was asked for; NULL: none of the API */
    const char *error;                   /* HTTP: the exception; MQTT: the code; "" when there is none */
    const char *text;                    /* the body */
    cJSON *body;                         /* parsed; NULL when empty */
    const char *verdict;                 /* MQTT: "accepted" or "rejected" */
};

/* A request over HTTP on the control plane, or on the data plane; the test fails unless the status is
 * `status` (0: any). */
struct answer *http(struct world *w, int status, const char *method, const char *path, const char *body);
struct answer *http_data(struct world *w, int status, const char *method, const char *path, const char *body);

/* One of our own operations: what its path and its query say, as "jobId=fw&of=job". The manual must know each
 * member of what it answers (support/manual_check.h). */
struct own_operation;
struct answer *own(struct world *w, int status, const struct own_operation *operation, const char *query,
                   const char *body);

/* The page of a list that comes after the one in `a`. `path` is the list's, and has a query already. */
struct answer *next_page(struct world *w, const struct answer *a, const char *path);
/* The same for lists that page by a marker. */
struct answer *next_marked_page(struct world *w, const struct answer *a, const char *path);

/* A request that must be refused with `status` and the exception, saying `message` ("…" at its end: beginning
 * so), and must leave every row of the database as it is. */
struct answer *refused(struct world *w, int status, const char *exception, const char *method,
                       const char *path, const char *body, const char *message);

/* Who sends the HTTP requests from here on: the region of the credential scope and the host of the Host
 * header, NULL for none. */
void called_from(struct world *w, const char *region, const char *host);

/* A header of the HTTP requests from here on; NULL for none. The texts are borrowed. */
void with_header(struct world *w, const char *name, const char *value);

/* A request of the control plane, which must succeed, and behind it in the same transaction a run of the
 * test's own. */
void in_one_batch(struct world *w, const char *method, const char *path, const char *body, op_fn *run,
                  const void *input);

/* POST /_iotjobs/reset */
struct answer *reset(struct world *w);
/* All answers until now, for worlds that are asked very much. */
void forget_answers(struct world *w);

/* A publish by the device "device"; its one answer, which must be the first message that it causes. */
struct answer *mqtt(struct world *w, const char *topic, const char *payload);

/* Moves the clock by an ISO duration, and runs what falls due. The answer of POST /_iotjobs/clock. */
struct answer *advance(struct world *w, const char *duration);
struct answer *set_clock(struct world *w, const char *iso);
struct answer *change_clock(struct world *w, const struct clock_change *change);

/* Rows of that table; a number that changes with any change of any row. */
int64_t rows_in(struct world *w, const char *table);
uint64_t fingerprint(struct world *w);
/* Another one after each transaction that has written anything: cheaper than a fingerprint. */
int64_t data_version(struct world *w);

/* ---- who listens ---- */

/* From here on nobody listens but those who say so with subscribe. Before that, everybody does. */
void nobody_listens(struct world *w);
/* A client subscribes, as the plugin sees it. The sessions of persistent ones outlive a restart. */
enum session { SESSION_CLEAN, SESSION_PERSISTENT };
void subscribe(struct world *w, const char *filter, enum session session);

/* ---- what subscribers heard ---- */

/* The oldest notification not yet taken; the test fails unless it has that topic. Its payload, parsed. */
cJSON *take_notification(struct world *w, const char *topic);
void assert_silence(struct world *w); /* nothing that was not taken */
/* How many of those not yet taken have that topic. */
int heard_on(struct world *w, const char *topic);
/* The newest of them, which stays; NULL: none. */
const cJSON *last_heard(struct world *w, const char *topic);
void forget_notifications(struct world *w);
/* The oldest one that was not yet taken, whatever its topic is; NULL: none. */
const cJSON *take_any_notification(struct world *w, char ret_topic[HEARD_TOPIC_MAX]);

/* ---- reading JSON by path: "job.targets.0" ---- */

const cJSON *json_at(const cJSON *root, const char *path); /* NULL: not there */
void assert_json_string(const cJSON *root, const char *path, const char *expected);
void assert_json_number(const cJSON *root, const char *path, double expected);
void assert_json_absent(const cJSON *root, const char *path);
/* What stands there is this JSON value, members in any order. An empty path is the root. */
void assert_json(const cJSON *root, const char *path, const char *expected);
/* The texts of that member in the items of the array, in order, as "a b c"; "" for no item or no array. */
void assert_json_items(const cJSON *root, const char *array, const char *member, const char *expected);

/* Creates things and an immediate job on them; fails the test unless that works. */
void given_thing(struct world *w, const char *thing);
void given_job(struct world *w, const char *job, const char *thing);
void given_job_with(struct world *w, const char *job, const char *thing, const char *more_members);
/* The job once more on the thing, QUEUED, with the next execution number. Written into the database: nobody
 * is told. */
void given_another_execution(struct world *w, const char *job, const char *thing);

/* DescribeJob says that the job has this status. */
void assert_job_status(struct world *w, const char *job, const char *status);

#endif
