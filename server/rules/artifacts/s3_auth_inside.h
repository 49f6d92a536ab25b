/* What s3_auth.c and s3_auth_v2.c share. */
#ifndef IOTJOBS_RULES_S3_AUTH_INSIDE_H
#define IOTJOBS_RULES_S3_AUTH_INSIDE_H

#include "rules/artifacts/s3_auth.h"

/* Its value; absent: it is not there. Names of headers in any case; parameters raw. */
struct str s3_auth_header(const struct s3_auth_request *request, const char *name);
struct str s3_auth_parameter(const struct s3_auth_request *request, const char *name);
struct str s3_auth_decoded(struct str raw, struct arena *arena);

/* Refusals; false. `seconds` and `canonical_request` are absent with SigV2. */
bool s3_auth_expired(int64_t expires_ms, struct str seconds, int64_t now_ms, struct arena *arena,
                     struct s3_refusal *ret_refusal);
bool s3_auth_mismatch(struct str access_key, struct str string_to_sign, struct str signature,
                      struct str canonical_request, struct arena *arena, struct s3_refusal *ret_refusal);
bool s3_auth_unknown_key(struct str access_key, struct s3_refusal *ret_refusal);

/* A URL that was presigned with SigV2: AWSAccessKeyId, Expires and Signature in the query. */
bool s3_auth_verify_v2(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                       struct arena *arena, struct s3_identity *ret_identity, struct s3_refusal *ret_refusal);

#endif
