/* Request rates, where they are switched on. */
#include "support/refusals.h"

#define THROTTLED 400, "ThrottlingException"

static int set_up(void **state)
{
    world_set_up_with_pump(state);
    world_settings(*state)->control_rate_limit = 2;
    world_settings(*state)->data_rate_limit = 3;
    return 0;
}

static void describe_times(struct world *w, int n)
{
    for (int i = 0; i < n; i++)
        http(w, 200, "GET", "/things/pump", NULL);
}

static void an_operation_is_refused_above_its_rate_until_time_has_passed(void **state)
{
    struct world *w = *state;
    describe_times(w, 2);
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
    advance(w, "PT0.499S");
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
    advance(w, "PT0.001S");
    describe_times(w, 1);
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
    advance(w, "PT1H");
    describe_times(w, 2);
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
}

static void each_operation_of_the_control_plane_has_its_own_rate(void **state)
{
    struct world *w = *state;
    describe_times(w, 2);
    http(w, 200, "GET", "/things", NULL);
    http(w, 200, "POST", "/things/fan", "{}");
    refused(w, THROTTLED, "GET", "/things/fan", NULL, "Rate exceeded");
}

static void refused_requests_count_where_they_mean_an_operation(void **state)
{
    struct world *w = *state;
    http(w, 404, "GET", "/things/none", NULL);
    http(w, 400, "GET", "/things/%21", NULL);
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
}

static void the_data_plane_has_one_rate_for_reads_and_one_for_writes(void **state)
{
    struct world *w = *state;
    http_data(w, 200, "GET", "/things/pump/jobs", NULL);
    http_data(w, 404, "GET", "/things/pump/jobs/none", NULL);
    mqtt(w, "$aws/things/pump/jobs/get", "{}");
    assert_string_equal(http_data(w, 429, "GET", "/things/pump/jobs", NULL)->error, "ThrottlingException");
    struct answer *a = mqtt(w, "$aws/things/pump/jobs/get", "{\"clientToken\":\"t\"}");
    assert_string_equal(a->error, "RequestThrottled");
    assert_json_string(a->body, "clientToken", "t");
    mqtt(w, "$aws/things/pump/jobs/start-next", "{}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    http_data(w, 429, "PUT", "/things/pump/jobs/$next", "{}");
}

static void a_clock_that_is_set_back_gives_nothing_and_takes_nothing(void **state)
{
    struct world *w = *state;
    describe_times(w, 1);
    set_clock(w, "2029-01-01T00:00:00Z");
    describe_times(w, 1);
    refused(w, THROTTLED, "GET", "/things/pump", NULL, "Rate exceeded");
    advance(w, "PT0.5S");
    describe_times(w, 1);
}

static void without_a_limit_nothing_is_refused(void **state)
{
    struct world *w = *state;
    world_settings(w)->control_rate_limit = 0;
    describe_times(w, 100);
}

static void each_thing_has_a_rate_of_its_own(void **state)
{
    struct world *w = *state;
    world_settings(w)->data_rate_limit = 0;
    world_settings(w)->device_rate_limit = 2;
    http(w, 200, "POST", "/things/fan", "{}");
    mqtt(w, "$aws/things/pump/jobs/get", "{}");
    http_data(w, 200, "GET", "/things/pump/jobs", NULL);
    assert_string_equal(http_data(w, 429, "GET", "/things/pump/jobs", NULL)->error, "ThrottlingException");
    struct answer *a = mqtt(w, "$aws/things/pump/jobs/get", "{\"clientToken\":\"t\"}");
    assert_string_equal(a->error, "RequestThrottled");
    assert_json_string(a->body, "clientToken", "t");
    http_data(w, 200, "GET", "/things/fan/jobs", NULL);
    advance(w, "PT0.5S");
    http_data(w, 200, "GET", "/things/pump/jobs", NULL);
    http_data(w, 429, "GET", "/things/pump/jobs", NULL);
}

static void what_operators_ask_about_a_thing_does_not_count_for_it(void **state)
{
    struct world *w = *state;
    world_settings(w)->control_rate_limit = 0;
    world_settings(w)->device_rate_limit = 1;
    describe_times(w, 10);
    http_data(w, 200, "GET", "/things/pump/jobs", NULL);
}

static void who_is_above_his_own_rate_takes_nothing_from_others(void **state)
{
    struct world *w = *state;
    world_settings(w)->data_rate_limit = 3;
    world_settings(w)->device_rate_limit = 1;
    http(w, 200, "POST", "/things/fan", "{}");
    http(w, 200, "POST", "/things/lamp", "{}");
    http_data(w, 200, "GET", "/things/pump/jobs", NULL);
    for (int i = 0; i < 10; i++)
        http_data(w, 429, "GET", "/things/pump/jobs", NULL);
    http_data(w, 200, "GET", "/things/fan/jobs", NULL);
    http_data(w, 200, "GET", "/things/lamp/jobs", NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_operation_is_refused_above_its_rate_until_time_has_passed),
        TEST(each_operation_of_the_control_plane_has_its_own_rate),
        TEST(refused_requests_count_where_they_mean_an_operation),
        TEST(the_data_plane_has_one_rate_for_reads_and_one_for_writes),
        TEST(a_clock_that_is_set_back_gives_nothing_and_takes_nothing),
        TEST(without_a_limit_nothing_is_refused),
        TEST(each_thing_has_a_rate_of_its_own),
        TEST(what_operators_ask_about_a_thing_does_not_count_for_it),
        TEST(who_is_above_his_own_rate_takes_nothing_from_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
