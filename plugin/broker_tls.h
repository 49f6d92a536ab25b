/*
 * What the broker's TLS listeners do beyond its configuration (record 20): it offers no event for a
 * handshake, but shares its OpenSSL with us, which tells of each SSL_CTX and SSL that is made.
 *
 * Listeners answer to AWS's names of protocols (ALPN). With auth = enforce they ask each client for a
 * certificate, and let any pass: the handshake proves that the client has its key, and CONNECT is where it is
 * judged, so that certificates which no CA vouches for can be registered, and a refusal can be told. Sessions
 * are not resumed: each connection shows its certificate.
 *
 * With auth = enforce connections are counted, too, and past what the process has descriptors for they are
 * closed at once: the broker forgets its listeners' max_connections when it reads its configuration again
 * (2.0.11).
 *
 * Broker thread only.
 */
#ifndef IOTJOBS_PLUGIN_BROKER_TLS_H
#define IOTJOBS_PLUGIN_BROKER_TLS_H

#include <mosquitto_broker.h>
#include <pthread.h>

#include "client_ca.h"

enum { SERVER_NAME_MAX = 255 };

/* What a client has shown in its handshake. */
struct tls_peer {
    size_t n;                               /* one at least */
    struct str chain[CLIENT_CHAIN_MAX + 1]; /* DER, its own certificate first; more than that are cut off */
    char server_name[SERVER_NAME_MAX + 1];  /* by which it has called us (SNI); "": by none */
};

struct broker_tls {
    bool begun;
    pthread_t broker; /* listeners are made on this thread; libcurl's contexts are on another */
    bool asks;        /* clients for certificates */
    size_t open;      /* connections that have been accepted, and not been freed */
    int contexts, sessions, certificates; /* indices of OpenSSL's ex_data */
};

/* Before the broker opens its listeners, in mosquitto_plugin_init; must stay where it is. `asks` clients for
 * certificates. False: OpenSSL has no memory. */
bool broker_tls_begin(struct broker_tls *tls, bool asks);
/* After the broker has closed them; also one that is all zero. */
void broker_tls_end(struct broker_tls *tls);

/* NULL: it has shown no certificate. Valid as long as the connection is. */
const struct tls_peer *broker_tls_peer(const struct broker_tls *tls, const struct mosquitto *client);

#endif
