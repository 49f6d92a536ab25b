/*
 * TLS sessions as the HTTPS listeners set them up, before the handshake: the certificate that is in force,
 * whom they ask for one, and what ALPN may name. Of TLS nothing but 1.2 and 1.3 is spoken, with ciphers that
 * authenticate (AEAD) and keys that are forgotten (ECDHE); nothing is resumed.
 */
#ifndef IOTJOBS_HTTP_TLS_SESSION_H
#define IOTJOBS_HTTP_TLS_SESSION_H

#include <microhttpd.h>
#include <pthread.h>

#include "client_ca.h"
#include "tls_shown.h"

/* GnuTLS's priorities. */
extern const char tls_priorities[];

/* Whose certificates a listener asks for. */
enum tls_asks {
    TLS_ASKS_NOBODY,
    TLS_ASKS_KNOWN,    /* those of the CAs of tls_client_ca, which it names to the client */
    TLS_ASKS_EVERYBODY /* no names: clients send what they have */
};

struct tls_credentials;

/* What the sessions of one listener begin with. Any thread. */
struct tls_sessions {
    struct tls_shown *shown;
    struct client_ca *client_ca; /* of TLS_ASKS_KNOWN */
    struct log *log;
    enum tls_asks asks;
    bool for_devices; /* ALPN may say x-amzn-http-ca */
    pthread_mutex_t lock;
    struct tls_credentials *now; /* made of what is in force; NULL: nobody has needed them yet */
};

void tls_sessions_init(struct tls_sessions *sessions);
/* No connection has a session any more. */
void tls_sessions_release(struct tls_sessions *sessions);

/* Sets up the session of a connection that begins, and gives what it holds until it ends. NULL: out of
 * memory, the connection is of no use. */
struct tls_credentials *tls_session_begin(struct tls_sessions *sessions, struct MHD_Connection *connection);
/* The connection is over: nothing is sent or received any more. */
void tls_session_end(struct tls_sessions *sessions, struct MHD_Connection *connection,
                     struct tls_credentials *credentials);

#endif
