#include "http/listen.h"

#include <errno.h>
#include <string.h>

#include "base/ip_address.h"

int listen_on(const char *address, int64_t port, const char *setting, struct strbuf *ret_problem)
{
    struct ip_address where;
    if (!ip_address_parse(address, (uint16_t)port, &where)) {
        strbuf_printf(ret_problem, "bind: '%s' is not an IPv4 or IPv6 address", address);
        return -1;
    }
    int fd = ip_address_listen(&where);
    if (fd < 0)
        strbuf_printf(ret_problem, "%s: cannot listen on port %lld of %s: %s", setting, (long long)port,
                      address, strerror(errno));
    return fd;
}
