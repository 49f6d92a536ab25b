/* What devices get of a document that speaks of objects: URLs, made anew with each delivery. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/own_operation.h"
#include "rules/artifacts/s3_auth.h"
#include "support/objects.h"
#include "support/refusals.h"
#include "support/world_inside.h"

#define ROLE   "\"roleArn\":\"arn:aws:iam::123456789012:role/urls\""
#define BASE   "http://127.0.0.1:5627/_s3/"
#define FETCH  "${aws:iot:s3-presigned-url:https://s3.us-east-1.amazonaws.com/firmware/pump/fw 1.2.bin}"
#define FETCH2 "${aws:iot:s3-presigned-url-v2:https://firmware.s3.us-east-1.amazonaws.com/pump/fw%201.2.bin}"
#define PUT_LOG                                                                                              \
    "${aws:iot:s3-presigned-url-upload:https://s3.us-east-1.amazonaws.com/logs/${jobId}/"                    \
    "${thingName}-${executionNumber}}"

static int set_up(void **state)
{
    struct world *w = world_with_pump(NOON);
    given_object(w, "firmware", "pump/fw 1.2.bin", "bytes");
    given_bucket(w, "logs");
    *state = w;
    return 0;
}

static void given_job_of(struct world *w, const char *job, const char *url, const char *presigned)
{
    char path[64], body[2048];
    snprintf(path, sizeof path, "/jobs/%s", job);
    snprintf(body, sizeof body,
             "{\"targets\":[\"" PUMP_ARN
             "\"],\"presignedUrlConfig\":{%s},\"document\":\"{\\\"get\\\":[1,\\\"%s\\\"]}\"}",
             presigned, url);
    http(w, 200, "PUT", path, body);
}

static const char *url_in(const cJSON *document)
{
    const cJSON *url = json_at(document, "get.1");
    assert_true(cJSON_IsString(url));
    return url->valuestring;
}

static struct str key_of(void *context, struct str access_key)
{
    const struct world *w = context;
    return str_eq_text(access_key, w->artifacts.key.access_key) ? str_from(w->artifacts.key.secret)
                                                                : STR_NONE;
}

/* What S3's edge would make of it, at the clock's time; NULL: it would be served. */
static const char *judged(struct world *w, const char *method, const char *url)
{
    struct arena arena;
    struct sigv4_pair query[16];
    const struct sigv4_pair host = { STR_LIT("Host"), STR_LIT("127.0.0.1:5627") };
    struct s3_keys keys = { .secret = key_of, .context = w };
    struct s3_refusal refusal = { 0 };
    struct s3_identity identity;
    struct str rest = str_from(url + strlen("http://127.0.0.1:5627"));
    struct s3_auth_request request = {
        .method = str_from(method), .headers = &host, .header_n = 1, .query = query
    };
    request.target_path = str_split(&rest, '?');
    request.path = (struct str){ request.target_path.p + 4, request.target_path.n - 4 };
    while (rest.p && request.query_n < 16) {
        struct str value = str_split(&rest, '&');
        struct str name = str_split(&value, '=');
        query[request.query_n++] = (struct sigv4_pair){ name, value };
    }
    arena_init(&arena, (size_t)1024 * 1024);
    bool ok = s3_auth_verify(&request, &keys, clock_now_ms(&w->clock), &arena, &identity, &refusal);
    const char *code = ok ? NULL : s3_error_code(refusal.error);
    arena_release(&arena);
    return code;
}

static const char *described(struct world *w, const char *job)
{
    char topic[128];
    snprintf(topic, sizeof topic, "$aws/things/pump/jobs/%s/get", job);
    return url_in(json_at(mqtt(w, topic, "{}")->body, "execution.jobDocument"));
}

static void assert_begins(const char *text, const char *beginning)
{
    if (strncmp(text, beginning, strlen(beginning)) != 0)
        fail_msg("%s does not begin with %s", text, beginning);
}

static void the_url_of_a_download_can_be_used_until_it_expires(void **state)
{
    struct world *w = *state;
    given_job_of(w, "fw", FETCH, ROLE ",\"expiresInSec\":600");
    const char *url = described(w, "fw");
    assert_begins(url, BASE "firmware/pump/fw%201.2.bin?X-Amz-Algorithm=AWS4-HMAC-SHA256&");
    assert_non_null(strstr(url, "&X-Amz-Expires=600&"));
    assert_null(judged(w, "GET", url));
    assert_string_equal(judged(w, "PUT", url), "SignatureDoesNotMatch");
    advance(w, "PT600S");
    assert_null(judged(w, "GET", url));
    advance(w, "PT1S");
    assert_string_equal(judged(w, "GET", url), "AccessDenied");
    assert_null(judged(w, "GET", described(w, "fw")));
}

