#include "ops/account.h"

#include <inttypes.h>

#include "settings.h"
#include "store/event_store.h"

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

/* ---- events ---- */

/* Every kind there is, whether or not it was ever set. */
bool op_describe_event_configurations(struct op *op, const void *input)
{
    (void)input;
    struct event_times times = { 0 };
    json_key(op->json, "eventConfigurations");
    json_object_begin(op->json);
    for (int type = EVENT_TYPE_UNSET + 1; type <= EVENT_TYPE_CA_CERTIFICATE; type++) {
        json_key(op->json, api_enum_name(&shape_event_type, type));
        json_object_begin(op->json);
        json_member_bool(op->json, "Enabled", store_event_enabled(op->db, (enum event_type)type));
        json_object_end(op->json);
    }
    json_object_end(op->json);
    if (!store_event_times(op->db, &times))
        return fail(op->err, ERR_INTERNAL, "The event configurations could not be read.");
    if (times.created_ms.set)
        json_member_seconds(op->json, "creationDate", times.created_ms.value);
    if (times.updated_ms.set)
        json_member_seconds(op->json, "lastModifiedDate", times.updated_ms.value);
    return true;
}

/* Kinds that are not named stay as they are (control plane 1.5). */
bool op_update_event_configurations(struct op *op, const void *input)
{
    const struct update_event_configurations_request *in = input;
    for (size_t i = 0; i < in->event_configurations.n; i++) {
        const struct event_configurations_entry *entry = &in->event_configurations.items[i];
        int type = api_enum_value(&shape_event_type, entry->key);
        if (!entry->value.enabled.set)
            continue;
        if (!store_event_set(op->db, (enum event_type)type, entry->value.enabled.value, op->now_ms))
            return fail(op->err, ERR_INTERNAL, "The event configurations could not be stored.");
    }
    return true;
}
