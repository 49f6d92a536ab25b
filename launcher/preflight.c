#include "launcher/preflight.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/problem.h"

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t n;
};

static struct address address_of(const char *host, int64_t port)
{
    struct address address = { .n = sizeof address.v4 };
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons((uint16_t)port);
    if (inet_pton(AF_INET, host, &address.v4.sin_addr) == 1)
        return address;
    address = (struct address){ .n = sizeof address.v6 };
    address.v6.sin6_family = AF_INET6;
    address.v6.sin6_port = htons((uint16_t)port);
    inet_pton(AF_INET6, host, &address.v6.sin6_addr);
    return address;
}

/* 0, or why nobody could listen there. SO_REUSEADDR as the listeners themselves use it: what lingers of a
 * server that has ended is no obstacle. */
static int try_to_listen(const char *host, int64_t port)
{
    struct address address = address_of(host, port);
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    int yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address.any.sa_family == AF_INET6) /* as the listeners do: IPv4's ports are another matter */
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    bool ok = bind(fd, &address.any, address.n) == 0 && listen(fd, 1) == 0;
    int error = ok ? 0 : errno;
    close(fd);
    return error;
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

bool preflight_ports(const struct settings *settings, struct strbuf *ret_problem)
{
    return check_port(settings->bind, settings->http_port, "--http-port", ret_problem) &&
           check_port(settings->bind, settings->https_port, "--https-port", ret_problem) &&
           check_port(settings->bind, settings->mqtt_port, "--mqtt-port", ret_problem) &&
           check_port(settings->bind, settings->mqtts_port, "--mqtts-port", ret_problem) &&
           check_port(settings->bind, settings->websocket_port, "--websocket-port", ret_problem);
}
