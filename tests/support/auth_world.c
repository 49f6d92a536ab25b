#include "support/auth_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

enum { ARENA_MAX = 16 * 1024 * 1024 };

static const char keys[] =
    READER " " SECRET " read-only\n" OPERATOR " " SECRET " operator\n" ADMIN " " SECRET " admin\n";

int auth_world_set_up(void **state)
{
    void *http = NULL;
    struct auth_world *world = calloc(1, sizeof *world);
    if (!world || http_world_setup_enforcing(&http, keys) != 0)
        return -1;
    world->http = http;
    world->now_ms = clock_now_ms(server_clock(world->http->server));
    arena_init(&world->arena, ARENA_MAX);
    snprintf(world->host, sizeof world->host, "127.0.0.1:%d", world->http->port);
    *state = world;
    return 0;
}

int auth_world_tear_down(void **state)
{
    struct auth_world *world = *state;
    void *http = world->http;
    http_world_teardown(&http);
    arena_release(&world->arena);
    free(world);
    return 0;
}

void auth_send(struct auth_world *world, const struct auth_request *request, struct http_answer *ret_answer)
{
    const struct api_signature signature = {
        .key = request->key,
        .secret = request->secret ? request->secret : SECRET,
        .region = request->region ? request->region : "us-east-1",
        .service = request->service,
        .method = request->method,
        .target = request->target,
        .host = world->host,
        .body = request->body,
        .at_ms = world->now_ms,
    };
    const char *signed_lines = request->key ? api_sign(&signature, &world->arena) : "";
    const char *headers =
        arena_printf(&world->arena, "%s%s", signed_lines, request->headers ? request->headers : "").p;
    http_request(world->http->port, request->method, request->target, headers, str_from(request->body),
                 ret_answer);
}

void auth_ask(struct auth_world *world, const char *key, const char *method, const char *target,
              const char *body, int status, const char *text)
{
    struct http_answer answer;
    const struct auth_request request = { .key = key, .method = method, .target = target, .body = body };
    auth_send(world, &request, &answer);
    assert_http_status(&answer, status);
    if (text[0] != '\0')
        assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

void auth_refused(struct auth_world *world, const struct auth_request *request, int status,
                  const char *exception, const char *words)
{
    struct http_answer answer;
    auth_send(world, request, &answer);
    assert_http_error(&answer, status, exception);
    assert_http_body_has(&answer, words);
    http_answer_release(&answer);
}

void auth_write_keys(struct auth_world *world, const char *lines)
{
    char path[TEMP_PATH_MAX];
    temp_path(world->http->folder, "access_keys", path);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(lines, file) >= 0);
    assert_int_equal(fclose(file), 0);
}
