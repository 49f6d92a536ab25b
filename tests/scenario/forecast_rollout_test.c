/*
 * A forecast and the rollout that it is of: jobs that nobody thought of, and all their executions, compared
 * one by one. So is what POST /_iotjobs/plan has said before. A job that fails prints its seed and its body;
 * IOTJOBS_SEED=n tries that one alone, IOTJOBS_SEEDS=n so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "http/own_operation.h"
#include "rules/jobs/forecast.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_config_store.h"
#include "store/jobs/job_store.h"
#include "store/jobs/pace_store.h"
#include "store/timer_store.h"
#include "support/grammar.h"
#include "support/groups.h"

enum { SEEDS = 60, THINGS_MAX = 1200, BODY_MAX = 2048, MEMORY = 8 * 1024 * 1024, STOPS = 12 };

static const struct grammar_rule jobs[] = {
    { "job", "<times><rate>|<windows><rate>|<windows><rate>" },
    { "times", "||,\"schedulingConfig\":{\"startTime\":\"<31>\"}|,\"schedulingConfig\":{<end>}|"
               ",\"schedulingConfig\":{\"startTime\":\"<32>\",\"endTime\":\"<63>\",\"endBehavior\":"
               "\"STOP_ROLLOUT\"}" },
    { "windows", ",\"schedulingConfig\":{\"maintenanceWindows\":[<window>]}|"
                 ",\"schedulingConfig\":{\"maintenanceWindows\":[<window>,<window>]}|"
                 ",\"schedulingConfig\":{\"maintenanceWindows\":[<window>,<window>,<window>],<end>}|"
                 ",\"schedulingConfig\":{\"maintenanceWindows\":[{\"startTime\":\"cron(<repeated>)\","
                 "\"durationInMinutes\":"
                 "<minutes>}],\"startTime\":\"<95>\"}" },
    { "end", "\"endTime\":\"<31>\",\"endBehavior\":\"STOP_ROLLOUT\"|"
             "\"endTime\":\"<48>\",\"endBehavior\":\"STOP_ROLLOUT\"|"
             "\"endTime\":\"<700>\",\"endBehavior\":\"STOP_ROLLOUT\"" },
    { "window", "{\"startTime\":\"cron(<cron>)\",\"durationInMinutes\":<minutes>}" },
    { "cron", "<repeated>|<repeated>|<repeated>|45 12 1 1 ? 2030" },
    { "repeated",
      "0 12 * * ? *|30 * * * ? *|0/10 * * * ? *|3/7 * * * ? *|15 13,17 ? * TUE-FRI *|* * * * ? *" },
    { "minutes", "1|2|5|10|30|60" },
    { "rate", "|,\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":<n>}|"
              ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":<n>}|"
              ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":<most>,\"exponentialRate\":{"
              "\"baseRatePerMinute\":<base>,\"incrementFactor\":<factor>,\"rateIncreaseCriteria\":{"
              "\"<what>\":<criterion>}}}" },
    { "what",
      "numberOfNotifiedThings|numberOfNotifiedThings|numberOfNotifiedThings|numberOfSucceededThings" },
    { "n", "1|3|7|10|15|99|100|250|1000" },
    { "most", "1000|990|3000|20000" },
    { "base", "1|2|5|10|50|100|900" },
    { "factor", "1.1|1.5|2|5" },
    { "criterion", "1|3|10|50|100|120|500" },
};

struct trial {
    struct world *w;
    struct grammar grammar;
    struct strbuf body; /* of the job, behind its targets */
    struct arena arena;
    struct forecast_input in[STOPS]; /* from each of the times at which the clock has stopped */
    struct windows windows[STOPS];
    size_t done[STOPS]; /* executions that there were then */
    uint64_t seed;
    int64_t things;
    bool ended;
};

/* A number stands for the minute that is so many from now. */
static void write_minute(void *context, struct str name, struct strbuf *text)
{
    char minute[TIME_TEXT_MAX];
    int64_t minutes;
    (void)context;
    assert_true(str_to_int(name, &minutes));
    time_format_minute(INT64_C(1000) * NOON_S + minutes * ROLLOUT_MINUTE_MS, minute);
    strbuf_add_text(text, minute);
}

