/* Notifications are built for those who may listen, and for nobody else. */
#include "support/scene.h"

#include "ops/executions/audience.h"
#include "store/timer_store.h"

static int set_up(void **state)
{
    struct world *w = world_with_pump(NOON);
    given_thing(w, "valve");
    nobody_listens(w);
    *state = w;
    return 0;
}

static void take_both(struct world *w)
{
    take_notification(w, PUMP "notify");
    take_notification(w, PUMP "notify-next");
}

static void nothing_is_built_for_a_thing_that_nobody_listens_to(void **state)
{
    struct world *w = *state;
    given_job(w, "fw", "pump");
    mqtt(w, PUMP "fw/update", "{\"status\":\"SUCCEEDED\"}");
    assert_silence(w);
}

static void whoever_subscribed_hears_of_his_thing(void **state)
{
    static const char *const filters[] = {
        PUMP "notify",
        PUMP "notify-next",
        PUMP "#",
        PUMP "+",
        "$aws/things/pump/#",
        "$share/g/" PUMP "notify",
        PUMP "notify-namespace-x",
    };
    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        void *fresh;
        set_up(&fresh);
        struct world *w = fresh;
        subscribe(w, filters[i], SESSION_CLEAN);
        given_job(w, "a", "valve");
        assert_silence(w);
        given_job(w, "b", "pump");
        take_both(w);
        world_free(w);
    }
}

static void a_wildcard_where_the_thing_stands_hears_of_all(void **state)
{
    static const char *const filters[] = { "$aws/things/+/jobs/notify", "$aws/things/#", "$aws/#",
                                           "$aws/+/+/jobs/#", "$share/g/$aws/things/+/jobs/notify-next" };
    (void)state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        void *fresh;
        set_up(&fresh);
        struct world *w = fresh;
        subscribe(w, filters[i], SESSION_CLEAN);
        given_job(w, "b", "pump");
        take_both(w);
        world_free(w);
    }
}

static void whoever_waits_for_answers_alone_does_not_listen(void **state)
{
    static const char *const filters[] = { PUMP "get/+",           PUMP "+/update/accepted",
                                           PUMP "start-next/#",    PUMP "$next/get/accepted",
                                           "$aws/events/#",        "#",
                                           "+/things/pump/jobs/#", "sensors/pump" };
    struct world *w = *state;
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++)
        subscribe(w, filters[i], SESSION_PERSISTENT);
    given_job(w, "fw", "pump");
    assert_silence(w);
    assert_int_equal(rows_in(w, "audience"), 0);
}

static void a_subscription_to_one_topic_leaves_no_doubt_about_what_came_before(void **state)
{
    struct world *w = *state;
    given_job(w, "a", "pump");
    subscribe(w, PUMP "notify-next", SESSION_CLEAN);
    given_job(w, "b", "pump");
    assert_json_items(take_notification(w, PUMP "notify"), "jobs.QUEUED", "jobId", "a b");
    assert_silence(w);
}

static void persistent_sessions_listen_across_a_restart_and_others_do_not(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    given_thing(w, "valve");
    nobody_listens(w);
    subscribe(w, "$aws/things/valve/jobs/notify", SESSION_CLEAN);
    subscribe(w, PUMP "notify", SESSION_CLEAN); /* known already when the persistent one comes */
    subscribe(w, PUMP "notify", SESSION_PERSISTENT);
    subscribe(w, PUMP "notify-next", SESSION_PERSISTENT);
    assert_int_equal(rows_in(w, "audience"), 1);
    world_restart(w, "2030-01-01T12:00:01Z");
    given_job(w, "a", "valve");
    assert_silence(w);
    given_job(w, "b", "pump");
    take_both(w);
    world_free(w);
}

