#include "rules/security/sigv4.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/time_text.h"

#define TERMINAL "aws4_request"

enum { CANONICAL_MAX = 256 * 1024, SECRET_MAX = 256 };

/* ---- percent-encoding ---- */

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void add_encoded(struct strbuf *out, struct str text, bool keep_slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (is_unreserved((char)c) || (keep_slash && c == '/')) {
            strbuf_add_char(out, (char)c);
        } else {
            const char escape[] = { '%', digits[c >> 4], digits[c & 15] };
            strbuf_add(out, escape, sizeof escape);
        }
    }
}

/* Moves it into the arena. */
static struct str take_text(struct strbuf *out, struct arena *arena)
{
    struct str text = arena_str(arena, out->p || out->failed ? strbuf_str(out) : STR_LIT(""));
    strbuf_release(out);
    return text;
}

struct str sigv4_encode(struct str text, bool keep_slash, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, CANONICAL_MAX);
    add_encoded(&out, text, keep_slash);
    return take_text(&out, arena);
}

static bool hex_byte(struct str at, char *ret_byte)
{
    return at.n >= 3 && hex_read((struct str){ at.p + 1, 2 }, ret_byte, 1);
}

/* Decodes what is escaped, and encodes what has to be: the one spelling of both "~" and "%7e". */
static void add_normalized(struct strbuf *out, struct str raw)
{
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.p[i];
        if (c == '%' && hex_byte((struct str){ raw.p + i, raw.n - i }, &c))
            i += 2;
        add_encoded(out, (struct str){ &c, 1 }, false);
    }
}

/* ---- paths of services other than S3 ---- */

/* Takes off the last segment with its slash. */
static void drop_segment(struct strbuf *out)
{
    size_t n = out->n;
    while (n > 0 && out->p[n - 1] != '/')
        n--;
    strbuf_truncate(out, n > 0 ? n - 1 : 0);
}

struct str sigv4_canonical_path(struct str path, struct arena *arena)
{
    struct strbuf out;
    struct str rest = path;
    bool ends_open = path.n == 0 || path.p[path.n - 1] == '/';
    strbuf_init(&out, CANONICAL_MAX);
    strbuf_add_text(&out, "");
    while (rest.p) {
        struct str segment = str_split(&rest, '/');
        bool last = !rest.p;
        if (str_eq_text(segment, ".."))
            drop_segment(&out);
        if (segment.n == 0 || str_eq_text(segment, ".") || str_eq_text(segment, "..")) {
            ends_open = ends_open || (last && segment.n > 0);
            continue;
        }
        strbuf_add_char(&out, '/');
        add_encoded(&out, segment, false);
    }
    if (out.n == 0 || ends_open)
        strbuf_add_char(&out, '/');
    return take_text(&out, arena);
}

/* ---- the canonical request ---- */

static int compare(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n > 0 ? memcmp(a.p, b.p, n) : 0;
    return order ? order : a.n < b.n ? -1 : a.n > b.n;
}

static int compare_pairs(const void *left, const void *right)
{
    const struct sigv4_pair *a = left, *b = right;
    int order = compare(a->name, b->name);
    return order ? order : compare(a->value, b->value);
}

static struct str normalized(struct str raw, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, CANONICAL_MAX);
    add_normalized(&out, raw);
    return take_text(&out, arena);
}

static bool add_query(struct strbuf *out, const struct sigv4_request *request, struct arena *arena)
{
    struct sigv4_pair *pairs = arena_array(arena, request->query_n + 1, sizeof *pairs);
    size_t n = 0;
    for (size_t i = 0; pairs && i < request->query_n; i++) {
        const struct sigv4_pair *from = &request->query[i];
        if (str_eq_text(from->name, "X-Amz-Signature"))
            continue;
        pairs[n++] = (struct sigv4_pair){ normalized(from->name, arena),
                                          normalized(from->value.p ? from->value : STR_LIT(""), arena) };
    }
    if (!pairs)
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

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without blanks at its ends, and one for each run of them inside. */
static void add_trimmed(struct strbuf *out, struct str value)
{
    bool pending = false, any = false;
    for (size_t i = 0; i < value.n; i++) {
        if (is_blank(value.p[i])) {
            pending = any;
            continue;
        }
        if (pending)
            strbuf_add_char(out, ' ');
        strbuf_add_char(out, value.p[i]);
        pending = false;
        any = true;
    }
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
        add_trimmed(out, request->headers[i].value);
        first = false;
    }
    strbuf_add_char(out, '\n');
}

