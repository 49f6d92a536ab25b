/* CreateJob: where the document of a job comes from, and which ones are refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/create_job.h"
#include "support/refusals.h"

#define TEMPLATE(x) "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/" x "\""

/* The text of GetJobDocument, parsed; the caller deletes it. */
static cJSON *document_of(struct world *w, const char *job_id)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s/job-document", job_id);
    const cJSON *text = json_at(http(w, 200, "GET", path, NULL)->body, "document");
    assert_true(cJSON_IsString(text));
    cJSON *document = cJSON_Parse(text->valuestring);
    assert_non_null(document);
    return document;
}

/* ---- templates ---- */

static void a_template_gives_document_and_description(void **state)
{
    struct world *w = *state;
    struct answer *a = create_job(w, "dl",
                                  WITH(TEMPLATE("AWS-Download-File:1.0") ",\"documentParameters\":{"
                                                                         "\"downloadUrl\":\"http://x/y\","
                                                                         "\"filePath\":\"/tmp/y\"}"));
    assert_json_string(a->body, "description", "A managed job template for downloading a file.");
    a = describe_job(w, "dl");
    assert_json_string(a->body, "job.jobTemplateArn",
                       "arn:aws:iot:us-east-1::jobtemplate/AWS-Download-File:1.0");
    assert_json(a->body, "job.documentParameters",
                "{\"downloadUrl\":\"http://x/y\",\"filePath\":\"/tmp/y\"}");
    cJSON *document = document_of(w, "dl");
    assert_json(document, "",
                "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"Download-File\","
                "\"type\":\"runHandler\",\"input\":{\"handler\":\"download-file.sh\","
                "\"args\":[\"http://x/y\",\"/tmp/y\"],\"path\":\"\"},\"runAsUser\":\"\"}}]}");
    cJSON_Delete(document);
}

static void the_requests_own_description_and_document_win_over_the_templates(void **state)
{
    struct world *w = *state;
    struct answer *a =
        create_job(w, "fw", PLAIN(",\"description\":\"mine\"," TEMPLATE("AWS-Run-Command:1.0")));
    assert_json_string(a->body, "description", "mine");
    assert_json_string(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document", "{}");
    assert_json_string(describe_job(w, "fw")->body, "job.jobTemplateArn",
                       "arn:aws:iot:us-east-1::jobtemplate/AWS-Run-Command:1.0");
}

static void the_version_of_a_template_may_be_left_out(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", WITH(TEMPLATE("AWS-Reboot")));
    assert_json_string(describe_job(w, "fw")->body, "job.status", "IN_PROGRESS");
}

static void parameters_are_escaped_into_the_document(void **state)
{
    struct world *w = *state;
    create_job(w, "fw",
               WITH(TEMPLATE("AWS-Run-Command:1.0") ",\"documentParameters\":{"
                                                    "\"command\":\"say,\\\"hi\\\\\\\\, there\\\",é€𝄞\","
                                                    "\"runAsUser\":\"${aws:iot:parameter:command}\"}"));
    cJSON *document = document_of(w, "fw");
    assert_json_string(document, "steps.0.action.input.command", "say,\"hi\\\\, there\",é€𝄞");
    assert_json_string(document, "steps.0.action.runAsUser", "${aws:iot:parameter:command}");
    cJSON_Delete(document);
}

static void what_is_wrong_with_a_template_or_its_parameters_is_said(void **state)
{
    static const struct refusal refusals[] = {
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:job/x\""), INVALID,
          "Resource type should be jobtemplate but found invalid resource type job" },
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1\""), INVALID,
          "'arn:aws:iot:us-east-1' is not the ARN of a job template." },
        { WITH("\"jobTemplateArn\":\"AWS-Reboot\""), INVALID,
          "1 validation error detected: Value 'AWS-Reboot' at 'jobTemplateArn' failed to satisfy constraint: "
          "Member must satisfy regular expression pattern: ^arn:[!-~]+$" },
        { WITH(TEMPLATE("AWS-Nothing:1.0")), NOT_FOUND, "Job Template AWS-Nothing:1.0 cannot be found." },
        { WITH(TEMPLATE("AWS-Reboot:2.0")), NOT_FOUND, "Job Template AWS-Reboot:2.0 cannot be found." },
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/mine\""), NOT_FOUND,
          "Job Template mine cannot be found." },
        { PLAIN("," TEMPLATE("AWS-Nothing:1.0")), NOT_FOUND,
          "Job Template AWS-Nothing:1.0 cannot be found." },
        { WITH(TEMPLATE("AWS-Run-Command:1.0")), INVALID,
          "Parameter command is required by job template AWS-Run-Command." },
        { WITH(TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"colour\":\"red\"}"), INVALID,
          "Parameter colour is not defined in job template AWS-Reboot." },
        { WITH(TEMPLATE("AWS-Run-Command:1.0") ",\"documentParameters\":{\"command\":\"x\","
                                               "\"pathToHandler\":\"/\"}"),
          INVALID, "Parameter pathToHandler is not defined in job template AWS-Run-Command." },
        { WITH(TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"runAsUser\":\"a\\nb\"}"), INVALID,
          "1 validation error detected: …" },
        { WITH(TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"runAsUser\":\"\"}"), INVALID,
          "2 validation errors detected: …" },
        { PLAIN(",\"documentParameters\":{\"a\":\"b\"}"), INVALID,
          "documentParameters can only be used with the document of a managed job template." },
        { PLAIN("," TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"runAsUser\":\"b\"}"), INVALID,
          "documentParameters can only be used with the document of a managed job template." },
        { WITH(TEMPLATE("AWS-Download-File:1.0") ",\"documentParameters\":{\"filePath\":\"/x\","
                                                 "\"downloadUrl\":\"${aws:iot:s3-presigned-url:https://"
                                                 "s3.us-east-1.amazonaws.com/b/k}\"}"),
          INVALID,
          "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document." },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_parameter_is_as_long_as_its_expression_allows(void **state)
{
    struct world *w = *state;
    char user[258], body[1024];
    memset(user, 'u', sizeof user);
    user[257] = '\0';
    snprintf(body, sizeof body,
             WITH(TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"runAsUser\":\"%s\"}"), user);
    refused(w, INVALID, "PUT", "/jobs/fw", body,
            "The value of parameter runAsUser does not match the regular expression (.){0,256}.");
    snprintf(body, sizeof body,
             WITH(TEMPLATE("AWS-Reboot:1.0") ",\"documentParameters\":{\"runAsUser\":\"%s\"}"), user + 1);
    create_job(w, "fw", body);
}

