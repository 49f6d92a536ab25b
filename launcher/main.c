/*
 * iotjobsd: one configuration in, the broker with our plugin out.
 *
 * Reads the settings, looks for what would stop the broker, writes its configuration, says where everything
 * is, and becomes the broker. Whatever goes wrong before that is one line on standard error and exit
 * status 1.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access_keys.h"
#include "base/clock.h"
#include "base/problem.h"
#include "base/random.h"
#include "client_ca.h"
#include "launcher/broker_config.h"
#include "launcher/command_line.h"
#include "launcher/files.h"
#include "launcher/first_key.h"
#include "launcher/preflight.h"
#include "launcher/settings_source.h"
#include "settings_secret.h"
#include "tls.h"
#include "tls_certificates.h"

enum { DESCRIPTORS_MAX = 1 << 20 };

static void print_setting(void *context, const char *key, const char *value, const char *help)
{
    (void)context;
    if (settings_is_secret(str_from(key)) && value[0] != '\0')
        printf("# %s\n# %s = (set, and not shown)\n", help, key);
    else
        printf("# %s\n%s = %s\n", help, key, value);
}

/* --- serving ---------------------------------------------------------------------------------------- */

static void print_endpoint(const char *name, const char *scheme, const char *host, int64_t port,
                           const char *path)
{
    bool v6 = strchr(host, ':') != NULL;
    if (port != 0)
        printf("  %-16s %s://%s%s%s:%" PRId64 "%s\n", name, scheme, v6 ? "[" : "", host, v6 ? "]" : "", port,
               path);
}

/* Who may do what, in one line; and where the first key is, which is shown only if it is kept nowhere. */
static void print_access(const struct settings *settings, const struct first_key *first)
{
    if (settings->auth == AUTH_OPEN) {
        printf("  %-16s open: anybody may do anything\n", "Access");
        return;
    }
    printf("  %-16s enforced: devices by certificate and policy, others by access key (%s)\n", "Access",
           settings->access_keys);
    if (first->made && settings->in_memory)
        printf("  %-16s access key %s, secret %s\n", "Administrator", first->key, first->secret);
    else if (first->made)
        printf("  %-16s the access key in that file, made now for your first requests\n", "Administrator");
}

static void print_welcome(const struct settings *settings, const char *ca, const struct first_key *first)
{
    const char *scheme = settings->http_tls ? "https" : "http";
    printf("iotjobsd " IOTJOBS_VERSION "\n");
    print_endpoint(settings->http_tls ? "HTTPS" : "HTTP", scheme, settings->bind, settings->http_port, "");
    print_endpoint(settings->http_tls ? "HTTPS, devices" : "HTTPS", "https", settings->bind,
                   settings->https_port, "");
    print_endpoint("MQTT", "mqtt", settings->bind, settings->mqtt_port, "");
    for (size_t i = 0; i < settings->mqtts_port.n; i++)
        print_endpoint("MQTT over TLS", "mqtts", settings->bind, settings->mqtts_port.items[i], "");
    print_endpoint("MQTT, WebSocket", "ws", settings->bind, settings->websocket_port, "");
    if (ca[0] != '\0' &&
        settings->http_port != 0) /* whoever may connect may read it there, and not in the data folder */
        print_endpoint("CA certificate", scheme, settings->bind, settings->http_port, "/_iotjobs/ca.pem");
    else if (ca[0] != '\0')
        printf("  %-16s %s\n", "CA certificate", ca);
    print_access(settings, first);
    printf("  %-16s %s\n", "Data", settings->in_memory ? "in memory, gone when it stops" : settings->data);
    printf("  %-16s Ctrl-C, or: kill %d\n", "To stop", (int)getpid());
    fflush(stdout);
}

/* Half of the machine's memory, for the rest needs some; 0 when it is not known. */
static int64_t memory_max(void)
{
    int64_t pages = sysconf(_SC_PHYS_PAGES);
    int64_t page_size = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && page_size > 0 ? pages / 2 * page_size : 0;
}

/* One descriptor for each device: as many as the system lets us have. Not without end, because the broker's
 * WebSocket library makes a table of that many. Failing that, what there is. Returns how many; 0: not known.
 */
static int64_t raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
    rlim_t now = setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
    return now < DESCRIPTORS_MAX ? (int64_t)now : DESCRIPTORS_MAX;
}

