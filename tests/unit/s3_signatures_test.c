/* Who may: signatures over HTTP, tampered with in every part; expiry on the virtual clock; keys and their
 * roles; what is meant for S3 at all. The rules themselves: s3_auth_test. */
#include <stdio.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/clock.h"
#include "support/cmocka_all.h"
#include "support/s3_client.h"

#define HELLO "hello firmware\n"

static const int64_t start_ms = 1893456000000; /* 2030-01-01T00:00:00Z */

struct fixture {
    struct http_world *world;
    struct arena arena;
    char host[32];
};

static struct fixture fixture;

static const char *sign_as(const char *key, const char *secret, const char *method, const char *target)
{
    const struct s3_signature signature = { .key = key,
                                            .secret = secret,
                                            .method = method,
                                            .target = target,
                                            .host = fixture.host,
                                            .payload_hash = SIGV4_UNSIGNED_PAYLOAD,
                                            .at_ms = start_ms };
    return s3_sign(&signature, &fixture.arena);
}

static const char *sign(const char *method, const char *target)
{
    return sign_as(S3_TEST_KEY, S3_TEST_SECRET, method, target);
}

static const char *presign(const char *method, const char *target, int64_t expires_s)
{
    return s3_presign(fixture.world->port, method, target, expires_s, start_ms, &fixture.arena);
}

static int finish_set_up(void **state)
{
    fixture.world = *state;
    arena_init(&fixture.arena, (size_t)4 * 1024 * 1024);
    snprintf(fixture.host, sizeof fixture.host, "127.0.0.1:%d", fixture.world->port);
    return 0;
}

static const char keys[] =
    S3_TEST_KEY " " S3_TEST_SECRET " operator\nAKIAREADER reader read-only\nAKIAADMIN admin admin\n";

static int set_up(void **state)
{
    if (http_world_setup_with_keys(state, keys, "2030-01-01T00:00:00Z") != 0)
        return -1;
    finish_set_up(state);
    s3_ask(*state, "PUT", "/_s3/fws", sign("PUT", "/_s3/fws"), "", 200);
    s3_ask(*state, "PUT", "/_s3/fws/k", sign("PUT", "/_s3/fws/k"), HELLO, 200);
    return 0;
}

/* When the captures were made; its signatures are those of 127.0.0.1:5627. */
static int set_up_then(void **state)
{
    if (http_world_setup_with_keys(state, keys, "2026-11-22T22:44:16Z") != 0)
        return -1;
    finish_set_up(state);
    const struct s3_signature signature = { .key = S3_TEST_KEY,
                                            .secret = S3_TEST_SECRET,
                                            .method = "PUT",
                                            .target = "/_s3/inv-b3",
                                            .host = fixture.host,
                                            .payload_hash = SIGV4_UNSIGNED_PAYLOAD,
                                            .at_ms = 1795387456000 };
    s3_ask(*state, "PUT", "/_s3/inv-b3", s3_sign(&signature, &fixture.arena), "", 200);
    return 0;
}

static int set_up_open(void **state)
{
    if (http_world_setup(state) != 0)
        return -1;
    finish_set_up(state);
    s3_ask(*state, "PUT", "/_s3/fws", "", "", 200);
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    return 0;
}

static int tear_down(void **state)
{
    arena_release(&fixture.arena);
    return http_world_teardown(state);
}

static void advance(const struct http_world *world, const char *duration)
{
    char body[64];
    snprintf(body, sizeof body, "{\"advance\":\"%s\"}", duration);
    http_ask(world, "POST", "/_iotjobs/clock", body, 200, "");
}

/* ---- headers ---- */

static void a_signed_request_is_served(void **state)
{
    s3_ask(*state, "GET", "/_s3/fws/k", sign("GET", "/_s3/fws/k"), NULL, 200);
    s3_ask(*state, "GET", "/_s3/fws?list-type=2&prefix=k", sign("GET", "/_s3/fws?list-type=2&prefix=k"), NULL,
           200);
}

static void who_has_not_signed_is_refused(void **state)
{
    s3_ask_refused(*state, "GET", "/_s3/fws/k", "", NULL, 403, "AccessDenied");
    s3_ask_refused(*state, "PUT", "/_s3/fws/other", "", HELLO, 403, "AccessDenied");
    s3_ask_refused(*state, "GET", "/_s3", "", NULL, 403, "AccessDenied");
    s3_ask_refused(*state, "PUT", "/_s3/fws?policy", "", "", 403, "AccessDenied");
}

