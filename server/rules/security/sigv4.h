/*
 * AWS Signature Version 4: what is signed, the signature, and presigned URLs ("AWS Signature Version 4 for
 * API requests", IAM user guide; for S3 "Authenticating Requests (AWS Signature Version 4)", S3 API
 * reference). It knows no service: who verifies decides which scope, which payload hash and which clock he
 * accepts. Pure.
 */
#ifndef IOTJOBS_RULES_SIGV4_H
#define IOTJOBS_RULES_SIGV4_H

#include "api/errors.h"
#include "base/digest.h"

#define SIGV4_ALGORITHM        "AWS4-HMAC-SHA256"
#define SIGV4_UNSIGNED_PAYLOAD "UNSIGNED-PAYLOAD"
#define SIGV4_EMPTY_SHA256     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum { SIGV4_DATE_MAX = 17, SIGV4_SIGNATURE_MAX = 65, SIGV4_EXPIRES_MAX_S = 604800 };

/* KEY/DATE/REGION/SERVICE/aws4_request */
struct sigv4_scope {
    struct str access_key, date, region, service, terminal;
};
/* By its slashes; an access key may have some of its own. False: fewer than five parts. */
bool sigv4_scope_read(struct str credential, struct sigv4_scope *ret_scope);

/* One header or query parameter. Header names in any case, values as they came; query names and values raw
 * (percent-encoded or not, as on the wire). `value` is absent for a parameter without '='. */
struct sigv4_pair {
    struct str name, value;
};

/* The parameters of a query as it came, in their order; empty ones ("&&") are none. NULL: the arena is full.
 */
struct sigv4_pair *sigv4_query_read(struct str query, struct arena *arena, size_t *ret_n);

/* What a canonical request is made of. */
struct sigv4_request {
    struct str method;
    struct str path;                /* canonical already: as on the wire for S3; see sigv4_canonical_path */
    const struct sigv4_pair *query; /* all there are; X-Amz-Signature alone is not signed */
    size_t query_n;
    bool query_as_sent;               /* its parameters are not decoded and encoded again */
    const struct sigv4_pair *headers; /* all there are; the signed ones are picked from them */
    size_t header_n;
    struct str signed_headers; /* "host;x-amz-date": lower case, sorted, as the signer sent it */
    struct str payload_hash;   /* 64 hex digits, or one of the fixed words */
};

/* The path of services other than S3: dot segments and empty ones removed, the others encoded once more
 * (RFC 3986). Absent: the arena is full. */
struct str sigv4_canonical_path(struct str path, struct arena *arena);

/* Absent: the arena is full. Each parameter is decoded and encoded again (RFC 3986), and sorted by name, then
 * value; header values are trimmed, inner runs of blanks become one, values of one name are joined with ','.
 * A signed header that is not there counts as empty. */
struct str sigv4_canonical_request(const struct sigv4_request *request, struct arena *arena);

/* "AWS4-HMAC-SHA256\nDATE\nSCOPE\nHASH". Absent: the canonical request is, or the arena is full. */
struct str sigv4_string_to_sign(struct str amz_date, const struct sigv4_scope *scope,
                                struct str canonical_request, struct arena *arena);

/* The key that signs all of a day, in a region, for a service. */
bool sigv4_signing_key(struct str secret, const struct sigv4_scope *scope,
                       unsigned char ret_key[SHA256_BYTES]);

/* Lower-case hexadecimal, with a NUL behind it. False: OpenSSL has no memory, here and above, or the string
 * is absent. */
bool sigv4_signature(const unsigned char key[SHA256_BYTES], struct str string_to_sign,
                     char ret_signature[SIGV4_SIGNATURE_MAX]);

/* "20300101T120000Z" and back; only that form. */
void sigv4_date_format(int64_t ms, char ret_date[SIGV4_DATE_MAX]);
bool sigv4_date_read(struct str text, int64_t *ret_ms);

/* What an Authorization header says, in any order; the blanks behind commas are optional. False: it is of
 * another algorithm, or a component is missing, or there twice. */
struct sigv4_authorization {
    struct str credential, signed_headers, signature;
};
bool sigv4_authorization_read(struct str header, struct sigv4_authorization *ret_authorization);

/* A key pair and the scope that it signs in. */
struct sigv4_signer {
    struct str access_key, secret, region, service;
};

/* scheme://host and path, with `query` ("versionId=x", or empty) and the signature: a URL that `method` may
 * be used with from now_ms on for so many seconds, by anybody. Path and query are percent-encoded already.
 * Signs the header Host alone. Absent: the arena is full. */
struct sigv4_url {
    struct str method, scheme, host, path, query;
    int64_t expires_s;
};
struct str sigv4_presign(const struct sigv4_signer *signer, const struct sigv4_url *url, int64_t now_ms,
                         struct arena *arena);

/* The Authorization header of a request that we send ourselves: `headers` are all signed, Host and X-Amz-Date
 * among them. Absent: the arena is full. */
struct str sigv4_authorize(const struct sigv4_signer *signer, const struct sigv4_request *request,
                           struct str amz_date, struct arena *arena);

/* What is percent-encoded of a path or of one query value (RFC 3986: all but A-Z a-z 0-9 - . _ ~, and '/' if
 * it may stay). Absent: the arena is full. */
struct str sigv4_encode(struct str text, bool keep_slash, struct arena *arena);

#endif
