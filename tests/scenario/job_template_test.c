/* Custom job templates: what is in them, and the jobs that are made from them. */
#include <stdio.h>

#include "support/create_job.h"
#include "support/job_config.h"
#include "support/refusals.h"
#include "support/windows.h"

#define TEMPLATE_ARN   "arn:aws:iot:us-east-1:000000000000:jobtemplate/update"
#define FROM           "\"jobTemplateArn\":\"" TEMPLATE_ARN "\""
#define FROM_JOB(job)  "\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/" job "\""
#define DESCRIBED      "\"description\":\"an update\""
#define TEMPLATE(more) "{" DESCRIBED ",\"document\":\"{\\\"a\\\":1}\"" more "}"
#define OF(members)    "{" DESCRIBED "," members "}"
#define WINDOWS        "\"maintenanceWindows\":" WINDOWS_VALUE
#define CONTINUOUS     ",\"targetSelection\":\"CONTINUOUS\""

static struct answer *given_template(struct world *w, const char *id, const char *body)
{
    char path[128];
    snprintf(path, sizeof path, "/job-templates/%s", id);
    return http(w, 200, "PUT", path, body);
}

static const cJSON *described(struct world *w)
{
    return http(w, 200, "GET", "/job-templates/update", NULL)->body;
}

static void assert_document_of(struct world *w, const char *job, const char *expected)
{
    char path[128];
    snprintf(path, sizeof path, "/jobs/%s/job-document", job);
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "document", expected);
}

/* ---- templates ---- */

static void a_template_is_described_with_all_that_it_has(void **state)
{
    struct world *w = *state;
    struct answer *a = given_template(w, "update", TEMPLATE("," CONFIGURATION "," WINDOWS));
    assert_json(a->body, "", "{\"jobTemplateArn\":\"" TEMPLATE_ARN "\",\"jobTemplateId\":\"update\"}");
    assert_json(described(w), "",
                "{\"jobTemplateArn\":\"" TEMPLATE_ARN "\",\"jobTemplateId\":\"update\"," DESCRIBED
                ",\"document\":\"{\\\"a\\\":1}\",\"createdAt\":1893499200.25," CONFIGURATION "," WINDOWS "}");
}

static void what_a_template_does_not_have_is_an_empty_object_or_nothing(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE(""));
    assert_json(described(w), "",
                "{\"jobTemplateArn\":\"" TEMPLATE_ARN "\",\"jobTemplateId\":\"update\"," DESCRIBED
                ",\"document\":\"{\\\"a\\\":1}\",\"createdAt\":1893499200.25,\"presignedUrlConfig\":{},"
                "\"jobExecutionsRolloutConfig\":{},\"timeoutConfig\":{}}");
}

static void a_template_outlives_a_restart_but_not_a_reset(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    given_template(w, "update", TEMPLATE("," ABORT));
    world_restart(w, NOON);
    assert_json(described(w), "abortConfig", ABORT_VALUE);
    reset(w);
    assert_json(http(w, 200, "GET", "/job-templates", NULL)->body, "jobTemplates", "[]");
    world_free(w);
}

static void a_deleted_template_is_gone_with_its_tags(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE(",\"tags\":[{\"Key\":\"team\",\"Value\":\"field\"}]"));
    assert_json(http(w, 200, "GET", "/tags?resourceArn=" TEMPLATE_ARN, NULL)->body, "tags",
                "[{\"Key\":\"team\",\"Value\":\"field\"}]");
    assert_string_equal(http(w, 200, "DELETE", "/job-templates/update", NULL)->text, "");
    assert_int_equal(rows_in(w, "tag"), 0);
    refused(w, NOT_FOUND, "GET", "/job-templates/update", NULL, "Job Template update cannot be found.");
    refused(w, NOT_FOUND, "DELETE", "/job-templates/update", NULL, "Job Template update cannot be found.");
    given_template(w, "update", TEMPLATE(""));
}

