/* A tiny HTTPS client for tests: one request, one connection, the server's certificate verified. */
#ifndef IOTJOBS_TESTS_TLS_CLIENT_H
#define IOTJOBS_TESTS_TLS_CLIENT_H

#include "support/http_client.h"

struct tls_request {
    int port;           /* on 127.0.0.1, which the certificate must name */
    const char *ca;     /* PEM text of the CA to trust */
    int version;        /* TLS1_1_VERSION…; 0: whatever both can */
    const char *method; /* and so on: as for http_request */
    const char *target;
    const char *headers;
    struct str body;
};

/* False: no TLS connection came about. The answer must be released when one did. */
bool tls_ask(const struct tls_request *request, struct http_answer *ret_answer);

#endif
