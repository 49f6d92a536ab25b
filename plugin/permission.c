#include "plugin/permission.h"

#include "plugin/access.h"

enum { DENIAL_ARENA_MAX = 4096 };

bool permission_is_asked(const struct plugin *plugin)
{
    return plugin->settings.auth == AUTH_ENFORCE;
}

static bool speaks_mqtt5(const struct mosquitto *client)
{
    return mosquitto_client_protocol_version(client) >= MQTT_PROTOCOL_V5;
}

/* ---- connecting ---- */

static enum admission admit(struct plugin *plugin, struct mosquitto *client)
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
    return identities_admit(&plugin->identities, &newcomer);
}

/* User names and passwords count for nothing: the certificate does. A client whose certificate does not count
 * is told nothing, and nor is one of MQTT 3.1.1 that policies deny, as on AWS, unless `deny = reason`. */
int permission_to_connect(struct plugin *plugin, struct mosquitto *client)
{
    if (!permission_is_asked(plugin))
        return MOSQ_ERR_SUCCESS;
    enum admission admission = admit(plugin, client);
    if (admission == ADMITTED)
        return MOSQ_ERR_SUCCESS;
    bool told = plugin->settings.deny == DENY_REASON || (admission == CONNECT_DENIED && speaks_mqtt5(client));
    return told ? MOSQ_ERR_AUTH : MOSQ_ERR_CONN_REFUSED;
}

/* ---- and from then on ---- */

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

/* Whether the client has been let in. The broker does not ask of those on listeners with
 * use_identity_as_username: they are judged with what they do first. */
static bool is_in(struct plugin *plugin, struct mosquitto *client)
{
    return identities_knows(&plugin->identities, client) ||
           (broker_tls_peer(&plugin->tls, client) != NULL && admit(plugin, client) == ADMITTED);
}

/* A denial is noted by then. */
static bool identity_may(struct plugin *plugin, const struct mosquitto_evt_acl_check *check,
                         const struct action *action, const char *type)
{
    if (!permission_is_asked(plugin))
        return true;
    if (is_in(plugin, check->client))
        return identities_may(&plugin->identities, check->client, action, type, str_from(check->topic));
    note_denial(plugin, check, action, "it is not connected with a certificate that counts");
    return false;
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

/* The broker would tell us twice of a message that is sent again. Its own max_qos it forgets when it reads
 * its configuration again (2.0.11). */
static bool is_sent_twice(const struct mosquitto_evt_acl_check *check)
{
    return check->qos > 1 && str_starts_with(str_from(check->topic), STR_LIT("$aws/"));
}

int permission_to_publish(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    const char *why;
    if (is_sent_twice(check))
        return MOSQ_ERR_QOS_NOT_SUPPORTED;
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
int permission_to_subscribe(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
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

/* A session whose client is away has shown nothing: what waits for it is asked of again when it is back. */
int permission_to_read(struct plugin *plugin, const struct mosquitto_evt_acl_check *check)
{
    bool is_away = broker_tls_peer(&plugin->tls, check->client) == NULL &&
                   !identities_knows(&plugin->identities, check->client);
    if (permission_is_asked(plugin) && !is_away && !identity_may(plugin, check, &action_receive, "topic"))
        return MOSQ_ERR_ACL_DENIED;
    return access_of_read(str_from(check->topic)) == ACCESS_GRANTED ? MOSQ_ERR_SUCCESS
                                                                    : MOSQ_ERR_PLUGIN_DEFER;
}

bool permission_to_hear(void *context, const void *connection, struct str topic)
{
    struct plugin *plugin = context;
    return !permission_is_asked(plugin) ||
           identities_may(&plugin->identities, connection, &action_receive, "topic", topic);
}

/* ---- those who may not stay ---- */

/* Its certificate counts no more, or it did what it may not. */
static void cut(void *context, const void *connection, const char *client_id)
{
    struct plugin *plugin = context;
    plugin->shut_out = connection;
    log_write(plugin->log, LOG_NOTICE, "cut client=\"%s\" reason=\"it may not stay\"", client_id);
    mosquitto_kick_client_by_clientid(client_id, true);
}

bool permission_review(struct plugin *plugin)
{
    return permission_is_asked(plugin) && identities_review(&plugin->identities, cut, plugin);
}
