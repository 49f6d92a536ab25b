#include "http/s3/body.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/binary_text.h"
#include "http/s3/request.h"
#include "http/s3/xml_reader.h"

struct s3_body {
    struct s3_request *s3;
    int64_t length;              /* of the data, by the headers; -1: not said */
    int64_t arrived;             /* of the data */
    struct aws_chunked *chunked; /* NULL: it is as it is */
    struct digest *md5;          /* of a file always: its ETag; of a buffer where Content-MD5 came */
    struct digest *sha256;       /* NULL: x-amz-content-sha256 is none */
    enum checksum_algorithm algorithm;
    struct checksum *checksum;      /* NULL: none came, and none is wanted */
    bool trailing;                  /* the checksum comes behind the data */
    bool unsaid;                    /* nobody has said it */
    struct artifact_writer *writer; /* NULL: it goes to `text` */
    struct strbuf text;
};

/* ---- what the headers say ---- */

static bool bad_value(struct s3_request *s3, const char *header)
{
    return s3_refuse_with(&s3->refusal, s3->arena, S3_INVALID_REQUEST, "Value for %s header is invalid.",
                          header);
}

static bool is_sha256(struct str text)
{
    unsigned char hash[SHA256_BYTES];
    return hex_read(text, hash, SHA256_BYTES);
}

static bool read_payload_hash(struct s3_request *s3, struct s3_body *body)
{
    enum aws_chunked_kind kind;
    struct str hash = s3_header_only(s3, "x-amz-content-sha256");
    if (!hash.p || str_eq_text(hash, SIGV4_UNSIGNED_PAYLOAD))
        return true;
    if (is_sha256(hash)) {
        body->sha256 = digest_new(DIGEST_SHA256);
        return body->sha256 || s3_no_memory(s3);
    }
    if (aws_chunked_kind_of(hash, &kind)) {
        body->chunked = aws_chunked_new(kind, &s3->who);
        return body->chunked || s3_no_memory(s3);
    }
    if (str_starts_with(hash, STR_LIT("STREAMING-")))
        return s3_not_implemented(s3, "x-amz-content-sha256");
    return s3_invalid_argument(
        s3, "x-amz-content-sha256", hash,
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING-… words or a "
        "valid sha256 value.");
}

static bool read_length(struct s3_request *s3, struct s3_body *body)
{
    struct str decoded = s3_header_only(s3, "x-amz-decoded-content-length");
    struct str length = s3_header_only(s3, MHD_HTTP_HEADER_CONTENT_LENGTH);
    struct str said = body->chunked ? decoded : length;
    body->length = -1;
    if (said.p && (!str_to_int(said, &body->length) || body->length < 0))
        return bad_value(s3, body->chunked ? "x-amz-decoded-content-length" : MHD_HTTP_HEADER_CONTENT_LENGTH);
    return true;
}

static int64_t largest(const struct s3_request *s3)
{
    int64_t limit = s3->x->http->config.settings->artifact_object_limit;
    return limit < S3_SINGLE_PUT_MAX ? limit : S3_SINGLE_PUT_MAX;
}

static bool check_file_length(struct s3_request *s3, const struct s3_body *body)
{
    if (body->length < 0)
        return s3_refuse(&s3->refusal, S3_MISSING_CONTENT_LENGTH);
    if (body->length <= largest(s3))
        return true;
    s3_refuse(&s3->refusal, S3_ENTITY_TOO_LARGE);
    s3_refusal_add(&s3->refusal, "ProposedSize", arena_printf(s3->arena, "%" PRId64, body->length));
    s3_refusal_add(&s3->refusal, "MaxSizeAllowed", arena_printf(s3->arena, "%" PRId64, largest(s3)));
    return false;
}

static bool read_md5(struct s3_request *s3, struct s3_body *body)
{
    unsigned char md5[MD5_BYTES];
    struct str header = s3_header_only(s3, "Content-MD5");
    if (header.p && !base64_read(header, md5, MD5_BYTES))
        return s3_refuse(&s3->refusal, S3_INVALID_DIGEST);
    if (!header.p && s3->action->body != BODY_FILE)
        return true;
    body->md5 = digest_new(DIGEST_MD5);
    return body->md5 || s3_no_memory(s3);
}

