#include "http/identify.h"

#include <string.h>

#include "api/uri_text.h"
#include "http/peer.h"
#include "http/peer_access.h"
#include "http/plane.h"
#include "rules/security/api_auth.h"

/* What nobody sends us without having said who he is. */
enum { ANONYMOUS_BODY_MAX = 16 * 1024 };

static bool enforces(const struct exchange *x)
{
    return x->http->config.settings->auth == AUTH_ENFORCE;
}

static bool only_reads(const struct exchange *x)
{
    return strcmp(x->method, MHD_HTTP_METHOD_GET) == 0;
}

static bool is_login(const struct exchange *x)
{
    return str_eq_text(x->path, SESSION_PATH) && strcmp(x->method, MHD_HTTP_METHOD_POST) == 0;
}

static bool no_memory(struct exchange *x)
{
    return fail(&x->call->err, ERR_INTERNAL, "The server is out of memory for this request.");
}

/* ---- signatures ---- */

struct headers {
    struct sigv4_pair *items;
    size_t n;
};

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name, size_t name_n,
                                 const char *value, size_t value_n)
{
    (void)kind;
    struct headers *headers = context;
    headers->items[headers->n++] =
        (struct sigv4_pair){ { name, name_n }, { value != NULL ? value : "", value_n } };
    return MHD_YES;
}

/* False after fail(). */
static bool collect(struct exchange *x, struct api_auth_request *ret_request)
{
    struct arena *arena = &x->call->arena;
    int n = MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, NULL, NULL);
    struct headers headers = { arena_array(arena, (size_t)(n > 0 ? n : 0) + 1, sizeof *headers.items), 0 };
    struct api_auth_request request = {
        .method = str_from(x->sent_method),
        .path = x->path,
        .body = strbuf_str(&x->body),
        .tls = x->listener->tls,
        .plane =
            caller_of(STR_NONE, STR_NONE, exchange_header(x, MHD_HTTP_HEADER_HOST), x->listener->plane).plane,
    };
    request.query = sigv4_query_read(x->query, arena, &request.query_n);
    if (headers.items == NULL || request.query == NULL)
        return no_memory(x);
    MHD_get_connection_values_n(x->connection, MHD_HEADER_KIND, on_header, &headers);
    request.headers = headers.items;
    request.header_n = headers.n;
    *ret_request = request;
    return true;
}

static struct str secret_of(void *context, struct str access_key)
{
    const struct access_key *key = access_keys_find(context, access_key);
    return key != NULL ? str_from(key->secret) : STR_NONE;
}

static struct api_auth_keys keys_of(const struct exchange *x, const struct access_keys *keys)
{
    return (struct api_auth_keys){ .secret = secret_of,
                                   .context = (void *)keys,
                                   .region = call_region(STR_NONE, x->http->config.settings) };
}

static const char *reason_of(enum error_code code)
{
    switch (code) {
    case ERR_INCOMPLETE_SIGNATURE: return "its signature is not complete";
    case ERR_UNRECOGNIZED_CLIENT: return "its access key is not known";
    case ERR_MISSING_AUTHENTICATION_TOKEN: return denial_text(DENIED_UNIDENTIFIED);
    default: return "its signature does not hold";
    }
}

/* Which operation it would have been is not asked of somebody who is refused before. Returns false. */
static bool note_refusal(struct exchange *x)
{
    struct call *call = x->call;
    const struct denied denied = {
        .principal = STR_LIT("anybody"),
        .action = uri_text_shown(str_from(x->sent_method), &call->arena),
        .resource = uri_text_shown(x->path, &call->arena),
        .reason = reason_of(call->err.code),
        .source_ip = exchange_source_ip(x),
    };
    if (call->err.code != ERR_INTERNAL)
        denials_note(x->http->config.denials, &denied);
    return false;
}

static bool verify_with(struct exchange *x, const struct api_auth_request *request,
                        const struct access_keys *keys)
{
    struct call *call = x->call;
    struct str access_key;
    const struct api_auth_keys known = keys_of(x, keys);
    if (!api_auth_verify(request, &known, clock_now_ms(x->http->config.clock), &call->arena, &access_key,
                         &call->err))
        return note_refusal(x);
    call->principal = (struct principal){ .kind = PRINCIPAL_KEY,
                                          .access_key = access_key,
                                          .role = access_keys_find(keys, access_key)->role };
    return true;
}

static bool verify(struct exchange *x, const struct api_auth_request *request)
{
    const struct access_keys *keys = key_ring_hold(x->http->keys);
    bool ok = verify_with(x, request, keys);
    key_ring_let_go(x->http->keys, keys);
    return ok;
}

static bool check(struct exchange *x, const struct api_auth_request *request)
{
    const struct access_keys *keys = key_ring_hold(x->http->keys);
    const struct api_auth_keys known = keys_of(x, keys);
    bool ok =
        api_auth_check(request, &known, clock_now_ms(x->http->config.clock), &x->call->arena, &x->call->err);
    key_ring_let_go(x->http->keys, keys);
    return ok || note_refusal(x);
}

