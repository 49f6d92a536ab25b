/* POST /_iotjobs/reset: an empty server, as after the first start. */
#include <stdio.h>

#include "support/world.h"

static const char *const tables[] = { "thing",
                                      "thing_attribute",
                                      "thing_group",
                                      "thing_group_attribute",
                                      "thing_group_member",
                                      "job",
                                      "job_document",
                                      "job_target",
                                      "job_count",
                                      "execution",
                                      "timer" };

/* Something in every table. */
static void given_a_full_server(struct world *w)
{
    http(w, 200, "POST", "/things/pump", "{\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}");
    http(w, 200, "POST", "/thing-groups/site",
         "{\"thingGroupProperties\":{\"attributePayload\":{\"attributes\":{\"a\":\"1\"}}}}");
    http(w, 200, "POST", "/thing-groups/hall", "{\"parentGroupName\":\"site\"}");
    http(w, 200, "PUT", "/thing-groups/addThingToThingGroup",
         "{\"thingGroupName\":\"hall\",\"thingName\":\"pump\"}");
    given_job_with(w, "running", "pump", ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":10}");
    http_data(w, 200, "PUT", "/things/pump/jobs/$next", "{}");
    given_job_with(w, "later", "pump", ",\"schedulingConfig\":{\"startTime\":\"2030-01-01 13:00\"}");
    forget_notifications(w);
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_true(rows_in(w, tables[i]) > 0);
}

static void reset_empties_every_table(void **state)
{
    struct world *w = *state;
    given_a_full_server(w);
    assert_json(reset(w)->body, "", "{\"status\":\"reset\"}");
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        assert_int_equal(rows_in(w, tables[i]), 0);
    http(w, 404, "GET", "/things/pump", NULL);
    http(w, 404, "GET", "/jobs/running", NULL);
    assert_silence(w);
}

static void nothing_falls_due_after_a_reset(void **state)
{
    struct world *w = *state;
    given_a_full_server(w);
    reset(w);
    assert_json_number(advance(w, "P1D")->body, "firedCount", 0);
    assert_silence(w);
}

static void a_reset_server_can_be_filled_again(void **state)
{
    struct world *w = *state;
    given_a_full_server(w);
    reset(w);
    given_a_full_server(w);
    assert_json_number(advance(w, "P1D")->body, "firedCount", 2);
    reset(w);
    reset(w);
    assert_int_equal(rows_in(w, "job"), 0);
}

static void the_clock_stays_where_it_was_moved(void **state)
{
    struct world *w = *state;
    advance(w, "PT1H");
    reset(w);
    assert_json_string(advance(w, "PT0S")->body, "now", "2030-01-01T13:00:00.000Z");
}

static void a_reset_outlives_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable("2030-01-01T12:00:00Z");
    given_a_full_server(w);
    reset(w);
    world_restart(w, "2030-01-02T12:00:00Z");
    assert_int_equal(rows_in(w, "job"), 0);
    http(w, 404, "GET", "/things/pump", NULL);
    world_free(w);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reset_empties_every_table),
        TEST(nothing_falls_due_after_a_reset),
        TEST(a_reset_server_can_be_filled_again),
        TEST(the_clock_stays_where_it_was_moved),
        cmocka_unit_test(a_reset_outlives_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
