/* The steps of a world over HTTP. */
#include <stdio.h>

#include "api/decode.h"
#include "http/own_operation.h"
#include "support/manual_check.h"
#include "support/reply_check.h"
#include "support/world_inside.h"

void world_done(struct call *call)
{
    struct world *w = call->owner;
    w->finished = call;
}

enum { QUERY_FIELDS_MAX = 8 };

static size_t split_query(struct str query, struct field fields[QUERY_FIELDS_MAX])
{
    size_t n = 0;
    while (query.n && n < QUERY_FIELDS_MAX) {
        struct str value = str_split(&query, '&');
        struct str name = str_split(&value, '=');
        fields[n++] = (struct field){ name, value };
    }
    return n;
}

static bool prepare_input(struct world *w, struct call *call, const struct op_handler *handler)
{
    const struct preparation with = { .issuer = &w->device_ca,
                                      .settings = &w->settings,
                                      .host_ms = clock_host_ms() };
    if (handler->prepares && !handler->prepares(&w->settings, call->input))
        return true;
    call->prepare = handler->prepare;
    return call_prepare(call, &with);
}

/* True when the call is ready to run; else its err says why. */
static bool prepare_http(struct world *w, struct call *call, enum plane plane, const char *method,
                         const char *target, const char *body)
{
    struct http_route route;
    struct field fields[QUERY_FIELDS_MAX];
    struct str query = str_from(target);
    struct str path = str_split(&query, '?');
    if (!route_http(plane, str_from(method), path, &call->arena, &route, &call->err))
        return false;
    call->operation = route.operation;
    struct str thing = labels_value(&route.labels, operation_model(route.operation), "thingName");
    if (!engine_admit(w->engine, call, thing))
        return false;
    struct request request = { .labels = route.labels,
                               .query = fields,
                               .query_count = split_query(query, fields),
                               .headers = &w->header,
                               .header_count = w->header.name.p ? 1 : 0,
                               .body = str_from(body),
                               .quota = w->settings.rollout_maximum_per_minute };
    struct op_handler handler = op_handler(route.operation);
    call->run = handler.run;
    if (!call->run)
        return fail(&call->err, ERR_NOT_IMPLEMENTED, "%s", operation_model(route.operation)->name);
    if (!api_decode_namespace(route.operation, &request, &call->namespace_id, &call->err))
        return false;
    return api_decode(route.operation, &request, &call->arena, (void **)&call->input, NULL, &call->err) &&
           prepare_input(w, call, &handler);
}

struct answer *world_answer_http(struct world *w, struct call *call, enum plane plane)
{
    const struct operation_model *model = call->operation ? operation_model(call->operation) : NULL;
    if (!call->ok) {
        struct error_name name = error_http(call->err.code, plane);
        struct strbuf text;
        strbuf_init(&text, TEXT_MAX);
        struct json json = json_to(&text);
        json_object_begin(&json);
        json_member_string(&json, "message", call->err.message);
        if (call->err.extra.p)
            json_raw(&json, call->err.extra);
        json_object_end(&json);
        struct answer *a = world_new_answer(w, strbuf_str(&text));
        strbuf_release(&text);
        a->status = name.status;
        a->error = name.exception;
        a->code = call->err.code;
        a->model = model;
        return a;
    }
    struct answer *a = world_new_answer(w, model && !model->output ? STR_LIT("") : strbuf_str(&call->reply));
    a->status = 200;
    a->model = model;
    if (model && model->output)
        check_reply(model->output, a->body, model->name);
    return a;
}

static struct call *new_call(struct world *w)
{
    struct call *call = call_new();
    assert_non_null(call);
    call->owner = w;
    call->done = world_done;
    call->style = (struct reply_style){ .name_the_thing = true };
    call->region = w->region;
    call->host = w->host;
    w->finished = NULL;
    return call;
}

