/* Buckets, listings, versions and deletions over HTTP: the XML that goes out and comes in. */
#include <stdio.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/s3_client.h"

#define NAMESPACE "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define CRC_LINE  "x-amz-checksum-crc32: "

static void put(const struct http_world *world, const char *key)
{
    char target[256];
    snprintf(target, sizeof target, "/_s3/fws/%s", key);
    s3_ask(world, "PUT", target, "", key, 200);
}

static void get(const struct http_world *world, const char *target, struct http_answer *ret_answer)
{
    const struct s3_call call = { .method = "GET", .target = target };
    s3_send_plain(world, &call, ret_answer);
    assert_http_status(ret_answer, 200);
}

static void assert_has(const struct http_world *world, const char *target, const char *text)
{
    struct http_answer answer;
    get(world, target, &answer);
    assert_http_header(&answer, "Content-Type", "application/xml");
    assert_http_body_has(&answer, text);
    http_answer_release(&answer);
}

/* A text between two tags, in a static buffer. */
static const char *between(const struct http_answer *answer, const char *begin, const char *end)
{
    static char text[4096];
    const char *from = strstr(answer->body.p, begin);
    assert_non_null(from);
    from += strlen(begin);
    snprintf(text, sizeof text, "%.*s", (int)(strstr(from, end) - from), from);
    return text;
}

/* ---- buckets ---- */

static void buckets_are_made_listed_and_deleted(void **state)
{
    s3_ask(*state, "PUT", "/_s3/another/", "", "", 200);
    assert_has(*state, "/_s3", "<Buckets><Bucket><Name>another</Name><CreationDate>2030-01-01T");
    assert_has(*state, "/_s3/?x-id=ListBuckets", "<Bucket><Name>fws</Name>");
    s3_ask(*state, "HEAD", "/_s3/another", "", NULL, 200);
    s3_ask(*state, "DELETE", "/_s3/another", "", NULL, 204);
    s3_ask(*state, "HEAD", "/_s3/another", "", NULL, 404);
    s3_ask_refused(*state, "DELETE", "/_s3/another", "", NULL, 404, "NoSuchBucket");
    put(*state, "k");
    s3_ask_refused(*state, "DELETE", "/_s3/fws", "", NULL, 409, "BucketNotEmpty");
}

static void a_bucket_has_a_region(void **state)
{
    s3_ask(*state, "PUT", "/_s3/euro", "",
           "<CreateBucketConfiguration " NAMESPACE "><LocationConstraint>eu-west-1</LocationConstraint>"
           "</CreateBucketConfiguration>",
           200);
    assert_has(*state, "/_s3/euro?location",
               "<LocationConstraint " NAMESPACE ">eu-west-1</LocationConstraint>");
    assert_has(*state, "/_s3/fws?location=", "<LocationConstraint " NAMESPACE "></LocationConstraint>");
    struct http_answer answer;
    const struct s3_call head = { .method = "HEAD", .target = "/_s3/euro" };
    s3_send_plain(*state, &head, &answer);
    assert_http_header(&answer, "x-amz-bucket-region", "eu-west-1");
    http_answer_release(&answer);
    s3_ask_refused(*state, "PUT", "/_s3/more", "", "<CreateBucketConfiguration>", 400, "MalformedXML");
}

static void what_a_bucket_never_has_is_said(void **state)
{
    s3_ask_refused(*state, "GET", "/_s3/fws?policy", "", NULL, 404, "NoSuchBucketPolicy");
    s3_ask_refused(*state, "GET", "/_s3/fws?cors", "", NULL, 404, "NoSuchCORSConfiguration");
    s3_ask_refused(*state, "GET", "/_s3/fws?lifecycle", "", NULL, 404, "NoSuchLifecycleConfiguration");
    s3_ask_refused(*state, "GET", "/_s3/fws?tagging", "", NULL, 404, "NoSuchTagSet");
    s3_ask_refused(*state, "GET", "/_s3/none?policy", "", NULL, 404, "NoSuchBucket");
    s3_ask_refused(*state, "PUT", "/_s3/newer?policy", "", "{}", 501, "NotImplemented");
    s3_ask(*state, "HEAD", "/_s3/newer", "", NULL, 404);
    s3_ask_refused(*state, "GET", "/_s3/fws?encryption", "", NULL, 501, "NotImplemented");
    s3_ask_refused(*state, "DELETE", "/_s3/fws?website", "", NULL, 501, "NotImplemented");
    s3_ask(*state, "HEAD", "/_s3/fws", "", NULL, 200);
    s3_ask_refused(*state, "GET", "/_s3/fws/k?partNumber=1", "", NULL, 501, "NotImplemented");
}

