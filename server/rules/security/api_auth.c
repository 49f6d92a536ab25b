#include "rules/security/api_auth.h"

#include <string.h>

#include "api/uri_text.h"
#include "base/binary_text.h"
#include "base/time_text.h"
#include "rules/security/api_auth_inside.h"

enum { MINUTE_MS = 60 * 1000, SKEW_MS = API_AUTH_SKEW_MIN * MINUTE_MS, DAY_DIGITS = 8 };

#define TERMINATOR "aws4_request"

/* ---- services ---- */

static const struct {
    const char *name;
    enum plane plane;
} services[] = {
    { "iot", PLANE_CONTROL },
    { "execute-api", PLANE_CONTROL }, /* what awscli and botocore of before 2024 sign `iot` for */
    { "iot-jobs-data", PLANE_DATA },
    { "iotjobsdata", PLANE_DATA },
};

bool api_auth_plane_of(struct str service, enum plane *ret_plane)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (str_eq_text(service, services[i].name)) {
            *ret_plane = services[i].plane;
            return true;
        }
    return false;
}

/* ---- what came ---- */

struct str api_auth_header(const struct api_auth *auth, const char *name)
{
    const struct api_auth_request *request = auth->request;
    for (size_t i = 0; i < request->header_n; i++)
        if (str_eq_nocase(request->headers[i].name, str_from(name)))
            return request->headers[i].value.p ? request->headers[i].value : STR_LIT("");
    return STR_NONE;
}

struct str api_auth_parameter(const struct api_auth *auth, const char *name)
{
    for (size_t i = 0; i < auth->request->query_n; i++)
        if (str_eq_text(auth->query[i].name, name))
            return auth->query[i].value.p ? auth->query[i].value : STR_LIT("");
    return STR_NONE;
}

/* An escape that is none stays as it is. */
static struct str decoded(struct str raw, struct arena *arena)
{
    struct str text;
    return uri_text_unescape(raw, arena, &text) ? text : raw;
}

/* Names, too: whoever looks for one later must not find what has not been seen here. NULL: the arena is full.
 */
static const struct sigv4_pair *decoded_query(const struct api_auth_request *request, struct arena *arena)
{
    struct sigv4_pair *query = arena_array(arena, request->query_n + 1, sizeof *query);
    for (size_t i = 0; query && i < request->query_n; i++) {
        query[i].name = decoded(request->query[i].name, arena);
        query[i].value = decoded(request->query[i].value, arena);
    }
    return arena->failed ? NULL : query;
}

/* Each is a claim to have signed. */
static bool claims_in_query(const struct api_auth *auth)
{
    return api_auth_parameter(auth, "X-Amz-Algorithm").p || api_auth_parameter(auth, "X-Amz-Credential").p ||
           api_auth_parameter(auth, "X-Amz-Signature").p;
}

bool api_auth_claimed(const struct api_auth_request *request, struct arena *arena)
{
    const struct api_auth auth = { .request = request, .query = decoded_query(request, arena) };
    return api_auth_header(&auth, "Authorization").p || !auth.query || claims_in_query(&auth);
}

/* ---- refusals ---- */

static bool incomplete(const struct api_auth *auth, struct str message)
{
    return fail(auth->err, ERR_INCOMPLETE_SIGNATURE, "%.*s", STR(message));
}

static struct str shown(const struct api_auth *auth, struct str text)
{
    return uri_text_shown(text, auth->arena);
}

/* What stands for a header that may hold somebody's password. */
static struct str digest_text(const struct api_auth *auth, struct str header)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    return digest_of(DIGEST_SHA256, header, hash) ? base64_text(hash, SHA256_BYTES, auth->arena)
                                                  : STR_LIT("");
}

/* ---- the date ---- */

