#include "rules/artifacts/aws_chunked.h"

#include <stdlib.h>
#include <string.h>

#include "base/binary_text.h"

enum {
    LINE_BYTES_MAX = 1024, /* a size with its signature, or a trailer */
    TRAILERS_MAX = 4,
    NAME_MAX = 64,
    VALUE_MAX = 256,
    SIZE_DIGITS_MAX = 15,
    SIGNATURE_DIGITS = SIGV4_SIGNATURE_MAX - 1,
};

#define SIGNATURE_OF_CHUNK   "chunk-signature="
#define SIGNATURE_OF_TRAILER "x-amz-trailer-signature"

/*
 *   size line ──size > 0──▶ data ──size bytes──▶ end of data ──▶ size line
 *       └──────size 0──▶ trailers ──empty line──▶ done
 */
enum state { SIZE_LINE, DATA, END_OF_DATA, TRAILERS, DONE };

struct trailer {
    char name[NAME_MAX];
    char value[VALUE_MAX];
};

struct aws_chunked {
    enum aws_chunked_kind kind;
    const struct s3_identity *identity;
    enum state state;
    char line[LINE_BYTES_MAX];
    size_t line_n;
    int64_t left;                        /* of the chunk's data */
    struct digest *digest;               /* of the chunk's data; NULL: chunks are not signed */
    char previous[SIGV4_SIGNATURE_MAX];  /* the seed, then that of the last chunk */
    char signature[SIGV4_SIGNATURE_MAX]; /* of this chunk, as it came */
    struct trailer trailers[TRAILERS_MAX];
    size_t trailer_n;
    bool trailer_signed;
};

static const struct {
    const char *payload_hash;
    enum aws_chunked_kind kind;
} kinds[] = {
    { "STREAMING-UNSIGNED-PAYLOAD-TRAILER", AWS_CHUNKED_UNSIGNED_TRAILER },
    { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", AWS_CHUNKED_SIGNED },
    { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", AWS_CHUNKED_SIGNED_TRAILER },
};

bool aws_chunked_kind_of(struct str payload_hash, enum aws_chunked_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_eq_text(payload_hash, kinds[i].payload_hash)) {
            *ret_kind = kinds[i].kind;
            return true;
        }
    return false;
}

static bool is_signed(const struct aws_chunked *chunked)
{
    return chunked->kind != AWS_CHUNKED_UNSIGNED_TRAILER;
}

static bool is_verified(const struct aws_chunked *chunked)
{
    return is_signed(chunked) && chunked->identity->kind == S3_SIGNED;
}

static void copy_text(char *to, size_t room, struct str text)
{
    size_t n = text.n < room - 1 ? text.n : room - 1;
    memcpy(to, text.p, n);
    to[n] = '\0';
}

static bool begin_chunk(struct aws_chunked *chunked)
{
    digest_free(chunked->digest);
    chunked->digest = is_verified(chunked) ? digest_new(DIGEST_SHA256) : NULL;
    return chunked->digest || !is_verified(chunked);
}

struct aws_chunked *aws_chunked_new(enum aws_chunked_kind kind, const struct s3_identity *identity)
{
    struct aws_chunked *chunked = calloc(1, sizeof *chunked);
    if (!chunked)
        return NULL;
    chunked->kind = kind;
    chunked->identity = identity;
    if (identity->signature.p)
        copy_text(chunked->previous, sizeof chunked->previous, identity->signature);
    if (begin_chunk(chunked))
        return chunked;
    free(chunked);
    return NULL;
}

void aws_chunked_free(struct aws_chunked *chunked)
{
    if (!chunked)
        return;
    digest_free(chunked->digest);
    free(chunked);
}

/* ---- signatures ---- */

static bool refuse_encoding(struct s3_refusal *refusal)
{
    return s3_refuse(refusal, S3_INCOMPLETE_BODY);
}

/* What is signed is "ALGORITHM\nDATE\nSCOPE\nPREVIOUS SIGNATURE\n" and the rest. */
static bool check_signature(struct aws_chunked *chunked, const char *algorithm, const char *rest,
                            struct str signature, struct s3_refusal *refusal)
{
    char expected[SIGV4_SIGNATURE_MAX];
    struct arena arena;
    const struct sigv4_scope *scope = &chunked->identity->scope;
    arena_init(&arena, (size_t)16 * 1024);
    struct str text = arena_printf(&arena, "%s\n%.*s\n%.*s/%.*s/%.*s/%.*s\n%s\n%s", algorithm,
                                   STR(chunked->identity->amz_date), STR(scope->date), STR(scope->region),
                                   STR(scope->service), STR(scope->terminal), chunked->previous, rest);
    bool made = text.p && sigv4_signature(chunked->identity->signing_key, text, expected);
    arena_release(&arena);
    if (!made)
        return s3_refuse(refusal, S3_INTERNAL_ERROR);
    if (!digest_equal(signature, str_from(expected)))
        return s3_refuse(refusal, S3_SIGNATURE_DOES_NOT_MATCH);
    copy_text(chunked->previous, sizeof chunked->previous, str_from(expected));
    return true;
}

static bool end_chunk(struct aws_chunked *chunked, struct s3_refusal *refusal)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    char rest[SIGV4_SIGNATURE_MAX * 2 + 1] = SIGV4_EMPTY_SHA256 "\n";
    if (!is_verified(chunked))
        return true;
    if (!digest_end(chunked->digest, hash))
        return s3_refuse(refusal, S3_INTERNAL_ERROR);
    hex_write(hash, SHA256_BYTES, rest + strlen(rest));
    return check_signature(chunked, "AWS4-HMAC-SHA256-PAYLOAD", rest, str_from(chunked->signature),
                           refusal) &&
           (begin_chunk(chunked) || s3_refuse(refusal, S3_INTERNAL_ERROR));
}

