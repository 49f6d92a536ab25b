/* CreateJob: what a job is configured with, its tags, and the quotas of the account. */
#include <string.h>

#include "support/create_job.h"
#include "support/groups.h"
#include "support/job_config.h"
#include "support/refusals.h"

#define JOB_TAGS "/tags?resourceArn=arn:aws:iot:us-east-1:000000000000:job/fw"

/* ---- members ---- */

static void what_a_job_is_configured_with_comes_back_as_it_was_given(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN("," CONFIGURATION));
    struct answer *a = describe_job(w, "fw");
    assert_json(a->body, "job.presignedUrlConfig", PRESIGNED_VALUE);
    assert_json(a->body, "job.jobExecutionsRolloutConfig", ROLLOUT_VALUE);
    assert_json(a->body, "job.abortConfig", ABORT_VALUE);
    assert_json(a->body, "job.timeoutConfig", TIMEOUT_VALUE);
    assert_json(a->body, "job.jobExecutionsRetryConfig", RETRY_VALUE);
    assert_json(a->body, "job.destinationPackageVersions", PACKAGES_VALUE);
}

static void doubles_come_back_with_a_fraction(void **state)
{
    struct world *w = *state;
    create_job(w, "fw",
               PLAIN(",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":100,\"exponentialRate\":{"
                     "\"baseRatePerMinute\":50,\"incrementFactor\":2,\"rateIncreaseCriteria\":{"
                     "\"numberOfSucceededThings\":10}}},\"abortConfig\":{\"criteriaList\":[{"
                     "\"failureType\":\"ALL\",\"action\":\"CANCEL\",\"thresholdPercentage\":50,"
                     "\"minNumberOfExecutedThings\":1}]}"));
    const char *text = describe_job(w, "fw")->text;
    assert_non_null(strstr(text, "\"incrementFactor\":2.0,"));
    assert_non_null(strstr(text, "\"thresholdPercentage\":50.0"));
    assert_non_null(strstr(text, "\"maximumPerMinute\":100,"));
}

static void what_is_not_configured_is_an_empty_object_or_nothing(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"presignedUrlConfig\":{},\"timeoutConfig\":null"));
    struct answer *a = describe_job(w, "fw");
    assert_json(a->body, "job.presignedUrlConfig", "{}");
    assert_json(a->body, "job.jobExecutionsRolloutConfig", "{}");
    assert_json(a->body, "job.timeoutConfig", "{}");
    assert_json(a->body, "job.schedulingConfig", "{}");
    assert_json_absent(a->body, "job.abortConfig");
    assert_json_absent(a->body, "job.jobExecutionsRetryConfig");
    assert_json_absent(a->body, "job.destinationPackageVersions");
}

static void the_configuration_outlives_a_restart_and_goes_with_the_job(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    create_job(w, "fw", PLAIN("," CONFIGURATION));
    world_restart(w, NOON);
    assert_json(describe_job(w, "fw")->body, "job.abortConfig", ABORT_VALUE);
    assert_int_equal(rows_in(w, "job_config"), 1);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(w, "job_config"), 0);
    world_free(w);
}

static void a_wrong_configuration_is_refused(void **state)
{
#define MORE(members) PLAIN("," members)
    static const struct refusal refusals[] = {
        WRONG_CONFIGURATIONS(MORE),
        { MORE("\"destinationPackageVersions\":[\"arn:aws:iot:us-east-1:000000000000:thing/p\"]"), INVALID,
          "'arn:aws:iot:us-east-1:000000000000:thing/p' is not the ARN of a package version: …" },
        { MORE("\"presignedUrlConfig\":{\"expiresInSec\":59},\"abortConfig\":{\"criteriaList\":[{"
               "\"failureType\":\"SOME\",\"action\":\"CANCEL\",\"thresholdPercentage\":101}]},"
               "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1001}"),
          INVALID,
          "5 validation errors detected: Value '1001' at 'jobExecutionsRolloutConfig.maximumPerMinute' "
          "failed to satisfy constraint: Member must have value less than or equal to 1000; Value '59' at "
          "'presignedUrlConfig.expiresInSec' failed to satisfy constraint: Member must have value greater "
          "than or equal to 60; Value null at 'abortConfig.criteriaList.1.member.minNumberOfExecutedThings' "
          "failed to satisfy constraint: Member must not be null; Value 'SOME' at "
          "'abortConfig.criteriaList.1.member.failureType' failed to satisfy constraint: Member must "
          "satisfy enum value set: [ALL, TIMED_OUT, FAILED, REJECTED]; Value '101.0' at "
          "'abortConfig.criteriaList.1.member.thresholdPercentage' failed to satisfy constraint: Member "
          "must have value less than or equal to 100" },
    };
    ASSERT_ALL_REFUSED(*state, "PUT", "/jobs/fw", refusals);
}

