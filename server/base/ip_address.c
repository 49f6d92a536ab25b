#include "base/ip_address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

bool ip_address_parse(const char *text, uint16_t port, struct ip_address *ret_address)
{
    struct ip_address v4 = { .v4 = { .sin_family = AF_INET, .sin_port = htons(port) }, .n = sizeof v4.v4 };
    struct ip_address v6 = { .v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) }, .n = sizeof v6.v6 };
    if (inet_pton(AF_INET, text, &v4.v4.sin_addr) == 1)
        *ret_address = v4;
    else if (inet_pton(AF_INET6, text, &v6.v6.sin6_addr) == 1)
        *ret_address = v6;
    else
        return false;
    return true;
}

bool ip_address_is_loopback(const struct ip_address *address)
{
    return address->any.sa_family == AF_INET ? ntohl(address->v4.sin_addr.s_addr) >> 24 == 127
                                             : IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
}

bool ip_address_is_any(const struct ip_address *address)
{
    return address->any.sa_family == AF_INET ? address->v4.sin_addr.s_addr == INADDR_ANY
                                             : IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
}

static bool open_listener(int fd, const struct ip_address *address)
{
    static const int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return false;
    if (address->any.sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0)
        return false;
    return bind(fd, &address->any, address->n) == 0 && listen(fd, SOMAXCONN) == 0;
}

int ip_address_listen(const struct ip_address *address)
{
    int fd = socket(address->any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || open_listener(fd, address))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}