static bool read_date(const struct api_auth *auth, struct str text, struct api_claim *claim)
{
    char date[SIGV4_DATE_MAX];
    if (sigv4_date_read(text, &claim->date_ms)) {
        claim->amz_date = text;
        return true;
    }
    if (!claim->presigned && time_parse_http(text, &claim->date_ms)) {
        sigv4_date_format(claim->date_ms, date);
        claim->amz_date = arena_str(auth->arena, str_from(date));
        return claim->amz_date.p || fail(auth->err, ERR_INTERNAL, "The server is out of memory.");
    }
    return fail(auth->err, ERR_INCOMPLETE_SIGNATURE,
                "Date must be in ISO-8601 'basic format'. Got '%.*s'. See "
                "http://en.wikipedia.org/wiki/ISO_8601",
                STR(shown(auth, text)));
}

static struct str date_header(const struct api_auth *auth)
{
    struct str date = api_auth_header(auth, "x-amz-date");
    return date.p ? date : api_auth_header(auth, "date");
}

/* ---- the Authorization header ---- */

enum { COMPONENTS = 3 };

struct component {
    const char *name;
    struct str *value;
};

/* All that is missing in one message. */
static bool check_present(const struct api_auth *auth, const struct component components[COMPONENTS],
                          struct str header)
{
    struct str text = STR_LIT("");
    for (int i = 0; i < COMPONENTS; i++)
        if (components[i].value->n == 0)
            text = arena_printf(auth->arena, "%.*sAuthorization header requires '%s' parameter. ", STR(text),
                                components[i].name);
    if (!date_header(auth).p)
        text =
            arena_printf(auth->arena,
                         "%.*sAuthorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                         "header. ",
                         STR(text));
    return text.n == 0 || incomplete(auth, arena_printf(auth->arena,
                                                        "%.*s(Hashed with SHA-256 and encoded with Base64) "
                                                        "Authorization=%.*s",
                                                        STR(text), STR(digest_text(auth, header))));
}

static bool read_component(const struct api_auth *auth, const struct component components[COMPONENTS],
                           struct str piece, struct str header)
{
    struct str value = piece;
    struct str name = str_split(&value, '=');
    if (!value.p)
        return incomplete(auth, arena_printf(auth->arena,
                                             "The signature contains an in-valid key=value pair (missing "
                                             "equal-sign) in Authorization header (hashed with SHA-256 and "
                                             "encoded with Base64): '%.*s'.",
                                             STR(digest_text(auth, header))));
    for (int i = 0; i < COMPONENTS; i++) {
        if (!str_eq_text(name, components[i].name))
            continue;
        if (components[i].value->p)
            return incomplete(auth,
                              arena_printf(auth->arena, "Authorization header has '%s' parameter twice.",
                                           components[i].name));
        *components[i].value = value;
    }
    return true;
}

static bool read_header(const struct api_auth *auth, struct str header, struct api_claim *claim)
{
    const struct component components[COMPONENTS] = {
        { "Credential", &claim->credential },
        { "Signature", &claim->signature },
        { "SignedHeaders", &claim->signed_headers },
    };
    struct str rest = header;
    struct str scheme = str_split(&rest, ' ');
    bool v4 = str_eq_text(scheme, SIGV4_ALGORITHM);
    if (!v4 && str_starts_with(scheme, STR_LIT("AWS4-")))
        return incomplete(auth, arena_printf(auth->arena, "Unsupported AWS 'algorithm': '%.*s'.",
                                             STR(shown(auth, scheme))));
    while (v4 && rest.p) {
        struct str piece = str_trim(str_split(&rest, ','));
        if (piece.n > 0 && !read_component(auth, components, piece, header))
            return false;
    }
    return check_present(auth, components, header) && read_date(auth, date_header(auth), claim);
}

/* ---- a presigned URL ---- */

static bool check_expires(const struct api_auth *auth, struct str expires)
{
    int64_t seconds;
    return !expires.p || (str_to_int(expires, &seconds) && seconds >= 1 && seconds <= SIGV4_EXPIRES_MAX_S) ||
           fail(auth->err, ERR_INCOMPLETE_SIGNATURE,
                "X-Amz-Expires must be a number of seconds from 1 to %d.", SIGV4_EXPIRES_MAX_S);
}

