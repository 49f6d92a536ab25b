/* GET /_iotjobs/denials: what was denied, to whom, and why. */
#include "base/json.h"
#include "http/own.h"
#include "http/own_operation.h"
#include "http/query.h"

enum { SHOWN_BY_DEFAULT = 100 };

struct denials_request {
    struct opt_int max_results;
};

static const struct own_parameter parameters[] = {
    { "maxResults", offsetof(struct denials_request, max_results), .least = 1, .most = DENIALS_KEPT },
};

bool own_denials(struct exchange *x)
{
    static const struct own_operation operation = { .input_size = sizeof(struct denials_request),
                                                    .parameters = parameters,
                                                    .parameter_count = 1 };
    struct call *call = x->call;
    struct request request = { 0 };
    const void *input = NULL;
    if (!query_parse(x->query, &call->arena, &request.query, &request.query_count, &call->err) ||
        !own_operation_decode(&operation, &request, &call->arena, &input, &call->err))
        return false;
    const struct opt_int *limit = &((const struct denials_request *)input)->max_results;
    struct json json = json_to(&call->reply);
    json_object_begin(&json);
    denials_write(x->http->config.denials, limit->set ? (size_t)limit->value : SHOWN_BY_DEFAULT, &json);
    json_object_end(&json);
    return true;
}
