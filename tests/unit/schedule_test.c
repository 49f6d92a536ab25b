#include <string.h>

#include "support/cmocka_all.h"

#include "rules/jobs/schedule.h"

enum { MINUTE_MS = 60 * 1000 };

static const int64_t noon_ms = INT64_C(1893499200000); /* 2030-01-01T12:00Z */
static const int64_t year_ms = INT64_C(365) * 24 * 60 * MINUTE_MS;

/* The message of the refusal, "" when the time is taken. */
static const char *ask(struct arena *arena, const char *text, int64_t now_ms, int64_t lead_ms,
                       int64_t *ret_start_ms)
{
    struct err err;
    err_init(&err, arena);
    if (schedule_start(str_from(text), now_ms, lead_ms, ret_start_ms, &err))
        return "";
    assert_int_equal(err.code, ERR_INVALID_REQUEST);
    return err.message.p;
}

static void assert_taken(const char *text, int64_t now_ms, int64_t lead_ms, bool taken)
{
    struct arena arena;
    int64_t start_ms = -7;
    arena_init(&arena, 4096);
    const char *message = ask(&arena, text, now_ms, lead_ms, &start_ms);
    if ((message[0] == '\0') != taken)
        fail_msg("%s at %lld: %s", text, (long long)now_ms, message);
    if (!taken)
        assert_int_equal(start_ms, -7);
    arena_release(&arena);
}

static void a_time_is_read_to_the_minute_in_utc(void **state)
{
    (void)state;
    struct arena arena;
    int64_t start_ms = 0;
    arena_init(&arena, 4096);
    assert_string_equal(ask(&arena, "2030-01-01 12:30", noon_ms, 0, &start_ms), "");
    assert_int_equal(start_ms, noon_ms + 30 * MINUTE_MS);
    assert_string_equal(ask(&arena, "2030-01-01T12:31", noon_ms, 0, &start_ms), "");
    assert_int_equal(start_ms, noon_ms + 31 * MINUTE_MS);
    arena_release(&arena);
}

static void the_lead_is_exact(void **state)
{
    (void)state;
    int64_t lead_ms = 30 * MINUTE_MS;
    assert_taken("2030-01-01 12:30", noon_ms, lead_ms, true);
    assert_taken("2030-01-01 12:30", noon_ms + 1, lead_ms, false);
    assert_taken("2030-01-01 12:30", noon_ms - 1, lead_ms, true);
    assert_taken("2030-01-01 12:30", noon_ms, lead_ms + 1, false);
}

static void the_year_is_exact(void **state)
{
    (void)state;
    int64_t start_ms = noon_ms + 30 * MINUTE_MS;
    assert_taken("2030-01-01 12:30", start_ms - year_ms, 0, true);
    assert_taken("2030-01-01 12:30", start_ms - year_ms - 1, 0, false);
    assert_taken("2030-01-01 12:30", start_ms - year_ms + 1, 0, true);
}

static void without_a_lead_now_is_soon_enough_and_the_past_is_not(void **state)
{
    (void)state;
    assert_taken("2030-01-01 12:00", noon_ms, 0, true);
    assert_taken("2030-01-01 12:00", noon_ms + 1, 0, false);
    assert_taken("2030-01-01 11:59", noon_ms, 0, false);
    assert_taken("1970-01-01 00:00", noon_ms, 0, false);
}

static void a_lead_that_is_no_whole_minute_is_rounded_up_in_the_message(void **state)
{
    (void)state;
    struct arena arena;
    int64_t start_ms;
    arena_init(&arena, 4096);
    assert_string_equal(
        ask(&arena, "2030-01-01 12:01", noon_ms, 90 * 1000, &start_ms),
        "StartTime must be at least 2 minutes from now. StartTime is 2030-01-01 12:01, now is "
        "2030-01-01T12:00:00.000Z.");
    arena_release(&arena);
}

static void anything_else_is_no_time(void **state)
{
    static const char *const texts[] = { "",
                                         "2030-01-01",
                                         "12:30",
                                         "2030-01-01 12:30:00",
                                         "2030-01-01T12:30Z",
                                         "2030-01-01 12:30+00:00",
                                         "2030-13-01 12:30",
                                         "2030-00-01 12:30",
                                         "2030-01-32 12:30",
                                         "2030-01-01 25:30",
                                         "2030-01-01_12:30",
                                         "+030-01-01 12:30" };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_taken(texts[i], noon_ms, 0, false);
}

/* ---- the end ---- */

/* The message of the refusal, "" when the end is taken. `start` and `end` may be NULL. */
static const char *ask_end(struct arena *arena, const char *start, const char *end,
                           enum job_end_behavior behavior, int64_t lead_ms,
                           enum job_end_behavior *ret_behavior)
{
    struct err err;
    struct opt_int start_ms = { 0 };
    struct scheduling_config config = { .start_time = start ? str_from(start) : STR_NONE,
                                        .end_time = end ? str_from(end) : STR_NONE,
                                        .end_behavior = behavior };
    err_init(&err, arena);
    if (start) {
        start_ms.set = true;
        assert_true(schedule_start(config.start_time, noon_ms, lead_ms, &start_ms.value, &err));
    }
    if (schedule_end(&config, start_ms, noon_ms, lead_ms, ret_behavior, &err))
        return "";
    assert_int_equal(err.code, ERR_INVALID_REQUEST);
    return err.message.p;
}

