/*
 * Who signed an S3 request, and whether the signature holds: SigV4 in the Authorization header, SigV4 and
 * SigV2 in the query (presigned URLs). The refusals, and their order, are S3's as observed on the wire.
 *
 *     struct s3_auth_request request = { … };
 *     struct s3_identity who;
 *     if (!s3_auth_verify(&request, &keys, now_ms, arena, &who, &refusal)) → answer `refusal`
 *
 * Pure: the keys come from a function of the caller's, the time is a parameter.
 */
#ifndef IOTJOBS_RULES_S3_AUTH_H
#define IOTJOBS_RULES_S3_AUTH_H

#include "api/s3_errors.h"
#include "rules/security/sigv4.h"

struct s3_auth_request {
    struct str method;
    struct str target_path;         /* raw, as it came, the prefix /_s3 included: SigV4 signs that */
    struct str path;                /* raw, without the prefix: SigV2 signs that */
    const struct sigv4_pair *query; /* raw */
    size_t query_n;
    const struct sigv4_pair *headers; /* all */
    size_t header_n;
    bool tls;
};

/* Whose keys count. */
struct s3_keys {
    /* The secret of an access key; absent: it is not known. */
    struct str (*secret)(void *context, struct str access_key);
    void *context;
    /* No keys were configured: what an unknown key has signed is taken unverified, but for its form and its
     * expiry, and so is a request that nobody signed. */
    bool open;
};

enum s3_identity_kind { S3_ANONYMOUS, S3_SIGNED_UNVERIFIED, S3_SIGNED };

struct s3_identity {
    enum s3_identity_kind kind;
    bool presigned; /* by a URL, not by a header */
    struct str access_key;
    struct str region; /* of the scope; absent with SigV2 */
    /* For bodies that are signed in chunks (rules/artifacts/aws_chunked): */
    struct str amz_date;
    struct sigv4_scope scope;
    struct str signature;    /* the seed */
    struct str payload_hash; /* x-amz-content-sha256 as it came; absent with SigV2, or if there is none */
    unsigned char signing_key[SHA256_BYTES]; /* valid if kind is S3_SIGNED, and it is SigV4 */
};

/* False: *ret_refusal is filled. */
bool s3_auth_verify(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                    struct arena *arena, struct s3_identity *ret_identity, struct s3_refusal *ret_refusal);

#endif
