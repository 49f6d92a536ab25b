/* GET /_iotjobs/health and /_iotjobs/ready: for supervisors, load balancers and test suites. */
#include "base/json.h"
#include "http/own.h"
#include "store/thing_store.h"

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

static struct str state_name(bool ok)
{
    return ok ? STR_LIT("ok") : STR_LIT("failing");
}

bool own_health(struct exchange *x)
{
    struct json json = json_to(&x->call->reply);
    bool store_ok = store_answers(x->http);
    if (!store_ok)
        x->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    json_object_begin(&json);
    json_member_string(&json, "status", state_name(store_ok));
    json_member_string(&json, "version", STR_LIT(IOTJOBS_VERSION));
    json_key(&json, "components");
    json_object_begin(&json);
    json_member_string(&json, "http", state_name(true));
    json_member_string(&json, "store", state_name(store_ok));
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
