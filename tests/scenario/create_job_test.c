/* CreateJob: what is accepted, what becomes of it, and what is refused without a trace. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/create_job.h"
#include "support/refusals.h"

/* ---- what a job is ---- */

static void an_immediate_job_is_in_progress_and_queued_on_its_thing(void **state)
{
    struct world *w = *state;
    struct answer *a = create_job(w, "fw", PLAIN(",\"description\":\"firmware\""));
    assert_json(a->body, "",
                "{\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/fw\",\"jobId\":\"fw\","
                "\"description\":\"firmware\"}");
    assert_json(describe_job(w, "fw")->body, "",
                "{\"job\":{\"jobArn\":\"arn:aws:iot:us-east-1:000000000000:job/fw\",\"jobId\":\"fw\","
                "\"targetSelection\":\"SNAPSHOT\",\"status\":\"IN_PROGRESS\",\"targets\":[\"" PUMP_ARN "\"],"
                "\"description\":\"firmware\",\"presignedUrlConfig\":{},\"jobExecutionsRolloutConfig\":{},"
                "\"timeoutConfig\":{},\"schedulingConfig\":{},\"isConcurrent\":false,"
                "\"createdAt\":1893499200.25,\"lastUpdatedAt\":1893499200.25,\"jobProcessDetails\":{"
                "\"numberOfCanceledThings\":0,\"numberOfSucceededThings\":0,\"numberOfFailedThings\":0,"
                "\"numberOfRejectedThings\":0,\"numberOfQueuedThings\":1,\"numberOfInProgressThings\":0,"
                "\"numberOfRemovedThings\":0,\"numberOfTimedOutThings\":0}}}");
    take_notification(w, "$aws/things/pump/jobs/notify");
    take_notification(w, "$aws/things/pump/jobs/notify-next");
    assert_silence(w);
}

static void a_job_without_a_description_answers_none(void **state)
{
    struct world *w = *state;
    struct answer *a = create_job(w, "fw", PLAIN(""));
    assert_json_absent(a->body, "description");
    assert_json_absent(describe_job(w, "fw")->body, "job.description");
}

static void the_document_is_kept_as_it_was_written(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", WITH("\"document\":\" { \\\"b\\\" : 1.50, \\\"a\\\":\\\"\\\\u00e9\\\" } \""));
    struct answer *a = http(w, 200, "GET", "/jobs/fw/job-document", NULL);
    assert_json_string(a->body, "document", " { \"b\" : 1.50, \"a\":\"\\u00e9\" } ");
}

static void a_document_may_be_any_json_value(void **state)
{
    static const char *const documents[] = { "[1,2]", "7", "null", "true", "\\\"text\\\"" };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
        char body[256], id[16];
        snprintf(id, sizeof id, "job-%zu", i);
        snprintf(body, sizeof body, WITH("\"document\":\"%s\""), documents[i]);
        create_job(w, id, body);
    }
    assert_int_equal(rows_in(w, "job_document"), 5);
}

static void a_continuous_job_never_completes(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"targetSelection\":\"CONTINUOUS\""));
    http_data(w, 200, "POST", "/things/pump/jobs/fw", "{\"status\":\"SUCCEEDED\"}");
    struct answer *a = describe_job(w, "fw");
    assert_json_string(a->body, "job.targetSelection", "CONTINUOUS");
    assert_json_string(a->body, "job.status", "IN_PROGRESS");
    assert_json_absent(a->body, "job.completedAt");
    http(w, 200, "DELETE", "/things/pump", NULL);
    assert_json_string(describe_job(w, "fw")->body, "job.status", "IN_PROGRESS");
}

static void a_thing_named_twice_gets_one_execution_and_the_targets_come_back_as_given(void **state)
{
    struct world *w = *state;
    given_thing(w, "valve");
    create_job(w, "fw",
               "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:eu-west-1:123456789012:thing/valve\",\"" PUMP_ARN
               "\","
               "\"arn:aws:iot:eu-west-1:123456789012:thing/pump\"],\"document\":\"{}\"}");
    struct answer *a = describe_job(w, "fw");
    assert_json(a->body, "job.targets",
                "[\"" PUMP_ARN "\",\"arn:aws:iot:eu-west-1:123456789012:thing/valve\",\"" PUMP_ARN "\","
                "\"arn:aws:iot:eu-west-1:123456789012:thing/pump\"]");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", 2);
    assert_int_equal(rows_in(w, "execution"), 2);
}

static void the_timeout_is_shown_and_runs_from_the_start(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10080}"));
    assert_json_number(describe_job(w, "fw")->body, "job.timeoutConfig.inProgressTimeoutInMinutes", 10080);
    assert_int_equal(rows_in(w, "timer"), 0);
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    struct answer *a = http(w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 604800);
}

