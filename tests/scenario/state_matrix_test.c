/*
 * Every update that a device can ask for, against a matrix written down here: each status of the execution ×
 * each status asked for × right, wrong and no expectedVersion × the execution's place among those of its job,
 * over both edges.
 */
#include "support/scene.h"

#include <stdio.h>
#include <string.h>

enum { STATUSES = 8, OPEN = 2, ASKED = STATUSES + 2 };

/* The first two are open. The last two are an unknown status and none at all. */
static const char *const names[ASKED] = { "QUEUED",   "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT",
                                          "REJECTED", "REMOVED",     "CANCELED",  "DONE",   NULL };

/* Device protocol, section 4, with decisions 2 and 3. y: done; n: InvalidStateTransition; ?: InvalidRequest.
 * From the row's status to the column's, in the order of `names`. */
static const char matrix[STATUSES][ASKED + 1] = {
    /* QUEUED      */ "nyyynynn??",
    /* IN_PROGRESS */ "nyyynynn??",
    /* SUCCEEDED   */ "nnnnnnnn??",
    /* FAILED      */ "nnnnnnnn??",
    /* TIMED_OUT   */ "nnnnnnnn??",
    /* REJECTED    */ "nnnnnnnn??",
    /* REMOVED     */ "nnnnnnnn??",
    /* CANCELED    */ "nnnnnnnn??",
};

/* The version that an execution has in each status, on the way that `reach` takes. */
static const int versions[STATUSES] = { 1, 2, 2, 2, 3, 2, 1, 2 };

enum version { VERSION_ABSENT, VERSION_RIGHT, VERSION_WRONG, VERSIONS };

/* Which execution is asked for: the only one, without and with its number; the second of two; the first of
 * two, which is none of the OPEN ones; one that is not there. */
enum place { PLACE_ONLY, PLACE_ONLY_NUMBERED, PLACE_SECOND, PLACE_FIRST, PLACE_NONE, PLACES };

static const struct {
    const char *number; /* in the request */
    int64_t subject;    /* the execution whose state matters */
} places[PLACES] = {
    [PLACE_ONLY] = { "", 1 },
    [PLACE_ONLY_NUMBERED] = { ",\"executionNumber\":1", 1 },
    [PLACE_SECOND] = { ",\"executionNumber\":\"2\"", 2 },
    [PLACE_FIRST] = { ",\"executionNumber\":1", 1 },
    [PLACE_NONE] = { ",\"executionNumber\":3", 1 },
};

struct cell {
    int from, asked;
    enum version version;
    enum place place;
};

/* ---- making it so: a job on the pump, and on another thing, so that the job is never complete ---- */

static void device_reports(struct scene *s, const char *status, const char *more)
{
    char body[128];
    snprintf(body, sizeof body, "{\"status\":\"%s\"%s}", status, more);
    assert_accepted(scene_update(s, "fw", body));
}

static void reach(struct scene *s, const char *status)
{
    if (strcmp(status, "TIMED_OUT") == 0) {
        device_reports(s, "IN_PROGRESS", ",\"stepTimeoutInMinutes\":1");
        advance(s->w, "PT1M");
    } else if (strcmp(status, "REMOVED") == 0) {
        http(s->w, 200, "DELETE", "/things/pump", NULL);
        given_thing(s->w, "pump");
    } else if (strcmp(status, "CANCELED") == 0) {
        http(s->w, 200, "PUT", "/things/pump/jobs/fw/cancel", "{}");
    } else if (strcmp(status, "QUEUED") != 0) {
        device_reports(s, status, "");
    }
}

static void given_cell(struct scene *s, const struct cell *cell)
{
    http(s->w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/keeper\"],"
         "\"document\":\"{}\"}");
    if (cell->place == PLACE_SECOND) {
        device_reports(s, "FAILED", "");
        given_another_execution(s->w, "fw", "pump");
    }
    reach(s, names[cell->from]);
    if (cell->place == PLACE_FIRST)
        given_another_execution(s->w, "fw", "pump");
}

static struct answer *ask(struct scene *s, const struct cell *cell)
{
    char body[160];
    char status[40] = "\"comment\":\"none\"", version[40] = "";
    if (names[cell->asked])
        snprintf(status, sizeof status, "\"status\":\"%s\"", names[cell->asked]);
    if (cell->version != VERSION_ABSENT)
        snprintf(version, sizeof version, ",\"expectedVersion\":%d",
                 versions[cell->from] + (cell->version == VERSION_WRONG));
    snprintf(body, sizeof body, "{%s%s%s}", status, version, places[cell->place].number);
    return scene_update(s, "fw", body);
}