/* Of "name:value\n" for each trailer. */
static bool check_trailers(struct aws_chunked *chunked, struct str signature, struct s3_refusal *refusal)
{
    char rest[SIGV4_SIGNATURE_MAX];
    unsigned char hash[DIGEST_BYTES_MAX];
    struct digest *digest = digest_new(DIGEST_SHA256);
    if (!digest)
        return s3_refuse(refusal, S3_INTERNAL_ERROR);
    for (size_t i = 0; i < chunked->trailer_n; i++) {
        const struct trailer *trailer = &chunked->trailers[i];
        digest_add(digest, trailer->name, strlen(trailer->name));
        digest_add(digest, ":", 1);
        digest_add(digest, trailer->value, strlen(trailer->value));
        digest_add(digest, "\n", 1);
    }
    bool ok = digest_end(digest, hash);
    digest_free(digest);
    if (!ok)
        return s3_refuse(refusal, S3_INTERNAL_ERROR);
    hex_write(hash, SHA256_BYTES, rest);
    return check_signature(chunked, "AWS4-HMAC-SHA256-TRAILER", rest, signature, refusal);
}

/* ---- lines ---- */

static bool read_size(struct str text, int64_t *ret_size)
{
    int64_t size = 0;
    if (text.n == 0 || text.n > SIZE_DIGITS_MAX)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int digit = hex_digit(text.p[i]);
        if (digit < 0)
            return false;
        size = size * 16 + digit;
    }
    *ret_size = size;
    return true;
}

/* ";chunk-signature=", and as many digits as a signature has. */
static bool take_signature(struct aws_chunked *chunked, struct str extension)
{
    const struct str lead = STR_LIT(SIGNATURE_OF_CHUNK);
    if (extension.n != lead.n + SIGNATURE_DIGITS || !str_starts_with(extension, lead))
        return false;
    copy_text(chunked->signature, sizeof chunked->signature,
              (struct str){ extension.p + lead.n, SIGNATURE_DIGITS });
    return true;
}

static bool take_size_line(struct aws_chunked *chunked, struct str line, struct s3_refusal *refusal)
{
    struct str extension = line;
    struct str size = str_split(&extension, ';');
    if (!read_size(size, &chunked->left) || (is_signed(chunked) && !take_signature(chunked, extension)))
        return refuse_encoding(refusal);
    if (chunked->left > 0) {
        chunked->state = DATA;
        return true;
    }
    chunked->state = TRAILERS;
    return end_chunk(chunked, refusal);
}

static bool is_printable(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < ' ' || text.p[i] > '~')
            return false;
    return true;
}

static bool keep_trailer(struct aws_chunked *chunked, struct str name, struct str value,
                         struct s3_refusal *refusal)
{
    if (chunked->trailer_n == TRAILERS_MAX || name.n == 0 || name.n >= NAME_MAX || value.n >= VALUE_MAX ||
        !is_printable(name) || !is_printable(value))
        return s3_refuse(refusal, S3_MALFORMED_TRAILER);
    struct trailer *trailer = &chunked->trailers[chunked->trailer_n++];
    copy_text(trailer->name, sizeof trailer->name, name);
    copy_text(trailer->value, sizeof trailer->value, value);
    for (char *p = trailer->name; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p | 0x20);
    return true;
}