static void unknown_members_are_ignored(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"colour\":\"red\",\"description\":null,\"schedulingConfig\":{\"x\":1}"));
    assert_json_string(describe_job(w, "fw")->body, "job.status", "IN_PROGRESS");
}

/* ---- targets ---- */

static void every_target_must_be_a_thing_that_exists(void **state)
{
#define TARGET(arn) "{\"targets\":[\"" PUMP_ARN "\",\"" arn "\"],\"document\":\"{}\"}"
    static const struct refusal refusals[] = {
        { TARGET("arn:aws:iot:us-east-1:000000000000:thing/ghost"), NOT_FOUND,
          "Thing ghost cannot be found." },
        { TARGET("arn:aws:iot:us-east-1:000000000000:thinggroup/all"), NOT_FOUND,
          "Thing group all cannot be found." },
        { TARGET("arn:aws:iot:us-east-1:000000000000:job/pump"), INVALID,
          "Resource type should be thing or thinggroup but found invalid resource type job" },
        { TARGET("pump"), INVALID, "Target 'pump' is not the ARN of a thing or thing group…" },
        { TARGET("arn:aws:s3:us-east-1:000000000000:thing/pump"), INVALID, "Target 'arn:aws:s3:…" },
        { TARGET("arn:aws:iot:us-east-1:000000000000:thing/"), INVALID, "Target 'arn:aws:iot:…" },
        { TARGET(""), INVALID, "Target ''…" },
        { "{\"document\":\"{}\"}", INVALID,
          "1 validation error detected: Value null at 'targets' failed to satisfy constraint: Member must "
          "not "
          "be null" },
        { "{\"targets\":[],\"document\":\"{}\"}", INVALID,
          "1 validation error detected: Value '[]' at 'targets' failed to satisfy constraint: Member must "
          "have "
          "length greater than or equal to 1" },
        { "{\"targets\":\"" PUMP_ARN "\",\"document\":\"{}\"}", INVALID, "…" },
        { "{\"targets\":[7],\"document\":\"{}\"}", INVALID, "…" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static char *body_with_targets(size_t n)
{
    size_t size = n * (sizeof PUMP_ARN + 4) + 64;
    char *body = malloc(size);
    assert_non_null(body);
    size_t at = (size_t)snprintf(body, size, "{\"document\":\"{}\",\"targets\":[");
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(body + at, size - at, "%s\"" PUMP_ARN "\"", i ? "," : "");
    snprintf(body + at, size - at, "]}");
    return body;
}

static void a_job_has_at_most_a_hundred_targets(void **state)
{
    struct world *w = *state;
    char *body = body_with_targets(101);
    refused(w, LIMIT_EXCEEDED, "PUT", "/jobs/fw", body,
            "A job can have at most 100 targets; this one has 101.");
    free(body);
    body = body_with_targets(100);
    create_job(w, "fw", body);
    free(body);
    assert_int_equal(rows_in(w, "job_target"), 100);
    world_settings(w)->job_targets_limit = 101;
    body = body_with_targets(101);
    create_job(w, "more", body);
    free(body);
    assert_int_equal(rows_in(w, "execution"), 2);
}

static void strict_mode_refuses_another_region_or_account(void **state)
{
    struct world *w = *state;
    world_settings(w)->strict = true;
    refused(w, NOT_FOUND, "PUT", "/jobs/fw", TARGET("arn:aws:iot:eu-west-1:000000000000:thing/pump"),
            "Target arn:aws:iot:eu-west-1:000000000000:thing/pump cannot be found.");
    refused(w, NOT_FOUND, "PUT", "/jobs/fw", TARGET("arn:aws:iot:us-east-1:123456789012:thing/pump"),
            "Target arn:aws:iot:us-east-1:123456789012:thing/pump cannot be found.");
    refused(w, NOT_FOUND, "PUT", "/jobs/fw",
            WITH("\"jobTemplateArn\":\"arn:aws:iot:eu-west-1::jobtemplate/AWS-Reboot:1.0\""),
            "Job Template AWS-Reboot:1.0 cannot be found.");
    create_job(w, "fw", PLAIN(""));
    called_from(w, "eu-west-1", NULL);
    create_job(w, "fw-2",
               "{\"targets\":[\"arn:aws:iot:eu-west-1:000000000000:thing/pump\"],\"document\":\"{}\"}");
}

/* ---- ids, regions ---- */

static void an_id_that_is_taken_is_refused_even_for_the_same_job(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(""));
    forget_notifications(w);
    struct answer *a = refused(w, ALREADY_EXISTS, "PUT", "/jobs/fw", PLAIN(""), "Job fw already exists.");
    assert_json_string(a->body, "resourceId", "fw");
    assert_json_string(a->body, "resourceArn", "arn:aws:iot:us-east-1:000000000000:job/fw");
    assert_silence(w);
}

static void an_id_out_of_pattern_is_refused(void **state)
{
    struct world *w = *state;
    refused(
        w, INVALID, "PUT", "/jobs/bad.id", PLAIN(""),
        "1 validation error detected: Value 'bad.id' at 'jobId' failed to satisfy constraint: Member must "
        "satisfy regular expression pattern: [a-zA-Z0-9_-]+");
    char path[128] = "/jobs/";
    memset(path + 6, 'x', 65);
    refused(w, INVALID, "PUT", path, PLAIN(""), "1 validation error detected: …");
    path[6 + 64] = '\0';
    http(w, 200, "PUT", path, PLAIN(""));
}

static void constraints_come_before_everything_else_and_are_all_named(void **state)
{
    struct world *w = *state;
    refused(w, INVALID, "PUT", "/jobs/fw", "{\"description\":\"a\\nb\",\"targetSelection\":\"SOME\"}",
            "3 validation errors detected: …");
}

static void arns_carry_the_region_of_the_caller_unless_the_server_has_one(void **state)
{
    struct world *w = *state;
    called_from(w, "eu-central-1", NULL);
    struct answer *a = create_job(w, "fw", PLAIN(""));
    assert_json_string(a->body, "jobArn", "arn:aws:iot:eu-central-1:000000000000:job/fw");
    called_from(w, NULL, NULL);
    assert_json_string(describe_job(w, "fw")->body, "job.jobArn",
                       "arn:aws:iot:us-east-1:000000000000:job/fw");
    struct strbuf problem;
    strbuf_init(&problem, 256);
    assert_true(settings_set(world_settings(w), STR_LIT("region"), STR_LIT("ap-south-1"), &problem));
    assert_true(settings_set(world_settings(w), STR_LIT("account_id"), STR_LIT("123456789012"), &problem));
    strbuf_release(&problem);
    called_from(w, "eu-central-1", NULL);
    assert_json_string(describe_job(w, "fw")->body, "job.jobArn",
                       "arn:aws:iot:ap-south-1:123456789012:job/fw");
}

/* ---- wrong values ---- */

static void a_timeout_is_between_a_minute_and_a_week(void **state)
{
#define TIMEOUT(value, shown)                                                                                \
    {                                                                                                        \
        PLAIN(",\"timeoutConfig\":{" value "}"), INVALID,                                                    \
            "Provide valid timeout value, inProgressTimeoutInMinutes cannot be " shown "."                   \
    }
    static const struct refusal refusals[] = {
        TIMEOUT("\"inProgressTimeoutInMinutes\":0", "0"),
        TIMEOUT("\"inProgressTimeoutInMinutes\":10081", "10081"),
        TIMEOUT("\"inProgressTimeoutInMinutes\":-5", "-5"),
        TIMEOUT("", "null"),
        TIMEOUT("\"inProgressTimeoutInMinutes\":null", "null"),
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_malformed_body_is_refused(void **state)
{
    static const struct refusal refusals[] = {
        { "{", INVALID, "…" },
        { "[]", INVALID, "…" },
        { "nothing", INVALID, "…" },
        { "{\"targets\":[\"\xff\"]}", INVALID, "…" },
        { "", INVALID, "1 validation error detected: Value null at 'targets' …" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_job_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_immediate_job_is_in_progress_and_queued_on_its_thing),
        TEST(a_job_without_a_description_answers_none),
        TEST(the_document_is_kept_as_it_was_written),
        TEST(a_document_may_be_any_json_value),
        TEST(a_continuous_job_never_completes),
        TEST(a_thing_named_twice_gets_one_execution_and_the_targets_come_back_as_given),
        TEST(the_timeout_is_shown_and_runs_from_the_start),
        TEST(unknown_members_are_ignored),
        TEST(every_target_must_be_a_thing_that_exists),
        TEST(a_job_has_at_most_a_hundred_targets),
        TEST(strict_mode_refuses_another_region_or_account),
        TEST(an_id_that_is_taken_is_refused_even_for_the_same_job),
        TEST(an_id_out_of_pattern_is_refused),
        TEST(constraints_come_before_everything_else_and_are_all_named),
        TEST(arns_carry_the_region_of_the_caller_unless_the_server_has_one),
        TEST(a_timeout_is_between_a_minute_and_a_week),
        TEST(a_malformed_body_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