/* ---- what must come of it ---- */

/* "" when the update must be accepted. */
static const char *expected_code(const struct cell *cell)
{
    char verdict = matrix[cell->from][cell->asked];
    if (verdict == '?')
        return "InvalidRequest";
    if (cell->place == PLACE_NONE)
        return "ResourceNotFound";
    if (cell->version == VERSION_WRONG)
        return "VersionMismatch";
    return verdict == 'y' ? "" : "InvalidStateTransition";
}

static void assert_told_state(const struct answer *a, const struct cell *cell, const char *code)
{
    char message[128];
    if (strcmp(code, "VersionMismatch") == 0)
        snprintf(message, sizeof message, "Expected version %d but found version %d",
                 versions[cell->from] + 1, versions[cell->from]);
    else if (strcmp(code, "InvalidStateTransition") == 0)
        snprintf(message, sizeof message, "The status of job execution cannot be changed to be %s",
                 names[cell->asked]);
    else {
        assert_json_absent(a->body, "executionState");
        return;
    }
    assert_json_string(a->body, "message", message);
    assert_json_string(a->body, "executionState.status", names[cell->from]);
    assert_json_number(a->body, "executionState.versionNumber", versions[cell->from]);
}

/* The execution itself, and its counterpart of the same job, which no update may touch. */
static void assert_stored(struct scene *s, int64_t number, const char *status, int version)
{
    char path[80];
    snprintf(path, sizeof path, "/things/pump/jobs/fw?executionNumber=%d", (int)number);
    const struct answer *a = http(s->w, 200, "GET", path, NULL);
    assert_json_string(a->body, "execution.status", status);
    assert_json_number(a->body, "execution.versionNumber", version);
}

static void play(struct scene *s, const struct cell *cell)
{
    const char *code = expected_code(cell);
    bool accepted = code[0] == '\0';
    given_cell(s, cell);
    const struct answer *a = ask(s, cell);
    if (accepted) {
        assert_accepted(a);
    } else {
        assert_refused(a, code);
        assert_told_state(a, cell, code);
    }
    assert_stored(s, places[cell->place].subject, names[accepted ? cell->asked : cell->from],
                  versions[cell->from] + accepted);
    if (cell->place == PLACE_FIRST)
        assert_stored(s, 2, "QUEUED", 1);
    if (cell->place == PLACE_SECOND)
        assert_stored(s, 1, "FAILED", 2);
    http(s->w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    forget_notifications(s->w);
}

/* ---- one test for each status and place ---- */

struct row {
    enum edge edge;
    int from;
    enum place place;
    char name[80];
};

static void each_update_from_there_is_answered_as_the_matrix_says(void **state)
{
    const struct row *row = *state;
    struct scene *s;
    void *scene = (void *)&scene_edges[row->edge];
    scene_set_up(&scene);
    s = scene;
    given_thing(s->w, "keeper");
    for (int asked = 0; asked < ASKED; asked++) {
        for (int version = 0; version < VERSIONS; version++) {
            struct cell cell = { row->from, asked, (enum version)version, row->place };
            play(s, &cell);
        }
    }
    scene_tear_down(&scene);
}

int main(void)
{
    static const char *const place_names[PLACES] = {
        [PLACE_ONLY] = "without a number",       [PLACE_ONLY_NUMBERED] = "with its number",
        [PLACE_SECOND] = "the newest of two",    [PLACE_FIRST] = "the older of two",
        [PLACE_NONE] = "with an unknown number",
    };
    enum { ROWS = 2 * STATUSES * PLACES - 2 * OPEN };
    static struct row rows[ROWS];
    struct CMUnitTest tests[ROWS];
    int n = 0;
    for (int i = 0; i < 2 * STATUSES * PLACES; i++) {
        struct row *row = &rows[n];
        *row = (struct row){ .edge = (enum edge)(i % 2),
                             .from = i / 2 % STATUSES,
                             .place = (enum place)(i / 2 / STATUSES) };
        if (row->place == PLACE_FIRST && row->from < OPEN)
            continue;
        snprintf(row->name, sizeof row->name, "every update of a %s execution, %s, over %s", names[row->from],
                 place_names[row->place], row->edge == OVER_MQTT ? "MQTT" : "HTTP");
        tests[n++] = (struct CMUnitTest){ .name = row->name,
                                          .test_func = each_update_from_there_is_answered_as_the_matrix_says,
                                          .initial_state = row };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
