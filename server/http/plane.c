#include "http/plane.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "rules/security/api_auth.h"

enum { REGION_MAX = 64, HOST_MAX = 255, PORT_TEXT_MAX = sizeof ":65535" - 1 };

/* Regions go into ARNs: nothing else than what AWS names regions with. */
static bool is_region(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-')
            return false;
    }
    return text.n > 0 && text.n <= REGION_MAX;
}

/* Names of the data plane: data.jobs.iot.REGION…, PREFIX.jobs.iot.REGION…, PREFIX-ats.iot.REGION…; of the
 * control plane: iot.REGION… */
static enum plane plane_of_host(struct str host, enum plane by_default)
{
    char text[HOST_MAX + 1];
    if (host.n == 0 || host.n > HOST_MAX)
        return by_default;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    if (strncasecmp(text, "data.jobs.iot.", strlen("data.jobs.iot.")) == 0 ||
        strcasestr(text, ".jobs.iot.") != NULL || strcasestr(text, "-ats.iot.") != NULL)
        return PLANE_DATA;
    return strncasecmp(text, "iot.", strlen("iot.")) == 0 ? PLANE_CONTROL : by_default;
}

/* [ADDRESS], of IPv6. */
static struct str bracketed(struct str host)
{
    size_t n = 1;
    while (n < host.n && (isxdigit((unsigned char)host.p[n]) || host.p[n] == ':' || host.p[n] == '.'))
        n++;
    return n < host.n && host.p[n] == ']' ? (struct str){ host.p, n + 1 } : STR_NONE;
}

/* The name or address before the port; what could not be one is left out of answers. */
static struct str host_name(struct str host)
{
    if (host.n > 0 && host.p[0] == '[')
        return bracketed(host);
    struct str name = str_split(&host, ':');
    for (size_t i = 0; i < name.n; i++)
        if (!isalnum((unsigned char)name.p[i]) && strchr("-._", name.p[i]) == NULL)
            return STR_NONE;
    return name.n > 0 && name.n <= HOST_MAX ? name : STR_NONE;
}

/* HOST or HOST:PORT, and nothing that could end them in a URL. */
static struct str authority_of(struct str host, struct str name)
{
    if (name.p == NULL)
        return STR_NONE;
    struct str port = { name.p + name.n, host.n - name.n };
    for (size_t i = 0; i < port.n; i++)
        if (i == 0 ? port.p[i] != ':' : !isdigit((unsigned char)port.p[i]))
            return STR_NONE;
    return port.n <= PORT_TEXT_MAX ? host : STR_NONE;
}

struct caller caller_of(struct str authorization, struct str credential, struct str host,
                        enum plane by_default)
{
    struct caller caller = { .plane = by_default, .host = host_name(host) };
    caller.authority = authority_of(host, caller.host);
    struct credential_scope scope;
    bool scoped = (authorization.p != NULL && credential_scope_of(authorization, &scope)) ||
                  (credential.p != NULL && credential_scope_of(credential, &scope));
    if (scoped && is_region(scope.region))
        caller.region = scope.region;
    caller.signed_for = scoped && api_auth_plane_of(scope.service, &caller.plane);
    if (!caller.signed_for)
        caller.plane = plane_of_host(host, by_default);
    return caller;
}
