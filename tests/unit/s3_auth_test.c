/* Requests to S3 that are signed in the Authorization header, and those that nobody signed. */
#include "support/s3_signing.h"

#include <string.h>

#define SCOPE      "20261122/us-east-1/s3/aws4_request"
#define SCHEME     "AWS4-HMAC-SHA256 "
#define NAMES      "SignedHeaders=host;x-amz-content-sha256;x-amz-date"
#define CREDENTIAL "Credential=" S3_KEY "/" SCOPE

#define COMPONENTS_MISSING                                                                                   \
    "The authorization header is malformed; the authorization header requires three components: "            \
    "Credential, SignedHeaders, and Signature."

/* The request that all tests begin with. */
static struct s3_signing *get(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(s, "GET", "/_s3/inv-b3/fw/a%20b%2Bc.bin?x-id=GetObject");
    return s;
}

/* Unsigned so far: with another Authorization header. */
static struct s3_signing *with_authorization(void **state, const char *header)
{
    struct s3_signing *s = get(state);
    s3_signing_header(s, "x-amz-date", "20261122T224426Z");
    s3_signing_header(s, "x-amz-content-sha256", SIGV4_EMPTY_SHA256);
    s3_signing_header(s, "Authorization", header);
    return s;
}

static struct str *header_value(struct s3_signing *s, const char *name)
{
    for (size_t i = 0; i < s->request.header_n; i++)
        if (str_eq_nocase(s->headers[i].name, str_from(name)))
            return &s->headers[i].value;
    fail_msg("no header %s", name);
    return NULL;
}

static void a_signed_request_is_its_signers(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_SIGNED);
    assert_false(s->who.presigned);
    assert_true(str_eq_text(s->who.access_key, S3_KEY));
    assert_true(str_eq_text(s->who.region, "us-east-1"));
    assert_true(str_eq_text(s->who.amz_date, "20261122T224426Z"));
    assert_true(str_eq_text(s->who.payload_hash, SIGV4_EMPTY_SHA256));
    assert_int_equal(s->who.signature.n, 64);
}

/* As the AWS CLI sent it. */
static void a_captured_upload_verifies(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_time(s, "20261122T224223Z");
    s3_signing_target(s, "PUT", "/_s3/invented-bucket/fw/fw-1.2.bin");
    s3_signing_header(s, "x-amz-sdk-checksum-algorithm", "CRC32");
    s3_signing_header(s, "Content-Type", "application/octet-stream");
    s3_signing_header(s, "Expect", "100-continue");
    s3_signing_header(s, "x-amz-checksum-crc32", "L3iwhg==");
    s3_signing_header(s, "X-Amz-Date", "20261122T224223Z");
    s3_signing_header(s, "X-Amz-Content-SHA256",
                      "03f436eb48fd03ab3cc7dda546831a358d8e2dafa7423ad86cbc1d1b57d40d82");
    s3_signing_header(
        s, "Authorization",
        SCHEME CREDENTIAL
        ", SignedHeaders=content-type;host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;"
        "x-amz-sdk-checksum-algorithm, "
        "Signature=b3d57e438c5c00ef847f874b66a180b2c3cb0aefdd720059e018431e927705ac");
    s3_signing_header(s, "amz-sdk-request", "attempt=1");
    s3_signing_assert_verified(s);
}

static void what_was_signed_cannot_be_changed(void **state)
{
    static const struct {
        const char *method, *target;
    } changes[] = {
        { "HEAD", "/_s3/inv-b3/fw/a%20b%2Bc.bin?x-id=GetObject" },
        { "GET", "/_s3/inv-b3/fw/a%20b%2bc.bin?x-id=GetObject" },
        { "GET", "/_s3/inv-b3/fw/other.bin?x-id=GetObject" },
        { "GET", "/_s3/inv-b3/fw/a%20b%2Bc.bin?x-id=GetObject&versionId=1" },
        { "GET", "/_s3/inv-b3/fw/a%20b%2Bc.bin" },
    };
    struct s3_signing *s = get(state);
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        s3_signing_target(s, changes[i].method, changes[i].target);
        s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    }
}

static void a_signed_header_cannot_be_changed(void **state)
{
    static const char *const names[] = { "Host", "X-Amz-Content-SHA256" };
    struct s3_signing *s = get(state);
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct str *value = header_value(s, names[i]), before = *value;
        *value = STR_LIT("UNSIGNED-PAYLOAD");
        s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
        *value = before;
        s3_signing_assert_verified(s);
    }
}