/* A signature is the last of them. */
static bool take_trailer(struct aws_chunked *chunked, struct str line, struct s3_refusal *refusal)
{
    struct str value = line;
    struct str name = str_split(&value, ':');
    if (chunked->kind == AWS_CHUNKED_SIGNED || !value.p || chunked->trailer_signed)
        return s3_refuse(refusal, S3_MALFORMED_TRAILER);
    value = str_trim(value);
    if (!str_eq_nocase(name, STR_LIT(SIGNATURE_OF_TRAILER)))
        return keep_trailer(chunked, name, value, refusal);
    chunked->trailer_signed = true;
    return !is_verified(chunked) || check_trailers(chunked, value, refusal);
}

static bool take_line(struct aws_chunked *chunked, struct str line, struct s3_refusal *refusal)
{
    switch (chunked->state) {
    case SIZE_LINE: return take_size_line(chunked, line, refusal);
    case END_OF_DATA: chunked->state = SIZE_LINE; return line.n == 0 || refuse_encoding(refusal);
    case TRAILERS:
        if (line.n > 0)
            return take_trailer(chunked, line, refusal);
        chunked->state = DONE;
        return true;
    case DATA:
    case DONE: break;
    }
    return refuse_encoding(refusal);
}

/* Takes bytes up to the line's end. How many; 0: the line is too long. */
static size_t collect_line(struct aws_chunked *chunked, const char *bytes, size_t n, bool *ret_whole)
{
    const char *end = memchr(bytes, '\n', n);
    size_t taken = end ? (size_t)(end + 1 - bytes) : n;
    *ret_whole = end != NULL;
    if (taken > LINE_BYTES_MAX - chunked->line_n)
        return 0;
    memcpy(chunked->line + chunked->line_n, bytes, taken);
    chunked->line_n += taken;
    return taken;
}

/* Without CR and LF. False: it does not end with both. */
static bool finish_line(struct aws_chunked *chunked, struct str *ret_line)
{
    size_t n = chunked->line_n;
    chunked->line_n = 0;
    if (n < 2 || chunked->line[n - 2] != '\r')
        return false;
    *ret_line = (struct str){ chunked->line, n - 2 };
    return true;
}

/* ---- pieces ---- */

static size_t take_data(struct aws_chunked *chunked, const char *bytes, size_t n, aws_chunked_sink *sink,
                        void *context)
{
    size_t taken = (int64_t)n < chunked->left ? n : (size_t)chunked->left;
    if (chunked->digest)
        digest_add(chunked->digest, bytes, taken);
    if (!sink(context, bytes, taken))
        return 0;
    chunked->left -= (int64_t)taken;
    return taken;
}

static bool take_part_of_line(struct aws_chunked *chunked, const char *bytes, size_t n, size_t *ret_taken,
                              struct s3_refusal *refusal)
{
    bool whole;
    struct str line;
    *ret_taken = collect_line(chunked, bytes, n, &whole);
    if (*ret_taken == 0)
        return refuse_encoding(refusal);
    if (!whole)
        return true;
    return finish_line(chunked, &line) ? take_line(chunked, line, refusal) : refuse_encoding(refusal);
}

bool aws_chunked_add(struct aws_chunked *chunked, const void *bytes, size_t n, aws_chunked_sink *sink,
                     void *context, struct s3_refusal *ret_refusal)
{
    const char *p = bytes;
    while (n > 0) {
        size_t taken;
        if (chunked->state == DONE)
            return refuse_encoding(ret_refusal);
        if (chunked->state == DATA) {
            taken = take_data(chunked, p, n, sink, context);
            if (taken == 0)
                return false;
            if (chunked->left == 0) {
                chunked->state = END_OF_DATA;
                if (!end_chunk(chunked, ret_refusal))
                    return false;
            }
        } else if (!take_part_of_line(chunked, p, n, &taken, ret_refusal)) {
            return false;
        }
        p += taken;
        n -= taken;
    }
    return true;
}

/* Some clients leave the last empty line away. */
bool aws_chunked_end(struct aws_chunked *chunked, struct s3_refusal *ret_refusal)
{
    bool whole = (chunked->state == DONE || chunked->state == TRAILERS) && chunked->line_n == 0;
    if (!whole)
        return refuse_encoding(ret_refusal);
    if (chunked->kind == AWS_CHUNKED_SIGNED_TRAILER && is_verified(chunked) && !chunked->trailer_signed)
        return s3_refuse(ret_refusal, S3_SIGNATURE_DOES_NOT_MATCH);
    return true;
}

struct str aws_chunked_trailer(const struct aws_chunked *chunked, const char *name)
{
    for (size_t i = 0; i < chunked->trailer_n; i++)
        if (strcmp(chunked->trailers[i].name, name) == 0)
            return str_from(chunked->trailers[i].value);
    return STR_NONE;
}
