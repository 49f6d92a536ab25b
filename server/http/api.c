/* The REST API of both planes: route, decode, run. */
#include <assert.h>

#include "base/utf8.h"
#include "http/exchange.h"
#include "http/peer.h"
#include "http/permission.h"
#include "http/plane.h"
#include "http/query.h"

/* The headers that the operation's input has members for. */
static bool collect_headers(struct exchange *x, const struct shape *input, struct request *request)
{
    struct err *err = &x->call->err;
    struct field *fields = NULL;
    size_t n = 0;
    for (size_t i = 0; input != NULL && i < input->member_count; i++) {
        const struct member *member = &input->members[i];
        if (member->location != IN_HEADER)
            continue;
        struct str value = exchange_header(x, member->wire);
        if (value.p == NULL)
            continue;
        if (!utf8_valid(value))
            return fail(err, ERR_INVALID_REQUEST, "The header %s is not valid UTF-8.", member->wire);
        if (fields == NULL)
            fields = arena_array(&x->call->arena, input->member_count, sizeof *fields);
        if (fields == NULL)
            return fail(err, ERR_INTERNAL, "The server is out of memory for this request.");
        fields[n++] = (struct field){ str_from(member->wire), value };
    }
    request->headers = fields;
    request->header_count = n;
    return true;
}

static bool decode_input(struct exchange *x, struct request *request)
{
    struct call *call = x->call;
    void *input = NULL;
    if (!collect_headers(x, operation_model(call->operation)->input, request))
        return false;
    if (!api_decode(call->operation, request, &call->arena, &input, NULL, &call->err))
        return false;
    call->input = input;
    return true;
}

/* Who signs says which plane is meant. Of a request that does not, the guess only matters where both planes
 * have its path: one that only the other plane has can mean nothing else. */
static bool find_route(struct exchange *x, const struct caller *caller, struct http_route *ret_route)
{
    struct call *call = x->call;
    struct str method = str_from(x->method);
    x->plane = caller->plane;
    if (route_http(x->plane, method, x->path, &call->arena, ret_route, &call->err))
        return true;
    if (caller->signed_for || call->err.code != ERR_UNKNOWN_OPERATION)
        return false;
    enum plane other = x->plane == PLANE_CONTROL ? PLANE_DATA : PLANE_CONTROL;
    struct err err;
    err_init(&err, &call->arena);
    if (!route_http(other, method, x->path, &call->arena, ret_route, &err))
        return false; /* the first answer names the methods of the path that was more likely meant */
    err_init(&call->err, &call->arena);
    x->plane = other;
    return true;
}

/* Which paths there are nobody has to know who has not said who he is. Returns false. */
static bool refuse_path(struct call *call)
{
    if (call->principal.kind != PRINCIPAL_NOBODY)
        return false;
    err_init(&call->err, &call->arena);
    return fail(&call->err, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
}

/* By which the caller has reached us; absent: it did not say. */
static struct str url_of(struct exchange *x, struct str authority)
{
    return authority.p == NULL ? STR_NONE
                               : arena_printf(&x->call->arena, "%s://%.*s",
                                              x->listener->tls ? "https" : "http", STR(authority));
}

/* What takes long is left to a workshop. */
static bool prepare_input(struct exchange *x, const struct op_handler *handler)
{
    struct call *call = x->call;
    const struct http_config *config = &x->http->config;
    const struct preparation with = { .issuer = config->issuer,
                                      .settings = config->settings,
                                      .host_ms = clock_host_ms() };
    if (handler->prepares != NULL && !handler->prepares(config->settings, call->input))
        return true;
    call->prepare = handler->prepare;
    return handler->workplace != WORKPLACE_EDGE || call_prepare(call, &with);
}

/* A URL to put something is good for whoever has it. */
static bool only_reads(const struct principal *principal)
{
    return principal->kind == PRINCIPAL_KEY && principal->role == ROLE_READ_ONLY;
}

/* From the request to a call that can run. */
static bool prepare(struct exchange *x, struct op_handler *ret_handler)
{
    struct call *call = x->call;
    struct request request = { .body = strbuf_str(&x->body),
                               .quota = x->http->config.settings->rollout_maximum_per_minute };
    struct http_route route;
    if (!query_parse(x->query, &call->arena, &request.query, &request.query_count, &call->err))
        return false;
    struct caller caller = caller_of(exchange_header(x, MHD_HTTP_HEADER_AUTHORIZATION),
                                     query_value(request.query, request.query_count, "X-Amz-Credential"),
                                     exchange_header(x, MHD_HTTP_HEADER_HOST), x->listener->plane);
    if (!find_route(x, &caller, &route))
        return refuse_path(call);
    const struct operation_model *model = operation_model(route.operation);
    struct op_handler handler = op_handler(route.operation);
    x->operation = model->name;
    call->operation = route.operation;
    struct str thing = labels_value(&route.labels, model, "thingName");
    struct str region = call_region(caller.region, x->http->config.settings);
    struct str resource = permission_resource(x, region, model, &route.labels);
    if (!peer_bind(x, thing) || !permission_granted(x, action_of_operation(route.operation), resource) ||
        !engine_admit(x->http->config.engine, call, thing))
        return false;
    call->run = handler.run;
    assert(call->run != NULL);
    call->region = caller.region;
    call->host = caller.host;
    call->style = (struct reply_style){ .name_the_thing = true,
                                        .no_uploads = only_reads(&call->principal),
                                        .url = url_of(x, caller.authority) };
    request.labels = route.labels;
    *ret_handler = handler;
    return api_decode_namespace(call->operation, &request, &call->namespace_id, &call->err) &&
           decode_input(x, &request) && prepare_input(x, &handler);
}

void exchange_run_read(struct exchange *x)
{
    const struct http_config *config = &x->http->config;
    struct db *db = http_reader(x->http);
    if (db == NULL || !db_begin_read(db)) {
        fail(&x->call->err, ERR_INTERNAL, "The database does not answer.");
    } else {
        struct call_world world = {
            .db = db,
            .settings = config->settings,
            .window_zone = config->window_zone,
            .artifacts = config->artifacts,
            .log = config->log,
            .now_ms = clock_now_ms(config->clock),
        };
        call_run(x->call, &world);
        db_end_read(db);
    }
    if (db != NULL && db_failed(db))
        http_reader_discard(x->http);
}

enum serve_result api_serve(struct exchange *x)
{
    struct op_handler handler = { 0 };
    if (!prepare(x, &handler))
        return SERVED;
    if (x->call->prepare != NULL && x->call->prepared == NULL)
        return handler.workplace == WORKPLACE_KEYS ? SERVED_BY_WORKSHOP : SERVED_BY_FETCHES;
    if (handler.writes)
        return SERVED_BY_ENGINE;
    exchange_run_read(x);
    return SERVED;
}
