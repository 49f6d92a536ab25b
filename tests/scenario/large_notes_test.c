/* Jobs that have noted so much of their things - who joined, who left, whom to try again - that it is deleted
 * bit by bit once they need it no more. The notes are written into the database. */
#include "store/db.h"
#include "support/groups.h"
#include "support/refusals.h"
#include "support/windows.h"

#define PACED    ",\"jobExecutionsRolloutConfig\":{\"maximumPerMinute\":10}"
#define WINDOWED "\"maintenanceWindows\":[" WINDOW("0 12 * * ? *", 60) "]"
#define ENDS     ",\"endTime\":\"2030-01-01 14:00\",\"endBehavior\":\"STOP_ROLLOUT\""
#define TRIES                                                                                                \
    ",\"jobExecutionsRetryConfig\":{\"criteriaList\":[{\"failureType\":\"FAILED\",\"numberOfRetries\":1}]}"
#define ROWS(n)     "WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n WHERE i < " #n " - 1) "
#define TWO_O_CLOCK "2030-01-01T14:00:00Z"

/* More than one transaction deletes, however fast it is. */
enum { MANY = 60000, LAMPS = 4000 };

static struct world *durable_world(void)
{
    struct world *w = world_new_durable(NOON);
    given_group(w, "site", NULL);
    unpaced(w);
    return w;
}

static void given_rows(struct world *w, const char *sql)
{
    assert_true(db_begin(world_db(w)) && db_script(world_db(w), sql) && db_commit(world_db(w)));
}

/* A SNAPSHOT job that rolls out to a few, while very many join its group. */
static struct world *given_movers(void)
{
    struct world *w = durable_world();
    given_job_for_lamps(w, 3, "SNAPSHOT", PACED);
    given_rows(w, ROWS(60000) "INSERT INTO job_mover SELECT 'fw', 'late-' || i, 0 FROM n");
    return w;
}

/* A CONTINUOUS job between two windows: whom it has will be tried again in the next one, and others have
 * joined. */
static struct world *given_joiners_and_retries(const char *more)
{
    struct world *w = durable_world();
    given_job_for_lamps(w, LAMPS, "CONTINUOUS", more);
    advance(w, "PT1H30M");
    assert_job_status(w, "fw", "SCHEDULED");
    given_rows(w, "INSERT INTO timer SELECT 'WINDOW_RETRY', e.job_id, e.thing_name, 1, t.due_ms "
                  "FROM execution AS e, timer AS t WHERE t.kind = 'WINDOW_OPEN';"
                  "UPDATE execution SET status = 'FAILED';"
                  "UPDATE transition SET status = 'FAILED' WHERE thing_name IS NOT NULL;"
                  "UPDATE job_count SET status = 'FAILED';"
                  "INSERT INTO job_progress VALUES ('fw', 'ROLLOUT', 1, 0);" ROWS(
                      60000) "INSERT INTO job_joiner SELECT 'fw', 'late-' || i FROM n;");
    return w;
}

static void assert_some_left(struct world *w, const char *table)
{
    int64_t rows = rows_in(w, table);
    assert_true(rows > 0 && rows < MANY);
}

/* After each of the restarts that it takes; the last slice may find that there is nothing more. */
static void clear_up(struct world *w, const char *table, const char *now)
{
    restart_until_empty(w, table, now);
    http(w, 200, "GET", "/jobs/fw", NULL);
    assert_timers(w, "");
}

static void a_job_is_canceled_before_its_notes_are_gone(void **state)
{
    struct world *w = given_movers();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_some_left(w, "job_mover");
    const cJSON *job = http(w, 200, "GET", "/jobs/fw", NULL)->body;
    assert_json_string(job, "job.status", "CANCELED");
    assert_json(job, "job.isConcurrent", "false");
    assert_counts(w, "fw", "Canceled 1");
    clear_up(w, "job_mover", NOON);
    world_free(w);
}

