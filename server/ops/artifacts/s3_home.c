#include "ops/artifacts/s3_home.h"

#include "ops/artifacts/artifacts.h"
#include "settings.h"

static const char service[] = "s3";

/* Clients leave the port out of Host where it is that of the scheme, and Host is signed. */
static struct str without_usual_port(struct str scheme, struct str host)
{
    struct str port = str_eq_text(scheme, "https") ? STR_LIT(":443") : STR_LIT(":80");
    if (str_ends_with(host, port))
        host.n -= port.n;
    return host;
}

/* SCHEME://HOST[/PATH] */
static void take_apart(struct str url, struct s3_home *home)
{
    home->scheme = str_split(&url, ':');
    str_split(&url, '/');
    str_split(&url, '/');
    home->host = without_usual_port(home->scheme, str_split(&url, '/'));
    home->prefix = url.n > 0 ? (struct str){ url.p - 1, url.n + 1 } : STR_LIT("");
    if (str_ends_with(home->prefix, STR_LIT("/")))
        home->prefix.n--;
}

struct s3_home s3_home_external(const struct settings *settings)
{
    struct s3_home home = {
        .path_style = settings->s3_path_style,
        .signer = { .access_key = str_from(settings->s3_access_key),
                    .secret = str_from(settings->s3_secret_key),
                    .region = str_from(settings->s3_region),
                    .service = str_from(service) },
    };
    take_apart(str_from(settings->s3_endpoint), &home);
    return home;
}

static bool own_home(const struct op *op, struct str url, struct s3_home *ret_home)
{
    const struct artifacts *artifacts = op->artifacts;
    if (!artifacts)
        return false;
    struct str configured = str_from(op->settings->artifact_url), by_default = str_from(artifacts->url);
    bool by_caller = configured.n == 0 && url.n > 0;
    struct str base = by_caller ? url : configured.n > 0 ? configured : by_default;
    struct s3_home home = {
        .path_style = true,
        .signer = { .access_key = str_from(artifacts->key.access_key),
                    .secret = str_from(artifacts->key.secret),
                    .region = op->region,
                    .service = str_from(service) },
    };
    if (base.n == 0)
        return false;
    take_apart(base, &home);
    if (by_caller)
        home.prefix = STR_LIT(S3_PATH);
    *ret_home = home;
    return true;
}

bool s3_home_of(const struct op *op, struct str url, struct s3_home *ret_home)
{
    if (!op->settings->s3_endpoint[0])
        return own_home(op, url, ret_home);
    *ret_home = s3_home_external(op->settings);
    return true;
}

bool s3_home_place(const struct s3_home *home, const struct s3_location *location, struct arena *arena,
                   struct str *ret_host, struct str *ret_path)
{
    struct str key = sigv4_encode(location->key, true, arena);
    if (!key.p)
        return false;
    if (home->path_style) {
        *ret_host = home->host;
        *ret_path = arena_printf(arena, "%.*s/%.*s/%.*s", STR(home->prefix), STR(location->bucket), STR(key));
    } else {
        *ret_host = arena_printf(arena, "%.*s.%.*s", STR(location->bucket), STR(home->host));
        *ret_path = arena_printf(arena, "%.*s/%.*s", STR(home->prefix), STR(key));
    }
    return ret_host->p && ret_path->p;
}

struct str s3_home_presign(const struct s3_home *home, const char *method, const struct s3_location *location,
                           int64_t expires_s, int64_t now_ms, struct arena *arena)
{
    struct sigv4_url url = {
        .method = str_from(method), .scheme = home->scheme, .query = STR_LIT(""), .expires_s = expires_s
    };
    if (!s3_home_place(home, location, arena, &url.host, &url.path))
        return STR_NONE;
    if (location->version_id.p) {
        struct str version = sigv4_encode(location->version_id, false, arena);
        url.query = arena_printf(arena, "versionId=%.*s", STR(version));
    }
    return sigv4_presign(&home->signer, &url, now_ms, arena);
}
