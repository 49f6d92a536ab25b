/* Presigned URLs, of both versions: as clients make them, and as nobody should. */
#include "support/s3_signing.h"

#define KEY        "/_s3/inv-b3/k1"
#define CREDENTIAL "&X-Amz-Credential=" S3_KEY "%2F20261122%2Fus-east-1%2Fs3%2Faws4_request"
#define ALGORITHM  "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
#define DATE       "&X-Amz-Date=20261122T224426Z"
#define EXPIRES    "&X-Amz-Expires=300"
#define HEADERS    "&X-Amz-SignedHeaders=host"
#define SIGNATURE  "&X-Amz-Signature=00"

#define PARAMETERS_MISSING                                                                                   \
    "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "                 \
    "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."

/* boto3's */
#define GET_URL                                                                                              \
    KEY ALGORITHM CREDENTIAL DATE EXPIRES HEADERS                                                            \
        "&X-Amz-Signature=ad757cd18b83f89f4e35d34230b48d96162da9240dc095cafa05a7fb43c3367c"

/* ---- version 4 ---- */

static void urls_of_clients_verify(void **state)
{
    static const struct {
        const char *date, *method, *target;
    } cases[] = {
        { "20261122T224426Z", "GET", GET_URL },
        { "20261122T224426Z", "PUT",
          "/_s3/inv-b3/up/thing1/log.txt" ALGORITHM CREDENTIAL DATE EXPIRES HEADERS
          "&X-Amz-Signature=dcf244ed1fb24b3ef65e38b26d14e14c80fa336d80de4148d84b45902ef639aa" },
        { "20261122T224540Z", "GET",
          "/_s3/inv-v3/a%20b%2Bc/%C3%A4.txt" ALGORITHM "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD" CREDENTIAL
          "&X-Amz-Date=20261122T224540Z" EXPIRES
          "&X-Amz-Signature=25e17ccb1f1d5704d51c2428cf93f3b90c61fbde489d222250983e1241c6b339" HEADERS
          "&x-amz-checksum-mode=ENABLED&x-id=GetObject" },
        { "20261122T224540Z", "PUT",
          "/_s3/inv-v3/up/x.log" ALGORITHM "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD" CREDENTIAL
          "&X-Amz-Date=20261122T224540Z" EXPIRES
          "&X-Amz-Signature=01ef8dc38a0dee6ad2e27bbeae29601221b7773a5a9335aebf80381b150ff2bf" HEADERS
          "&x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32&x-id=PutObject" },
    };
    struct s3_signing *s = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_time(s, cases[i].date);
        s3_signing_target(s, cases[i].method, cases[i].target);
        s3_signing_assert_verified(s);
        assert_int_equal(s->who.kind, S3_SIGNED);
        assert_true(s->who.presigned);
        assert_true(str_eq_text(s->who.access_key, S3_KEY));
        assert_true(str_eq_text(s->who.payload_hash, SIGV4_UNSIGNED_PAYLOAD));
    }
}

static void a_url_that_we_make_verifies(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(s, "GET", "/_s3/inv-b3/a%20b/%C3%A4?versionId=v1%2Fx%3D&uploads");
    s3_signing_presign(s, 60);
    s3_signing_assert_verified(s);
    s->now_ms += 60 * 1000;
    s3_signing_assert_verified(s);
    s->now_ms += 1;
    s3_signing_assert_refused(s, S3_ACCESS_DENIED, "Request has expired");
}