static void a_mismatch_shows_what_was_compared(void **state)
{
    struct s3_signing *s = with_authorization(state, SCHEME CREDENTIAL ", " NAMES ", Signature=00ff");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    assert_string_equal(s3_signing_element(s, "AWSAccessKeyId"), S3_KEY);
    assert_string_equal(s3_signing_element(s, "SignatureProvided"), "00ff");
    static const char canonical[] =
        "GET\n/_s3/inv-b3/fw/a%20b%2Bc.bin\nx-id=GetObject\nhost:" S3_HOST
        "\nx-amz-content-sha256:" SIGV4_EMPTY_SHA256 "\nx-amz-date:20261122T224426Z\n\n"
        "host;x-amz-content-sha256;x-amz-date\n" SIGV4_EMPTY_SHA256;
    assert_string_equal(s3_signing_element(s, "CanonicalRequest"), canonical);
    const char *text = s3_signing_element(s, "StringToSign");
    assert_true(str_starts_with(str_from(text), STR_LIT("AWS4-HMAC-SHA256\n20261122T224426Z\n" SCOPE "\n")));
    assert_memory_equal(s3_signing_element(s, "CanonicalRequestBytes"), "47 45 54 0a 2f", 14);
    assert_memory_equal(s3_signing_element(s, "StringToSignBytes"), "41 57 53 34", 11);
    assert_int_equal(strlen(s3_signing_element(s, "StringToSignBytes")), strlen(text) * 3 - 1);
}

static void a_session_token_is_tolerated(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_header(s, "X-Amz-Security-Token", "FwoGZXIvYXdz//+abc==");
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    s3_signing_assert_verified(s);
}

static void a_date_header_does_as_well(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_header(s, "Date", "Sun, 22 Nov 2026 22:44:26 GMT");
    s3_signing_header(s, "x-amz-content-sha256", SIGV4_EMPTY_SHA256);
    s3_signing_header(s, "Authorization",
                      SCHEME CREDENTIAL ", SignedHeaders=date;host;x-amz-content-sha256, Signature=00");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    const char *text = s3_signing_element(s, "StringToSign");
    assert_true(str_starts_with(str_from(text), STR_LIT("AWS4-HMAC-SHA256\n20261122T224426Z\n" SCOPE "\n")));
    *header_value(s, "Date") = STR_LIT("yesterday");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED,
                              "AWS authentication requires a valid Date or x-amz-date header");
}

static void authorizations_that_cannot_be_read_are_told_apart(void **state)
{
    static const struct {
        const char *header;
        enum s3_error error;
        const char *message;
    } cases[] = {
        { "", S3_INVALID_ARGUMENT,
          "Authorization header is invalid -- one and only one ' ' (space) required" },
        { "AWS4-HMAC-SHA256", S3_INVALID_ARGUMENT,
          "Authorization header is invalid -- one and only one ' ' (space) required" },
        { "Bearer abc", S3_INVALID_ARGUMENT, "Unsupported Authorization Type" },
        { "AWS " S3_KEY ":frJIUN8DYpKDtOLCwo//yllqDzg=", S3_INVALID_ARGUMENT,
          "Unsupported Authorization Type" },
        { SCHEME, S3_AUTHORIZATION_HEADER_MALFORMED, COMPONENTS_MISSING },
        { SCHEME CREDENTIAL ", " NAMES, S3_AUTHORIZATION_HEADER_MALFORMED, COMPONENTS_MISSING },
        { SCHEME CREDENTIAL ", Signature=00", S3_AUTHORIZATION_HEADER_MALFORMED, COMPONENTS_MISSING },
        { SCHEME NAMES ", Signature=00", S3_AUTHORIZATION_HEADER_MALFORMED, COMPONENTS_MISSING },
        { SCHEME "Credential=" S3_KEY "/us-east-1/s3/aws4_request, " NAMES ", Signature=00",
          S3_AUTHORIZATION_HEADER_MALFORMED,
          "The authorization header is malformed; the Credential is mal-formed; expecting "
          "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"." },
        { SCHEME "Credential=" S3_KEY "/20261122/us-east-1/iot/aws4_request, " NAMES ", Signature=00",
          S3_AUTHORIZATION_HEADER_MALFORMED,
          "The authorization header is malformed; incorrect service \"iot\". This endpoint belongs to "
          "\"s3\"." },
        { SCHEME "Credential=" S3_KEY "/20261122/us-east-1/s3/aws2_request, " NAMES ", Signature=00",
          S3_AUTHORIZATION_HEADER_MALFORMED,
          "The authorization header is malformed; incorrect terminal \"aws2_request\". This endpoint uses "
          "\"aws4_request\"." },
        { SCHEME "Credential=" S3_KEY "/20261121/us-east-1/s3/aws4_request, " NAMES ", Signature=00",
          S3_AUTHORIZATION_HEADER_MALFORMED,
          "The authorization header is malformed; Invalid credential date. Date is not the same as "
          "X-Amz-Date." },
        { SCHEME "Credential=AKIAUNKNOWN/" SCOPE ", " NAMES ", Signature=00", S3_INVALID_ACCESS_KEY_ID,
          NULL },
        { SCHEME CREDENTIAL ", SignedHeaders=x-amz-content-sha256;x-amz-date, Signature=00", S3_ACCESS_DENIED,
          "There were headers present in the request which were not signed" },
    };
    struct s3_signing *s = with_authorization(state, "");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        *header_value(s, "Authorization") = str_from(cases[i].header);
        s3_signing_assert_refused(s, cases[i].error, cases[i].message);
    }
}

