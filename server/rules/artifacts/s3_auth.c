#include "rules/artifacts/s3_auth.h"

#include "api/uri_text.h"
#include "base/binary_text.h"
#include "base/strbuf.h"
#include "base/time_text.h"
#include "rules/artifacts/s3_auth_inside.h"

/* ---- what came ---- */

struct str s3_auth_header(const struct s3_auth *auth, const char *name)
{
    const struct s3_auth_request *request = auth->request;
    for (size_t i = 0; i < request->header_n; i++)
        if (str_eq_nocase(request->headers[i].name, str_from(name)))
            return request->headers[i].value.p ? request->headers[i].value : STR_LIT("");
    return STR_NONE;
}

struct str s3_auth_parameter(const struct s3_auth *auth, const char *name)
{
    for (size_t i = 0; i < auth->request->query_n; i++)
        if (str_eq_text(auth->query[i].name, name))
            return auth->query[i].value.p ? auth->query[i].value : STR_LIT("");
    return STR_NONE;
}

bool s3_auth_is_amz(struct str name)
{
    const struct str beginning = STR_LIT("x-amz-");
    return name.n >= beginning.n && str_eq_nocase((struct str){ name.p, beginning.n }, beginning);
}

/* ---- refusals ---- */

bool s3_auth_refuse(const struct s3_auth *auth, enum s3_error error, const char *message)
{
    return s3_refuse_with(auth->refusal, auth->arena, error, "%s", message);
}

bool s3_auth_refuse_argument(const struct s3_auth *auth, const char *message, const char *name,
                             struct str value)
{
    s3_auth_refuse(auth, S3_INVALID_ARGUMENT, message);
    s3_refusal_add(auth->refusal, "ArgumentName", str_from(name));
    s3_refusal_add(auth->refusal, "ArgumentValue", value);
    return false;
}

struct str s3_auth_time_text(const struct s3_auth *auth, int64_t ms)
{
    char text[TIME_TEXT_MAX];
    time_format_second(ms, text);
    return arena_str(auth->arena, str_from(text));
}

bool s3_auth_refuse_expired(const struct s3_auth *auth, struct str lifetime, int64_t expires_ms)
{
    s3_auth_refuse(auth, S3_ACCESS_DENIED, "Request has expired");
    s3_refusal_add(auth->refusal, "X-Amz-Expires", lifetime);
    s3_refusal_add(auth->refusal, "Expires", s3_auth_time_text(auth, expires_ms));
    s3_refusal_add(auth->refusal, "ServerTime", s3_auth_time_text(auth, auth->now_ms));
    return false;
}

bool s3_auth_refuse_key(const struct s3_auth *auth, struct str access_key)
{
    s3_refuse(auth->refusal, S3_INVALID_ACCESS_KEY_ID);
    s3_refusal_add(auth->refusal, "AWSAccessKeyId", access_key);
    return false;
}

/* "47 45 54" */
static struct str bytes_text(struct str text, struct arena *arena)
{
    struct strbuf out;
    char digits[3];
    strbuf_init(&out, arena->ceiling);
    for (size_t i = 0; i < text.n; i++) {
        hex_write(text.p + i, 1, digits);
        strbuf_add_text(&out, i > 0 ? " " : "");
        strbuf_add(&out, digits, 2);
    }
    struct str bytes = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return bytes;
}

bool s3_auth_refuse_signature(const struct s3_auth *auth, struct str access_key, struct str signature,
                              struct str string_to_sign, struct str canonical_request)
{
    struct s3_refusal *refusal = auth->refusal;
    s3_refuse(refusal, S3_SIGNATURE_DOES_NOT_MATCH);
    s3_refusal_add(refusal, "AWSAccessKeyId", access_key);
    s3_refusal_add(refusal, "StringToSign", string_to_sign);
    s3_refusal_add(refusal, "SignatureProvided", signature);
    s3_refusal_add(refusal, "StringToSignBytes", bytes_text(string_to_sign, auth->arena));
    if (canonical_request.p) {
        s3_refusal_add(refusal, "CanonicalRequest", canonical_request);
        s3_refusal_add(refusal, "CanonicalRequestBytes", bytes_text(canonical_request, auth->arena));
    }
    return false;
}

/* ---- the query ---- */

/* An escape that is none stays as it is. */
static struct str decoded(struct str raw, struct arena *arena)
{
    struct str text;
    return uri_text_unescape(raw, arena, &text) ? text : raw;
}

/* Names, too: whoever looks for one later must not find what has not been seen here. NULL: the arena is full.
 */
static const struct sigv4_pair *decoded_query(const struct s3_auth_request *request, struct arena *arena)
{
    struct sigv4_pair *query = arena_array(arena, request->query_n + 1, sizeof *query);
    for (size_t i = 0; query && i < request->query_n; i++) {
        query[i].name = decoded(request->query[i].name, arena);
        query[i].value = decoded(request->query[i].value, arena);
    }
    return arena->failed ? NULL : query;
}

/* ---- which of the ways to sign ---- */

static const char *first_parameter(const struct s3_auth *auth, const char *const names[2])
{
    for (int i = 0; i < 2; i++)
        if (s3_auth_parameter(auth, names[i]).p)
            return names[i];
    return NULL;
}

bool s3_auth_verify(const struct s3_auth_request *request, const struct s3_keys *keys, int64_t now_ms,
                    struct arena *arena, struct s3_identity *ret_identity, struct s3_refusal *ret_refusal)
{
    static const char *const v4_names[2] = { "X-Amz-Algorithm", "X-Amz-Signature" };
    static const char *const v2_names[2] = { "Signature", "AWSAccessKeyId" };
    const struct s3_auth auth = { request, decoded_query(request, arena), keys, now_ms, arena, ret_refusal };
    if (!auth.query)
        return s3_refuse(ret_refusal, S3_INTERNAL_ERROR);
    struct str header = s3_auth_header(&auth, "Authorization");
    const char *v4 = first_parameter(&auth, v4_names), *v2 = first_parameter(&auth, v2_names);
    if ((header.p != NULL) + (v4 != NULL) + (v2 != NULL) > 1)
        return s3_auth_refuse_argument(&auth,
                                       "Only one auth mechanism allowed; only the X-Amz-Algorithm query "
                                       "parameter, Signature query string "
                                       "parameter or the Authorization header should be specified",
                                       header.p ? "Authorization" : v4,
                                       header.p ? header : s3_auth_parameter(&auth, v4));
    if (header.p)
        return s3_auth_verify_header(&auth, header, ret_identity);
    if (v4)
        return s3_auth_verify_query(&auth, ret_identity);
    if (v2)
        return s3_auth_verify_v2(&auth, ret_identity);
    if (!keys->open)
        return s3_refuse(ret_refusal, S3_ACCESS_DENIED);
    *ret_identity = (struct s3_identity){ .kind = S3_ANONYMOUS };
    return true;
}