static void a_rollout_ends_before_its_notes_are_gone(void **state)
{
    struct world *w = given_movers();
    (void)state;
    world_stop_after(w, 1);
    world_restart(w, "2030-01-01T12:00:06Z");
    world_restart(w, "2030-01-01T12:00:12Z");
    world_restart(w, "2030-01-01T12:00:18Z");
    assert_some_left(w, "job_mover");
    assert_json(http(w, 200, "GET", "/jobs/fw", NULL)->body, "job.isConcurrent", "false");
    world_stop_after(w, 0);
    device_reports(w, "fw", "lamp-0", "SUCCEEDED");
    device_reports(w, "fw", "lamp-1", "SUCCEEDED");
    device_reports(w, "fw", "lamp-2", "SUCCEEDED");
    assert_job_status(w, "fw", "COMPLETED");
    assert_int_equal(rows_in(w, "job_mover"), 0);
    assert_timers(w, "");
    world_free(w);
}

static void a_job_ends_before_its_notes_are_gone(void **state)
{
    struct world *w = given_joiners_and_retries(",\"schedulingConfig\":{" WINDOWED ENDS "}" TRIES);
    (void)state;
    world_stop_after(w, 1);
    world_restart(w, TWO_O_CLOCK);
    assert_some_left(w, "job_joiner");
    assert_job_status(w, "fw", "COMPLETED");
    clear_up(w, "job_joiner", TWO_O_CLOCK);
    set_clock(w, "2030-01-03T00:00:00Z");
    assert_counts(w, "fw", "Failed 4000");
    world_free(w);
}

/* The opening that the retries waited for comes first. */
static void nothing_is_tried_again_for_a_note_that_is_still_there(void **state)
{
    struct world *w = given_joiners_and_retries(",\"schedulingConfig\":{" WINDOWED ENDS "}" TRIES);
    (void)state;
    world_stop_after(w, 1);
    world_restart(w, TWO_O_CLOCK);
    assert_true(rows_in(w, "timer WHERE kind = 'WINDOW_RETRY'") > 0);
    world_stop_after(w, 0);
    world_restart(w, "2030-01-03T00:00:00Z");
    assert_counts(w, "fw", "Failed 4000");
    assert_job_status(w, "fw", "COMPLETED");
    assert_timers(w, "");
    world_free(w);
}

/* Whoever makes another job of its name would else inherit them. */
static void a_job_is_there_until_its_notes_are_gone(void **state)
{
    struct world *w = given_joiners_and_retries(",\"schedulingConfig\":{" WINDOWED "}" TRIES);
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "DELETE", "/jobs/fw?force=true", NULL);
    assert_some_left(w, "job_joiner");
    assert_true(rows_in(w, "timer WHERE kind = 'WINDOW_RETRY'") > 0);
    http(w, 409, "PUT", "/jobs/fw", "{\"targets\":[" GROUP_TARGET("site") "],\"document\":\"{}\"}");
    restart_until_empty(w, "job", "2030-01-01T13:31:00Z");
    assert_int_equal(rows_in(w, "job_joiner"), 0);
    assert_timers(w, "");
    world_free(w);
}

static void a_deletion_in_the_middle_takes_what_is_left_with_it(void **state)
{
    struct world *w = given_movers();
    (void)state;
    world_stop_after(w, 1);
    http(w, 200, "PUT", "/jobs/fw/cancel", "{}");
    assert_some_left(w, "job_mover");
    world_stop_after(w, 0);
    http(w, 200, "DELETE", "/jobs/fw", NULL);
    assert_timers(w, "");
    given_job_for_with(w, "fw", "SNAPSHOT", GROUP_TARGET("site"), PACED);
    leave(w, "site", "lamp-2");
    assert_int_equal(rows_in(w, "job_mover"), 1);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_canceled_before_its_notes_are_gone),
        cmocka_unit_test(a_rollout_ends_before_its_notes_are_gone),
        cmocka_unit_test(a_job_ends_before_its_notes_are_gone),
        cmocka_unit_test(nothing_is_tried_again_for_a_note_that_is_still_there),
        cmocka_unit_test(a_job_is_there_until_its_notes_are_gone),
        cmocka_unit_test(a_deletion_in_the_middle_takes_what_is_left_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
