/* Where a connection comes from. */
#ifndef IOTJOBS_HTTP_CLIENT_ADDRESS_H
#define IOTJOBS_HTTP_CLIENT_ADDRESS_H

#include <sys/socket.h>

#include "http/exchange.h"

/* The other end's; NULL: it is not known. Belongs to the connection. As text: exchange_source_ip. */
const struct sockaddr *client_address(const struct exchange *x);

#endif
