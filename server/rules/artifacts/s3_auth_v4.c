/* Signature version 4, in the Authorization header or in the query. */
#include <inttypes.h>

#include "base/binary_text.h"
#include "base/strbuf.h"
#include "base/time_text.h"
#include "rules/artifacts/s3_auth_inside.h"

enum { SKEW_MS = 15 * 60 * 1000, DAY_DIGITS = 8 };

#define SERVICE  "s3"
#define TERMINAL "aws4_request"

/* A signature, read. */
struct signed_v4 {
    bool presigned;
    struct str credential, signed_headers, signature, amz_date;
    struct str payload_hash; /* absent: there is none */
    struct sigv4_scope scope;
};

/* ---- the scope ---- */

static bool refuse_scope(const struct s3_auth *auth, const struct signed_v4 *v4, struct str what)
{
    return v4->presigned ? s3_refuse_with(auth->refusal, auth->arena, S3_AUTHORIZATION_QUERY_PARAMETERS,
                                          "Error parsing the X-Amz-Credential parameter; %.*s", STR(what))
                         : s3_refuse_with(auth->refusal, auth->arena, S3_AUTHORIZATION_HEADER_MALFORMED,
                                          "The authorization header is malformed; %.*s", STR(what));
}

/* Any region will do: clients are configured with all sorts of them. */
static bool read_scope(const struct s3_auth *auth, struct signed_v4 *v4)
{
    struct sigv4_scope *scope = &v4->scope;
    if (!sigv4_scope_read(v4->credential, scope) || scope->access_key.n == 0 || scope->region.n == 0)
        return refuse_scope(auth, v4,
                            STR_LIT("the Credential is mal-formed; expecting "
                                    "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"."));
    if (!str_eq_text(scope->service, SERVICE))
        return refuse_scope(
            auth, v4,
            arena_printf(auth->arena, "incorrect service \"%.*s\". This endpoint belongs to \"" SERVICE "\".",
                         STR(scope->service)));
    return str_eq_text(scope->terminal, TERMINAL) ||
           refuse_scope(auth, v4,
                        arena_printf(auth->arena,
                                     "incorrect terminal \"%.*s\". This endpoint uses \"" TERMINAL "\".",
                                     STR(scope->terminal)));
}

static bool check_scope_date(const struct s3_auth *auth, const struct signed_v4 *v4)
{
    struct str day = { v4->amz_date.p, DAY_DIGITS };
    if (str_eq(v4->scope.date, day))
        return true;
    return v4->presigned
               ? s3_refuse_with(auth->refusal, auth->arena, S3_AUTHORIZATION_QUERY_PARAMETERS,
                                "Invalid credential date \"%.*s\". This date is not the same as "
                                "X-Amz-Date: \"%.*s\".",
                                STR(v4->scope.date), STR(day))
               : refuse_scope(auth, v4,
                              STR_LIT("Invalid credential date. Date is not the same as X-Amz-Date."));
}

/* ---- what is signed ---- */

static bool is_signed(struct str signed_headers, struct str name)
{
    while (signed_headers.p)
        if (str_eq_nocase(str_split(&signed_headers, ';'), name))
            return true;
    return false;
}

/* Host keeps a signature from being used elsewhere; x-amz-* headers change what a request does. */
static bool check_signed_headers(const struct s3_auth *auth, const struct signed_v4 *v4)
{
    struct strbuf names;
    strbuf_init(&names, auth->arena->ceiling);
    if (!is_signed(v4->signed_headers, STR_LIT("host")))
        strbuf_add_text(&names, "host");
    for (size_t i = 0; i < auth->request->header_n; i++) {
        struct str name = auth->request->headers[i].name;
        if (!s3_auth_is_amz(name) || is_signed(v4->signed_headers, name) ||
            str_eq_nocase(name, STR_LIT("x-amz-content-sha256")))
            continue;
        strbuf_add_text(&names, names.n > 0 ? ", " : "");
        strbuf_add_str(&names, name);
    }
    bool all_signed = names.n == 0 && !names.failed;
    if (!all_signed) {
        s3_auth_refuse(auth, S3_ACCESS_DENIED,
                       "There were headers present in the request which were not signed");
        s3_refusal_add(auth->refusal, "HeadersNotSigned", arena_str(auth->arena, strbuf_str(&names)));
    }
    strbuf_release(&names);
    return all_signed;
}

/* What a body is held against, or a word that says that it is not. */
static bool check_payload_hash(const struct s3_auth *auth, struct str hash)
{
    unsigned char bytes[SHA256_BYTES];
    if (!hash.p)
        return s3_auth_refuse(auth, S3_INVALID_REQUEST,
                              "Missing required header for this request: x-amz-content-sha256");
    return str_eq_text(hash, SIGV4_UNSIGNED_PAYLOAD) || str_starts_with(hash, STR_LIT("STREAMING-")) ||
           hex_read(hash, bytes, sizeof bytes) ||
           s3_auth_refuse_argument(auth,
                                   "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, "
                                   "STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, "
                                   "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
                                   "x-amz-content-sha256", hash);
}

static bool check_signature(const struct s3_auth *auth, const struct signed_v4 *v4, struct str secret,
                            unsigned char ret_key[SHA256_BYTES])
{
    const struct s3_auth_request *request = auth->request;
    const struct sigv4_request parts = {
        .method = request->method,
        .path = request->target_path,
        .query = request->query,
        .query_n = request->query_n,
        .headers = request->headers,
        .header_n = request->header_n,
        .signed_headers = v4->signed_headers,
        .payload_hash = v4->payload_hash,
    };
    char expected[SIGV4_SIGNATURE_MAX];
    struct str canonical = sigv4_canonical_request(&parts, auth->arena);
    struct str text = sigv4_string_to_sign(v4->amz_date, &v4->scope, canonical, auth->arena);
    if (!sigv4_signing_key(secret, &v4->scope, ret_key) || !sigv4_signature(ret_key, text, expected))
        return s3_refuse(auth->refusal, S3_INTERNAL_ERROR);
    return digest_equal(v4->signature, str_from(expected)) ||
           s3_auth_refuse_signature(auth, v4->scope.access_key, v4->signature, text, canonical);
}

static bool verify(const struct s3_auth *auth, const struct signed_v4 *v4, struct s3_identity *ret_identity)
{
    struct s3_identity identity = {
        .kind = S3_SIGNED,
        .presigned = v4->presigned,
        .access_key = v4->scope.access_key,
        .region = v4->scope.region,
        .amz_date = v4->amz_date,
        .scope = v4->scope,
        .signature = v4->signature,
        .payload_hash = v4->payload_hash,
    };
    struct str secret = auth->keys->secret(auth->keys->context, v4->scope.access_key);
    if (!secret.p && !auth->keys->open)
        return s3_auth_refuse_key(auth, v4->scope.access_key);
    if (!secret.p)
        identity.kind = S3_SIGNED_UNVERIFIED;
    else if (!check_signed_headers(auth, v4) || !check_signature(auth, v4, secret, identity.signing_key))
        return false;
    *ret_identity = identity;
    return true;
}

/* ---- the Authorization header ---- */

static bool check_scheme(const struct s3_auth *auth, struct str header)
{
    struct str rest = header;
    struct str scheme = str_split(&rest, ' ');
    if (!rest.p)
        return s3_auth_refuse_argument(
            auth, "Authorization header is invalid -- one and only one ' ' (space) required", "Authorization",
            header);
    return str_eq_text(scheme, SIGV4_ALGORITHM) ||
           s3_auth_refuse_argument(auth, "Unsupported Authorization Type", "Authorization", header);
}

/* x-amz-date, else Date. */
static bool read_date(const struct s3_auth *auth, struct str *ret_amz_date, int64_t *ret_ms)
{
    char text[SIGV4_DATE_MAX];
    struct str amz_date = s3_auth_header(auth, "x-amz-date");
    if (!amz_date.p && time_parse_http(s3_auth_header(auth, "Date"), ret_ms)) {
        sigv4_date_format(*ret_ms, text);
        amz_date = arena_str(auth->arena, str_from(text));
    }
    *ret_amz_date = amz_date;
    return sigv4_date_read(amz_date, ret_ms) ||
           s3_auth_refuse(auth, S3_ACCESS_DENIED,
                          "AWS authentication requires a valid Date or x-amz-date header");
}

/* What nobody verifies no clock need agree with: ours may be a virtual one. */
static bool is_verified(const struct s3_auth *auth, struct str header)
{
    struct sigv4_authorization authorization;
    struct sigv4_scope scope;
    return !auth->keys->open || (sigv4_authorization_read(header, &authorization) &&
                                 sigv4_scope_read(authorization.credential, &scope) &&
                                 auth->keys->secret(auth->keys->context, scope.access_key).p);
}

static bool check_skew(const struct s3_auth *auth, struct str amz_date, int64_t date_ms)
{
    int64_t now_ms = auth->now_ms;
    if (date_ms >= now_ms - SKEW_MS && date_ms <= now_ms + SKEW_MS)
        return true;
    s3_refuse(auth->refusal, S3_REQUEST_TIME_TOO_SKEWED);
    s3_refusal_add(auth->refusal, "RequestTime", amz_date);
    s3_refusal_add(auth->refusal, "ServerTime", s3_auth_time_text(auth, now_ms));
    s3_refusal_add(auth->refusal, "MaxAllowedSkewMilliseconds", arena_printf(auth->arena, "%d", SKEW_MS));
    return false;
}

static bool read_components(const struct s3_auth *auth, struct str header, struct signed_v4 *v4)
{
    struct sigv4_authorization authorization;
    if (!sigv4_authorization_read(header, &authorization))
        return refuse_scope(auth, v4,
                            STR_LIT("the authorization header requires three components: Credential, "
                                    "SignedHeaders, and Signature."));
    v4->credential = authorization.credential;
    v4->signed_headers = authorization.signed_headers;
    v4->signature = authorization.signature;
    return true;
}

bool s3_auth_verify_header(const struct s3_auth *auth, struct str header, struct s3_identity *ret_identity)
{
    struct signed_v4 v4 = { .presigned = false };
    int64_t date_ms;
    v4.payload_hash = s3_auth_header(auth, "x-amz-content-sha256");
    return check_scheme(auth, header) && read_date(auth, &v4.amz_date, &date_ms) &&
           (!is_verified(auth, header) || check_skew(auth, v4.amz_date, date_ms)) &&
           read_components(auth, header, &v4) && read_scope(auth, &v4) && check_scope_date(auth, &v4) &&
           check_payload_hash(auth, v4.payload_hash) && verify(auth, &v4, ret_identity);
}

/* ---- a presigned URL ---- */

static bool refuse_query(const struct s3_auth *auth, const char *message)
{
    return s3_auth_refuse(auth, S3_AUTHORIZATION_QUERY_PARAMETERS, message);
}

static bool read_parameters(const struct s3_auth *auth, struct signed_v4 *v4, struct str *ret_expires)
{
    struct str algorithm = s3_auth_parameter(auth, "X-Amz-Algorithm");
    v4->credential = s3_auth_parameter(auth, "X-Amz-Credential");
    v4->signature = s3_auth_parameter(auth, "X-Amz-Signature");
    v4->amz_date = s3_auth_parameter(auth, "X-Amz-Date");
    v4->signed_headers = s3_auth_parameter(auth, "X-Amz-SignedHeaders");
    *ret_expires = s3_auth_parameter(auth, "X-Amz-Expires");
    if (algorithm.p && !str_eq_text(algorithm, SIGV4_ALGORITHM))
        return refuse_query(auth,
                            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
    return (algorithm.p && v4->credential.p && v4->signature.p && v4->amz_date.p && v4->signed_headers.p &&
            ret_expires->p) ||
           refuse_query(auth, "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                              "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                              "X-Amz-Expires parameters.");
}

static bool read_expires(const struct s3_auth *auth, struct str text, int64_t *ret_s)
{
    if (!str_to_int(text, ret_s))
        return refuse_query(auth, "X-Amz-Expires should be a number");
    if (*ret_s < 0)
        return refuse_query(auth, "X-Amz-Expires must be non-negative");
    return *ret_s <= SIGV4_EXPIRES_MAX_S ||
           refuse_query(auth, "X-Amz-Expires must be less than a week (in seconds); that is, the given "
                              "X-Amz-Expires must be less than 604800 seconds");
}

static bool check_life(const struct s3_auth *auth, int64_t date_ms, struct str expires, int64_t expires_s)
{
    int64_t expires_ms = date_ms + expires_s * 1000;
    if (date_ms > auth->now_ms + SKEW_MS) {
        s3_auth_refuse(auth, S3_ACCESS_DENIED, "Request is not yet valid");
        s3_refusal_add(auth->refusal, "X-Amz-Date", arena_printf(auth->arena, "%" PRId64, date_ms));
        s3_refusal_add(auth->refusal, "Expires", s3_auth_time_text(auth, expires_ms));
        s3_refusal_add(auth->refusal, "ServerTime", s3_auth_time_text(auth, auth->now_ms));
        return false;
    }
    return auth->now_ms <= expires_ms || s3_auth_refuse_expired(auth, expires, expires_ms);
}

static bool is_checksum(struct str name)
{
    return str_starts_with(name, STR_LIT("x-amz-checksum-crc")) ||
           str_starts_with(name, STR_LIT("x-amz-checksum-sha"));
}

/* Whether there is such a header, with another value. */
static bool is_contradicted(const struct s3_auth *auth, const struct sigv4_pair *parameter)
{
    const struct s3_auth_request *request = auth->request;
    struct str value = parameter->value.p ? parameter->value : STR_LIT("");
    for (size_t i = 0; i < request->header_n; i++)
        if (str_eq_nocase(request->headers[i].name, parameter->name) &&
            !str_eq(request->headers[i].value, value))
            return true;
    return false;
}

/* Parameters in lower case stand for headers. Checksums do not: the SDK for JavaScript puts that of an empty
 * body into the URL of any upload. */
static bool check_contradictions(const struct s3_auth *auth)
{
    for (size_t i = 0; i < auth->request->query_n; i++) {
        const struct sigv4_pair *parameter = &auth->query[i];
        if (str_starts_with(parameter->name, STR_LIT("x-amz-")) && !is_checksum(parameter->name) &&
            is_contradicted(auth, parameter))
            return s3_refuse_with(auth->refusal, auth->arena, S3_INVALID_REQUEST,
                                  "The header %.*s and the query parameter of that name differ.",
                                  STR(parameter->name));
    }
    return true;
}

/* Only what is signed counts. */
static struct str payload_hash_of_url(const struct s3_auth *auth, struct str signed_headers)
{
    struct str name = STR_LIT("x-amz-content-sha256");
    struct str hash = s3_auth_parameter(auth, "X-Amz-Content-Sha256");
    if (!hash.p && is_signed(signed_headers, name))
        hash = s3_auth_header(auth, name.p);
    return hash.p ? hash : STR_LIT(SIGV4_UNSIGNED_PAYLOAD);
}

bool s3_auth_verify_query(const struct s3_auth *auth, struct s3_identity *ret_identity)
{
    struct signed_v4 v4 = { .presigned = true };
    struct str expires;
    int64_t date_ms, expires_s;
    if (!read_parameters(auth, &v4, &expires))
        return false;
    if (!sigv4_date_read(v4.amz_date, &date_ms))
        return refuse_query(auth, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    v4.payload_hash = payload_hash_of_url(auth, v4.signed_headers);
    return read_expires(auth, expires, &expires_s) && check_life(auth, date_ms, expires, expires_s) &&
           read_scope(auth, &v4) && check_scope_date(auth, &v4) && check_contradictions(auth) &&
           check_payload_hash(auth, v4.payload_hash) && verify(auth, &v4, ret_identity);
}
