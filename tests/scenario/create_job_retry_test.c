/* CreateJob with jobExecutionsRetryConfig: what is accepted and shown, and what is refused. */
#include "support/refusals.h"
#include "support/retries.h"

#include <stdio.h>

static void the_criteria_come_back_as_they_were_given(void **state)
{
    struct scene *s = *state;
    static const char *const lists[] = {
        CRITERION("TIMED_OUT", 0) "," CRITERION("FAILED", 10),
        CRITERION("FAILED", 3) "," CRITERION("TIMED_OUT", 7),
        CRITERION("ALL", 10),
        CRITERION("FAILED", 0),
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char id[16], path[32], more[256], shown[256];
        snprintf(id, sizeof id, "fw-%zu", i);
        snprintf(path, sizeof path, "/jobs/%s", id);
        snprintf(more, sizeof more, RETRIES("%s"), lists[i]);
        snprintf(shown, sizeof shown, "{\"criteriaList\":[%s]}", lists[i]);
        given_job_with(s->w, id, "pump", more);
        assert_json(http(s->w, 200, "GET", path, NULL)->body, "job.jobExecutionsRetryConfig", shown);
    }
}

static void a_job_without_criteria_shows_none(void **state)
{
    struct scene *s = *state;
    given_job(s->w, "fw", "pump");
    assert_json_absent(http(s->w, 200, "GET", "/jobs/fw", NULL)->body, "job.jobExecutionsRetryConfig");
}

#define BODY(criteria) "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\"" RETRIES(criteria) "}"

static void criteria_that_cannot_be_are_refused(void **state)
{
    struct scene *s = *state;
    static const struct refusal refusals[] = {
        { BODY(CRITERION("ALL", 1) "," CRITERION("FAILED", 1)), INVALID,
          "A retryCriteria with failure type ALL must be used by itself." },
        { BODY(CRITERION("TIMED_OUT", 1) "," CRITERION("ALL", 1)), INVALID,
          "A retryCriteria with failure type ALL must be used by itself." },
        { BODY(CRITERION("FAILED", 5) "," CRITERION("TIMED_OUT", 6)), INVALID,
          "The numbers of retries of all failure types together cannot be more than 10; they are 11." },
        { BODY(CRITERION("FAILED", 11)), INVALID,
          "1 validation error detected: Value '11' at "
          "'jobExecutionsRetryConfig.criteriaList.1.member.numberOfRetries' failed to satisfy constraint: "
          "Member must have value less than or equal to 10" },
        { BODY(CRITERION("FAILED", -1)), INVALID,
          "1 validation error detected: Value '-1' at "
          "'jobExecutionsRetryConfig.criteriaList.1.member.numberOfRetries' failed to satisfy constraint: "
          "Member must have value greater than or equal to 0" },
        { BODY(CRITERION("REJECTED", 1)), INVALID,
          "1 validation error detected: Value 'REJECTED' at "
          "'jobExecutionsRetryConfig.criteriaList.1.member.failureType' failed to satisfy constraint: "
          "Member must satisfy enum value set: [ALL, TIMED_OUT, FAILED]" },
        { BODY("{\"failureType\":\"FAILED\"}"), INVALID,
          "1 validation error detected: Value null at "
          "'jobExecutionsRetryConfig.criteriaList.1.member.numberOfRetries' failed to satisfy constraint: "
          "Member must not be null" },
        { BODY(""), INVALID,
          "1 validation error detected: Value '[]' at 'jobExecutionsRetryConfig.criteriaList' failed to "
          "satisfy constraint: Member must have length greater than or equal to 1" },
        { "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\",\"jobExecutionsRetryConfig\":{}}", INVALID,
          "1 validation error detected: Value null at 'jobExecutionsRetryConfig.criteriaList' failed to "
          "satisfy constraint: Member must not be null" },
        { BODY(CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 1) "," CRITERION("FAILED", 1)), INVALID,
          "1 validation error detected: Value '[RetryCriteria(failureType=FAILED, numberOfRetries=1), …" },
    };
    ASSERT_ALL_REFUSED(s->w, "PUT", "/jobs/fw", refusals);
}

static void the_criteria_of_a_scheduled_job_hold_when_it_has_started(void **state)
{
    struct scene *s = *state;
    given_job_with(
        s->w, "fw", "pump",
        RETRIES(CRITERION("FAILED", 1)) ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    advance(s->w, "PT1H");
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "QUEUED 2 1, FAILED 1 0");
}

static void a_job_takes_its_criteria_along_when_it_is_deleted(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", RETRIES(CRITERION("FAILED", 1) "," CRITERION("TIMED_OUT", 1)));
    assert_int_equal(rows_in(s->w, "job_retry"), 2);
    http(s->w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_int_equal(rows_in(s->w, "job_retry"), 0);
    given_job(s->w, "fw", "pump");
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "FAILED 1 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(OVER_MQTT, the_criteria_come_back_as_they_were_given),
        OVER(OVER_MQTT, a_job_without_criteria_shows_none),
        OVER(OVER_MQTT, criteria_that_cannot_be_are_refused),
        OVER(OVER_MQTT, the_criteria_of_a_scheduled_job_hold_when_it_has_started),
        OVER(OVER_MQTT, a_job_takes_its_criteria_along_when_it_is_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
