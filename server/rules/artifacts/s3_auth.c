#include "rules/artifacts/s3_auth.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/binary_text.h"
#include "base/time_text.h"
#include "rules/artifacts/s3_auth_inside.h"

enum {
    SKEW_MS = 15 * 60 * 1000,
    SIGNED_HEADERS_MAX = 4096,
};

#define SCHEME "AWS4-HMAC-SHA256"

/* ---- what came ---- */

struct str s3_auth_header(const struct s3_auth_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_n; i++)
        if (str_eq_nocase(request->headers[i].name, str_from(name)))
            return request->headers[i].value.p ? request->headers[i].value : STR_LIT("");
    return STR_NONE;
}

struct str s3_auth_parameter(const struct s3_auth_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_n; i++)
        if (str_eq_text(request->query[i].name, name))
            return request->query[i].value.p ? request->query[i].value : STR_LIT("");
    return STR_NONE;
}

/* Percent-decoded; a text that is not well-formed stays as it is, and verifies nothing. */
struct str s3_auth_decoded(struct str raw, struct arena *arena)
{
    char *text = arena_alloc(arena, raw.n + 1);
    size_t n = 0;
    if (!text || !raw.p)
        return STR_NONE;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%' && i + 2 < raw.n && hex_read((struct str){ raw.p + i + 1, 2 }, &c, 1))
            i += 2;
        text[n++] = c;
    }
    return (struct str){ text, n };
}

/* ---- refusals ---- */

static struct str iso_text(int64_t ms, struct arena *arena)
{
    char text[TIME_TEXT_MAX];
    time_format_iso(ms, text);
    /* S3 writes whole seconds. */
    return arena_printf(arena, "%.19sZ", text);
}

static struct str number_text(int64_t number, struct arena *arena)
{
    return arena_printf(arena, "%" PRId64, number);
}

bool s3_auth_expired(int64_t expires_ms, struct str seconds, int64_t now_ms, struct arena *arena,
                     struct s3_refusal *ret_refusal)
{
    s3_refuse_with(ret_refusal, arena, S3_ACCESS_DENIED, "Request has expired");
    s3_refusal_add(ret_refusal, "X-Amz-Expires", seconds);
    s3_refusal_add(ret_refusal, "Expires", iso_text(expires_ms, arena));
    s3_refusal_add(ret_refusal, "ServerTime", iso_text(now_ms, arena));
    return false;
}

static struct str bytes_text(struct str text, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, (size_t)1024 * 1024);
    for (size_t i = 0; i < text.n; i++)
        strbuf_printf(&out, "%s%02x", i > 0 ? " " : "", (unsigned char)text.p[i]);
    struct str bytes = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return bytes;
}

bool s3_auth_mismatch(struct str access_key, struct str string_to_sign, struct str signature,
                      struct str canonical_request, struct arena *arena, struct s3_refusal *ret_refusal)
{
    s3_refuse(ret_refusal, S3_SIGNATURE_DOES_NOT_MATCH);
    s3_refusal_add(ret_refusal, "AWSAccessKeyId", access_key);
    s3_refusal_add(ret_refusal, "StringToSign", string_to_sign);
    s3_refusal_add(ret_refusal, "SignatureProvided", signature);
    s3_refusal_add(ret_refusal, "StringToSignBytes", bytes_text(string_to_sign, arena));
    if (canonical_request.p) {
        s3_refusal_add(ret_refusal, "CanonicalRequest", canonical_request);
        s3_refusal_add(ret_refusal, "CanonicalRequestBytes", bytes_text(canonical_request, arena));
    }
    return false;
}

bool s3_auth_unknown_key(struct str access_key, struct s3_refusal *ret_refusal)
{
    s3_refuse(ret_refusal, S3_INVALID_ACCESS_KEY_ID);
    s3_refusal_add(ret_refusal, "AWSAccessKeyId", access_key);
    return false;
}

/* ---- what SigV4 in headers and in the query share ---- */

