/* What POST /_iotjobs/plan takes, and what it refuses. A world at noon, with the groups and things of
 * support/groups.h. */
#include <stdio.h>
#include <string.h>

#include "http/own_operation.h"
#include "support/groups.h"
#include "support/windows.h"

#define FOR_PUMP(members)  "{\"targets\":[" THING_TARGET("pump") "]," members "}"
#define SCHEDULED(members) FOR_PUMP("\"document\":\"{}\",\"schedulingConfig\":{" members "}")

/* The answer. Nothing is written. */
static const cJSON *plan(struct world *w, const char *query, const char *body)
{
    uint64_t before = fingerprint(w);
    const cJSON *answer = own(w, 200, &own_plan, query, body)->body;
    assert_true(fingerprint(w) == before);
    return answer;
}

static void the_job_id_stands_in_the_query_or_in_the_body_or_nowhere(void **state)
{
    struct world *w = *state;
    static const char body[] = FOR_PUMP("\"document\":\"{}\",\"jobId\":\"fw\"");
    given_job(w, "taken", "pump");
    assert_json_string(plan(w, "", body), "jobId", "fw");
    assert_json_string(plan(w, "jobId=other", body), "jobId", "other");
    assert_json_absent(plan(w, "", FOR_PUMP("\"document\":\"{}\",\"jobId\":null")), "jobId");
    assert_json_string(own(w, 409, &own_plan, "jobId=taken", body)->body, "message",
                       "Job taken already exists.");
    own(w, 409, &own_plan, "", FOR_PUMP("\"document\":\"{}\",\"jobId\":\"taken\""));
    assert_json_string(own(w, 400, &own_plan, "", FOR_PUMP("\"document\":\"{}\",\"jobId\":7"))->body,
                       "message", "The member jobId of the body must be a text.");
    assert_json_string(own(w, 400, &own_plan, "thing=pump", body)->body, "message",
                       "The parameter thing is not known here; known are jobId.");
}

/* The job "taken" is there; one more is one too many. */
static void what_create_job_refuses_is_refused_in_its_words(void **state)
{
    static const struct {
        const char *job, *body;
    } refusals[] = {
        { "fw", "" },
        { "fw", "{" },
        { "fw", "[]" },
        { "fw", "{\"document\":\"{}\"}" },
        { "fw", "{\"targets\":[],\"document\":\"{}\"}" },
        { "fw", "{\"targets\":[\"pump\"],\"document\":\"{}\"}" },
        { "fw", "{\"targets\":[" THING_TARGET("nobody") "],\"document\":\"{}\"}" },
        { "fw", "{\"targets\":[" GROUP_TARGET("nowhere") "],\"document\":\"{}\"}" },
        { "fw", FOR_PUMP("\"targetSelection\":\"SNAPSHOT\"") },
        { "fw", FOR_PUMP("\"document\":\"{\"") },
        { "fw", FOR_PUMP("\"document\":\"{}\",\"documentParameters\":{\"a\":\"b\"}") },
        { "fw", FOR_PUMP("\"documentSource\":\"https://example.com/d\"") },
        { "fw", FOR_PUMP("\"document\":\"{}\",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":1001}") },
        { "fw", SCHEDULED("\"startTime\":\"2030-01-01 12:10\"") },
        { "fw", SCHEDULED("\"endBehavior\":\"CANCEL\"") },
        { "fw", SCHEDULED("\"maintenanceWindows\":[" WINDOW("0 13 * * ? *", 10) "]") },
        { "b*d", FOR_PUMP("\"document\":\"{}\"") },
        { "taken", FOR_PUMP("\"document\":\"{}\"") },
        { "fw", FOR_PUMP("\"document\":\"{}\"") },
    };
    struct world *w = *state;
    given_job_for(w, "taken", "CONTINUOUS", GROUP_TARGET("zone"));
    world_settings(w)->active_jobs_limit = 1;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        char path[64], query[64];
        snprintf(path, sizeof path, "/jobs/%s", refusals[i].job);
        snprintf(query, sizeof query, "jobId=%s", refusals[i].job);
        uint64_t before = fingerprint(w);
        struct answer *refused_plan = own(w, 0, &own_plan, query, refusals[i].body);
        assert_true(fingerprint(w) == before);
        struct answer *refused_job = http(w, 0, "PUT", path, refusals[i].body);
        assert_in_range(refused_job->status, 400, 501);
        assert_int_equal(refused_plan->status, refused_job->status);
        assert_string_equal(refused_plan->error, refused_job->error);
        assert_string_equal(refused_plan->text, refused_job->text);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, groups_set_up, world_tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_job_id_stands_in_the_query_or_in_the_body_or_nowhere),
        TEST(what_create_job_refuses_is_refused_in_its_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
