#include "launcher/broker_config.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/problem.h"

/* Of HTTP and HTTPS, a thousand connections each; of the database; of artefacts that are read and written. */
enum { OUR_DESCRIPTORS = 4096 };

/* --- values ----------------------------------------------------------------------------------------- */

/* The broker reads values to the end of the line: a value that holds one would be read as more lines. It
 * refuses an empty one and cannot quote a blank at either end. */
static bool value_fits(const char *value)
{
    size_t n = strlen(value);
    if (n == 0 || value[0] == ' ' || value[n - 1] == ' ')
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)value[i] < ' ' || value[i] == 0x7f)
            return false;
    return true;
}

static bool add_value(struct strbuf *out, const char *key, const char *value, struct strbuf *ret_problem)
{
    if (!value_fits(value))
        return problem(
            ret_problem,
            "%s: the broker's configuration cannot hold a value that is empty, has control characters "
            "or has a blank at either end",
            key);
    strbuf_printf(out, "%s %s\n", key, value);
    return true;
}

/* --- the plugin's options --------------------------------------------------------------------------- */

struct find_value {
    const char *key;
    bool same; /* as the value in question */
    const char *value;
};

static void compare_value(void *context, const char *key, const char *value, const char *help)
{
    (void)help;
    struct find_value *find = context;
    if (strcmp(key, find->key) == 0)
        find->same = strcmp(value, find->value) == 0;
}

struct plugin_options {
    const struct settings *defaults;
    struct strbuf *out;
    struct strbuf *ret_problem;
    bool ok;
};

static void add_option(void *context, const char *key, const char *value, const char *help)
{
    (void)help;
    struct plugin_options *options = context;
    struct find_value find = { .key = key, .value = value };
    settings_each(options->defaults, compare_value, &find);
    if (!options->ok || find.same)
        return;
    strbuf_add_text(options->out, "plugin_opt_");
    options->ok = add_value(options->out, key, value, options->ret_problem);
}

static bool add_plugin(const struct broker_config *config, struct strbuf *out, struct strbuf *ret_problem)
{
    if (!add_value(out, "plugin", config->plugin, ret_problem))
        return false;
    struct settings defaults;
    settings_init(&defaults);
    defaults.track_subscriptions =
        false; /* the plugin's own defaults: it cannot know a broker that is not ours */
    defaults.track_connections = TRACK_CONNECTIONS_OFF;
    struct plugin_options options = { &defaults, out, ret_problem, true };
    settings_each(config->settings, add_option, &options);
    settings_release(&defaults);
    return options.ok;
}

/* --- the broker's own ------------------------------------------------------------------------------- */

static void add_general(const struct broker_config *config, struct strbuf *out)
{
    strbuf_add_text(out, "# Written by iotjobsd at each start; changes are lost.\n");
    /* plugins hear of nothing otherwise */
    strbuf_add_text(out, "per_listener_settings false\n");
    strbuf_add_text(out, "allow_anonymous true\n");
    /* acknowledgement and answer are two writes: without this the second waits 40 ms for the peer */
    strbuf_add_text(out, "set_tcp_nodelay true\n");
    if (config->as_root)
        strbuf_add_text(
            out, "# Without this the broker would give up root for a user who cannot read the data folder.\n"
                 "user root\n");
}

/* Every device, and whoever pretends to be one, may leave something in the broker's memory. */
static void add_limits(const struct broker_config *config, struct strbuf *out)
{
    strbuf_add_text(out, "max_inflight_messages 100\nmax_inflight_bytes 1048576\n");
    /* The plugin refuses payloads over 128 KiB to the Jobs service with an answer. */
    strbuf_add_text(out, "max_packet_size 1048576\n");
    /* What may wait for one client, whichever is reached first; the rest is dropped. Room for who watches a
     * whole fleet, and is slower than a rollout to 100,000 things: two notifications each, mostly of some
     * 300 bytes. A device that missed something asks for its jobs when it is back, as on AWS. */
    strbuf_add_text(out, "max_queued_messages 250000\nmax_queued_bytes 67108864\n");
    /* The longest that AWS keeps the session of a device that is away. The broker's default is for ever. */
    strbuf_add_text(out, "persistent_client_expiration 7d\n");
    /* Everything together, retained messages and the sessions of however many client ids included. Past it
     * the broker drops the message, and the client that sent it, instead of being killed itself. */
    if (config->memory_max > 0)
        strbuf_printf(out, "memory_limit %" PRId64 "\n", config->memory_max);
}