static bool take_algorithm(struct s3_request *s3, struct s3_body *body, enum checksum_algorithm algorithm)
{
    if (body->algorithm != CHECKSUM_NONE)
        return s3_refuse_with(
            &s3->refusal, s3->arena, S3_INVALID_REQUEST,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    body->algorithm = algorithm;
    return true;
}

/* One checksum, in a header or announced as a trailer; those that are not known are passed over. */
static bool read_checksum(struct s3_request *s3, struct s3_body *body)
{
    for (size_t i = 0; i < s3->header_n; i++) {
        const struct sigv4_pair *header = &s3->headers[i];
        enum checksum_algorithm algorithm = checksum_by_header(header->name);
        if (algorithm == CHECKSUM_NONE)
            continue;
        if (!take_algorithm(s3, body, algorithm))
            return false;
        if (!checksum_value_valid(algorithm, header->value))
            return bad_value(s3, checksum_header(algorithm));
    }
    struct str trailer = s3_header_only(s3, "x-amz-trailer");
    enum checksum_algorithm announced = trailer.p ? checksum_by_header(trailer) : CHECKSUM_NONE;
    body->trailing = body->chunked && announced != CHECKSUM_NONE;
    if (body->trailing && !take_algorithm(s3, body, announced))
        return false;
    if (body->algorithm == CHECKSUM_NONE)
        return true;
    body->checksum = checksum_new(body->algorithm);
    return body->checksum || s3_no_memory(s3);
}

static bool read_headers(struct s3_request *s3, struct s3_body *body)
{
    return read_payload_hash(s3, body) && read_length(s3, body) &&
           (s3->action->body != BODY_FILE || check_file_length(s3, body)) && read_md5(s3, body) &&
           (s3->action->checksums_of_result || read_checksum(s3, body));
}

struct s3_body *s3_body_new(struct s3_request *s3)
{
    struct s3_body *body = calloc(1, sizeof *body);
    if (body == NULL) {
        s3_no_memory(s3);
        return NULL;
    }
    body->s3 = s3;
    strbuf_init(&body->text, XML_BYTES_MAX);
    if (read_headers(s3, body))
        return body;
    s3_body_free(body);
    return NULL;
}

bool s3_body_open_file(struct s3_request *s3, struct artifact_folder *folder)
{
    s3->body->writer = artifact_writer_new(folder);
    return s3->body->writer || s3_refuse(&s3->refusal, S3_INTERNAL_ERROR);
}

bool s3_body_want_checksum(struct s3_request *s3, enum checksum_algorithm algorithm)
{
    struct s3_body *body = s3->body;
    if (body->algorithm != CHECKSUM_NONE || algorithm == CHECKSUM_NONE)
        return true;
    body->algorithm = algorithm;
    body->unsaid = true;
    body->checksum = checksum_new(algorithm);
    return body->checksum || s3_no_memory(s3);
}

/* ---- what arrives ---- */

/* More than was announced is not kept; the end says that it was too much. */
static bool take(void *context, const void *bytes, size_t n)
{
    struct s3_body *body = context;
    struct s3_request *s3 = body->s3;
    body->arrived += (int64_t)n;
    if (body->length >= 0 && body->arrived > body->length)
        return s3_refuse(&s3->refusal, S3_INCOMPLETE_BODY);
    if (body->md5)
        digest_add(body->md5, bytes, n);
    if (body->sha256)
        digest_add(body->sha256, bytes, n);
    if (body->checksum)
        checksum_add(body->checksum, bytes, n);
    if (body->writer)
        return artifact_writer_add(body->writer, bytes, n) || s3_refuse(&s3->refusal, S3_INTERNAL_ERROR);
    if (!exchange_has_room(s3->x, n))
        return s3_refuse(&s3->refusal, S3_SLOW_DOWN);
    strbuf_add(&body->text, bytes, n);
    return !body->text.failed || s3_refuse(&s3->refusal, S3_MALFORMED_XML);
}

bool s3_body_add(struct s3_request *s3, const char *bytes, size_t n)
{
    struct s3_body *body = s3->body;
    return body->chunked ? aws_chunked_add(body->chunked, bytes, n, take, body, &s3->refusal)
                         : take(body, bytes, n);
}

/* ---- what it should have been ---- */

static bool check_md5(struct s3_request *s3, struct str md5)
{
    unsigned char expected[MD5_BYTES];
    struct str header = s3_header_only(s3, "Content-MD5");
    if (!header.p || (base64_read(header, expected, MD5_BYTES) && memcmp(expected, md5.p, MD5_BYTES) == 0))
        return true;
    s3_refuse(&s3->refusal, S3_BAD_DIGEST);
    s3_refusal_add(&s3->refusal, "ExpectedDigest", header);
    s3_refusal_add(&s3->refusal, "CalculatedDigest", base64_text(md5.p, md5.n, s3->arena));
    return false;
}

static bool end_md5(struct s3_request *s3, struct s3_body *body)
{
    unsigned char md5[DIGEST_BYTES_MAX];
    if (!body->md5)
        return true;
    if (!digest_end(body->md5, md5))
        return s3_no_memory(s3);
    if (s3->content)
        s3->content->etag = hex_text(md5, MD5_BYTES, s3->arena);
    return check_md5(s3, (struct str){ (const char *)md5, MD5_BYTES });
}

static bool end_sha256(struct s3_request *s3, struct s3_body *body)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    struct str said = s3_header_only(s3, "x-amz-content-sha256");
    if (!body->sha256)
        return true;
    if (!digest_end(body->sha256, hash))
        return s3_no_memory(s3);
    struct str computed = hex_text(hash, SHA256_BYTES, s3->arena);
    if (str_eq_nocase(said, computed))
        return true;
    s3_refuse(&s3->refusal, S3_XAMZ_CONTENT_SHA256_MISMATCH);
    s3_refusal_add(&s3->refusal, "ClientComputedContentSHA256", said);
    s3_refusal_add(&s3->refusal, "S3ComputedContentSHA256", computed);
    return false;
}