/* A signature version 4, read. */
struct signed_v4 {
    struct sigv4_scope scope;
    struct str credential, signed_headers, signature, amz_date, payload_hash;
    bool presigned;
};

static bool refuse_scope(const struct signed_v4 *v4, struct arena *arena, struct s3_refusal *ret_refusal,
                         const char *what)
{
    return v4->presigned ? s3_refuse_with(ret_refusal, arena, S3_AUTHORIZATION_QUERY_PARAMETERS,
                                          "Error parsing the X-Amz-Credential parameter; %s", what)
                         : s3_refuse_with(ret_refusal, arena, S3_AUTHORIZATION_HEADER_MALFORMED,
                                          "The authorization header is malformed; %s", what);
}

static bool check_scope(struct signed_v4 *v4, struct arena *arena, struct s3_refusal *ret_refusal)
{
    struct sigv4_scope *scope = &v4->scope;
    if (!sigv4_scope_read(v4->credential, scope))
        return refuse_scope(v4, arena, ret_refusal,
                            "the Credential is mal-formed; expecting "
                            "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
    if (!str_eq_text(scope->service, "s3"))
        return refuse_scope(v4, arena, ret_refusal,
                            arena_printf(arena,
                                         "incorrect service \"%.*s\". This endpoint belongs to \"s3\".",
                                         STR(scope->service))
                                .p);
    if (!str_eq_text(scope->terminal, "aws4_request"))
        return refuse_scope(v4, arena, ret_refusal,
                            arena_printf(arena,
                                         "incorrect terminal \"%.*s\". This endpoint uses \"aws4_request\".",
                                         STR(scope->terminal))
                                .p);
    struct str day = { v4->amz_date.p, 8 };
    if (str_eq(scope->date, day))
        return true;
    return v4->presigned
               ? s3_refuse_with(ret_refusal, arena, S3_AUTHORIZATION_QUERY_PARAMETERS,
                                "Invalid credential date \"%.*s\". This date is not the same as X-Amz-Date: "
                                "\"%.*s\".",
                                STR(scope->date), STR(day))
               : refuse_scope(v4, arena, ret_refusal,
                              "Invalid credential date. Date is not the same as X-Amz-Date.");
}

/* Host is what keeps a signature from being used elsewhere. */
static bool signs_host(struct str signed_headers)
{
    while (signed_headers.p)
        if (str_eq_text(str_split(&signed_headers, ';'), "host"))
            return true;
    return false;
}

static bool is_signed(struct str signed_headers, struct str name)
{
    while (signed_headers.p)
        if (str_eq_nocase(str_split(&signed_headers, ';'), name))
            return true;
    return false;
}

static bool check_headers_signed(const struct s3_auth_request *request, const struct signed_v4 *v4,
                                 struct arena *arena, struct s3_refusal *ret_refusal)
{
    struct str unsigned_names = STR_NONE;
    for (size_t i = 0; i < request->header_n; i++) {
        struct str name = request->headers[i].name;
        if (name.n < 6 || strncasecmp(name.p, "x-amz-", 6) != 0 || is_signed(v4->signed_headers, name) ||
            str_eq_nocase(name, STR_LIT("x-amz-content-sha256")))
            continue;
        unsigned_names =
            arena_printf(arena, "%.*s%s%.*s", STR(unsigned_names), unsigned_names.n ? ", " : "", STR(name));
    }
    if (unsigned_names.n == 0 && signs_host(v4->signed_headers))
        return true;
    s3_refuse_with(ret_refusal, arena, S3_ACCESS_DENIED,
                   "There were headers present in the request which were not signed");
    s3_refusal_add(ret_refusal, "HeadersNotSigned", unsigned_names.n ? unsigned_names : STR_LIT("host"));
    return false;
}

static bool check_signature(const struct s3_auth_request *request, const struct signed_v4 *v4,
                            struct str secret, struct arena *arena, struct s3_identity *identity,
                            struct s3_refusal *ret_refusal)
{
    char expected[SIGV4_SIGNATURE_MAX];
    const struct sigv4_request canonical = { .method = request->method,
                                             .path = request->target_path,
                                             .query = request->query,
                                             .query_n = request->query_n,
                                             .headers = request->headers,
                                             .header_n = request->header_n,
                                             .signed_headers = v4->signed_headers,
                                             .payload_hash = v4->payload_hash };
    struct str text = sigv4_canonical_request(&canonical, arena);
    struct str string_to_sign = sigv4_string_to_sign(v4->amz_date, &v4->scope, text, arena);
    if (!sigv4_signing_key(secret, &v4->scope, identity->signing_key) ||
        !sigv4_signature(identity->signing_key, string_to_sign, expected))
        return s3_refuse(ret_refusal, S3_INTERNAL_ERROR);
    if (digest_equal(v4->signature, str_from(expected)))
        return true;
    return s3_auth_mismatch(v4->scope.access_key, string_to_sign, v4->signature, text, arena, ret_refusal);
}

static bool verify_v4(const struct s3_auth_request *request, const struct s3_keys *keys,
                      const struct signed_v4 *v4, struct arena *arena, struct s3_identity *ret_identity,
                      struct s3_refusal *ret_refusal)
{
    struct s3_identity identity = { .kind = S3_SIGNED,
                                    .presigned = v4->presigned,
                                    .access_key = v4->scope.access_key,
                                    .region = v4->scope.region,
                                    .amz_date = v4->amz_date,
                                    .scope = v4->scope,
                                    .signature = v4->signature,
                                    .payload_hash = v4->payload_hash };
    struct str secret = keys->secret(keys->context, v4->scope.access_key);
    if (!secret.p && !keys->open)
        return s3_auth_unknown_key(v4->scope.access_key, ret_refusal);
    if (!secret.p)
        identity.kind = S3_SIGNED_UNVERIFIED;
    else if (!check_headers_signed(request, v4, arena, ret_refusal) ||
             !check_signature(request, v4, secret, arena, &identity, ret_refusal))
        return false;
    *ret_identity = identity;
    return true;
}

/* ---- the Authorization header ---- */

/* x-amz-date, else Date. */
static bool read_date(const struct s3_auth_request *request, struct arena *arena, struct str *ret_amz_date,
                      int64_t *ret_ms)
{
    char text[SIGV4_DATE_MAX];
    struct str amz_date = s3_auth_header(request, "x-amz-date");
    *ret_amz_date = amz_date;
    if (amz_date.p)
        return sigv4_date_read(amz_date, ret_ms);
    if (!time_parse_http(s3_auth_header(request, "date"), ret_ms))
        return false;
    sigv4_date_format(*ret_ms, text);
    *ret_amz_date = arena_str(arena, str_from(text));
    return ret_amz_date->p != NULL;
}

static bool check_skew(struct str amz_date, int64_t date_ms, int64_t now_ms, struct arena *arena,
                       struct s3_refusal *ret_refusal)
{
    int64_t distance_ms = date_ms > now_ms ? date_ms - now_ms : now_ms - date_ms;
    if (distance_ms <= SKEW_MS)
        return true;
    s3_refuse(ret_refusal, S3_REQUEST_TIME_TOO_SKEWED);
    s3_refusal_add(ret_refusal, "RequestTime", amz_date);
    s3_refusal_add(ret_refusal, "ServerTime", iso_text(now_ms, arena));
    s3_refusal_add(ret_refusal, "MaxAllowedSkewMilliseconds", number_text(SKEW_MS, arena));
    return false;
}

static bool check_scheme(struct str header, struct arena *arena, struct s3_refusal *ret_refusal)
{
    struct str rest = header;
    struct str scheme = str_split(&rest, ' ');
    if (!rest.p)
        return s3_refuse_with(ret_refusal, arena, S3_INVALID_ARGUMENT,
                              "Authorization header is invalid -- one and only one ' ' (space) required");
    return str_eq_text(scheme, SCHEME) ||
           s3_refuse_with(ret_refusal, arena, S3_INVALID_ARGUMENT, "Unsupported Authorization Type");
}

static bool verify_header(const struct s3_auth_request *request, const struct s3_keys *keys,
                          struct str header, int64_t now_ms, struct arena *arena,
                          struct s3_identity *ret_identity, struct s3_refusal *ret_refusal)
{
    struct signed_v4 v4 = { 0 };
    struct sigv4_authorization authorization;
    int64_t date_ms;
    if (!check_scheme(header, arena, ret_refusal))
        return false;
    if (!read_date(request, arena, &v4.amz_date, &date_ms))
        return s3_refuse_with(ret_refusal, arena, S3_ACCESS_DENIED,
                              "AWS authentication requires a valid Date or x-amz-date header");
    if (!check_skew(v4.amz_date, date_ms, now_ms, arena, ret_refusal))
        return false;
    if (!sigv4_authorization_read(header, &authorization))
        return s3_refuse_with(
            ret_refusal, arena, S3_AUTHORIZATION_HEADER_MALFORMED,
            "The authorization header is malformed; the authorization header requires three "
            "components: Credential, SignedHeaders, and Signature.");
    v4.credential = authorization.credential;
    v4.signed_headers = authorization.signed_headers;
    v4.signature = authorization.signature;
    v4.payload_hash = s3_auth_header(request, "x-amz-content-sha256");
    if (!v4.payload_hash.p)
        return s3_refuse_with(ret_refusal, arena, S3_INVALID_REQUEST,
                              "Missing required header for this request: x-amz-content-sha256");
    return check_scope(&v4, arena, ret_refusal) &&
           verify_v4(request, keys, &v4, arena, ret_identity, ret_refusal);
}

/* ---- a presigned URL ---- */

static const char *const query_parts[] = { "X-Amz-Algorithm", "X-Amz-Credential",    "X-Amz-Signature",
                                           "X-Amz-Date",      "X-Amz-SignedHeaders", "X-Amz-Expires" };

static bool refuse_query(struct arena *arena, struct s3_refusal *ret_refusal, const char *message)
{
    return s3_refuse_with(ret_refusal, arena, S3_AUTHORIZATION_QUERY_PARAMETERS, "%s", message);
}

static bool check_query_parts(const struct s3_auth_request *request, struct arena *arena,
                              struct s3_refusal *ret_refusal)
{
    if (!str_eq_text(s3_auth_parameter(request, "X-Amz-Algorithm"), SCHEME))
        return refuse_query(arena, ret_refusal,
                            "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
    for (size_t i = 0; i < sizeof query_parts / sizeof query_parts[0]; i++)
        if (!s3_auth_parameter(request, query_parts[i]).p)
            return refuse_query(arena, ret_refusal,
                                "Query-string authentication version 4 requires the X-Amz-Algorithm, "
                                "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                                "X-Amz-Expires parameters.");
    return true;
}

static bool read_expires(struct str text, int64_t *ret_s, struct arena *arena, struct s3_refusal *ret_refusal)
{
    if (!str_to_int(text, ret_s))
        return refuse_query(arena, ret_refusal, "X-Amz-Expires should be a number");
    if (*ret_s < 0)
        return refuse_query(arena, ret_refusal, "X-Amz-Expires must be non-negative");
    return *ret_s <= SIGV4_EXPIRES_MAX_S ||
           refuse_query(
               arena, ret_refusal,
               "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must "
               "be less than 604800 seconds");
}

static bool check_life(int64_t date_ms, int64_t expires_s, int64_t now_ms, struct arena *arena,
                       struct s3_refusal *ret_refusal)
{
    int64_t expires_ms = date_ms + expires_s * 1000;
    if (date_ms > now_ms + SKEW_MS) {
        s3_refuse_with(ret_refusal, arena, S3_ACCESS_DENIED, "Request is not yet valid");
        s3_refusal_add(ret_refusal, "X-Amz-Date", number_text(date_ms, arena));
        s3_refusal_add(ret_refusal, "Expires", iso_text(expires_ms, arena));
        s3_refusal_add(ret_refusal, "ServerTime", iso_text(now_ms, arena));
        return false;
    }
    return now_ms <= expires_ms ||
           s3_auth_expired(expires_ms, number_text(expires_s, arena), now_ms, arena, ret_refusal);
}

/* A header that says something else than the parameter of its name. */
static bool check_contradiction(const struct s3_auth_request *request, struct arena *arena,
                                struct s3_refusal *ret_refusal)
{
    for (size_t i = 0; i < request->query_n; i++) {
        struct str name = request->query[i].name;
        if (name.n < 6 || strncmp(name.p, "x-amz-", 6) != 0)
            continue;
        struct str value = s3_auth_header(request, arena_str(arena, name).p);
        if (value.p &&
            !str_eq(value, s3_auth_decoded(s3_auth_parameter(request, arena_str(arena, name).p), arena)))
            return s3_refuse_with(ret_refusal, arena, S3_INVALID_REQUEST,
                                  "Header %.*s and the query parameter of its name differ.", STR(name));
    }
    return true;
}

static bool verify_query(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                         struct arena *arena, struct s3_identity *ret_identity,
                         struct s3_refusal *ret_refusal)
{
    struct signed_v4 v4 = { .presigned = true, .payload_hash = STR_LIT(SIGV4_UNSIGNED_PAYLOAD) };
    int64_t date_ms, expires_s;
    if (!check_query_parts(request, arena, ret_refusal))
        return false;
    v4.amz_date = s3_auth_parameter(request, "X-Amz-Date");
    if (!sigv4_date_read(v4.amz_date, &date_ms))
        return refuse_query(arena, ret_refusal,
                            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
    if (!read_expires(s3_auth_parameter(request, "X-Amz-Expires"), &expires_s, arena, ret_refusal) ||
        !check_life(date_ms, expires_s, now_ms, arena, ret_refusal))
        return false;
    v4.credential = s3_auth_decoded(s3_auth_parameter(request, "X-Amz-Credential"), arena);
    v4.signed_headers = s3_auth_decoded(s3_auth_parameter(request, "X-Amz-SignedHeaders"), arena);
    v4.signature = s3_auth_parameter(request, "X-Amz-Signature");
    return check_scope(&v4, arena, ret_refusal) && check_contradiction(request, arena, ret_refusal) &&
           verify_v4(request, keys, &v4, arena, ret_identity, ret_refusal);
}

/* ---- which of them ---- */

static bool refuse_two_ways(struct str header, struct arena *arena, struct s3_refusal *ret_refusal)
{
    s3_refuse_with(
        ret_refusal, arena, S3_INVALID_ARGUMENT,
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query "
        "string parameter or the Authorization header should be specified");
    s3_refusal_add(ret_refusal, "ArgumentName", STR_LIT("Authorization"));
    s3_refusal_add(ret_refusal, "ArgumentValue", header);
    return false;
}

bool s3_auth_verify(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                    struct arena *arena, struct s3_identity *ret_identity, struct s3_refusal *ret_refusal)
{
    struct str header = s3_auth_header(request, "authorization");
    bool v4 =
        s3_auth_parameter(request, "X-Amz-Algorithm").p || s3_auth_parameter(request, "X-Amz-Signature").p;
    bool v2 = s3_auth_parameter(request, "Signature").p || s3_auth_parameter(request, "AWSAccessKeyId").p;
    if (header.p && (v4 || v2))
        return refuse_two_ways(header, arena, ret_refusal);
    if (header.p)
        return verify_header(request, keys, header, now_ms, arena, ret_identity, ret_refusal);
    if (v4)
        return verify_query(request, keys, now_ms, arena, ret_identity, ret_refusal);
    if (v2)
        return s3_auth_verify_v2(request, keys, now_ms, arena, ret_identity, ret_refusal);
    *ret_identity = (struct s3_identity){ .kind = S3_ANONYMOUS };
    return keys->open || s3_refuse(ret_refusal, S3_ACCESS_DENIED);
}
