/* DescribeEndpoint: the address by which the caller reaches us again. */
#include "support/refusals.h"

static void assert_endpoint(struct world *w, const char *path, const char *address)
{
    assert_json_string(http(w, 200, "GET", path, NULL)->body, "endpointAddress", address);
}

static void each_type_answers_the_name_by_which_the_caller_reached_us(void **state)
{
    struct world *w = *state;
    called_from(w, NULL, "jobs.example.com");
    assert_endpoint(w, "/endpoint?endpointType=iot:Data-ATS", "jobs.example.com");
    assert_endpoint(w, "/endpoint?endpointType=iot:Data", "jobs.example.com");
    assert_endpoint(w, "/endpoint?endpointType=iot:CredentialProvider", "jobs.example.com");
    assert_endpoint(w, "/endpoint?endpointType=iot:Jobs", "jobs.example.com:5627");
    assert_endpoint(w, "/endpoint", "jobs.example.com");
}

static void the_port_of_the_http_endpoint_is_the_servers(void **state)
{
    struct world *w = *state;
    called_from(w, NULL, "localhost");
    world_settings(w)->http_port = 8080;
    assert_endpoint(w, "/endpoint?endpointType=iot:Jobs", "localhost:8080");
}

static void a_caller_without_a_name_for_us_gets_the_address_that_we_listen_on(void **state)
{
    assert_endpoint(*state, "/endpoint?endpointType=iot:Data-ATS", "127.0.0.1");
}

static void types_are_read_without_regard_to_case(void **state)
{
    struct world *w = *state;
    called_from(w, NULL, "h");
    assert_endpoint(w, "/endpoint?endpointType=IoT:Data-ATS", "h");
    assert_endpoint(w, "/endpoint?endpointType=IOT:JOBS", "h:5627");
}

static void unknown_types_are_refused(void **state)
{
    struct world *w = *state;
    refused(w, INVALID, "GET", "/endpoint?endpointType=iot:Nothing", NULL,
            "Endpoint type 'iot:Nothing' is invalid. Use one of iot:Data-ATS, iot:Data, iot:Jobs, "
            "iot:CredentialProvider.");
    refused(w, INVALID, "GET", "/endpoint?endpointType=", NULL, "Endpoint type '' is invalid. …");
}

static void strict_mode_refuses_the_old_types(void **state)
{
    struct world *w = *state;
    world_settings(w)->strict = true;
    refused(w, INVALID, "GET", "/endpoint?endpointType=iot:Jobs", NULL,
            "Endpoint type iot:Jobs is no longer supported. Use iot:Data-ATS instead.");
    refused(w, INVALID, "GET", "/endpoint?endpointType=iot:Data", NULL,
            "Endpoint type iot:Data is no longer supported. Use iot:Data-ATS instead.");
    assert_endpoint(w, "/endpoint?endpointType=iot:Data-ATS", "127.0.0.1");
    assert_endpoint(w, "/endpoint", "127.0.0.1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_type_answers_the_name_by_which_the_caller_reached_us),
        TEST(the_port_of_the_http_endpoint_is_the_servers),
        TEST(a_caller_without_a_name_for_us_gets_the_address_that_we_listen_on),
        TEST(types_are_read_without_regard_to_case),
        TEST(unknown_types_are_refused),
        TEST(strict_mode_refuses_the_old_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
