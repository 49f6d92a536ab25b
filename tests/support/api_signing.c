#include "support/api_signing.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_text.h"

enum { ARENA_MAX = 8 * 1024 * 1024, PARTS_MAX = 32 };

/* ---- signing ---- */

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static struct sigv4_signer signer_of(const struct api_signature *signature)
{
    return (struct sigv4_signer){
        .access_key = str_from(or_else(signature->key, API_KEY)),
        .secret = str_from(or_else(signature->secret, API_SECRET)),
        .region = str_from(or_else(signature->region, API_REGION)),
        .service = str_from(or_else(signature->service, "iot")),
    };
}

static const char *hash_of(const char *body, struct arena *arena)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    assert_true(digest_of(DIGEST_SHA256, str_from(or_else(body, "")), hash));
    return hex_text(hash, SHA256_BYTES, arena).p;
}

struct lines {
    struct sigv4_pair pairs[PARTS_MAX];
    size_t n;
};

static void add(struct lines *lines, const char *name, const char *value)
{
    if (value)
        lines->pairs[lines->n++] = (struct sigv4_pair){ str_from(name), str_from(value) };
}

static struct sigv4_request request_of(const struct api_signature *signature, struct lines *lines,
                                       struct arena *arena)
{
    struct str query = str_from(signature->target);
    struct str path = str_split(&query, '?');
    struct sigv4_request request = {
        .method = str_from(or_else(signature->method, "GET")),
        .path = sigv4_canonical_path(path, arena),
        .headers = lines->pairs,
        .header_n = lines->n,
        .payload_hash =
            str_from(signature->payload_hash ? signature->payload_hash : hash_of(signature->body, arena)),
    };
    request.query = sigv4_query_read(query, arena, &request.query_n);
    return request;
}

const char *api_sign(const struct api_signature *signature, struct arena *arena)
{
    char date[SIGV4_DATE_MAX];
    const struct sigv4_signer signer = signer_of(signature);
    struct lines lines = { .n = 0 };
    sigv4_date_format(signature->at_ms, date);
    add(&lines, "host", signature->host);
    add(&lines, "x-amz-date", date);
    add(&lines, "x-amz-content-sha256", signature->payload_hash);
    add(&lines, "x-amz-security-token", signature->token);
    const struct sigv4_request request = request_of(signature, &lines, arena);
    struct str authorization = sigv4_authorize(&signer, &request, str_from(date), arena);
    assert_non_null(authorization.p);
    struct str text = arena_printf(arena, "Authorization: %.*s\r\n", STR(authorization));
    for (size_t i = 1; i < lines.n; i++)
        text = arena_printf(arena, "%.*s%.*s: %.*s\r\n", STR(text), STR(lines.pairs[i].name),
                            STR(lines.pairs[i].value));
    return text.p;
}

/* The signer's scope of that day, and the key for it. */
static struct sigv4_scope scope_of(const struct sigv4_signer *signer, const char *date)
{
    return (struct sigv4_scope){
        signer->access_key, { date, 8 }, signer->region, signer->service, STR_LIT("aws4_request")
    };
}

const char *api_presign(const struct api_signature *signature, struct arena *arena)
{
    char date[SIGV4_DATE_MAX], hex[SIGV4_SIGNATURE_MAX];
    unsigned char key[SHA256_BYTES];
    const struct sigv4_signer signer = signer_of(signature);
    struct lines lines = { .n = 0 };
    sigv4_date_format(signature->at_ms, date);
    add(&lines, "host", signature->host);
    struct sigv4_scope scope = scope_of(&signer, date);
    struct str target = arena_printf(
        arena,
        "%s%sX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%.*s%%2F%.*s%%2F%.*s%%2F%.*s%%2Faws4_request"
        "&X-Amz-Date=%s&X-Amz-SignedHeaders=host",
        signature->target, strchr(signature->target, '?') ? "&" : "?", STR(scope.access_key), STR(scope.date),
        STR(scope.region), STR(scope.service), date);
    if (signature->expires_s)
        target = arena_printf(arena, "%.*s&X-Amz-Expires=%" PRId64, STR(target), signature->expires_s);
    if (signature->token)
        target = arena_printf(arena, "%.*s&X-Amz-Security-Token=%s", STR(target), signature->token);
    struct api_signature whole = *signature;
    whole.target = target.p;
    struct sigv4_request request = request_of(&whole, &lines, arena);
    request.signed_headers = STR_LIT("host");
    struct str canonical = sigv4_canonical_request(&request, arena);
    struct str text = sigv4_string_to_sign(str_from(date), &scope, canonical, arena);
    assert_true(sigv4_signing_key(signer.secret, &scope, key) && sigv4_signature(key, text, hex));
    return arena_printf(arena, "%.*s&X-Amz-Signature=%s", STR(target), hex).p;
}

