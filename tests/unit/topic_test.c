#include "support/cmocka_all.h"

#include "api/route.h"

#define B "$aws/things/pump-a/jobs/"

static void assert_kind(const char *topic, enum topic_kind kind)
{
    struct topic_route route = route_topic(str_from(topic));
    if (route.kind != kind)
        print_error("topic %s\n", topic);
    assert_int_equal(route.kind, kind);
    if (kind != TOPIC_REQUEST)
        assert_int_equal(route.operation, OP_NONE);
}

static void assert_request(const char *topic, enum operation operation, const char *job,
                           const char *namespace_id)
{
    struct topic_route route = route_topic(str_from(topic));
    assert_int_equal(route.kind, TOPIC_REQUEST);
    assert_int_equal(route.operation, operation);
    assert_true(str_eq_text(route.thing, "pump-a"));
    assert_true(str_eq_text(route.labels.value[0], "pump-a"));
    assert_int_equal(route.labels.n, job ? 2 : 1);
    if (job)
        assert_true(str_eq_text(route.labels.value[1], job));
    assert_true(str_eq(route.namespace_id, str_from(namespace_id)));
}

static void the_four_requests_are_found(void **state)
{
    (void)state;
    assert_request(B "get", OP_DATA_GET_PENDING_JOB_EXECUTIONS, NULL, NULL);
    assert_request(B "start-next", OP_DATA_START_NEXT_PENDING_JOB_EXECUTION, NULL, NULL);
    assert_request(B "fw-7/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "fw-7", NULL);
    assert_request(B "fw-7/update", OP_DATA_UPDATE_JOB_EXECUTION, "fw-7", NULL);
}

static void next_stands_for_a_job(void **state)
{
    (void)state;
    assert_request(B "$next/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "$next", NULL);
    assert_request(B "$next/update", OP_DATA_UPDATE_JOB_EXECUTION, "$next", NULL);
}

static void levels_count_not_words(void **state)
{
    (void)state;
    assert_request(B "get/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "get", NULL);
    assert_request(B "get/update", OP_DATA_UPDATE_JOB_EXECUTION, "get", NULL);
    assert_request(B "start-next/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "start-next", NULL);
    assert_request(B "accepted/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "accepted", NULL);
    assert_request(B "notify/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "notify", NULL);
}

static void namespaced_requests_carry_their_namespace(void **state)
{
    (void)state;
    assert_request(B "fw-7/namespace-aws-gg-deployment/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "fw-7",
                   "aws-gg-deployment");
    assert_request(B "$next/namespace-ns/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "$next", "ns");
    assert_request(B "fw-7/namespace-ns/update", OP_DATA_UPDATE_JOB_EXECUTION, "fw-7", "ns");
    assert_request(B "namespace-ns/get", OP_DATA_GET_PENDING_JOB_EXECUTIONS, NULL, "ns");
    assert_request(B "namespace-ns/start-next", OP_DATA_START_NEXT_PENDING_JOB_EXECUTION, NULL, "ns");
    assert_request(B "namespace-ns/update", OP_DATA_UPDATE_JOB_EXECUTION, "namespace-ns", NULL);
    assert_request(B "namespace-a/namespace-b/get", OP_DATA_DESCRIBE_JOB_EXECUTION, "namespace-a", "b");
}

static void only_the_service_publishes_answers_and_notifications(void **state)
{
    (void)state;
    const char *const topics[] = {
        B "get/accepted",
        B "get/rejected",
        B "start-next/accepted",
        B "fw-7/get/rejected",
        B "$next/update/accepted",
        B "fw-7/namespace-ns/get/accepted",
        B "notify",
        B "notify-next",
        B "notify-namespace-ns",
        B "notify-next-namespace-ns",
        B "bogus/accepted",
        B "fw-7/notify-namespace-ns",
    };
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        assert_kind(topics[i], TOPIC_RESERVED);
}

static void other_topics_below_jobs_are_invalid(void **state)
{
    (void)state;
    const char *const topics[] = {
        B,
        B "/",
        B "bogus",
        B "update",
        B "accepted",
        B "/get",
        B "fw-7/",
        B "fw-7/start-next",
        B "fw-7/get/",
        B "fw-7/get/more",
        B "fw-7/namespace-/get",
        B "fw-7/namespace-a b/get",
        B "fw-7/namespace-ns/start-next",
        B "namespace-ns",
        B "a/b/c/d/e",
        "$aws/things//jobs/get",
    };
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        assert_kind(topics[i], TOPIC_INVALID);
}

static void topics_outside_jobs_are_foreign(void **state)
{
    (void)state;
    const char *const topics[] = {
        "",
        "sensors/pump-a",
        "$aws",
        "$aws/things/",
        "$aws/things/pump-a",
        "$aws/things/pump-a/jobs",
        "$aws/things/pump-a/jobsmore/get",
        "$aws/things/pump-a/shadow/update",
        "$aws/events/job/fw-7/completed",
        "$AWS/things/pump-a/jobs/get",
    };
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++)
        assert_kind(topics[i], TOPIC_FOREIGN);
}

static void names_out_of_pattern_are_left_to_decoding(void **state)
{
    (void)state;
    struct topic_route route = route_topic(STR_LIT("$aws/things/pump a/jobs/bad.id/update"));
    assert_int_equal(route.kind, TOPIC_REQUEST);
    assert_true(str_eq_text(route.thing, "pump a"));
    assert_true(str_eq_text(route.labels.value[1], "bad.id"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_four_requests_are_found),
        cmocka_unit_test(next_stands_for_a_job),
        cmocka_unit_test(levels_count_not_words),
        cmocka_unit_test(namespaced_requests_carry_their_namespace),
        cmocka_unit_test(only_the_service_publishes_answers_and_notifications),
        cmocka_unit_test(other_topics_below_jobs_are_invalid),
        cmocka_unit_test(topics_outside_jobs_are_foreign),
        cmocka_unit_test(names_out_of_pattern_are_left_to_decoding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