struct str sigv4_canonical_request(const struct sigv4_request *request, struct arena *arena)
{
    struct strbuf out;
    strbuf_init(&out, CANONICAL_MAX);
    strbuf_add_str(&out, request->method);
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->path);
    strbuf_add_char(&out, '\n');
    bool ok = add_query(&out, request, arena);
    strbuf_add_char(&out, '\n');
    for (struct str names = request->signed_headers; names.p;)
        add_header(&out, request, str_split(&names, ';'));
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->signed_headers);
    strbuf_add_char(&out, '\n');
    strbuf_add_str(&out, request->payload_hash);
    struct str text = take_text(&out, arena);
    return ok ? text : STR_NONE;
}

/* ---- the signature ---- */

bool sigv4_scope_read(struct str credential, struct sigv4_scope *ret_scope)
{
    struct str parts[4];
    struct str rest = credential;
    for (int i = 3; i >= 0; i--) {
        const char *slash = rest.n > 0 ? memrchr(rest.p, '/', rest.n) : NULL;
        if (!slash)
            return false;
        parts[i] = (struct str){ slash + 1, (size_t)(rest.p + rest.n - slash - 1) };
        rest.n = (size_t)(slash - rest.p);
    }
    *ret_scope = (struct sigv4_scope){ rest, parts[0], parts[1], parts[2], parts[3] };
    return rest.n > 0;
}

struct str sigv4_string_to_sign(struct str amz_date, const struct sigv4_scope *scope,
                                struct str canonical_request, struct arena *arena)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    if (!canonical_request.p || !digest_of(DIGEST_SHA256, canonical_request, hash))
        return STR_NONE;
    struct str hex = hex_text(hash, SHA256_BYTES, arena);
    return arena_printf(arena, SIGV4_ALGORITHM "\n%.*s\n%.*s/%.*s/%.*s/%.*s\n%.*s", STR(amz_date),
                        STR(scope->date), STR(scope->region), STR(scope->service), STR(scope->terminal),
                        STR(hex));
}

bool sigv4_signing_key(struct str secret, const struct sigv4_scope *scope,
                       unsigned char ret_key[SHA256_BYTES])
{
    char first[SECRET_MAX];
    int n = snprintf(first, sizeof first, "AWS4%.*s", STR(secret));
    const struct str words[] = { scope->date, scope->region, scope->service, scope->terminal };
    struct str key = { first, (size_t)n };
    unsigned char bytes[DIGEST_BYTES_MAX];
    if (n < 0 || (size_t)n >= sizeof first)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!digest_hmac(DIGEST_SHA256, key, words[i], bytes))
            return false;
        memcpy(ret_key, bytes, SHA256_BYTES);
        key = (struct str){ (const char *)ret_key, SHA256_BYTES };
    }
    return true;
}