static void an_id_that_is_taken_is_a_conflict(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE(""));
    struct answer *a = refused(w, 409, "ConflictException", "PUT", "/job-templates/update", TEMPLATE(""),
                               "Job Template update already exists.");
    assert_json_string(a->body, "resourceId", "update");
}

static void wrong_templates_are_refused(void **state)
{
#define MORE(members) TEMPLATE("," members)
    static const struct refusal refusals[] = {
        WRONG_CONFIGURATIONS(MORE),
        { "{\"document\":\"{}\"}", INVALID,
          "1 validation error detected: Value null at 'description' failed to satisfy constraint: Member "
          "must not be null" },
        { "{" DESCRIBED "}", INVALID, "Neither job document nor job document source is specified." },
        { MORE("\"documentSource\":\"https://s3.amazonaws.com/b/k\""), INVALID,
          "Job document and job document source cannot be specified at the same time." },
        { OF("\"documentSource\":\"https://s3.amazonaws.com/bucket/k\""), INVALID,
          "Job document source https://s3.amazonaws.com/bucket/k cannot be read: The specified bucket does "
          "not exist "
          "(NoSuchBucket; bucket bucket, key k)." },
        { OF("\"document\":\"{\""), INVALID, "Job document is not valid JSON in UTF-8." },
        { OF("\"document\":\"{\\\"u\\\":\\\"${aws:iot:s3-presigned-url:https://x/b/k}\\\"}\""), INVALID,
          "presignedUrlConfig role ARN is required to generate an S3 presigned url in job document." },
        { OF("\"document\":\"{\\\"u\\\":\\\"${aws:iot:package:p:version:v:attributes}\\\"}\""),
          NOT_IMPLEMENTED,
          "The placeholder ${aws:iot:package:...} is not supported: this server has no package catalog." },
        { MORE("\"maintenanceWindows\":[{\"startTime\":\"now\",\"durationInMinutes\":5}]"), INVALID, "…" },
        { MORE("\"tags\":[{\"Key\":\"aws:x\"}]"), INVALID,
          "Tag keys that begin with aws: are reserved: aws:x" },
        { OF(FROM_JOB("ghost")), NOT_FOUND, "Job ghost cannot be found." },
        { OF("\"jobArn\":\"ghost\""), INVALID, "'ghost' is not the ARN of a job." },
        { OF("\"jobArn\":\"" PUMP_ARN "\""), INVALID,
          "Resource type should be job but found invalid resource type thing" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/job-templates/update", refusals);
}

static void a_template_id_out_of_pattern_is_refused(void **state)
{
    refused(*state, INVALID, "PUT", "/job-templates/bad.id", TEMPLATE(""),
            "1 validation error detected: Value 'bad.id' at 'jobTemplateId' failed to satisfy constraint: "
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+");
}

static void templates_can_be_limited(void **state)
{
    struct world *w = *state;
    given_template(w, "one", TEMPLATE(""));
    world_settings(w)->job_templates_limit = 1;
    refused(w, LIMIT_EXCEEDED, "PUT", "/job-templates/update", TEMPLATE(""),
            "There can be at most 1 job templates.");
    http(w, 200, "DELETE", "/job-templates/one", NULL);
    given_template(w, "update", TEMPLATE(""));
}

/* ---- the list ---- */

static void templates_are_listed_newest_first_page_by_page(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 5; i++) {
        char id[16];
        snprintf(id, sizeof id, "t-%d", i);
        given_template(w, id, TEMPLATE(""));
    }
    struct answer *a = http(w, 200, "GET", "/job-templates?maxResults=2", NULL);
    assert_json_items(a->body, "jobTemplates", "jobTemplateId", "t-4 t-3");
    assert_json(a->body, "jobTemplates.0",
                "{\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/t-4\","
                "\"jobTemplateId\":\"t-4\"," DESCRIBED ",\"createdAt\":1893499200.25}");
    http(w, 200, "DELETE", "/job-templates/t-3", NULL);
    given_template(w, "t-5", TEMPLATE(""));
    a = next_page(w, a, "/job-templates?maxResults=2");
    assert_json_items(a->body, "jobTemplates", "jobTemplateId", "t-2 t-1");
    a = next_page(w, a, "/job-templates?maxResults=2");
    assert_json_items(a->body, "jobTemplates", "jobTemplateId", "t-0");
    assert_json_absent(a->body, "nextToken");
}

static void a_wrong_page_is_refused(void **state)
{
    struct world *w = *state;
    refused(w, INVALID, "GET", "/job-templates?nextToken=x", NULL, "Next token is invalid.");
    refused(w, INVALID, "GET", "/job-templates?maxResults=0", NULL,
            "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member "
            "must have value greater than or equal to 1");
    refused(w, INVALID, "GET", "/job-templates?maxResults=251", NULL,
            "1 validation error detected: Value '251' at 'maxResults' failed to satisfy constraint: Member "
            "must have value less than or equal to 250");
}

/* ---- templates from jobs ---- */

static void a_job_gives_its_document_and_all_its_configuration(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"description\":\"the job's\"," CONFIGURATION AT_HALF_PAST));
    given_template(w, "update", OF(FROM_JOB("fw")));
    assert_json(described(w), "",
                "{\"jobTemplateArn\":\"" TEMPLATE_ARN "\",\"jobTemplateId\":\"update\"," DESCRIBED
                ",\"document\":\"{}\",\"createdAt\":1893499200.25," CONFIGURATION "," WINDOWS "}");
}

