#include "ops/account.h"

#include <inttypes.h>

#include "settings.h"

/* Decision 7: `strict` refuses what AWS refuses since 2026. */
static const struct {
    struct str type;
    bool refused_when_strict;
    bool http; /* an HTTP endpoint: with its port */
} endpoints[] = {
    { STR_LIT("iot:Data-ATS"), false, false },
    { STR_LIT("iot:Data"), true, false },
    { STR_LIT("iot:CredentialProvider"), false, false },
    { STR_LIT("iot:Jobs"), true, true },
};

bool op_describe_endpoint(struct op *op, const void *input)
{
    const struct describe_endpoint_request *in = input;
    struct str type = in->endpoint_type.p ? in->endpoint_type : STR_LIT("iot:Data");
    /* The name by which this caller reached us reaches us again, whatever lies between. */
    struct str host = op->host.p ? op->host : str_from(op->settings->bind);
    for (size_t i = 0; i < sizeof endpoints / sizeof endpoints[0]; i++) {
        if (!str_eq_nocase(type, endpoints[i].type))
            continue;
        if (op->settings->strict && endpoints[i].refused_when_strict && in->endpoint_type.p)
            return fail(op->err, ERR_INVALID_REQUEST,
                        "Endpoint type %.*s is no longer supported. Use iot:Data-ATS instead.", STR(type));
        struct str address =
            endpoints[i].http ? arena_printf(op->arena, "%.*s:%" PRId64, STR(host), op->settings->http_port)
                              : host;
        json_member_string(op->json, "endpointAddress", address);
        return true;
    }
    return fail(op->err, ERR_INVALID_REQUEST,
                "Endpoint type '%.*s' is invalid. Use one of iot:Data-ATS, iot:Data, iot:Jobs, "
                "iot:CredentialProvider.",
                STR(type));
}
