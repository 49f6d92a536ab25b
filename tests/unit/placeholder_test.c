#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/jobs/document.h"
#include "rules/jobs/placeholder.h"

#define SIGNED(x)  "[\"${aws:iot:s3-presigned-url" x "}\"]"
#define UPLOAD(x)  SIGNED("-upload:https://s3.eu-west-1.amazonaws.com/" x)
#define PACKAGE(x) "[\"${aws:iot:package:" x "}\"]"

struct expected {
    const char *document;
    enum error_code code; /* ERR_NONE: accepted */
    const char *message;
};

static void assert_judged(const struct expected *cases, size_t n, bool has_role)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena;
        struct err err;
        arena_init(&arena, 65536);
        err_init(&err, &arena);
        bool ok = placeholders_check(str_from(cases[i].document), has_role, STR_NONE, &err);
        if (ok != (cases[i].code == ERR_NONE) || err.code != cases[i].code ||
            (!ok && !str_eq_text(err.message, cases[i].message)))
            fail_msg("%s: %.*s", cases[i].document, STR(err.message));
        arena_release(&arena);
    }
}

#define ASSERT_JUDGED(cases, has_role) assert_judged(cases, sizeof cases / sizeof cases[0], has_role)

static void braces_that_are_not_ours_are_left_alone(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        { "{}", ERR_NONE, NULL },
        { "[\"$\",\"${\",\"${}\",\"}\",\"$\\\"{\"]", ERR_NONE, NULL },
        { "[\"${HOME}\",\"${thing}\",\"${thingNames}\",\"${ jobId}\",\"${executionNumber\"]", ERR_NONE,
          NULL },
        { "[\"${aws:iot}\",\"${aws:s3:x}\"]", ERR_NONE, NULL },
        { "[\"${aws:iot:parameter:command}\",\"${aws:iot:}\",\"${aws:iot:thing}\"]", ERR_NONE, NULL },
    };
    ASSERT_JUDGED(cases, false);
}

static void what_is_not_terminated_is_refused(void **state)
{
    (void)state;
    static const char message[] = "One or more parameters or placeholders are not terminated.";
    static const struct expected cases[] = {
        { "[\"${aws:iot:parameter:command\"]", ERR_INVALID_REQUEST, message },
        { "{\"a\":\"${aws:iot:s3-presigned-url:https://x\",\"b\":\"}\"}", ERR_INVALID_REQUEST, message },
        { "[\"${aws:iot:s3-presigned-url-upload:https://x/b/${jobId}\"]", ERR_INVALID_REQUEST, message },
        { "[\"${aws:iot:", ERR_INVALID_REQUEST, message },
        { "[\"${aws:iot:x}\",\"${aws:iot:y\"]", ERR_INVALID_REQUEST, message },
    };
    ASSERT_JUDGED(cases, true);
}

static const char bad_argument[] = "Provided argument for presigned url is invalid";

static void a_signed_url_needs_a_role(void **state)
{
    (void)state;
    static const char role[] =
        "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.";
    static const struct expected without[] = {
        { SIGNED(":https://s3.amazonaws.com/bucket/k"), ERR_INVALID_REQUEST, role },
        { SIGNED("-v2:https://s3.amazonaws.com/bucket/k"), ERR_INVALID_REQUEST, role },
        { UPLOAD("bucket/k"), ERR_INVALID_REQUEST, role },
    };
    static const struct expected with[] = {
        { SIGNED(":https://s3.amazonaws.com/bucket/k"), ERR_NONE, NULL },
        { SIGNED(":https://s3.eu-west-1.amazonaws.com/bucket/dir/a b.bin"), ERR_NONE, NULL },
        { SIGNED(":https:\\/\\/bucket.s3.eu-west-1.amazonaws.com\\/dir\\/\\u00e4.bin"), ERR_NONE, NULL },
        { SIGNED(":s3://bucket/k"), ERR_NONE, NULL },
        { SIGNED("-v2:http://127.0.0.1:5627/_s3/bucket/a%20b%3FversionId%3Dabc"), ERR_NONE, NULL },
        { UPLOAD("bucket/k"), ERR_NONE, NULL },
        { "[\"${aws:iot:code-sign-signature:s3://r.b/f@v}\"]", ERR_NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:code-sign-signature:...} is not supported: this server signs no "
          "code." },
    };
    ASSERT_JUDGED(without, false);
    ASSERT_JUDGED(with, true);
}