static bool read_query(const struct api_auth *auth, struct api_claim *claim)
{
    struct str algorithm, date, text = STR_LIT("");
    const struct {
        const char *name;
        struct str *value;
    } parameters[] = {
        { "X-Amz-Algorithm", &algorithm },
        { "X-Amz-Credential", &claim->credential },
        { "X-Amz-Signature", &claim->signature },
        { "X-Amz-SignedHeaders", &claim->signed_headers },
        { "X-Amz-Date", &date },
    };
    for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++) {
        *parameters[i].value = api_auth_parameter(auth, parameters[i].name);
        if (parameters[i].value->n == 0)
            text = arena_printf(auth->arena, "%.*sAWS query-string parameters must include '%s'. ", STR(text),
                                parameters[i].name);
    }
    if (text.n > 0)
        return incomplete(
            auth, arena_printf(auth->arena, "%.*sRe-examine the query-string parameters.", STR(text)));
    if (!str_eq_text(algorithm, SIGV4_ALGORITHM))
        return incomplete(auth, arena_printf(auth->arena, "Unsupported AWS 'algorithm': '%.*s'.",
                                             STR(shown(auth, algorithm))));
    claim->expires = api_auth_parameter(auth, "X-Amz-Expires");
    return read_date(auth, date, claim) && check_expires(auth, claim->expires);
}

/* ---- the scope ---- */

static bool read_scope(const struct api_auth *auth, struct api_claim *claim)
{
    struct sigv4_scope *scope = &claim->scope;
    if (sigv4_scope_read(claim->credential, scope) && scope->access_key.n > 0 &&
        !memchr(scope->access_key.p, '/', scope->access_key.n))
        return true;
    return fail(auth->err, ERR_INCOMPLETE_SIGNATURE,
                "Credential must have exactly 5 slash-delimited elements, e.g. "
                "keyid/date/region/service/term, got '%.*s'",
                STR(shown(auth, claim->credential)));
}

static bool check_scope(const struct api_auth *auth, const struct api_claim *claim)
{
    const struct sigv4_scope *scope = &claim->scope;
    struct str day = { claim->amz_date.p, DAY_DIGITS };
    enum plane plane;
    if (!str_eq_text(scope->terminal, TERMINATOR))
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "Credential should be scoped with a valid terminator: '" TERMINATOR "'");
    if (!api_auth_plane_of(scope->service, &plane))
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "Credential should be scoped to correct service: '%s'. ",
                    auth->request->plane == PLANE_DATA ? "iot-jobs-data" : "iot");
    if (!str_eq(scope->region, auth->keys->region))
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "Credential should be scoped to a valid region, not '%.*s'. ",
                    STR(shown(auth, scope->region)));
    return str_eq(scope->date, day) ||
           fail(auth->err, ERR_INVALID_SIGNATURE,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
                "'%.*s' != '%.*s', from '%.*s'.",
                STR(shown(auth, scope->date)), STR(day), STR(claim->amz_date));
}

/* ---- the time ---- */

static bool check_window(const struct api_auth *auth, const struct api_claim *claim)
{
    char now[SIGV4_DATE_MAX], edge[SIGV4_DATE_MAX];
    int64_t expires_s = 0;
    bool by_expiry = str_to_int(claim->expires, &expires_s);
    int64_t last_ms = claim->date_ms + (by_expiry ? expires_s * 1000 : SKEW_MS);
    sigv4_date_format(auth->now_ms, now);
    if (claim->date_ms > auth->now_ms + SKEW_MS) {
        sigv4_date_format(auth->now_ms + SKEW_MS, edge);
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "Signature not yet current: %.*s is still later than %s (%s + %d min.)",
                    STR(claim->amz_date), edge, now, API_AUTH_SKEW_MIN);
    }
    if (auth->now_ms <= last_ms)
        return true;
    sigv4_date_format(by_expiry ? last_ms : auth->now_ms - SKEW_MS, edge);
    return by_expiry ? fail(auth->err, ERR_INVALID_SIGNATURE, "Signature expired: %s is now earlier than %s",
                            edge, now)
                     : fail(auth->err, ERR_INVALID_SIGNATURE,
                            "Signature expired: %.*s is now earlier than %s (%s - %d min.)",
                            STR(claim->amz_date), edge, now, API_AUTH_SKEW_MIN);
}

