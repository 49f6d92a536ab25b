/* Time-outs and retries of jobs with maintenance windows. */
#include "support/retries.h"
#include "support/windows.h"

#include <stdio.h>

static void a_timeout_runs_on_outside_the_windows(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON ",\"timeoutConfig\":{\"inProgressTimeoutInMinutes\":90}");
    assert_accepted(scene_start_next(s, "{}"));
    assert_json(advance(s->w, "PT2H")->body, "fired",
                "[{\"at\":\"2030-01-01T13:00:00.000Z\",\"timer\":\"WINDOW_CLOSE\",\"jobId\":\"fw\"},"
                "{\"at\":\"2030-01-01T13:30:00.000Z\",\"timer\":\"EXECUTION_TIMEOUT\",\"jobId\":\"fw\","
                "\"thingName\":\"pump\",\"executionNumber\":1}]");
    assert_execution(s, "fw", "TIMED_OUT", 3);
}

static void inside_a_window_a_failure_is_tried_again_at_once(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump", AT_NOON RETRIES(CRITERION("FAILED", 1)));
    given_end(s, "fw", "FAILED");
    assert_attempts(s, "fw", "QUEUED 2 1, FAILED 1 0");
    assert_pending(s, "", "fw");
    advance(s->w, "PT1H");
    assert_pending(s, "", "");
    advance(s->w, "PT23H");
    assert_attempts(s, "fw", "QUEUED 2 1, FAILED 1 0");
    assert_pending(s, "", "fw");
}

static void outside_a_window_a_failure_is_tried_again_in_the_next_one(void **state)
{
    static const char *const ends[] = { "FAILED", "TIMED_OUT" };
    struct scene *s = *state;
    for (int i = 0; i < 2; i++) {
        char job[16], expected[64], start[96];
        snprintf(job, sizeof job, "fw-%d", i);
        given_job_with(s->w, job, "pump", AT_NOON RETRIES(CRITERION("ALL", 1)));
        snprintf(start, sizeof start, "{\"status\":\"IN_PROGRESS\",\"stepTimeoutInMinutes\":%d}",
                 i ? 90 : 600);
        assert_accepted(scene_update(s, job, start));
        advance(s->w, "PT2H");
        if (i == 0)
            assert_accepted(scene_update(s, job, "{\"status\":\"FAILED\"}"));
        snprintf(expected, sizeof expected, "%s 1 0", ends[i]);
        assert_attempts(s, job, expected);
        assert_pending(s, "", "");
        advance(s->w, "PT21H59M");
        assert_attempts(s, job, expected);
        snprintf(expected, sizeof expected, "QUEUED 2 1, %s 1 0", ends[i]);
        advance(s->w, "PT1M");
        assert_attempts(s, job, expected);
        assert_pending(s, "", job);
        given_end(s, job, "FAILED"); /* the second failure is the last one */
        assert_pending(s, "", "");
        http(s->w, 200, "DELETE", i ? "/jobs/fw-1?force=true" : "/jobs/fw-0?force=true", NULL);
    }
}

/* Failed after the window, the retry waits for the next one. */
static void given_waiting_retry(struct scene *s)
{
    given_job_with(s->w, "fw", "pump", AT_NOON RETRIES(CRITERION("FAILED", 1)));
    given_running(s, "fw");
    advance(s->w, "PT2H");
    given_end(s, "fw", "FAILED");
    assert_timers(s->w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
    forget_notifications(s->w);
}

static void a_retry_that_waits_ends_with_its_job(void **state)
{
    struct scene *s = *state;
    given_waiting_retry(s);
    http(s->w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_timers(s->w, "");
    advance(s->w, "P1D");
    assert_attempts(s, "fw", "FAILED 1 0");
}

static void a_retry_that_waits_ends_with_its_thing(void **state)
{
    struct scene *s = *state;
    given_waiting_retry(s);
    http(s->w, 200, "DELETE", "/things/pump", NULL);
    assert_timers(s->w, "WINDOW_OPEN fw");
    given_thing(s->w, "pump");
    advance(s->w, "P1D");
    assert_attempts(s, "fw", "FAILED 1 0");
}

static void a_retry_that_waits_ends_with_the_execution_it_follows(void **state)
{
    struct scene *s = *state;
    given_waiting_retry(s);
    http(s->w, 200, "DELETE", "/things/pump/jobs/fw/executionNumber/1", NULL);
    assert_timers(s->w, "WINDOW_OPEN fw");
    advance(s->w, "P1D");
    assert_attempts(s, "fw", "");
}

static void behind_the_last_window_nothing_is_tried_again(void **state)
{
    struct scene *s = *state;
    given_job_with(s->w, "fw", "pump",
                   IN_WINDOWS(WINDOW("0 12 1 1 ? 2030", 60)) RETRIES(CRITERION("FAILED", 1)));
    given_running(s, "fw");
    advance(s->w, "PT2H");
    given_end(s, "fw", "FAILED");
    assert_timers(s->w, "");
    assert_attempts(s, "fw", "FAILED 1 0");
}

static void a_retry_waits_on_when_its_window_was_missed(void **state)
{
    (void)state;
    struct scene s = { world_new_durable(NOON), OVER_MQTT };
    given_thing(s.w, "pump");
    given_waiting_retry(&s);
    world_restart(s.w, "2030-01-02T15:00:00Z");
    assert_timers(s.w, "WINDOW_OPEN fw, WINDOW_RETRY fw");
    assert_attempts(&s, "fw", "FAILED 1 0");
    set_clock(s.w, "2030-01-03T12:00:00Z");
    assert_attempts(&s, "fw", "QUEUED 2 1, FAILED 1 0");
    assert_timers(s.w, "WINDOW_CLOSE fw");
    world_free(s.w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OVER(OVER_MQTT, a_timeout_runs_on_outside_the_windows),
        OVER_BOTH(inside_a_window_a_failure_is_tried_again_at_once),
        OVER_BOTH(outside_a_window_a_failure_is_tried_again_in_the_next_one),
        OVER(OVER_MQTT, a_retry_that_waits_ends_with_its_job),
        OVER(OVER_MQTT, a_retry_that_waits_ends_with_its_thing),
        OVER(OVER_MQTT, a_retry_that_waits_ends_with_the_execution_it_follows),
        OVER(OVER_MQTT, behind_the_last_window_nothing_is_tried_again),
        cmocka_unit_test(a_retry_waits_on_when_its_window_was_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
