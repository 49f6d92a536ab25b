#include "plugin/plugin.h"

#include <unistd.h>

#include "plugin/broker_log.h"
#include "plugin/hooks.h"
#include "plugin/permission.h"

static int on_message(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_message *message = data;
    struct plugin *plugin = context;
    doorbell_say_awake(&plugin->doorbell);
    const struct publication publication = {
        .connection = message->client,
        .client_id = str_from(mosquitto_client_id(message->client)),
        .certificate_id = permission_is_asked(plugin)
                              ? identities_certificate(&plugin->identities, message->client)
                              : STR_NONE,
        .topic = str_from(message->topic),
        .payload = { message->payload, message->payloadlen },
        .qos = message->qos,
    };
    inbound_take(&plugin->inbound, &publication);
    return MOSQ_ERR_SUCCESS; /* whoever subscribed to the request's topic gets it as well, as on AWS */
}

/*
 * A client needs two turns of the broker's loop to connect and to ask for anything, and each turn ends with a
 * tick. If none came by then none ever will, and no answer would leave.
 */
static void report_silence(struct plugin *plugin)
{
    plugin->silence_reported = true;
    doorbell_alarm_stop(&plugin->doorbell);
    broker_log_line(NULL, LOG_ERROR,
                    "The broker never ticks its plugins with `per_listener_settings true`, so nothing can be "
                    "answered: set it to false.");
}

static int on_acl_check(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_acl_check *check = data;
    struct plugin *plugin = context;
    if (!plugin->ticked && !plugin->silence_reported)
        report_silence(plugin);
    switch (check->access) {
    case MOSQ_ACL_WRITE: return permission_to_publish(plugin, check);
    case MOSQ_ACL_SUBSCRIBE: return permission_to_subscribe(plugin, check);
    case MOSQ_ACL_READ: return permission_to_read(plugin, check);
    default: return MOSQ_ERR_PLUGIN_DEFER;
    }
}

static int on_last_word(int event, void *data, void *context)
{
    (void)event;
    (void)data;
    (void)context;
    return MOSQ_ERR_SUCCESS;
}

/* ---- who comes and goes ---- */

/* The broker has decided by now. Of a client that it has refused it has forgotten the id. */
static void settle_arrival(struct plugin *plugin)
{
    struct mosquitto *client = plugin->arriving;
    const char *id = client != NULL ? mosquitto_client_id(client) : NULL;
    plugin->arriving = NULL;
    if (id == NULL)
        return;
    const struct arrival arrival = {
        .connection = client,
        .client_id = str_from(id),
        .keep_alive_s = mosquitto_client_keepalive(client),
        .clean_session = mosquitto_client_clean_session(client),
    };
    connections_came(&plugin->connections, &arrival);
}

static int on_basic_auth(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_basic_auth *asking = data;
    struct plugin *plugin = context;
    settle_arrival(plugin);
    int verdict = permission_to_connect(plugin, asking->client);
    if (verdict != MOSQ_ERR_SUCCESS)
        return verdict;
    plugin->arriving = asking->client;
    if (permission_is_asked(plugin))
        return MOSQ_ERR_SUCCESS;
    return plugin->settings.track_connections == TRACK_CONNECTIONS_ACCEPT ? MOSQ_ERR_SUCCESS
                                                                          : MOSQ_ERR_PLUGIN_DEFER;
}

/* AWS's word for it. Mosquitto 2.0 gives no reason (-1). */
static const char *reason_of(const struct plugin *plugin, const struct mosquitto_evt_disconnect *disconnect)
{
    static const struct {
        int error;
        const char *reason;
    } reasons[] = {
        { MOSQ_ERR_SUCCESS, "CLIENT_INITIATED_DISCONNECT" },
        { MOSQ_ERR_CONN_LOST, "CONNECTION_LOST" },
        { MOSQ_ERR_KEEPALIVE, "MQTT_KEEP_ALIVE_TIMEOUT" },
        { MOSQ_ERR_AUTH, "AUTH_ERROR" },
        { MOSQ_ERR_ACL_DENIED, "AUTH_ERROR" },
        { MOSQ_ERR_PROTOCOL, "CLIENT_ERROR" },
        { MOSQ_ERR_MALFORMED_PACKET, "CLIENT_ERROR" },
        { MOSQ_ERR_OVERSIZE_PACKET, "CLIENT_ERROR" },
        { MOSQ_ERR_PAYLOAD_SIZE, "CLIENT_ERROR" },
        { MOSQ_ERR_ADMINISTRATIVE_ACTION, "SERVER_INITIATED_DISCONNECT" },
    };
    if (disconnect->client == plugin->shut_out)
        return "AUTH_ERROR";
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].error == disconnect->reason)
            return reasons[i].reason;
    return "UNKNOWN";
}