static void a_request_that_is_not_the_signed_one_is_refused(void **state)
{
    struct http_world *world = *state;
    struct http_answer answer;
    const char *of_get = sign("GET", "/_s3/fws/k");
    s3_ask_refused(world, "PUT", "/_s3/fws/k", of_get, "evil", 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", "/_s3/fws/other", of_get, NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", "/_s3/fws/%6B", of_get, NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", "/fws/k", of_get, NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", "/_s3/fws/k?tagging", of_get, NULL, 403, "SignatureDoesNotMatch");
    const struct s3_call elsewhere = {
        .method = "GET", .target = "/_s3/fws/k", .headers = of_get, .host = "evil.example"
    };
    s3_send_plain(world, &elsewhere, &answer);
    assert_s3_error(&answer, 403, "SignatureDoesNotMatch");
    assert_http_body_has(&answer, "<CanonicalRequest>GET\n/_s3/fws/k\n");
    http_answer_release(&answer);
    char more[2048];
    snprintf(more, sizeof more, "%sx-amz-acl: private\r\n", of_get);
    s3_ask_refused(world, "GET", "/_s3/fws/k", more, NULL, 403, "AccessDenied");
    s3_ask(world, "GET", "/_s3/fws/k", of_get, NULL, 200);
}

static void an_unknown_key_and_a_wrong_secret_are_refused(void **state)
{
    struct http_answer answer;
    const struct s3_call unknown = { .method = "GET",
                                     .target = "/_s3/fws/k",
                                     .headers = sign_as("AKIANOBODY", "x", "GET", "/_s3/fws/k") };
    s3_send_plain(*state, &unknown, &answer);
    assert_s3_error(&answer, 403, "InvalidAccessKeyId");
    assert_http_body_has(&answer, "<AWSAccessKeyId>AKIANOBODY</AWSAccessKeyId>");
    http_answer_release(&answer);
    s3_ask_refused(*state, "GET", "/_s3/fws/k", sign_as(S3_TEST_KEY, "wrong", "GET", "/_s3/fws/k"), NULL, 403,
                   "SignatureDoesNotMatch");
}

static void a_clock_that_is_far_off_is_refused(void **state)
{
    struct http_world *world = *state;
    const char *headers = sign("GET", "/_s3/fws/k");
    advance(world, "PT14M");
    s3_ask(world, "GET", "/_s3/fws/k", headers, NULL, 200);
    advance(world, "PT2M");
    s3_ask_refused(world, "GET", "/_s3/fws/k", headers, NULL, 403, "RequestTimeTooSkewed");
}

static void who_may_read_may_not_write(void **state)
{
#define READER(method, target) sign_as("AKIAREADER", "reader", method, target)
    s3_ask(*state, "GET", "/_s3/fws/k", READER("GET", "/_s3/fws/k"), NULL, 200);
    s3_ask(*state, "GET", "/_s3/fws", READER("GET", "/_s3/fws"), NULL, 200);
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", READER("PUT", "/_s3/fws/k"), "x", 403, "AccessDenied");
    s3_ask_refused(*state, "DELETE", "/_s3/fws/k", READER("DELETE", "/_s3/fws/k"), NULL, 403, "AccessDenied");
    s3_ask_refused(*state, "PUT", "/_s3/other", READER("PUT", "/_s3/other"), "", 403, "AccessDenied");
    s3_ask_refused(*state, "POST", "/_s3/fws/k?uploads", READER("POST", "/_s3/fws/k?uploads"), "", 403,
                   "AccessDenied");
    s3_ask(*state, "GET", "/_s3/fws/k", sign_as("AKIAADMIN", "admin", "GET", "/_s3/fws/k"), NULL, 200);
    s3_ask(*state, "DELETE", "/_s3/fws/k", sign_as("AKIAADMIN", "admin", "DELETE", "/_s3/fws/k"), NULL, 204);
}

