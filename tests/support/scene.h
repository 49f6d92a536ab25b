/*
 * A story that must go the same way over MQTT and over HTTP: a world at noon with the thing "pump", and the
 * four requests of a device, each sent over the edge that the scene is played on.
 *
 *     static void an_update_is_answered(void **state)
 *     {
 *         struct scene *s = *state;
 *         given_job(s->w, "fw", "pump");
 *         assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
 *     }
 *     …
 *     const struct CMUnitTest tests[] = { OVER_BOTH(an_update_is_answered) };
 */
#ifndef IOTJOBS_TESTS_SCENE_H
#define IOTJOBS_TESTS_SCENE_H

#include "support/world.h"

#define PUMP "$aws/things/pump/jobs/"

enum edge { OVER_MQTT, OVER_HTTP };

struct scene {
    struct world *w;
    enum edge edge;
};

/* cmocka's set-up and tear-down; the initial state points to the edge. */
int scene_set_up(void **state);
int scene_tear_down(void **state);

extern const enum edge scene_edges[2];

#define OVER(edge, test)                                                                                     \
    {                                                                                                        \
        .name = #test " " #edge, .test_func = test, .setup_func = scene_set_up,                              \
        .teardown_func = scene_tear_down, .initial_state = (void *)&scene_edges[edge],                       \
    }
#define OVER_BOTH(test) OVER(OVER_MQTT, test), OVER(OVER_HTTP, test)

struct answer *scene_pending(struct scene *s);
struct answer *scene_start_next(struct scene *s, const char *body);
struct answer *scene_update(struct scene *s, const char *job, const char *body);
/* `options` is a JSON object without nesting, as MQTT has it; HTTP gets it as a query. */
struct answer *scene_describe(struct scene *s, const char *job, const char *options);
/* The same for another thing than the pump. */
struct answer *scene_update_of(struct scene *s, const char *thing, const char *job, const char *body);

void assert_accepted(const struct answer *a);
/* `code` as over MQTT; over HTTP its twin and the status that belongs to it. */
void assert_refused(const struct answer *a, const char *code);

/* The document of the job, as given_job makes it: an object over MQTT, a text over HTTP. */
void assert_document(const struct scene *s, const cJSON *root, const char *path, const char *job);
/* What the control plane says of the pump's newest execution of the job. */
void assert_execution(struct scene *s, const char *job, const char *status, int version);

#endif
