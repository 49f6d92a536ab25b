#include "http/own.h"

#include "api/uri_text.h"
#include "http/own_operation.h"
#include "http/permission.h"
#include "http/plane.h"
#include "http/query.h"

static const struct endpoint {
    const char *method;
    const char *path; /* one segment may be a label: {jobId} */
    own_fn *serve;
    enum access_level level; /* what a key has to be good for */
    bool by_engine;
    const struct own_operation *operation; /* instead of `serve`: it reads the database */
} endpoints[] = {
    { "GET", "/", .level = LEVEL_PUBLIC, .serve = own_root },
    { "GET", "/_iotjobs/health", .level = LEVEL_PUBLIC, .serve = own_health },
    { "GET", "/_iotjobs/ready", .level = LEVEL_PUBLIC, .serve = own_ready },
    { "GET", "/_iotjobs/info", .level = LEVEL_READ, .serve = own_info },
    { "GET", "/_iotjobs/ca.pem", .level = LEVEL_PUBLIC, .serve = own_ca },
    { "GET", "/_iotjobs/clock", .level = LEVEL_READ, .serve = own_clock },
    { "POST", "/_iotjobs/clock", .level = LEVEL_ADMINISTER, .serve = own_clock_change, .by_engine = true },
    { "POST", "/_iotjobs/reset", .level = LEVEL_ADMINISTER, .serve = own_reset, .by_engine = true },
    { "GET", "/_iotjobs/explain", .level = LEVEL_READ, .operation = &own_explain },
    { "GET", "/_iotjobs/jobs/{jobId}/timeline", .level = LEVEL_READ, .operation = &own_timeline },
    { "POST", "/_iotjobs/plan", .level = LEVEL_READ, .operation = &own_plan },
};

enum { ENDPOINT_COUNT = sizeof endpoints / sizeof *endpoints };

bool own_path(struct str path)
{
    return str_eq(path, STR_LIT("/")) || str_eq(path, STR_LIT("/_iotjobs")) ||
           str_starts_with(path, STR_LIT("/_iotjobs/"));
}

static bool is_label(struct str segment)
{
    return str_starts_with(segment, STR_LIT("{"));
}

/* Whether the path is the endpoint's, whatever stands for its label; a label stands for something. */
static bool has_path(const struct endpoint *endpoint, struct str path)
{
    struct str pattern = str_from(endpoint->path);
    while (pattern.p != NULL && path.p != NULL) {
        struct str wanted = str_split(&pattern, '/'), given = str_split(&path, '/');
        if (is_label(wanted) ? given.n == 0 : !str_eq(wanted, given))
            return false;
    }
    return pattern.p == NULL && path.p == NULL;
}

/* What stands for the label, under its name; false: the path has none. Raw. */
static bool label_of(const struct endpoint *endpoint, struct str path, struct field *ret_label)
{
    struct str pattern = str_from(endpoint->path);
    while (pattern.p != NULL) {
        struct str wanted = str_split(&pattern, '/'), given = str_split(&path, '/');
        if (is_label(wanted)) {
            *ret_label = (struct field){ { wanted.p + 1, wanted.n - 2 }, given };
            return true;
        }
    }
    return false;
}

static const struct endpoint *find(const char *method, struct str path)
{
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (has_path(&endpoints[i], path) && str_eq_text(str_from(method), endpoints[i].method))
            return &endpoints[i];
    return NULL;
}

/* "GET, POST"; absent when nothing has that path. */
static struct str methods_of(struct str path, struct arena *arena)
{
    struct str methods = STR_NONE;
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (has_path(&endpoints[i], path))
            methods =
                arena_printf(arena, "%.*s%s%s", STR(methods), methods.n > 0 ? ", " : "", endpoints[i].method);
    return methods;
}

/* "endpoints":["GET /",…] */
static struct str known_endpoints(struct arena *arena)
{
    struct str list = STR_LIT("\"endpoints\":[");
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        list = arena_printf(arena, "%.*s%s\"%s %s\"", STR(list), i > 0 ? "," : "", endpoints[i].method,
                            endpoints[i].path);
    return arena_printf(arena, "%.*s]", STR(list));
}

static void refuse(struct exchange *x)
{
    struct call *call = x->call;
    struct str path = uri_text_shown(x->path, &call->arena);
    struct str method = uri_text_shown(str_from(x->method), &call->arena);
    struct str methods = methods_of(x->path, &call->arena);
    if (methods.n > 0) {
        x->allow = methods.p;
        fail(&call->err, ERR_METHOD_NOT_ALLOWED, "%.*s takes %.*s, not %.*s.", STR(path), STR(methods),
             STR(method));
    } else {
        call->err.extra = known_endpoints(&call->arena);
        fail(&call->err, ERR_UNKNOWN_OPERATION, "Nothing is at %.*s.", STR(path));
    }
}

/* ---- operations ---- */

/* The query's fields, and the path's label as one more. */
static bool collect_fields(struct exchange *x, const struct endpoint *endpoint, struct request *request)
{
    struct call *call = x->call;
    struct field label;
    if (!query_parse(x->query, &call->arena, &request->query, &request->query_count, &call->err))
        return false;
    if (!label_of(endpoint, x->path, &label))
        return true;
    struct field *fields = arena_array(&call->arena, request->query_count + 1, sizeof *fields);
    if (fields == NULL)
        return fail(&call->err, ERR_INTERNAL, "The server is out of memory for this request.");
    for (size_t i = 0; i < request->query_count; i++)
        fields[i + 1] = request->query[i];
    fields[0].name = label.name;
    request->query = fields;
    request->query_count++;
    return uri_text_decode(label.value, "path", &call->arena, &fields[0].value, &call->err);
}

static bool serve_operation(struct exchange *x, const struct endpoint *endpoint)
{
    struct call *call = x->call;
    struct request request = { .body = strbuf_str(&x->body),
                               .quota = x->http->config.settings->rollout_maximum_per_minute };
    if (!collect_fields(x, endpoint, &request) ||
        !own_operation_decode(endpoint->operation, &request, &call->arena, &call->input, &call->err))
        return false;
    call->run = endpoint->operation->run;
    call->region =
        caller_of(exchange_header(x, MHD_HTTP_HEADER_AUTHORIZATION), STR_NONE, STR_NONE, x->plane).region;
    if (endpoint->operation->prepare != NULL &&
        endpoint->operation->prepares(x->http->config.settings, call->input)) {
        call->prepare = endpoint->operation->prepare;
        call->edge_runs = true;
        return true;
    }
    exchange_run_read(x);
    return call->ok;
}

static bool is_admitted(struct exchange *x)
{
    return engine_admit_principal(x->http->config.engine, &x->call->principal) ||
           fail(&x->call->err, ERR_THROTTLING, "Rate exceeded");
}

enum serve_result own_serve(struct exchange *x)
{
    const struct endpoint *endpoint = find(x->method, x->path);
    if (endpoint == NULL) {
        refuse(x);
        return SERVED;
    }
    const struct action action = { str_from(endpoint->path), endpoint->level, false };
    if (!permission_granted(x, &action, STR_LIT("*")) || !is_admitted(x))
        return SERVED;
    x->operation = endpoint->path;
    bool ok = endpoint->operation != NULL ? serve_operation(x, endpoint) : endpoint->serve(x);
    if (ok && endpoint->by_engine)
        return SERVED_BY_ENGINE;
    if (ok && x->call->prepare != NULL)
        return SERVED_BY_FETCHES;
    x->call->ok = ok;
    return SERVED;
}
