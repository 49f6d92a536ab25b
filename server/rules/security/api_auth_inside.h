/* What the files of api_auth share: a verification under way, and the claim that it examines. */
#ifndef IOTJOBS_RULES_API_AUTH_INSIDE_H
#define IOTJOBS_RULES_API_AUTH_INSIDE_H

#include "rules/security/api_auth.h"

struct api_auth {
    const struct api_auth_request *request;
    const struct sigv4_pair *query; /* the request's, percent-decoded; request->query_n of them */
    const struct api_auth_keys *keys;
    int64_t now_ms;
    struct arena *arena;
    struct err *err;
};

/* A signature, read. */
struct api_claim {
    bool presigned;
    struct str credential, signed_headers, signature;
    struct str amz_date; /* 20300101T120000Z */
    int64_t date_ms;
    struct str expires; /* X-Amz-Expires; absent: it says nothing */
    struct sigv4_scope scope;
    struct str secret;
};

/* The first header of that name, in any case; absent: there is none. */
struct str api_auth_header(const struct api_auth *auth, const char *name);
/* The first parameter of that name; "" for one without a value; absent: there is none. */
struct str api_auth_parameter(const struct api_auth *auth, const char *name);
bool api_auth_is_signed(const struct api_claim *claim, struct str name);

/* Whether the signature is that of the key, over what came, and the payload hash the body's
 * (api_auth_signature.c). False after fail(). */
bool api_auth_signature_holds(const struct api_auth *auth, const struct api_claim *claim);

#endif