/* ---- documents ---- */

static void the_origin_of_the_document_must_be_one(void **state)
{
    static const struct refusal refusals[] = {
        { WITH("\"description\":\"none\""), INVALID,
          "Neither job document nor job document source is specified." },
        { PLAIN(",\"documentSource\":\"https://s3.amazonaws.com/b/k\""), INVALID,
          "Job document and job document source cannot be specified at the same time." },
        { WITH("\"documentSource\":\"https://s3.amazonaws.com/bucket/k\""), INVALID,
          "Job document source https://s3.amazonaws.com/bucket/k cannot be read: The specified bucket does "
          "not exist "
          "(NoSuchBucket; bucket bucket, key k)." },
        { WITH("\"documentSource\":\"https://s3.amazonaws.com/bucket/k\"," TEMPLATE("AWS-Reboot:1.0")),
          INVALID,
          "Job document source https://s3.amazonaws.com/bucket/k cannot be read: The specified bucket does "
          "not exist "
          "(NoSuchBucket; bucket bucket, key k)." },
        { WITH("\"documentSource\":\"https://example.com/bucket/k\""), INVALID,
          "Job document source https://example.com/bucket/k is not the URL of an object of S3: "
          "https://s3.REGION.amazonaws.com/BUCKET/KEY." },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_document_that_is_not_json_is_refused(void **state)
{
    static const char not_json[] = "Job document is not valid JSON in UTF-8.";
    static const struct refusal refusals[] = {
        { WITH("\"document\":\"\""), INVALID, not_json },
        { WITH("\"document\":\" \""), INVALID, not_json },
        { WITH("\"document\":\"reboot\""), INVALID, not_json },
        { WITH("\"document\":\"{\\\"a\\\":1,}\""), INVALID, not_json },
        { WITH("\"document\":\"{} {}\""), INVALID, not_json },
        { WITH("\"document\":\"{\\\"a\\\":\\\"\\\\ud800\\\"}\""), INVALID, not_json },
        { WITH("\"document\":{\"a\":1}"), INVALID, "…" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void placeholders_that_cannot_be_resolved_are_refused(void **state)
{
    static const char presigned[] =
        "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document.";
    static const struct refusal refusals[] = {
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:s3-presigned-url:https://x/y}\\\"}\""), INVALID,
          presigned },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:s3-presigned-url-v2:https://x/y}\\\"}\""), INVALID,
          presigned },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:package:p:version:v:attributes}\\\"}\""),
          NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:package:...} is not supported: this server has no package catalog." },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:code-sign-signature:s3://r.b/f@v}\\\"}\""),
          NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:code-sign-signature:...} is not supported: this server signs no code." },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:s3-presigned-url:https://x/y}\\\"}\","
               "\"presignedUrlConfig\":{\"roleArn\":\"arn:aws:iam::123456789012:role/urls\"}"),
          INVALID, "Provided argument for presigned url is invalid" },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${aws:iot:s3-presigned-url:https://x/y\\\"}\""), INVALID,
          "One or more parameters or placeholders are not terminated." },
        { WITH("\"document\":\"{\\\"u\\\":\\\"${jobId}\\\"}\""), INVALID,
          "Local placeholder, ${jobId}, is only valid inside of presign url upload" },
        { WITH(TEMPLATE("AWS-Download-File") ",\"documentParameters\":{\"filePath\":\"f\",\"downloadUrl\":"
                                             "\"${aws:iot:s3-presigned-url:https://x/y}\"}"),
          INVALID, presigned },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