/* ---- sessions ---- */

struct str identify_token(const struct exchange *x)
{
    const char *value = NULL;
    size_t n = 0;
    if (MHD_lookup_connection_value_n(x->connection, MHD_COOKIE_KIND, SESSION_COOKIE, strlen(SESSION_COOKIE),
                                      &value, &n) != MHD_YES ||
        value == NULL)
        return STR_NONE;
    return (struct str){ value, n };
}

static bool find_session(struct exchange *x, struct session *ret_session)
{
    struct str token = identify_token(x);
    if (token.p == NULL)
        return false;
    const struct access_keys *keys = key_ring_hold(x->http->keys);
    bool found = sessions_find(x->http->sessions, token, keys, clock_host_ms(), ret_session);
    key_ring_let_go(x->http->keys, keys);
    return found;
}

/* Nobody who has neither signed nor shown anything is somebody by his session. */
static bool take_session(struct exchange *x)
{
    struct principal *principal = &x->call->principal;
    struct session *session = arena_alloc(&x->call->arena, sizeof *session);
    if (session == NULL)
        return no_memory(x);
    if (!find_session(x, session)) {
        principal->kind = PRINCIPAL_NOBODY;
        return true;
    }
    *principal = (struct principal){ .kind = PRINCIPAL_KEY,
                                     .access_key = str_from(session->access_key),
                                     .role = session->role };
    x->session = session;
    return true;
}

/* ---- web pages ---- */

bool exchange_writes_for_a_web_page(const struct exchange *x)
{
    return !only_reads(x) && exchange_header(x, MHD_HTTP_HEADER_ORIGIN).p != NULL;
}

/* http://HOST or https://HOST, and we are HOST. Which of the two a proxy before us knows. */
static bool is_our_own_page(const struct exchange *x)
{
    static const struct str schemes[] = { STR_LIT("http://"), STR_LIT("https://") };
    struct str origin = exchange_header(x, MHD_HTTP_HEADER_ORIGIN);
    struct str host = exchange_header(x, MHD_HTTP_HEADER_HOST);
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (host.n > 0 && str_starts_with(origin, schemes[i]) &&
            str_eq_nocase((struct str){ origin.p + schemes[i].n, origin.n - schemes[i].n }, host))
            return true;
    return false;
}

static bool check_csrf(struct exchange *x)
{
    if (x->session == NULL || only_reads(x) || is_login(x))
        return true;
    struct str token = exchange_header(x, "x-iotjobsd-csrf");
    return (token.p != NULL && digest_equal(token, str_from(x->session->csrf))) ||
           fail(&x->call->err, ERR_ACCESS_DENIED,
                "Who comes with a session and does more than read has to send its csrfToken in the header "
                "x-iotjobsd-csrf; GET " SESSION_PATH " tells it.");
}

static bool check_page(struct exchange *x)
{
    if (!exchange_writes_for_a_web_page(x) ||
        (enforces(x) && (x->session != NULL || is_login(x)) && is_our_own_page(x)))
        return true;
    return fail(&x->call->err, ERR_ACCESS_DENIED,
                "Web pages, whose requests have an Origin, may only read here.");
}

/* ---- all together ---- */

static bool say_who(struct exchange *x)
{
    struct api_auth_request request;
    if (!collect(x, &request))
        return false;
    if (api_auth_claimed(&request, &x->call->arena))
        return verify(x, &request);
    return peer_identify(x) && (x->call->principal.kind != PRINCIPAL_ANYBODY || take_session(x));
}

bool identify(struct exchange *x)
{
    return (enforces(x) ? say_who(x) : peer_identify(x)) && check_csrf(x) && check_page(x);
}

/* Whether so much of a body is announced, or it is not said how much. */
static bool has_more_than(const struct exchange *x, int64_t bytes)
{
    int64_t length;
    struct str said = exchange_header(x, MHD_HTTP_HEADER_CONTENT_LENGTH);
    if (said.p == NULL)
        return exchange_header(x, MHD_HTTP_HEADER_TRANSFER_ENCODING).p != NULL;
    return !str_to_int(said, &length) || length > bytes;
}

bool identify_headers(struct exchange *x)
{
    struct api_auth_request request;
    if (!enforces(x) || !has_more_than(x, 0))
        return true;
    if (!collect(x, &request))
        return false;
    if (api_auth_claimed(&request, &x->call->arena))
        return check(x, &request);
    if (!has_more_than(x, ANONYMOUS_BODY_MAX))
        return true;
    if (!peer_identify(x) || (x->call->principal.kind == PRINCIPAL_ANYBODY && !take_session(x)))
        return false;
    if (x->call->principal.kind != PRINCIPAL_NOBODY) {
        peer_access_release(x); /* who it is is found out again: what he may can change until then */
        x->call->principal = (struct principal){ 0 };
        return true;
    }
    fail(&x->call->err, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    return note_refusal(x);
}
