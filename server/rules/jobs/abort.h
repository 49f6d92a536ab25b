/*
 * When a job is aborted: abortConfig (control plane, section 4.2).
 *
 * A criterion is met when at least minNumberOfExecutedThings executions are in a terminal state (decision
 * 20), and at least thresholdPercentage of those failed as it says, but one at the least: a threshold of 0 is
 * crossed by the first failure, not by a success. Percentages have two decimals, and are compared in whole
 * numbers.
 */
#ifndef IOTJOBS_RULES_ABORT_H
#define IOTJOBS_RULES_ABORT_H

#include "api/model.h"

struct abort_verdict {
    const struct abort_criteria *criterion; /* NULL: none is met */
    int64_t failed;                         /* executions that it counts as failures */
    int64_t executed;                       /* executions in a terminal state */
};

/* The first criterion of the list that is met. `counts` are the job's executions by status, indexed by enum
 * job_execution_status. */
struct abort_verdict abort_judge(const struct abort_criteria_list *criteria, const int64_t *counts);

#endif
