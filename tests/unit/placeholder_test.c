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
        arena_init(&arena, 8192);
        err_init(&err, &arena);
        bool ok = placeholders_check(str_from(cases[i].document), has_role, &err);
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

static void a_signed_url_needs_a_role_and_is_not_supported_with_one(void **state)
{
    (void)state;
    static const char role[] =
        "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.";
    static const struct expected without[] = {
        { SIGNED(":https://x/b/k"), ERR_INVALID_REQUEST, role },
        { SIGNED("-v2:https://x/b/k"), ERR_INVALID_REQUEST, role },
        { UPLOAD("b/k"), ERR_INVALID_REQUEST, role },
    };
    static const struct expected with[] = {
        { SIGNED(":https://x/b/k"), ERR_NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:s3-presigned-url:...} is not supported: this server does not sign URLs "
          "yet." },
        { SIGNED("-v2:https://x/b/k"), ERR_NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:s3-presigned-url-v2:...} is not supported: this server does not sign "
          "URLs yet." },
        { UPLOAD("b/k"), ERR_NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:s3-presigned-url-upload:...} is not supported: this server does not "
          "sign URLs yet." },
        { "[\"${aws:iot:code-sign-signature:s3://r.b/f@v}\"]", ERR_NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:code-sign-signature:...} is not supported: this server signs no "
          "code." },
    };
    ASSERT_JUDGED(without, false);
    ASSERT_JUDGED(with, true);
}

static void an_upload_has_placeholders_of_its_own(void **state)
{
    (void)state;
    static const char bucket[] =
        "S3 bucket name in presigned url upload is not allowed to contain any placeholders";
    static const char unsigned_url[] = "The placeholder ${aws:iot:s3-presigned-url-upload:...} is not "
                                       "supported: this server does not sign URLs yet.";
    static const struct expected cases[] = {
        { UPLOAD("b/${thingName}/${jobId}-${executionNumber}-${jobId}"), ERR_NOT_IMPLEMENTED, unsigned_url },
        { SIGNED("-upload"), ERR_NOT_IMPLEMENTED, unsigned_url },
        { SIGNED("-upload:"), ERR_NOT_IMPLEMENTED, unsigned_url },
        { UPLOAD("b-${thingName}/k"), ERR_INVALID_REQUEST, bucket },
        { UPLOAD("${jobId}"), ERR_INVALID_REQUEST, bucket },
        { SIGNED("-upload:https://${jobId}/b/k"), ERR_INVALID_REQUEST, bucket },
        { SIGNED("-upload:${jobId}"), ERR_INVALID_REQUEST, bucket },
        { UPLOAD("b/${thingName}${jobId}${jobId}${jobId}"), ERR_INVALID_REQUEST,
          "Placeholder, ${jobId}, can be used at most 2 times inside of presign url upload" },
        { UPLOAD("b/${colour}"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${colour}, inside of presign url upload parameter" },
        { UPLOAD("b/${thingName }"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${thingName }, inside of presign url upload parameter" },
        { UPLOAD("b/${a${jobId}}"), ERR_INVALID_REQUEST,
          "Undefined placeholder, ${a${jobId}, inside of presign url upload parameter" },
    };
    ASSERT_JUDGED(cases, true);
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
    assert_true(placeholders_check(str_from(text), false, &err));
    arena_release(&arena);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_that_are_not_ours_are_left_alone),
        cmocka_unit_test(what_is_not_terminated_is_refused),
        cmocka_unit_test(a_signed_url_needs_a_role_and_is_not_supported_with_one),
        cmocka_unit_test(an_upload_has_placeholders_of_its_own),
        cmocka_unit_test(they_are_nothing_anywhere_else),
        cmocka_unit_test(packages_are_named_wholly_or_not_at_all_and_are_not_supported),
        cmocka_unit_test(what_is_written_wrongly_is_said_before_what_is_not_supported),
        cmocka_unit_test(a_document_full_of_beginnings_is_judged_in_one_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