/* A body whose document has `n` characters, `piece` repeated between the quotation marks of a JSON text. */
static char *body_with_document(size_t n, const char *piece)
{
    size_t size = n * strlen(piece) + 512;
    char *body = malloc(size);
    assert_non_null(body);
    size_t at = (size_t)snprintf(body, size, "{" TARGETS ",\"document\":\"\\\"");
    for (size_t i = 2; i < n; i++)
        at += (size_t)snprintf(body + at, size - at, "%s", piece);
    snprintf(body + at, size - at, "\\\"\"}");
    return body;
}

static void a_document_has_at_most_32768_bytes(void **state)
{
    struct world *w = *state;
    char *body = body_with_document(32769, "a");
    refused(w, INVALID, "PUT", "/jobs/fw", body, "1 validation error detected: Value '…");
    free(body);
    body = body_with_document(16385 + 1, "é");
    refused(w, INVALID, "PUT", "/jobs/fw", body,
            "Job document is 32770 bytes long; at most 32768 bytes are allowed.");
    free(body);
    body = body_with_document(32768, "a");
    create_job(w, "fw", body);
    free(body);
    assert_int_equal(
        strlen(json_at(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document")->valuestring),
        32768);
}

static void the_document_can_be_read_as_it_was_before_substitution(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", WITH(TEMPLATE("AWS-Run-Command:1.0") ",\"documentParameters\":{\"command\":\"ls\"}"));
    const struct answer *a = http(w, 200, "GET", "/jobs/fw/job-document?beforeSubstitution=true", NULL);
    assert_non_null(strstr(json_at(a->body, "document")->valuestring, "${aws:iot:parameter:command}"));
    a = http(w, 200, "GET", "/jobs/fw/job-document?beforeSubstitution=false", NULL);
    assert_null(strstr(json_at(a->body, "document")->valuestring, "${"));
    given_job(w, "own", "pump");
    a = http(w, 200, "GET", "/jobs/own/job-document?beforeSubstitution=true", NULL);
    assert_json_string(a->body, "document", "{\"job\":\"own\"}");
}

static void parameters_may_not_make_the_document_too_long(void **state)
{
    struct world *w = *state;
    enum { N = 16384 };
    char *value = malloc(N + 1), *body = malloc(3 * N);
    memset(value, 'a', N);
    value[N] = '\0';
    snprintf(body, 3 * N,
             WITH(TEMPLATE("AWS-Download-File:1.0") ",\"documentParameters\":{\"downloadUrl\":\"%s\","
                                                    "\"filePath\":\"%s\"}"),
             value, value);
    refused(w, INVALID, "PUT", "/jobs/fw", body, "Job document is …");
    free(value);
    free(body);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_job_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_template_gives_document_and_description),
        TEST(the_requests_own_description_and_document_win_over_the_templates),
        TEST(the_version_of_a_template_may_be_left_out),
        TEST(parameters_are_escaped_into_the_document),
        TEST(what_is_wrong_with_a_template_or_its_parameters_is_said),
        TEST(a_parameter_is_as_long_as_its_expression_allows),
        TEST(the_origin_of_the_document_must_be_one),
        TEST(a_document_that_is_not_json_is_refused),
        TEST(placeholders_that_cannot_be_resolved_are_refused),
        TEST(a_document_has_at_most_32768_bytes),
        TEST(the_document_can_be_read_as_it_was_before_substitution),
        TEST(parameters_may_not_make_the_document_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