static void an_unknown_key_is_named(void **state)
{
    struct s3_signing *s =
        with_authorization(state, SCHEME "Credential=AKIAUNKNOWN/" SCOPE ", " NAMES ", Signature=00");
    s3_signing_assert_refused(s, S3_INVALID_ACCESS_KEY_ID, NULL);
    assert_string_equal(s3_signing_element(s, "AWSAccessKeyId"), "AKIAUNKNOWN");
}

static void the_clock_may_be_off_by_a_quarter_of_an_hour(void **state)
{
    enum { QUARTER_MS = 15 * 60 * 1000 };
    struct s3_signing *s = get(state);
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    int64_t signed_ms = s->now_ms;
    s->now_ms = signed_ms + QUARTER_MS;
    s3_signing_assert_verified(s);
    s->now_ms = signed_ms - QUARTER_MS;
    s3_signing_assert_verified(s);
    s->now_ms = signed_ms + QUARTER_MS + 1;
    s3_signing_assert_refused(s, S3_REQUEST_TIME_TOO_SKEWED, NULL);
    assert_string_equal(s3_signing_element(s, "RequestTime"), "20261122T224426Z");
    assert_string_equal(s3_signing_element(s, "ServerTime"), "2026-11-22T22:59:26Z");
    assert_string_equal(s3_signing_element(s, "MaxAllowedSkewMilliseconds"), "900000");
    s->now_ms = signed_ms - QUARTER_MS - 1;
    s3_signing_assert_refused(s, S3_REQUEST_TIME_TOO_SKEWED, NULL);
}

static void a_wrong_clock_is_told_before_a_wrong_header(void **state)
{
    struct s3_signing *s = with_authorization(state, SCHEME);
    s3_signing_time(s, "20261123T224426Z");
    s3_signing_assert_refused(s, S3_REQUEST_TIME_TOO_SKEWED, NULL);
    *header_value(s, "x-amz-date") = STR_LIT("2026-11-22");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED,
                              "AWS authentication requires a valid Date or x-amz-date header");
}

static void a_request_is_signed_in_one_way_alone(void **state)
{
    static const char message[] =
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
        "parameter or the Authorization header should be specified";
    static const char *const targets[] = {
        "/_s3/b3b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256",
        "/_s3/b3b/k?X-Amz-Signature=00",
        "/_s3/b3b/k?Signature=00",
        "/_s3/b3b/k?AWSAccessKeyId=A",
    };
    struct s3_signing *s = with_authorization(state, "Bearer abc");
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        s3_signing_target(s, "GET", targets[i]);
        s3_signing_assert_refused(s, S3_INVALID_ARGUMENT, message);
        assert_string_equal(s3_signing_element(s, "ArgumentName"), "Authorization");
        assert_string_equal(s3_signing_element(s, "ArgumentValue"), "Bearer abc");
    }
    s->request.header_n = 1;
    s3_signing_target(s, "GET", "/_s3/b3b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&AWSAccessKeyId=A");
    s3_signing_assert_refused(s, S3_INVALID_ARGUMENT, message);
    assert_string_equal(s3_signing_element(s, "ArgumentName"), "X-Amz-Algorithm");
}

static void headers_of_amazon_have_to_be_signed(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_sign(s, SIGV4_EMPTY_SHA256);
    s3_signing_header(s, "x-amz-acl", "public-read");
    s3_signing_header(s, "X-Amz-Meta-A", "b");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED,
                              "There were headers present in the request which were not signed");
    assert_string_equal(s3_signing_element(s, "HeadersNotSigned"), "x-amz-acl, X-Amz-Meta-A");
}

static void a_body_is_signed_by_a_hash_or_a_known_word(void **state)
{
    struct s3_signing *s = with_authorization(state, SCHEME CREDENTIAL ", " NAMES ", Signature=00");
    static const char *const known[] = { "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
                                         SIGV4_EMPTY_SHA256 };
    static const char *const unknown[] = { "", "unsigned", "00ff" };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        *header_value(s, "x-amz-content-sha256") = str_from(known[i]);
        s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    }
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        *header_value(s, "x-amz-content-sha256") = str_from(unknown[i]);
        assert_false(s3_signing_verify(s));
        assert_int_equal(s->refusal.error, S3_INVALID_ARGUMENT);
        assert_string_equal(s3_signing_element(s, "ArgumentName"), "x-amz-content-sha256");
    }
}

