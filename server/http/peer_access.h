/*
 * What the certificate of an HTTPS client is good for with auth = enforce: the policies of its certificate,
 * as they are in force over MQTT (ops/security/device_access). Thing variables have no value over HTTP
 * (identity 2.5). Looked up with each request, on the pool thread's own connection to the database.
 */
#ifndef IOTJOBS_HTTP_PEER_ACCESS_H
#define IOTJOBS_HTTP_PEER_ACCESS_H

#include "http/peer.h"

/* Writes the principal into the call, and x->access. `chain` is what the client has shown, its own
 * certificate first. False after fail(): ERR_FORBIDDEN when the certificate counts for nothing, which is
 * noted among the denials. */
bool peer_access_find(struct exchange *x, const struct client_certificate *certificate, struct str der);

/* At the end of the exchange; harmless without. */
void peer_access_release(struct exchange *x);

/* What policies can ask of the request; NULL: no policies are asked. */
const struct policy_context *peer_access_context(const struct exchange *x);

#endif
