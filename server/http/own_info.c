/* GET / and /_iotjobs/info: what this is, how it was built and set up, what it has done so far. */
#include "base/json.h"
#include "http/deadline.h"
#include "http/own.h"

static void member_text(struct json *json, const char *key, const char *value)
{
    json_member_string(json, key, str_from(value));
}

static void write_setting(void *context, const char *key, const char *value, const char *help)
{
    (void)help;
    member_text(context, key, settings_is_secret(str_from(key)) && value[0] != '\0' ? "(set)" : value);
}

static void write_build(struct json *json)
{
    json_key(json, "build");
    json_object_begin(json);
    member_text(json, "type", IOTJOBS_BUILD_TYPE);
    member_text(json, "compiler", IOTJOBS_COMPILER);
    member_text(json, "sanitizers", IOTJOBS_SANITIZERS);
    member_text(json, "libmicrohttpd", MHD_get_version());
    json_object_end(json);
}

static void write_engine(struct json *json, struct engine *engine)
{
    struct engine_stats stats = engine_stats(engine);
    json_key(json, "engine");
    json_object_begin(json);
    json_member_int(json, "calls", (int64_t)stats.calls);
    json_member_int(json, "batches", (int64_t)stats.batches);
    json_member_int(json, "timers_fired", (int64_t)stats.timers_fired);
    json_member_int(json, "commit_failures", (int64_t)stats.commit_failures);
    json_member_int(json, "inbox_depth", (int64_t)stats.inbox_depth);
    if (stats.next_due_ms != INT64_MAX && stats.next_due_ms != INT64_MIN)
        json_member_iso(json, "next_due", stats.next_due_ms);
    json_object_end(json);
}

static void write_tls(struct json *json, struct tls_shown *shown)
{
    if (shown == NULL)
        return;
    json_key(json, "tls");
    json_object_begin(json);
    json_member_iso(json, "certificate_expires_at", tls_shown_end(shown));
    json_object_end(json);
}

static void write_connections(struct json *json, struct deadlines *deadlines)
{
    struct deadlines_stats stats = deadlines_stats(deadlines);
    json_key(json, "http");
    json_object_begin(json);
    json_member_int(json, "connections", (int64_t)stats.connections);
    json_member_int(json, "closed_as_late", (int64_t)stats.late);
    json_object_end(json);
}

bool own_info(struct exchange *x)
{
    const struct http *http = x->http;
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    member_text(&json, "name", "iotjobsd");
    member_text(&json, "version", IOTJOBS_VERSION);
    json_member_iso(&json, "started_at", http->started_ms);
    write_build(&json);
    json_key(&json, "settings");
    json_object_begin(&json);
    settings_each(http->config.settings, write_setting, &json);
    json_object_end(&json);
    write_tls(&json, http->config.tls);
    write_engine(&json, http->config.engine);
    write_connections(&json, http->deadlines);
    json_object_end(&json);
    return true;
}

bool own_root(struct exchange *x)
{
    struct json json = json_to(&x->call->reply);
    json_object_begin(&json);
    member_text(&json, "name", "iotjobsd");
    member_text(&json, "version", IOTJOBS_VERSION);
    member_text(&json, "message",
                "A self-hosted server that speaks the AWS IoT Jobs protocols. Point an AWS client at it with "
                "--endpoint-url.");
    member_text(&json, "health", "/_iotjobs/health");
    member_text(&json, "info", "/_iotjobs/info");
    json_object_end(&json);
    return true;
}
