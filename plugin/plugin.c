/* Loading and unloading: options to settings, settings to a running server, and back down. */
#include "plugin/plugin.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "plugin/broker_log.h"
#include "plugin/hooks.h"
#include "plugin/permission.h"
#include "settings_secret.h"

#define EXPORT __attribute__((visibility("default")))

enum {
    PLUGIN_API = 5,
    PLUGIN_FAILED = 1, /* the broker ends with this as its exit status */
    LOG_RING_LINES = 512,
    PROBLEM_MAX = 1024,
};

static bool problem(struct strbuf *ret_problem, const char *text)
{
    strbuf_add_text(ret_problem, text);
    return false;
}

/* One `plugin_opt_KEY VALUE` line of the broker's configuration is one setting. */
static bool plugin_configure(struct plugin *plugin, const struct mosquitto_opt *options, int count,
                             struct strbuf *ret_problem)
{
    for (int i = 0; i < count; i++)
        if (!settings_set(&plugin->settings, str_from(options[i].key), str_from(options[i].value),
                          ret_problem))
            return false;
    return settings_check(&plugin->settings, ret_problem) &&
           settings_take_secret(&plugin->settings, ret_problem);
}

/* Who may connect, and do what. */
static bool plugin_start_access(struct plugin *plugin)
{
    struct server *server = plugin->server;
    bool enforces = plugin->settings.auth == AUTH_ENFORCE;
    const struct identities_config config = {
        .engine = server_engine(server),
        .store = server_store(server),
        .ca = server_client_ca(server),
        .cache = server_policy_cache(server),
        .changes = server_access_changes(server),
        .denials = server_denials(server),
        .clock = server_clock(server),
        .settings = &plugin->settings,
        .log = plugin->log,
    };
    return broker_tls_begin(&plugin->tls, enforces) &&
           (!enforces || identities_init(&plugin->identities, &config));
}

/* The broker reads its certificate again at SIGHUP. On a thread of the server's, where signals are blocked.
 */
static void on_certificate_changed(void *context)
{
    (void)context;
    kill(getpid(), SIGHUP);
}

static bool plugin_start(struct plugin *plugin, struct strbuf *ret_problem)
{
    plugin->log = log_new(broker_log_line, NULL, (enum log_level)plugin->settings.log_level, LOG_RING_LINES);
    if (plugin->log == NULL)
        return problem(ret_problem, "out of memory");
    if (!doorbell_init(&plugin->doorbell))
        return problem(ret_problem, "cannot handle SIGURG");

    const struct server_config config = {
        .settings = &plugin->settings,
        .log = plugin->log,
        .ring = doorbell_ring,
        .ring_context = &plugin->doorbell,
        .certificate_changed = on_certificate_changed,
    };
    plugin->server = server_start(&config, ret_problem);
    if (plugin->server == NULL)
        return false;
    plugin->inbound = (struct inbound){
        .engine = server_engine(plugin->server),
        .outbox = server_outbox(plugin->server),
        .clock = server_clock(plugin->server),
    };
    departures_init(&plugin->departures);
    plugin->inbound.departures = &plugin->departures;
    shares_init(&plugin->shares);
    plugin->inbound.shares = &plugin->shares;
    plugin->inbound.share = shares_each(plugin->settings.inbox_limit);
    plugin->delivery = (struct delivery){ .outbox = server_outbox(plugin->server),
                                          .departures = &plugin->departures,
                                          .log = plugin->log,
                                          .may_hear = permission_to_hear,
                                          .context = plugin };
    plugin->subscribers = (struct subscribers){
        .engine = server_engine(plugin->server),
        .audience = server_audience(plugin->server),
        .log = plugin->log,
    };
    connections_init(&plugin->connections);
    plugin->connections.engine = server_engine(plugin->server);
    plugin->connections.clock = server_clock(plugin->server);
    plugin->connections.watch = server_connectivity(plugin->server);
    plugin->connections.ring = doorbell_ring;
    plugin->connections.ring_context = &plugin->doorbell;
    if (!plugin_start_access(plugin))
        return problem(ret_problem, "out of memory");
    if (!hooks_register(plugin))
        return problem(ret_problem, "the broker refused to register a callback");
    doorbell_alarm_start(&plugin->doorbell);
    return true;
}

/* Also of one that never started wholly. */
static void plugin_free(struct plugin *plugin)
{
    broker_tls_end(&plugin->tls);
    identities_release(&plugin->identities);
    if (plugin->server != NULL)
        server_stop(plugin->server);
    connections_release(&plugin->connections);
    doorbell_release(&plugin->doorbell);
    if (plugin->log != NULL)
        log_drain(plugin->log);
    log_free(plugin->log);
    settings_release(&plugin->settings);
    free(plugin);
}

EXPORT int mosquitto_plugin_version(int supported_version_count, const int *supported_versions)
{
    for (int i = 0; i < supported_version_count; i++)
        if (supported_versions[i] == PLUGIN_API)
            return PLUGIN_API;
    return -1;
}

EXPORT int mosquitto_plugin_init(mosquitto_plugin_id_t *identifier, void **userdata,
                                 struct mosquitto_opt *options, int option_count)
{
    struct plugin *plugin = calloc(1, sizeof *plugin);
    if (plugin == NULL)
        return PLUGIN_FAILED;
    plugin->identifier = identifier;
    settings_init(&plugin->settings);
    /* The launcher, which writes the broker's whole configuration, sets them. */
    plugin->settings.track_subscriptions = false;
    plugin->settings.track_connections = TRACK_CONNECTIONS_OFF;

    struct strbuf why;
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = plugin_configure(plugin, options, option_count, &why) && plugin_start(plugin, &why);
    if (ok)
        *userdata = plugin;
    else {
        plugin_free(plugin);
        broker_log_line(NULL, LOG_ERROR, why.failed ? "cannot start" : why.p);
    }
    strbuf_release(&why);
    return ok ? MOSQ_ERR_SUCCESS : PLUGIN_FAILED;
}

/*
 * The broker has closed its listeners, dropped its clients and saved their sessions by now. Answers that are
 * still here have nobody to go to: a device that got none asks again when the server is back. Notifications
 * leave with the next start (engine/handover).
 */
EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int option_count)
{
    (void)options;
    (void)option_count;
    struct plugin *plugin = userdata;
    hooks_unregister(plugin);
    deliver_return(&plugin->delivery);
    plugin_free(plugin);
    return MOSQ_ERR_SUCCESS;
}
