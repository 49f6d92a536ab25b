#include "support/cmocka_all.h"

#include <string.h>

#include "plugin/access.h"

/* Whoever is denied is told why, and nobody else. */
static void assert_publish(const char *topic, bool retain, enum access_verdict verdict)
{
    const char *why = NULL;
    if (access_of_publish(str_from(topic), retain, &why) != verdict ||
        (why != NULL) != (verdict == ACCESS_DENIED))
        fail_msg("publish on '%s': %s", topic, why ? why : "not denied");
}

static void assert_subscribe(const char *filter, enum access_verdict verdict)
{
    const char *why = NULL;
    if (access_of_subscribe(str_from(filter), &why) != verdict || (why != NULL) != (verdict == ACCESS_DENIED))
        fail_msg("subscription to '%s': %s", filter, why ? why : "not denied");
}

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
        assert_publish(topics[i], false, ACCESS_DENIED);
}

static void requests_and_all_other_topics_are_left_to_the_rules_of_the_broker(void **state)
{
    (void)state;
    static const char *const topics[] = {
        "$aws/things/a/jobs/get",
        "$aws/things/a/jobs/j/update",
        "$aws/things/a/jobs/get/get",
        "$aws/things/a/jobs/nonsense", /* answered: InvalidTopic */
        "$aws/things/a/jobs/j/nonsense",
        "$aws/things/a/jobs/namespace-x/get",
        "$aws/things/a/jobs/j/namespace-x/update",
        "sensors/accepted",
        "",
        "$awsx/events/job",
    };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        assert_publish(topics[i], false, ACCESS_UNDECIDED);
}

/* The answer's topic would be longer still, and the broker cannot write one over 65,535 bytes. */
static void a_topic_that_is_too_long_for_any_of_ours_is_denied(void **state)
{
    (void)state;
    char topic[2048] = "$aws/things/a/jobs/";
    size_t n = strlen(topic);
    memset(topic + n, 'j', 1024 - n);
    assert_publish(topic, false, ACCESS_UNDECIDED);
    topic[1024] = 'j';
    assert_publish(topic, false, ACCESS_DENIED);
}

static void nothing_below_aws_is_retained(void **state)
{
    (void)state;
    assert_publish("$aws/things/a/jobs/get", true, ACCESS_DENIED);
    assert_publish("$aws/anything", true, ACCESS_DENIED);
    assert_publish("sensors/1", true, ACCESS_UNDECIDED);
}

static void what_aws_has_and_this_server_has_not_is_denied(void **state)
{
    (void)state;
    static const char *const topics[] = { "$aws/things/a/shadow/update",
                                          "$aws/things/a/shadow/accepted",
                                          "$aws/rules/r",
                                          "$aws/things/a/jobs",
                                          "$aws/things/a",
                                          "$aws/" };
    static const char *const filters[] = { "$aws/things/a/shadow/#",
                                           "$aws/things/+/shadow/update/accepted",
                                           "$aws/certificates/registered/+",
                                           "$aws/things/a/jobsx/#",
                                           "$share/g/$aws/things/a/shadow/#",
                                           "$share/g/$aws/things/a/jobs/notify",
                                           "$share/g/$aws/#" };
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        assert_publish(topics[i], false, ACCESS_DENIED);
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_subscribe(filters[i], ACCESS_DENIED);
}

static void what_the_service_publishes_may_be_subscribed_to(void **state)
{
    (void)state;
    static const char *const filters[] = {
        "$aws/things/a/jobs/#",
        "$aws/things/a/jobs/notify-next",
        "$aws/things/+/jobs/+/update/accepted",
        "$aws/things/a/jobs/get/+",
        "$aws/events/#",
        "$aws/events/job/+/completed",
        "$aws/#",
        "$aws/things/#",
        "$aws/+/a/jobs/notify",
        "$share/g/sensors/#",
        "sensors/#",
        "#",
        "+/things/a/shadow/#",
        "$SYS/#",
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        assert_subscribe(filters[i], ACCESS_UNDECIDED);
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
        cmocka_unit_test(a_topic_that_is_too_long_for_any_of_ours_is_denied),
        cmocka_unit_test(nothing_below_aws_is_retained),
        cmocka_unit_test(what_aws_has_and_this_server_has_not_is_denied),
        cmocka_unit_test(what_the_service_publishes_may_be_subscribed_to),
        cmocka_unit_test(answers_may_always_be_read_by_whom_they_are_sent_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