static void a_rollout_may_be_faster_where_the_server_says_so(void **state)
{
    struct world *w = *state;
    world_settings(w)->rollout_maximum_per_minute = 5000;
    create_job(w, "fw", PLAIN(",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":5000}"));
    refused(w, INVALID, "PUT", "/jobs/fw-2",
            PLAIN(",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":5001}"),
            "1 validation error detected: Value '5001' at 'jobExecutionsRolloutConfig.maximumPerMinute' "
            "failed to satisfy constraint: Member must have value less than or equal to 5000");
    world_settings(w)->rollout_maximum_per_minute = 1000;
    assert_json(describe_job(w, "fw")->body, "job.jobExecutionsRolloutConfig", "{\"maximumPerMinute\":5000}");
}

/* ---- tags ---- */

static void a_job_has_the_tags_that_it_is_created_with_until_it_is_deleted(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(",\"tags\":[{\"Key\":\"team\",\"Value\":\"field\"},{\"Key\":\"b\"}]"));
    assert_json(http(w, 200, "GET", JOB_TAGS, NULL)->body, "tags",
                "[{\"Key\":\"team\",\"Value\":\"field\"},{\"Key\":\"b\",\"Value\":\"\"}]");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(w, "tag"), 0);
    refused(w, INVALID, "PUT", "/jobs/fw", PLAIN(",\"tags\":[{\"Key\":\"aws:x\"}]"),
            "Tag keys that begin with aws: are reserved: aws:x");
}

/* ---- quotas of the account ---- */

static void active_jobs_can_be_limited(void **state)
{
    struct world *w = *state;
    create_job(w, "before", PLAIN(""));
    world_settings(w)->active_jobs_limit = 2;
    create_job(w, "later", PLAIN(",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"));
    refused(w, LIMIT_EXCEEDED, "PUT", "/jobs/fw", PLAIN(""), "There can be at most 2 active jobs.");
    http_data(w, 200, "POST", "/things/pump/jobs/before", "{\"status\":\"SUCCEEDED\"}");
    create_job(w, "fw", PLAIN(""));
    http(w, 200, "PUT", "/jobs/later/cancel", "{}");
    create_job(w, "fw-2", PLAIN(""));
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    create_job(w, "fw-3", PLAIN(""));
    refused(w, LIMIT_EXCEEDED, "PUT", "/jobs/fw-4", PLAIN(""), "There can be at most 2 active jobs.");
}

enum { MANY = 2500 };

/* A job for so many things that its rollout, or its deletion, does not end with the request. */
static void given_large_job(struct world *w)
{
    given_group(w, "site", NULL);
    unpaced(w);
    given_members(w, "site", "lamp", MANY);
    nobody_listens(w);
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/large", "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\"}");
}

static void concurrent_jobs_can_be_limited(void **state)
{
    struct world *w = *state;
    given_large_job(w);
    struct answer *a = describe_job(w, "large");
    assert_json(a->body, "job.isConcurrent", "true");
    world_settings(w)->concurrent_jobs_limit = 1;
    a = http(w, 410, "PUT", "/jobs/fw", PLAIN("")); /* not refused(): the rollout goes on meanwhile */
    assert_string_equal(a->error, "LimitExceededException");
    assert_json_string(a->body, "message", "There can be at most 1 concurrent jobs.");
    create_job(w, "later", PLAIN(",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"));
    world_stop_after(w, 0);
    advance(w, "PT1S");
    create_job(w, "fw", PLAIN(""));
}

/* The large job is put in its way a second before it starts, and is still at work then. */
static void a_job_that_would_start_beside_too_many_is_canceled(void **state)
{
    struct world *w = *state;
    create_job(w, "later", PLAIN(",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}"));
    set_clock(w, "2030-01-01T12:59:59Z");
    given_group(w, "site", NULL);
    given_members(w, "site", "lamp", MANY);
    http(w, 200, "PUT", "/jobs/large",
         "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\","
                                               "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":60}}");
    world_settings(w)->concurrent_jobs_limit = 1;
    advance(w, "PT1S");
    struct answer *a = describe_job(w, "later");
    assert_json_string(a->body, "job.status", "CANCELED");
    assert_json_string(a->body, "job.reasonCode", "CONCURRENT_JOBS_LIMIT_EXCEEDED");
    assert_json_number(a->body, "job.jobProcessDetails.numberOfQueuedThings", 0);
}

static void jobs_in_deletion_can_be_limited(void **state)
{
    struct world *w = *state;
    create_job(w, "fw", PLAIN(""));
    given_large_job(w);
    world_stop_after(w, 0);
    advance(w, "PT1S");
    world_stop_after(w, 1);
    world_settings(w)->deleting_jobs_limit = 1;
    http(w, 200, "DELETE", "/jobs/large?force=true", NULL);
    assert_job_status(w, "large", "DELETION_IN_PROGRESS");
    struct answer *a = http(w, 410, "DELETE", "/jobs/fw?force=true", NULL);
    assert_string_equal(a->error, "LimitExceededException");
    assert_json_string(a->body, "message", "There can be at most 1 jobs in status DELETION_IN_PROGRESS.");
    world_stop_after(w, 0);
    advance(w, "PT1S");
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, create_job_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_job_is_configured_with_comes_back_as_it_was_given),
        TEST(doubles_come_back_with_a_fraction),
        TEST(what_is_not_configured_is_an_empty_object_or_nothing),
        cmocka_unit_test(the_configuration_outlives_a_restart_and_goes_with_the_job),
        TEST(a_wrong_configuration_is_refused),
        TEST(a_rollout_may_be_faster_where_the_server_says_so),
        TEST(a_job_has_the_tags_that_it_is_created_with_until_it_is_deleted),
        TEST(active_jobs_can_be_limited),
        TEST(concurrent_jobs_can_be_limited),
        TEST(a_job_that_would_start_beside_too_many_is_canceled),
        TEST(jobs_in_deletion_can_be_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
