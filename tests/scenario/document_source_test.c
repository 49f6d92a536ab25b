/* Documents that are objects of the artefact store (documentSource). The things are "pump"; the bucket
 * "depot" has no versions, the bucket "archive" has. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/own_operation.h"
#include "support/artifacts.h"
#include "support/create_job.h"
#include "support/refusals.h"

#define DOCUMENT     "{\"action\":\"update\"}"
#define AMAZON       "https://s3.us-east-1.amazonaws.com/"
#define SOURCE(url)  "\"documentSource\":\"" url "\""
#define FROM_DEPOT   SOURCE(AMAZON "depot/pump/doc.json")
#define UPDATES      "\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/updates\""
#define REBOOT       "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Reboot:1.0\""
#define NO_OBJECT    " is not the URL of an object of S3: https://s3.REGION.amazonaws.com/BUCKET/KEY."
#define REJECTED(of) "Job document source " of " cannot be read: "

static int set_up(void **state)
{
    struct s3 *s = s3_new(NOON);
    given_thing(s->w, "pump");
    s3_put(s, "depot", "pump/doc.json", DOCUMENT);
    s3_bucket(s, "archive", VERSIONING_ENABLED);
    *state = s;
    return 0;
}

static void assert_document(struct world *w, const char *job, const char *document)
{
    char path[64];
    snprintf(path, sizeof path, "/jobs/%s/job-document", job);
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "document", document);
}

static void a_document_is_read_once_when_the_job_is_created(void **state)
{
    struct s3 *s = *state;
    create_job(s->w, "fw", WITH(FROM_DEPOT));
    assert_json_string(describe_job(s->w, "fw")->body, "documentSource", AMAZON "depot/pump/doc.json");
    s3_put(s, "depot", "pump/doc.json", "{\"action\":\"other\"}");
    s3_delete(s, "depot", "pump/doc.json", NULL);
    assert_document(s->w, "fw", DOCUMENT);
    struct answer *a = mqtt(s->w, "$aws/things/pump/jobs/start-next", "{}");
    assert_json(a->body, "execution.jobDocument", DOCUMENT);
}

static void a_job_that_says_its_document_itself_has_no_source(void **state)
{
    struct s3 *s = *state;
    create_job(s->w, "fw", PLAIN(""));
    assert_json_absent(describe_job(s->w, "fw")->body, "documentSource");
}

static void a_source_can_be_written_in_many_ways(void **state)
{
    static const char *const urls[] = {
        "https://s3.us-east-1.amazonaws.com/depot/pump/doc.json",
        "https://s3.amazonaws.com/depot/pump/doc.json",
        "https://depot.s3.eu-central-1.amazonaws.com/pump/doc.json",
        "https://depot.s3.amazonaws.com/pump/doc.json",
        "https://s3-eu-west-1.amazonaws.com/depot/pump/doc.json",
        "https://s3.cn-north-1.amazonaws.com.cn/depot/pump/doc.json",
        "s3://depot/pump/doc.json",
        "s3://depot/pump%2Fdoc%2ejson",
        "http://127.0.0.1:5627/_s3/depot/pump/doc.json",
        "https://iot.example:8443/_s3/depot/pump/doc.json",
    };
    struct s3 *s = *state;
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        char job[16], body[512];
        snprintf(job, sizeof job, "fw-%zu", i);
        snprintf(body, sizeof body, WITH(SOURCE("%s")), urls[i]);
        create_job(s->w, job, body);
        assert_document(s->w, job, DOCUMENT);
    }
}

static void keys_are_percent_encoded(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "a b+c/\xc3\xa4?#%.json", "{\"odd\":1}");
    create_job(s->w, "fw", WITH(SOURCE(AMAZON "depot/a%20b+c/%C3%A4%3F%23%25.json")));
    assert_document(s->w, "fw", "{\"odd\":1}");
}

static void a_version_can_be_named(void **state)
{
    struct s3 *s = *state;
    char body[512];
    struct object_row first = s3_put(s, "archive", "doc", "{\"version\":1}");
    struct object_row second = s3_put(s, "archive", "doc", "{\"version\":2}");
    const struct {
        const char *before;
        struct str version;
        const char *document;
    } rows[] = {
        { "?versionId=", first.version_id, "{\"version\":1}" },
        { "%3FversionId%3D", first.version_id, "{\"version\":1}" },
        { "?versionId=", second.version_id, "{\"version\":2}" },
        { "", STR_LIT(""), "{\"version\":2}" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char job[16];
        snprintf(job, sizeof job, "fw-%zu", i);
        snprintf(body, sizeof body, WITH(SOURCE(AMAZON "archive/doc%s%.*s")), rows[i].before,
                 STR(rows[i].version));
        create_job(s->w, job, body);
        assert_document(s->w, job, rows[i].document);
    }
    s3_delete(s, "archive", "doc", NULL);
    refused(s->w, INVALID, "PUT", "/jobs/fw", WITH(SOURCE("s3://archive/doc")),
            REJECTED(
                "s3://archive/doc") "The specified key does not exist (NoSuchKey; bucket archive, key doc).");
}

static void what_cannot_be_read_makes_no_job(void **state)
{
    static const struct refusal refusals[] = {
        { WITH(SOURCE(AMAZON "nowhere/doc")), INVALID,
          REJECTED(AMAZON
                   "nowhere/doc") "The specified bucket does not exist (NoSuchBucket; bucket nowhere, key "
                                  "doc)." },
        { WITH(SOURCE("s3://depot/pump/d%C3%B6c")), INVALID,
          REJECTED(
              "s3://depot/pump/d%C3%B6c") "The specified key does not exist (NoSuchKey; bucket depot, key "
                                          "pump/d??c)." },
        { WITH(SOURCE("s3://depot/pump/doc.json?versionId=abc")), INVALID,
          REJECTED("s3://depot/pump/doc.json?versionId=abc") "The specified version does not exist "
                                                             "(NoSuchVersion; "
                                                             "bucket depot, key pump/doc.json)." },
        { WITH(SOURCE("s3://depot/large")), INVALID,
          REJECTED("s3://depot/large") "it is larger than 32768 bytes (EntityTooLarge; bucket depot, key "
                                       "large)." },
        { WITH(SOURCE("s3://depot/text")), INVALID, "Job document is not valid JSON in UTF-8." },
        { WITH(SOURCE("s3://depot/empty")), INVALID, "Job document …" },
        { WITH(SOURCE("s3://depot")), INVALID, "Job document source s3://depot" NO_OBJECT },
        { WITH(SOURCE("s3://depot/")), INVALID, "Job document source s3://depot/" NO_OBJECT },
        { WITH(SOURCE("s3://depot/%00")), INVALID, "Job document source s3://depot/%00" NO_OBJECT },
        { WITH(SOURCE("s3://depot/%zz")), INVALID, "Job document source s3://depot/%zz" NO_OBJECT },
        { WITH(SOURCE("s3://../iotjobs.db")), INVALID, "Job document source s3://../iotjobs.db" NO_OBJECT },
        { WITH(SOURCE("file:///etc/passwd")), INVALID, "Job document source file:///etc/passwd" NO_OBJECT },
        { WITH(SOURCE("https://example.com/depot/doc")), INVALID,
          "Job document source https://example.com/depot/doc" NO_OBJECT },
        { WITH(SOURCE("")), INVALID, "1 validation error detected: …" },
        { WITH(FROM_DEPOT ",\"documentParameters\":{\"a\":\"b\"}"), INVALID,
          "documentParameters can only be used with the document of a managed job template." },
    };
    struct s3 *s = *state;
    static char large[32770];
    memset(large, ' ', 32769);
    s3_put(s, "depot", "large", large);
    s3_put(s, "depot", "text", "action: update");
    s3_put(s, "depot", "empty", "");
    ASSERT_ALL_REFUSED(s->w, "PUT", "/jobs/fw", refusals);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct answer *of_job = http(s->w, 400, "PUT", "/jobs/fw", refusals[i].body);
        struct answer *of_plan = own(s->w, 400, &own_plan, "jobId=fw", refusals[i].body);
        assert_string_equal(of_plan->text, of_job->text);
    }
}

static void the_largest_document_is_read(void **state)
{
    struct s3 *s = *state;
    static char large[32769];
    memset(large, ' ', 32768);
    memcpy(large, DOCUMENT, sizeof DOCUMENT - 1);
    s3_put(s, "depot", "large", large);
    create_job(s->w, "fw", WITH(SOURCE("s3://depot/large")));
    assert_document(s->w, "fw", large);
}

static void a_document_that_was_read_is_judged_like_any_other(void **state)
{
    struct s3 *s = *state;
    s3_put(s, "depot", "fetch", "{\"get\":\"${aws:iot:s3-presigned-url:" AMAZON "depot/pump/doc.json}\"}");
    refused(s->w, INVALID, "PUT", "/jobs/fw", WITH(SOURCE("s3://depot/fetch")),
            "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.");
    create_job(s->w, "fw",
               WITH(SOURCE("s3://depot/fetch") ",\"presignedUrlConfig\":{\"roleArn\":"
                                               "\"arn:aws:iam::123456789012:role/urls\"}"));
}

/* ---- templates ---- */

