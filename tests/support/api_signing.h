/* Requests to the API that are signed as clients sign them: whoever tests signatures changes one thing of
 * them.
 */
#ifndef IOTJOBS_TESTS_API_SIGNING_H
#define IOTJOBS_TESTS_API_SIGNING_H

#include "support/cmocka_all.h"

#include "rules/security/api_auth.h"

#define API_KEY    "AKIAINVENTED0000001"
#define API_SECRET "invented-secret-key-0001"
#define API_REGION "eu-central-1"

/* What is signed, and by whom; what is NULL is API_KEY, API_SECRET, API_REGION, iot, GET, or nothing. */
struct api_signature {
    const char *key, *secret, *region, *service;
    const char *method, *target, *host;
    const char *body;
    const char *payload_hash; /* sent as x-amz-content-sha256, and signed */
    const char *token;        /* sent as x-amz-security-token, and signed */
    int64_t at_ms;
    int64_t expires_s; /* of a presigned URL; 0: it does not say */
};

/* Whole lines: Authorization, X-Amz-Date, and what else the signature asks for. In the arena. */
const char *api_sign(const struct api_signature *signature, struct arena *arena);

/* The target with the signature in its query. */
const char *api_presign(const struct api_signature *signature, struct arena *arena);

/* A request that is put together, signed and verified. */
enum { API_HEADERS_MAX = 16 };

struct api_signing {
    struct arena arena;
    struct api_auth_request request;
    struct sigv4_pair headers[API_HEADERS_MAX];
    struct api_auth_keys keys; /* API_KEY alone, in API_REGION */
    int64_t now_ms;            /* 2027-03-04T05:06:07Z */
    struct err err;
    struct str who;
};

/* cmocka's set-up and tear-down; the state is the struct. Nothing is there yet. */
int api_signing_set_up(void **state);
int api_signing_tear_down(void **state);

/* What a client would have sent, of which things may be changed then. */
void api_signing_signed(struct api_signing *s, const struct api_signature *signature);
void api_signing_presigned(struct api_signing *s, const struct api_signature *signature);

void api_signing_target(struct api_signing *s, const char *target);
void api_signing_header(struct api_signing *s, const char *name, const char *value);
/* Replaces what stands in a header; NULL: takes it away. */
void api_signing_change(struct api_signing *s, const char *name, const char *value);
const char *api_signing_value(struct api_signing *s, const char *name);

void api_signing_assert_verified(struct api_signing *s);
/* With this code, and a message that begins like this. */
void api_signing_assert_refused(struct api_signing *s, enum error_code code, const char *message);

#endif