static void a_method_that_is_none_is_refused(void **state)
{
    struct http_answer answer;
    const struct s3_call patch = { .method = "PATCH", .target = "/_s3/fws/k" };
    s3_send_plain(*state, &patch, &answer);
    assert_s3_error(&answer, 405, "MethodNotAllowed");
    assert_http_header(&answer, "Allow", "GET, PUT, HEAD, DELETE, POST");
    assert_http_body_has(&answer, "<Method>PATCH</Method><ResourceType>OBJECT</ResourceType>");
    http_answer_release(&answer);
    s3_ask_refused(*state, "POST", "/_s3", "", "", 405, "MethodNotAllowed");
    s3_ask_refused(*state, "OPTIONS", "/_s3/fws/k", "", NULL, 405, "MethodNotAllowed");
}

/* ---- listings ---- */

static void a_listing_has_folders(void **state)
{
    struct http_answer answer;
    put(*state, "a.txt");
    put(*state, "dir/1");
    put(*state, "dir/2");
    put(*state, "z");
    get(*state, "/_s3/fws?list-type=2&delimiter=%2F", &answer);
    assert_http_body_has(
        &answer, "<ListBucketResult " NAMESPACE "><Name>fws</Name><Prefix></Prefix><KeyCount>3</KeyCount>"
                 "<MaxKeys>1000</MaxKeys><Delimiter>/</Delimiter><IsTruncated>false</IsTruncated>");
    assert_http_body_has(&answer, "<Contents><Key>a.txt</Key><LastModified>2030-01-01T00:00:");
    assert_http_body_has(&answer, "<Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>");
    assert_http_body_has(&answer, "<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>");
    assert_null(strstr(answer.body.p, "dir/1"));
    assert_null(strstr(answer.body.p, "<Owner>"));
    http_answer_release(&answer);
    assert_has(*state, "/_s3/fws?list-type=2&prefix=dir%2F&fetch-owner=true", "<Key>dir/2</Key>");
    assert_has(*state, "/_s3/fws?list-type=2&fetch-owner=true", "<Owner><ID>000000000000</ID>");
}

/* Follows the tokens, and gives all keys in their order, each with a blank behind it. */
static void walk(const struct http_world *world, const char *first, const char *token_tag,
                 const char *parameter, char ret_keys[512], int *ret_pages)
{
    char target[8192];
    snprintf(target, sizeof target, "%s", first);
    ret_keys[0] = '\0';
    for (*ret_pages = 1;; ++*ret_pages) {
        struct http_answer answer;
        get(world, target, &answer);
        for (const char *p = strstr(answer.body.p, "<Contents><Key>"); p;
             p = strstr(p + 1, "<Contents><Key>"))
            snprintf(ret_keys + strlen(ret_keys), 512 - strlen(ret_keys), "%.*s ", (int)strcspn(p + 15, "<"),
                     p + 15);
        bool more = strstr(answer.body.p, "<IsTruncated>true</IsTruncated>") != NULL;
        if (more)
            snprintf(target, sizeof target, "%s&%s=%s", first, parameter, between(&answer, token_tag, "</"));
        http_answer_release(&answer);
        if (!more)
            return;
        assert_in_range(*ret_pages, 0, 10);
    }
}

static void pages_follow_each_other(void **state)
{
    static const char *const keys[] = { "a", "b/1", "b/2", "c", "d", "e" };
    char found[512];
    int pages;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        put(*state, keys[i]);
    walk(*state, "/_s3/fws?list-type=2&max-keys=2", "<NextContinuationToken>", "continuation-token", found,
         &pages);
    assert_string_equal(found, "a b/1 b/2 c d e ");
    assert_int_equal(pages, 3);
    walk(*state, "/_s3/fws?list-type=2&max-keys=2&delimiter=/", "<NextContinuationToken>",
         "continuation-token", found, &pages);
    assert_string_equal(found, "a c d e ");
    walk(*state, "/_s3/fws?max-keys=2&delimiter=/", "<NextMarker>", "marker", found, &pages);
    assert_string_equal(found, "a c d e ");
    walk(*state, "/_s3/fws?list-type=2&start-after=b%2F1", "<NextContinuationToken>", "continuation-token",
         found, &pages);
    assert_string_equal(found, "b/2 c d e ");
    assert_has(*state, "/_s3/fws?marker=d", "<Marker>d</Marker>");
    assert_has(*state, "/_s3/fws?list-type=2&max-keys=0", "<KeyCount>0</KeyCount>");
}