static void a_url_that_names_no_object_of_s3_is_refused(void **state)
{
    (void)state;
    static const char bucket[] = "Given S3 bucket name is invalid.";
    static const struct expected cases[] = {
        { SIGNED(""), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED(":"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED(":https://example.com/bucket/k"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED(":https://s3.amazonaws.com/bucket"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED(":https://s3.amazonaws.com/bucket/"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED("-v2:https://s3.amazonaws.com/bucket/a%2"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED("-v2:https://s3.amazonaws.com/bucket/a%00"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED(":https://s3.amazonaws.com/BUCKET/k"), ERR_INVALID_REQUEST, bucket },
        { SIGNED(":https://s3.amazonaws.com/../k"), ERR_INVALID_REQUEST, bucket },
        { SIGNED("-v2:https://s3.amazonaws.com/bucket/k%3FversionId%3D"), ERR_INVALID_REQUEST,
          "VersionId not found when attempting to access s3 url" },
        { SIGNED("-v1:https://s3.amazonaws.com/bucket/k"), ERR_INVALID_REQUEST,
          "The placeholder ${aws:iot:s3-presigned-url-v1:...} is not known." },
    };
    ASSERT_JUDGED(cases, true);
}

static void one_inside_another_is_refused(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        { SIGNED(":https://s3.amazonaws.com/bucket/${aws:iot:parameter:x}"), ERR_INVALID_REQUEST,
          "${aws:iot[...]} should not be the second layer pattern." },
        { UPLOAD("bucket/${aws:thing}"), ERR_INVALID_REQUEST,
          "${aws:thing[...]} should not be the second layer pattern." },
    };
    ASSERT_JUDGED(cases, true);
}

static void a_document_has_ten_of_them_at_most(void **state)
{
    (void)state;
#define URL "\"${aws:iot:s3-presigned-url:s3://bucket/k}\""
    static const struct expected cases[] = {
        { "[" URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "]", ERR_NONE,
          NULL },
        { "[" URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "," URL "]",
          ERR_INVALID_REQUEST, "Job document has more than 10 placeholders for presigned URLs." },
    };
    ASSERT_JUDGED(cases, true);
}

static void an_upload_has_placeholders_of_its_own(void **state)
{
    (void)state;
    static const char bucket[] =
        "S3 bucket name in presigned url upload is not allowed to contain any placeholders";
    static const struct expected cases[] = {
        { UPLOAD("bucket/${thingName}/${jobId}-${executionNumber}-${jobId}"), ERR_NONE, NULL },
        { UPLOAD("bucket"), ERR_NONE, NULL },
        { UPLOAD("bucket/"), ERR_NONE, NULL },
        { SIGNED("-upload"), ERR_INVALID_REQUEST, bad_argument },
        { SIGNED("-upload:"), ERR_INVALID_REQUEST, bad_argument },
        { UPLOAD("bucket/k?versionId=x"), ERR_INVALID_REQUEST, bad_argument },
        { UPLOAD("b-${thingName}/k"), ERR_INVALID_REQUEST, bucket },
        { UPLOAD("${jobId}"), ERR_INVALID_REQUEST, bucket },
        { SIGNED("-upload:https://${jobId}.s3.amazonaws.com/k"), ERR_INVALID_REQUEST, bucket },
        { SIGNED("-upload:${jobId}"), ERR_INVALID_REQUEST, bad_argument },
        { UPLOAD("bucket/${thingName}${jobId}${jobId}${jobId}"), ERR_INVALID_REQUEST,
          "The occurrence of local placeholder ${jobId} within S3 presigned url upload placeholder exceeds "
          "limit "
          "of 2." },
        { UPLOAD("bucket/${colour}"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${colour}, inside of presign url upload parameter" },
        { UPLOAD("bucket/${thingName }"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${thingName }, inside of presign url upload parameter" },
        { UPLOAD("bucket/${a${jobId}}"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${a${jobId}, inside of presign url upload parameter" },
    };
    ASSERT_JUDGED(cases, true);
}

static void assert_key(const char *key, const char *expected)
{
    struct arena arena;
    const struct upload_values values = { STR_LIT("pump"), STR_LIT("logs"), 3 };
    arena_init(&arena, 8192);
    struct str found = upload_key(key ? str_from(key) : STR_NONE, &values, &arena);
    if (!str_eq_text(found, expected))
        fail_msg("%s: %.*s, not %s", key, STR(found), expected);
    arena_release(&arena);
}

static void its_key_is_that_of_the_execution(void **state)
{
    (void)state;
    assert_key("a/${thingName}/${jobId}-${executionNumber}.txt", "a/pump/logs-3.txt");
    assert_key("${thingName}${thingName}", "pumppump");
    assert_key("plain", "plain");
    assert_key(NULL, "logs/pump/3");
}

static void they_are_found_one_after_the_other(void **state)
{
    (void)state;
    struct arena arena;
    struct str document =
        STR_LIT("{\"a\":\"x${aws:iot:s3-presigned-url:s3:\\/\\/b\\/\\u00e4}y\",\"b\":\"${x}\","
                "\"c\":\"${aws:iot:s3-presigned-url-upload:s3://b/${jobId}}\"}");
    struct str rest = document;
    struct placeholder found;
    arena_init(&arena, 8192);
    assert_true(placeholder_next(&rest, &arena, &found));
    assert_int_equal(found.kind, PLACEHOLDER_DOWNLOAD);
    assert_true(str_eq_text(found.argument, "s3://b/\xc3\xa4"));
    assert_true(str_eq_text(found.text, "${aws:iot:s3-presigned-url:s3:\\/\\/b\\/\\u00e4}"));
    assert_true(placeholder_next(&rest, &arena, &found));
    assert_int_equal(found.kind, PLACEHOLDER_UPLOAD);
    assert_true(str_eq_text(found.argument, "s3://b/${jobId}"));
    assert_false(placeholder_next(&rest, &arena, &found));
    assert_true(str_eq_text(rest, "\"}"));
    arena_release(&arena);
}

static void they_are_nothing_anywhere_else(void **state)
{
    (void)state;
#define LOCAL(name) "Local placeholder, ${" name "}, is only valid inside of presign url upload"
    static const struct expected cases[] = {
        { "[\"${thingName}\"]", ERR_INVALID_REQUEST, LOCAL("thingName") },
        { "[\"x${jobId}\"]", ERR_INVALID_REQUEST, LOCAL("jobId") },
        { "[\"${a${executionNumber}}\"]", ERR_INVALID_REQUEST, LOCAL("executionNumber") },
        { SIGNED(":https://x/b/${thingName}"), ERR_INVALID_REQUEST, LOCAL("thingName") },
        { "[\"${aws:iot:parameter:${jobId}}\"]", ERR_INVALID_REQUEST, LOCAL("jobId") },
    };
    ASSERT_JUDGED(cases, true);
}

static void packages_are_named_wholly_or_not_at_all_and_are_not_supported(void **state)
{
    (void)state;
    static const char pair[] = "Empty package name and version name have to be used in pair.";
    static const char catalog[] =
        "The placeholder ${aws:iot:package:...} is not supported: this server has no package catalog.";
    static const struct expected cases[] = {
        { PACKAGE("p:version:v:attributes:a"), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE("p:version:$default:attributes"), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE(":version::attributes"), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE("p:version:v:artifact-location:s3-presigned-url"), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE("p"), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE(""), ERR_NOT_IMPLEMENTED, catalog },
        { PACKAGE("p:version::attributes"), ERR_INVALID_REQUEST, pair },
        { PACKAGE(":version:v:attributes"), ERR_INVALID_REQUEST, pair },
        { PACKAGE("p:version:$null:attributes"), ERR_INVALID_REQUEST,
          "$null is not allowed to be referenced as a package version in job documents." },
    };
    ASSERT_JUDGED(cases, true);
}

static void what_is_written_wrongly_is_said_before_what_is_not_supported(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        { "[\"${aws:iot:package:p:version:v:attributes}\",\"${aws:iot:s3-presigned-url:\"]",
          ERR_INVALID_REQUEST, "One or more parameters or placeholders are not terminated." },
        { "[\"${aws:iot:package:p:version:v:attributes}\",\"${aws:iot:s3-presigned-url:https://x/b/k}\"]",
          ERR_INVALID_REQUEST,
          "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document." },
    };
    ASSERT_JUDGED(cases, false);
}

/* As long as a document can be, of nothing but beginnings. */
static void a_document_full_of_beginnings_is_judged_in_one_go(void **state)
{
    (void)state;
    struct arena arena;
    struct err err;
    char *text = malloc(DOCUMENT_BYTES_MAX + 1);
    assert_non_null(text);
    for (size_t i = 0; i < DOCUMENT_BYTES_MAX; i += 2)
        memcpy(text + i, "${", 2);
    text[DOCUMENT_BYTES_MAX] = '\0';
    arena_init(&arena, 8192);
    err_init(&err, &arena);
    assert_true(placeholders_check(str_from(text), false, STR_NONE, &err));
    arena_release(&arena);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_that_are_not_ours_are_left_alone),
        cmocka_unit_test(what_is_not_terminated_is_refused),
        cmocka_unit_test(a_signed_url_needs_a_role),
        cmocka_unit_test(a_url_that_names_no_object_of_s3_is_refused),
        cmocka_unit_test(one_inside_another_is_refused),
        cmocka_unit_test(a_document_has_ten_of_them_at_most),
        cmocka_unit_test(an_upload_has_placeholders_of_its_own),
        cmocka_unit_test(its_key_is_that_of_the_execution),
        cmocka_unit_test(they_are_found_one_after_the_other),
        cmocka_unit_test(they_are_nothing_anywhere_else),
        cmocka_unit_test(packages_are_named_wholly_or_not_at_all_and_are_not_supported),
        cmocka_unit_test(what_is_written_wrongly_is_said_before_what_is_not_supported),
        cmocka_unit_test(a_document_full_of_beginnings_is_judged_in_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
