/* The other half of sigv4.h: signing what we send, or give away. */
#include "rules/security/sigv4.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define TERMINAL "aws4_request"

static struct sigv4_scope scope_of(const struct sigv4_signer *signer, struct str amz_date)
{
    return (struct sigv4_scope){
        .access_key = signer->access_key,
        .date = { amz_date.p, amz_date.n < 8 ? amz_date.n : 8 },
        .region = signer->region,
        .service = signer->service,
        .terminal = STR_LIT(TERMINAL),
    };
}

static bool sign(const struct sigv4_signer *signer, const struct sigv4_request *request, struct str amz_date,
                 struct arena *arena, char ret_signature[SIGV4_SIGNATURE_MAX])
{
    struct sigv4_scope scope = scope_of(signer, amz_date);
    unsigned char key[SHA256_BYTES];
    struct str canonical = sigv4_canonical_request(request, arena);
    struct str text = canonical.p ? sigv4_string_to_sign(amz_date, &scope, canonical, arena) : STR_NONE;
    bool ok =
        text.p && sigv4_signing_key(signer->secret, &scope, key) && sigv4_signature(key, text, ret_signature);
    explicit_bzero(key, sizeof key);
    return ok;
}

static struct str credential_of(const struct sigv4_signer *signer, struct str amz_date, struct arena *arena)
{
    struct sigv4_scope scope = scope_of(signer, amz_date);
    return arena_printf(arena, "%.*s/%.*s/%.*s/%.*s/" TERMINAL, STR(scope.access_key), STR(scope.date),
                        STR(scope.region), STR(scope.service));
}

/* All parameters but the signature. */
static struct str presigned_query(const struct sigv4_signer *signer, const struct sigv4_url *url,
                                  struct str amz_date, struct arena *arena)
{
    struct str credential = credential_of(signer, amz_date, arena);
    if (credential.p)
        credential = sigv4_encode(credential, false, arena);
    if (!credential.p)
        return STR_NONE;
    return arena_printf(arena,
                        "%.*s%sX-Amz-Algorithm=" SIGV4_ALGORITHM "&X-Amz-Credential=%.*s&X-Amz-Date=%.*s"
                        "&X-Amz-Expires=%" PRId64 "&X-Amz-SignedHeaders=host",
                        STR(url->query), url->query.n > 0 ? "&" : "", STR(credential), STR(amz_date),
                        url->expires_s);
}

struct str sigv4_presign(const struct sigv4_signer *signer, const struct sigv4_url *url, int64_t now_ms,
                         struct arena *arena)
{
    char date[SIGV4_DATE_MAX], signature[SIGV4_SIGNATURE_MAX];
    sigv4_date_format(now_ms, date);
    struct str query = presigned_query(signer, url, str_from(date), arena);
    struct sigv4_pair host = { STR_LIT("host"), url->host };
    struct sigv4_request request = {
        .method = url->method,
        .path = url->path,
        .headers = &host,
        .header_n = 1,
        .signed_headers = STR_LIT("host"),
        .payload_hash = STR_LIT(SIGV4_UNSIGNED_PAYLOAD),
    };
    request.query = query.p ? sigv4_query_read(query, arena, &request.query_n) : NULL;
    if (!request.query || !sign(signer, &request, str_from(date), arena, signature))
        return STR_NONE;
    return arena_printf(arena, "%.*s://%.*s%.*s?%.*s&X-Amz-Signature=%s", STR(url->scheme), STR(url->host),
                        STR(url->path), STR(query), signature);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *lower_case(struct str text, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.n + 1);
    for (size_t i = 0; copy && i < text.n; i++) {
        char c = text.p[i];
        copy[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return copy;
}

/* The names of all headers, in lower case, sorted, each once, with ';' between. */
static struct str all_names(const struct sigv4_request *request, struct arena *arena)
{
    char **names = arena_array(arena, request->header_n + 1, sizeof *names);
    for (size_t i = 0; names && i < request->header_n; i++)
        names[i] = lower_case(request->headers[i].name, arena);
    if (!names || arena->failed)
        return STR_NONE;
    qsort(names, request->header_n, sizeof *names, compare_names);
    struct strbuf out;
    strbuf_init(&out, arena->ceiling);
    for (size_t i = 0; i < request->header_n; i++) {
        if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
            continue;
        strbuf_add_text(&out, i > 0 ? ";" : "");
        strbuf_add_text(&out, names[i]);
    }
    struct str text = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

struct str sigv4_authorize(const struct sigv4_signer *signer, const struct sigv4_request *request,
                           struct str amz_date, struct arena *arena)
{
    char signature[SIGV4_SIGNATURE_MAX];
    struct sigv4_request all = *request;
    all.signed_headers = all_names(request, arena);
    struct str credential = credential_of(signer, amz_date, arena);
    if (!all.signed_headers.p || !credential.p || !sign(signer, &all, amz_date, arena, signature))
        return STR_NONE;
    return arena_printf(arena, SIGV4_ALGORITHM " Credential=%.*s, SignedHeaders=%.*s, Signature=%s",
                        STR(credential), STR(all.signed_headers), signature);
}
