/*
 * Who is at the other end of a TLS connection: the certificate that the client has shown, if any.
 *
 * The handshake proves that the client has the certificate's key, and lets every certificate pass: an answer
 * tells more than a connection that breaks. The certificate is judged with the first request on a connection,
 * and the verdict holds for as long as the connection does. Sessions are not resumed, and nothing of a
 * handshake happens after its end, so that each connection is one client's.
 */
#ifndef IOTJOBS_HTTP_PEER_H
#define IOTJOBS_HTTP_PEER_H

#include "http/exchange.h"

/* libmicrohttpd's news of a connection of the HTTPS listener; `context` is the struct http. */
void peer_notify(void *context, struct MHD_Connection *connection, void **peer,
                 enum MHD_ConnectionNotificationCode what);

/* Writes who asks into the call. False after fail(): ERR_FORBIDDEN when the certificate does not count. */
bool peer_identify(struct exchange *x);

#endif
