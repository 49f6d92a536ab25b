/* Bodies in aws-chunked encoding: captured and published ones, in pieces of any length, and broken ones. */
#include "support/s3_signing.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rules/artifacts/aws_chunked.h"

enum { BODY_MAX = 128 * 1024, ALL_AT_ONCE = BODY_MAX };

#define SIGNATURE_1 "74042f21bf56468c657de5c034cf91d23605ef410b721d9da7fecff1a7749cff"
#define SIGNATURE_2 "87804231346059e72b261de700a2f1056c44ac908d7654e3874e816e92f999ec"
#define SIGNATURE_3 "0c0d225e0d79368d4e01f2bfb241ee6c913e8ab210d65cb4683d914bbfee9073"

static const char unsigned_body[] = "f\r\nhello firmware\n\r\n0\r\nx-amz-checksum-crc32:L3iwhg==\r\n\r\n";

static const char signed_body[] = "c;chunk-signature=" SIGNATURE_1 "\r\nstreamed by \r\n"
                                  "6;chunk-signature=" SIGNATURE_2 "\r\nchunks\r\n"
                                  "0;chunk-signature=" SIGNATURE_3 "\r\n\r\n";

static const char trailer_body[] =
    "c;chunk-signature=7e546acb6307b176740a4088f1d37b2a2f6a8d1348959c95a2d37afe02e0889c\r\nstreamed by \r\n"
    "6;chunk-signature=4c06e6a1aceb3e497d20ee73f0cb2628d9f74377e4e15fa44cfa07454b41e200\r\nchunks\r\n"
    "0;chunk-signature=7c5da898b9e2ba9d41c7b7406cef468b6e661ec5425c224d3fb7693c76a55676\r\n"
    "x-amz-checksum-crc32:RSJU1w==\r\n"
    "x-amz-trailer-signature:03dbb543ecde6a873e0211d49bda0a797e5ef82a711100459246335c6ba6c268\r\n\r\n";

/* What has come out. */
struct outcome {
    bool ok;
    struct strbuf data;
    struct s3_refusal refusal;
    char trailer[64]; /* x-amz-checksum-crc32; "": none */
};

static bool collect(void *context, const void *bytes, size_t n)
{
    strbuf_add(context, bytes, n);
    return true;
}

static bool refuse_data(void *context, const void *bytes, size_t n)
{
    (void)context;
    (void)bytes;
    (void)n;
    return false;
}

static struct s3_identity identity_of(const char *secret, const char *credential, const char *amz_date,
                                      const char *seed)
{
    struct s3_identity who = { .kind = S3_SIGNED,
                               .amz_date = str_from(amz_date),
                               .signature = str_from(seed) };
    assert_true(sigv4_scope_read(str_from(credential), &who.scope));
    assert_true(sigv4_signing_key(str_from(secret), &who.scope, who.signing_key));
    return who;
}

static struct s3_identity captured(const char *seed)
{
    return identity_of(S3_SECRET, S3_KEY "/20261122/us-east-1/s3/aws4_request", "20261122T224416Z", seed);
}

static struct s3_identity plain(void)
{
    return captured("faec11a5b9c7d9d052bb62d01351b91401c3eafd3abf4bb2ee37213060f9d56b");
}

static struct s3_identity with_trailer(void)
{
    return captured("95c37ae92a9bf6d634da01e22964dd9a45adec2ec2552f2095db0b8e90946574");
}

/* The body in heap copies of exactly so many bytes, so that reading past one is seen. */
static struct outcome decode(enum aws_chunked_kind kind, const struct s3_identity *who, struct str body,
                             size_t piece)
{
    struct outcome out = { .ok = true };
    struct aws_chunked *chunked = aws_chunked_new(kind, who);
    assert_non_null(chunked);
    strbuf_init(&out.data, BODY_MAX);
    for (size_t at = 0; at < body.n && out.ok; at += piece) {
        size_t n = body.n - at < piece ? body.n - at : piece;
        char *copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, body.p + at, n);
        out.ok = aws_chunked_add(chunked, copy, n, collect, &out.data, &out.refusal);
        free(copy);
    }
    out.ok = out.ok && aws_chunked_end(chunked, &out.refusal);
    struct str trailer = aws_chunked_trailer(chunked, "x-amz-checksum-crc32");
    assert_true(trailer.n < sizeof out.trailer);
    memcpy(out.trailer, trailer.p ? trailer.p : "", trailer.n);
    aws_chunked_free(chunked);
    return out;
}

static void assert_decodes(enum aws_chunked_kind kind, struct s3_identity who, struct str body, size_t piece,
                           struct str data, const char *trailer)
{
    struct outcome out = decode(kind, &who, body, piece);
    if (!out.ok)
        fail_msg("pieces of %zu: %s", piece, s3_error_code(out.refusal.error));
    assert_true(str_eq(strbuf_str(&out.data), data));
    assert_string_equal(out.trailer, trailer);
    strbuf_release(&out.data);
}

