#include "http/client_address.h"

#include <arpa/inet.h>

const struct sockaddr *client_address(const struct exchange *x)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info != NULL ? info->client_addr : NULL;
}

struct str exchange_source_ip(const struct exchange *x)
{
    char text[INET6_ADDRSTRLEN];
    const struct sockaddr *address = client_address(x);
    const void *bytes = NULL;
    if (address != NULL && address->sa_family == AF_INET)
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    else if (address != NULL && address->sa_family == AF_INET6)
        bytes = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    if (bytes == NULL || inet_ntop(address->sa_family, bytes, text, sizeof text) == NULL)
        return STR_NONE;
    return arena_str(&x->call->arena, str_from(text));
}