static void what_was_signed_cannot_be_changed(void **state)
{
    struct s3_signing *s = *state;
    static const struct {
        const char *method, *target;
    } cases[] = {
        { "HEAD", GET_URL },
        { "PUT", GET_URL },
        { "GET", GET_URL "&versionId=1" },
        { "GET", GET_URL "0" },
        { "GET", "/_s3/inv-b3/k2" ALGORITHM CREDENTIAL DATE EXPIRES HEADERS
                 "&X-Amz-Signature=ad757cd18b83f89f4e35d34230b48d96162da9240dc095cafa05a7fb43c3367c" },
        { "GET", KEY ALGORITHM CREDENTIAL DATE
          "&X-Amz-Expires=3000" HEADERS
          "&X-Amz-Signature=ad757cd18b83f89f4e35d34230b48d96162da9240dc095cafa05a7fb43c3367c" },
        { "GET", KEY ALGORITHM CREDENTIAL DATE EXPIRES HEADERS "&X-Amz-Signature=" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_target(s, cases[i].method, cases[i].target);
        s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    }
    s3_signing_target(s, "GET", GET_URL);
    s->headers[0].value = STR_LIT("other:5627");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}

static void faults_of_a_url_are_told_in_their_order(void **state)
{
    static const struct {
        const char *target;
        enum s3_error error;
        const char *message;
    } cases[] = {
        { KEY "?X-Amz-Algorithm=AWS4-HMAC-SHA1", S3_AUTHORIZATION_QUERY_PARAMETERS,
          "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"" },
        { KEY ALGORITHM, S3_AUTHORIZATION_QUERY_PARAMETERS, PARAMETERS_MISSING },
        { KEY "?X-Amz-Signature=00", S3_AUTHORIZATION_QUERY_PARAMETERS, PARAMETERS_MISSING },
        { KEY ALGORITHM CREDENTIAL DATE EXPIRES SIGNATURE, S3_AUTHORIZATION_QUERY_PARAMETERS,
          PARAMETERS_MISSING },
        { KEY ALGORITHM CREDENTIAL DATE HEADERS SIGNATURE, S3_AUTHORIZATION_QUERY_PARAMETERS,
          PARAMETERS_MISSING },
        { KEY ALGORITHM CREDENTIAL "&X-Amz-Date=2026-11-22&X-Amz-Expires=x" HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS,
          "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"" },
        { KEY ALGORITHM CREDENTIAL DATE "&X-Amz-Expires=x" HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS, "X-Amz-Expires should be a number" },
        { KEY ALGORITHM CREDENTIAL DATE "&X-Amz-Expires=-1" HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS, "X-Amz-Expires must be non-negative" },
        { KEY ALGORITHM CREDENTIAL DATE "&X-Amz-Expires=604801" HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS,
          "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
          "less "
          "than 604800 seconds" },
        { KEY ALGORITHM "&X-Amz-Credential=none&X-Amz-Date=20261122T230426Z" EXPIRES HEADERS SIGNATURE,
          S3_ACCESS_DENIED, "Request is not yet valid" },
        { KEY ALGORITHM "&X-Amz-Credential=none&X-Amz-Date=20261122T223426Z" EXPIRES HEADERS SIGNATURE,
          S3_ACCESS_DENIED, "Request has expired" },
        { KEY ALGORITHM "&X-Amz-Credential=none" DATE EXPIRES HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS,
          "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
          "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\"." },
        { KEY ALGORITHM "&X-Amz-Credential=A/20261122/r/iot/aws4_request" DATE EXPIRES HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS,
          "Error parsing the X-Amz-Credential parameter; incorrect service \"iot\". This endpoint belongs to "
          "\"s3\"." },
        { KEY ALGORITHM "&X-Amz-Credential=A/20261121/r/s3/aws4_request" DATE EXPIRES HEADERS SIGNATURE,
          S3_AUTHORIZATION_QUERY_PARAMETERS,
          "Invalid credential date \"20261121\". This date is not the same as X-Amz-Date: \"20261122\"." },
        { KEY ALGORITHM "&X-Amz-Credential=A/20261122/r/s3/aws4_request" DATE EXPIRES HEADERS SIGNATURE,
          S3_INVALID_ACCESS_KEY_ID, NULL },
        { KEY ALGORITHM CREDENTIAL DATE EXPIRES "&X-Amz-SignedHeaders=range" SIGNATURE, S3_ACCESS_DENIED,
          "There were headers present in the request which were not signed" },
        { KEY ALGORITHM CREDENTIAL DATE "&X-Amz-Expires=604800" HEADERS SIGNATURE,
          S3_SIGNATURE_DOES_NOT_MATCH, NULL },
    };
    struct s3_signing *s = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_target(s, "GET", cases[i].target);
        s3_signing_assert_refused(s, cases[i].error, cases[i].message);
    }
}

static void an_expired_url_says_when(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_time(s, "20261122T231000Z");
    s3_signing_target(s, "GET", GET_URL);
    s3_signing_assert_refused(s, S3_ACCESS_DENIED, "Request has expired");
    assert_string_equal(s3_signing_element(s, "X-Amz-Expires"), "300");
    assert_string_equal(s3_signing_element(s, "Expires"), "2026-11-22T22:49:26Z");
    assert_string_equal(s3_signing_element(s, "ServerTime"), "2026-11-22T23:10:00Z");
}

static void a_url_of_the_future_says_when(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(s, "GET", GET_URL);
    s3_signing_time(s, "20261122T222926Z");
    s3_signing_assert_verified(s);
    s3_signing_time(s, "20261122T222925Z");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED, "Request is not yet valid");
    assert_string_equal(s3_signing_element(s, "X-Amz-Date"), "1795387466000");
    assert_string_equal(s3_signing_element(s, "Expires"), "2026-11-22T22:49:26Z");
    assert_string_equal(s3_signing_element(s, "ServerTime"), "2026-11-22T22:29:25Z");
}

static void headers_that_a_url_does_not_sign_are_refused_if_they_are_amazons(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(s, "GET", GET_URL);
    s3_signing_header(s, "Content-Type", "text/plain");
    s3_signing_header(s, "x-amz-content-sha256", SIGV4_EMPTY_SHA256);
    s3_signing_assert_verified(s);
    assert_true(str_eq_text(s->who.payload_hash, SIGV4_UNSIGNED_PAYLOAD));
    s3_signing_header(s, "X-Amz-Meta-A", "b");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED,
                              "There were headers present in the request which were not signed");
    assert_string_equal(s3_signing_element(s, "HeadersNotSigned"), "X-Amz-Meta-A");
}

