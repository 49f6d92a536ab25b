#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/ip_address.h"
#include "ops/artifacts/artifacts.h"
#include "rules/artifacts/s3_location.h"
#include "settings.h"

/* The address that is bound to, or where that is all of them, the host's name. */
static void find_host(const struct settings *settings, bool any, char *ret_host, size_t n)
{
    if (!any)
        snprintf(ret_host, n, strchr(settings->bind, ':') ? "[%s]" : "%s", settings->bind);
    else if (gethostname(ret_host, n - 1) != 0)
        snprintf(ret_host, n, "localhost");
    ret_host[n - 1] = '\0';
}

void artifact_url_find(const struct settings *settings, char ret_url[ARTIFACT_URL_MAX])
{
    struct ip_address address;
    char host[HOST_NAME_MAX + 1] = "";
    bool known = ip_address_parse(settings->bind, 0, &address);
    bool loopback = known && ip_address_is_loopback(&address);
    bool devices = settings->https_port != 0 && (settings->http_port == 0 || !loopback);
    bool tls = devices || settings->http_tls;
    int64_t port = devices ? settings->https_port : settings->http_port;
    ret_url[0] = '\0';
    if (port == 0)
        return;
    find_host(settings, !known || ip_address_is_any(&address), host, sizeof host);
    snprintf(ret_url, ARTIFACT_URL_MAX, "%s://%s:%" PRId64 S3_PATH, tls ? "https" : "http", host, port);
}