static void parameters_that_cannot_be_read_are_refused(void **state)
{
    s3_ask_refused(*state, "GET", "/_s3/fws?list-type=3", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?max-keys=x", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?max-keys=-1", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?max-keys=99999999999999999999", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?encoding-type=rot13", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?list-type=2&continuation-token=%21", "", NULL, 400,
                   "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?list-type=2&continuation-token=", "", NULL, 400,
                   "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?versions&version-id-marker=x", "", NULL, 400, "InvalidArgument");
    s3_ask_refused(*state, "GET", "/_s3/fws?prefix=%zz", "", NULL, 400, "InvalidURI");
    assert_has(*state, "/_s3/fws?max-keys=5000", "<MaxKeys>1000</MaxKeys>");
}

static void keys_are_encoded_where_that_is_asked_for(void **state)
{
    put(*state, "dir/%C3%A4%20b%2Bc%26%3C%01");
    assert_has(*state, "/_s3/fws?list-type=2&encoding-type=url&prefix=dir%2F%C3%A4",
               "<Prefix>dir/%C3%A4</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><EncodingType>url</"
               "EncodingType>");
    assert_has(*state, "/_s3/fws?list-type=2&encoding-type=url", "<Key>dir/%C3%A4%20b%2Bc%26%3C%01</Key>");
    assert_has(*state, "/_s3/fws?list-type=2", "<Key>dir/\xc3\xa4 b+c&amp;&lt;&#x1;</Key>");
}

static void uploads_under_way_are_listed(void **state)
{
    struct http_answer answer;
    s3_ask(*state, "POST", "/_s3/fws/a?uploads", "", "", 200);
    s3_ask(*state, "POST", "/_s3/fws/dir/b?uploads=", "x-amz-checksum-algorithm: CRC64NVME\r\n", "", 200);
    get(*state, "/_s3/fws?uploads&max-uploads=1", &answer);
    assert_http_body_has(&answer, "<NextKeyMarker>a</NextKeyMarker><NextUploadIdMarker>");
    assert_http_body_has(&answer, "<IsTruncated>true</IsTruncated><Upload><Key>a</Key>");
    http_answer_release(&answer);
    get(*state, "/_s3/fws?uploads&key-marker=a", &answer);
    assert_http_body_has(&answer, "<Upload><Key>dir/b</Key>");
    assert_http_body_has(&answer,
                         "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT");
    http_answer_release(&answer);
    assert_has(*state, "/_s3/fws?uploads&delimiter=%2F",
               "<CommonPrefixes><Prefix>dir/</Prefix></CommonPrefixes>");
    s3_ask_refused(*state, "POST", "/_s3/fws/c?uploads", "x-amz-checksum-algorithm: XXH3\r\n", "", 400,
                   "InvalidRequest");
    s3_ask_refused(*state, "POST", "/_s3/fws/c?uploads",
                   "x-amz-checksum-algorithm: SHA256\r\nx-amz-checksum-type: FULL_OBJECT\r\n", "", 400,
                   "InvalidRequest");
}

/* ---- versions ---- */

static void version_of(const struct http_world *world, const char *target, char ret_id[64])
{
    struct http_answer answer;
    const struct s3_call head = { .method = "HEAD", .target = target };
    s3_send_plain(world, &head, &answer);
    assert_http_status(&answer, 200);
    assert_true(http_answer_header(&answer, "x-amz-version-id", ret_id, 64));
    http_answer_release(&answer);
}

