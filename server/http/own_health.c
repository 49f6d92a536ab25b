/* GET /_iotjobs/health and /_iotjobs/ready: for supervisors, load balancers and test suites. */
#include <string.h>

#include "base/json.h"
#include "http/health.h"
#include "http/own.h"
#include "ops/artifacts/artifacts.h"
#include "store/registry/thing_store.h"

/* No thing has an empty name: the look-up reads the database and finds nothing. */
static bool store_answers(struct http *http)
{
    struct db *db = http_reader(http);
    if (db == NULL)
        return false;
    store_thing_exists(db, STR_LIT(""));
    if (!db_failed(db))
        return true;
    http_reader_discard(http);
    return false;
}

/* Downloads go on without room; uploads do not. */
static const char *artifacts_text(const struct http *http)
{
    int64_t room = artifact_folder_room(http->config.artifacts->folder);
    return room > 0 ? "ok" : room == 0 ? "no room" : "failing";
}

static void write_component(struct json *json, const char *name, const char *text)
{
    json_member_string(json, name, str_from(text));
}

/* 503 tells load balancers and supervisors that requests are in vain here. They are not when the certificate
 * has expired, for most come without TLS, nor when uploads find no room; and a restart would change neither.
 */
bool own_health(struct exchange *x)
{
    struct http *http = x->http;
    struct json json = json_to(&x->call->reply);
    struct engine_stats stats = engine_stats(http->config.engine);
    struct health engine = health_of_engine(&stats);
    struct health certificate = { .good = true };
    bool store_good = store_answers(http);
    const char *artifacts = artifacts_text(http);
    bool artifacts_good = strcmp(artifacts, "ok") == 0;
    struct tls_shown *shown = http->config.tls;
    if (shown != NULL)
        certificate = health_of_certificate(tls_shown_end(shown), clock_host_ms());
    if (!store_good || !engine.good)
        x->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    json_object_begin(&json);
    write_component(&json, "status",
                    store_good && engine.good && artifacts_good && certificate.good ? "ok" : "degraded");
    write_component(&json, "version", IOTJOBS_VERSION);
    json_key(&json, "components");
    json_object_begin(&json);
    write_component(&json, "http", "ok");
    write_component(&json, "store", store_good ? "ok" : "failing");
    write_component(&json, "engine", engine.text);
    write_component(&json, "artifacts", artifacts);
    if (shown != NULL)
        write_component(&json, "certificate", certificate.text);
    json_object_end(&json);
    json_object_end(&json);
    return true;
}

bool own_ready(struct exchange *x)
{
    const struct http_config *config = &x->http->config;
    struct json json = json_to(&x->call->reply);
    bool ready = config->ready(config->ready_context);
    if (!ready)
        x->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    json_object_begin(&json);
    json_member_string(&json, "status", ready ? STR_LIT("ready") : STR_LIT("starting"));
    json_object_end(&json);
    return true;
}
