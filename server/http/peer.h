/*
 * Who is at the other end of a TLS connection: the certificate that the client has shown, if any.
 *
 * The handshake proves that the client has the certificate's key, and lets every certificate pass: an answer
 * tells more than a connection that breaks. The certificate is judged with the first request on a connection,
 * and the verdict holds for as long as the connection does,
 * or until the CAs have changed. Sessions are not resumed, and nothing of a
 * handshake happens after its end, so that each connection is one client's.
 *
 * With auth = enforce its policies say what it may (http/peer_access). With auth = open:
 *
 * A certificate that is registered here counts while it is ACTIVE, and stands for the things that it is
 * attached to: that is looked up with each request, so that a change holds from the next one on.
 */
#ifndef IOTJOBS_HTTP_PEER_H
#define IOTJOBS_HTTP_PEER_H

#include "http/exchange.h"

/* What its connection keeps (http/connection.h); all zero at first. */
struct peer {
    bool judged;         /* what follows is known */
    bool shown;          /* there is a certificate */
    uint64_t generation; /* of the CAs when it was judged */
    struct client_certificate certificate;
};

/* Writes who asks into the call. False after fail(): ERR_FORBIDDEN when the certificate does not count. */
bool peer_identify(struct exchange *x);

/* Has a registered certificate stand for the thing that is asked for, if it is attached to that. False after
 * fail(): the database does not answer. */
bool peer_bind(struct exchange *x, struct str thing);

#endif
