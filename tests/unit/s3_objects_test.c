/* Objects over HTTP: what is put is got, whatever its key; ranges and conditions; what cannot escape its
 * bucket. */
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/s3_client.h"

#define HELLO     "hello firmware\n"
#define HELLO_MD5 "\"129b75ea5afb37a291bc1fee820e2108\""

static void get(const struct http_world *world, const char *target, const char *headers,
                struct http_answer *ret_answer)
{
    const struct s3_call call = { .method = "GET", .target = target, .headers = headers };
    s3_send_plain(world, &call, ret_answer);
}

static void assert_got(const struct http_world *world, const char *target, const char *headers, int status,
                       const char *body)
{
    struct http_answer answer;
    get(world, target, headers, &answer);
    assert_http_status(&answer, status);
    assert_int_equal(answer.body.n, strlen(body));
    if (answer.body.n > 0)
        assert_memory_equal(answer.body.p, body, answer.body.n);
    http_answer_release(&answer);
}

/* ---- put, get, head, delete ---- */

static void what_is_put_is_got(void **state)
{
    struct http_answer answer;
    const struct s3_call put = { .method = "PUT",
                                 .target = "/_s3/fws/pump/1.2.bin",
                                 .headers =
                                     "Content-Type: application/octet-stream\r\nx-amz-meta-Kind: pump\r\n"
                                     "Cache-Control: no-cache\r\nx-amz-checksum-crc32: L3iwhg==\r\n",
                                 .body = STR_LIT(HELLO) };
    s3_send_plain(*state, &put, &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "ETag", HELLO_MD5);
    assert_http_header(&answer, "x-amz-checksum-crc32", "L3iwhg==");
    assert_http_header(&answer, "x-amz-checksum-type", "FULL_OBJECT");
    assert_int_equal(answer.body.n, 0);
    http_answer_release(&answer);

    get(*state, "/_s3/fws/pump/1.2.bin", "x-amz-checksum-mode: ENABLED\r\n", &answer);
    assert_http_status(&answer, 200);
    assert_string_equal(answer.body.p, HELLO);
    assert_http_header(&answer, "ETag", HELLO_MD5);
    assert_http_header(&answer, "Content-Type", "application/octet-stream");
    assert_http_header(&answer, "x-amz-meta-kind", "pump");
    assert_http_header(&answer, "Cache-Control", "no-cache");
    assert_http_header(&answer, "Accept-Ranges", "bytes");
    assert_http_header(&answer, "x-amz-checksum-crc32", "L3iwhg==");
    http_answer_release(&answer);
}

static void head_says_what_get_would(void **state)
{
    struct http_answer answer;
    const struct s3_call head = { .method = "HEAD", .target = "/_s3/fws/k" };
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    s3_send_plain(*state, &head, &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "Content-Length", "15");
    assert_http_header(&answer, "ETag", HELLO_MD5);
    assert_http_header(&answer, "Content-Type", "binary/octet-stream");
    char text[64];
    assert_true(http_answer_header(&answer, "Last-Modified", text, sizeof text));
    assert_false(http_answer_header(&answer, "x-amz-checksum-crc32", text, sizeof text));
    http_answer_release(&answer);
}

static void an_error_of_head_has_no_body(void **state)
{
    struct http_answer answer;
    const struct s3_call head = { .method = "HEAD", .target = "/_s3/fws/nothing" };
    s3_send_plain(*state, &head, &answer);
    assert_http_status(&answer, 404);
    assert_http_header(&answer, "Content-Length", "0");
    http_answer_release(&answer);
}

static void what_is_deleted_is_gone(void **state)
{
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    s3_ask(*state, "DELETE", "/_s3/fws/k", "", NULL, 204);
    s3_ask_refused(*state, "GET", "/_s3/fws/k", "", NULL, 404, "NoSuchKey");
    s3_ask(*state, "DELETE", "/_s3/fws/k", "", NULL, 204);
}

