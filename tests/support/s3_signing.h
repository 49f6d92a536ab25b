/* A request to S3 that is put together, signed and verified: whoever tests signatures changes one thing of
 * it. */
#ifndef IOTJOBS_TESTS_S3_SIGNING_H
#define IOTJOBS_TESTS_S3_SIGNING_H

#include "support/cmocka_all.h"

#include "rules/artifacts/s3_auth.h"

/* What the captures were made with. */
#define S3_KEY    "AKIAINVENTED0000001"
#define S3_SECRET "invented-secret-key-0001"
#define S3_HOST   "127.0.0.1:5627"
#define S3_PREFIX "/_s3"

enum { S3_HEADERS_MAX = 16 };

struct s3_signing {
    struct arena arena;
    struct s3_auth_request request;
    struct sigv4_pair headers[S3_HEADERS_MAX];
    struct s3_keys keys; /* S3_KEY alone; not open */
    int64_t now_ms;      /* 2026-11-22T22:44:26Z */
    struct s3_identity who;
    struct s3_refusal refusal;
};

/* cmocka's set-up and tear-down; the state is the struct. Host is there, nothing else. */
int s3_signing_set_up(void **state);
int s3_signing_tear_down(void **state);

/* "/_s3/bucket/key?a=b" */
void s3_signing_target(struct s3_signing *s, const char *method, const char *target);
void s3_signing_header(struct s3_signing *s, const char *name, const char *value);
void s3_signing_time(struct s3_signing *s, const char *amz_date);

/* Adds x-amz-date (now), x-amz-content-sha256 and Authorization to what there is. */
void s3_signing_sign(struct s3_signing *s, const char *payload_hash);
/* Makes a presigned URL of the target. */
void s3_signing_presign(struct s3_signing *s, int64_t expires_s);

bool s3_signing_verify(struct s3_signing *s);
void s3_signing_assert_verified(struct s3_signing *s);
/* With this code and message; NULL: the table's. */
void s3_signing_assert_refused(struct s3_signing *s, enum s3_error error, const char *message);
/* An element of the refusal; NULL: it has none of that name. */
const char *s3_signing_element(struct s3_signing *s, const char *name);

#endif
