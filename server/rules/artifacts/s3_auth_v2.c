/*
 * Signature version 2 in a URL ("Signing and authenticating REST requests", S3 user guide): what boto3 and
 * `aws s3 presign` still make for the older regions.
 */
#include <stdlib.h>

#include "base/binary_text.h"
#include "base/strbuf.h"
#include "rules/artifacts/s3_auth_inside.h"

/* Parameters that are part of the resource, sorted. */
static const char *const sub_resources[] = {
    "acl",
    "cors",
    "delete",
    "lifecycle",
    "location",
    "logging",
    "notification",
    "partNumber",
    "policy",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
};

static void add_sub_resources(struct strbuf *out, const struct s3_auth *auth)
{
    const char *before = "?";
    for (size_t i = 0; i < sizeof sub_resources / sizeof *sub_resources; i++)
        for (size_t j = 0; j < auth->request->query_n; j++) {
            const struct sigv4_pair *parameter = &auth->query[j];
            if (!str_eq_text(parameter->name, sub_resources[i]))
                continue;
            strbuf_add_text(out, before);
            strbuf_add_text(out, sub_resources[i]);
            if (parameter->value.p) {
                strbuf_add_char(out, '=');
                strbuf_add_str(out, parameter->value);
            }
            before = "&";
        }
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static int compare_names(const void *left, const void *right)
{
    const struct str *a = left, *b = right;
    for (size_t i = 0; i < a->n && i < b->n; i++)
        if (lower(a->p[i]) != lower(b->p[i]))
            return lower(a->p[i]) < lower(b->p[i]) ? -1 : 1;
    return (a->n > b->n) - (a->n < b->n);
}

/* The names of headers and parameters that begin with x-amz-, sorted. NULL: the arena is full. */
static struct str *amz_names(const struct s3_auth *auth, size_t *ret_n)
{
    const struct s3_auth_request *request = auth->request;
    struct str *names = arena_array(auth->arena, request->header_n + request->query_n + 1, sizeof *names);
    size_t n = 0;
    for (size_t i = 0; names && i < request->header_n; i++)
        if (s3_auth_is_amz(request->headers[i].name))
            names[n++] = request->headers[i].name;
    for (size_t i = 0; names && i < request->query_n; i++)
        if (s3_auth_is_amz(auth->query[i].name))
            names[n++] = auth->query[i].name;
    if (names)
        qsort(names, n, sizeof *names, compare_names);
    *ret_n = n;
    return names;
}

/* The headers of that name, with commas between; where there is none, the parameter that stands for it: boto
 * puts what it signed into the URL as well. */
static void add_value(struct strbuf *out, const struct s3_auth *auth, struct str name)
{
    const struct s3_auth_request *request = auth->request;
    bool found = false;
    for (size_t i = 0; i < request->header_n; i++) {
        if (!str_eq_nocase(request->headers[i].name, name))
            continue;
        strbuf_add_text(out, found ? "," : "");
        strbuf_add_str(out, str_trim(request->headers[i].value));
        found = true;
    }
    for (size_t i = 0; i < request->query_n && !found; i++) {
        found = str_eq_nocase(auth->query[i].name, name);
        if (found)
            strbuf_add_str(out, auth->query[i].value);
    }
}

static bool add_amz_headers(struct strbuf *out, const struct s3_auth *auth)
{
    size_t n = 0;
    struct str *names = amz_names(auth, &n);
    for (size_t i = 0; names && i < n; i++) {
        if (i > 0 && str_eq_nocase(names[i], names[i - 1]))
            continue;
        for (size_t j = 0; j < names[i].n; j++)
            strbuf_add_char(out, lower(names[i].p[j]));
        strbuf_add_char(out, ':');
        add_value(out, auth, names[i]);
        strbuf_add_char(out, '\n');
    }
    return names;
}

/* "/BUCKET" is signed as "/BUCKET/". */
static void add_path(struct strbuf *out, struct str path)
{
    struct str rest = path;
    str_split(&rest, '/');
    str_split(&rest, '/');
    strbuf_add_str(out, path);
    strbuf_add_text(out, rest.p || path.n < 2 ? "" : "/");
}

/* Absent: the arena is full. */
static struct str string_to_sign(const struct s3_auth *auth, struct str expires, struct str path)
{
    struct strbuf out;
    strbuf_init(&out, auth->arena->ceiling);
    strbuf_add_str(&out, auth->request->method);
    strbuf_add_char(&out, '\n');
    add_value(&out, auth, STR_LIT("content-md5"));
    strbuf_add_char(&out, '\n');
    add_value(&out, auth, STR_LIT("content-type"));
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, expires);
    strbuf_add_char(&out, '\n');
    bool ok = add_amz_headers(&out, auth);
    add_path(&out, path);
    add_sub_resources(&out, auth);
    struct str text = ok ? arena_str(auth->arena, strbuf_str(&out)) : STR_NONE;
    strbuf_release(&out);
    return text;
}

static bool is_signature_of(struct str secret, struct str text, struct str signature)
{
    unsigned char mac[DIGEST_BYTES_MAX];
    char expected[BASE64_LENGTH(SHA1_BYTES) + 1];
    if (!text.p || !digest_hmac(DIGEST_SHA1, secret, text, mac))
        return false;
    base64_write(mac, SHA1_BYTES, expected);
    return digest_equal(str_from(expected), signature);
}

/* boto3 signs the path without the endpoint's own prefix; others may do it with. Where the bucket is the
 * host's, which is not signed, the path as it came names another one, or none. */
static bool check_signature(const struct s3_auth *auth, struct str secret, struct str access_key,
                            struct str expires, struct str signature)
{
    struct str text = string_to_sign(auth, expires, auth->request->path);
    struct str target = auth->request->target_path;
    if (!text.p)
        return s3_refuse(auth->refusal, S3_INTERNAL_ERROR);
    return is_signature_of(secret, text, signature) ||
           (str_ends_with(target, auth->request->path) &&
            is_signature_of(secret, string_to_sign(auth, expires, target), signature)) ||
           s3_auth_refuse_signature(auth, access_key, signature, text, STR_NONE);
}

static bool check_life(const struct s3_auth *auth, struct str expires)
{
    int64_t expires_s;
    if (!str_to_int(expires, &expires_s) || expires_s < INT32_MIN || expires_s > INT32_MAX)
        return s3_refuse_with(auth->refusal, auth->arena, S3_ACCESS_DENIED,
                              "Invalid date (should be seconds since epoch): %.*s", STR(expires));
    return auth->now_ms <= expires_s * 1000 || s3_auth_refuse_expired(auth, STR_NONE, expires_s * 1000);
}

bool s3_auth_verify_v2(const struct s3_auth *auth, struct s3_identity *ret_identity)
{
    struct str access_key = s3_auth_parameter(auth, "AWSAccessKeyId");
    struct str expires = s3_auth_parameter(auth, "Expires");
    struct str signature = s3_auth_parameter(auth, "Signature");
    if (!access_key.p || !expires.p || !signature.p)
        return s3_auth_refuse(
            auth, S3_ACCESS_DENIED,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters");
    if (!check_life(auth, expires))
        return false;
    struct s3_identity identity = { .kind = S3_SIGNED, .presigned = true, .access_key = access_key };
    struct str secret = auth->keys->secret(auth->keys->context, access_key);
    if (!secret.p && !auth->keys->open)
        return s3_auth_refuse_key(auth, access_key);
    if (!secret.p)
        identity.kind = S3_SIGNED_UNVERIFIED;
    else if (!check_signature(auth, secret, access_key, expires, signature))
        return false;
    *ret_identity = identity;
    return true;
}