static void an_empty_object_is_one(void **state)
{
    s3_ask(*state, "PUT", "/_s3/fws/empty", "", "", 200);
    assert_got(*state, "/_s3/fws/empty", "", 200, "");
}

static void what_is_not_there_is_said(void **state)
{
    struct http_answer answer;
    get(*state, "/_s3/fws/no%20thing", "", &answer);
    assert_s3_error(&answer, 404, "NoSuchKey");
    assert_http_body_has(&answer, "<Key>no thing</Key>");
    http_answer_release(&answer);
    get(*state, "/_s3/nowhere/k", "", &answer);
    assert_s3_error(&answer, 404, "NoSuchBucket");
    assert_http_body_has(&answer, "<BucketName>nowhere</BucketName>");
    http_answer_release(&answer);
    s3_ask_refused(*state, "PUT", "/_s3/nowhere/k", "", HELLO, 404, "NoSuchBucket");
}

static void a_copy_is_the_same_object(void **state)
{
    struct http_answer answer;
    s3_ask(*state, "PUT", "/_s3/fws/a%20b", "Content-Type: text/x\r\n", HELLO, 200);
    const struct s3_call copy = { .method = "PUT",
                                  .target = "/_s3/fws/c",
                                  .headers = "x-amz-copy-source: /fws%2Fa%20b\r\n",
                                  .body = STR_LIT("") };
    s3_send_plain(*state, &copy, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "<CopyObjectResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    http_answer_release(&answer);
    get(*state, "/_s3/fws/c", "", &answer);
    assert_string_equal(answer.body.p, HELLO);
    assert_http_header(&answer, "Content-Type", "text/x");
    http_answer_release(&answer);
    s3_ask_refused(*state, "PUT", "/_s3/fws/d", "x-amz-copy-source: nothing\r\n", "", 400, "InvalidArgument");
    s3_ask_refused(*state, "PUT", "/_s3/fws/d", "x-amz-copy-source: fws/none\r\n", "", 404, "NoSuchKey");
    s3_ask_refused(*state, "PUT", "/_s3/fws/d",
                   "x-amz-copy-source: fws/c\r\nx-amz-copy-source-if-match: \"other\"\r\n", "", 412,
                   "PreconditionFailed");
}

/* ---- keys and buckets ---- */

static void keys_are_bytes_and_not_paths(void **state)
{
    static const char *const targets[] = {
        "/_s3/fws/../../etc/passwd",
        "/_s3/fws/%2e%2e/%2e%2e/etc/passwd",
        "/_s3/fws/..",
        "/_s3/fws/.",
        "/_s3/fws/a//b",
        "/_s3/fws//leading",
        "/_s3/fws/a/./b",
        "/_s3/fws/trailing/",
        "/_s3/fws/%C3%A4%20b%2Bc%26d%3De%3Ff%23g%2520h~i%27%28j%29%21%2A%3B%3A%40%24%2Ck",
        "/_s3/fws/plus+stays",
        "/_s3/fws/%F0%9F%8C%8D",
        "/_s3/fws/con.part",
        "/_s3/fws/%01%0D%0A",
        "/_s3/fws/back%5Cslash",
    };
    enum { N = sizeof targets / sizeof *targets };
    for (size_t i = 0; i < N; i++) {
        char body[16] = { (char)('a' + (char)i), '\0' };
        s3_ask(*state, "PUT", targets[i], "", body, 200);
    }
    /* The second spells the first one's key differently. */
    assert_got(*state, targets[0], "", 200, "b");
    for (size_t i = 1; i < N; i++) {
        char body[16] = { (char)('a' + (char)i), '\0' };
        assert_got(*state, targets[i], "", 200, body);
    }
}

static void keys_that_cannot_be_are_refused(void **state)
{
    char target[2048] = "/_s3/fws/";
    size_t n = strlen(target);
    memset(target + n, 'k', 1024);
    target[n + 1024] = '\0';
    s3_ask(*state, "PUT", target, "", HELLO, 200);
    assert_got(*state, target, "", 200, HELLO);
    target[n + 1024] = 'k';
    target[n + 1025] = '\0';
    s3_ask_refused(*state, "PUT", target, "", HELLO, 400, "KeyTooLongError");
    s3_ask_refused(*state, "PUT", "/_s3/fws/a%00b", "", HELLO, 400, "InvalidURI");
    s3_ask_refused(*state, "PUT", "/_s3/fws/%ff%fe", "", HELLO, 400, "InvalidURI");
    s3_ask_refused(*state, "PUT", "/_s3/fws/%zz", "", HELLO, 400, "InvalidURI");
    s3_ask_refused(*state, "PUT", "/_s3/fws/%2", "", HELLO, 400, "InvalidURI");
}

static void buckets_that_cannot_be_are_refused(void **state)
{
    static const char *const targets[] = { "/_s3/..",    "/_s3/%2e%2e",  "/_s3/a%00b",       "/_s3/ab",
                                           "/_s3/Upper", "/_s3/a..b",    "/_s3/192.168.0.1", "/_s3/-abc",
                                           "/_s3/a%2fb", "/_s3/xn--abc", "/_s3/a%20b" };
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
        s3_ask_refused(*state, "PUT", targets[i], "", "", 400, "InvalidBucketName");
    s3_ask_refused(*state, "PUT", "/_s3/../k", "", HELLO, 400, "InvalidBucketName");
    s3_ask_refused(*state, "GET", "/_s3/%2e%2e/k", "", NULL, 400, "InvalidBucketName");
}

static void the_bucket_may_be_in_the_host(void **state)
{
    struct http_answer answer;
    const struct s3_call put = {
        .method = "PUT", .target = "/_s3//k", .host = "fws.localhost:5627", .body = STR_LIT(HELLO)
    };
    s3_send_plain(*state, &put, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    assert_got(*state, "/_s3/fws/k", "", 200, HELLO);
    const struct s3_call get_it = { .method = "GET", .target = "/_s3/k", .host = "fws.localhost" };
    s3_send_plain(*state, &get_it, &answer);
    assert_http_status(&answer, 200);
    assert_string_equal(answer.body.p, HELLO);
    http_answer_release(&answer);
    const struct s3_call list = { .method = "GET", .target = "/_s3/?list-type=2", .host = "fws.localhost" };
    s3_send_plain(*state, &list, &answer);
    assert_http_body_has(&answer, "<Name>fws</Name>");
    http_answer_release(&answer);
}

static void a_second_slash_behind_the_prefix_is_none_of_the_key(void **state)
{
    s3_ask(*state, "PUT", "/_s3//fws/k", "", HELLO, 200);
    assert_got(*state, "/_s3/fws/k", "", 200, HELLO);
    assert_got(*state, "http://127.0.0.1/_s3/fws/k", "", 200, HELLO);
}

/* ---- ranges and conditions ---- */

static void ranges_are_cut(void **state)
{
    static const struct {
        const char *range;
        int status;
        const char *body, *content_range;
    } cases[] = {
        { "bytes=0-4", 206, "hello", "bytes 0-4/15" },
        { "bytes=6-", 206, "firmware\n", "bytes 6-14/15" },
        { "bytes=-9", 206, "firmware\n", "bytes 6-14/15" },
        { "bytes=14-14", 206, "\n", "bytes 14-14/15" },
        { "bytes=6-9999", 206, "firmware\n", "bytes 6-14/15" },
        { "bytes=-9999", 206, HELLO, "bytes 0-14/15" },
        { "bytes=0-1,3-4", 200, HELLO, NULL },
        { "bytes=5-4", 200, HELLO, NULL },
        { "bytes=a-b", 200, HELLO, NULL },
        { "lines=1-2", 200, HELLO, NULL },
    };
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_answer answer;
        char header[64], text[64];
        snprintf(header, sizeof header, "Range: %s\r\n", cases[i].range);
        get(*state, "/_s3/fws/k", header, &answer);
        assert_http_status(&answer, cases[i].status);
        assert_string_equal(answer.body.p, cases[i].body);
        if (cases[i].content_range)
            assert_http_header(&answer, "Content-Range", cases[i].content_range);
        else
            assert_false(http_answer_header(&answer, "Content-Range", text, sizeof text));
        http_answer_release(&answer);
    }
}

static void a_range_behind_the_end_is_refused(void **state)
{
    struct http_answer answer;
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    get(*state, "/_s3/fws/k", "Range: bytes=15-\r\n", &answer);
    assert_s3_error(&answer, 416, "InvalidRange");
    assert_http_header(&answer, "Content-Range", "bytes */15");
    assert_http_body_has(&answer,
                         "<RangeRequested>bytes=15-</RangeRequested><ActualObjectSize>15</ActualObjectSize>");
    http_answer_release(&answer);
}

static void a_part_has_no_checksum_of_the_whole(void **state)
{
    struct http_answer answer;
    char text[64];
    s3_ask(*state, "PUT", "/_s3/fws/k", "x-amz-checksum-crc32: L3iwhg==\r\n", HELLO, 200);
    get(*state, "/_s3/fws/k", "x-amz-checksum-mode: ENABLED\r\nRange: bytes=0-4\r\n", &answer);
    assert_http_status(&answer, 206);
    assert_false(http_answer_header(&answer, "x-amz-checksum-crc32", text, sizeof text));
    http_answer_release(&answer);
}

static void conditions_hold_or_do_not(void **state)
{
    static const struct {
        const char *headers;
        int status;
    } cases[] = {
        { "If-Match: " HELLO_MD5 "\r\n", 200 },
        { "If-Match: 129b75ea5afb37a291bc1fee820e2108\r\n", 200 },
        { "If-Match: *\r\n", 200 },
        { "If-Match: \"0\"\r\n", 412 },
        { "If-None-Match: " HELLO_MD5 "\r\n", 304 },
        { "If-None-Match: *\r\n", 304 },
        { "If-None-Match: \"0\"\r\n", 200 },
        { "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 304 },
        { "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 200 },
        { "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\nIf-None-Match: \"0\"\r\n", 200 },
        { "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 412 },
        { "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\nIf-Match: *\r\n", 200 },
        { "If-Unmodified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n", 200 },
    };
    s3_ask(*state, "PUT", "/_s3/fws/k", "", HELLO, 200);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_answer answer;
        get(*state, "/_s3/fws/k", cases[i].headers, &answer);
        if (answer.status != cases[i].status)
            fail_msg("%d, not %d, for %s", answer.status, cases[i].status, cases[i].headers);
        if (answer.status == 304)
            assert_http_header(&answer, "ETag", HELLO_MD5);
        if (answer.status == 412)
            assert_s3_error(&answer, 412, "PreconditionFailed");
        http_answer_release(&answer);
    }
}

static void nothing_is_written_over_against_a_condition(void **state)
{
    s3_ask(*state, "PUT", "/_s3/fws/k", "If-None-Match: *\r\n", HELLO, 200);
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "If-None-Match: *\r\n", "other", 412, "PreconditionFailed");
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "If-Match: \"0\"\r\n", "other", 412, "PreconditionFailed");
    assert_got(*state, "/_s3/fws/k", "", 200, HELLO);
    s3_ask(*state, "PUT", "/_s3/fws/k", "If-Match: " HELLO_MD5 "\r\n", "other", 200);
}

/* ---- what is said with an object ---- */

static void metadata_has_a_limit(void **state)
{
    char headers[4096] = "x-amz-meta-m: ";
    size_t n = strlen(headers);
    memset(headers + n, 'v', 2047);
    memcpy(headers + n + 2047, "\r\n", 3);
    s3_ask(*state, "PUT", "/_s3/fws/k", headers, HELLO, 200);
    memcpy(headers + n + 2047, "v\r\n", 4);
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", headers, HELLO, 400, "MetadataTooLarge");
}

static void what_is_not_done_to_an_object_is_refused(void **state)
{
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "x-amz-server-side-encryption: aws:kms\r\n", HELLO, 501,
                   "NotImplemented");
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "x-amz-server-side-encryption-customer-algorithm: AES256\r\n",
                   HELLO, 501, "NotImplemented");
    s3_ask_refused(*state, "PUT", "/_s3/fws/k", "x-amz-acl: public-read\r\n", HELLO, 400,
                   "AccessControlListNotSupported");
    s3_ask(*state, "PUT", "/_s3/fws/k", "x-amz-acl: private\r\nx-amz-server-side-encryption: AES256\r\n",
           HELLO, 200);
}

