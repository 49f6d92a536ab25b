/* A whole server in memory that speaks HTTPS with certificates of its own, for tests. */
#ifndef IOTJOBS_TESTS_TLS_WORLD_H
#define IOTJOBS_TESTS_TLS_WORLD_H

#include "support/http_world.h"
#include "support/tls_client.h"
#include "tls_certificates.h"

struct tls_world {
    struct certificates certificates;
    struct http_world http; /* with http_port off unless a test says otherwise */
    char *ca;               /* PEM text of the CA to trust */
    struct strbuf why;      /* of the last failure */
};

/* The certificates are made, and the settings name them; nothing is started. Must be released, which also
 * stops the server. */
void tls_world_init(struct tls_world *world);
void tls_world_release(struct tls_world *world);

void tls_world_set(struct tls_world *world, const char *key, const char *value);

/* Starts the server on a free https_port, with this log (NULL: none). */
void tls_world_start(struct tls_world *world, struct log *log);

/* A GET, for tls_ask or for more to be changed in it. */
struct tls_request tls_world_get(const struct tls_world *world, const char *target, const char *headers);

/* One request on a connection of its own; the answer has this status and `text` in its body. */
void tls_world_ask(struct tls_request request, int status, const char *text);

#endif
