/* What comes in: bodies whole and in chunks, checked, cut off, too slow, too long, refused before they are
 * sent; and that nothing of what failed is left on disk. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/cmocka_all.h"
#include "support/s3_client.h"

#define HELLO "hello firmware\n"
#define UNSIGNED                                                                                             \
    "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nContent-Encoding: aws-chunked\r\n"
#define TRAILER    "x-amz-trailer: x-amz-checksum-crc32\r\n"
#define DECODED_15 "x-amz-decoded-content-length: 15\r\n"

enum { PART = 5 * 1024 * 1024 };

static int set_up(void **state)
{
    int result = http_world_setup_durable(state);
    if (result == 0)
        s3_ask(*state, "PUT", "/_s3/fws", "", "", 200);
    return result;
}

static int tear_down(void **state)
{
    return http_world_teardown(state);
}

static void assert_stored(const struct http_world *world, const char *target, struct str body)
{
    struct http_answer answer;
    const struct s3_call get = { .method = "GET", .target = target };
    s3_send_plain(world, &get, &answer);
    assert_http_status(&answer, 200);
    assert_int_equal(answer.body.n, body.n);
    assert_memory_equal(answer.body.p, body.p, body.n);
    http_answer_release(&answer);
}

/* Refused, with nothing left of it. */
static void assert_refused(const struct http_world *world, const char *headers, const char *body, int status,
                           const char *code)
{
    s3_ask_refused(world, "PUT", "/_s3/fws/k", headers, body, status, code);
    s3_ask_refused(world, "GET", "/_s3/fws/k", "", NULL, 404, "NoSuchKey");
    assert_s3_files(world, 0);
}

/* ---- checks ---- */

static void what_proves_a_body_is_checked(void **state)
{
    static const char *const right[] = {
        "Content-MD5: Ept16lr7N6KRvB/ugg4hCA==\r\n",
        "x-amz-content-sha256: 03f436eb48fd03ab3cc7dda546831a358d8e2dafa7423ad86cbc1d1b57d40d82\r\n",
        "x-amz-checksum-crc32: L3iwhg==\r\n",
        "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n",
        "x-amz-sdk-checksum-algorithm: CRC32\r\n",
        "x-amz-checksum-xxhash3: AAAAAAAAAAA=\r\n",
    };
    for (size_t i = 0; i < sizeof right / sizeof *right; i++)
        s3_ask(*state, "PUT", "/_s3/fws/k", right[i], HELLO, 200);
    assert_stored(*state, "/_s3/fws/k", STR_LIT(HELLO));
}

