#include "support/cmocka_all.h"

#include "plugin/access.h"

static void only_the_service_publishes_on_the_topics_of_the_service(void **state)
{
    (void)state;
    static const char *const topics[] = {
        "$aws/things/a/jobs/notify",
        "$aws/things/a/jobs/notify-next",
        "$aws/things/a/jobs/notify-namespace-x",
        "$aws/things/a/jobs/get/accepted",
        "$aws/things/a/jobs/start-next/rejected",
        "$aws/things/a/jobs/j/update/accepted",
        "$aws/things/a/jobs/$next/get/rejected",
        "$aws/events/job/j/completed",
        "$aws/events/jobExecution/j/succeeded",
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        assert_int_equal(access_of_publish(str_from(topics[i]), false), ACCESS_DENIED);
}

static void requests_and_all_other_topics_are_left_to_the_rules_of_the_broker(void **state)
{
    (void)state;
    static const char *const topics[] = {
        "$aws/things/a/jobs/get",
        "$aws/things/a/jobs/j/update",
        "$aws/things/a/jobs/get/get",
        "$aws/things/a/shadow/update",
        "sensors/accepted",
        "",
        "$aws/things/a/shadow/accepted",
        "$awsx/events/job",
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        assert_int_equal(access_of_publish(str_from(topics[i]), false), ACCESS_UNDECIDED);
}

static void nothing_below_aws_is_retained(void **state)
{
    (void)state;
    assert_int_equal(access_of_publish(STR_LIT("$aws/things/a/jobs/get"), true), ACCESS_DENIED);
    assert_int_equal(access_of_publish(STR_LIT("$aws/anything"), true), ACCESS_DENIED);
    assert_int_equal(access_of_publish(STR_LIT("sensors/1"), true), ACCESS_UNDECIDED);
}

static void answers_may_always_be_read_by_whom_they_are_sent_to(void **state)
{
    (void)state;
    assert_int_equal(access_of_read(STR_LIT("$aws/things/a/jobs/get/accepted")), ACCESS_GRANTED);
    assert_int_equal(access_of_read(STR_LIT("$aws/things/a/jobs/j/update/rejected")), ACCESS_GRANTED);
    assert_int_equal(access_of_read(STR_LIT("$aws/things/a/jobs/notify")), ACCESS_UNDECIDED);
    assert_int_equal(access_of_read(STR_LIT("sensors/accepted")), ACCESS_UNDECIDED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_service_publishes_on_the_topics_of_the_service),
        cmocka_unit_test(requests_and_all_other_topics_are_left_to_the_rules_of_the_broker),
        cmocka_unit_test(nothing_below_aws_is_retained),
        cmocka_unit_test(answers_may_always_be_read_by_whom_they_are_sent_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