static void assert_refused(enum aws_chunked_kind kind, struct s3_identity who, struct str body,
                           enum s3_error error)
{
    for (size_t piece = 1; piece <= body.n + 1; piece = piece * 7 + 1) {
        struct outcome out = decode(kind, &who, body, piece);
        strbuf_release(&out.data);
        if (out.ok)
            fail_msg("taken: %.*s", STR(body));
        assert_string_equal(s3_error_code(out.refusal.error), s3_error_code(error));
    }
}

static void kinds_are_told_by_the_payload_hash(void **state)
{
    (void)state;
    enum aws_chunked_kind kind;
    assert_true(aws_chunked_kind_of(STR_LIT("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), &kind));
    assert_int_equal(kind, AWS_CHUNKED_UNSIGNED_TRAILER);
    assert_true(aws_chunked_kind_of(STR_LIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), &kind));
    assert_int_equal(kind, AWS_CHUNKED_SIGNED);
    assert_true(aws_chunked_kind_of(STR_LIT("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"), &kind));
    assert_int_equal(kind, AWS_CHUNKED_SIGNED_TRAILER);
    assert_false(aws_chunked_kind_of(STR_LIT("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"), &kind));
    assert_false(aws_chunked_kind_of(STR_LIT("UNSIGNED-PAYLOAD"), &kind));
    assert_false(aws_chunked_kind_of(STR_NONE, &kind));
}

static void captured_bodies_decode_in_pieces_of_any_length(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof trailer_body; piece++) {
        assert_decodes(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), str_from(unsigned_body), piece,
                       STR_LIT("hello firmware\n"), "L3iwhg==");
        assert_decodes(AWS_CHUNKED_SIGNED, plain(), str_from(signed_body), piece,
                       STR_LIT("streamed by chunks"), "");
        assert_decodes(AWS_CHUNKED_SIGNED_TRAILER, with_trailer(), str_from(trailer_body), piece,
                       STR_LIT("streamed by chunks"), "RSJU1w==");
    }
}

/* "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", S3 API
 * reference: 64 KiB of 'a', then 1 KiB. */
