/*
 * What we keep of a connection for as long as libmicrohttpd has it: who is at its other end, and by when he
 * has to be done. The library's socket context, of both listeners; this is its only owner.
 */
#ifndef IOTJOBS_HTTP_CONNECTION_H
#define IOTJOBS_HTTP_CONNECTION_H

#include "http/deadline.h"
#include "http/peer.h"

struct connection {
    struct tls_credentials *credentials; /* of its session, where it is HTTPS */
    struct peer peer;                    /* the pool thread's, as the connection is */
    struct deadline deadline;
};

/* libmicrohttpd's news of a connection; `context` is the struct http_listener. A connection that there is no
 * memory for is closed at once. */
void connection_notify(void *context, struct MHD_Connection *connection, void **ours,
                       enum MHD_ConnectionNotificationCode what);

/* NULL: there was no memory for it. */
struct connection *connection_of(struct MHD_Connection *connection);

/* Ends it as if the client had left: without an answer. */
void connection_shut(struct MHD_Connection *connection);

/* The exchange's connection waits for something else from now on. */
void connection_waits(const struct exchange *x, enum deadline_wait wait);
/* An exchange has begun on it. */
void connection_is_asked(const struct exchange *x);

#endif