/* ---- a request under test ---- */

static struct str secret_of(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, API_KEY) ? STR_LIT(API_SECRET) : STR_NONE;
}

int api_signing_set_up(void **state)
{
    struct api_signing *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    arena_init(&s->arena, ARENA_MAX);
    s->request.headers = s->headers;
    s->request.body = STR_LIT("");
    s->keys = (struct api_auth_keys){ secret_of, NULL, STR_LIT(API_REGION) };
    assert_true(sigv4_date_read(STR_LIT("20270304T050607Z"), &s->now_ms));
    *state = s;
    return 0;
}

int api_signing_tear_down(void **state)
{
    struct api_signing *s = *state;
    arena_release(&s->arena);
    free(s);
    return 0;
}

void api_signing_target(struct api_signing *s, const char *target)
{
    struct str query = arena_str(&s->arena, str_from(target));
    s->request.path = str_split(&query, '?');
    s->request.query = sigv4_query_read(query, &s->arena, &s->request.query_n);
    assert_non_null(s->request.query);
}

void api_signing_header(struct api_signing *s, const char *name, const char *value)
{
    assert_true(s->request.header_n < API_HEADERS_MAX);
    s->headers[s->request.header_n++] =
        (struct sigv4_pair){ str_from(name), arena_str(&s->arena, str_from(value)) };
}

static void begin(struct api_signing *s, const struct api_signature *signature)
{
    s->request.header_n = 0;
    s->request.method = str_from(or_else(signature->method, "GET"));
    s->request.body = str_from(or_else(signature->body, ""));
    api_signing_header(s, "Host", signature->host);
}

void api_signing_signed(struct api_signing *s, const struct api_signature *signature)
{
    struct str lines = str_from(api_sign(signature, &s->arena));
    begin(s, signature);
    api_signing_target(s, signature->target);
    while (lines.n > 0) {
        struct str value = str_split(&lines, '\n');
        struct str name = str_split(&value, ':');
        s->headers[s->request.header_n++] = (struct sigv4_pair){ name, { value.p + 1, value.n - 2 } };
    }
}

void api_signing_presigned(struct api_signing *s, const struct api_signature *signature)
{
    begin(s, signature);
    api_signing_target(s, api_presign(signature, &s->arena));
}

static size_t index_of(const struct api_signing *s, const char *name)
{
    for (size_t i = 0; i < s->request.header_n; i++)
        if (str_eq_nocase(s->headers[i].name, str_from(name)))
            return i;
    fail_msg("no header %s", name);
    return 0;
}

void api_signing_change(struct api_signing *s, const char *name, const char *value)
{
    size_t i = index_of(s, name);
    if (value)
        s->headers[i].value = arena_str(&s->arena, str_from(value));
    else
        s->headers[i] = s->headers[--s->request.header_n];
}

const char *api_signing_value(struct api_signing *s, const char *name)
{
    return arena_str(&s->arena, s->headers[index_of(s, name)].value).p;
}

static bool verify(struct api_signing *s)
{
    err_init(&s->err, &s->arena);
    return api_auth_verify(&s->request, &s->keys, s->now_ms, &s->arena, &s->who, &s->err);
}

void api_signing_assert_verified(struct api_signing *s)
{
    if (!verify(s))
        fail_msg("%s: %.*s", error_http(s->err.code, PLANE_CONTROL).exception, STR(s->err.message));
    assert_true(api_auth_claimed(&s->request, &s->arena));
}

void api_signing_assert_refused(struct api_signing *s, enum error_code code, const char *message)
{
    assert_false(verify(s));
    assert_string_equal(error_http(s->err.code, PLANE_CONTROL).exception,
                        error_http(code, PLANE_CONTROL).exception);
    if (!str_starts_with(s->err.message, str_from(message)))
        fail_msg("not '%s': %.*s", message, STR(s->err.message));
}
