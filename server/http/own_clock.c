/* GET and POST /_iotjobs/clock, POST /_iotjobs/reset: what test suites steer a server with. */
#include <cjson/cJSON.h>
#include <math.h>

#include "base/json.h"
#include "base/time_text.h"
#include "http/own.h"

static const int64_t advance_max_ms = INT64_C(100) * 366 * 86400 * 1000;
static const double scale_max = 1e6;

static struct str text_of(const cJSON *value)
{
    return cJSON_IsString(value) ? str_from(value->valuestring) : STR_NONE;
}

static bool parse_true(const cJSON *value, struct clock_change *ret_change)
{
    (void)ret_change;
    return cJSON_IsTrue(value);
}

static bool parse_time(const cJSON *value, struct clock_change *ret_change)
{
    struct str text = text_of(value);
    return text.p != NULL && time_parse_iso(text, &ret_change->ms);
}

static bool parse_distance(const cJSON *value, struct clock_change *ret_change)
{
    int64_t ms = 0;
    if (cJSON_IsNumber(value)) {
        double exact_ms = value->valuedouble * 1000;
        if (!(exact_ms >= 0 && exact_ms <= (double)advance_max_ms))
            return false;
        ms = llround(exact_ms);
    } else if (text_of(value).p == NULL || !duration_parse_iso(text_of(value), &ms)) {
        return false;
    }
    ret_change->ms = ms;
    return ms >= 0 && ms <= advance_max_ms;
}

static bool parse_scale(const cJSON *value, struct clock_change *ret_change)
{
    ret_change->scale = value->valuedouble;
    return cJSON_IsNumber(value) && ret_change->scale > 0 && ret_change->scale <= scale_max;
}

static const struct {
    const char *name;
    enum clock_verb verb;
    bool (*parse)(const cJSON *value, struct clock_change *ret_change);
} forms[] = {
    { "freeze", CLOCK_FREEZE, parse_true },       { "set", CLOCK_SET, parse_time },
    { "advance", CLOCK_ADVANCE, parse_distance }, { "scale", CLOCK_SCALE, parse_scale },
    { "real", CLOCK_REAL, parse_true },
};

/* Exactly one member, of one of the forms. */
static bool parse_object(const cJSON *object, struct clock_change *ret_change)
{
    if (!cJSON_IsObject(object) || object->child == NULL || object->child->next != NULL)
        return false;
    const cJSON *member = object->child;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (str_eq_text(str_from(member->string), forms[i].name)) {
            ret_change->verb = forms[i].verb;
            return forms[i].parse(member, ret_change);
        }
    return false;
}

static bool clock_change_parse(struct str body, struct clock_change *ret_change)
{
    if (!api_json_acceptable(body))
        return false;
    cJSON *object = cJSON_ParseWithLength(body.p, body.n);
    bool ok = parse_object(object, ret_change);
    cJSON_Delete(object);
    return ok;
}

bool own_clock(struct exchange *x)
{
    struct clock_state state = clock_state(x->http->config.clock);
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    clock_state_write(&json, &state);
    json_object_end(&json);
    return true;
}

bool own_clock_change(struct exchange *x)
{
    struct call *call = x->call;
    if (!clock_state(x->http->config.clock).movable)
        return fail(
            &call->err, ERR_STATE_REFUSED,
            "The clock follows the host; only a server started with --virtual-clock lets it be moved.");
    struct clock_change *change = arena_alloc(&call->arena, sizeof *change);
    if (change == NULL)
        return fail(&call->err, ERR_INTERNAL, "The server is out of memory for this request.");
    if (!clock_change_parse(strbuf_str(&x->body), change))
        return fail(&call->err, ERR_INVALID_REQUEST,
                    "The body must be exactly one of {\"freeze\":true}, {\"set\":\"2030-01-01T00:00:00Z\"}, "
                    "{\"advance\":\"PT31M\"} or a number of seconds, {\"scale\":60} and {\"real\":true}.");
    engine_prepare_clock_change(call, change);
    return true;
}

bool own_reset(struct exchange *x)
{
    const struct settings *settings = x->http->config.settings;
    if (!settings->in_memory && !settings->virtual_clock)
        return fail(
            &x->call->err, ERR_STATE_REFUSED,
            "This server keeps its data; only one started with --in-memory or --virtual-clock, a test "
            "double, lets everything be erased.");
    engine_prepare_reset(x->call);
    return true;
}