static int trial_begin(void **state)
{
    static const int64_t defaults[] = { 1000, 7, 60, 2500, ROLLOUT_UNLIMITED };
    uint64_t seed = (uintptr_t)*state;
    struct trial *trial = calloc(1, sizeof *trial);
    if (!trial)
        return -1;
    trial->w = world_new("2030-01-01T12:00:00.250Z");
    trial->grammar = (struct grammar){
        .rules = jobs, .rule_count = sizeof jobs / sizeof *jobs, .write = write_minute, .seed = seed
    };
    trial->seed = seed;
    trial->things = 1 + (int64_t)grammar_choose(&trial->grammar, THINGS_MAX);
    arena_init(&trial->arena, MEMORY);
    strbuf_init(&trial->body, BODY_MAX);
    world_settings(trial->w)->rollout_maximum_per_minute = 1000000;
    world_settings(trial->w)->rollout_default_per_minute =
        defaults[grammar_choose(&trial->grammar, sizeof defaults / sizeof *defaults)];
    given_group(trial->w, "site", NULL);
    nobody_listens(trial->w);
    given_members(trial->w, "site", "lamp", (int)trial->things);
    grammar_write(&trial->grammar, STR_LIT("job"), &trial->body);
    strbuf_add_text(&trial->body, ",\"description\":\"one of many\"");
    *state = trial;
    return 0;
}

static int trial_end(void **state)
{
    struct trial *trial = *state;
    if (!trial->ended)
        fprintf(stderr, "IOTJOBS_SEED=%llu, %d things: %s\n", (unsigned long long)trial->seed,
                (int)trial->things, trial->body.p);
    arena_release(&trial->arena);
    strbuf_release(&trial->body);
    world_free(trial->w);
    free(trial);
    return 0;
}

/* ---- the forecast ---- */

static int64_t now_ms(struct world *w)
{
    int64_t ms;
    struct answer *a = advance(w, "PT0S");
    assert_true(time_parse_iso(str_from(json_at(a->body, "now")->valuestring), &ms));
    return ms;
}

static int64_t time_of(struct str minute)
{
    int64_t ms = INT64_MIN;
    assert_true(!minute.p || time_parse_minute(minute, &ms));
    return ms;
}

/* From now on, as the database knows the job, or as if it began now; `windows` are what it refers to. */
static struct forecast_input forecast_of(struct trial *trial, bool begun, struct windows *windows)
{
    struct db *db = world_db(trial->w);
    struct str job_id = STR_LIT("fw");
    struct job_row job;
    struct job_config config;
    struct maintenance_windows stored;
    struct pace_row pace = { 0 };
    struct err err;
    err_init(&err, &trial->arena);
    assert_true(store_job_get(db, &trial->arena, job_id, &job) &&
                store_job_config_members(db, &trial->arena, job_id, &config) &&
                store_windows_get(db, &trial->arena, job_id, &stored));
    int64_t start_ms = time_of(job.start_time), due_ms;
    assert_true(windows_read(&stored, start_ms, NULL, &trial->arena, windows, &err));
    if (!begun || !store_timer_due(db, TIMER_ROLLOUT, job_id, &due_ms))
        due_ms = now_ms(trial->w);
    if (begun)
        store_pace_get(db, job_id, &pace);
    return (struct forecast_input){
        .rollout = config.rollout,
        .default_per_minute = world_settings(trial->w)->rollout_default_per_minute,
        .windows = windows,
        .from_ms = due_ms > start_ms ? due_ms : start_ms,
        .end_ms = { job.end_time.p != NULL, time_of(job.end_time) },
        .slot = { .number = pace.slot, .began_ms = pace.began_ms, .taken = pace.taken },
        .counts = { .notified = pace.notified },
    };
}

/* ---- what has become of it ---- */

static struct execution_rows executions(struct trial *trial, struct arena *arena)
{
    struct execution_rows rows;
    assert_true(store_executions_of_job(world_db(trial->w), arena, STR_LIT("fw"), JOB_EXECUTION_STATUS_UNSET,
                                        0, trial->things + 1, &rows));
    return rows;
}