bool sigv4_signature(const unsigned char key[SHA256_BYTES], struct str string_to_sign,
                     char ret_signature[SIGV4_SIGNATURE_MAX])
{
    unsigned char bytes[DIGEST_BYTES_MAX];
    struct str text = { (const char *)key, SHA256_BYTES };
    if (!string_to_sign.p || !digest_hmac(DIGEST_SHA256, text, string_to_sign, bytes))
        return false;
    for (size_t i = 0; i < SHA256_BYTES; i++)
        snprintf(ret_signature + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* ---- dates ---- */

/* From 2030-01-01T12:00:00.000Z. */
void sigv4_date_format(int64_t ms, char ret_date[SIGV4_DATE_MAX])
{
    char iso[TIME_TEXT_MAX];
    size_t n = 0;
    time_format_iso(ms, iso);
    for (const char *p = iso; *p && *p != '.' && n < SIGV4_DATE_MAX - 2; p++)
        if (*p != '-' && *p != ':')
            ret_date[n++] = *p;
    ret_date[n++] = 'Z';
    ret_date[n] = '\0';
}

bool sigv4_date_read(struct str text, int64_t *ret_ms)
{
    char iso[TIME_TEXT_MAX];
    if (text.n != SIGV4_DATE_MAX - 1)
        return false;
    const char *p = text.p;
    int n = snprintf(iso, sizeof iso, "%.4s-%.2s-%.5s:%.2s:%.3s", p, p + 4, p + 6, p + 11, p + 13);
    return time_parse_iso((struct str){ iso, (size_t)n }, ret_ms);
}

/* ---- what an Authorization header says ---- */

static struct str trimmed(struct str text)
{
    while (text.n > 0 && is_blank(text.p[0]))
        text = (struct str){ text.p + 1, text.n - 1 };
    while (text.n > 0 && is_blank(text.p[text.n - 1]))
        text.n--;
    return text;
}

bool sigv4_authorization_read(struct str header, struct sigv4_authorization *ret_authorization)
{
    struct sigv4_authorization read = { 0 };
    const struct {
        const char *name;
        struct str *value;
    } parts[] = { { "Credential", &read.credential },
                  { "SignedHeaders", &read.signed_headers },
                  { "Signature", &read.signature } };
    struct str rest = header;
    str_split(&rest, ' '); /* the algorithm */
    while (rest.p) {
        struct str value = trimmed(str_split(&rest, ','));
        struct str name = str_split(&value, '=');
        for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
            if (str_eq_text(name, parts[i].name))
                *parts[i].value = value;
    }
    *ret_authorization = read;
    return read.credential.n > 0 && read.signed_headers.n > 0 && read.signature.n > 0;
}

/* ---- signing ourselves ---- */

enum { DAY_DIGITS = 8 };

static struct sigv4_scope scope_of(const struct sigv4_signer *signer, const char *date)
{
    return (struct sigv4_scope){ .access_key = signer->access_key,
                                 .date = { date, DAY_DIGITS },
                                 .region = signer->region,
                                 .service = signer->service,
                                 .terminal = STR_LIT(TERMINAL) };
}

static bool sign(const struct sigv4_signer *signer, const struct sigv4_scope *scope, struct str date,
                 const struct sigv4_request *request, struct arena *arena,
                 char ret_signature[SIGV4_SIGNATURE_MAX])
{
    unsigned char key[SHA256_BYTES];
    struct str canonical = sigv4_canonical_request(request, arena);
    return sigv4_signing_key(signer->secret, scope, key) &&
           sigv4_signature(key, sigv4_string_to_sign(date, scope, canonical, arena), ret_signature);
}

/* "a=b&c" in its parts; raw. */
static struct sigv4_pair *split_query(struct str query, size_t *ret_n, struct arena *arena)
{
    size_t room = 1;
    for (size_t i = 0; i < query.n; i++)
        room += query.p[i] == '&';
    struct sigv4_pair *pairs = arena_array(arena, room, sizeof *pairs);
    *ret_n = 0;
    while (pairs && query.p) {
        struct str value = str_split(&query, '&');
        struct str name = str_split(&value, '=');
        if (name.n > 0)
            pairs[(*ret_n)++] = (struct sigv4_pair){ name, value };
    }
    return pairs;
}

struct str sigv4_presign(const struct sigv4_signer *signer, const struct sigv4_url *url, int64_t now_ms,
                         struct arena *arena)
{
    char date[SIGV4_DATE_MAX], signature[SIGV4_SIGNATURE_MAX];
    sigv4_date_format(now_ms, date);
    struct sigv4_scope scope = scope_of(signer, date);
    struct str credential = arena_printf(arena, "%.*s/%.*s/%.*s/%.*s/" TERMINAL, STR(scope.access_key),
                                         STR(scope.date), STR(scope.region), STR(scope.service));
    struct str query = arena_printf(arena,
                                    "%.*s%sX-Amz-Algorithm=" SIGV4_ALGORITHM
                                    "&X-Amz-Credential=%.*s&X-Amz-Date=%s&X-Amz-Expires=%" PRId64
                                    "&X-Amz-SignedHeaders=host",
                                    STR(url->query), url->query.n > 0 ? "&" : "",
                                    STR(sigv4_encode(credential, false, arena)), date, url->expires_s);
    const struct sigv4_pair host = { STR_LIT("host"), url->host };
    struct sigv4_request request = { .method = url->method,
                                     .path = url->path,
                                     .headers = &host,
                                     .header_n = 1,
                                     .signed_headers = STR_LIT("host"),
                                     .payload_hash = STR_LIT(SIGV4_UNSIGNED_PAYLOAD) };
    request.query = split_query(query, &request.query_n, arena);
    if (!query.p || !request.query || !sign(signer, &scope, str_from(date), &request, arena, signature))
        return STR_NONE;
    return arena_printf(arena, "%.*s://%.*s%.*s?%.*s&X-Amz-Signature=%s", STR(url->scheme), STR(url->host),
                        STR(url->path), STR(query), signature);
}

struct str sigv4_authorize(const struct sigv4_signer *signer, const struct sigv4_request *request,
                           struct str amz_date, struct arena *arena)
{
    char signature[SIGV4_SIGNATURE_MAX];
    if (amz_date.n < DAY_DIGITS)
        return STR_NONE;
    struct sigv4_scope scope = scope_of(signer, amz_date.p);
    if (!sign(signer, &scope, amz_date, request, arena, signature))
        return STR_NONE;
    return arena_printf(arena,
                        SIGV4_ALGORITHM " Credential=%.*s/%.*s/%.*s/%.*s/" TERMINAL
                                        ", SignedHeaders=%.*s, Signature=%s",
                        STR(scope.access_key), STR(scope.date), STR(scope.region), STR(scope.service),
                        STR(request->signed_headers), signature);
}
