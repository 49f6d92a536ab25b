/* IPv4 and IPv6 addresses as people write them. No look-up of names. */
#ifndef IOTJOBS_BASE_IP_ADDRESS_H
#define IOTJOBS_BASE_IP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct ip_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    };
    socklen_t n; /* of the member that counts */
};

/* False when the text is no address. */
bool ip_address_parse(const char *text, uint16_t port, struct ip_address *ret_address);

bool ip_address_is_loopback(const struct ip_address *address);
bool ip_address_is_any(const struct ip_address *address); /* 0.0.0.0 or :: */

/*
 * Listens as every listener of ours does: SO_REUSEADDR, because what lingers of a server that has ended is no
 * obstacle, and IPv6 alone on an IPv6 address. Returns the non-blocking socket, or -1 with errno.
 */
int ip_address_listen(const struct ip_address *address);

#endif