static void what_is_denied_is_told(void **state)
{
    const struct http_world *world = *state;
    s3_ask_refused(world, "GET", "/_s3/fws/k", "", NULL, 403, "AccessDenied");
    http_ask(world, "GET", "/_iotjobs/denials", NULL, 200,
             "\"principal\":\"anybody\",\"action\":\"GET\",\"resource\":\"/_s3/fws/k\",\"reason\":\"it has "
             "not said who it is\",\"sourceIp\":\"127.0.0.1\"}],\"total\":1}");
    s3_ask_refused(world, "GET", "/_s3/fws/k", sign_as("AKIANOBODY", "x", "GET", "/_s3/fws/k"), NULL, 403,
                   "InvalidAccessKeyId");
    http_ask(world, "GET", "/_iotjobs/denials", NULL, 200, "\"reason\":\"its access key is not known\"");
    s3_ask_refused(world, "DELETE", "/_s3/fws/k", READER("DELETE", "/_s3/fws/k"), NULL, 403, "AccessDenied");
    http_ask(world, "GET", "/_iotjobs/denials", NULL, 200,
             "\"principal\":\"key/AKIAREADER\",\"action\":\"s3:DeleteObject\",\"resource\":\"/_s3/fws/k\","
             "\"reason\":\"the role of the access key does not permit it\",\"sourceIp\":\"127.0.0.1\"}");
    s3_ask_refused(world, "GET", "/_s3/fws/missing", sign("GET", "/_s3/fws/missing"), NULL, 404, "NoSuchKey");
    http_ask(world, "GET", "/_iotjobs/denials?maxResults=1", NULL, 200, "\"total\":3}");
}

/* ---- bodies that are signed in chunks ---- */

#define STREAM_SIGNATURE(names, signature)                                                                   \
    "Authorization: AWS4-HMAC-SHA256 Credential=" S3_TEST_KEY                                                \
    "/20261122/us-east-1/s3/aws4_request, SignedHeaders=" names ", Signature=" signature "\r\n"
#define STREAM_HEADERS                                                                                       \
    "Content-Encoding: aws-chunked\r\nX-Amz-Date: 20261122T224416Z\r\nx-amz-decoded-content-length: 18\r\n"
#define STREAM_FIRST                                                                                         \
    "c;chunk-signature=74042f21bf56468c657de5c034cf91d23605ef410b721d9da7fecff1a7749cff\r\nstreamed by \r\n"
#define STREAM_LAST                                                                                          \
    "\r\n0;chunk-signature=0c0d225e0d79368d4e01f2bfb241ee6c913e8ab210d65cb4683d914bbfee9073\r\n\r\n"
#define STREAM_SECOND(text)                                                                                  \
    "6;chunk-signature=87804231346059e72b261de700a2f1056c44ac908d7654e3874e816e92f999ec\r\n" text

static void stream(const struct http_world *world, const char *body, struct http_answer *ret_answer)
{
    static const char names[] =
        STREAM_SIGNATURE("content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length",
                         "faec11a5b9c7d9d052bb62d01351b91401c3eafd3abf4bb2ee37213060f9d56b") STREAM_HEADERS
        "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n";
    const struct s3_call put = { .method = "PUT",
                                 .target = "/_s3/inv-b3/chunked.txt",
                                 .headers = names,
                                 .host = "127.0.0.1:5627",
                                 .body = str_from(body) };
    s3_send_plain(world, &put, ret_answer);
}

static void each_chunk_is_verified(void **state)
{
    struct http_answer answer;
    stream(*state, STREAM_FIRST STREAM_SECOND("chunkz") STREAM_LAST, &answer);
    assert_s3_error(&answer, 403, "SignatureDoesNotMatch");
    http_answer_release(&answer);
    stream(*state, STREAM_FIRST STREAM_SECOND("chunks") "\r\n", &answer);
    assert_s3_error(&answer, 400, "IncompleteBody");
    http_answer_release(&answer);
    stream(*state, "c\r\nstreamed by \r\n6\r\nchunks\r\n0\r\n\r\n", &answer);
    assert_s3_error(&answer, 400, "IncompleteBody");
    http_answer_release(&answer);
    stream(*state, STREAM_FIRST STREAM_SECOND("chunks") STREAM_LAST, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
}

static void a_request_of_the_aws_cli_is_served(void **state)
{
    struct http_answer answer;
    s3_ask_refused(*state, "GET", "/_s3/inv-b3/chunked.txt", "", NULL, 403, "AccessDenied");
    const struct s3_call get = {
        .method = "GET",
        .host = "127.0.0.1:5627",
        .target = "/_s3/inv-b3/k1?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
                  "AKIAINVENTED0000001%2F20261122%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date="
                  "20261122T224426Z&X-Amz-Expires=300&X-Amz-SignedHeaders=host&X-Amz-Signature="
                  "ad757cd18b83f89f4e35d34230b48d96162da9240dc095cafa05a7fb43c3367c"
    };
    s3_send_plain(*state, &get, &answer);
    assert_s3_error(&answer, 404, "NoSuchKey");
    http_answer_release(&answer);
}

/* ---- presigned URLs ---- */

static void what_is_no_header_is_none_in_a_url_either(void **state)
{
    struct http_world *world = *state;
    static const char *const wrong[] = {
        "x-amz-meta-a=1%0d%0aSet-Cookie:%20b=2",
        "x-amz-meta-a%0d%0aSet-Cookie=1",
        "x-amz-meta-a:%20b=1",
        "x-amz-meta-a=%00",
    };
    char target[256];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        snprintf(target, sizeof target, "/_s3/fws/m?%s", wrong[i]);
        s3_ask_refused(world, "PUT", presign("PUT", target, 300), "", "x", 400, "InvalidArgument");
    }
    s3_ask(world, "PUT", presign("PUT", "/_s3/fws/m?x-amz-meta-a=b%09c", 300), "", "x", 200);
}

