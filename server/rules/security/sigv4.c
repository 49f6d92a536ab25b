#include "rules/security/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "api/uri_text.h"
#include "base/binary_text.h"
#include "base/strbuf.h"
#include "base/time_text.h"

#define KEY_PREFIX "AWS4"

enum { SECRET_MAX = 4096 };

/* The contents, in the arena. */
static struct str finish(struct strbuf *out, struct arena *arena)
{
    struct str text = arena_str(arena, strbuf_str(out));
    arena->failed |= !text.p;
    strbuf_release(out);
    return text;
}

static struct str bytes_str(const void *bytes, size_t n)
{
    return (struct str){ bytes, n };
}

/* ---- scopes, dates, headers ---- */

/* Takes the last part off *text; false: there is no slash before one. */
static bool split_last(struct str *text, struct str *ret_part)
{
    const char *slash = text->n > 0 ? memrchr(text->p, '/', text->n) : NULL;
    if (!slash)
        return false;
    size_t before = (size_t)(slash - text->p);
    *ret_part = (struct str){ slash + 1, text->n - before - 1 };
    text->n = before;
    return true;
}

bool sigv4_scope_read(struct str credential, struct sigv4_scope *ret_scope)
{
    struct sigv4_scope scope;
    if (!split_last(&credential, &scope.terminal) || !split_last(&credential, &scope.service) ||
        !split_last(&credential, &scope.region) || !split_last(&credential, &scope.date))
        return false;
    scope.access_key = credential;
    *ret_scope = scope;
    return true;
}

void sigv4_date_format(int64_t ms, char ret_date[SIGV4_DATE_MAX])
{
    char text[TIME_TEXT_MAX];
    time_format_basic(ms, text);
    memcpy(ret_date, text, SIGV4_DATE_MAX);
}

bool sigv4_date_read(struct str text, int64_t *ret_ms)
{
    return time_parse_basic(text, ret_ms);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str *component_of(struct sigv4_authorization *authorization, struct str name)
{
    if (str_eq_text(name, "Credential"))
        return &authorization->credential;
    if (str_eq_text(name, "SignedHeaders"))
        return &authorization->signed_headers;
    return str_eq_text(name, "Signature") ? &authorization->signature : NULL;
}

bool sigv4_authorization_read(struct str header, struct sigv4_authorization *ret_authorization)
{
    struct sigv4_authorization read = { 0 };
    struct str rest = header;
    if (!str_eq_text(str_split(&rest, ' '), SIGV4_ALGORITHM))
        return false;
    while (rest.p) {
        struct str value = str_trim(str_split(&rest, ','));
        struct str *component = component_of(&read, str_split(&value, '='));
        if (component && component->p)
            return false;
        if (component)
            *component = value;
    }
    if (read.credential.n == 0 || read.signed_headers.n == 0 || read.signature.n == 0)
        return false;
    *ret_authorization = read;
    return true;
}

/* ---- the canonical request ---- */

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct strbuf *out, struct str text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.n; i++) {
        unsigned char byte = (unsigned char)text.p[i];
        if (is_unreserved(text.p[i]) || (keep_slash && text.p[i] == '/'))
            strbuf_add_char(out, text.p[i]);
        else
            strbuf_add(out, (char[]){ '%', digits[byte >> 4], digits[byte & 15] }, 3);
    }
}

struct str sigv4_encode(struct str text, bool keep_slash, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, arena->ceiling);
    add_encoded(&out, text, keep_slash);
    return finish(&out, arena);
}

/* Up to the slash before the last segment. */
static void drop_segment(struct strbuf *out)
{
    const char *slash = out->n > 0 ? memrchr(out->p, '/', out->n) : NULL;
    if (slash)
        strbuf_truncate(out, (size_t)(slash - out->p));
}

struct str sigv4_canonical_path(struct str path, struct arena *arena)
{
    struct strbuf out;
    struct str rest = path;
    strbuf_init(&out, arena->ceiling);
    while (rest.p) {
        struct str segment = str_split(&rest, '/');
        if (str_eq_text(segment, "..")) {
            drop_segment(&out);
        } else if (segment.n > 0 && !str_eq_text(segment, ".")) {
            strbuf_add_char(&out, '/');
            add_encoded(&out, segment, false);
        }
    }
    if (out.n == 0 || str_ends_with(path, STR_LIT("/")))
        strbuf_add_char(&out, '/');
    return finish(&out, arena);
}

struct sigv4_pair *sigv4_query_read(struct str query, struct arena *arena, size_t *ret_n)
{
    size_t most = 1, n = 0;
    for (size_t i = 0; i < query.n; i++)
        most += query.p[i] == '&';
    struct sigv4_pair *pairs = arena_array(arena, most, sizeof *pairs);
    while (pairs && query.p) {
        struct str value = str_split(&query, '&');
        if (value.n > 0) {
            pairs[n].name = str_split(&value, '=');
            pairs[n++].value = value;
        }
    }
    if (pairs)
        *ret_n = n;
    return pairs;
}

/* Decoded, and encoded again; an escape that is none is a percent sign. */
static struct str encode_again(struct str raw, struct arena *arena)
{
    struct str text;
    if (!uri_text_unescape(raw, arena, &text))
        text = raw;
    return sigv4_encode(text, false, arena);
}

