#include "rules/jobs/abort.h"

#include <math.h>

#include "rules/jobs/execution_state.h"

enum { HUNDREDTHS = 100, PERCENT = 100 };

static int64_t executed(const int64_t *counts)
{
    int64_t n = 0;
    for (int status = JOB_EXECUTION_STATUS_UNSET + 1; status <= JOB_EXECUTION_STATUS_CANCELED; status++)
        if (execution_is_terminal((enum job_execution_status)status))
            n += counts[status];
    return n;
}

static int64_t failed(enum job_execution_failure_type type, const int64_t *counts)
{
    switch (type) {
    case JOB_EXECUTION_FAILURE_TYPE_FAILED: return counts[JOB_EXECUTION_STATUS_FAILED];
    case JOB_EXECUTION_FAILURE_TYPE_REJECTED: return counts[JOB_EXECUTION_STATUS_REJECTED];
    case JOB_EXECUTION_FAILURE_TYPE_TIMED_OUT: return counts[JOB_EXECUTION_STATUS_TIMED_OUT];
    default:
        return counts[JOB_EXECUTION_STATUS_FAILED] + counts[JOB_EXECUTION_STATUS_REJECTED] +
               counts[JOB_EXECUTION_STATUS_TIMED_OUT];
    }
}

static bool is_met(const struct abort_criteria *criterion, const struct abort_verdict *verdict)
{
    int64_t threshold = llround(criterion->threshold_percentage.value * HUNDREDTHS);
    return verdict->executed >= criterion->min_number_of_executed_things.value && verdict->failed > 0 &&
           verdict->failed * PERCENT * HUNDREDTHS >= threshold * verdict->executed;
}

struct abort_verdict abort_judge(const struct abort_criteria_list *criteria, const int64_t *counts)
{
    struct abort_verdict verdict = { .executed = executed(counts) };
    for (size_t i = 0; i < criteria->n; i++) {
        verdict.failed = failed(criteria->items[i].failure_type, counts);
        if (is_met(&criteria->items[i], &verdict)) {
            verdict.criterion = &criteria->items[i];
            break;
        }
    }
    return verdict;
}