static void a_persistent_wildcard_listens_across_a_restart(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    nobody_listens(w);
    subscribe(w, "$aws/things/+/jobs/#", SESSION_PERSISTENT);
    world_restart(w, "2030-01-01T12:00:01Z");
    given_job(w, "b", "pump");
    take_both(w);
    world_free(w);
}

static void a_reset_forgets_no_listener(void **state)
{
    struct world *w = *state;
    subscribe(w, PUMP "notify", SESSION_PERSISTENT);
    reset(w);
    assert_int_equal(rows_in(w, "audience"), 1);
    given_thing(w, "pump");
    given_job(w, "b", "pump");
    take_both(w);
}

/* ---- after a crash ---- */

static void a_thing_that_is_told_again_hears_how_each_of_its_lists_is(void **state)
{
    (void)state;
    struct world *w = world_new_durable(NOON);
    given_thing(w, "pump");
    given_job(w, "fw", "pump");
    given_job_with(w, "gg", "pump", ",\"namespaceId\":\"x\"");
    mqtt(w, PUMP "gg/namespace-x/update", "{\"status\":\"SUCCEEDED\"}");
    forget_notifications(w);
    struct timer_row again = { .kind = TIMER_NOTIFY_AGAIN,
                               .job_id = STR_LIT(""),
                               .thing_name = STR_LIT("pump") };
    assert_true(store_timer_set(world_db(w), &again));
    world_restart(w, NOON);
    http(w, 200, "GET", "/jobs", NULL);
    assert_json_items(take_notification(w, PUMP "notify"), "jobs.QUEUED", "jobId", "fw");
    assert_json_string(take_notification(w, PUMP "notify-next"), "execution.jobId", "fw");
    assert_json(take_notification(w, PUMP "notify-namespace-x"), "jobs", "{}");
    assert_json_absent(take_notification(w, PUMP "notify-next-namespace-x"), "execution");
    assert_silence(w);
    world_free(w);
}

/* ---- while a transaction runs ---- */

static bool run_subscribe(struct op *op, const void *input)
{
    struct str none;
    assert_false(audience_add(op->audience, str_from(input), false, &none));
    return true;
}

static void whoever_subscribes_before_a_change_is_committed_hears_of_it(void **state)
{
    struct world *w = *state;
    in_one_batch(w, "PUT", "/jobs/fw", "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\"}", run_subscribe,
                 PUMP "notify");
    assert_json_items(take_notification(w, PUMP "notify"), "jobs.QUEUED", "jobId", "fw");
    assert_json_string(take_notification(w, PUMP "notify-next"), "execution.jobId", "fw");
    assert_silence(w);
}

static void a_change_to_another_thing_does_not_concern_him(void **state)
{
    struct world *w = *state;
    in_one_batch(w, "PUT", "/jobs/fw", "{\"targets\":[\"" PUMP_ARN "\"],\"document\":\"{}\"}", run_subscribe,
                 "$aws/things/valve/jobs/notify");
    assert_silence(w);
}

#define IN_SILENCE(test) cmocka_unit_test_setup_teardown(test, set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SILENCE(nothing_is_built_for_a_thing_that_nobody_listens_to),
        cmocka_unit_test(whoever_subscribed_hears_of_his_thing),
        cmocka_unit_test(a_wildcard_where_the_thing_stands_hears_of_all),
        IN_SILENCE(whoever_waits_for_answers_alone_does_not_listen),
        IN_SILENCE(a_subscription_to_one_topic_leaves_no_doubt_about_what_came_before),
        cmocka_unit_test(persistent_sessions_listen_across_a_restart_and_others_do_not),
        cmocka_unit_test(a_persistent_wildcard_listens_across_a_restart),
        IN_SILENCE(a_reset_forgets_no_listener),
        cmocka_unit_test(a_thing_that_is_told_again_hears_how_each_of_its_lists_is),
        IN_SILENCE(whoever_subscribes_before_a_change_is_committed_hears_of_it),
        IN_SILENCE(a_change_to_another_thing_does_not_concern_him),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