static bool write_config(const struct settings *settings, const char *plugin, char ret_path[PATH_MAX],
                         struct strbuf *ret_problem)
{
    char uuid[UUID_TEXT_MAX];
    char idle_socket[sizeof "/tmp/iotjobsd-.sock" + UUID_TEXT_MAX];
    random_uuid(uuid);
    snprintf(idle_socket, sizeof idle_socket, "/tmp/iotjobsd-%s.sock", uuid);
    const struct broker_config config = {
        .settings = settings,
        .plugin = plugin,
        .idle_socket = idle_socket,
        .memory_max = memory_max(),
        .descriptors_max = raise_descriptor_limit(),
        .as_root = geteuid() == 0,
    };
    struct strbuf text;
    strbuf_init(&text, BROKER_CONFIG_MAX);
    bool ok = broker_config_write(&config, &text, ret_problem) &&
              files_write_config(settings->in_memory ? NULL : settings->data, strbuf_str(&text), ret_path,
                                 ret_problem);
    strbuf_release(&text);
    return ok;
}

static bool prepare_data(struct settings *settings, struct strbuf *ret_problem)
{
    char data[PATH_MAX];
    return settings->in_memory || (files_prepare_data(settings->data, data, ret_problem) &&
                                   settings_set(settings, STR_LIT("data"), str_from(data), ret_problem));
}

static bool make_certificates(const struct settings *settings, struct certificates *ret_certificates,
                              struct strbuf *ret_problem)
{
    char host[HOST_NAME_MAX + 1] = "";
    char folder[PATH_MAX];
    gethostname(host, sizeof host);
    const struct issue_names names = { .host = host, .bind = settings->bind };
    if (settings->in_memory)
        return certificates_in_memory(&names, clock_host_ms(), ret_certificates, ret_problem);
    if (snprintf(folder, sizeof folder, "%s/certs", settings->data) >= PATH_MAX)
        return problem(ret_problem, "data: the path of the folder is too long");
    return certificates_in_folder(folder, &names, clock_host_ms(), ret_certificates, ret_problem);
}

/* Whether the broker's process will find the secret; its file is read there. */
static bool check_secret(const struct settings *settings, struct strbuf *ret_problem)
{
    struct strbuf secret;
    strbuf_init(&secret, SECRET_BYTES_MAX);
    secret.secret = true;
    bool ok = settings_read_secret(settings, &secret, ret_problem);
    strbuf_release(&secret);
    return ok;
}

/* Whether the broker's process will find the keys; they are read there. */
static bool check_access_keys(const struct settings *settings, struct strbuf *ret_problem)
{
    struct access_keys keys = { 0 };
    struct strbuf why;
    if (settings->access_keys[0] == '\0')
        return true;
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = access_keys_read(settings->access_keys, &keys, &why);
    if (!ok)
        problem(ret_problem, "access_keys: %.*s", STR(strbuf_str(&why)));
    access_keys_release(&keys);
    strbuf_release(&why);
    return ok;
}

/* Where keys are asked for, the settings name their file from here on. */
static bool prepare_access_keys(struct settings *settings, struct first_key *ret_first,
                                struct strbuf *ret_problem)
{
    if (settings->auth == AUTH_OPEN || settings->access_keys[0] != '\0')
        return true;
    bool ok = settings->in_memory ? first_key_in_memory(ret_first, ret_problem)
                                  : first_key_in_folder(settings->data, ret_first, ret_problem);
    return ok && settings_set(settings, STR_LIT("access_keys"), str_from(ret_first->path), ret_problem) &&
           check_access_keys(settings, ret_problem);
}

/* Whether the operator's certificate can be used. */
static bool check_certificate(const struct settings *settings, struct strbuf *ret_problem)
{
    struct tls tls;
    if (!tls_read(settings->tls_certificate, settings->tls_key, &tls, ret_problem))
        return false;
    tls_release(&tls);
    return true;
}

/* Whether the CAs of devices can be used, where they are named. */
static bool check_client_ca(const struct settings *settings, struct strbuf *ret_problem)
{
    const struct client_ca_options options = { .cas = settings->tls_client_ca,
                                               .crls = settings->tls_client_crl };
    if (settings->tls_client_ca[0] == '\0')
        return true;
    struct client_ca *ca = client_ca_open(&options, ret_problem);
    client_ca_free(ca);
    return ca != NULL;
}

/* Our own CA stands for devices, too, unless others are named. In memory it does not: its key is nowhere, so
 * no device can have a certificate of it. */
