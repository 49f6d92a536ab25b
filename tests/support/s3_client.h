/*
 * S3 over raw HTTP, for tests: requests that are signed as clients sign them, or wrongly on purpose, and
 * answers that are judged.
 */
#ifndef IOTJOBS_TESTS_S3_CLIENT_H
#define IOTJOBS_TESTS_S3_CLIENT_H

#include "rules/security/sigv4.h"
#include "support/http_world.h"

#define S3_TEST_KEY    "AKIAINVENTED0000001"
#define S3_TEST_SECRET "invented-secret-key-0001"

/* cmocka's setup, with http_world_teardown: a world with the bucket "fws". */
int s3_world_setup(void **state);

struct s3_call {
    const char *method, *target;
    const char *headers; /* whole lines; NULL: none */
    struct str body;     /* absent: none */
    const char *host;    /* NULL: 127.0.0.1:PORT */
};

/* Sends it as it is. The answer must be released. */
void s3_send_plain(const struct http_world *world, const struct s3_call *call,
                   struct http_answer *ret_answer);
/* One that succeeds with this status, or fails with this code. */
void s3_ask(const struct http_world *world, const char *method, const char *target, const char *headers,
            const char *body, int status);
void s3_ask_refused(const struct http_world *world, const char *method, const char *target,
                    const char *headers, const char *body, int status, const char *code);
void assert_s3_error(const struct http_answer *answer, int status, const char *code);

/* The line `Authorization: …`, and X-Amz-Date and X-Amz-Content-Sha256 with it; they sign `method`, the
 * target, Host and those two. In the arena. */
struct s3_signature {
    const char *key, *secret;
    const char *method, *target, *host;
    const char *payload_hash;
    int64_t at_ms;
};
const char *s3_sign(const struct s3_signature *signature, struct arena *arena);

/* A target on that port, with its signature in the query. */
const char *s3_presign(int port, const char *method, const char *target, int64_t expires_s, int64_t at_ms,
                       struct arena *arena);

/* How many files lie in the artefact folder of a durable world, finished or not. */
size_t s3_file_count(const struct http_world *world);
/* Waits until it is that many: files go on a thread of their own. */
void assert_s3_files(const struct http_world *world, size_t n);

#endif
