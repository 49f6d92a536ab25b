/* A tiny HTTPS client for tests, which verifies the server's certificate and may show one of its own. */
#ifndef IOTJOBS_TESTS_TLS_CLIENT_H
#define IOTJOBS_TESTS_TLS_CLIENT_H

#include "base/issue.h"
#include "support/http_client.h"

struct tls_request {
    int port;                            /* on 127.0.0.1, which the certificate must name */
    const char *ca;                      /* PEM text of the CA to trust */
    int version;                         /* TLS1_1_VERSION…; 0: whatever both can */
    const struct issuer *const *showing; /* the client's own pair, then its issuers', then NULL; NULL: none */
    const char *ciphers;                 /* of TLS 1.2, as OpenSSL names them; NULL: whatever both can */
    const char *protocols;               /* ALPN, each behind its length; NULL: none */
    const char *server_name;             /* SNI; NULL: none */
    const char *method;                  /* and so on: as for http_request */
    const char *target;
    const char *headers;
    struct str body;
};

/* One request on a connection of its own. False: no TLS connection came about. The answer must be released
 * when one did. */
bool tls_ask(const struct tls_request *request, struct http_answer *ret_answer);

/* Several on the same connection, of which the first request says where to and by whom. NULL: none came
 * about. */
struct tls_connection;
struct tls_connection *tls_connect(const struct tls_request *request);
bool tls_connection_ask(struct tls_connection *connection, const struct tls_request *request,
                        struct http_answer *ret_answer);
/* Whether the server lets a second connection, to the same port, go on with the first one's session. */
bool tls_connection_resumes(const struct tls_connection *connection, int port);
/* What the server has said in the handshake. */
struct tls_told {
    bool asked;        /* for a certificate */
    int ca_count;      /* names of CAs that it would take one of */
    char protocol[32]; /* of those that were offered; "": none */
};
void tls_connection_told(const struct tls_connection *connection, struct tls_told *ret_told);
/* Whether the server lets a client of TLS 1.2 shake hands once more. */
bool tls_connection_renegotiates(struct tls_connection *connection);
void tls_connection_close(struct tls_connection *connection);

#endif