static void the_published_body_decodes(void **state)
{
    (void)state;
    static const struct {
        size_t n;
        const char *signature;
    } chunks[] = {
        { 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648" },
        { 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497" },
        { 0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9" },
    };
    struct s3_identity who = identity_of(
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request",
        "20130524T000000Z", "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
    struct strbuf body, data;
    strbuf_init(&body, BODY_MAX);
    strbuf_init(&data, BODY_MAX);
    for (size_t i = 0; i < sizeof chunks / sizeof *chunks; i++) {
        strbuf_printf(&body, "%zx;chunk-signature=%s\r\n", chunks[i].n, chunks[i].signature);
        for (size_t j = 0; j < chunks[i].n; j++) {
            strbuf_add_char(&body, 'a');
            strbuf_add_char(&data, 'a');
        }
        strbuf_add_text(&body, "\r\n");
    }
    assert_int_equal(body.n, 66824);
    assert_decodes(AWS_CHUNKED_SIGNED, who, strbuf_str(&body), ALL_AT_ONCE, strbuf_str(&data), "");
    assert_decodes(AWS_CHUNKED_SIGNED, who, strbuf_str(&body), 4093, strbuf_str(&data), "");
    strbuf_release(&body);
    strbuf_release(&data);
}

static void variants_that_clients_send_are_taken(void **state)
{
    (void)state;
    static const struct {
        const char *body, *data, *trailer;
    } cases[] = {
        { "a\r\npiece one \r\n9\r\npiece two\r\n0\r\nx-amz-checksum-crc32:Z61S8A==\r\n\r\n",
          "piece one piece two", "Z61S8A==" },
        { "0\r\n\r\n", "", "" },
        { "0\r\n", "", "" },
        { "1\r\nx\r\n0\r\n", "x", "" },
        { "0A\r\n0123456789\r\n000\r\n\r\n", "0123456789", "" },
        { "0\r\nX-Amz-Checksum-CRC32: \tAAAAAA== \r\n\r\n", "", "AAAAAA==" },
        { "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n", "", "AAAAAA==" },
        { "2\r\n\r\n\r\n0\r\n\r\n", "\r\n", "" },
        { "1;any-extension\r\nx\r\n0\r\n\r\n", "x", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 12; piece++)
            assert_decodes(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), str_from(cases[i].body), piece,
                           str_from(cases[i].data), cases[i].trailer);
}

static void a_body_that_breaks_off_is_incomplete(void **state)
{
    (void)state;
    const char *last_line = strstr(unsigned_body, "0\r\nx-amz");
    for (size_t n = 0; n < sizeof unsigned_body - 3; n++) {
        struct s3_identity who = plain();
        struct str body = { unsigned_body, n };
        bool at_line = n == (size_t)(last_line - unsigned_body) + 3;
        struct outcome out = decode(AWS_CHUNKED_UNSIGNED_TRAILER, &who, body, ALL_AT_ONCE);
        assert_int_equal(out.ok, at_line);
        assert_string_equal(out.trailer, "");
        if (!at_line)
            assert_int_equal(out.refusal.error, S3_INCOMPLETE_BODY);
        strbuf_release(&out.data);
    }
}

static void bodies_that_are_not_of_the_encoding_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "hello",
        "\r\n",
        "g\r\n",
        "-1\r\n",
        "0x1\r\nx\r\n",
        " 1\r\nx\r\n0\r\n\r\n",
        "1 \r\nx\r\n0\r\n\r\n",
        "1\nx\r\n0\r\n\r\n",
        "1\r\nxy\r\n0\r\n\r\n",
        "2\r\nx\r\n0\r\n\r\n",
        "1\r\nx0\r\n\r\n",
        "1000000000000000\r\nx\r\n",
        "ffffffffffffffffffff\r\nx\r\n",
        "0\r\n\r\nmore",
        "0\r\n\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_refused(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), str_from(bodies[i]), S3_INCOMPLETE_BODY);
}

static void a_line_has_an_end(void **state)
{
    (void)state;
    static char line[4096];
    memset(line, '1', sizeof line);
    assert_refused(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), (struct str){ line, sizeof line },
                   S3_INCOMPLETE_BODY);
}

static void trailers_that_cannot_be_read_are_refused(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "0\r\nno colon\r\n\r\n",
        "0\r\n:value\r\n\r\n",
        "0\r\na:\x01\r\n\r\n",
        "0\r\na\xc3\xa4:b\r\n\r\n",
        "0\r\na:1\r\nb:2\r\nc:3\r\nd:4\r\ne:5\r\n\r\n",
        "0\r\nx-amz-trailer-signature:00\r\na:b\r\n\r\n",
        "0\r\na-name-that-is-longer-than-any-name-of-a-trailer-that-anybody-sends-to-us:b\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_refused(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), str_from(bodies[i]), S3_MALFORMED_TRAILER);
    assert_refused(AWS_CHUNKED_UNSIGNED_TRAILER, plain(), (struct str){ "0\r\na:\0b\r\n\r\n", 11 },
                   S3_MALFORMED_TRAILER);
}

/* The body with one of its bytes replaced. */
static struct str changed(struct s3_signing *s, const char *body, size_t at, char byte)
{
    struct str copy = arena_str(&s->arena, str_from(body));
    assert_non_null(copy.p);
    ((char *)copy.p)[at] = byte;
    return copy;
}

static void data_that_was_changed_does_not_have_its_signature(void **state)
{
    struct s3_signing *s = *state;
    size_t at = (size_t)(strstr(signed_body, "streamed") - signed_body);
    assert_refused(AWS_CHUNKED_SIGNED, plain(), changed(s, signed_body, at, 'S'),
                   S3_SIGNATURE_DOES_NOT_MATCH);
    at = (size_t)(strstr(trailer_body, "chunks") - trailer_body);
    assert_refused(AWS_CHUNKED_SIGNED_TRAILER, with_trailer(), changed(s, trailer_body, at, 'C'),
                   S3_SIGNATURE_DOES_NOT_MATCH);
}

static void every_signature_is_looked_at(void **state)
{
    struct s3_signing *s = *state;
    static const char *const of_body[] = { SIGNATURE_1, SIGNATURE_2, SIGNATURE_3 };
    for (size_t i = 0; i < sizeof of_body / sizeof *of_body; i++) {
        size_t at = (size_t)(strstr(signed_body, of_body[i]) - signed_body);
        char other = signed_body[at + 63] == '0' ? '1' : '0';
        assert_refused(AWS_CHUNKED_SIGNED, plain(), changed(s, signed_body, at + 63, other),
                       S3_SIGNATURE_DOES_NOT_MATCH);
    }
    assert_refused(AWS_CHUNKED_SIGNED, with_trailer(), str_from(signed_body), S3_SIGNATURE_DOES_NOT_MATCH);
}

static void chunks_cannot_be_left_out(void **state)
{
    (void)state;
    assert_refused(
        AWS_CHUNKED_SIGNED, plain(),
        STR_LIT("6;chunk-signature=" SIGNATURE_2 "\r\nchunks\r\n0;chunk-signature=" SIGNATURE_3 "\r\n\r\n"),
        S3_SIGNATURE_DOES_NOT_MATCH);
    assert_refused(AWS_CHUNKED_SIGNED, plain(),
                   STR_LIT("c;chunk-signature=" SIGNATURE_1
                           "\r\nstreamed by \r\n0;chunk-signature=" SIGNATURE_3 "\r\n\r\n"),
                   S3_SIGNATURE_DOES_NOT_MATCH);
}

static void a_signed_chunk_has_a_signature_of_the_right_length(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "c\r\nstreamed by \r\n",
        "c;\r\nstreamed by \r\n",
        "c;chunk-signature=\r\nstreamed by \r\n",
        "c;chunk-signature=" SIGNATURE_1 "0\r\nstreamed by \r\n",
        "c;signature=" SIGNATURE_1 "\r\nstreamed by \r\n",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_refused(AWS_CHUNKED_SIGNED, plain(), str_from(bodies[i]), S3_INCOMPLETE_BODY);
}

static void a_signed_trailer_cannot_be_changed_or_left_out(void **state)
{
    struct s3_signing *s = *state;
    size_t at = (size_t)(strstr(trailer_body, "RSJU1w==") - trailer_body);
    assert_refused(AWS_CHUNKED_SIGNED_TRAILER, with_trailer(), changed(s, trailer_body, at, 'A'),
                   S3_SIGNATURE_DOES_NOT_MATCH);
    at = (size_t)(strstr(trailer_body, "03dbb543") - trailer_body);
    assert_refused(AWS_CHUNKED_SIGNED_TRAILER, with_trailer(), changed(s, trailer_body, at, '1'),
                   S3_SIGNATURE_DOES_NOT_MATCH);
    size_t signature = (size_t)(strstr(trailer_body, "x-amz-trailer-signature") - trailer_body);
    assert_refused(AWS_CHUNKED_SIGNED_TRAILER, with_trailer(), (struct str){ trailer_body, signature },
                   S3_SIGNATURE_DOES_NOT_MATCH);
    assert_refused(AWS_CHUNKED_SIGNED, plain(),
                   STR_LIT("c;chunk-signature=" SIGNATURE_1
                           "\r\nstreamed by \r\n6;chunk-signature=" SIGNATURE_2
                           "\r\nchunks\r\n0;chunk-signature=" SIGNATURE_3 "\r\na:b\r\n\r\n"),
                   S3_MALFORMED_TRAILER);
}

static void signatures_of_unknown_signers_are_not_looked_at(void **state)
{
    struct s3_signing *s = *state;
    struct s3_identity who = plain();
    who.kind = S3_SIGNED_UNVERIFIED;
    size_t at = (size_t)(strstr(signed_body, "streamed") - signed_body);
    assert_decodes(AWS_CHUNKED_SIGNED, who, changed(s, signed_body, at, 'S'), 5,
                   STR_LIT("Streamed by chunks"), "");
}

static void a_sink_can_stop_it(void **state)
{
    (void)state;
    struct s3_identity who = plain();
    struct s3_refusal refusal = { 0 };
    struct aws_chunked *chunked = aws_chunked_new(AWS_CHUNKED_UNSIGNED_TRAILER, &who);
    assert_non_null(chunked);
    assert_false(
        aws_chunked_add(chunked, unsigned_body, sizeof unsigned_body - 1, refuse_data, NULL, &refusal));
    assert_int_equal(refusal.error, S3_OK);
    aws_chunked_free(chunked);
    aws_chunked_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_are_told_by_the_payload_hash),
        cmocka_unit_test(captured_bodies_decode_in_pieces_of_any_length),
        cmocka_unit_test(the_published_body_decodes),
        cmocka_unit_test(variants_that_clients_send_are_taken),
        cmocka_unit_test(a_body_that_breaks_off_is_incomplete),
        cmocka_unit_test(bodies_that_are_not_of_the_encoding_are_refused),
        cmocka_unit_test(a_line_has_an_end),
        cmocka_unit_test(trailers_that_cannot_be_read_are_refused),
        cmocka_unit_test_setup_teardown(data_that_was_changed_does_not_have_its_signature, s3_signing_set_up,
                                        s3_signing_tear_down),
        cmocka_unit_test_setup_teardown(every_signature_is_looked_at, s3_signing_set_up,
                                        s3_signing_tear_down),
        cmocka_unit_test(chunks_cannot_be_left_out),
        cmocka_unit_test(a_signed_chunk_has_a_signature_of_the_right_length),
        cmocka_unit_test_setup_teardown(a_signed_trailer_cannot_be_changed_or_left_out, s3_signing_set_up,
                                        s3_signing_tear_down),
        cmocka_unit_test_setup_teardown(signatures_of_unknown_signers_are_not_looked_at, s3_signing_set_up,
                                        s3_signing_tear_down),
        cmocka_unit_test(a_sink_can_stop_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