static void a_presigned_url_is_good_until_it_expires(void **state)
{
    struct http_world *world = *state;
    const char *url = presign("GET", "/_s3/fws/k", 300);
    s3_ask(world, "GET", url, "", NULL, 200);
    s3_ask(world, "GET", url, "Range: bytes=0-4\r\n", NULL, 206);
    advance(world, "PT4M");
    s3_ask(world, "GET", url, "", NULL, 200);
    advance(world, "PT2M");
    struct http_answer answer;
    const struct s3_call late = { .method = "GET", .target = url };
    s3_send_plain(world, &late, &answer);
    assert_s3_error(&answer, 403, "AccessDenied");
    assert_http_body_has(&answer, "<Message>Request has expired</Message><X-Amz-Expires>300</X-Amz-Expires>"
                                  "<Expires>2030-01-01T00:05:00Z</Expires><ServerTime>2030-01-01T00:06:");
    http_answer_release(&answer);
}

static void a_presigned_url_is_for_one_method_and_one_object(void **state)
{
    struct http_world *world = *state;
    const char *get = presign("GET", "/_s3/fws/k", 300);
    const char *put = presign("PUT", "/_s3/fws/up", 300);
    s3_ask_refused(world, "PUT", get, "", "evil", 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "DELETE", get, "", NULL, 403, "SignatureDoesNotMatch");
    s3_ask(world, "HEAD", get, "", NULL, 403);
    s3_ask_refused(world, "GET", put, "", NULL, 403, "SignatureDoesNotMatch");
    s3_ask(world, "PUT", put, "Content-Type: text/plain\r\n", HELLO, 200);
    char other[1024];
    snprintf(other, sizeof other, "/_s3/fws/x%s", strchr(get, '?'));
    s3_ask_refused(world, "GET", other, "", NULL, 403, "SignatureDoesNotMatch");
    snprintf(other, sizeof other, "%s&versionId=null", get);
    s3_ask_refused(world, "GET", other, "", NULL, 403, "SignatureDoesNotMatch");
    snprintf(other, sizeof other, "%s&response-content-type=text/html", get);
    s3_ask_refused(world, "GET", other, "", NULL, 403, "SignatureDoesNotMatch");
    const struct s3_call elsewhere = { .method = "GET", .target = get, .host = "localhost" };
    struct http_answer answer;
    s3_send_plain(world, &elsewhere, &answer);
    assert_s3_error(&answer, 403, "SignatureDoesNotMatch");
    http_answer_release(&answer);
}

/* A copy of `url` in which the text behind `name` is another. */
static const char *with(const char *url, const char *name, const char *value)
{
    const char *at = strstr(url, name);
    assert_non_null(at);
    at += strlen(name);
    size_t n = strcspn(at, "&");
    return arena_printf(&fixture.arena, "%.*s%s%s", (int)(at - url), url, value, at + n).p;
}

static void a_presigned_url_that_was_changed_is_refused(void **state)
{
    struct http_world *world = *state;
    const char *url = presign("GET", "/_s3/fws/k", 300);
    s3_ask_refused(world, "GET", with(url, "X-Amz-Expires=", "3600"), "", NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "X-Amz-Date=", "20300101T000001Z"), "", NULL, 403,
                   "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "X-Amz-Signature=", "00ff"), "", NULL, 403,
                   "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "X-Amz-SignedHeaders=", "host%3Bx-amz-date"), "", NULL, 403,
                   "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "X-Amz-Expires=", "604801"), "", NULL, 400,
                   "AuthorizationQueryParametersError");
    s3_ask_refused(world, "GET", with(url, "X-Amz-Expires=", "-1"), "", NULL, 400,
                   "AuthorizationQueryParametersError");
    s3_ask_refused(world, "GET", with(url, "X-Amz-Algorithm=", "none"), "", NULL, 400,
                   "AuthorizationQueryParametersError");
    s3_ask_refused(world, "GET", url, "x-amz-acl: private\r\n", NULL, 403, "AccessDenied");
    s3_ask_refused(world, "GET", url, sign("GET", "/_s3/fws/k"), NULL, 400, "InvalidArgument");
}

