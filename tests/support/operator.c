#include "support/operator.h"

#include <pthread.h>

#include "api/decode.h"
#include "base/clock.h"
#include "engine/engine.h"
#include "support/cmocka_all.h"

enum { FIELDS_MAX = 4 };

struct wait {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done;
};

static void call_done(struct call *call)
{
    struct wait *wait = call->owner;
    pthread_mutex_lock(&wait->lock);
    wait->done = true;
    pthread_cond_signal(&wait->changed);
    pthread_mutex_unlock(&wait->lock);
}

static size_t split_query(struct str query, struct field fields[FIELDS_MAX])
{
    size_t n = 0;
    while (query.n && n < FIELDS_MAX) {
        struct str value = str_split(&query, '&');
        struct str name = str_split(&value, '=');
        fields[n++] = (struct field){ name, value };
    }
    return n;
}

static bool prepare(struct call *call, const struct settings *settings, const char *method,
                    const char *target, const char *principal, const char *body)
{
    const struct field header = { STR_LIT("x-amzn-principal"), principal ? str_from(principal) : STR_NONE };
    const struct preparation with = { .settings = settings, .host_ms = clock_host_ms() };
    struct field fields[FIELDS_MAX];
    struct http_route route;
    struct str query = str_from(target);
    struct str path = str_split(&query, '?');
    if (!route_http(PLANE_CONTROL, str_from(method), path, &call->arena, &route, &call->err))
        return false;
    struct request request = { .labels = route.labels,
                               .query = fields,
                               .query_count = split_query(query, fields),
                               .headers = &header,
                               .header_count = principal ? 1 : 0,
                               .body = str_from(body ? body : "") };
    const struct op_handler handler = op_handler(route.operation);
    call->operation = route.operation;
    call->run = handler.run;
    call->prepare = handler.prepare;
    return api_decode(route.operation, &request, &call->arena, (void **)&call->input, NULL, &call->err) &&
           (!handler.prepare || call_prepare(call, &with));
}

void operate(struct server *server, const struct settings *settings, const char *method, const char *target,
             const char *principal, const char *body)
{
    struct wait wait = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER };
    struct call *call = call_new();
    assert_non_null(call);
    call->owner = &wait;
    call->done = call_done;
    if (!prepare(call, settings, method, target, principal, body))
        fail_msg("%s %s: %.*s", method, target, STR(call->err.message));
    assert_true(engine_submit(server_engine(server), call));
    pthread_mutex_lock(&wait.lock);
    while (!wait.done)
        pthread_cond_wait(&wait.changed, &wait.lock);
    pthread_mutex_unlock(&wait.lock);
    if (!call->ok)
        fail_msg("%s %s: %.*s", method, target, STR(call->err.message));
    call_free(call);
    pthread_cond_destroy(&wait.changed);
    pthread_mutex_destroy(&wait.lock);
}
