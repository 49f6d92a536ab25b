#include "plugin/plugin.h"

#include <unistd.h>

#include "plugin/access.h"
#include "plugin/broker_log.h"
#include "plugin/hooks.h"

enum { DENIAL_ARENA_MAX = 4096 };

static bool enforces(const struct plugin *plugin)
{
    return plugin->settings.auth == AUTH_ENFORCE;
}

static int on_message(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_message *message = data;
    struct plugin *plugin = context;
    doorbell_say_awake(&plugin->doorbell);
    const struct publication publication = {
        .connection = message->client,
        .client_id = str_from(mosquitto_client_id(message->client)),
        .certificate_id =
            enforces(plugin) ? identities_certificate(&plugin->identities, message->client) : STR_NONE,
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

/* ---- who may do what ---- */

/* What nobody may, whoever he is. */
static void note_denial(struct plugin *plugin, const struct mosquitto_evt_acl_check *check,
                        const struct action *action, const char *why)
{
    struct str certificate = identities_certificate(&plugin->identities, check->client);
    struct principal principal = { .kind = certificate.p != NULL ? PRINCIPAL_CERTIFICATE : PRINCIPAL_ANYBODY,
                                   .certificate_id = certificate };
    struct arena arena;
    arena_init(&arena, DENIAL_ARENA_MAX);
    const struct denied denied = {
        .principal = principal_text(&principal, &arena),
        .action = action->name,
        .resource = str_from(check->topic),
        .reason = why,
        .client_id = str_from(mosquitto_client_id(check->client)),
        .source_ip = str_from(mosquitto_client_address(check->client)),
    };
    denials_note(server_denials(plugin->server), &denied);
    arena_release(&arena);
}

/* Denied is noted by then. */
static bool identity_may(struct plugin *plugin, const struct mosquitto_evt_acl_check *check,
                         const struct action *action, const char *type)
{
    return !enforces(plugin) ||
           identities_may(&plugin->identities, check->client, action, type, str_from(check->topic));
}

static bool speaks_mqtt5(const struct mosquitto *client)
{
    return mosquitto_client_protocol_version(client) >= MQTT_PROTOCOL_V5;
}

static int shut_out(struct plugin *plugin, const struct mosquitto *client)
{
    plugin->shut_out = client;
    return MOSQ_ERR_CONN_REFUSED;
}

/*
 * MQTT 3.1.1 has no word for a publish that is denied, and the broker would acknowledge it: the connection is
 * closed, as on AWS, unless `deny = reason` asks for it to stay. MQTT 5 has a word, but for QoS 0, which has
 * no acknowledgement: with auth = enforce a DISCONNECT ends that connection.
 */
static int deny_publish(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    if (plugin->settings.deny == DENY_REASON)
        return MOSQ_ERR_ACL_DENIED;
    if (!speaks_mqtt5(check->client))
        return shut_out(plugin, check->client);
    if (check->qos == 0)
        identities_expel(&plugin->identities, check->client);
    return MOSQ_ERR_ACL_DENIED;
}

static int check_publish(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    const char *why;
    if (access_of_publish(str_from(check->topic), check->retain, &why) == ACCESS_DENIED) {
        note_denial(plugin, check, &action_publish, why);
        return deny_publish(plugin, check);
    }
    if (!identity_may(plugin, check, &action_publish, "topic") ||
        (check->retain && !identity_may(plugin, check, &action_retain_publish, "topic")))
        return deny_publish(plugin, check);
    return MOSQ_ERR_PLUGIN_DEFER;
}

/* A session of MQTT 5 may be persistent whatever it says of a clean start: its expiry decides, which nobody
 * tells us. */
static bool is_persistent(const struct mosquitto *client)
{
    return !mosquitto_client_clean_session(client) || speaks_mqtt5(client);
}

/* Both versions have a word for a subscription that leads nowhere. The AWS IoT Device Client subscribes to
 * what its other features need as well: it goes on without them. One that policies deny ends a connection of
 * MQTT 3.1.1, as on AWS. */
static int check_subscribe(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    const char *why;
    struct str filter = str_from(check->topic);
    if (!identity_may(plugin, check, &action_subscribe, "topicfilter"))
        return plugin->settings.deny == DENY_REASON || speaks_mqtt5(check->client)
                   ? MOSQ_ERR_ACL_DENIED
                   : shut_out(plugin, check->client);
    if (access_of_subscribe(filter, &why) == ACCESS_DENIED) {
        note_denial(plugin, check, &action_subscribe, why);
        return MOSQ_ERR_ACL_DENIED;
    }
    if (!subscribers_note(&plugin->subscribers, filter, is_persistent(check->client)))
        return MOSQ_ERR_ACL_DENIED;
    return MOSQ_ERR_PLUGIN_DEFER;
}

/* A session whose client is away is not known: what waits for it is asked of again when it is back. */
static int check_read(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    if (enforces(plugin) && identities_knows(&plugin->identities, check->client) &&
        !identity_may(plugin, check, &action_receive, "topic"))
        return MOSQ_ERR_ACL_DENIED;
    return access_of_read(str_from(check->topic)) == ACCESS_GRANTED ? MOSQ_ERR_SUCCESS
                                                                    : MOSQ_ERR_PLUGIN_DEFER;
}

static int on_acl_check(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_acl_check *check = data;
    struct plugin *plugin = context;
    if (!plugin->ticked && !plugin->silence_reported)
        report_silence(plugin);
    switch (check->access) {
    case MOSQ_ACL_WRITE: return check_publish(plugin, check);
    case MOSQ_ACL_SUBSCRIBE: return check_subscribe(plugin, check);
    case MOSQ_ACL_READ: return check_read(plugin, check);
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

/* User names and passwords count for nothing: the certificate does. A client whose certificate does not count
 * is told nothing, and nor is one of MQTT 3.1.1 that policies deny, as on AWS, unless `deny = reason`. */
static int check_connect(struct plugin *plugin, struct mosquitto *client)
{
    const struct tls_peer *peer = broker_tls_peer(&plugin->tls, client);
    const struct newcomer newcomer = {
        .connection = client,
        .client_id = str_from(mosquitto_client_id(client)),
        .chain_n = peer != NULL ? peer->n : 0,
        .chain = peer != NULL ? peer->chain : NULL,
        .server_name = peer != NULL && peer->server_name[0] != '\0' ? str_from(peer->server_name) : STR_NONE,
        .source_ip = str_from(mosquitto_client_address(client)),
        .persistent = !mosquitto_client_clean_session(client),
    };
    enum admission admission = identities_admit(&plugin->identities, &newcomer);
    if (admission == ADMITTED)
        return MOSQ_ERR_SUCCESS;
    bool told = plugin->settings.deny == DENY_REASON || (admission == CONNECT_DENIED && speaks_mqtt5(client));
    return told ? MOSQ_ERR_AUTH : MOSQ_ERR_CONN_REFUSED;
}

static int on_basic_auth(int event, void *data, void *context)
{
    (void)event;
    const struct mosquitto_evt_basic_auth *asking = data;
    struct plugin *plugin = context;
    settle_arrival(plugin);
    if (enforces(plugin)) {
        int verdict = check_connect(plugin, asking->client);
        if (verdict != MOSQ_ERR_SUCCESS)
            return verdict;
    }
    plugin->arriving = asking->client;
    if (enforces(plugin))
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
    if (enforces(plugin))
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

/* Its certificate counts no more, or it did what it may not. */
static void cut(void *context, const void *connection, const char *client_id)
{
    struct plugin *plugin = context;
    plugin->shut_out = connection;
    log_write(plugin->log, LOG_NOTICE, "cut client=\"%s\" reason=\"it may not stay\"", client_id);
    mosquitto_kick_client_by_clientid(client_id, true);
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
    bool more = enforces(plugin) && identities_review(&plugin->identities, cut, plugin);
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
    if ((plugin->settings.track_connections == TRACK_CONNECTIONS_OFF && !enforces(plugin)) ||
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