static void an_answer_is_dressed_as_the_url_wants(void **state)
{
    struct http_answer answer;
    const struct s3_call get = {
        .method = "GET",
        .target =
            presign("GET",
                    "/_s3/fws/k?response-content-type=text%2Fx&response-content-disposition=attachment%3B%20"
                    "filename%3D%22a%20b%22",
                    300)
    };
    s3_send_plain(*state, &get, &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "Content-Type", "text/x");
    assert_http_header(&answer, "Content-Disposition", "attachment; filename=\"a b\"");
    http_answer_release(&answer);
    s3_ask_refused(*state, "GET",
                   presign("GET", "/_s3/fws/k?response-content-type=a%0D%0AEvil%3A%20yes", 300), "", NULL,
                   400, "InvalidArgument");
}

/* The older signature: what `aws s3 presign` makes in old regions. It signs the path without the prefix. */
static const char *presign_v2(const char *method, const char *path, int64_t expires_s)
{
    unsigned char mac[DIGEST_BYTES_MAX];
    struct str text = arena_printf(&fixture.arena, "%s\n\n\n%lld\n%s", method, (long long)expires_s, path);
    assert_true(digest_hmac(DIGEST_SHA1, STR_LIT(S3_TEST_SECRET), text, mac));
    struct str signature = base64_text(mac, SHA1_BYTES, &fixture.arena);
    return arena_printf(&fixture.arena, "/_s3%s?AWSAccessKeyId=" S3_TEST_KEY "&Signature=%.*s&Expires=%lld",
                        path, STR(sigv4_encode(signature, false, &fixture.arena)), (long long)expires_s)
        .p;
}

static void the_older_signature_is_verified(void **state)
{
    struct http_world *world = *state;
    const int64_t in_five_minutes = start_ms / 1000 + 300;
    const char *url = presign_v2("GET", "/fws/k", in_five_minutes);
    s3_ask(world, "GET", url, "", NULL, 200);
    s3_ask(world, "GET", url + strlen("/_s3"), "", NULL, 200);
    s3_ask_refused(world, "PUT", url, "", "evil", 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "Expires=", "1999999999"), "", NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "Signature=", "AAAA"), "", NULL, 403, "SignatureDoesNotMatch");
    s3_ask_refused(world, "GET", with(url, "AWSAccessKeyId=", "NOBODY"), "", NULL, 403, "InvalidAccessKeyId");
    s3_ask(world, "PUT", presign_v2("PUT", "/fws/up", in_five_minutes), "", HELLO, 200);
    /* It signs no Host: the bucket that this names must not take the place of the one that was signed. */
    const struct s3_call elsewhere = { .method = "GET",
                                       .target = url + strlen("/_s3"),
                                       .host = "other.localhost" };
    struct http_answer answer;
    s3_send_plain(world, &elsewhere, &answer);
    assert_s3_error(&answer, 403, "SignatureDoesNotMatch");
    http_answer_release(&answer);
    advance(world, "PT6M");
    s3_ask_refused(world, "GET", url, "", NULL, 403, "AccessDenied");
}

/* ---- without keys ---- */

static void without_keys_what_others_have_signed_is_taken(void **state)
{
    s3_ask(*state, "GET", "/_s3/fws/k", "", NULL, 200);
    s3_ask(*state, "GET", "/_s3/fws/k", sign("GET", "/_s3/fws/other"), NULL, 200);
    s3_ask(*state, "GET", presign("GET", "/_s3/fws/other", 300), "", NULL, 404);
    const char *url = presign("GET", "/_s3/fws/k", 300);
    s3_ask(*state, "GET", url, "", NULL, 200);
    advance(*state, "PT6M");
    s3_ask_refused(*state, "GET", url, "", NULL, 403, "AccessDenied");
}

static void nobody_unknown_dresses_an_answer(void **state)
{
    s3_ask_refused(*state, "GET", "/_s3/fws/k?response-content-type=text%2Fhtml", "", NULL, 400,
                   "InvalidRequest");
}

