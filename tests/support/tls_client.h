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
void tls_connection_close(struct tls_connection *connection);

#endif
