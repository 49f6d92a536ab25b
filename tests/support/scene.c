#include "support/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const enum edge scene_edges[2] = { OVER_MQTT, OVER_HTTP };

enum { PATH_TEXT_MAX = 512 };

int scene_set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    s->edge = *(const enum edge *)*state;
    s->w = world_with_pump(NOON);
    *state = s;
    return 0;
}

int scene_tear_down(void **state)
{
    struct scene *s = *state;
    world_free(s->w);
    free(s);
    return 0;
}

/* ---- requests ---- */

static struct answer *ask(struct scene *s, const char *topic, const char *method, const char *path,
                          const char *body)
{
    return s->edge == OVER_MQTT ? mqtt(s->w, topic, body) : http_data(s->w, 0, method, path, body);
}

struct answer *scene_pending(struct scene *s)
{
    return ask(s, PUMP "get", "GET", "/things/pump/jobs", "");
}

struct answer *scene_start_next(struct scene *s, const char *body)
{
    return ask(s, PUMP "start-next", "PUT", "/things/pump/jobs/$next", body);
}

struct answer *scene_update_of(struct scene *s, const char *thing, const char *job, const char *body)
{
    char topic[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
    snprintf(topic, sizeof topic, "$aws/things/%s/jobs/%s/update", thing, job);
    snprintf(path, sizeof path, "/things/%s/jobs/%s", thing, job);
    return ask(s, topic, "POST", path, body);
}

struct answer *scene_update(struct scene *s, const char *job, const char *body)
{
    return scene_update_of(s, "pump", job, body);
}

/* {"a":1,"b":"c"} becomes ?a=1&b=c */
static void add_query(char path[PATH_TEXT_MAX], const char *options)
{
    cJSON *object = cJSON_Parse(options);
    const cJSON *item;
    char separator = '?';
    cJSON_ArrayForEach(item, object)
    {
        char *value = cJSON_IsString(item) ? strdup(item->valuestring) : cJSON_PrintUnformatted(item);
        size_t n = strlen(path);
        snprintf(path + n, PATH_TEXT_MAX - n, "%c%s=%s", separator, item->string, value);
        free(value);
        separator = '&';
    }
    cJSON_Delete(object);
}

struct answer *scene_describe(struct scene *s, const char *job, const char *options)
{
    char topic[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
    snprintf(topic, sizeof topic, PUMP "%s/get", job);
    snprintf(path, sizeof path, "/things/pump/jobs/%s", job);
    add_query(path, options);
    return ask(s, topic, "GET", path, s->edge == OVER_MQTT ? options : "");
}

/* ---- answers ---- */

void assert_accepted(const struct answer *a)
{
    if (a->verdict ? strcmp(a->verdict, "accepted") != 0 : a->status != 200)
        fail_msg("refused: %s", a->text);
}

/* Device protocol 5.2. */
static const struct {
    const char *code, *exception;
    int status;
} twins[] = {
    { "InvalidRequest", "InvalidRequestException", 400 },
    { "InvalidJson", "InvalidRequestException", 400 },
    { "ResourceNotFound", "ResourceNotFoundException", 404 },
    { "InvalidStateTransition", "InvalidStateTransitionException", 409 },
    { "VersionMismatch", "InvalidStateTransitionException", 409 },
    { "TerminalStateReached", "TerminalStateException", 410 },
};

void assert_refused(const struct answer *a, const char *code)
{
    if (a->verdict) {
        if (strcmp(a->verdict, "rejected") != 0)
            fail_msg("accepted instead of %s: %s", code, a->text);
        assert_string_equal(a->error, code);
        return;
    }
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        if (strcmp(twins[i].code, code) != 0)
            continue;
        if (a->status != twins[i].status)
            fail_msg("%d instead of %s: %s", a->status, code, a->text);
        assert_string_equal(a->error, twins[i].exception);
        return;
    }
    fail_msg("%s has no twin", code);
}

void assert_document(const struct scene *s, const cJSON *root, const char *path, const char *job)
{
    char document[PATH_TEXT_MAX];
    snprintf(document, sizeof document, "{\"job\":\"%s\"}", job);
    if (s->edge == OVER_MQTT)
        assert_json(root, path, document);
    else
        assert_json_string(root, path, document);
}

void assert_execution(struct scene *s, const char *job, const char *status, int version)
{
    char path[PATH_TEXT_MAX];
    snprintf(path, sizeof path, "/things/pump/jobs/%s", job);
    const struct answer *a = http(s->w, 200, "GET", path, NULL);
    assert_json_string(a->body, "execution.status", status);
    assert_json_number(a->body, "execution.versionNumber", version);
}
