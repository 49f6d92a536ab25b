#include "http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* The length of the address; 0 when the text is none. */
static socklen_t address_parse(const char *text, uint16_t port, union address *ret_address)
{
    *ret_address = (union address){ 0 };
    if (inet_pton(AF_INET, text, &ret_address->v4.sin_addr) == 1) {
        ret_address->v4.sin_family = AF_INET;
        ret_address->v4.sin_port = htons(port);
        return sizeof ret_address->v4;
    }
    *ret_address = (union address){ 0 };
    if (inet_pton(AF_INET6, text, &ret_address->v6.sin6_addr) == 1) {
        ret_address->v6.sin6_family = AF_INET6;
        ret_address->v6.sin6_port = htons(port);
        return sizeof ret_address->v6;
    }
    return 0;
}

static bool open_listener(int fd, const union address *address, socklen_t n)
{
    static const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return false;
    if (address->any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return false;
    return bind(fd, &address->any, n) == 0 && listen(fd, SOMAXCONN) == 0;
}

int listen_on(const char *address, int64_t port, const char *setting, struct strbuf *ret_problem)
{
    union address where;
    socklen_t n = address_parse(address, (uint16_t)port, &where);
    if (n == 0) {
        strbuf_printf(ret_problem, "bind: '%s' is not an IPv4 or IPv6 address", address);
        return -1;
    }
    int fd = socket(where.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && open_listener(fd, &where, n))
        return fd;
    strbuf_printf(ret_problem, "%s: cannot listen on port %lld of %s: %s", setting, (long long)port, address,
                  strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}
