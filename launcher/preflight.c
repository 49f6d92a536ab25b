#include "launcher/preflight.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/ip_address.h"
#include "base/problem.h"

/* 0, or why nobody could listen there. */
static int try_to_listen(const char *host, int64_t port)
{
    struct ip_address address;
    if (!ip_address_parse(host, (uint16_t)port, &address))
        return EADDRNOTAVAIL;
    int fd = ip_address_listen(&address);
    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static bool check_port(const char *host, int64_t port, const char *option, struct strbuf *ret_problem)
{
    int error = port != 0 ? try_to_listen(host, port) : 0;
    switch (error) {
    case 0: return true;
    case EADDRINUSE:
        return problem(ret_problem,
                       "port %d on %s is in use: end what listens there, or choose another with %s",
                       (int)port, host, option);
    case EACCES:
        return problem(ret_problem, "port %d is for privileged users: choose one above 1023 with %s",
                       (int)port, option);
    case EADDRNOTAVAIL:
        return problem(ret_problem, "%s is not an address of this machine: choose another with --bind", host);
    default:
        return problem(ret_problem, "cannot listen on port %d of %s (%s): %s", (int)port, host, option,
                       strerror(error));
    }
}

static bool check_ports(const char *host, const struct ports *ports, const char *option,
                        struct strbuf *ret_problem)
{
    for (size_t i = 0; i < ports->n; i++)
        if (!check_port(host, ports->items[i], option, ret_problem))
            return false;
    return true;
}

bool preflight_ports(const struct settings *settings, struct strbuf *ret_problem)
{
    return check_port(settings->bind, settings->http_port, "--http-port", ret_problem) &&
           check_port(settings->bind, settings->https_port, "--https-port", ret_problem) &&
           check_port(settings->bind, settings->mqtt_port, "--mqtt-port", ret_problem) &&
           check_ports(settings->bind, &settings->mqtts_port, "--mqtts-port", ret_problem) &&
           check_port(settings->bind, settings->websocket_port, "--websocket-port", ret_problem);
}
