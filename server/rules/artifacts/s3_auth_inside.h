/* What the files of s3_auth share: a verification under way, what came with it, and its refusals. */
#ifndef IOTJOBS_RULES_S3_AUTH_INSIDE_H
#define IOTJOBS_RULES_S3_AUTH_INSIDE_H

#include "rules/artifacts/s3_auth.h"

struct s3_auth {
    const struct s3_auth_request *request;
    const struct sigv4_pair *query; /* the request's, percent-decoded; request->query_n of them */
    const struct s3_keys *keys;
    int64_t now_ms;
    struct arena *arena;
    struct s3_refusal *refusal;
};

/* The first header of that name, in any case; absent: there is none. */
struct str s3_auth_header(const struct s3_auth *auth, const char *name);
/* The first parameter of that name; "" for one without a value; absent: there is none. */
struct str s3_auth_parameter(const struct s3_auth *auth, const char *name);
/* Whether it begins with "x-amz-", in any case. */
bool s3_auth_is_amz(struct str name);

/* Refusals; all return false. */
bool s3_auth_refuse(const struct s3_auth *auth, enum s3_error error, const char *message);
bool s3_auth_refuse_argument(const struct s3_auth *auth, const char *message, const char *name,
                             struct str value);
/* `lifetime`: X-Amz-Expires; absent with SigV2. */
bool s3_auth_refuse_expired(const struct s3_auth *auth, struct str lifetime, int64_t expires_ms);
bool s3_auth_refuse_key(const struct s3_auth *auth, struct str access_key);
/* With all that was compared; `canonical_request` is absent with SigV2. */
bool s3_auth_refuse_signature(const struct s3_auth *auth, struct str access_key, struct str signature,
                              struct str string_to_sign, struct str canonical_request);
struct str s3_auth_time_text(const struct s3_auth *auth, int64_t ms); /* 2030-01-01T00:00:00Z */

/* The three ways to sign. */
bool s3_auth_verify_header(const struct s3_auth *auth, struct str header, struct s3_identity *ret_identity);
bool s3_auth_verify_query(const struct s3_auth *auth, struct s3_identity *ret_identity);
bool s3_auth_verify_v2(const struct s3_auth *auth, struct s3_identity *ret_identity);

#endif