static void a_header_must_not_contradict_the_url(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(
        s, "PUT", "/_s3/inv-b3/k1?x-amz-acl=private&x%2Damz-tagging=a%3Db&x-amz-checksum-crc32=AAAAAA%3D%3D");
    s3_signing_presign(s, 60);
    s3_signing_assert_verified(s);
    s3_signing_header(s, "X-Amz-Acl", "public-read");
    s3_signing_assert_refused(s, S3_INVALID_REQUEST,
                              "The header x-amz-acl and the query parameter of that name differ.");
    s->headers[1] = (struct sigv4_pair){ STR_LIT("x-amz-tagging"), STR_LIT("a=c") };
    s3_signing_assert_refused(s, S3_INVALID_REQUEST,
                              "The header x-amz-tagging and the query parameter of that name differ.");
    s->headers[1] = (struct sigv4_pair){ STR_LIT("x-amz-checksum-crc32"), STR_LIT("L3iwhg==") };
    s3_signing_assert_refused(s, S3_ACCESS_DENIED,
                              "There were headers present in the request which were not signed");
}

static void a_url_may_sign_its_body(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_target(s, "PUT",
                      "/_s3/inv-b3/k1" ALGORITHM CREDENTIAL DATE EXPIRES
                      "&X-Amz-SignedHeaders=host%3Bx-amz-content-sha256" SIGNATURE);
    s3_signing_header(s, "x-amz-content-sha256", SIGV4_EMPTY_SHA256);
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    assert_true(
        str_ends_with(str_from(s3_signing_element(s, "CanonicalRequest")), STR_LIT("\n" SIGV4_EMPTY_SHA256)));
}

static void an_open_store_looks_at_the_life_of_any_url(void **state)
{
    struct s3_signing *s = *state;
    s->keys.open = true;
    s3_signing_target(s, "GET",
                      KEY ALGORITHM
                      "&X-Amz-Credential=A/20261122/r/s3/aws4_request" DATE EXPIRES HEADERS SIGNATURE);
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_SIGNED_UNVERIFIED);
    assert_true(s->who.presigned);
    s3_signing_time(s, "20261122T231000Z");
    s3_signing_assert_refused(s, S3_ACCESS_DENIED, "Request has expired");
}

/* ---- version 2 ---- */

#define V2 "AWSAccessKeyId=" S3_KEY "&Signature="

/* boto3's, with content-type and x-amz-meta-q signed. */
#define V2_PUT_URL                                                                                           \
    "/_s3/inv-b3/up.log?" V2                                                                                 \
    "aHRNaNN1%2FV%2BOhoqI8Xz3PmLwYPk%3D&content-type=text%2Fplain&x-amz-meta-q=w%20x&Expires=1893456300"

static struct s3_signing *in_2030(void **state)
{
    struct s3_signing *s = *state;
    s3_signing_time(s, "20300101T000000Z");
    return s;
}

