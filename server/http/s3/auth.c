/* Who asks, and whether he may. */
#include <strings.h>

#include "api/uri_text.h"
#include "http/peer.h"
#include "http/plane.h"
#include "http/s3/request.h"

/* Those of the file, and our own. */
struct all_keys {
    const struct artifact_key *own;
    const struct access_keys *others;
};

static struct str secret_of(void *context, struct str access_key)
{
    const struct all_keys *keys = context;
    if (keys->own->access_key[0] != '\0' && str_eq_text(access_key, keys->own->access_key))
        return str_from(keys->own->secret);
    const struct access_key *key = access_keys_find(keys->others, access_key);
    return key != NULL ? str_from(key->secret) : STR_NONE;
}

/* Our own key signs URLs in documents, which are for one method and one object: it needs no narrower role. */
static enum access_role role_of(const struct all_keys *keys, struct str access_key)
{
    const struct access_key *key = access_keys_find(keys->others, access_key);
    return key != NULL ? key->role : ROLE_ADMIN;
}

/* Checksums that stand in a URL were made without the body: they are those of nothing. */
static bool stands_for_header(struct str name)
{
    static const struct str checksum = { "x-amz-checksum-", 15 };
    if (!str_starts_with(name, STR_LIT("x-amz-")) || str_eq_text(name, "x-amz-sdk-checksum-algorithm"))
        return false;
    return !str_starts_with(name, checksum) || str_eq_text(name, "x-amz-checksum-mode") ||
           str_eq_text(name, "x-amz-checksum-algorithm") || str_eq_text(name, "x-amz-checksum-type");
}

static void add_headers_of_url(struct s3_request *s3)
{
    for (size_t i = 0; i < s3->query_n; i++)
        if (stands_for_header(s3->parameters[i].name))
            s3->headers[s3->header_all_n++] =
                (struct sigv4_pair){ s3->parameters[i].name, s3->parameters[i].value };
}

/* The caller's region, if it has the form of one: it goes into rows and answers. */
static void take_region(struct s3_request *s3)
{
    struct exchange *x = s3->x;
    s3->call->region = caller_of(exchange_header(x, MHD_HTTP_HEADER_AUTHORIZATION),
                                 s3_parameter(s3, "X-Amz-Credential"), STR_NONE, PLANE_CONTROL)
                           .region;
}

/* ---- what is denied is noted ---- */

static const char *reason_of(const struct s3_refusal *refusal)
{
    switch (refusal->error) {
    case S3_INVALID_ACCESS_KEY_ID: return "its access key is not known";
    case S3_SIGNATURE_DOES_NOT_MATCH: return "its signature does not hold";
    case S3_REQUEST_TIME_TOO_SKEWED: return "it was signed too long ago, or too soon";
    default: return refusal->message.p ? refusal->message.p : denial_text(DENIED_UNIDENTIFIED);
    }
}

/* Returns false. */
static bool note(struct s3_request *s3, struct str principal, struct str action, const char *reason)
{
    const struct denied denied = {
        .principal = principal,
        .action = action,
        .resource = uri_text_shown(s3->x->path, s3->arena),
        .reason = reason,
        .source_ip = exchange_source_ip(s3->x),
    };
    denials_note(s3->x->http->config.denials, &denied);
    return false;
}

/* Which action it would have been is not asked of somebody who is refused before. Returns false. */
static bool note_refusal(struct s3_request *s3)
{
    enum { FORBIDDEN = 403 };
    if (s3_error_status(s3->refusal.error) == FORBIDDEN)
        note(s3, STR_LIT("anybody"), uri_text_shown(s3->method, s3->arena), reason_of(&s3->refusal));
    return false;
}

static bool note_denial(struct s3_request *s3)
{
    const struct principal *principal = &s3->call->principal;
    const struct principal key = { .kind = PRINCIPAL_KEY, .access_key = s3->who.access_key };
    bool by_certificate = principal->kind == PRINCIPAL_THING || principal->kind == PRINCIPAL_CERTIFICATE;
    return note(s3, principal_text(by_certificate ? principal : &key, s3->arena),
                arena_printf(s3->arena, "s3:%s", s3->action->name),
                denial_text(by_certificate ? DENIED_TO_CERTIFICATES : DENIED_BY_ROLE));
}

/* ---- signatures ---- */

static bool verify_with(struct s3_request *s3, struct all_keys *all)
{
    struct http *http = s3->x->http;
    const struct s3_auth_request request = {
        .method = s3->method,
        .target_path = s3->x->path,
        .path = s3->path,
        .query = s3->query,
        .query_n = s3->query_n,
        .headers = s3->headers,
        .header_n = s3->header_n,
        .tls = s3->x->listener->tls,
    };
    const struct s3_keys keys = { .secret = secret_of, .context = all, .open = all->others->n == 0 };
    if (!s3_auth_verify(&request, &keys, clock_now_ms(http->config.clock), s3->arena, &s3->who, &s3->refusal))
        return false;
    s3->role = role_of(all, s3->who.access_key);
    return true;
}

bool s3_verify(struct s3_request *s3)
{
    struct http *http = s3->x->http;
    struct all_keys keys = { &http->config.artifacts->key, key_ring_hold(http->keys) };
    bool ok = verify_with(s3, &keys);
    key_ring_let_go(http->keys, keys.others);
    if (!ok)
        return note_refusal(s3);
    take_region(s3);
    if (s3->who.presigned)
        add_headers_of_url(s3);
    return true;
}

/* URLs in documents, which our own key signs, are everybody's: a fleet that downloads would use its rate up.
 */
bool s3_admitted(struct s3_request *s3)
{
    const struct http *http = s3->x->http;
    struct engine *engine = http->config.engine;
    const struct principal key = { .kind = PRINCIPAL_KEY, .access_key = s3->who.access_key };
    bool is_ours = str_eq_text(s3->who.access_key, http->config.artifacts->key.access_key);
    return engine_admit_principal(engine,
                                  is_ours || s3->who.access_key.n == 0 ? &s3->call->principal : &key) ||
           s3_refuse(&s3->refusal, S3_SLOW_DOWN);
}

bool s3_permitted(struct s3_request *s3)
{
    const struct artifact_action action = {
        .role = s3->role,
        .writes = s3->action->writes,
        .transfers = s3->action->transfers,
        .presigned = s3->who.presigned,
    };
    const struct principal *principal = &s3->call->principal;
    if (may_artifact(principal, &action))
        return true;
    note_denial(s3);
    return principal->kind == PRINCIPAL_THING || principal->kind == PRINCIPAL_CERTIFICATE
               ? s3_refuse_with(
                     &s3->refusal, s3->arena, S3_ACCESS_DENIED,
                     "Who shows a client certificate may get objects and put them with a presigned "
                     "URL, nothing else.")
               : s3_refuse(&s3->refusal, S3_ACCESS_DENIED);
}
