/* The rules between settings; what concerns one setting alone is in its row of settings.def. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/ip_address.h"
#include "base/problem.h"
#include "base/time_text.h"
#include "base/time_zone.h"
#include "settings.h"

enum { ACCOUNT_DIGITS = 12 };

static bool consists_of(const char *text, const char *characters)
{
    return text[strspn(text, characters)] == '\0';
}

static bool check_data(const struct settings *settings, struct strbuf *ret_problem)
{
    if (!settings->in_memory && settings->data[0] == '\0')
        return problem(ret_problem, "data: names no folder, and in_memory is not set");
    return true;
}

static bool check_identity(const struct settings *settings, struct strbuf *ret_problem)
{
    if (strlen(settings->account_id) != ACCOUNT_DIGITS || !consists_of(settings->account_id, "0123456789"))
        return problem(ret_problem, "account_id: '%s' is not %d digits", settings->account_id,
                       ACCOUNT_DIGITS);
    if (!consists_of(settings->region, "abcdefghijklmnopqrstuvwxyz0123456789-"))
        return problem(ret_problem, "region: '%s' is not a region such as eu-central-1", settings->region);
    return true;
}

static bool check_bind(const struct settings *settings, struct strbuf *ret_problem)
{
    struct ip_address address;
    if (!ip_address_parse(settings->bind, 0, &address))
        return problem(ret_problem, "bind: '%s' is not an IPv4 or IPv6 address", settings->bind);
    if (settings->auth == AUTH_OPEN && !ip_address_is_loopback(&address) && !settings->insecure)
        return problem(ret_problem,
                       "bind: %s is not a loopback address, and with auth = open whoever can reach it may do "
                       "anything; set auth to enforce, or insecure to true if that is wanted",
                       settings->bind);
    if (settings->auth == AUTH_ENFORCE && !ip_address_is_loopback(&address) && settings->http_port != 0 &&
        !settings->http_tls && !settings->insecure)
        return problem(ret_problem,
                       "http_port: speaks HTTP, in which everybody between %s and a client could read the "
                       "secrets and private keys that it hands out; set http_tls to true, or http_port to 0, "
                       "or insecure to true if that is wanted",
                       settings->bind);
    return true;
}

static bool check_tls(const struct settings *settings, struct strbuf *ret_problem)
{
    if ((settings->tls_certificate[0] == '\0') != (settings->tls_key[0] == '\0'))
        return problem(ret_problem, "tls_certificate and tls_key: one of them alone is of no use, set both");
    if (settings->tls_client_crl[0] != '\0' && settings->tls_client_ca[0] == '\0')
        return problem(ret_problem, "tls_client_crl: is of the CAs of tls_client_ca, which is not set");
    return true;
}

static bool check_clock(const struct settings *settings, struct strbuf *ret_problem)
{
    int64_t start_ms;
    if (settings->virtual_clock && settings->auth == AUTH_ENFORCE)
        return problem(ret_problem, "virtual_clock: whoever moves the clock makes signatures, sessions and "
                                    "certificates last as long as he likes; it needs auth = open");
    if (settings->clock_start[0] == '\0')
        return true;
    if (!settings->virtual_clock)
        return problem(ret_problem, "clock_start: needs virtual_clock");
    if (!time_parse_iso(str_from(settings->clock_start), &start_ms))
        return problem(ret_problem, "clock_start: '%s' is not a time such as 2030-01-01T00:00:00Z",
                       settings->clock_start);
    return true;
}

static bool check_window_time_zone(const struct settings *settings, struct strbuf *ret_problem)
{
    struct strbuf why;
    strbuf_init(&why, PROBLEM_MAX);
    bool ok = time_zone_check(settings->window_time_zone, &why);
    if (!ok)
        problem(ret_problem, "window_time_zone: %.*s", STR(strbuf_str(&why)));
    strbuf_release(&why);
    return ok;
}

enum { URL_MAX = 400, S3_ACCESS_KEY_MAX = 128 };

/* "http://" or "https://", then a host, a port if need be, and a path if it may have one. */
static bool is_url(const char *text, bool may_have_path)
{
    static const char host[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
    static const char path[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~/";
    const char *rest = strstr(text, "://");
    if (rest == NULL || strlen(text) > URL_MAX ||
        (strncmp(text, "http://", strlen("http://")) != 0 &&
         strncmp(text, "https://", strlen("https://")) != 0))
        return false;
    rest += strlen("://");
    size_t n = strspn(rest, host);
    return n > 0 && (rest[n] == '\0' || (may_have_path && rest[n] == '/' && consists_of(rest + n, path)));
}

static bool check_artifact_url(const struct settings *settings, struct strbuf *ret_problem)
{
    return settings->artifact_url[0] == '\0' || is_url(settings->artifact_url, true) ||
           problem(ret_problem, "artifact_url: '%s' is not a URL such as https://iot.example:8443/_s3",
                   settings->artifact_url);
}

/* Both stand in the scope of a signature, which is divided by slashes and commas. */
static bool check_s3_signing(const struct settings *settings, struct strbuf *ret_problem)
{
    if (strlen(settings->s3_access_key) > S3_ACCESS_KEY_MAX ||
        strpbrk(settings->s3_access_key, " ,/") != NULL)
        return problem(ret_problem,
                       "s3_access_key: is longer than %d characters, or has a blank, comma or "
                       "slash in it",
                       S3_ACCESS_KEY_MAX);
    if (settings->s3_region[0] == '\0' ||
        !consists_of(settings->s3_region, "abcdefghijklmnopqrstuvwxyz0123456789-"))
        return problem(ret_problem, "s3_region: '%s' is not a region such as eu-central-1",
                       settings->s3_region);
    return true;
}

static bool check_s3_ca(const struct settings *settings, struct strbuf *ret_problem)
{
    return settings->s3_ca[0] == '\0' || access(settings->s3_ca, R_OK) == 0 ||
           problem(ret_problem, "s3_ca: cannot read %s: %s", settings->s3_ca, strerror(errno));
}

static bool check_s3(const struct settings *settings, struct strbuf *ret_problem)
{
    bool has_key = settings->s3_access_key[0] != '\0', has_secret = settings->s3_secret_key[0] != '\0',
         has_file = settings->s3_secret_key_file[0] != '\0';
    if (settings->s3_endpoint[0] == '\0')
        return (!has_key && !has_secret && !has_file) ||
               problem(ret_problem, "s3_access_key and s3_secret_key: are for s3_endpoint, which is not set");
    if (!is_url(settings->s3_endpoint, false))
        return problem(ret_problem, "s3_endpoint: '%s' is not a URL such as https://minio.example:9000",
                       settings->s3_endpoint);
    if (has_secret && has_file)
        return problem(ret_problem, "s3_secret_key and s3_secret_key_file: only one of them may be set");
    if (!has_key || (!has_secret && !has_file))
        return problem(ret_problem,
                       "s3_endpoint: needs s3_access_key, and s3_secret_key or s3_secret_key_file");
    return check_s3_signing(settings, ret_problem) && check_s3_ca(settings, ret_problem);
}

/* The port of one listener, and the setting that names it. */
struct named_port {
    const char *key;
    int64_t port;
};

enum {
    PORT_SETTINGS = 0
#define SETTING_PORT(name, def, help)  +1
#define SETTING_PORTS(name, def, help) +PORTS_MAX
#include "settings.def"
};

static size_t add_ports(struct named_port *named, const char *key, const int64_t *ports, size_t n)
{
    size_t added = 0;
    for (size_t i = 0; i < n; i++)
        if (ports[i] != 0)
            named[added++] = (struct named_port){ key, ports[i] };
    return added;
}

static size_t list_ports(const struct settings *settings, struct named_port ret_named[PORT_SETTINGS])
{
    size_t n = 0;
#define SETTING_PORT(name, def, help) n += add_ports(ret_named + n, #name, &settings->name, 1);
#define SETTING_PORTS(name, def, help)                                                                       \
    n += add_ports(ret_named + n, #name, settings->name.items, settings->name.n);
#include "settings.def"
    return n;
}

static bool check_ports(const struct settings *settings, struct strbuf *ret_problem)
{
    struct named_port ports[PORT_SETTINGS];
    size_t n = list_ports(settings, ports);
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (ports[i].port == ports[j].port)
                return problem(ret_problem, "%s and %s are both %" PRId64, ports[i].key, ports[j].key,
                               ports[i].port);
    return n > 0 || problem(ret_problem, "all ports are 0: at least one listener must be on");
}

/* Clients show certificates on TLS listeners alone. */
static bool close_unless_wanted(int64_t *port, bool given, const char *key, struct strbuf *ret_problem)
{
    if (given && *port != 0)
        return problem(ret_problem,
                       "%s: clients cannot say who they are without TLS, so auth = enforce opens no such "
                       "listener; leave it out, and let them come to mqtts_port",
                       key);
    *port = 0;
    return true;
}

bool settings_complete(struct settings *settings, struct strbuf *ret_problem)
{
    const struct settings_given *given = &settings->given;
    return settings->auth == AUTH_OPEN ||
           (close_unless_wanted(&settings->mqtt_port, given->mqtt_port, "mqtt_port", ret_problem) &&
            close_unless_wanted(&settings->websocket_port, given->websocket_port, "websocket_port",
                                ret_problem));
}

bool settings_check(const struct settings *settings, struct strbuf *ret_problem)
{
    return check_data(settings, ret_problem) && check_identity(settings, ret_problem) &&
           check_bind(settings, ret_problem) && check_tls(settings, ret_problem) &&
           check_clock(settings, ret_problem) && check_window_time_zone(settings, ret_problem) &&
           check_artifact_url(settings, ret_problem) && check_s3(settings, ret_problem) &&
           check_ports(settings, ret_problem);
}