static void urls_of_boto_in_version_2_verify(void **state)
{
    static const struct {
        const char *method, *target;
    } cases[] = {
        { "GET", "/_s3/inv-b3/k1?" V2 "z5z%2B2XofgXaBUljzmpnEw6Vcoik%3D&Expires=1893456300" },
        { "GET",
          "/_s3/inv-b3/a%20b%2Bc/%C3%A4.txt?versionId=v1%2Fx%3D&response-content-disposition="
          "attachment%3B%20filename%3D%22a%20b%22&" V2 "53XKqRWVvv6POcHEvIax9eEnakU%3D&Expires=1893456300" },
        { "PUT", V2_PUT_URL },
        { "PUT", "/_s3/inv-b3/up.log?" V2 "XTfKt7zItdFL7jD5flw4aKsHtEM%3D&Expires=1893456300" },
        { "PUT", "/_s3/inv-b3/up.log?uploadId=U1&partNumber=3&" V2
                 "3HVkBRGt4w4nsYEwAGBZvxBecqM%3D&Expires=1893456300" },
        { "POST", "/_s3/inv-b3/up.log?uploads&" V2 "aqqMOjztacZEAknBCfcEIofUJIw%3D&Expires=1893456300" },
        { "GET", "/_s3/inv-b3?list-type=2&prefix=p%2F&encoding-type=url&" V2
                 "ZGfT8QJXpfOEOAJpL8EGwW6CWK8%3D&Expires=1893456300" },
    };
    struct s3_signing *s = in_2030(state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_target(s, cases[i].method, cases[i].target);
        s3_signing_assert_verified(s);
        assert_int_equal(s->who.kind, S3_SIGNED);
        assert_true(s->who.presigned);
        assert_true(str_eq_text(s->who.access_key, S3_KEY));
        assert_null(s->who.region.p);
        assert_null(s->who.payload_hash.p);
    }
}

/* "Authenticating requests using the REST API" (AWS Signature Version 2), S3 user guide */
static struct str published_secret(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, "AKIAIOSFODNN7EXAMPLE")
               ? STR_LIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
               : STR_NONE;
}

static void the_published_url_verifies(void **state)
{
    struct s3_signing *s = *state;
    s->keys.secret = published_secret;
    s3_signing_time(s, "20070101T000000Z");
    s3_signing_target(s, "GET",
                      "/_s3/johnsmith/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE"
                      "&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620");
    s3_signing_assert_verified(s);
}

static void the_path_may_be_signed_with_the_prefix_too(void **state)
{
    struct s3_signing *s = in_2030(state);
    s3_signing_target(s, "GET", "/_s3/inv-b3/k1?" V2 "z5z%2B2XofgXaBUljzmpnEw6Vcoik%3D&Expires=1893456300");
    s->request.path = STR_LIT("/k1"); /* behind a prefix /inv-b3 */
    s->request.target_path = STR_LIT("/inv-b3/k1");
    s3_signing_assert_verified(s);
    s->request.path = STR_LIT("/k2");
    s->request.target_path = STR_LIT("/inv-b3/k2");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}

/* The host, which names the bucket, is not signed. */
static void the_path_as_it_came_is_not_that_of_another_bucket(void **state)
{
    struct s3_signing *s = in_2030(state);
    s3_signing_target(s, "GET", "/_s3/inv-b3/k1?" V2 "z5z%2B2XofgXaBUljzmpnEw6Vcoik%3D&Expires=1893456300");
    s->request.path = STR_LIT("/other/inv-b3/k1");
    s->request.target_path = STR_LIT("/inv-b3/k1");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}

static void headers_that_were_signed_may_be_sent_as_headers(void **state)
{
    struct s3_signing *s = in_2030(state);
    s3_signing_target(s, "PUT", V2_PUT_URL);
    s3_signing_header(s, "Content-Type", "text/plain");
    s3_signing_header(s, "X-Amz-Meta-Q", "w x");
    s3_signing_assert_verified(s);
    s->headers[1].value = STR_LIT("text/html");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}

static void what_version_2_signs_cannot_be_changed(void **state)
{
#define GET_K1 V2 "z5z%2B2XofgXaBUljzmpnEw6Vcoik%3D&Expires=1893456300"
    static const struct {
        const char *method, *target;
    } cases[] = {
        { "PUT", "/_s3/inv-b3/k1?" GET_K1 },
        { "GET", "/_s3/inv-b3/k2?" GET_K1 },
        { "GET", "/_s3/inv-b3/k1?versionId=1&" GET_K1 },
        { "GET", "/_s3/inv-b3/k1?version%49d=1&" GET_K1 },
        { "GET", "/_s3/inv-b3/k1?response-content-type=a&" GET_K1 },
        { "GET", "/_s3/inv-b3/k1?x-amz-acl=a&" GET_K1 },
        { "GET", "/_s3/inv-b3/k1?" V2 "z5z%2B2XofgXaBUljzmpnEw6Vcoik%3D&Expires=1893456301" },
        { "GET", "/_s3/inv-b3/k1?" V2 "&Expires=1893456300" },
        { "GET",
          "/_s3/inv-b3/a%20b%2Bc/%C3%A4.txt?versionId=v1%2Fx%3D%00x&response-content-disposition="
          "attachment%3B%20filename%3D%22a%20b%22&" V2 "53XKqRWVvv6POcHEvIax9eEnakU%3D&Expires=1893456300" },
    };
    struct s3_signing *s = in_2030(state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_target(s, cases[i].method, cases[i].target);
        s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    }
    s3_signing_target(s, "GET", "/_s3/inv-b3/k1?" GET_K1);
    s3_signing_header(s, "Content-Type", "text/plain");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
}

