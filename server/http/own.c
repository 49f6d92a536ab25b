#include "http/own.h"

#include "api/uri_text.h"
#include "http/identify.h"
#include "http/own_operation.h"
#include "http/permission.h"
#include "http/plane.h"
#include "http/query.h"

#define NAME(text)                                                                                           \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

static const struct endpoint {
    const char *method;
    const char *path;     /* one segment may be a label: {jobId} */
    struct action action; /* what a key has to be good for, and how that is called */
    own_fn *serve;
    bool by_engine;
    bool only_open;                        /* of a test double: with auth = enforce it is not there */
    const struct own_operation *operation; /* instead of `serve`: it reads the database */
} endpoints[] = {
    { "GET", "/", { NAME("iotjobsd:Root"), LEVEL_PUBLIC, false }, .serve = own_root },
    { "GET", "/_iotjobs/health", { NAME("iotjobsd:Health"), LEVEL_PUBLIC, false }, .serve = own_health },
    { "GET", "/_iotjobs/ready", { NAME("iotjobsd:Ready"), LEVEL_PUBLIC, false }, .serve = own_ready },
    { "GET", "/_iotjobs/info", { NAME("iotjobsd:Info"), LEVEL_READ, false }, .serve = own_info },
    { "GET", "/_iotjobs/ca.pem", { NAME("iotjobsd:Ca"), LEVEL_PUBLIC, false }, .serve = own_ca },
    { "GET", "/_iotjobs/clock", { NAME("iotjobsd:Clock"), LEVEL_READ, false }, .serve = own_clock },
    { "POST",
      "/_iotjobs/clock",
      { NAME("iotjobsd:ChangeClock"), LEVEL_ADMINISTER, false },
      .serve = own_clock_change,
      .by_engine = true,
      .only_open = true },
    { "POST",
      "/_iotjobs/reset",
      { NAME("iotjobsd:Reset"), LEVEL_ADMINISTER, false },
      .serve = own_reset,
      .by_engine = true,
      .only_open = true },
    { "GET", SESSION_PATH, { NAME("iotjobsd:Session"), LEVEL_PUBLIC, false }, .serve = own_session },
    { "POST", SESSION_PATH, { NAME("iotjobsd:Login"), LEVEL_PUBLIC, false }, .serve = own_login },
    { "DELETE", SESSION_PATH, { NAME("iotjobsd:Logout"), LEVEL_PUBLIC, false }, .serve = own_logout },
    { "GET", "/_iotjobs/denials", { NAME("iotjobsd:Denials"), LEVEL_READ, false }, .serve = own_denials },
    { "GET",
      "/_iotjobs/explain",
      { NAME("iotjobsd:Explain"), LEVEL_READ, false },
      .operation = &own_explain },
    { "GET",
      "/_iotjobs/jobs/{jobId}/timeline",
      { NAME("iotjobsd:Timeline"), LEVEL_READ, false },
      .operation = &own_timeline },
    { "POST", "/_iotjobs/plan", { NAME("iotjobsd:Plan"), LEVEL_READ, false }, .operation = &own_plan },
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

static bool is_there(const struct exchange *x, const struct endpoint *endpoint)
{
    return !endpoint->only_open || x->http->config.settings->auth == AUTH_OPEN;
}

static const struct endpoint *find(const struct exchange *x)
{
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (is_there(x, &endpoints[i]) && has_path(&endpoints[i], x->path) &&
            str_eq_text(str_from(x->method), endpoints[i].method))
            return &endpoints[i];
    return NULL;
}

/* "GET, POST"; absent when nothing has that path. */
static struct str methods_of(const struct exchange *x, struct arena *arena)
{
    struct str methods = STR_NONE;
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (is_there(x, &endpoints[i]) && has_path(&endpoints[i], x->path))
            methods =
                arena_printf(arena, "%.*s%s%s", STR(methods), methods.n > 0 ? ", " : "", endpoints[i].method);
    return methods;
}

/* "endpoints":["GET /",…] */
static struct str known_endpoints(const struct exchange *x, struct arena *arena)
{
    struct str list = STR_LIT("\"endpoints\":[");
    for (size_t i = 0; i < ENDPOINT_COUNT; i++)
        if (is_there(x, &endpoints[i]))
            list = arena_printf(arena, "%.*s%s\"%s %s\"", STR(list), i > 0 ? "," : "", endpoints[i].method,
                                endpoints[i].path);
    return arena_printf(arena, "%.*s]", STR(list));
}

static void refuse(struct exchange *x)
{
    struct call *call = x->call;
    struct str path = uri_text_shown(x->path, &call->arena);
    struct str method = uri_text_shown(str_from(x->method), &call->arena);
    struct str methods = methods_of(x, &call->arena);
    if (methods.n > 0) {
        x->allow = methods.p;
        fail(&call->err, ERR_METHOD_NOT_ALLOWED, "%.*s takes %.*s, not %.*s.", STR(path), STR(methods),
             STR(method));
    } else {
        call->err.extra = known_endpoints(x, &call->arena);
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
    const struct endpoint *endpoint = find(x);
    if (endpoint == NULL) {
        refuse(x);
        return SERVED;
    }
    if (!permission_granted(x, &endpoint->action, STR_LIT("*")) || !is_admitted(x))
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