static void versions_are_kept(void **state)
{
    struct http_answer answer;
    char first[64], target[256];
    assert_has(*state, "/_s3/fws?versioning",
               "<VersioningConfiguration " NAMESPACE "></VersioningConfiguration>");
    s3_ask(*state, "PUT", "/_s3/fws?versioning", "",
           "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>", 200);
    assert_has(*state, "/_s3/fws?versioning=", "<Status>Enabled</Status>");
    s3_ask(*state, "PUT", "/_s3/fws/k", "", "one", 200);
    version_of(*state, "/_s3/fws/k", first);
    s3_ask(*state, "PUT", "/_s3/fws/k", "", "two", 200);
    const struct s3_call delete = { .method = "DELETE", .target = "/_s3/fws/k" };
    s3_send_plain(*state, &delete, &answer);
    assert_http_status(&answer, 204);
    assert_http_header(&answer, "x-amz-delete-marker", "true");
    http_answer_release(&answer);
    const struct s3_call get_it = { .method = "GET", .target = "/_s3/fws/k" };
    s3_send_plain(*state, &get_it, &answer);
    assert_s3_error(&answer, 404, "NoSuchKey");
    assert_http_header(&answer, "x-amz-delete-marker", "true");
    http_answer_release(&answer);
    snprintf(target, sizeof target, "/_s3/fws/k?versionId=%s", first);
    get(*state, target, &answer);
    assert_string_equal(answer.body.p, "one");
    assert_http_header(&answer, "x-amz-version-id", first);
    http_answer_release(&answer);
    get(*state, "/_s3/fws?versions", &answer);
    assert_http_body_has(&answer, "<DeleteMarker><Key>k</Key><VersionId>");
    assert_http_body_has(&answer, "<IsLatest>true</IsLatest>");
    snprintf(target, sizeof target,
             "<Version><Key>k</Key><VersionId>%s</VersionId><IsLatest>false</IsLatest>", first);
    assert_http_body_has(&answer, target);
    http_answer_release(&answer);
    s3_ask_refused(*state, "GET", "/_s3/fws/k?versionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "", NULL, 404,
                   "NoSuchVersion");
    s3_ask_refused(*state, "PUT", "/_s3/fws?versioning", "",
                   "<VersioningConfiguration><Status>Perhaps</Status></VersioningConfiguration>", 400,
                   "MalformedXML");
}

/* ---- DeleteObjects ---- */

static void delete_objects(const struct http_world *world, const char *headers, const char *xml,
                           struct http_answer *ret_answer)
{
    const struct s3_call call = {
        .method = "POST", .target = "/_s3/fws?delete", .headers = headers, .body = str_from(xml)
    };
    s3_send_plain(world, &call, ret_answer);
}

static void several_are_deleted_at_once(void **state)
{
    struct http_answer answer;
    put(*state, "a");
    put(*state, "b");
    put(*state, "c");
    delete_objects(*state, CRC_LINE "vS5U1w==\r\n",
                   "<Delete><Object><Key>a</Key></Object><Object><Key>none</Key></Object></Delete>", &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "<DeleteResult " NAMESPACE
                                  "><Deleted><Key>a</Key></Deleted><Deleted><Key>none</Key></Deleted>");
    http_answer_release(&answer);
    delete_objects(*state, "Content-MD5: w9cwNxEUhkYY1n3AAmKhXg==\r\n",
                   "<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>", &answer);
    assert_http_status(&answer, 200);
    assert_http_body_has(&answer, "<DeleteResult " NAMESPACE "></DeleteResult>");
    http_answer_release(&answer);
    assert_has(*state, "/_s3/fws?list-type=2", "<KeyCount>1</KeyCount>");
}

static void a_list_that_proves_nothing_or_is_wrong_deletes_nothing(void **state)
{
    struct http_answer answer;
    put(*state, "a");
    s3_ask_refused(*state, "POST", "/_s3/fws?delete", "", "<Delete><Object><Key>a</Key></Object></Delete>",
                   400, "InvalidRequest");
    s3_ask_refused(*state, "POST", "/_s3/fws?delete", CRC_LINE "AAAAAA==\r\n",
                   "<Delete><Object><Key>a</Key></Object></Delete>", 400, "BadDigest");
    s3_ask_refused(*state, "POST", "/_s3/fws?delete", CRC_LINE "8fVlSg==\r\n", "<Delete></Delete>", 400,
                   "MalformedXML");
    s3_ask_refused(*state, "POST", "/_s3/fws?delete", CRC_LINE "AAAAAA==\r\n", "", 400, "MalformedXML");
    get(*state, "/_s3/fws?list-type=2", &answer);
    assert_http_body_has(&answer, "<KeyCount>1</KeyCount>");
    http_answer_release(&answer);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_world_setup, http_world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(buckets_are_made_listed_and_deleted),
        TEST(a_bucket_has_a_region),
        TEST(what_a_bucket_never_has_is_said),
        TEST(a_method_that_is_none_is_refused),
        TEST(a_listing_has_folders),
        TEST(pages_follow_each_other),
        TEST(parameters_that_cannot_be_read_are_refused),
        TEST(keys_are_encoded_where_that_is_asked_for),
        TEST(uploads_under_way_are_listed),
        TEST(versions_are_kept),
        TEST(several_are_deleted_at_once),
        TEST(a_list_that_proves_nothing_or_is_wrong_deletes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