/* Absent: a trailer was announced that did not come. */
static struct str checksum_said(const struct s3_request *s3, const struct s3_body *body)
{
    const char *name = checksum_header(body->algorithm);
    return body->trailing ? aws_chunked_trailer(body->chunked, name) : s3_header_only(s3, name);
}

static bool check_checksum(struct s3_request *s3, const struct s3_body *body, const char *computed)
{
    struct str said = checksum_said(s3, body);
    if (!said.p)
        return s3_refuse(&s3->refusal, S3_MALFORMED_TRAILER);
    if (!checksum_value_valid(body->algorithm, said))
        return bad_value(s3, checksum_header(body->algorithm));
    return str_eq_text(said, computed) ||
           s3_refuse_with(&s3->refusal, s3->arena, S3_BAD_DIGEST,
                          "The %s you specified did not match the calculated checksum.",
                          checksum_name(body->algorithm));
}

static bool end_checksum(struct s3_request *s3, struct s3_body *body)
{
    char computed[CHECKSUM_TEXT_MAX];
    if (!body->checksum)
        return true;
    if (!checksum_end(body->checksum, computed))
        return s3_no_memory(s3);
    if (!body->unsaid && !check_checksum(s3, body, computed))
        return false;
    if (s3->content) {
        s3->content->checksum_algorithm = body->algorithm;
        s3->content->checksum = arena_str(s3->arena, str_from(computed));
    }
    return true;
}

bool s3_body_end(struct s3_request *s3)
{
    struct s3_body *body = s3->body;
    if (body->chunked && !aws_chunked_end(body->chunked, &s3->refusal))
        return false;
    if (body->length >= 0 && body->arrived != body->length)
        return s3_refuse(&s3->refusal, S3_INCOMPLETE_BODY);
    if (s3->content)
        s3->content->size = body->arrived;
    if (s3->content && body->writer)
        s3->content->file = artifact_writer_file(body->writer);
    return end_md5(s3, body) && end_sha256(s3, body) && end_checksum(s3, body);
}

struct str s3_body_text(const struct s3_body *body)
{
    return strbuf_str(&body->text);
}

bool s3_body_has_digest(const struct s3_body *body)
{
    return body->md5 || body->checksum;
}

struct artifact_writer *s3_body_writer(const struct s3_body *body)
{
    return body->writer;
}

void s3_body_free(struct s3_body *body)
{
    if (body == NULL)
        return;
    aws_chunked_free(body->chunked);
    digest_free(body->md5);
    digest_free(body->sha256);
    checksum_free(body->checksum);
    artifact_writer_free(body->writer);
    strbuf_release(&body->text);
    free(body);
}