static void both_forms_mean_the_same_object(void **state)
{
    struct world *w = *state;
    given_job_of(w, "v2", FETCH2, ROLE);
    const char *url = described(w, "v2");
    assert_begins(url, BASE "firmware/pump/fw%201.2.bin?X-Amz-Algorithm");
    assert_non_null(strstr(url, "&X-Amz-Expires=3600&"));
    assert_null(judged(w, "GET", url));
}

static void a_version_stands_in_the_url(void **state)
{
    struct world *w = *state;
    given_job_of(w, "old",
                 "${aws:iot:s3-presigned-url-v2:s3://firmware/pump/fw%201.2.bin%3FversionId%3Dnull}", ROLE);
    const char *url = described(w, "old");
    assert_begins(url, BASE "firmware/pump/fw%201.2.bin?versionId=null&X-Amz-Algorithm");
    assert_null(judged(w, "GET", url));
}

static void an_upload_is_for_this_execution_alone(void **state)
{
    struct world *w = *state;
    given_job_of(w, "logs-7", PUT_LOG, ROLE);
    const char *url = described(w, "logs-7");
    assert_begins(url, BASE "logs/logs-7/pump-1?X-Amz-Algorithm");
    assert_null(judged(w, "PUT", url));
    assert_string_equal(judged(w, "GET", url), "SignatureDoesNotMatch");
}

static void each_way_to_get_a_document_resolves_it(void **state)
{
    struct world *w = *state;
    forget_notifications(w);
    given_job_of(w, "fw", FETCH, ROLE);
    take_notification(w, "$aws/things/pump/jobs/notify");
    const cJSON *next = take_notification(w, "$aws/things/pump/jobs/notify-next");
    assert_null(judged(w, "GET", url_in(json_at(next, "execution.jobDocument"))));
    struct answer *a = mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    assert_null(judged(w, "GET", url_in(json_at(a->body, "execution.jobDocument"))));
    a = mqtt(w, "$aws/things/pump/jobs/fw/update",
             "{\"status\":\"IN_PROGRESS\",\"includeJobDocument\":true}");
    assert_null(judged(w, "GET", url_in(json_at(a->body, "jobDocument"))));
    const cJSON *text =
        json_at(http_data(w, 200, "GET", "/things/pump/jobs/fw?includeJobDocument=true", NULL)->body,
                "execution.jobDocument");
    assert_true(cJSON_IsString(text));
    cJSON *document = cJSON_Parse(text->valuestring);
    assert_null(judged(w, "GET", url_in(document)));
    cJSON_Delete(document);
}

static void the_control_plane_shows_the_document_as_it_was_given(void **state)
{
    struct world *w = *state;
    given_job_of(w, "fw", FETCH, ROLE);
    const char *document = "{\"get\":[1,\"" FETCH "\"]}";
    assert_json_string(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document", document);
    assert_json_string(http(w, 200, "GET", "/jobs/fw/job-document?beforeSubstitution=true", NULL)->body,
                       "document", document);
}

static void what_is_missing_is_delivered_all_the_same_and_explained(void **state)
{
    struct world *w = *state;
    given_job_of(w, "early", "${aws:iot:s3-presigned-url:s3://firmware/2.0.bin}", ROLE);
    assert_null(judged(w, "GET", described(w, "early")));
    struct answer *a = own(w, 200, &own_explain, "thing=pump&job=early", NULL);
    assert_json_string(
        a->body, "warnings.0",
        "What the document speaks of is not there: object 2.0.bin of bucket firmware is not in the "
        "artefact store.");
    given_object(w, "firmware", "2.0.bin", "bytes");
    a = own(w, 200, &own_explain, "thing=pump&job=early", NULL);
    assert_null(json_at(a->body, "warnings"));
}

static void an_upload_needs_its_bucket_when_the_job_is_created(void **state)
{
    struct world *w = *state;
    static const struct refusal refusals[] = {
        { "{\"targets\":[\"" PUMP_ARN "\"],\"presignedUrlConfig\":{" ROLE
          "},\"document\":\"[\\\"${aws:iot:s3-presigned-url-upload:s3://none/k}\\\"]\"}",
          INVALID, "S3 bucket in job document presigned url upload placeholder not found" },
    };
    ASSERT_ALL_REFUSED(w, "PUT", "/jobs/up", refusals);
}

static void a_parameter_of_a_managed_template_may_be_one(void **state)
{
    struct world *w = *state;
    http(w, 200, "PUT", "/jobs/dl",
         "{\"targets\":[\"" PUMP_ARN "\"],\"presignedUrlConfig\":{" ROLE "},"
         "\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Download-File:1.0\","
         "\"documentParameters\":{\"downloadUrl\":\"" FETCH "\",\"filePath\":\"/tmp/x\"}}");
    const cJSON *url = json_at(mqtt(w, "$aws/things/pump/jobs/dl/get", "{}")->body,
                               "execution.jobDocument.steps.0.action.input.args.0");
    assert_null(judged(w, "GET", url->valuestring));
}

static void the_urls_stay_valid_over_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    http(w, 200, "POST", "/things/pump", "{}");
    given_object(w, "firmware", "pump/fw 1.2.bin", "bytes");
    given_job_of(w, "fw", FETCH, ROLE);
    const char *url = described(w, "fw");
    world_restart(w, NOON);
    assert_null(judged(w, "GET", url));
    world_free(w);
}

