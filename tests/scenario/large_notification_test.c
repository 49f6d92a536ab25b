/* Notifications of operations that touch many things, each with as much as a device may say. */
#include "support/world.h"

#include "store/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THINGS = 100, JOBS = 10, DETAILS = 10, DETAIL_CHARACTERS = 1024, TEXT_SIZE = 64 * 1024 };

/* Targets and a document; static, for there is one test at a time. */
static const char *body(void)
{
    static char text[TEXT_SIZE];
    size_t n = (size_t)snprintf(text, sizeof text, "{\"document\":\"{}\",\"targets\":[");
    for (int i = 0; i < THINGS; i++)
        n += (size_t)snprintf(text + n, sizeof text - n,
                              "%s\"arn:aws:iot:us-east-1:000000000000:thing/t-%d\"", i ? "," : "", i);
    snprintf(text + n, sizeof text - n, "]}");
    return text;
}

/* As much as an update may say. */
static struct str longest_details(void)
{
    static char text[TEXT_SIZE];
    size_t n = 0;
    for (int i = 0; i < DETAILS; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s\"k%d\":\"", i ? "," : "{", i);
        for (int k = 0; k < DETAIL_CHARACTERS; k++)
            n += (size_t)snprintf(text + n, sizeof text - n, "é");
        n += (size_t)snprintf(text + n, sizeof text - n, "\"");
    }
    n += (size_t)snprintf(text + n, sizeof text - n, "}");
    return (struct str){ text, n };
}

/* Every thing has ten jobs, and their devices have much to say. */
static int set_up(void **state)
{
    struct world *w = world_new(NOON);
    char name[32];
    nobody_listens(w);
    for (int i = 0; i < THINGS; i++) {
        snprintf(name, sizeof name, "t-%d", i);
        given_thing(w, name);
    }
    for (int i = 0; i < JOBS; i++) {
        snprintf(name, sizeof name, "/jobs/j-%d", i);
        http(w, 200, "PUT", name, body());
    }
    assert_true(
        db_exec(world_db(w), "UPDATE execution SET status_details = ?1 /*scan*/", "s", longest_details()));
    subscribe(w, "$aws/things/+/jobs/notify", SESSION_CLEAN);
    *state = w;
    return 0;
}

/* Takes notify of each thing, and notify-next where the head has changed; the rest is silence. */
static void heard_by_all(struct world *w, bool next)
{
    char topic[64];
    for (int i = 0; i < THINGS; i++) {
        snprintf(topic, sizeof topic, "$aws/things/t-%d/jobs/notify", i);
        take_notification(w, topic);
        snprintf(topic, sizeof topic, "$aws/things/t-%d/jobs/notify-next", i);
        if (next)
            take_notification(w, topic);
    }
    assert_silence(w);
}

static void a_job_for_many_things_with_long_lists_is_created(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/jobs/last", body());
    heard_by_all(w, false);
}

static void one_of_their_jobs_is_canceled(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/jobs/j-0/cancel", "{}");
    heard_by_all(w, true);
}

static void one_of_their_jobs_is_deleted(void **state)
{
    struct world *w = *state;
    http(w, 200, "DELETE", "/jobs/j-3?force=true", NULL);
    heard_by_all(w, false);
}

#define WITH_LONG_LISTS(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LONG_LISTS(a_job_for_many_things_with_long_lists_is_created),
        WITH_LONG_LISTS(one_of_their_jobs_is_canceled),
        WITH_LONG_LISTS(one_of_their_jobs_is_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
