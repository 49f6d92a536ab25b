/* The comparison itself: the canonical request, in the forms that clients and what stands between make of it,
 * and the hash of the body. */
#include <string.h>

#include "base/binary_text.h"
#include "base/utf8.h"
#include "rules/security/api_auth_inside.h"

enum { SHOWN_MAX = 8192 }; /* of a canonical request */

/*
 * Ways in which a request that was signed well may differ from what came (identity 5.2): a proxy adds a port
 * to Host; a client signs path or query as it sends them; a session token was added to a presigned URL after
 * it was signed. Each is tried alone and with the others.
 */
enum way {
    WAY_HOST_WITHOUT_PORT = 1,
    WAY_PATH_AS_SENT = 2,
    WAY_QUERY_AS_SENT = 4,
    WAY_TOKEN_AFTERWARDS = 8,
    WAYS = 16,
};

struct matching {
    const struct api_auth *auth;
    const struct api_claim *claim;
    struct str payload_hash;
    unsigned char key[SHA256_BYTES];
};

/* ---- what may differ ---- */

/* HOST of HOST:PORT; absent: there is no port. */
static struct str without_port(struct str host)
{
    size_t n = host.n;
    while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9')
        n--;
    return n > 1 && n < host.n && host.p[n - 1] == ':' ? (struct str){ host.p, n - 1 } : STR_NONE;
}

static bool is_token(struct str name)
{
    return str_eq_text(name, "X-Amz-Security-Token");
}

/* Those that make a difference. */
static unsigned ways_of(const struct api_auth *auth, const struct api_claim *claim)
{
    const struct api_auth_request *request = auth->request;
    unsigned ways = WAY_PATH_AS_SENT;
    if (without_port(api_auth_header(auth, "host")).p)
        ways |= WAY_HOST_WITHOUT_PORT;
    if (request->query_n > 0)
        ways |= WAY_QUERY_AS_SENT;
    if (claim->presigned && api_auth_parameter(auth, "X-Amz-Security-Token").p)
        ways |= WAY_TOKEN_AFTERWARDS;
    return ways;
}

static const struct sigv4_pair *headers_without_port(const struct api_auth *auth)
{
    const struct api_auth_request *request = auth->request;
    struct sigv4_pair *headers = arena_array(auth->arena, request->header_n + 1, sizeof *headers);
    for (size_t i = 0; headers && i < request->header_n; i++) {
        headers[i] = request->headers[i];
        struct str host = without_port(headers[i].value);
        if (host.p && str_eq_nocase(headers[i].name, STR_LIT("host")))
            headers[i].value = host;
    }
    return headers;
}

static const struct sigv4_pair *query_without_token(const struct api_auth *auth, size_t *ret_n)
{
    const struct api_auth_request *request = auth->request;
    struct sigv4_pair *query = arena_array(auth->arena, request->query_n + 1, sizeof *query);
    size_t n = 0;
    for (size_t i = 0; query && i < request->query_n; i++)
        if (!is_token(auth->query[i].name))
            query[n++] = request->query[i];
    *ret_n = n;
    return query;
}

/* Absent: the arena is full. */
static struct str canonical_of(const struct matching *m, unsigned ways)
{
    const struct api_auth *auth = m->auth;
    const struct api_auth_request *request = auth->request;
    struct sigv4_request parts = {
        .method = request->method,
        .path = ways & WAY_PATH_AS_SENT ? request->path : sigv4_canonical_path(request->path, auth->arena),
        .query = request->query,
        .query_n = request->query_n,
        .query_as_sent = (ways & WAY_QUERY_AS_SENT) != 0,
        .headers = ways & WAY_HOST_WITHOUT_PORT ? headers_without_port(auth) : request->headers,
        .header_n = request->header_n,
        .signed_headers = m->claim->signed_headers,
        .payload_hash = m->payload_hash,
    };
    if (ways & WAY_TOKEN_AFTERWARDS)
        parts.query = query_without_token(auth, &parts.query_n);
    return auth->arena->failed ? STR_NONE : sigv4_canonical_request(&parts, auth->arena);
}

/* ---- the comparison ---- */

static bool no_memory(const struct api_auth *auth)
{
    return fail(auth->err, ERR_INTERNAL, "The server is out of memory for this request.");
}

static bool matches(const struct matching *m, unsigned ways)
{
    char expected[SIGV4_SIGNATURE_MAX];
    const struct api_claim *claim = m->claim;
    struct str canonical = canonical_of(m, ways);
    struct str text = sigv4_string_to_sign(claim->amz_date, &claim->scope, canonical, m->auth->arena);
    return sigv4_signature(m->key, text, expected) && digest_equal(claim->signature, str_from(expected));
}

/* Says what should have been signed, as AWS does: nothing in it is secret, all of it came with the request.
 */
static bool refuse(const struct matching *m)
{
    const struct api_auth *auth = m->auth;
    struct str canonical = canonical_of(m, 0);
    struct str text = sigv4_string_to_sign(m->claim->amz_date, &m->claim->scope, canonical, auth->arena);
    struct str tail = STR_LIT("");
    if (text.p && canonical.n <= SHOWN_MAX && utf8_valid(canonical))
        tail = arena_printf(auth->arena,
                            "\n\nThe Canonical String for this request should have been\n'%.*s'\n\nThe "
                            "String-to-Sign should have been\n'%.*s'\n",
                            STR(canonical), STR(text));
    return fail(
        auth->err, ERR_INVALID_SIGNATURE,
        "The request signature we calculated does not match the signature you provided. Check your "
        "AWS Secret Access Key and signing method. Consult the service documentation for details.%.*s",
        STR(tail));
}

static bool any_way_matches(const struct matching *m)
{
    unsigned applicable = ways_of(m->auth, m->claim);
    for (unsigned ways = 0; ways < WAYS; ways++)
        if ((ways & ~applicable) == 0 && matches(m, ways))
            return true;
    return m->auth->arena->failed ? no_memory(m->auth) : refuse(m);
}

/* ---- the body ---- */

/* Whether `declared` stands for the body: what was signed is only as good as that. */
static bool body_is(const struct matching *m, struct str declared, struct str actual)
{
    const struct api_auth *auth = m->auth;
    if (!declared.p || digest_equal(declared, actual))
        return true;
    if (str_eq_text(declared, SIGV4_UNSIGNED_PAYLOAD))
        return auth->request->tls ||
               fail(auth->err, ERR_INVALID_SIGNATURE,
                    "A body that is not signed (UNSIGNED-PAYLOAD) is taken over HTTPS alone.");
    if (str_starts_with(declared, STR_LIT("STREAMING-")))
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "Bodies in chunks (x-amz-content-sha256: STREAMING-…) are for S3.");
    return refuse(m);
}

bool api_auth_signature_holds(const struct api_auth *auth, const struct api_claim *claim)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    char actual[2 * SHA256_BYTES + 1];
    struct matching m = { .auth = auth, .claim = claim };
    struct str declared = api_auth_header(auth, "x-amz-content-sha256");
    if (!declared.p && claim->presigned)
        declared = api_auth_parameter(auth, "X-Amz-Content-Sha256");
    if (!digest_of(DIGEST_SHA256, auth->request->body, hash) ||
        !sigv4_signing_key(claim->secret, &claim->scope, m.key))
        return no_memory(auth);
    hex_write(hash, SHA256_BYTES, actual);
    m.payload_hash = declared.p ? declared : str_from(actual);
    bool ok = any_way_matches(&m) && body_is(&m, declared, str_from(actual));
    explicit_bzero(m.key, sizeof m.key);
    return ok;
}