/* ---- documentSource ---- */

#define SOURCE "\"documentSource\":\"https://s3.us-east-1.amazonaws.com/documents/fw.json\""

static void a_document_is_read_once_and_its_source_is_shown(void **state)
{
    struct world *w = *state;
    given_object(w, "documents", "fw.json", "{\"to\": 2}");
    http(w, 200, "PUT", "/jobs/fw", "{\"targets\":[\"" PUMP_ARN "\"]," SOURCE "}");
    given_object(w, "documents", "fw.json", "{\"to\": 3}");
    assert_json_string(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document", "{\"to\": 2}");
    assert_json_string(http(w, 200, "GET", "/jobs/fw", NULL)->body, "documentSource",
                       "https://s3.us-east-1.amazonaws.com/documents/fw.json");
    assert_json_number(mqtt(w, "$aws/things/pump/jobs/fw/get", "{}")->body, "execution.jobDocument.to", 2);
}

static void a_template_keeps_what_it_has_read(void **state)
{
    struct world *w = *state;
    given_object(w, "documents", "fw.json", "{\"to\": 2}");
    http(w, 200, "PUT", "/job-templates/update", "{\"description\":\"x\"," SOURCE "}");
    struct answer *a = http(w, 200, "GET", "/job-templates/update", NULL);
    assert_json_string(a->body, "document", "{\"to\": 2}");
    assert_json_string(a->body, "documentSource", "https://s3.us-east-1.amazonaws.com/documents/fw.json");
    http(w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN
         "\"],\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/update\"}");
    assert_json_string(http(w, 200, "GET", "/jobs/fw/job-document", NULL)->body, "document", "{\"to\": 2}");
}

static void what_a_source_holds_is_judged_like_any_document(void **state)
{
    struct world *w = *state;
    char *large = malloc(32770);
    memset(large, ' ', 32769);
    large[32769] = '\0';
    given_object(w, "documents", "fw.json", "{");
    given_object(w, "documents", "large.json", large);
    given_object(w, "documents", "url.json", "[\"" FETCH "\"]");
    free(large);
    static const struct refusal refusals[] = {
        { "{\"targets\":[\"" PUMP_ARN "\"]," SOURCE "}", INVALID,
          "Job document is not valid JSON in UTF-8." },
        { "{\"targets\":[\"" PUMP_ARN "\"],\"documentSource\":\"s3://documents/none.json\"}", INVALID,
          "Job document source s3://documents/none.json cannot be read: The specified key does not exist "
          "(NoSuchKey; "
          "bucket documents, key none.json)." },
        { "{\"targets\":[\"" PUMP_ARN "\"],\"documentSource\":\"s3://documents/large.json\"}", INVALID,
          "Job document source s3://documents/large.json cannot be read: it is larger than 32768 "
          "bytes (EntityTooLarge; bucket documents, key large.json)." },
        { "{\"targets\":[\"" PUMP_ARN "\"],\"documentSource\":\"s3://documents/url.json\"}", INVALID,
          "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document." },
    };
    ASSERT_ALL_REFUSED(w, "PUT", "/jobs/fw", refusals);
}

static void a_plan_reads_it_too(void **state)
{
    struct world *w = *state;
    given_object(w, "documents", "fw.json", "[\"${aws:iot:s3-presigned-url:s3://firmware/none}\"]");
    struct answer *a = own(w, 200, &own_plan, "",
                           "{\"targets\":[\"" PUMP_ARN "\"],\"presignedUrlConfig\":{" ROLE "}," SOURCE "}");
    assert_json_string(a->body, "document", "[\"${aws:iot:s3-presigned-url:s3://firmware/none}\"]");
    assert_json_string(
        a->body, "warnings.0",
        "What the document speaks of is not there: object none of bucket firmware is not in the "
        "artefact store.");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_url_of_a_download_can_be_used_until_it_expires),
        TEST(both_forms_mean_the_same_object),
        TEST(a_version_stands_in_the_url),
        TEST(an_upload_is_for_this_execution_alone),
        TEST(each_way_to_get_a_document_resolves_it),
        TEST(the_control_plane_shows_the_document_as_it_was_given),
        TEST(what_is_missing_is_delivered_all_the_same_and_explained),
        TEST(an_upload_needs_its_bucket_when_the_job_is_created),
        TEST(a_parameter_of_a_managed_template_may_be_one),
        cmocka_unit_test(the_urls_stay_valid_over_a_restart),
        TEST(a_document_is_read_once_and_its_source_is_shown),
        TEST(a_template_keeps_what_it_has_read),
        TEST(what_a_source_holds_is_judged_like_any_document),
        TEST(a_plan_reads_it_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
