#include "rules/artifacts/s3_location.h"

#include <string.h>
#include <strings.h>

#include "api/uri_text.h"

#define VERSION_RAW    "?versionId="
#define VERSION_HIDDEN "%3FversionId%3D"

static const char *const amazon[] = { ".amazonaws.com", ".amazonaws.com.cn" };

static struct str behind(struct str text, size_t n)
{
    return (struct str){ text.p + n, text.n - n };
}

static bool take(struct str *text, const char *beginning)
{
    size_t n = strlen(beginning);
    if (text->n < n || strncasecmp(text->p, beginning, n) != 0)
        return false;
    *text = behind(*text, n);
    return true;
}

static bool ends_with(struct str text, const char *end)
{
    size_t n = strlen(end);
    return text.n >= n && strncasecmp(text.p + text.n - n, end, n) == 0;
}

/* ---- the host ---- */

/* The last of its labels, taken off with the dot before it. */
static struct str take_last_label(struct str *host)
{
    const char *dot = host->n > 0 ? memrchr(host->p, '.', host->n) : NULL;
    struct str label = dot ? behind(*host, (size_t)(dot + 1 - host->p)) : *host;
    *host = dot ? (struct str){ host->p, (size_t)(dot - host->p) } : STR_NONE;
    return label;
}

/* What is before .amazonaws.com: s3, s3.REGION, s3.dualstack.REGION or s3-REGION, and maybe BUCKET. before
 * that. *ret_bucket is absent where the host names none. */
static bool read_service(struct str host, struct str *ret_bucket, struct str *ret_region)
{
    struct str last = take_last_label(&host);
    struct str region = STR_NONE;
    if (str_starts_with(last, STR_LIT("s3-"))) {
        region = behind(last, strlen("s3-"));
    } else if (!str_eq_text(last, "s3")) {
        region = last;
        last = take_last_label(&host);
        if (str_eq_text(last, "dualstack"))
            last = take_last_label(&host);
        if (!str_eq_text(last, "s3"))
            return false;
    }
    *ret_bucket = host;
    *ret_region = region;
    return true;
}

static bool read_amazon_host(struct str host, struct str *ret_bucket, struct str *ret_region)
{
    for (size_t i = 0; i < sizeof amazon / sizeof amazon[0]; i++)
        if (ends_with(host, amazon[i]))
            return read_service((struct str){ host.p, host.n - strlen(amazon[i]) }, ret_bucket, ret_region);
    return false;
}

/* HOST[:PORT] of the endpoint, or BUCKET. before it. */
static bool is_at_endpoint(struct str authority, struct str endpoint, struct str *ret_bucket)
{
    struct str own = endpoint;
    if (endpoint.n == 0 || (!take(&own, "https://") && !take(&own, "http://")))
        return false;
    own = str_split(&own, '/');
    if (str_eq_nocase(authority, own)) {
        *ret_bucket = STR_NONE;
        return true;
    }
    if (authority.n <= own.n + 1 || authority.p[authority.n - own.n - 1] != '.' ||
        !str_eq_nocase(behind(authority, authority.n - own.n), own))
        return false;
    *ret_bucket = (struct str){ authority.p, authority.n - own.n - 1 };
    return true;
}

/* ---- the path ---- */

static const char *find(struct str text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.n; i++)
        if (strncasecmp(text.p + i, word, n) == 0)
            return text.p + i;
    return NULL;
}

/* Cuts it off the key, where one is: the first of the two ways to say it. */
static struct str take_version(struct str *key)
{
    static const char *const words[] = { VERSION_RAW, VERSION_HIDDEN };
    const char *first = NULL;
    size_t lead = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const char *at = find(*key, words[i]);
        if (at && (!first || at < first)) {
            first = at;
            lead = strlen(words[i]);
        }
    }
    if (!first)
        return STR_NONE;
    size_t before = (size_t)(first - key->p);
    struct str version = behind(*key, before + lead);
    key->n = before;
    return version;
}

static bool decode(struct str *text, struct arena *arena)
{
    struct err err;
    err_init(&err, arena);
    return !text->p || uri_text_decode(*text, "URL", arena, text, &err);
}

static bool read_key(struct str key, enum s3_url_form form, struct arena *arena, struct s3_location *location)
{
    if (form == S3_URL_ENCODED) {
        location->version_id = take_version(&key);
        if (!decode(&key, arena) || !decode(&location->version_id, arena))
            return false;
    }
    location->key = key.n > 0 ? key : STR_NONE;
    return true;
}

/* `path` is behind the first slash: BUCKET/KEY, or the key of a bucket that the host names. */
static bool read_path(struct str path, enum s3_url_form form, struct arena *arena,
                      struct s3_location *location)
{
    if (!location->bucket.p) {
        location->bucket = str_split(&path, '/');
        if (location->bucket.n == 0)
            return false;
    }
    return read_key(path.p ? path : STR_LIT(""), form, arena, location);
}

/* HOST[:PORT]/PATH of a web URL. */
static bool read_web(struct str rest, enum s3_url_form form, struct str endpoint, struct arena *arena,
                     struct s3_location *location)
{
    struct str authority = str_split(&rest, '/');
    struct str path = rest.p ? (struct str){ rest.p - 1, rest.n + 1 } : STR_LIT("/");
    bool known = is_at_endpoint(authority, endpoint, &location->bucket) ||
                 read_amazon_host(authority, &location->bucket, &location->region);
    if (!known && !take(&path, S3_PATH "/"))
        return false;
    return read_path(known ? behind(path, 1) : path, form, arena, location);
}

bool s3_location_read(struct str url, enum s3_url_form form, struct str endpoint, struct arena *arena,
                      struct s3_location *ret_location)
{
    struct s3_location location = { 0 };
    struct str rest = url;
    bool ok = take(&rest, "s3://") ? read_path(rest, form, arena, &location)
                                   : (take(&rest, "https://") || take(&rest, "http://")) &&
                                         read_web(rest, form, endpoint, arena, &location);
    if (ok)
        *ret_location = location;
    return ok;
}
