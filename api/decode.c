#include "decode.h"

#include <string.h>

#include "base/utf8.h"
#include "decode_value.h"
#include "patterns.h"

/* What a walk draws on. */
struct source {
    const struct operation_model *model;
    const struct request *request;
    const cJSON *body; /* NULL: counts as {} */
};

/* --- the body */

static bool invalid_json(struct decoder *decoder, struct str body)
{
    if (!utf8_valid(body))
        return fail(decoder->err, ERR_INVALID_JSON, "The request body is not valid UTF-8.");
    return fail(decoder->err, ERR_INVALID_JSON,
                "The request body is not valid JSON, is nested more than %d levels deep, or has more than "
                "%d values.",
                API_JSON_DEPTH_MAX, API_JSON_VALUES_MAX);
}

/* *ret_body stays NULL for an empty body. */
static bool parse_body(struct decoder *decoder, struct str body, cJSON **ret_body)
{
    if (body.n == 0)
        return true;
    if (!api_json_acceptable(body))
        return invalid_json(decoder, body);
    cJSON *json = cJSON_ParseWithLengthOpts(body.p, body.n, NULL, false);
    if (!json)
        return fail(decoder->err, ERR_INTERNAL, "The request body cannot be held in memory.");
    if (!cJSON_IsObject(json)) {
        cJSON_Delete(json);
        return fail(decoder->err, ERR_INVALID_JSON, "The request body must be a JSON object.");
    }
    *ret_body = json;
    return true;
}

/* AWS documents no limit; the clients of its SDKs send UUIDs. A call keeps it for as long as it waits. */
enum { CLIENT_TOKEN_MAX = 1024 };

static bool read_client_token(struct decoder *decoder, const cJSON *body, struct str *ret_client_token)
{
    const cJSON *token = json_member(body, "clientToken");
    if (!token)
        return true;
    if (!cJSON_IsString(token))
        return fail(decoder->err, ERR_INVALID_REQUEST, "Value at 'clientToken' must be a string.");
    struct str text = str_from(token->valuestring);
    if (text.n > CLIENT_TOKEN_MAX)
        return fail(decoder->err, ERR_INVALID_REQUEST, "Value at 'clientToken' must have at most %d bytes.",
                    CLIENT_TOKEN_MAX);
    struct str copy = arena_str(decoder->arena, text);
    if (!copy.p)
        return fail(decoder->err, ERR_INTERNAL, "The request needs too much memory.");
    *ret_client_token = copy;
    return true;
}

/* --- the members */

static bool stands_in_body(const struct request *request, const struct member *member)
{
    return member->location == IN_BODY || (member->location == IN_QUERY && request->query_in_body);
}

static bool body_matters(const struct source *source)
{
    for (size_t i = 0; i < source->model->input->member_count; i++) {
        if (stands_in_body(source->request, &source->model->input->members[i]))
            return true;
    }
    return false;
}

static struct str find_query(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++) {
        if (str_eq_text(request->query[i].name, name))
            return request->query[i].value;
    }
    return STR_NONE;
}

static struct str find_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (str_eq_nocase(request->headers[i].name, str_from(name)))
            return request->headers[i].value;
    }
    return STR_NONE;
}

static struct str find_text(const struct source *source, const struct member *member)
{
    switch (member->location) {
    case IN_URI: return labels_value(&source->request->labels, source->model, member->wire);
    case IN_QUERY: return find_query(source->request, member->wire);
    case IN_HEADER: return find_header(source->request, member->wire);
    case IN_BODY: break;
    }
    return STR_NONE;
}

static bool decode_members(struct decoder *decoder, const struct source *source, void *input)
{
    const struct shape *shape = source->model->input;
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct member *member = &shape->members[i];
        bool ok =
            stands_in_body(source->request, member)
                ? decode_json_member(decoder, member, json_member(source->body, member->name), NULL, input)
                : decode_text_member(decoder, member, find_text(source, member), input);
        if (!ok)
            return false;
    }
    return violations_check(&decoder->violations, decoder->err);
}

bool api_decode(enum operation operation, const struct request *request, struct arena *arena,
                void **ret_input, struct str *ret_client_token, struct err *err)
{
    bool ok = false;
    cJSON *body = NULL;
    struct source source = { .model = operation_model(operation), .request = request };
    struct decoder decoder = { .arena = arena, .err = err, .quota = request->quota };
    violations_init(&decoder.violations);

    if ((ret_client_token || body_matters(&source)) && !parse_body(&decoder, request->body, &body))
        goto done;
    source.body = body;
    if (ret_client_token && !read_client_token(&decoder, body, ret_client_token))
        goto done;
    void *input = arena_alloc(arena, source.model->input->size);
    if (!input) {
        fail(err, ERR_INTERNAL, "The request needs too much memory.");
        goto done;
    }
    ok = decode_members(&decoder, &source, input);
    if (ok)
        *ret_input = input;
done:
    violations_release(&decoder.violations);
    cJSON_Delete(body);
    return ok;
}

struct str api_client_token(struct str body, struct arena *arena)
{
    struct err ignored;
    struct str token = STR_NONE;
    cJSON *json = NULL;
    err_init(&ignored, arena);
    struct decoder decoder = { .arena = arena, .err = &ignored };
    if (body.n <= API_TOKEN_BODY_MAX && parse_body(&decoder, body, &json))
        read_client_token(&decoder, json, &token);
    cJSON_Delete(json);
    return token;
}

bool api_decode_namespace(enum operation operation, const struct request *request,
                          struct str *ret_namespace_id, struct err *err)
{
    if (operation_model(operation)->plane != PLANE_DATA)
        return true;
    for (size_t i = 0; i < request->query_count; i++) {
        const struct field *field = &request->query[i];
        if (!str_eq_text(field->name, "namespaceId"))
            continue;
        if (!pattern_identifier(field->value))
            return fail(err, ERR_INVALID_REQUEST, "namespaceId must satisfy the pattern [a-zA-Z0-9_-]+.");
        *ret_namespace_id = field->value;
    }
    return true;
}