static void what_the_request_names_replaces_the_jobs_whole(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN("," CONFIGURATION AT_HALF_PAST));
    given_template(w, "update",
                   OF(FROM_JOB("fw") ",\"document\":\"[]\",\"jobExecutionsRolloutConfig\":{"
                                     "\"maximumPerMinute\":7},\"presignedUrlConfig\":{\"expiresInSec\":70},"
                                     "\"maintenanceWindows\":[],\"destinationPackageVersions\":[]"));
    assert_json_string(described(w), "document", "[]");
    assert_json(described(w), "jobExecutionsRolloutConfig", "{\"maximumPerMinute\":7}");
    assert_json(described(w), "presignedUrlConfig", "{\"expiresInSec\":70}");
    assert_json(described(w), "maintenanceWindows", "[]");
    assert_json(described(w), "destinationPackageVersions", "[]");
    assert_json(described(w), "abortConfig", ABORT_VALUE);
    assert_json(described(w), "timeoutConfig", TIMEOUT_VALUE);
    assert_json(described(w), "jobExecutionsRetryConfig", RETRY_VALUE);
}

static void of_a_managed_template_the_job_gives_the_document_that_came_of_it(void **state)
{
    struct world *w = *state;
    create_job(w, "fw",
               WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/AWS-Run-Command:1.0\","
                    "\"documentParameters\":{\"command\":\"ls\"}"));
    given_template(w, "update", OF(FROM_JOB("fw")));
    create_job(w, "fw-2", WITH(FROM));
    assert_document_of(w, "fw-2",
                       "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"Run-Command\","
                       "\"type\":\"runCommand\",\"input\":{\"command\":\"ls\"},\"runAsUser\":\"\"}}]}");
}

/* ---- jobs from templates ---- */

static void a_job_gets_all_but_the_description(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," CONFIGURATION "," WINDOWS));
    struct answer *a = create_job(w, "fw", WITH(FROM CONTINUOUS));
    assert_json_absent(a->body, "description");
    const cJSON *job = json_at(describe_job(w, "fw")->body, "job");
    assert_json_absent(job, "description");
    assert_json_string(job, "jobTemplateArn", TEMPLATE_ARN);
    assert_json_string(job, "status", "SCHEDULED");
    assert_json(job, "presignedUrlConfig", PRESIGNED_VALUE);
    assert_json(job, "jobExecutionsRolloutConfig", ROLLOUT_VALUE);
    assert_json(job, "abortConfig", ABORT_VALUE);
    assert_json(job, "timeoutConfig", TIMEOUT_VALUE);
    assert_json(job, "jobExecutionsRetryConfig", RETRY_VALUE);
    assert_json(job, "schedulingConfig.maintenanceWindows", WINDOWS_VALUE);
    assert_json(job, "destinationPackageVersions", PACKAGES_VALUE);
    assert_document_of(w, "fw", "{\"a\":1}");
}