/* Those behind the first `done` came as foreseen, and no others until `until_ms`. */
static void assert_foreseen(const struct trial *trial, struct execution_rows rows,
                            const struct forecast_input *in, size_t done, int64_t until_ms)
{
    struct forecast forecast;
    struct forecast_batch batch;
    int64_t left = trial->things - (int64_t)done;
    size_t i = done;
    forecast_begin(&forecast, in);
    while (left > 0 && forecast_next(&forecast, &batch) && batch.at_ms <= until_ms) {
        int64_t n = batch.n < left ? batch.n : left;
        left -= n;
        for (; n > 0; n--, i++)
            if (i >= rows.n || rows.items[i].queued_at_ms != batch.at_ms)
                fail_msg("the %d. of %d executions came %lld ms after it was foreseen", (int)i + 1,
                         (int)rows.n,
                         (long long)(i < rows.n ? rows.items[i].queued_at_ms - batch.at_ms : INT64_MAX));
    }
    assert_int_equal(i, rows.n);
}

/* Windows are for CONTINUOUS jobs alone. Returns what is planned. */
static const cJSON *create(struct trial *trial)
{
    char body[BODY_MAX];
    bool continuous = strstr(trial->body.p, "maintenanceWindows") || grammar_choose(&trial->grammar, 2);
    int n = snprintf(body, sizeof body, "{\"targets\":[%s],\"targetSelection\":\"%s\",\"document\":\"{}\"%s}",
                     GROUP_TARGET("site"), continuous ? "CONTINUOUS" : "SNAPSHOT", trial->body.p);
    assert_in_range(n, 1, BODY_MAX - 1);
    const cJSON *plan = own(trial->w, 200, &own_plan, "", body)->body;
    http(trial->w, 200, "PUT", "/jobs/fw", body);
    assert_job_status(trial->w, "fw", json_at(plan, "status")->valuestring);
    return plan;
}

/* Where the clock has come to the end of the rollout. */
static void assert_planned(struct trial *trial, struct execution_rows rows, const cJSON *plan)
{
    int64_t last_ms;
    const cJSON *last = json_at(plan, "rollout.lastAt");
    assert_json_number(plan, "targets.things", (double)trial->things);
    if (!last) {
        assert_int_equal(rows.n, 0);
        return;
    }
    assert_true(time_parse_iso(str_from(last->valuestring), &last_ms));
    if (last_ms > now_ms(trial->w))
        return;
    assert_json_number(plan, "rollout.things", (double)rows.n);
    assert_int_equal(rows.items[rows.n - 1].queued_at_ms, last_ms);
}

/* A forecast from the beginning, and one from each of the times at which the clock stops on its way. */
static void every_execution_comes_when_it_was_foreseen(void **state)
{
    static const char *const jumps[] = { "PT0.001S", "PT7S", "PT1M", "PT13M", "PT29M30S", "PT3H", "P1D" };
    struct trial *trial = *state;
    struct arena arena;
    const cJSON *plan = create(trial);
    for (int i = 0; i < STOPS; i++) {
        trial->done[i] = i > 0 ? (size_t)rows_in(trial->w, "execution") : 0;
        trial->in[i] = forecast_of(trial, i > 0, &trial->windows[i]);
        advance(trial->w, jumps[grammar_choose(&trial->grammar, sizeof jumps / sizeof *jumps)]);
    }
    arena_init(&arena, MEMORY);
    struct execution_rows rows = executions(trial, &arena);
    for (int i = 0; i < STOPS; i++)
        assert_foreseen(trial, rows, &trial->in[i], trial->done[i], now_ms(trial->w));
    assert_planned(trial, rows, plan);
    arena_release(&arena);
    trial->ended = true;
}

static uint64_t number_of(const char *variable, uint64_t otherwise)
{
    const char *text = getenv(variable);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
    enum { SEEDS_MAX = 10000 };
    static struct CMUnitTest tests[SEEDS_MAX];
    uint64_t first = number_of("IOTJOBS_SEED", 0), n = number_of("IOTJOBS_SEEDS", first ? 1 : SEEDS);
    for (uint64_t i = 0; i < n && i < SEEDS_MAX; i++)
        tests[i] = (struct CMUnitTest){
            .name = "every_execution_comes_when_it_was_foreseen",
            .test_func = every_execution_comes_when_it_was_foreseen,
            .setup_func = trial_begin,
            .teardown_func = trial_end,
            .initial_state = (void *)(uintptr_t)((first ? first : 1) + i),
        };
    return _cmocka_run_group_tests("forecasts", tests, (size_t)(n < SEEDS_MAX ? n : SEEDS_MAX), NULL, NULL);
}