static void a_mismatch_in_version_2_shows_the_string_that_was_signed(void **state)
{
    struct s3_signing *s = in_2030(state);
    s3_signing_target(s, "PUT",
                      "/_s3/inv-b3/k1?uploadId=u%2F1&partNumber=2&acl&" V2 "AA%3D%3D&Expires=1893456300");
    s3_signing_header(s, "X-Amz-Meta-B", "2");
    s3_signing_header(s, "x-amz-meta-a", "1");
    s3_signing_header(s, "x-amz-meta-b", "3");
    s3_signing_header(s, "Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg==");
    s3_signing_assert_refused(s, S3_SIGNATURE_DOES_NOT_MATCH, NULL);
    assert_string_equal(s3_signing_element(s, "StringToSign"),
                        "PUT\n1B2M2Y8AsgTpgAmY7PhCfg==\n\n1893456300\nx-amz-meta-a:1\nx-amz-meta-b:2,3\n"
                        "/inv-b3/k1?acl&partNumber=2&uploadId=u/1");
    assert_string_equal(s3_signing_element(s, "SignatureProvided"), "AA==");
    assert_null(s3_signing_element(s, "CanonicalRequest"));
}

static void faults_of_a_url_in_version_2_are_told_apart(void **state)
{
    static const char missing[] =
        "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters";
    static const struct {
        const char *target;
        enum s3_error error;
        const char *message;
    } cases[] = {
        { "/_s3/b3b/k?AWSAccessKeyId=A", S3_ACCESS_DENIED, missing },
        { "/_s3/b3b/k?Signature=A", S3_ACCESS_DENIED, missing },
        { "/_s3/b3b/k?Signature=A&Expires=1", S3_ACCESS_DENIED, missing },
        { "/_s3/b3b/k?Signature=A&AWSAccessKeyId=A", S3_ACCESS_DENIED, missing },
        { "/_s3/b3b/k?Signature=A&AWSAccessKeyId=A&Expires=soon", S3_ACCESS_DENIED,
          "Invalid date (should be seconds since epoch): soon" },
        { "/_s3/b3b/k?Signature=A&AWSAccessKeyId=A&Expires=2147483648", S3_ACCESS_DENIED,
          "Invalid date (should be seconds since epoch): 2147483648" },
        { "/_s3/b3b/k?Signature=A&AWSAccessKeyId=A&Expires=1893455999", S3_ACCESS_DENIED,
          "Request has expired" },
        { "/_s3/b3b/k?Signature=A&AWSAccessKeyId=A&Expires=1893456000", S3_INVALID_ACCESS_KEY_ID, NULL },
    };
    struct s3_signing *s = in_2030(state);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s3_signing_target(s, "GET", cases[i].target);
        s3_signing_assert_refused(s, cases[i].error, cases[i].message);
        assert_null(s3_signing_element(s, "X-Amz-Expires"));
    }
    s->keys.open = true;
    s3_signing_assert_verified(s);
    assert_int_equal(s->who.kind, S3_SIGNED_UNVERIFIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_signing_set_up, s3_signing_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(urls_of_clients_verify),
        TEST(a_url_that_we_make_verifies),
        TEST(what_was_signed_cannot_be_changed),
        TEST(faults_of_a_url_are_told_in_their_order),
        TEST(an_expired_url_says_when),
        TEST(a_url_of_the_future_says_when),
        TEST(headers_that_a_url_does_not_sign_are_refused_if_they_are_amazons),
        TEST(a_header_must_not_contradict_the_url),
        TEST(a_url_may_sign_its_body),
        TEST(an_open_store_looks_at_the_life_of_any_url),
        TEST(urls_of_boto_in_version_2_verify),
        TEST(the_published_url_verifies),
        TEST(the_path_may_be_signed_with_the_prefix_too),
        TEST(the_path_as_it_came_is_not_that_of_another_bucket),
        TEST(headers_that_were_signed_may_be_sent_as_headers),
        TEST(what_version_2_signs_cannot_be_changed),
        TEST(a_mismatch_in_version_2_shows_the_string_that_was_signed),
        TEST(faults_of_a_url_in_version_2_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
