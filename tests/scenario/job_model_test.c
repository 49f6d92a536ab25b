/*
 * Whatever happens to jobs, the server and an independent model of its rules (support/job_model.h) come to
 * the same: random scripts are played on both, and everything that can be seen is compared after each step.
 *
 * 500 scripts are played, 200 with a sanitizer (JOB_MODEL_SEEDS, tests/CMakeLists.txt); IOTJOBS_SEEDS=5000
 * plays more.
 *
 * A script that fails is made as short as possible and printed. IOTJOBS_SCRIPT=file plays that one again,
 * IOTJOBS_SEED=n makes and plays the n-th alone, IOTJOBS_SEEDS=n so many, from that one on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/job_model_generate.h"
#include "support/job_model_shrink.h"

#ifndef JOB_MODEL_SEEDS
#define JOB_MODEL_SEEDS 500
#endif

/* ---- scripts ---- */

static void read_script(struct script *script, const char *path)
{
    char line[STEP_TEXT_MAX];
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot read %s", path);
    script->n = 0;
    while (script->n < SCRIPT_STEPS_MAX && fgets(line, sizeof line, file))
        snprintf(script->lines[script->n++], STEP_TEXT_MAX, "%.*s", (int)strcspn(line, "\r\n"), line);
    fclose(file);
}

static void print_script(const struct script *script)
{
    for (int i = 0; i < script->n; i++)
        fprintf(stderr, "%s\n", script->lines[i]);
}

/* ---- playing ---- */

static int number_of(const char *variable, int otherwise)
{
    const char *text = getenv(variable);
    int64_t n = otherwise;
    if (text)
        assert_true(str_to_int(str_from(text), &n));
    return (int)n;
}

static struct suite {
    struct world *w;
    struct script script;
    uint64_t seed;
} suite;

/* Also after an assertion within the server, which has left this function. */
static int shrink_and_print(void **state)
{
    static char difference[DIFFERENCE_MAX];
    (void)state;
    if (!suite.seed)
        return 0;
    fprintf(stderr, "IOTJOBS_SEED=%llu fails; making it shorter …\n", (unsigned long long)suite.seed);
    if (script_holds(&suite.script, difference)) {
        fprintf(stderr, "… alone it does not:\n");
    } else {
        script_shrink(&suite.script, difference);
        fprintf(stderr, "%s\n", difference);
    }
    print_script(&suite.script);
    return 0;
}

static void begin_seed(uint64_t seed)
{
    suite.seed = seed;
    script_generate(seed, &suite.script);
    reset(suite.w);
    set_clock(suite.w, NOON);
    forget_notifications(suite.w);
}

static void the_server_and_the_model_come_to_the_same(void **state)
{
    static char difference[DIFFERENCE_MAX];
    int first = number_of("IOTJOBS_SEED", 1);
    int n = number_of("IOTJOBS_SEEDS", getenv("IOTJOBS_SEED") ? 1 : JOB_MODEL_SEEDS), step;
    (void)state;
    suite.w = world_new_durable(NOON);
    for (int i = 0; i < n; i++) {
        begin_seed((uint64_t)(first + i));
        if (!script_play(suite.w, &suite.script, &step, difference))
            fail_msg("after step %d: %s", step + 1, difference);
    }
    suite.seed = 0;
    world_free(suite.w);
}

static void a_script_is_played_again(void **state)
{
    static char difference[DIFFERENCE_MAX];
    int step;
    (void)state;
    struct world *w = world_new_durable(NOON);
    read_script(&suite.script, getenv("IOTJOBS_SCRIPT"));
    if (!script_play(w, &suite.script, &step, difference))
        fail_msg("after \"%s\": %s", suite.script.lines[step], difference);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest random[] = {
        cmocka_unit_test_teardown(the_server_and_the_model_come_to_the_same, shrink_and_print),
    };
    const struct CMUnitTest given[] = { cmocka_unit_test(a_script_is_played_again) };
    return getenv("IOTJOBS_SCRIPT") ? cmocka_run_group_tests(given, NULL, NULL)
                                    : cmocka_run_group_tests(random, NULL, NULL);
}
