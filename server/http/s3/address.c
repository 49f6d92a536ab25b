/* Which bucket and which key a request means, and whether it means S3 at all. */
#include <string.h>

#include "api/uri_text.h"
#include "http/plane.h"
#include "http/s3/request.h"
#include "rules/artifacts/s3_location.h"

static const struct str prefix = STR_LIT(S3_PATH);

static bool is_below(struct str path, struct str folder)
{
    return str_starts_with(path, folder) && (path.n == folder.n || path.p[folder.n] == '/');
}

/* ---- is it meant ---- */

static bool is_s3_scope(struct str text)
{
    struct credential_scope scope;
    return text.p && credential_scope_of(text, &scope) && str_eq_text(scope.service, "s3");
}

/* The marks of a URL that was presigned for S3: by its scope, or by the three parts of the older version. */
static bool is_presigned(const struct exchange *x)
{
    struct str rest = x->query;
    bool key = false, signature = false, expires = false;
    while (rest.n > 0) {
        struct str value = str_split(&rest, '&'), credential;
        struct str name = str_split(&value, '=');
        if (str_eq_text(name, "X-Amz-Credential"))
            return uri_text_unescape(value, &x->call->arena, &credential) && is_s3_scope(credential);
        key = key || str_eq_text(name, "AWSAccessKeyId");
        signature = signature || str_eq_text(name, "Signature");
        expires = expires || str_eq_text(name, "Expires");
    }
    return key && signature && expires;
}

bool s3_is_meant(const struct exchange *x)
{
    if (is_below(x->path, prefix))
        return true;
    if (is_below(x->path, STR_LIT("/_iotjobs")))
        return false;
    struct str authorization = exchange_header(x, MHD_HTTP_HEADER_AUTHORIZATION);
    return authorization.p ? is_s3_scope(authorization) : is_presigned(x);
}

/* ---- where ---- */

/* The host of a URL, without its port. */
static struct str host_of(struct str url)
{
    str_split(&url, '/');
    str_split(&url, '/');
    struct str authority = str_split(&url, '/');
    return str_split(&authority, ':');
}

/* What is before ".suffix"; absent: the host does not end like that. */
static struct str label_before(struct str host, struct str suffix)
{
    if (suffix.n == 0 || host.n < suffix.n + 2)
        return STR_NONE;
    struct str end = { host.p + host.n - suffix.n, suffix.n };
    return str_eq_nocase(end, suffix) && host.p[host.n - suffix.n - 1] == '.'
               ? (struct str){ host.p, host.n - suffix.n - 1 }
               : STR_NONE;
}

/* BUCKET.localhost, or BUCKET.HOST where HOST is in the URLs that we give to devices; absent: the path names
 * it. */
static struct str bucket_of_host(const struct s3_request *s3)
{
    const struct http_config *config = &s3->x->http->config;
    struct str header = exchange_header(s3->x, MHD_HTTP_HEADER_HOST);
    struct str host = caller_of(STR_NONE, STR_NONE, header, PLANE_CONTROL).host;
    const struct str own[] = { STR_LIT("localhost"), host_of(str_from(config->settings->artifact_url)),
                               host_of(str_from(config->artifacts->url)) };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct str bucket = label_before(host, own[i]);
        if (bucket.p)
            return bucket;
    }
    return STR_NONE;
}

static struct str without_slash(struct str text)
{
    return text.n > 0 && text.p[0] == '/' ? (struct str){ text.p + 1, text.n - 1 } : text;
}

static bool decode(struct s3_request *s3, struct str raw, struct str *ret_text)
{
    if (uri_text_unescape(raw, s3->arena, ret_text))
        return true;
    s3_refuse(&s3->refusal, S3_INVALID_URI);
    s3_refusal_add(&s3->refusal, "URI", uri_text_shown(s3->x->path, s3->arena));
    return false;
}

/* A second slash behind the prefix is one that the client has put between it and the path: with a bucket of
 * the host it would be the key's first character, which nobody has meant who wrote an endpoint. */
bool s3_address_read(struct s3_request *s3)
{
    struct str path = s3->x->path;
    bool below = is_below(path, prefix);
    struct str rest = below ? (struct str){ path.p + prefix.n, path.n - prefix.n } : path;
    if (below && str_starts_with(rest, STR_LIT("//")))
        rest = without_slash(rest);
    struct str bucket = bucket_of_host(s3);
    s3->path = bucket.p ? arena_printf(s3->arena, "/%.*s%.*s", STR(bucket), STR(rest))
                        : (rest.n > 0 ? rest : STR_LIT("/"));
    struct str key = without_slash(rest);
    if (!bucket.p)
        bucket = str_split(&key, '/');
    if (!s3->path.p || !decode(s3, bucket, &s3->bucket) || !decode(s3, key, &s3->key))
        return s3_refused(s3) ? false : s3_no_memory(s3);
    s3->level = s3->bucket.n == 0 ? LEVEL_SERVICE : s3->key.n == 0 ? LEVEL_BUCKET : LEVEL_OBJECT;
    return true;
}