static void a_web_page_may_only_read(void **state)
{
    s3_ask(*state, "GET", "/_s3/fws/k", "Origin: http://page.example\r\n", NULL, 200);
    s3_ask(*state, "HEAD", "/_s3/fws/k", "Origin: http://page.example\r\n", NULL, 200);
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "Origin: http://page.example\r\n", "evil", 403,
                   "AccessDenied");
    s3_ask_refused(*state, "DELETE", "/_s3/fws/k", "Origin: http://page.example\r\n", NULL, 403,
                   "AccessDenied");
}

/* ---- what is meant for S3 ---- */

static void a_signature_for_s3_makes_the_root_s3(void **state)
{
    struct http_answer answer;
    const struct s3_call list = { .method = "GET", .target = "/", .headers = sign("GET", "/") };
    s3_send_plain(*state, &list, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "<ListAllMyBucketsResult");
    http_answer_release(&answer);
    s3_ask(*state, "GET", "/fws/k", sign("GET", "/fws/k"), NULL, 200);
    s3_ask(*state, "GET", presign("GET", "/fws/k", 300), "", NULL, 200);
    s3_ask(*state, "PUT", "/things", sign("PUT", "/things"), "", 200);
}

static void everything_else_stays_what_it_was(void **state)
{
    http_ask(*state, "GET", "/", NULL, 200, "");
    http_ask(*state, "GET", "/things", NULL, 200, "\"things\":[]");
    http_ask_error(*state, "GET", "/fws/k", NULL, 404, "UnknownOperationException");
    http_ask_with(*state, "GET", "/things",
                  "Authorization: AWS4-HMAC-SHA256 Credential=a/20300101/eu-central-1/iot/"
                  "aws4_request, SignedHeaders=host, Signature=0\r\n",
                  NULL, 200, "\"things\":[]");
    http_ask_with(*state, "GET", "/_iotjobs/health", sign("GET", "/_iotjobs/health"), NULL, 200, "");
    http_ask(*state, "GET", "/_s3x", NULL, 404, "");
}

/* As soon as it asks faster than once a second. */
static void a_key_above_its_rate_is_slowed_down_and_no_other(void **state)
{
    enum { TRIES = 1000 };
    struct http_world *world = *state;
    int status = 200;
    world->settings.key_rate_limit = 1;
    for (int i = 0; i < TRIES && status == 200; i++) {
        struct http_answer answer;
        const struct s3_call call = { .method = "GET",
                                      .target = "/_s3/fws/k",
                                      .headers = sign("GET", "/_s3/fws/k") };
        s3_send_plain(world, &call, &answer);
        status = answer.status;
        if (status != 200)
            assert_s3_error(&answer, 503, "SlowDown");
        http_answer_release(&answer);
    }
    assert_int_equal(status, 503);
    s3_ask(world, "GET", "/_s3/fws/k", sign_as("AKIAREADER", "reader", "GET", "/_s3/fws/k"), "", 200);
}

int main(void)
{
#define TEST(name)      cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define TEST_THEN(name) cmocka_unit_test_setup_teardown(name, set_up_then, tear_down)
#define TEST_OPEN(name) cmocka_unit_test_setup_teardown(name, set_up_open, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_signed_request_is_served),
        TEST(who_has_not_signed_is_refused),
        TEST(a_request_that_is_not_the_signed_one_is_refused),
        TEST(an_unknown_key_and_a_wrong_secret_are_refused),
        TEST(a_clock_that_is_far_off_is_refused),
        TEST(who_may_read_may_not_write),
        TEST(what_is_denied_is_told),
        TEST_THEN(each_chunk_is_verified),
        TEST_THEN(a_request_of_the_aws_cli_is_served),
        TEST(what_is_no_header_is_none_in_a_url_either),
        TEST(a_presigned_url_is_good_until_it_expires),
        TEST(a_presigned_url_is_for_one_method_and_one_object),
        TEST(a_presigned_url_that_was_changed_is_refused),
        TEST(an_answer_is_dressed_as_the_url_wants),
        TEST(a_key_above_its_rate_is_slowed_down_and_no_other),
        TEST(the_older_signature_is_verified),
        TEST_OPEN(without_keys_what_others_have_signed_is_taken),
        TEST_OPEN(nobody_unknown_dresses_an_answer),
        TEST_OPEN(a_web_page_may_only_read),
        TEST_OPEN(a_signature_for_s3_makes_the_root_s3),
        TEST_OPEN(everything_else_stays_what_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