static void a_body_that_is_not_mentioned_is_refused(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_header(s, "x-amz-date", "20261122T224426Z");
    s3_signing_header(s, "Authorization", SCHEME CREDENTIAL ", SignedHeaders=host;x-amz-date, Signature=00");
    s3_signing_assert_refused(s, S3_INVALID_REQUEST,
                              "Missing required header for this request: x-amz-content-sha256");
}

static void a_closed_store_refuses_whom_it_does_not_know(void **state)
{
    struct s3_signing *s = get(state);
    s3_signing_assert_refused(s, S3_ACCESS_DENIED, NULL);
}

static void an_open_store_takes_anybody(void **state)
{
    struct s3_signing *s = get(state);
    s->keys.open = true;
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_ANONYMOUS);
    s3_signing_header(s, "x-amz-date", "20261122T224426Z");
    s3_signing_header(s, "x-amz-content-sha256", SIGV4_EMPTY_SHA256);
    s3_signing_header(s, "Authorization", SCHEME "Credential=AKIAUNKNOWN/" SCOPE ", " NAMES ", Signature=00");
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_SIGNED_UNVERIFIED);
    assert_true(str_eq_text(s->who.access_key, "AKIAUNKNOWN"));
}

static void an_open_store_checks_what_it_can(void **state)
{
    struct s3_signing *s = with_authorization(state, SCHEME CREDENTIAL ", " NAMES ", Signature=00");
    s->keys.open = true;
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    *header_value(s, "Authorization") = STR_LIT(SCHEME "Credential=AKIAUNKNOWN/" SCOPE ", Signature=00");
    s3_signing_assert_refused(s, S3_AUTHORIZATION_HEADER_MALFORMED, COMPONENTS_MISSING);
}

/* On a virtual clock it may be 2030, and the AWS CLI does not know that. */
static void an_open_store_minds_the_clock_of_those_whose_key_it_knows(void **state)
{
    struct s3_signing *s =
        with_authorization(state, SCHEME "Credential=AKIAUNKNOWN/" SCOPE ", " NAMES ", Signature=00");
    s->keys.open = true;
    s3_signing_time(s, "20300101T000000Z");
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_SIGNED_UNVERIFIED);
    *header_value(s, "Authorization") = STR_LIT(SCHEME CREDENTIAL ", " NAMES ", Signature=00");
    s3_signing_assert_refused(s, S3_REQUEST_TIME_TOO_SKEWED, NULL);
    s->keys.open = false;
    s3_signing_assert_refused(s, S3_REQUEST_TIME_TOO_SKEWED, NULL);
}

static void a_full_arena_verifies_nothing(void **state)
{
    struct s3_signing *s = with_authorization(state, SCHEME CREDENTIAL ", " NAMES ", Signature=");
    bool shown = false;
    *header_value(s, "Authorization") = STR_LIT(SCHEME CREDENTIAL ", " NAMES ", Signature=00");
    for (size_t ceiling = 0; !shown; ceiling += 64) {
        struct arena arena;
        struct s3_refusal refusal = { 0 };
        arena_init(&arena, ceiling);
        assert_false(s3_auth_verify(&s->request, &s->keys, s->now_ms, &arena, &s->who, &refusal));
        assert_true(refusal.error == S3_INTERNAL_ERROR || refusal.error == S3_SIGNATURE_DOES_NOT_MATCH);
        shown = refusal.n == 6;
        arena_release(&arena);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_signing_set_up, s3_signing_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signed_request_is_its_signers),
        TEST(a_captured_upload_verifies),
        TEST(what_was_signed_cannot_be_changed),
        TEST(a_signed_header_cannot_be_changed),
        TEST(a_mismatch_shows_what_was_compared),
        TEST(a_session_token_is_tolerated),
        TEST(a_date_header_does_as_well),
        TEST(authorizations_that_cannot_be_read_are_told_apart),
        TEST(an_unknown_key_is_named),
        TEST(the_clock_may_be_off_by_a_quarter_of_an_hour),
        TEST(a_wrong_clock_is_told_before_a_wrong_header),
        TEST(a_request_is_signed_in_one_way_alone),
        TEST(headers_of_amazon_have_to_be_signed),
        TEST(a_body_is_signed_by_a_hash_or_a_known_word),
        TEST(a_body_that_is_not_mentioned_is_refused),
        TEST(a_closed_store_refuses_whom_it_does_not_know),
        TEST(an_open_store_takes_anybody),
        TEST(an_open_store_checks_what_it_can),
        TEST(an_open_store_minds_the_clock_of_those_whose_key_it_knows),
        TEST(a_full_arena_verifies_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
