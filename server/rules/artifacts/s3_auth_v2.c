/*
 * Signature version 2 in a URL ("Signing and authenticating REST requests", S3 user guide, AWS Signature
 * Version 2): what boto3 and `aws s3 presign` still make for the older regions.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/binary_text.h"
#include "rules/artifacts/s3_auth_inside.h"

enum { TEXT_MAX = 64 * 1024 };

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

static void add_sub_resources(struct strbuf *out, const struct s3_auth_request *request, struct arena *arena)
{
    char before = '?';
    for (size_t i = 0; i < sizeof sub_resources / sizeof sub_resources[0]; i++) {
        for (size_t j = 0; j < request->query_n; j++) {
            if (!str_eq_text(request->query[j].name, sub_resources[i]))
                continue;
            struct str value = request->query[j].value;
            strbuf_printf(out, "%c%s", before, sub_resources[i]);
            if (value.n > 0)
                strbuf_printf(out, "=%.*s", STR(s3_auth_decoded(value, arena)));
            before = '&';
        }
    }
}

static bool is_amazons(struct str name)
{
    return name.n > 6 && strncasecmp(name.p, "x-amz-", 6) == 0;
}

static int compare_names(const void *left, const void *right)
{
    const struct sigv4_pair *a = left, *b = right;
    size_t n = a->name.n < b->name.n ? a->name.n : b->name.n;
    int order = strncasecmp(a->name.p, b->name.p, n);
    return order ? order : a->name.n < b->name.n ? -1 : a->name.n > b->name.n;
}

static void add_lower(struct strbuf *out, struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        strbuf_add_char(out, (char)(text.p[i] >= 'A' && text.p[i] <= 'Z' ? text.p[i] | 0x20 : text.p[i]));
}

/* Headers that begin with x-amz-, and parameters that stand for them: "name:value\n" in the order of their
 * names. */
static bool add_amazon_headers(struct strbuf *out, const struct s3_auth_request *request, struct arena *arena)
{
    struct sigv4_pair *pairs = arena_array(arena, request->header_n + request->query_n + 1, sizeof *pairs);
    size_t n = 0;
    if (!pairs)
        return false;
    for (size_t i = 0; i < request->header_n; i++)
        if (is_amazons(request->headers[i].name))
            pairs[n++] = request->headers[i];
    for (size_t i = 0; i < request->query_n; i++)
        if (is_amazons(request->query[i].name))
            pairs[n++] = (struct sigv4_pair){ request->query[i].name,
                                              s3_auth_decoded(request->query[i].value, arena) };
    qsort(pairs, n, sizeof *pairs, compare_names);
    for (size_t i = 0; i < n; i++) {
        add_lower(out, pairs[i].name);
        strbuf_printf(out, ":%.*s\n", STR(pairs[i].value));
    }
    return true;
}

static struct str string_to_sign(const struct s3_auth_request *request, struct str expires, struct str path,
                                 struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, TEXT_MAX);
    strbuf_printf(&out, "%.*s\n%.*s\n%.*s\n%.*s\n", STR(request->method),
                  STR(s3_auth_header(request, "content-md5")), STR(s3_auth_header(request, "content-type")),
                  STR(expires));
    bool ok = add_amazon_headers(&out, request, arena);
    strbuf_add_str(&out, path);
    add_sub_resources(&out, request, arena);
    struct str text = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return ok ? text : STR_NONE;
}

static bool is_signature(struct str secret, struct str text, struct str signature, struct arena *arena)
{
    unsigned char bytes[DIGEST_BYTES_MAX];
    return text.p && digest_hmac(DIGEST_SHA1, secret, text, bytes) &&
           digest_equal(base64_text(bytes, SHA1_BYTES, arena), signature);
}

static bool check_life(struct str expires, int64_t now_ms, struct arena *arena,
                       struct s3_refusal *ret_refusal)
{
    int64_t expires_s;
    if (!str_to_int(expires, &expires_s) || expires_s < INT32_MIN || expires_s > INT32_MAX)
        return s3_refuse_with(ret_refusal, arena, S3_ACCESS_DENIED,
                              "Invalid date (should be seconds since epoch): %.*s", STR(expires));
    return now_ms <= expires_s * 1000 ||
           s3_auth_expired(expires_s * 1000, STR_NONE, now_ms, arena, ret_refusal);
}

bool s3_auth_verify_v2(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                       struct arena *arena, struct s3_identity *ret_identity, struct s3_refusal *ret_refusal)
{
    struct str access_key = s3_auth_decoded(s3_auth_parameter(request, "AWSAccessKeyId"), arena);
    struct str expires = s3_auth_parameter(request, "Expires");
    struct str signature = s3_auth_decoded(s3_auth_parameter(request, "Signature"), arena);
    if (!access_key.p || !expires.p || !signature.p)
        return s3_refuse_with(
            ret_refusal, arena, S3_ACCESS_DENIED,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId "
            "parameters");
    if (!check_life(expires, now_ms, arena, ret_refusal))
        return false;
    struct s3_identity identity = { .kind = S3_SIGNED, .presigned = true, .access_key = access_key };
    struct str secret = keys->secret(keys->context, access_key);
    if (!secret.p && !keys->open)
        return s3_auth_unknown_key(access_key, ret_refusal);
    if (!secret.p) {
        identity.kind = S3_SIGNED_UNVERIFIED;
    } else {
        /* boto3 signs the path without the endpoint's own prefix; others may do it with. */
        struct str text = string_to_sign(request, expires, request->path, arena);
        if (!is_signature(secret, text, signature, arena) &&
            !is_signature(secret, string_to_sign(request, expires, request->target_path, arena), signature,
                          arena))
            return s3_auth_mismatch(access_key, text, signature, STR_NONE, arena, ret_refusal);
    }
    *ret_identity = identity;
    return true;
}