/* Sessions of devices that are offline, and what waits for them, outlive the process. */
static bool add_persistence(const struct settings *settings, struct strbuf *out, struct strbuf *ret_problem)
{
    if (settings->in_memory) {
        strbuf_add_text(out, "persistence false\n");
        return true;
    }
    strbuf_add_text(out, "persistence true\nautosave_interval 60\n");
    return add_value(out, "persistence_location", settings->data, ret_problem);
}

static void add_log(const struct settings *settings, struct strbuf *out)
{
    static const char *const types[] = {
        [LOG_ERROR] = "error",      [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
        [LOG_INFO] = "information", [LOG_DEBUG] = "debug",
    };
    strbuf_add_text(out, "log_dest stderr\nlog_timestamp_format %Y-%m-%dT%H:%M:%S\n");
    for (int level = LOG_ERROR; level <= settings->log_level; level++)
        strbuf_printf(out, "log_type %s\n", types[level]);
    strbuf_printf(out, "connection_messages %s\n", settings->log_level >= LOG_INFO ? "true" : "false");
}

/* However many clients connect, HTTP, the database and the artefacts still get descriptors. */
static int64_t connections_each(const struct broker_config *config)
{
    const struct settings *settings = config->settings;
    int64_t half = config->descriptors_max / 2;
    int64_t listeners =
        (settings->mqtt_port != 0) + (int64_t)settings->mqtts_port.n + (settings->websocket_port != 0);
    int64_t ours = half < OUR_DESCRIPTORS ? half : OUR_DESCRIPTORS;
    return listeners > 0 ? (config->descriptors_max - ours) / listeners : 0;
}

/* AWS has no QoS 2. Nor could the plugin serve it: the broker tells it of a message that is sent again. */
static void add_listener(const struct broker_config *config, int64_t port, struct strbuf *out)
{
    strbuf_printf(out, "listener %" PRId64 " %s\nmax_qos 1\n", port, config->settings->bind);
    int64_t connections = connections_each(config);
    if (connections > 0)
        strbuf_printf(out, "max_connections %" PRId64 "\n", connections);
}

static void add_mqtt(const struct broker_config *config, struct strbuf *out)
{
    if (config->settings->mqtt_port != 0)
        add_listener(config, config->settings->mqtt_port, out);
}

/* Whether clients are asked for a certificate is the plugin's to say (plugin/broker_tls). */
static bool add_mqtts_listener(const struct broker_config *config, int64_t port, struct strbuf *out,
                               struct strbuf *ret_problem)
{
    add_listener(config, port, out);
    strbuf_add_text(out, "tls_version tlsv1.2\n" /* and later ones, whose ciphers are all of this kind */
                         "ciphers ECDHE+AESGCM:ECDHE+CHACHA20\n");
    return add_value(out, "certfile", config->settings->tls_certificate, ret_problem) &&
           add_value(out, "keyfile", config->settings->tls_key, ret_problem);
}

static bool add_mqtts(const struct broker_config *config, struct strbuf *out, struct strbuf *ret_problem)
{
    const struct ports *ports = &config->settings->mqtts_port;
    for (size_t i = 0; i < ports->n; i++)
        if (!add_mqtts_listener(config, ports->items[i], out, ret_problem))
            return false;
    return true;
}

/* The broker opens a listener of its own choice when it is given none, and no WebSocket listener
 * without another one: where MQTT is off, it gets a local socket that nobody knows of. */
static void add_idle(const struct broker_config *config, struct strbuf *out)
{
    if (config->settings->mqtt_port == 0 && config->settings->mqtts_port.n == 0)
        strbuf_printf(out, "listener 0 %s\n", config->idle_socket);
}

static void add_websocket(const struct broker_config *config, struct strbuf *out)
{
    const struct settings *settings = config->settings;
    if (settings->websocket_port == 0)
        return;
    add_listener(config, settings->websocket_port, out);
    strbuf_add_text(out, "protocol websockets\n");
    /* without it, the address is taken for the name of a network interface and every address is bound */
    strbuf_printf(out, "socket_domain %s\n", strchr(settings->bind, ':') != NULL ? "ipv6" : "ipv4");
}

bool broker_config_write(const struct broker_config *config, struct strbuf *out, struct strbuf *ret_problem)
{
    add_general(config, out);
    add_limits(config, out);
    if (!add_persistence(config->settings, out, ret_problem))
        return false;
    add_log(config->settings, out);
    if (!add_plugin(config, out, ret_problem))
        return false;
    add_mqtt(config, out);
    if (!add_mqtts(config, out, ret_problem))
        return false;
    add_idle(config, out);
    add_websocket(config, out);
    return !out->failed || problem(ret_problem, "out of memory");
}