static struct answer *request(struct world *w, enum plane plane, int status, const char *method,
                              const char *path, const char *body)
{
    struct call *call = new_call(w);
    if (prepare_http(w, call, plane, method, path, body)) {
        assert_true(engine_submit(w->engine, call));
        world_run_engine(w);
        assert_ptr_equal(w->finished, call);
    }
    struct answer *a = world_answer_http(w, call, plane);
    call_free(call);
    world_hear(w);
    if (status && a->status != status)
        fail_msg("%s %s: %d %s instead of %d: %s", method, path, a->status, a->error, status, a->text);
    return a;
}

struct answer *http(struct world *w, int status, const char *method, const char *path, const char *body)
{
    return request(w, PLANE_CONTROL, status, method, path, body);
}

struct answer *http_data(struct world *w, int status, const char *method, const char *path, const char *body)
{
    return request(w, PLANE_DATA, status, method, path, body);
}

struct answer *own(struct world *w, int status, const struct own_operation *operation, const char *query,
                   const char *body)
{
    struct field fields[QUERY_FIELDS_MAX];
    struct call *call = new_call(w);
    struct request request = { .query = fields,
                               .query_count = split_query(str_from(query), fields),
                               .body = str_from(body),
                               .quota = w->settings.rollout_maximum_per_minute };
    call->run = operation->run;
    const struct op_handler handler = { .prepare = operation->prepare, .prepares = operation->prepares };
    if (own_operation_decode(operation, &request, &call->arena, &call->input, &call->err) &&
        prepare_input(w, call, &handler)) {
        assert_true(engine_submit(w->engine, call));
        world_run_engine(w);
        assert_ptr_equal(w->finished, call);
    }
    struct answer *a = world_answer_http(w, call, PLANE_CONTROL);
    call_free(call);
    if (status && a->status != status)
        fail_msg("%s: %d %s instead of %d: %s", query, a->status, a->error, status, a->text);
    if (a->status == 200)
        check_manual_names(a->body);
    return a;
}

void in_one_batch(struct world *w, const char *method, const char *path, const char *body, op_fn *run,
                  const void *input)
{
    struct call *first = new_call(w), *second = new_call(w);
    assert_true(prepare_http(w, first, PLANE_CONTROL, method, path, body));
    second->run = run;
    second->input = input;
    assert_true(engine_submit(w->engine, first) && engine_submit(w->engine, second));
    world_run_engine(w);
    assert_ptr_equal(w->finished, second);
    assert_true(first->ok && second->ok);
    call_free(first);
    call_free(second);
    world_hear(w);
}

static struct answer *page_at(struct world *w, const char *path, const char *parameter, const cJSON *token)
{
    char more[2048];
    assert_true(cJSON_IsString(token));
    snprintf(more, sizeof more, "%s&%s=%s", path, parameter, token->valuestring);
    return http(w, 200, "GET", more, NULL);
}

struct answer *next_page(struct world *w, const struct answer *a, const char *path)
{
    return page_at(w, path, "nextToken", json_at(a->body, "nextToken"));
}

struct answer *next_marked_page(struct world *w, const struct answer *a, const char *path)
{
    return page_at(w, path, "marker", json_at(a->body, "nextMarker"));
}

struct answer *refused(struct world *w, int status, const char *exception, const char *method,
                       const char *path, const char *body, const char *message)
{
    uint64_t before = fingerprint(w);
    struct answer *a = http(w, status, method, path, body);
    assert_string_equal(a->error, exception);
    const cJSON *said = json_at(a->body, "message");
    assert_true(cJSON_IsString(said));
    struct str beginning = str_from(message);
    if (str_ends_with(beginning, STR_LIT("…"))) {
        beginning.n -= sizeof "…" - 1;
        if (!str_starts_with(str_from(said->valuestring), beginning))
            fail_msg("said: %s", said->valuestring);
    } else {
        assert_string_equal(said->valuestring, message);
    }
    if (fingerprint(w) != before)
        fail_msg("%s %s was refused and has changed something all the same", method, path);
    return a;
}

void called_from(struct world *w, const char *region, const char *host)
{
    w->region = str_from(region);
    w->host = str_from(host);
}

void with_header(struct world *w, const char *name, const char *value)
{
    w->header = (struct field){ str_from(name), str_from(value) };
}