static void tags_are_kept(void **state)
{
    struct http_answer answer;
    s3_ask(*state, "PUT", "/_s3/fws/k", "x-amz-tagging: a=1&b%20c=d%26+e\r\n", HELLO, 200);
    get(*state, "/_s3/fws/k?tagging", "", &answer);
    assert_http_body_has(&answer, "<TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b c</Key>"
                                  "<Value>d&amp; e</Value></Tag></TagSet>");
    http_answer_release(&answer);
    get(*state, "/_s3/fws/k", "", &answer);
    assert_http_header(&answer, "x-amz-tagging-count", "2");
    http_answer_release(&answer);
    s3_ask(*state, "PUT", "/_s3/fws/k?tagging", "",
           "<Tagging><TagSet><Tag><Key>x</Key><Value></Value></Tag></TagSet></Tagging>", 200);
    get(*state, "/_s3/fws/k?tagging=", "", &answer);
    assert_http_body_has(&answer, "<TagSet><Tag><Key>x</Key><Value></Value></Tag></TagSet>");
    http_answer_release(&answer);
    s3_ask(*state, "DELETE", "/_s3/fws/k?tagging", "", NULL, 204);
    get(*state, "/_s3/fws/k?tagging", "", &answer);
    assert_http_body_has(&answer, "<TagSet></TagSet>");
    http_answer_release(&answer);
    s3_ask_refused(*state, "PUT", "/_s3/fws/k?tagging", "",
                   "<Tagging><TagSet><Tag><Key></Key><Value>v</Value></Tag></TagSet></Tagging>", 400,
                   "InvalidTag");
    s3_ask_refused(
        *state, "PUT", "/_s3/fws/k?tagging", "",
        "<Tagging><TagSet><Tag><Key>a</Key><Value>v</Value></Tag><Tag><Key>a</Key><Value>v</Value></Tag>"
        "</TagSet></Tagging>",
        400, "InvalidTag");
    s3_ask_refused(*state, "PUT", "/_s3/fws/k?tagging", "", "<Tagging>", 400, "MalformedXML");
    s3_ask_refused(*state, "PUT", "/_s3/fws/k?tagging", "", NULL, 400, "MalformedXML");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_world_setup, http_world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_put_is_got),
        TEST(head_says_what_get_would),
        TEST(an_error_of_head_has_no_body),
        TEST(what_is_deleted_is_gone),
        TEST(an_empty_object_is_one),
        TEST(what_is_not_there_is_said),
        TEST(a_copy_is_the_same_object),
        TEST(keys_are_bytes_and_not_paths),
        TEST(keys_that_cannot_be_are_refused),
        TEST(buckets_that_cannot_be_are_refused),
        TEST(the_bucket_may_be_in_the_host),
        TEST(a_second_slash_behind_the_prefix_is_none_of_the_key),
        TEST(ranges_are_cut),
        TEST(a_range_behind_the_end_is_refused),
        TEST(a_part_has_no_checksum_of_the_whole),
        TEST(conditions_hold_or_do_not),
        TEST(nothing_is_written_over_against_a_condition),
        TEST(metadata_has_a_limit),
        TEST(what_is_not_done_to_an_object_is_refused),
        TEST(tags_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