static void what_does_not_match_is_refused(void **state)
{
    static const struct {
        const char *headers;
        const char *code;
    } cases[] = {
        { "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA==\r\n", "BadDigest" },
        { "Content-MD5: short\r\n", "InvalidDigest" },
        { "x-amz-checksum-crc32: AAAAAA==\r\n", "BadDigest" },
        { "x-amz-checksum-crc32: AAAA\r\n", "InvalidRequest" },
        { "x-amz-checksum-crc32c: AAAAAA==\r\n", "BadDigest" },
        { "x-amz-checksum-crc64nvme: AAAAAAAAAAA=\r\n", "BadDigest" },
        { "x-amz-checksum-sha1: 2jmj7l5rSw0yVb/vlWAYkK/YBwk=\r\n", "BadDigest" },
        { "x-amz-checksum-sha256: ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=\r\n", "BadDigest" },
        { "x-amz-checksum-crc32: L3iwhg==\r\nx-amz-checksum-crc32c: AAAAAA==\r\n", "InvalidRequest" },
        { "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n",
          "XAmzContentSHA256Mismatch" },
        { "x-amz-content-sha256: nonsense\r\n", "InvalidArgument" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(*state, cases[i].headers, HELLO, 400, cases[i].code);
}

static void a_checksum_in_the_url_is_none_of_the_body(void **state)
{
    s3_ask(*state, "PUT", "/_s3/fws/k?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32",
           "", HELLO, 200);
    assert_stored(*state, "/_s3/fws/k", STR_LIT(HELLO));
}

static void a_length_is_needed(void **state)
{
    assert_refused(*state, "", NULL, 411, "MissingContentLength");
    assert_refused(*state, "Transfer-Encoding: chunked\r\n\r\n0\r\n", NULL, 411, "MissingContentLength");
}

/* ---- aws-chunked ---- */

static void put_chunked(const struct http_world *world, const char *headers, const char *body,
                        struct http_answer *ret_answer)
{
    const struct s3_call put = {
        .method = "PUT", .target = "/_s3/fws/k", .headers = headers, .body = str_from(body)
    };
    s3_send_plain(world, &put, ret_answer);
}

static void chunks_are_taken_apart(void **state)
{
    struct http_answer answer;
    put_chunked(*state, UNSIGNED TRAILER DECODED_15,
                "f\r\n" HELLO "\r\n0\r\nx-amz-checksum-crc32:L3iwhg==\r\n\r\n", &answer);
    assert_http_status(&answer, 200);
    assert_http_header(&answer, "x-amz-checksum-crc32", "L3iwhg==");
    http_answer_release(&answer);
    const struct s3_call get = { .method = "GET", .target = "/_s3/fws/k" };
    s3_send_plain(*state, &get, &answer);
    char text[64];
    assert_string_equal(answer.body.p, HELLO);
    assert_false(http_answer_header(&answer, "Content-Encoding", text, sizeof text));
    http_answer_release(&answer);
}

/* As SDK v3 sends it: size line, data and line end each in an HTTP chunk of its own. */
static void http_chunks_have_nothing_to_do_with_them(void **state)
{
    struct http_answer answer;
    put_chunked(*state,
                UNSIGNED TRAILER DECODED_15
                "Transfer-Encoding: chunked\r\n\r\n"
                "3\r\nf\r\n\r\n5\r\nhello\r\na\r\n firmware\n\r\n2\r\n\r\n\r\n3\r\n0\r\n\r\n"
                "1f\r\nx-amz-checksum-crc32:L3iwhg==\r\n\r\n2\r\n\r\n\r\n0\r\n",
                NULL, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    assert_stored(*state, "/_s3/fws/k", STR_LIT(HELLO));
}

static void another_content_encoding_stays(void **state)
{
    struct http_answer answer;
    put_chunked(*state,
                "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\nContent-Encoding: aws-chunked, "
                "gzip\r\n" DECODED_15,
                "f\r\n" HELLO "\r\n0\r\n\r\n", &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    const struct s3_call get = { .method = "GET", .target = "/_s3/fws/k" };
    s3_send_plain(*state, &get, &answer);
    assert_http_header(&answer, "Content-Encoding", "gzip");
    http_answer_release(&answer);
}

static void bad_chunks_are_refused(void **state)
{
    static const struct {
        const char *headers, *body;
        int status;
        const char *code;
    } cases[] = {
        { UNSIGNED DECODED_15, "f\r\nhello", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "g\r\n" HELLO "\r\n0\r\n\r\n", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, HELLO, 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "f\r\n" HELLO "XX0\r\n\r\n", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "f\r\n" HELLO "\r\n0\r\n\r\nmore", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "e\r\nhello firmware\r\n0\r\n\r\n", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "10\r\n" HELLO "!\r\n0\r\n\r\n", 400, "IncompleteBody" },
        { UNSIGNED DECODED_15, "ffffffffffffffffff\r\n", 400, "IncompleteBody" },
        { UNSIGNED, "f\r\n" HELLO "\r\n0\r\n\r\n", 411, "MissingContentLength" },
        { UNSIGNED "x-amz-decoded-content-length: -1\r\n", "0\r\n\r\n", 400, "InvalidRequest" },
        { UNSIGNED "x-amz-decoded-content-length: x\r\n", "0\r\n\r\n", 400, "InvalidRequest" },
        { UNSIGNED "x-amz-decoded-content-length: 5368709121\r\n", "0\r\n\r\n", 400, "EntityTooLarge" },
        { UNSIGNED TRAILER DECODED_15, "f\r\n" HELLO "\r\n0\r\n\r\n", 400, "MalformedTrailerError" },
        { UNSIGNED TRAILER DECODED_15, "f\r\n" HELLO "\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", 400,
          "BadDigest" },
        { UNSIGNED TRAILER DECODED_15, "f\r\n" HELLO "\r\n0\r\nx-amz-checksum-crc32:A\r\n\r\n", 400,
          "InvalidRequest" },
        { "x-amz-content-sha256: STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD\r\n" DECODED_15,
          "f\r\n" HELLO "\r\n0\r\n\r\n", 501, "NotImplemented" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(*state, cases[i].headers, cases[i].body, cases[i].status, cases[i].code);
}

/* ---- 100-continue ---- */

static int begin(const struct http_world *world, const char *target, const char *headers)
{
    struct strbuf request;
    int fd = http_connect(world->port);
    assert_true(fd >= 0);
    strbuf_init(&request, 4096);
    strbuf_printf(&request, "PUT %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", target, world->port, headers);
    assert_true(http_send(fd, strbuf_str(&request)));
    strbuf_release(&request);
    return fd;
}

static void a_client_that_waits_is_told_to_go_on(void **state)
{
    struct http_answer answer;
    int fd = begin(*state, "/_s3/fws/k", "Content-Length: 15\r\nExpect: 100-continue\r\n");
    http_receive(fd, true, &answer);
    assert_http_status(&answer, 100);
    http_answer_release(&answer);
    assert_true(http_send(fd, STR_LIT(HELLO)));
    http_receive(fd, false, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    close(fd);
    assert_stored(*state, "/_s3/fws/k", STR_LIT(HELLO));
}

static void a_client_that_waits_is_refused_before_it_sends(void **state)
{
    static const struct {
        const char *target, *headers;
        int status;
        const char *code;
    } cases[] = {
        { "/_s3/nowhere/k", "Content-Length: 15\r\n", 404, "NoSuchBucket" },
        { "/_s3/fws/k", "Content-Length: 5368709121\r\n", 400, "EntityTooLarge" },
        { "/_s3/fws/k", "Content-Length: 15\r\nContent-MD5: x\r\n", 400, "InvalidDigest" },
        { "/_s3/fws/k", "Content-Length: 15\r\nIf-Match: \"0\"\r\n", 404, "NoSuchKey" },
        { "/_s3/fws/k", "Content-Length: 15\r\nOrigin: http://page.example\r\n", 403, "AccessDenied" },
        { "/_s3/fws/k?uploadId=none&partNumber=1", "Content-Length: 15\r\n", 404, "NoSuchUpload" },
        { "/_s3/fws/k?uploadId=none&partNumber=0", "Content-Length: 15\r\n", 400, "InvalidArgument" },
        { "/_s3/fws/k?acl", "Content-Length: 15\r\n", 501, "NotImplemented" },
        { "/_s3/fws/k", "Transfer-Encoding: chunked\r\n", 411, "MissingContentLength" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct http_answer answer;
        char headers[256];
        snprintf(headers, sizeof headers, "%sExpect: 100-continue\r\n", cases[i].headers);
        int fd = begin(*state, cases[i].target, headers);
        http_receive(fd, false, &answer);
        assert_s3_error(&answer, cases[i].status, cases[i].code);
        assert_http_header(&answer, "Connection", "close");
        http_answer_release(&answer);
        assert_true(http_is_closed(fd));
        close(fd);
    }
    assert_s3_files(*state, 0);
}

static void a_large_body_that_is_refused_is_not_read(void **state)
{
    struct http_answer answer;
    int fd = begin(*state, "/_s3/nowhere/k", "Content-Length: 100000000\r\n");
    http_receive(fd, false, &answer);
    assert_s3_error(&answer, 404, "NoSuchBucket");
    assert_http_header(&answer, "Connection", "close");
    http_answer_release(&answer);
    close(fd);
}

static void a_small_body_that_is_refused_is_read_and_the_connection_stays(void **state)
{
    struct http_answer answer;
    int fd = begin(*state, "/_s3/nowhere/k", "Content-Length: 15\r\n");
    assert_true(http_send(fd, STR_LIT(HELLO)));
    http_receive(fd, false, &answer);
    assert_s3_error(&answer, 404, "NoSuchBucket");
    http_answer_release(&answer);
    assert_true(http_send(fd, STR_LIT("GET /_s3/fws HTTP/1.1\r\nHost: x\r\n\r\n")));
    http_receive(fd, false, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
    close(fd);
}

/* ---- cut off ---- */

static void an_upload_that_is_cut_off_leaves_nothing(void **state)
{
    struct http_world *world = *state;
    int fd = begin(world, "/_s3/fws/k", "Content-Length: 1000000\r\n");
    assert_true(http_send(fd, STR_LIT(HELLO)));
    assert_s3_files(world, 1); /* it is under way */
    s3_ask_refused(world, "GET", "/_s3/fws/k", "", NULL, 404, "NoSuchKey");
    close(fd);
    assert_s3_files(world, 0);
    s3_ask_refused(world, "GET", "/_s3/fws/k", "", NULL, 404, "NoSuchKey");
}

static void an_upload_that_is_cut_off_in_its_chunks_leaves_nothing(void **state)
{
    struct http_world *world = *state;
    int fd = begin(world, "/_s3/fws/k", UNSIGNED DECODED_15 "Transfer-Encoding: chunked\r\n");
    assert_true(http_send(fd, STR_LIT("8\r\nf\r\nhello\r\n")));
    assert_s3_files(world, 1);
    shutdown(fd, SHUT_WR);
    assert_true(http_is_closed(fd));
    close(fd);
    assert_s3_files(world, 0);
}

static void a_stop_ends_uploads_and_leaves_nothing(void **state)
{
    struct http_world *world = *state;
    int fd = begin(world, "/_s3/fws/k", "Content-Length: 1000000\r\n");
    assert_true(http_send(fd, STR_LIT(HELLO)));
    assert_s3_files(world, 1);
    server_stop(world->server);
    world->server = NULL;
    assert_int_equal(s3_file_count(world), 0);
    close(fd);
}

static void what_is_written_over_and_deleted_leaves_no_file(void **state)
{
    struct http_world *world = *state;
    s3_ask(world, "PUT", "/_s3/fws/k", "", HELLO, 200);
    assert_s3_files(world, 1);
    s3_ask(world, "PUT", "/_s3/fws/k", "", "other", 200);
    assert_s3_files(world, 1);
    s3_ask(world, "DELETE", "/_s3/fws/k", "", NULL, 204);
    assert_s3_files(world, 0);
}

static void what_was_answered_is_there_after_a_restart(void **state)
{
    struct http_world *world = *state;
    s3_ask(world, "PUT", "/_s3/fws/k", "", HELLO, 200);
    http_world_restart_with(world, "region", "eu-central-1");
    assert_stored(world, "/_s3/fws/k", STR_LIT(HELLO));
}

/* ---- multipart ---- */

/* A text between two tags, in a static buffer. */
static const char *between(const struct http_answer *answer, const char *begin_tag, const char *end_tag)
{
    static char text[256];
    const char *from = strstr(answer->body.p, begin_tag);
    assert_non_null(from);
    from += strlen(begin_tag);
    const char *to = strstr(from, end_tag);
    assert_non_null(to);
    snprintf(text, sizeof text, "%.*s", (int)(to - from), from);
    return text;
}

static void begin_upload(const struct http_world *world, const char *headers, char ret_id[128])
{
    struct http_answer answer;
    const struct s3_call create = {
        .method = "POST", .target = "/_s3/fws/big?uploads", .headers = headers, .body = STR_LIT("")
    };
    s3_send_plain(world, &create, &answer);
    assert_http_status(&answer, 200);
    snprintf(ret_id, 128, "%s", between(&answer, "<UploadId>", "</UploadId>"));
    http_answer_release(&answer);
}

static void put_part(const struct http_world *world, const char *id, int number, struct str body,
                     char ret_etag[64])
{
    struct http_answer answer;
    char target[256];
    snprintf(target, sizeof target, "/_s3/fws/big?partNumber=%d&uploadId=%s", number, id);
    const struct s3_call put = { .method = "PUT", .target = target, .body = body };
    s3_send_plain(world, &put, &answer);
    assert_http_status(&answer, 200);
    assert_true(http_answer_header(&answer, "ETag", ret_etag, 64));
    http_answer_release(&answer);
}

static void an_upload_in_parts_becomes_one_object(void **state)
{
    struct http_world *world = *state;
    struct http_answer answer;
    static char bytes[PART + 7];
    char id[128], first[64], second[64], target[256], xml[1024], checksum[64];
    memset(bytes, 'x', PART);
    memcpy(bytes + PART, "the end", 7);
    begin_upload(
        world,
        "x-amz-checksum-algorithm: CRC32\r\nx-amz-checksum-type: FULL_OBJECT\r\nContent-Type: text/x\r\n",
        id);
    put_part(world, id, 2, (struct str){ bytes + PART, 7 }, second);
    put_part(world, id, 1, (struct str){ bytes, PART }, first);
    snprintf(target, sizeof target, "/_s3/fws/big?uploadId=%s", id);
    const struct s3_call parts = { .method = "GET", .target = target };
    s3_send_plain(world, &parts, &answer);
    assert_http_body_has(&answer, "<PartNumber>2</PartNumber>");
    assert_http_body_has(&answer, "<Size>5242880</Size>");
    assert_http_body_has(&answer, "<ChecksumCRC32>");
    http_answer_release(&answer);
    snprintf(xml, sizeof xml,
             "<CompleteMultipartUpload><Part><ETag>%s</ETag><PartNumber>1</PartNumber></Part>"
             "<Part><PartNumber>2</PartNumber><ETag>%s</ETag></Part></CompleteMultipartUpload>",
             first, second);
    const struct s3_call complete = { .method = "POST", .target = target, .body = str_from(xml) };
    s3_send_plain(world, &complete, &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "-2&quot;</ETag>");
    assert_http_body_has(&answer, "<ChecksumType>FULL_OBJECT</ChecksumType>");
    snprintf(checksum, sizeof checksum, "%s", between(&answer, "<ChecksumCRC32>", "</ChecksumCRC32>"));
    http_answer_release(&answer);

    assert_stored(world, "/_s3/fws/big", (struct str){ bytes, sizeof bytes });
    const struct s3_call range = { .method = "GET",
                                   .target = "/_s3/fws/big",
                                   .headers = "Range: bytes=5242877-5242884\r\n" };
    s3_send_plain(world, &range, &answer);
    assert_http_status(&answer, 206);
    assert_string_equal(answer.body.p, "xxxthe e");
    http_answer_release(&answer);
    /* The whole in one piece has the same checksum. */
    char header[128];
    snprintf(header, sizeof header, "x-amz-checksum-crc32: %s\r\n", checksum);
    const struct s3_call put = {
        .method = "PUT", .target = "/_s3/fws/whole", .headers = header, .body = { bytes, sizeof bytes }
    };
    s3_send_plain(world, &put, &answer);
    assert_http_status(&answer, 200);
    http_answer_release(&answer);
}

static void a_completion_that_is_wrong_changes_nothing(void **state)
{
    static const struct {
        const char *xml, *code;
    } cases[] = {
        { "", "MalformedXML" },
        { "<CompleteMultipartUpload/>", "MalformedXML" },
        { "<Other><Part><ETag>x</ETag><PartNumber>1</PartNumber></Part></Other>", "MalformedXML" },
        { "<CompleteMultipartUpload><Part><ETag>x</ETag></Part></CompleteMultipartUpload>", "MalformedXML" },
        { "<CompleteMultipartUpload><Part><ETag>x</ETag><PartNumber>0</PartNumber></Part></"
          "CompleteMultipartUpload>",
          "InvalidArgument" },
        { "<CompleteMultipartUpload><Part><ETag>x</ETag><PartNumber>1</PartNumber></Part></"
          "CompleteMultipartUpload>",
          "InvalidPart" },
        { "<CompleteMultipartUpload><Part><ETag>x</ETag><PartNumber>2</PartNumber></Part><Part><ETag>x</ETag>"
          "<PartNumber>1</PartNumber></Part></CompleteMultipartUpload>",
          "InvalidPartOrder" },
        { "<!DOCTYPE x><CompleteMultipartUpload><Part><ETag>x</ETag><PartNumber>1</PartNumber></Part>"
          "</CompleteMultipartUpload>",
          "MalformedXML" },
    };
    struct http_world *world = *state;
    char id[128], etag[64], target[256];
    begin_upload(world, "", id);
    put_part(world, id, 1, STR_LIT(HELLO), etag);
    snprintf(target, sizeof target, "/_s3/fws/big?uploadId=%s", id);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        s3_ask_refused(world, "POST", target, "", cases[i].xml, 400, cases[i].code);
    assert_s3_files(world, 1);
    s3_ask(world, "DELETE", target, "", NULL, 204);
    assert_s3_files(world, 0);
    s3_ask_refused(world, "DELETE", target, "", NULL, 404, "NoSuchUpload");
}

static void a_body_of_xml_has_a_limit(void **state)
{
    struct http_world *world = *state;
    struct http_answer answer;
    struct strbuf xml;
    strbuf_init(&xml, (size_t)8 * 1024 * 1024);
    strbuf_add_text(&xml, "<Delete><Object><Key>k</Key></Object>");
    while (xml.n <= (size_t)4 * 1024 * 1024)
        strbuf_add_text(&xml, "                                                                ");
    strbuf_add_text(&xml, "</Delete>");
    const struct s3_call call = { .method = "POST",
                                  .target = "/_s3/fws?delete",
                                  .headers = "x-amz-checksum-crc32: AAAAAA==\r\n",
                                  .body = strbuf_str(&xml) };
    s3_send_plain(world, &call, &answer);
    assert_s3_error(&answer, 400, "MalformedXML");
    http_answer_release(&answer);
    strbuf_release(&xml);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_proves_a_body_is_checked),
        TEST(what_does_not_match_is_refused),
        TEST(a_checksum_in_the_url_is_none_of_the_body),
        TEST(a_length_is_needed),
        TEST(chunks_are_taken_apart),
        TEST(http_chunks_have_nothing_to_do_with_them),
        TEST(another_content_encoding_stays),
        TEST(bad_chunks_are_refused),
        TEST(a_client_that_waits_is_told_to_go_on),
        TEST(a_client_that_waits_is_refused_before_it_sends),
        TEST(a_large_body_that_is_refused_is_not_read),
        TEST(a_small_body_that_is_refused_is_read_and_the_connection_stays),
        TEST(an_upload_that_is_cut_off_leaves_nothing),
        TEST(an_upload_that_is_cut_off_in_its_chunks_leaves_nothing),
        TEST(a_stop_ends_uploads_and_leaves_nothing),
        TEST(what_is_written_over_and_deleted_leaves_no_file),
        TEST(what_was_answered_is_there_after_a_restart),
        TEST(an_upload_in_parts_becomes_one_object),
        TEST(a_completion_that_is_wrong_changes_nothing),
        TEST(a_body_of_xml_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