static void what_the_request_names_replaces_the_templates_whole(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," CONFIGURATION "," WINDOWS));
    create_job(w, "fw",
               PLAIN("," FROM CONTINUOUS ",\"description\":\"mine\",\"jobExecutionsRolloutConfig\":{"
                     "\"maximumPerMinute\":7},\"presignedUrlConfig\":{},\"schedulingConfig\":{"
                     "\"maintenanceWindows\":[]}"));
    const cJSON *job = json_at(describe_job(w, "fw")->body, "job");
    assert_json_string(job, "description", "mine");
    assert_json_string(job, "status", "IN_PROGRESS");
    assert_json(job, "jobExecutionsRolloutConfig", "{\"maximumPerMinute\":7}");
    assert_json(job, "presignedUrlConfig", "{}");
    assert_json(job, "schedulingConfig", "{}");
    assert_json(job, "timeoutConfig", TIMEOUT_VALUE);
    assert_document_of(w, "fw", "{}");
}

static void a_start_time_is_no_replacement_for_the_windows_of_the_template(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," WINDOWS));
    create_job(w, "fw", WITH(FROM CONTINUOUS ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"));
    assert_json(describe_job(w, "fw")->body, "job.schedulingConfig",
                "{\"startTime\":\"2030-01-01 13:00\",\"maintenanceWindows\":" WINDOWS_VALUE "}");
    advance(w, "PT2H");
    assert_job_status(w, "fw", "SCHEDULED");
    advance(w, "PT22H45M");
    assert_job_status(w, "fw", "IN_PROGRESS");
}

static void the_time_out_of_a_template_runs(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," TIMEOUT));
    create_job(w, "fw", WITH(FROM));
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    advance(w, "PT30M");
    assert_json_string(http(w, 200, "GET", "/things/pump/jobs/fw", NULL)->body, "execution.status",
                       "TIMED_OUT");
}

static void a_job_keeps_the_arn_of_a_template_that_is_deleted(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," TIMEOUT));
    create_job(w, "fw", WITH(FROM));
    http(w, 200, "DELETE", "/job-templates/update", NULL);
    struct answer *a = describe_job(w, "fw");
    assert_json_string(a->body, "job.jobTemplateArn", TEMPLATE_ARN);
    assert_json(a->body, "job.timeoutConfig", TIMEOUT_VALUE);
    assert_document_of(w, "fw", "{\"a\":1}");
}

static void a_template_that_does_not_fit_the_job_is_refused(void **state)
{
    static const char parameters[] =
        "documentParameters can only be used with the document of a managed job template.";
    static const struct refusal refusals[] = {
        { WITH(FROM), INVALID,
          "TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job." },
        { WITH(FROM CONTINUOUS ",\"documentParameters\":{\"a\":\"b\"}"), INVALID, parameters },
        { PLAIN("," FROM CONTINUOUS ",\"documentParameters\":{\"a\":\"b\"}"), INVALID, parameters },
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/ghost\""), NOT_FOUND,
          "Job Template ghost cannot be found." },
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1::jobtemplate/update\""), NOT_FOUND,
          "Job Template update cannot be found." },
        { WITH("\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:job/update\""), INVALID,
          "Resource type should be jobtemplate but found invalid resource type job" },
        { WITH(FROM ",\"documentSource\":\"https://s3.amazonaws.com/bucket/k\""), INVALID,
          "Job document source https://s3.amazonaws.com/bucket/k cannot be read: The specified bucket does "
          "not exist "
          "(NoSuchBucket; bucket bucket, key k)." },
    };
    struct world *w = *state;
    given_template(w, "update", TEMPLATE("," WINDOWS));
    ASSERT_ALL_REFUSED(w, "PUT", "/jobs/fw", refusals);
}