static void each_end_is_checked(void **state)
{
    static const struct {
        const char *start, *end;
        enum job_end_behavior behavior;
        int lead_minutes;
        const char *message; /* "" : taken */
    } cases[] = {
        { NULL, NULL, JOB_END_BEHAVIOR_UNSET, 30, "" },
        { NULL, NULL, JOB_END_BEHAVIOR_CANCEL, 30, "EndBehavior cannot be specified without EndTime." },
        { "2030-01-01 12:30", NULL, JOB_END_BEHAVIOR_STOP_ROLLOUT, 30,
          "EndBehavior cannot be specified without EndTime." },
        { NULL, "2030-01-01 12:30", JOB_END_BEHAVIOR_UNSET, 30, "" },
        { NULL, "2030-01-01 12:29", JOB_END_BEHAVIOR_UNSET, 30,
          "EndTime must be at least 30 minutes from now. EndTime is 2030-01-01 12:29, now is "
          "2030-01-01T12:00:00.000Z." },
        { NULL, "2030-01-01 12:00", JOB_END_BEHAVIOR_UNSET, 0, "" },
        { NULL, "2030-01-01 11:59", JOB_END_BEHAVIOR_UNSET, 0,
          "EndTime must be at least 0 minutes from now. EndTime is 2030-01-01 11:59, now is "
          "2030-01-01T12:00:00.000Z." },
        /* Two years are 730 days. */
        { NULL, "2032-01-01T12:00", JOB_END_BEHAVIOR_FORCE_CANCEL, 30, "" },
        { NULL, "2032-01-01 12:01", JOB_END_BEHAVIOR_UNSET, 30,
          "EndTime must be at most two years from now. EndTime is 2032-01-01 12:01." },
        { "2030-01-01 12:30", "2030-01-01 13:00", JOB_END_BEHAVIOR_UNSET, 30, "" },
        { "2030-01-01 12:31", "2030-01-01 13:00", JOB_END_BEHAVIOR_UNSET, 30,
          "EndTime must be at least 30 minutes after StartTime. StartTime is 2030-01-01 12:31, EndTime is "
          "2030-01-01 13:00." },
        { "2030-01-01 14:00", "2030-01-01 13:00", JOB_END_BEHAVIOR_UNSET, 30,
          "EndTime must be at least 30 minutes after StartTime. StartTime is 2030-01-01 14:00, EndTime is "
          "2030-01-01 13:00." },
        { "2030-01-01 12:01", "2030-01-01 12:01", JOB_END_BEHAVIOR_UNSET, 0, "" },
        { "2030-01-01 12:02", "2030-01-01 12:01", JOB_END_BEHAVIOR_UNSET, 0,
          "EndTime must be at least 0 minutes after StartTime. StartTime is 2030-01-01 12:02, EndTime is "
          "2030-01-01 12:01." },
        { NULL, "2030-01-01 13:00:00", JOB_END_BEHAVIOR_UNSET, 30,
          "EndTime '2030-01-01 13:00:00' is not a valid time. Use the form YYYY-MM-DD HH:MM or "
          "YYYY-MM-DDTHH:MM, in UTC, without seconds and offset." },
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena;
        enum job_end_behavior behavior;
        arena_init(&arena, 4096);
        const char *message = ask_end(&arena, cases[i].start, cases[i].end, cases[i].behavior,
                                      (int64_t)cases[i].lead_minutes * MINUTE_MS, &behavior);
        if (strcmp(message, cases[i].message) != 0)
            fail_msg("case %zu: %s", i, message);
        arena_release(&arena);
    }
}

static void what_happens_at_an_end_is_the_default_unless_it_is_said(void **state)
{
    struct arena arena;
    enum job_end_behavior behavior;
    (void)state;
    arena_init(&arena, 4096);
    assert_string_equal(ask_end(&arena, NULL, "2030-01-01T13:00", JOB_END_BEHAVIOR_CANCEL, 0, &behavior), "");
    assert_int_equal(behavior, JOB_END_BEHAVIOR_CANCEL);
    assert_string_equal(ask_end(&arena, NULL, "2030-01-01 13:00", JOB_END_BEHAVIOR_UNSET, 0, &behavior), "");
    assert_int_equal(behavior, JOB_END_BEHAVIOR_STOP_ROLLOUT);
    assert_string_equal(ask_end(&arena, NULL, NULL, JOB_END_BEHAVIOR_UNSET, 0, &behavior), "");
    assert_int_equal(behavior, JOB_END_BEHAVIOR_UNSET);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_read_to_the_minute_in_utc),
        cmocka_unit_test(the_lead_is_exact),
        cmocka_unit_test(the_year_is_exact),
        cmocka_unit_test(without_a_lead_now_is_soon_enough_and_the_past_is_not),
        cmocka_unit_test(a_lead_that_is_no_whole_minute_is_rounded_up_in_the_message),
        cmocka_unit_test(anything_else_is_no_time),
        cmocka_unit_test(each_end_is_checked),
        cmocka_unit_test(what_happens_at_an_end_is_the_default_unless_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
