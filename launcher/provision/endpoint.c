#include "launcher/provision/endpoint.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ip_address.h"
#include "base/problem.h"

/* ---- of --endpoint ---- */

/* The parts of a URL that matter; those that it has not are NULL. */
struct parts {
    char *scheme, *host, *port, *path, *user, *query;
};

static void parts_release(struct parts *parts)
{
    curl_free(parts->scheme);
    curl_free(parts->host);
    curl_free(parts->port);
    curl_free(parts->path);
    curl_free(parts->user);
    curl_free(parts->query);
}

static bool parts_read(const char *text, struct parts *ret_parts)
{
    *ret_parts = (struct parts){ 0 };
    CURLU *url = curl_url();
    bool ok = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK;
    const struct {
        CURLUPart part;
        char **at;
    } all[] = {
        { CURLUPART_SCHEME, &ret_parts->scheme }, { CURLUPART_HOST, &ret_parts->host },
        { CURLUPART_PORT, &ret_parts->port },     { CURLUPART_PATH, &ret_parts->path },
        { CURLUPART_USER, &ret_parts->user },     { CURLUPART_QUERY, &ret_parts->query },
    };
    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++)
        curl_url_get(url, all[i].part, all[i].at, CURLU_NO_DEFAULT_PORT);
    curl_url_cleanup(url);
    return ok && ret_parts->scheme != NULL && ret_parts->host != NULL;
}

static bool is_https(const struct parts *parts)
{
    return strcmp(parts->scheme, "https") == 0;
}

static bool is_bare(const struct parts *parts)
{
    return (is_https(parts) || strcmp(parts->scheme, "http") == 0) && parts->user == NULL &&
           parts->query == NULL && (parts->path == NULL || strcmp(parts->path, "/") == 0) &&
           strlen(parts->host) < ENDPOINT_HOST_MAX;
}

/* [::1] is ::1, among devices. */
static void copy_bare_host(const char *host, char ret_host[ENDPOINT_HOST_MAX])
{
    size_t n = strlen(host);
    bool brackets = n > 2 && host[0] == '[' && host[n - 1] == ']';
    snprintf(ret_host, ENDPOINT_HOST_MAX, "%.*s", (int)(brackets ? n - 2 : n), brackets ? host + 1 : host);
}

static bool is_loopback(const char *host)
{
    struct ip_address address;
    return strcmp(host, "localhost") == 0 ||
           (ip_address_parse(host, 0, &address) && ip_address_is_loopback(&address));
}

static bool take_parts(const struct parts *parts, struct endpoint *endpoint, struct strbuf *ret_problem)
{
    copy_bare_host(parts->host, endpoint->devices);
    endpoint->scheme = is_https(parts) ? "https" : "http";
    snprintf(endpoint->authority, sizeof endpoint->authority, "%s%s%s", parts->host,
             parts->port != NULL ? ":" : "", parts->port != NULL ? parts->port : "");
    return is_https(parts) || is_loopback(endpoint->devices) ||
           problem(ret_problem,
                   "--endpoint: without TLS anybody on the way could answer as http://%s, and name the CA "
                   "that the "
                   "device trusts: use https, or run this on the server's machine",
                   endpoint->authority);
}

static bool of_text(const char *text, struct endpoint *endpoint, struct strbuf *ret_problem)
{
    struct parts parts;
    bool ok =
        parts_read(text, &parts) && is_bare(&parts)
            ? take_parts(&parts, endpoint, ret_problem)
            : problem(ret_problem, "--endpoint: '%s' is not a URL such as https://iot.example:8443", text);
    parts_release(&parts);
    return ok;
}

/* ---- of the settings ---- */

static const char *connect_host(const char *bind)
{
    struct ip_address address;
    if (!ip_address_parse(bind, 0, &address) || !ip_address_is_any(&address))
        return bind;
    return strchr(bind, ':') != NULL ? "::1" : "127.0.0.1";
}

/* Who listens everywhere is found by the machine's name, which is in the server's certificate. */
static void name_for_devices(const char *bind, char ret_host[ENDPOINT_HOST_MAX])
{
    char host[ENDPOINT_HOST_MAX] = "";
    bool everywhere = strcmp(connect_host(bind), bind) != 0;
    if (everywhere && gethostname(host, sizeof host - 1) != 0)
        host[0] = '\0';
    snprintf(ret_host, ENDPOINT_HOST_MAX, "%s", everywhere && host[0] != '\0' ? host : connect_host(bind));
}

static bool of_settings(const struct settings *settings, bool has_ca, struct endpoint *endpoint,
                        struct strbuf *ret_problem)
{
    bool devices = settings->https_port != 0 && has_ca;
    bool https = devices || (settings->http_tls && has_ca);
    int64_t port = devices ? settings->https_port : settings->http_tls && !https ? 0 : settings->http_port;
    const char *host = connect_host(settings->bind);
    bool v6 = strchr(host, ':') != NULL;
    if (port == 0)
        return problem(
            ret_problem,
            "--endpoint is needed, as https://NAME:8443 with the name in the server's certificate: there "
            "is no plain HTTP here, and no certificate that was made in the data folder");
    endpoint->scheme = https ? "https" : "http";
    snprintf(endpoint->authority, sizeof endpoint->authority, "%s%s%s:%" PRId64, v6 ? "[" : "", host,
             v6 ? "]" : "", port);
    name_for_devices(settings->bind, endpoint->devices);
    return true;
}

/* ---- both ---- */

/* The CA of our own certificates, where it can be read. */
static bool own_ca(const struct settings *settings, char ret_path[PATH_MAX])
{
    return !settings->in_memory && settings->tls_certificate[0] == '\0' &&
           snprintf(ret_path, PATH_MAX, "%s/certs/ca.pem", settings->data) < PATH_MAX &&
           access(ret_path, R_OK) == 0;
}

bool endpoint_of(const struct command_line *line, const struct settings *settings,
                 struct endpoint *ret_endpoint, struct strbuf *ret_problem)
{
    *ret_endpoint = (struct endpoint){ 0 };
    bool has_ca = own_ca(settings, ret_endpoint->ca);
    if (!has_ca)
        ret_endpoint->ca[0] = '\0';
    if (line->ca != NULL)
        has_ca = snprintf(ret_endpoint->ca, PATH_MAX, "%s", line->ca) < PATH_MAX;
    if (line->ca != NULL && (!has_ca || access(line->ca, R_OK) != 0))
        return problem(ret_problem, "--ca: cannot read %s", line->ca);
    return line->endpoint != NULL ? of_text(line->endpoint, ret_endpoint, ret_problem)
                                  : of_settings(settings, has_ca, ret_endpoint, ret_problem);
}
