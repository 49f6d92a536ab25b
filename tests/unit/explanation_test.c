/* The rule that says why a thing has, or has not, got a job; and that the manual knows every reason and every
 * cause. */
#include "rules/jobs/explanation.h"
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "ops/jobs/timeline.h"

enum { FLAGS = 14 };

/* All that can be known, as one number. */
static struct explanation_facts facts_of(unsigned bits, enum job_status job,
                                         enum job_execution_status execution)
{
    struct explanation_facts facts = { .job = job, .execution = execution };
    bool *flags[FLAGS] = { &facts.over,         &facts.aborted,       &facts.crowded,     &facts.reached,
                           &facts.started,      &facts.windowed,      &facts.opens_again, &facts.deleted,
                           &facts.turn_to_come, &facts.hidden,        &facts.first,       &facts.retry_waits,
                           &facts.retry_left,   &facts.canceled_alone };
    for (unsigned i = 0; i < FLAGS; i++)
        *flags[i] = bits >> i & 1;
    facts.retry_configured = facts.retry_left || facts.retry_waits;
    return facts;
}

static void whatever_is_known_there_is_a_reason_and_each_has_its_case(void **state)
{
    (void)state;
    bool seen[REASON_COUNT] = { 0 };
    for (int job = JOB_STATUS_UNSET + 1; job <= JOB_STATUS_SCHEDULED; job++)
        for (int execution = 0; execution <= JOB_EXECUTION_STATUS_CANCELED; execution++)
            for (unsigned bits = 0; bits < 1U << FLAGS; bits++) {
                struct explanation_facts facts =
                    facts_of(bits, (enum job_status)job, (enum job_execution_status)execution);
                enum reason reason = explain(&facts);
                assert_true(reason < REASON_COUNT);
                seen[reason] = true;
            }
    struct explanation_facts used_up = { .job = JOB_STATUS_IN_PROGRESS,
                                         .execution = JOB_EXECUTION_STATUS_FAILED,
                                         .retry_configured = true };
    seen[explain(&used_up)] = true;
    for (int reason = 0; reason < REASON_COUNT; reason++)
        if (!seen[reason])
            fail_msg("%s is never the reason", reason_name((enum reason)reason));
}

static void a_job_that_is_gone_explains_more_than_a_thing_that_waits(void **state)
{
    (void)state;
    struct explanation_facts facts = { .job = JOB_STATUS_CANCELED, .reached = true, .turn_to_come = true };
    assert_int_equal(explain(&facts), REASON_JOB_CANCELED);
    facts.job = JOB_STATUS_DELETION_IN_PROGRESS;
    assert_int_equal(explain(&facts), REASON_JOB_BEING_DELETED);
    facts.reached = facts.turn_to_come = false;
    assert_int_equal(explain(&facts), REASON_NOT_A_TARGET);
}

static void the_manual_knows_each_name(void **state)
{
    (void)state;
    static char manual[64 * 1024];
    FILE *file = fopen("docs/own-endpoints.md", "r");
    assert_non_null(file);
    manual[fread(manual, 1, sizeof manual - 1, file)] = '\0';
    fclose(file);
    for (int i = 0; i < REASON_COUNT + CAUSE_COUNT; i++) {
        const char *name =
            i < REASON_COUNT ? reason_name((enum reason)i) : cause_name((enum cause)(i - REASON_COUNT));
        char quoted[64];
        snprintf(quoted, sizeof quoted, "`%s`", name);
        if (!strstr(manual, quoted))
            fail_msg("docs/own-endpoints.md does not know %s", quoted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_known_there_is_a_reason_and_each_has_its_case),
        cmocka_unit_test(a_job_that_is_gone_explains_more_than_a_thing_that_waits),
        cmocka_unit_test(the_manual_knows_each_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
