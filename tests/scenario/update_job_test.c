/* UpdateJob: what can be changed of a job that is under way, and what cannot. */
#include "support/groups.h"
#include "support/job_config.h"
#include "support/refusals.h"
#include "support/retries.h"
#include "support/windows.h"

static struct answer *update(struct scene *s, const char *body)
{
    return http(s->w, 200, "PATCH", "/jobs/fw", body);
}

static const cJSON *described(struct scene *s)
{
    return http(s->w, 200, "GET", "/jobs/fw", NULL)->body;
}

/* ---- what changes ---- */

static void an_update_answers_nothing_and_moves_the_time(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    advance(s->w, "PT1M");
    forget_notifications(s->w);
    assert_string_equal(update(s, "{\"description\":\"new\"}")->text, "");
    assert_json_string(described(s), "job.description", "new");
    assert_json_number(described(s), "job.createdAt", NOON_S);
    assert_json_number(described(s), "job.lastUpdatedAt", NOON_S + 60);
    assert_silence(s->w);
}

static void each_member_can_be_set(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    update(s, "{" PRESIGNED "," ROLLOUT "," ABORT "," TIMEOUT "}");
    assert_json(described(s), "job.presignedUrlConfig", PRESIGNED_VALUE);
    assert_json(described(s), "job.jobExecutionsRolloutConfig", ROLLOUT_VALUE);
    assert_json(described(s), "job.abortConfig", ABORT_VALUE);
    assert_json(described(s), "job.timeoutConfig", TIMEOUT_VALUE);
}

static void a_member_is_replaced_whole_and_the_others_stay(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", ",\"description\":\"old\"," CONFIGURATION);
    update(s, "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":7},\"presignedUrlConfig\":{"
              "\"expiresInSec\":70}}");
    assert_json(described(s), "job.jobExecutionsRolloutConfig", "{\"maximumPerMinute\":7}");
    assert_json(described(s), "job.presignedUrlConfig", "{\"expiresInSec\":70}");
    assert_json(described(s), "job.abortConfig", ABORT_VALUE);
    assert_json(described(s), "job.timeoutConfig", TIMEOUT_VALUE);
    assert_json(described(s), "job.jobExecutionsRetryConfig", RETRY_VALUE);
    assert_json(described(s), "job.destinationPackageVersions", PACKAGES_VALUE);
    assert_json_string(described(s), "job.description", "old");
}

static void a_rollout_that_is_on_its_way_goes_on_at_the_new_rate(void **state)
{
    struct scene *s = *state;
    given_group(s->w, "site", NULL);
    given_members(s->w, "site", "lamp", 100);
    http(s->w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\","
                                               "\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}}");
    advance(s->w, "PT2M59S");
    assert_counts(s->w, "fw", "Queued 30");
    assert_json(described(s), "job.jobProcessDetails.processingTargets", "[" GROUP_TARGET("site") "]");
    update(s, "{\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1000}}");
    advance(s->w, "PT1M");
    assert_counts(s->w, "fw", "Queued 100");
    assert_json_absent(described(s), "job.jobProcessDetails.processingTargets");
}

static void a_job_that_is_scheduled_keeps_its_windows_and_its_start(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_HALF_PAST);
    update(s, "{" TIMEOUT "}");
    assert_json_string(described(s), "job.status", "SCHEDULED");
    assert_json(described(s), "job.schedulingConfig.maintenanceWindows", WINDOWS_VALUE);
    advance(s->w, "PT30M");
    assert_json_string(described(s), "job.status", "IN_PROGRESS");
}

/* ---- time-outs ---- */

static void a_time_out_reaches_only_what_starts_afterwards(void **state)
{
    struct scene *s = *state;
    given_thing(s->w, "valve");
    http(s->w, 200, "PUT", "/jobs/fw",
         "{\"targets\":[\"" PUMP_ARN "\",\"arn:aws:iot:us-east-1:000000000000:thing/valve\"],"
         "\"document\":\"{}\"," TIMEOUT "}");
    scene_start_next(s, "{}");
    update(s, "{\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":5}}");
    http_data(s->w, 200, "PUT", "/things/valve/jobs/$next", "{}");
    struct answer *a = http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL);
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 1800);
    a = http(s->w, 200, "GET", "/things/valve/jobs/fw", NULL);
    assert_json_number(a->body, "execution.approximateSecondsBeforeTimedOut", 300);
    advance(s->w, "PT5M");
    assert_json_string(http(s->w, 200, "GET", "/things/valve/jobs/fw", NULL)->body, "execution.status",
                       "TIMED_OUT");
    assert_json_string(http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL)->body, "execution.status",
                       "IN_PROGRESS");
}

static void what_runs_without_a_time_out_gets_none(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    scene_start_next(s, "{}");
    update(s, "{" TIMEOUT "}");
    assert_json_absent(http(s->w, 200, "GET", "/things/pump/jobs/fw", NULL)->body,
                       "execution.approximateSecondsBeforeTimedOut");
}

/* ---- retries ---- */

static void retries_can_be_taken_back(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 2) "," CRITERION("TIMED_OUT", 3)));
    given_end(s, "fw", "FAILED");
    update(s, "{\"jobExecutionsRetryConfig\":{\"criteriaList\":[" CRITERION("TIMED_OUT", 0) "," CRITERION(
                  "FAILED", 0) "]}}");
    assert_json(described(s), "job.jobExecutionsRetryConfig.criteriaList",
                "[" CRITERION("TIMED_OUT", 0) "," CRITERION("FAILED", 0) "]");
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "FAILED 2 1, FAILED 1 0");
    assert_job_status(s->w, "fw", "COMPLETED");
}

