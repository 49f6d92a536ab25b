/*
 * HTTP request lines and credential scopes. Input: a byte for the plane, then the lines
 * method, path, credential.
 */
#include <string.h>

#include "api/route.h"
#include "base/utf8.h"
#include "fuzz_input.h"

enum { ARENA_MAX = 1024 * 1024 };

static void check_route(const struct http_route *route)
{
    fuzz_promise(route->operation != OP_NONE, "a route names an operation");
    fuzz_promise(route->labels.n <= OPERATION_LABELS_MAX, "labels are bounded");
    for (size_t i = 0; i < route->labels.n; i++) {
        struct str label = route->labels.value[i];
        fuzz_promise(label.p != NULL && utf8_valid(label), "labels are UTF-8");
        fuzz_promise(label.n == 0 || memchr(label.p, '\0', label.n) == NULL, "labels hold no NUL");
    }
}

static void check_failure(const struct err *err)
{
    bool known = err->code == ERR_UNKNOWN_OPERATION || err->code == ERR_INVALID_REQUEST;
    fuzz_promise(known || err->code == ERR_INTERNAL, "a failure has one of the documented codes");
    fuzz_promise(err->message.n > 0 && utf8_valid(err->message), "a failure has a message in UTF-8");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    fuzz_input_init(&input, data, n);
    enum plane plane = fuzz_byte(&input) % 2 == 0 ? PLANE_CONTROL : PLANE_DATA;
    struct str method = fuzz_line(&input), path = fuzz_line(&input), credential = fuzz_line(&input);

    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    struct err err;
    err_init(&err, &arena);
    struct http_route route = { .operation = OP_NONE };
    if (route_http(plane, method, path, &arena, &route, &err))
        check_route(&route);
    else
        check_failure(&err);

    struct credential_scope scope;
    if (credential_scope_of(credential, &scope)) {
        fuzz_promise(fuzz_inside(scope.region, credential), "the region is a part of the credential");
        fuzz_promise(fuzz_inside(scope.service, credential), "the service is a part of the credential");
    }
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
