/*
 * Who signed a request of the API, and whether the signature holds: SigV4 in the Authorization header, or in
 * the query (presigned URLs). The refusals and their order are those of AWS (identity 5.8).
 *
 *     struct api_auth_request request = { … };
 *     struct str access_key;
 *     if (!api_auth_verify(&request, &keys, now_ms, arena, &access_key, &err)) → answer `err`
 *
 * The body is signed as well: the whole of it has to be here. What the headers alone tell, api_auth_check
 * sees before. A session token is signed like any header or parameter, and not looked at: keys of ours have
 * none.
 *
 * Pure: the keys come from a function of the caller's, the time is a parameter.
 */
#ifndef IOTJOBS_RULES_API_AUTH_H
#define IOTJOBS_RULES_API_AUTH_H

#include "rules/security/sigv4.h"

enum {
    API_AUTH_SKEW_MIN = 15,   /* how far the clock of whoever signs may be away from ours */
    API_AUTH_NAMES_MAX = 100, /* headers that may be signed */
    API_AUTH_QUERY_MAX = 250, /* parameters that a signed query may have */
};

struct api_auth_request {
    struct str method;              /* as on the wire: HEAD is not GET */
    struct str path;                /* raw, as it came */
    const struct sigv4_pair *query; /* raw */
    size_t query_n;
    const struct sigv4_pair *headers; /* all */
    size_t header_n;
    struct str body;
    bool tls;         /* who may leave its body unsigned */
    enum plane plane; /* which is meant, as far as can be known without the signature: for a message */
};

/* Whose keys count, and for which region. */
struct api_auth_keys {
    /* The secret of an access key; absent: it is not known. */
    struct str (*secret)(void *context, struct str access_key);
    void *context;
    struct str region;
};

/* Whether the request says that somebody has signed it, be it ever so badly: with an Authorization header of
 * any kind, or parameters of a presigned URL. Also when the arena is full. */
bool api_auth_claimed(const struct api_auth_request *request, struct arena *arena);

/* All that can be found out without the body: form, scope, time, and whether the key is known. False after
 * fail(). */
bool api_auth_check(const struct api_auth_request *request, const struct api_auth_keys *keys, int64_t now_ms,
                    struct arena *arena, struct err *err);

/* That, and whether the signature is the key's and the body the one that it signs. False after fail();
 * *ret_access_key is borrowed from the request, or in the arena. */
bool api_auth_verify(const struct api_auth_request *request, const struct api_auth_keys *keys, int64_t now_ms,
                     struct arena *arena, struct str *ret_access_key, struct err *err);

/* Which plane the service of a scope belongs to; false: it is none of ours. */
bool api_auth_plane_of(struct str service, enum plane *ret_plane);

#endif
