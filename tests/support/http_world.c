#include "support/http_world.h"

#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

enum { START_ATTEMPTS = 10 };

static void set(struct settings *settings, const char *key, const char *value)
{
    struct strbuf problem;
    strbuf_init(&problem, 4096);
    if (!settings_set(settings, str_from(key), str_from(value), &problem))
        fail_msg("%s", problem.p);
    strbuf_release(&problem);
}

/* Another process may take the port between free_port and here: then the next one will do. */
static bool start(struct http_world *world)
{
    struct strbuf problem;
    struct server_config config = { .settings = &world->settings };
    strbuf_init(&problem, 4096);
    for (int i = 0; world->server == NULL && i < START_ATTEMPTS; i++) {
        world->port = free_port();
        world->settings.http_port = world->port;
        world->server = server_start(&config, &problem);
    }
    if (world->server == NULL)
        print_error("%s\n", problem.p);
    strbuf_release(&problem);
    return world->server != NULL;
}

static struct http_world *new_world(void **state)
{
    struct http_world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    settings_init(&world->settings);
    set(&world->settings, "https_port", "0");
    *state = world;
    return world;
}

int http_world_setup(void **state)
{
    struct http_world *world = new_world(state);
    set(&world->settings, "in_memory", "true");
    set(&world->settings, "virtual_clock", "true");
    set(&world->settings, "clock_start", "2030-01-01T00:00:00Z");
    return start(world) ? 0 : -1;
}

int http_world_setup_on_host_time(void **state)
{
    struct http_world *world = new_world(state);
    set(&world->settings, "in_memory", "true");
    return start(world) ? 0 : -1;
}

int http_world_setup_with(void **state, const struct http_world_setting *settings)
{
    struct http_world *world = new_world(state);
    set(&world->settings, "in_memory", "true");
    for (; settings->key != NULL; settings++)
        set(&world->settings, settings->key, settings->value);
    return start(world) ? 0 : -1;
}

int http_world_setup_durable(void **state)
{
    struct http_world *world = new_world(state);
    temp_folder_make(world->folder);
    set(&world->settings, "data", world->folder);
    return start(world) ? 0 : -1;
}

static bool start_with_keys(struct http_world *world, const char *lines, const char *clock_start)
{
    char path[TEMP_PATH_MAX];
    temp_folder_make(world->folder);
    temp_path(world->folder, "access_keys", path);
    temp_write_private(path, lines);
    set(&world->settings, "access_keys", path);
    set(&world->settings, "in_memory", "true");
    set(&world->settings, "virtual_clock", "true");
    set(&world->settings, "clock_start", clock_start);
    return start(world);
}

int http_world_setup_with_keys(void **state, const char *lines, const char *clock_start)
{
    return start_with_keys(new_world(state), lines, clock_start) ? 0 : -1;
}

int http_world_setup_enforcing(void **state, const char *lines)
{
    struct http_world *world = new_world(state);
    set(&world->settings, "auth", "enforce");
    return start_with_keys(world, lines, "2030-01-01T00:00:00Z") ? 0 : -1;
}

int http_world_teardown(void **state)
{
    struct http_world *world = *state;
    if (world->server != NULL)
        server_stop(world->server);
    if (world->folder[0] != '\0')
        temp_folder_remove(world->folder);
    settings_release(&world->settings);
    free(world);
    return 0;
}

void http_world_restart_with(struct http_world *world, const char *key, const char *value)
{
    assert_true(world->folder[0] != '\0');
    server_stop(world->server);
    world->server = NULL;
    set(&world->settings, key, value);
    assert_true(start(world));
}

/* --- asking and judging ----------------------------------------------------------------------------- */

void assert_http_status(const struct http_answer *answer, int status)
{
    if (answer->status != status)
        fail_msg("status %d, not %d: %.*s", answer->status, status, STR(strbuf_str(&answer->body)));
}

void assert_http_body_has(const struct http_answer *answer, const char *text)
{
    if (answer->body.p == NULL || strstr(answer->body.p, text) == NULL)
        fail_msg("no %s in: %.*s", text, STR(strbuf_str(&answer->body)));
}

void assert_http_header(const struct http_answer *answer, const char *name, const char *value)
{
    char text[256];
    if (!http_answer_header(answer, name, text, sizeof text))
        fail_msg("no header %s", name);
    assert_string_equal(text, value);
}

/* One request; the answer has this status and `text` in its body ("" for whatever it is). */
void http_ask_with(const struct http_world *world, const char *method, const char *target,
                   const char *headers, const char *body, int status, const char *text)
{
    struct http_answer answer;
    http_request(world->port, method, target, headers, str_from(body), &answer);
    assert_http_status(&answer, status);
    if (text[0] != '\0')
        assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

void http_ask(const struct http_world *world, const char *method, const char *target, const char *body,
              int status, const char *text)
{
    http_ask_with(world, method, target, "", body, status, text);
}

/* An error as every SDK wants it. */
void assert_http_error(const struct http_answer *answer, int status, const char *exception)
{
    char text[128];
    assert_http_status(answer, status);
    assert_http_header(answer, "x-amzn-ErrorType", exception);
    assert_http_header(answer, "Content-Type", "application/json");
    assert_true(http_answer_header(answer, "x-amzn-RequestId", text, sizeof text));
    assert_int_equal(strlen(text), 36);
    struct strbuf code;
    strbuf_init(&code, sizeof text * 2);
    strbuf_printf(&code, "{\"__type\":\"%s\",\"code\":\"%s\",\"message\":", exception, exception);
    assert_http_body_has(answer, code.p);
    strbuf_release(&code);
}

void http_ask_error(const struct http_world *world, const char *method, const char *target, const char *body,
                    int status, const char *exception)
{
    struct http_answer answer;
    http_request(world->port, method, target, "", str_from(body), &answer);
    assert_http_error(&answer, status, exception);
    http_answer_release(&answer);
}