/* ---- key, and what is signed ---- */

static bool find_key(const struct api_auth *auth, struct api_claim *claim)
{
    claim->secret = auth->keys->secret(auth->keys->context, claim->scope.access_key);
    return claim->secret.p ||
           fail(auth->err, ERR_UNRECOGNIZED_CLIENT, "The security token included in the request is invalid.");
}

bool api_auth_is_signed(const struct api_claim *claim, struct str name)
{
    struct str names = claim->signed_headers;
    while (names.p)
        if (str_eq_nocase(str_split(&names, ';'), name))
            return true;
    return false;
}

/* Host keeps a signature from being used elsewhere; the others change what it means. */
static bool check_signed_headers(const struct api_auth *auth, const struct api_claim *claim)
{
    static const char *const must[] = { "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256" };
    size_t names = 1;
    for (size_t i = 0; i < claim->signed_headers.n; i++)
        names += claim->signed_headers.p[i] == ';';
    if (names > API_AUTH_NAMES_MAX || auth->request->query_n > API_AUTH_QUERY_MAX)
        return fail(auth->err, ERR_INCOMPLETE_SIGNATURE,
                    "At most %d headers and %d query parameters may be signed.", API_AUTH_NAMES_MAX,
                    API_AUTH_QUERY_MAX);
    if (!api_auth_is_signed(claim, STR_LIT("host")))
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    for (size_t i = 0; i < sizeof must / sizeof *must; i++)
        if (api_auth_header(auth, must[i]).p && !api_auth_is_signed(claim, str_from(must[i])))
            return fail(auth->err, ERR_INVALID_SIGNATURE,
                        "'%s' must be a 'SignedHeader' in the AWS Authorization.", must[i]);
    return true;
}

/* ---- all together ---- */

static bool read_claim(const struct api_auth *auth, struct api_claim *claim)
{
    struct str header = api_auth_header(auth, "Authorization");
    claim->presigned = claims_in_query(auth);
    if (!header.p && !claim->presigned)
        return fail(auth->err, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    if (header.p && claim->presigned)
        return fail(auth->err, ERR_INVALID_SIGNATURE,
                    "The request is signed twice, in the Authorization header and in the query; only one of "
                    "them may be there.");
    return claim->presigned ? read_query(auth, claim) : read_header(auth, header, claim);
}

static bool check(const struct api_auth *auth, struct api_claim *claim)
{
    if (!auth->query)
        return fail(auth->err, ERR_INTERNAL, "The server is out of memory for this request.");
    return read_claim(auth, claim) && read_scope(auth, claim) && check_scope(auth, claim) &&
           check_window(auth, claim) && find_key(auth, claim) && check_signed_headers(auth, claim);
}

bool api_auth_check(const struct api_auth_request *request, const struct api_auth_keys *keys, int64_t now_ms,
                    struct arena *arena, struct err *err)
{
    const struct api_auth auth = { request, decoded_query(request, arena), keys, now_ms, arena, err };
    struct api_claim claim = { 0 };
    return check(&auth, &claim);
}

bool api_auth_verify(const struct api_auth_request *request, const struct api_auth_keys *keys, int64_t now_ms,
                     struct arena *arena, struct str *ret_access_key, struct err *err)
{
    const struct api_auth auth = { request, decoded_query(request, arena), keys, now_ms, arena, err };
    struct api_claim claim = { 0 };
    if (!check(&auth, &claim) || !api_auth_signature_holds(&auth, &claim))
        return false;
    *ret_access_key = claim.scope.access_key;
    return true;
}