/* Times, windows and targets are judged before the template is looked up, and what it brings after that. */
static void what_is_wrong_with_the_request_itself_is_said_before_its_template_is_looked_up(void **state)
{
#define FROM_GHOST           "\"jobTemplateArn\":\"arn:aws:iot:us-east-1:000000000000:jobtemplate/ghost\""
#define GHOST_AT(scheduling) WITH(FROM_GHOST CONTINUOUS ",\"schedulingConfig\":{" scheduling "}")
    static const struct refusal refusals[] = {
        { GHOST_AT("\"startTime\":\"noon\""), INVALID, "StartTime 'noon' is not a valid time. …" },
        { GHOST_AT("\"endTime\":\"2030-01-01 12:01\""), INVALID,
          "EndTime must be at least 30 minutes from now. …" },
        { GHOST_AT("\"endBehavior\":\"CANCEL\""), INVALID,
          "EndBehavior cannot be specified without EndTime." },
        { GHOST_AT("\"maintenanceWindows\":[{\"startTime\":\"cron(0 0 ? * ? *)\",\"durationInMinutes\":1}]"),
          INVALID, "…" },
        { WITH(FROM_GHOST ",\"schedulingConfig\":{" WINDOWS "}"), INVALID,
          "TargetSelection is invalid. MaintenanceWindow cannot be used with SNAPSHOT job." },
        { "{\"targets\":[\"pump\"]," FROM_GHOST "}", INVALID, "Target 'pump' is not the ARN …" },
        { GHOST_AT(WINDOWS), NOT_FOUND, "Job Template ghost cannot be found." },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void strict_mode_finds_only_the_templates_of_the_callers_region(void **state)
{
    struct world *w = *state;
    given_template(w, "update", TEMPLATE(""));
    create_job(w, "fw", WITH("\"jobTemplateArn\":\"arn:aws:iot:eu-west-1:123456789012:jobtemplate/update\""));
    world_settings(w)->strict = true;
    refused(w, NOT_FOUND, "PUT", "/jobs/fw-2",
            WITH("\"jobTemplateArn\":\"arn:aws:iot:eu-west-1:000000000000:jobtemplate/update\""),
            "Job Template update cannot be found.");
    refused(w, NOT_FOUND, "PUT", "/job-templates/again",
            OF("\"jobArn\":\"arn:aws:iot:eu-west-1:000000000000:job/fw\""), "Job fw cannot be found.");
    create_job(w, "fw-2", WITH(FROM));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_job_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_template_is_described_with_all_that_it_has),
        TEST(what_a_template_does_not_have_is_an_empty_object_or_nothing),
        cmocka_unit_test(a_template_outlives_a_restart_but_not_a_reset),
        TEST(a_deleted_template_is_gone_with_its_tags),
        TEST(an_id_that_is_taken_is_a_conflict),
        TEST(wrong_templates_are_refused),
        TEST(a_template_id_out_of_pattern_is_refused),
        TEST(templates_can_be_limited),
        TEST(templates_are_listed_newest_first_page_by_page),
        TEST(a_wrong_page_is_refused),
        TEST(a_job_gives_its_document_and_all_its_configuration),
        TEST(what_the_request_names_replaces_the_jobs_whole),
        TEST(of_a_managed_template_the_job_gives_the_document_that_came_of_it),
        TEST(a_job_gets_all_but_the_description),
        TEST(what_the_request_names_replaces_the_templates_whole),
        TEST(a_start_time_is_no_replacement_for_the_windows_of_the_template),
        TEST(the_time_out_of_a_template_runs),
        TEST(a_job_keeps_the_arn_of_a_template_that_is_deleted),
        TEST(a_template_that_does_not_fit_the_job_is_refused),
        TEST(what_is_wrong_with_the_request_itself_is_said_before_its_template_is_looked_up),
        TEST(strict_mode_finds_only_the_templates_of_the_callers_region),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