static int compare_pairs(const void *a, const void *b)
{
    const struct sigv4_pair *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    return order ? order : str_compare(x->value, y->value);
}

static bool add_query(struct strbuf *out, const struct sigv4_request *request, struct arena *arena)
{
    struct sigv4_pair *pairs = arena_array(arena, request->query_n + 1, sizeof *pairs);
    size_t n = 0;
    for (size_t i = 0; pairs && i < request->query_n; i++) {
        const struct sigv4_pair *raw = &request->query[i];
        if (str_eq_text(raw->name, "X-Amz-Signature"))
            continue;
        pairs[n].name = request->query_as_sent ? raw->name : encode_again(raw->name, arena);
        pairs[n].value = request->query_as_sent ? raw->value : encode_again(raw->value, arena);
        n++;
    }
    if (!pairs || arena->failed)
        return false;
    qsort(pairs, n, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < n; i++) {
        strbuf_add_text(out, i > 0 ? "&" : "");
        strbuf_add_str(out, pairs[i].name);
        strbuf_add_char(out, '=');
        strbuf_add_str(out, pairs[i].value);
    }
    return true;
}

static void add_header_value(struct strbuf *out, struct str value)
{
    value = str_trim(value);
    for (size_t i = 0; i < value.n; i++)
        if (!is_blank(value.p[i]))
            strbuf_add_char(out, value.p[i]);
        else if (!is_blank(value.p[i - 1]))
            strbuf_add_char(out, ' ');
}

static void add_header(struct strbuf *out, const struct sigv4_request *request, struct str name)
{
    bool first = true;
    strbuf_add_str(out, name);
    strbuf_add_char(out, ':');
    for (size_t i = 0; i < request->header_n; i++) {
        if (!str_eq_nocase(request->headers[i].name, name))
            continue;
        strbuf_add_text(out, first ? "" : ",");
        add_header_value(out, request->headers[i].value);
        first = false;
    }
    strbuf_add_char(out, '\n');
}

struct str sigv4_canonical_request(const struct sigv4_request *request, struct arena *arena)
{
    struct strbuf out;
    struct str names = request->signed_headers;
    strbuf_init(&out, arena->ceiling);
    strbuf_add_str(&out, request->method);
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->path);
    strbuf_add_char(&out, '\n');
    if (!add_query(&out, request, arena)) {
        strbuf_release(&out);
        return STR_NONE;
    }
    strbuf_add_char(&out, '\n');
    while (names.p)
        add_header(&out, request, str_split(&names, ';'));
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->signed_headers);
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->payload_hash);
    return finish(&out, arena);
}

/* ---- the signature ---- */

struct str sigv4_string_to_sign(struct str amz_date, const struct sigv4_scope *scope,
                                struct str canonical_request, struct arena *arena)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    char digits[2 * SHA256_BYTES + 1];
    if (!canonical_request.p || !digest_of(DIGEST_SHA256, canonical_request, hash))
        return STR_NONE;
    hex_write(hash, SHA256_BYTES, digits);
    const struct str parts[] = { STR_LIT(SIGV4_ALGORITHM "\n"),
                                 amz_date,
                                 STR_LIT("\n"),
                                 scope->date,
                                 STR_LIT("/"),
                                 scope->region,
                                 STR_LIT("/"),
                                 scope->service,
                                 STR_LIT("/"),
                                 scope->terminal,
                                 STR_LIT("\n"),
                                 str_from(digits) };
    struct strbuf out;
    strbuf_init(&out, arena->ceiling);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        strbuf_add_str(&out, parts[i]);
    return finish(&out, arena);
}

bool sigv4_signing_key(struct str secret, const struct sigv4_scope *scope,
                       unsigned char ret_key[SHA256_BYTES])
{
    unsigned char key[DIGEST_BYTES_MAX];
    struct str chained = bytes_str(key, SHA256_BYTES);
    struct strbuf first;
    strbuf_init(&first, SECRET_MAX);
    first.secret = true;
    strbuf_add_text(&first, KEY_PREFIX);
    strbuf_add_str(&first, secret);
    bool ok = !first.failed && digest_hmac(DIGEST_SHA256, strbuf_str(&first), scope->date, key) &&
              digest_hmac(DIGEST_SHA256, chained, scope->region, key) &&
              digest_hmac(DIGEST_SHA256, chained, scope->service, key) &&
              digest_hmac(DIGEST_SHA256, chained, scope->terminal, key);
    strbuf_release(&first);
    if (ok)
        memcpy(ret_key, key, SHA256_BYTES);
    explicit_bzero(key, sizeof key);
    return ok;
}

bool sigv4_signature(const unsigned char key[SHA256_BYTES], struct str string_to_sign,
                     char ret_signature[SIGV4_SIGNATURE_MAX])
{
    unsigned char mac[DIGEST_BYTES_MAX];
    if (!string_to_sign.p || !digest_hmac(DIGEST_SHA256, bytes_str(key, SHA256_BYTES), string_to_sign, mac))
        return false;
    hex_write(mac, SHA256_BYTES, ret_signature);
    return true;
}