static void a_template_has_the_document_and_gives_it_on(void **state)
{
    struct s3 *s = *state;
    http(s->w, 200, "PUT", "/job-templates/updates", "{\"description\":\"d\"," FROM_DEPOT "}");
    s3_delete(s, "depot", "pump/doc.json", NULL);
    struct answer *a = http(s->w, 200, "GET", "/job-templates/updates", NULL);
    assert_json_string(a->body, "documentSource", AMAZON "depot/pump/doc.json");
    assert_json_string(a->body, "document", DOCUMENT);
    create_job(s->w, "fw", WITH(UPDATES));
    assert_document(s->w, "fw", DOCUMENT);
    assert_json_absent(describe_job(s->w, "fw")->body, "documentSource");
}

static void a_template_whose_source_cannot_be_read_is_not_made(void **state)
{
    struct s3 *s = *state;
    refused(
        s->w, INVALID, "PUT", "/job-templates/updates",
        "{\"description\":\"d\"," SOURCE("s3://depot/none") "}",
        REJECTED("s3://depot/none") "The specified key does not exist (NoSuchKey; bucket depot, key none).");
}

static void the_source_of_a_job_is_stronger_than_its_template(void **state)
{
    struct s3 *s = *state;
    http(s->w, 200, "PUT", "/job-templates/updates",
         "{\"description\":\"d\",\"document\":\"{}\",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":7}}");
    create_job(s->w, "fw", WITH(UPDATES "," FROM_DEPOT));
    create_job(s->w, "reboot", WITH(REBOOT "," FROM_DEPOT));
    assert_document(s->w, "fw", DOCUMENT);
    assert_document(s->w, "reboot", DOCUMENT);
    struct answer *a = describe_job(s->w, "fw");
    assert_json_number(a->body, "job.timeoutConfig.inProgressTimeoutInMinutes", 7);
    assert_json_string(a->body, "documentSource", AMAZON "depot/pump/doc.json");
}