static bool name_own_certificates(struct settings *settings, const struct certificates *own,
                                  struct strbuf *ret_problem)
{
    bool for_devices = settings->tls_client_ca[0] == '\0' && !settings->in_memory;
    return settings_set(settings, STR_LIT("tls_certificate"), str_from(own->server), ret_problem) &&
           settings_set(settings, STR_LIT("tls_key"), str_from(own->key), ret_problem) &&
           (!for_devices || settings_set(settings, STR_LIT("tls_client_ca"), str_from(own->ca), ret_problem));
}

/* Where a TLS listener is on, the settings name its files from here on. */
static bool prepare_tls(struct settings *settings, char ret_ca[PATH_MAX], struct strbuf *ret_problem)
{
    struct certificates certificates;
    if (!settings_have_tls(settings))
        return true;
    if (!check_client_ca(settings, ret_problem))
        return false;
    if (settings->tls_certificate[0] != '\0')
        return check_certificate(settings, ret_problem);
    if (!make_certificates(settings, &certificates, ret_problem))
        return false;
    memcpy(ret_ca, certificates.ca, PATH_MAX);
    return name_own_certificates(settings, &certificates, ret_problem);
}

/* What is made before the broker starts, and what it is started with. */
struct launch {
    char broker[PATH_MAX];
    char plugin[PATH_MAX];
    char config[PATH_MAX];
    char ca[PATH_MAX];
    struct first_key first;
};

static bool prepare(struct settings *settings, struct launch *ret_launch, struct strbuf *ret_problem)
{
    *ret_launch = (struct launch){ 0 };
    return files_find_broker(settings->broker, ret_launch->broker, ret_problem) &&
           files_find_plugin(settings->plugin, ret_launch->plugin, ret_problem) &&
           check_secret(settings, ret_problem) && check_access_keys(settings, ret_problem) &&
           preflight_ports(settings, ret_problem) && prepare_data(settings, ret_problem) &&
           prepare_access_keys(settings, &ret_launch->first, ret_problem) &&
           prepare_tls(settings, ret_launch->ca, ret_problem) &&
           write_config(settings, ret_launch->plugin, ret_launch->config, ret_problem);
}

/* Does not return when it succeeds: this process is the broker then. */
static bool serve(struct settings *settings, struct strbuf *ret_problem)
{
    struct launch launch;
    umask(S_IRWXG | S_IRWXO); /* of the broker, too: database, sessions and keys are for their owner alone */
    bool ok = prepare(settings, &launch, ret_problem);
    if (ok)
        print_welcome(settings, launch.ca, &launch.first);
    first_key_wipe(&launch.first);
    if (!ok)
        return false;
    execl(launch.broker, launch.broker, "-c", launch.config, (char *)NULL);
    return problem(ret_problem, "cannot start %s: %s", launch.broker, strerror(errno));
}

/* `iotjobsd provision` is a program of its own, so that starting the server does not load what it needs. Does
 * not return when it succeeds. */
static bool provision(char **arguments, struct strbuf *ret_problem)
{
    char path[PATH_MAX];
    if (!files_find_provision(path, ret_problem))
        return false;
    execv(path, arguments);
    return problem(ret_problem, "cannot start %s: %s", path, strerror(errno));
}

static bool run(const char *const *arguments, struct settings *settings, struct strbuf *ret_problem)
{
    struct command_line line;
    if (!command_line_read(arguments, PROGRAM_SERVER, &line, ret_problem))
        return false;
    switch (line.command) {
    case COMMAND_HELP: command_line_help(PROGRAM_SERVER, stdout); return true;
    case COMMAND_VERSION: puts("iotjobsd " IOTJOBS_VERSION); return true;
    case COMMAND_PRINT_CONFIG:
    case COMMAND_RUN: break;
    }
    if (!settings_source_read(arguments, &line, settings, ret_problem))
        return false;
    if (line.command == COMMAND_RUN)
        return serve(settings, ret_problem);
    settings_each(settings, print_setting, NULL);
    return true;
}

int main(int argc, char **argv)
{
    struct settings settings;
    struct strbuf why;
    settings_init(&settings);
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = argc > 1 && strcmp(argv[1], "provision") == 0
                  ? provision(argv + 1, &why)
                  : run((const char *const *)(argc > 0 ? argv + 1 : argv), &settings, &why);
    if (!ok)
        fprintf(stderr, "iotjobsd: %s\n", why.p != NULL ? why.p : "out of memory");
    strbuf_release(&why);
    settings_release(&settings);
    return ok ? 0 : 1;
}
