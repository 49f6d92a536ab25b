/*
 * What we keep of a connection for as long as libmicrohttpd has it: who is at its other end, and by when he
 * has to be done. The library's socket context, of both listeners; this is its only owner.
 */
#ifndef IOTJOBS_HTTP_CONNECTION_H
#define IOTJOBS_HTTP_CONNECTION_H

#include "http/peer.h"

/* Belongs to one pool thread, as the connection does. */
struct connection {
    struct peer peer;
};

/* libmicrohttpd's news of a connection; `context` is the struct http. A connection that there is no memory
 * for is closed at once. */
void connection_notify(void *context, struct MHD_Connection *connection, void **ours,
                       enum MHD_ConnectionNotificationCode what);

/* NULL: there was no memory for it. */
struct connection *connection_of(struct MHD_Connection *connection);

#endif