static int on_disconnect(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_disconnect *disconnect = data;
    struct plugin *plugin = context;
    const char *id = mosquitto_client_id(disconnect->client);
    settle_arrival(plugin);
    if (permission_is_asked(plugin))
        identities_left(&plugin->identities, disconnect->client);
    departures_note(&plugin->departures, disconnect->client);
    if (id != NULL)
        connections_left(&plugin->connections, disconnect->client, str_from(id),
                         reason_of(plugin, disconnect));
    if (disconnect->client == plugin->shut_out)
        plugin->shut_out = NULL;
    return MOSQ_ERR_SUCCESS;
}

static int on_reload(int event, void *data, void *context)
{
    (void)event;
    (void)data;
    struct plugin *plugin = context;
    plugin->last_word_due = true;
    server_reload(plugin->server);
    return MOSQ_ERR_SUCCESS;
}

static void take_last_word(struct plugin *plugin)
{
    plugin->last_word_due = false;
    mosquitto_callback_unregister(plugin->identifier, MOSQ_EVT_ACL_CHECK, on_last_word, NULL);
    int rc = mosquitto_callback_register(plugin->identifier, MOSQ_EVT_ACL_CHECK, on_last_word, NULL, plugin);
    if (rc != MOSQ_ERR_SUCCESS)
        log_write(plugin->log, LOG_ERROR, "acl-callback-refused error=%d", rc);
}

static void announce_ready(struct plugin *plugin)
{
    static const char line[] = "Ready.\n";
    plugin->ticked = true;
    doorbell_alarm_stop(&plugin->doorbell);
    server_set_ready(plugin->server);
    log_write(plugin->log, LOG_NOTICE, "ready");
    if (write(STDOUT_FILENO, line, sizeof line - 1) < 0)
        log_write(plugin->log, LOG_DEBUG, "ready-line-unwritten"); /* nobody reads our output: no harm */
}

static int on_tick(int event, void *data, void *context)
{
    (void)event;
    (void)data;
    struct plugin *plugin = context;
    if (plugin->last_word_due)
        take_last_word(plugin);
    if (!plugin->ticked)
        announce_ready(plugin);
    settle_arrival(plugin);
    bool more = permission_review(plugin);
    connections_tell(&plugin->connections);
    doorbell_say_ticking(&plugin->doorbell);
    if (deliver_some(&plugin->delivery) || more)
        doorbell_ring_soon(&plugin->doorbell);
    log_drain(plugin->log);
    return MOSQ_ERR_SUCCESS;
}

static const struct {
    int event;
    MOSQ_FUNC_generic_callback run;
} hooks[] = {
    { MOSQ_EVT_MESSAGE, on_message },       { MOSQ_EVT_ACL_CHECK, on_acl_check }, { MOSQ_EVT_TICK, on_tick },
    { MOSQ_EVT_DISCONNECT, on_disconnect }, { MOSQ_EVT_RELOAD, on_reload },
};

enum { HOOK_COUNT = sizeof hooks / sizeof *hooks };

bool hooks_register(struct plugin *plugin)
{
    plugin->last_word_due = true;
    for (size_t i = 0; i < HOOK_COUNT; i++)
        if (mosquitto_callback_register(plugin->identifier, hooks[i].event, hooks[i].run, NULL, plugin) !=
            MOSQ_ERR_SUCCESS) {
            hooks_unregister(plugin);
            return false;
        }
    if ((plugin->settings.track_connections == TRACK_CONNECTIONS_OFF && !permission_is_asked(plugin)) ||
        mosquitto_callback_register(plugin->identifier, MOSQ_EVT_BASIC_AUTH, on_basic_auth, NULL, plugin) ==
            MOSQ_ERR_SUCCESS)
        return true;
    hooks_unregister(plugin);
    return false;
}

void hooks_unregister(struct plugin *plugin)
{
    for (size_t i = 0; i < HOOK_COUNT; i++)
        mosquitto_callback_unregister(plugin->identifier, hooks[i].event, hooks[i].run, NULL);
    mosquitto_callback_unregister(plugin->identifier, MOSQ_EVT_BASIC_AUTH, on_basic_auth, NULL);
    mosquitto_callback_unregister(plugin->identifier, MOSQ_EVT_ACL_CHECK, on_last_word, NULL);
}
