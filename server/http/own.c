#include "http/own.h"

#include "api/uri_text.h"

static const struct endpoint {
    const char *method;
    const char *path;
    own_fn *serve;
    bool by_engine;
} endpoints[] = {
    { "GET", "/", own_root, false },
    { "GET", "/_iotjobs/health", own_health, false },
    { "GET", "/_iotjobs/ready", own_ready, false },
    { "GET", "/_iotjobs/info", own_info, false },
    { "GET", "/_iotjobs/ca.pem", own_ca, false },
    { "GET", "/_iotjobs/clock", own_clock, false },
    { "POST", "/_iotjobs/clock", own_clock_change, true },
    { "POST", "/_iotjobs/reset", own_reset, true },
};

enum { ENDPOINT_COUNT = sizeof endpoints / sizeof *endpoints };

bool own_path(struct str path)
{
    return str_eq(path, STR_LIT("/")) || str_eq(path, STR_LIT("/_iotjobs")) ||
           str_starts_with(path, STR_LIT("/_iotjobs/"));
}

static bool has_path(const struct endpoint *endpoint, struct str path)
{
    return str_eq_text(path, endpoint->path);
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

enum serve_result own_serve(struct exchange *x)
{
    if (!call_permitted(x->call, STR_NONE))
        return SERVED;
    const struct endpoint *endpoint = find(x->method, x->path);
    if (endpoint == NULL) {
        refuse(x);
        return SERVED;
    }
    x->operation = endpoint->path;
    bool ok = endpoint->serve(x);
    if (ok && endpoint->by_engine)
        return SERVED_BY_ENGINE;
    x->call->ok = ok;
    return SERVED;
}
