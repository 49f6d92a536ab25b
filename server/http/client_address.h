/* Where a connection comes from. */
#ifndef IOTJOBS_HTTP_CLIENT_ADDRESS_H
#define IOTJOBS_HTTP_CLIENT_ADDRESS_H

#include <sys/socket.h>

#include "http/exchange.h"

/* The other end's; NULL: it is not known. Belongs to the connection. */
const struct sockaddr *client_address(const struct exchange *x);

/* "192.0.2.7", in the call's arena; absent: it is not known. */
struct str client_address_text(struct exchange *x);

#endif