static void a_template_of_a_job_has_its_document(void **state)
{
    struct s3 *s = *state;
    create_job(s->w, "fw", WITH(FROM_DEPOT));
    http(s->w, 200, "PUT", "/job-templates/updates",
         "{\"description\":\"d\",\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/fw\"}");
    struct answer *a = http(s->w, 200, "GET", "/job-templates/updates", NULL);
    assert_json_string(a->body, "document", DOCUMENT);
    assert_json_absent(a->body, "documentSource");
}

/* ---- the plan ---- */

static void a_plan_shows_the_document(void **state)
{
    struct s3 *s = *state;
    uint64_t before = fingerprint(s->w);
    struct answer *a = own(s->w, 200, &own_plan, "jobId=fw", WITH(FROM_DEPOT));
    assert_json_string(a->body, "document", DOCUMENT);
    assert_true(fingerprint(s->w) == before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, s3_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_document_is_read_once_when_the_job_is_created),
        TEST(a_job_that_says_its_document_itself_has_no_source),
        TEST(a_source_can_be_written_in_many_ways),
        TEST(keys_are_percent_encoded),
        TEST(a_version_can_be_named),
        TEST(what_cannot_be_read_makes_no_job),
        TEST(the_largest_document_is_read),
        TEST(a_document_that_was_read_is_judged_like_any_other),
        TEST(a_template_has_the_document_and_gives_it_on),
        TEST(a_template_whose_source_cannot_be_read_is_not_made),
        TEST(the_source_of_a_job_is_stronger_than_its_template),
        TEST(a_template_of_a_job_has_its_document),
        TEST(a_plan_shows_the_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
