/*
 * Certificates in the stories of a world:
 *
 *     struct registered pump = given_certificate(w, "pump", "ACTIVE");
 *     attach(w, "pump", pump.arn);
 *     http(w, 200, "GET", pump.path, NULL);
 */
#ifndef IOTJOBS_TESTS_CERTIFICATES_H
#define IOTJOBS_TESTS_CERTIFICATES_H

#include "support/device_certs.h"
#include "support/world.h"

enum { PEM_JSON_MAX = 4096, PEM_BODY_MAX = 4 * PEM_JSON_MAX };

/* PEM as it stands in a JSON string, its lines ended by \n in two characters. */
struct pem_json {
    char text[PEM_JSON_MAX];
};

struct pem_json pem_json(const struct issuer *pair);
/* A signing request for the key, signed by `signer`. */
struct pem_json request_json(EVP_PKEY *key, const char *common_name, EVP_PKEY *signer);

/* A request's body, until the next call. */
const char *pem_body(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As the server names it. */
struct registered {
    char id[65];
    char arn[128];
    char path[128]; /* of Describe…, Update… and Delete… */
};

struct registered registered_as(const struct answer *a);
/* The answer of RegisterCACertificate. */
struct registered registered_ca_as(const struct answer *a);

/* Registered without a CA. */
struct registered given_certificate(struct world *w, const char *common_name, const char *status);
/* UpdateCertificate, which must succeed. */
void set_certificate_status(struct world *w, const struct registered *certificate, const char *status);

/* AttachThingPrincipal and DetachThingPrincipal, which must succeed. */
void attach(struct world *w, const char *thing, const char *principal);
void attach_exclusively(struct world *w, const char *thing, const char *principal);
void detach(struct world *w, const char *thing, const char *principal);

#endif