/* The retry that waits for the next window finds that there is none any more. */
static void a_retry_that_waits_for_a_window_is_taken_back_too(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1)) AT_NOON);
    scene_start_next(s, "{}");
    advance(s->w, "PT1H");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"FAILED\"}"));
    update(s, "{\"jobExecutionsRetryConfig\":{\"criteriaList\":[" CRITERION("FAILED", 0) "]}}");
    advance(s->w, "PT23H");
    assert_attempts(s, "fw", "FAILED 1 0");
}

static void retries_cannot_be_changed_otherwise(void **state)
{
#define TO(criteria) "{\"jobExecutionsRetryConfig\":{\"criteriaList\":[" criteria "]}}"
    static const char number[] = "The number of retries cannot be updated to any number other than 0.";
    static const char types[] = "FailureTypes must match existing FailureTypes defined in RetryConfig.";
    static const struct refusal refusals[] = {
        { TO(CRITERION("FAILED", 1)), INVALID, number },
        { TO(CRITERION("FAILED", 2)), INVALID, number },
        { TO(CRITERION("ALL", 0)), INVALID, types },
        { TO(CRITERION("TIMED_OUT", 0)), INVALID, types },
        { TO(CRITERION("FAILED", 0) "," CRITERION("TIMED_OUT", 0)), INVALID, types },
        { TO(CRITERION("FAILED", 0) "," CRITERION("FAILED", 0) "," CRITERION("FAILED", 0)), INVALID,
          "1 validation error detected: Value '[RetryCriteria(failureType=FAILED, numberOfRetries=0), …" },
    };
    static const struct refusal of_a_job_without[] = {
        { TO(CRITERION("FAILED", 0)), INVALID,
          "RetryConfig cannot be updated if the job has no RetryConfig defined during creation." },
    };
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 2)));
    given_job(s->w, "fw-2", "pump");
    forget_notifications(s->w);
    ASSERT_ALL_REFUSED(s->w, "PATCH", "/jobs/fw", refusals);
    ASSERT_ALL_REFUSED(s->w, "PATCH", "/jobs/fw-2", of_a_job_without);
}

/* ---- what is refused ---- */

static void wrong_values_are_refused(void **state)
{
#define BODY(members) "{" members "}"
    static const char empty[] = "Update Job request for job fw cannot be empty.";
    static const struct refusal refusals[] = {
        WRONG_CONFIGURATIONS(BODY),
        { "{}", INVALID, empty },
        { "", INVALID, empty },
        { "{\"targets\":[],\"document\":\"{}\",\"description\":null}", INVALID, empty },
        { "{\"description\":\"a\\nb\"}", INVALID, "1 validation error detected: …" },
    };
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    forget_notifications(s->w);
    ASSERT_ALL_REFUSED(s->w, "PATCH", "/jobs/fw", refusals);
}

static void what_is_wrong_with_the_request_comes_before_what_it_names(void **state)
{
    struct scene *s = *state;
    refused(s->w, INVALID, "PATCH", "/jobs/ghost", "{}", "Update Job request for job ghost cannot be empty.");
    refused(s->w, INVALID, "PATCH", "/jobs/ghost", "{\"timeoutConfig\":{}}",
            "Provide valid timeout value, inProgressTimeoutInMinutes cannot be null.");
    refused(s->w, INVALID, "PATCH", "/jobs/ghost", TO(CRITERION("FAILED", 1)),
            "The number of retries cannot be updated to any number other than 0.");
    refused(s->w, NOT_FOUND, "PATCH", "/jobs/ghost", "{\"description\":\"new\"}",
            "Job ghost cannot be found.");
}

static void a_job_that_is_over_cannot_be_updated(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_accepted(scene_update(s, "fw", "{\"status\":\"SUCCEEDED\"}"));
    refused(s->w, INVALID, "PATCH", "/jobs/fw", "{\"description\":\"new\"}",
            "Job fw in status COMPLETED cannot be updated.");
    given_job(s->w, "fw-2", "pump");
    http(s->w, 200, "PUT", "/jobs/fw-2/cancel", "{}");
    refused(s->w, INVALID, "PATCH", "/jobs/fw-2", TO(CRITERION("FAILED", 0)),
            "Job fw-2 in status CANCELED cannot be updated.");
}

static void a_namespace_that_is_named_must_be_the_jobs(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", ",\"namespaceId\":\"plant\"");
    refused(s->w, NOT_FOUND, "PATCH", "/jobs/fw?namespaceId=other", "{\"description\":\"new\"}",
            "Job fw cannot be found.");
    http(s->w, 200, "PATCH", "/jobs/fw?namespaceId=plant", "{\"description\":\"new\"}");
    http(s->w, 200, "PATCH", "/jobs/fw", "{\"description\":\"newer\"}");
    assert_json_string(described(s), "job.description", "newer");
}

#define TEST(name) OVER(OVER_HTTP, name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_update_answers_nothing_and_moves_the_time),
        TEST(each_member_can_be_set),
        TEST(a_member_is_replaced_whole_and_the_others_stay),
        TEST(a_rollout_that_is_on_its_way_goes_on_at_the_new_rate),
        TEST(a_job_that_is_scheduled_keeps_its_windows_and_its_start),
        TEST(a_time_out_reaches_only_what_starts_afterwards),
        TEST(what_runs_without_a_time_out_gets_none),
        TEST(retries_can_be_taken_back),
        TEST(a_retry_that_waits_for_a_window_is_taken_back_too),
        TEST(retries_cannot_be_changed_otherwise),
        TEST(wrong_values_are_refused),
        TEST(what_is_wrong_with_the_request_comes_before_what_it_names),
        TEST(a_job_that_is_over_cannot_be_updated),
        TEST(a_namespace_that_is_named_must_be_the_jobs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
