/* What explains a thing's part in a job: gathered for ops/jobs/explain. */
#ifndef IOTJOBS_OPS_EXPLAIN_FACTS_H
#define IOTJOBS_OPS_EXPLAIN_FACTS_H

#include "ops/op.h"
#include "rules/jobs/explanation.h"
#include "store/jobs/execution_store.h"
#include "store/jobs/job_store.h"

struct explained {
    struct job_row job;
    struct str thing_name;
    struct execution_row execution; /* the newest one; status UNSET: none */
    struct explanation_facts facts;
    /* when; not set where it does not come, or is not known */
    struct opt_int stopped_ms; /* when it was canceled, or its end time, if that has come */
    struct opt_int starts_ms, opens_ms, closes_ms, ends_ms, expected_ms, times_out_ms;
    struct opt_int ahead;      /* things whose turn comes first */
    bool ahead_at_least;       /* and maybe others: it was not looked further */
    struct execution_row next; /* the first in the thing's pending list; status UNSET: nothing is pending */
    struct opt_int pending_position; /* of the execution in that list, from 1 */
    struct opt_int retries_allowed;  /* for how the execution ended */
    struct str detail;               /* what the timeline says of the end of the job; absent: nothing */
};

/* What may be looked at for one request, that nobody waits behind it for long. */
struct explain_effort {
    int64_t things; /* of rollouts */
    int64_t looks;  /* of forecasts */
};

/* Takes what it has looked at off *effort. False after fail(): the database did not answer. */
bool explained_gather(struct op *op, const struct job_row *job, struct str thing,
                      struct explain_effort *effort, struct explained *ret_explained);

#endif
