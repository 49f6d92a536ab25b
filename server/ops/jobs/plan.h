/*
 * POST /_iotjobs/plan: what would become of a job if it were created now, on today's fleet, and nothing else
 * changed. Nothing is written. What CreateJob would refuse is refused in its words.
 *
 *     { "status": "IN_PROGRESS", "startsAt": …, "targets": { "count": 1, "things": 1100 },
 *       "rollout": { "things": 1100, "notReached": 0, "lastAt": …, "segments": [
 *           { "from": …, "minutes": 7, "perMinute": 150, "things": 1050, "total": 1050 }, … ] },
 *       "expectedEnd": { "latest": …, "text": … }, "document": …, "text": … }
 *
 * Times are in ISO 8601; what does not apply is left out. Where the rate rises with the things that succeed,
 * the rollout is that of the slowest case, in which none does, and "fastest" is that in which each does at
 * once.
 */
#ifndef IOTJOBS_OPS_PLAN_H
#define IOTJOBS_OPS_PLAN_H

#include "ops/jobs/job_plan.h"
#include "rules/jobs/rollout_outline.h"

struct plan_request {
    struct str job_id; /* absent: the job is not named yet */
    const struct create_job_request *job;
};
op_fn op_plan;

/* ---- what is found out (plan.c), and put into words (plan_text.c) ---- */

struct plan_figures {
    struct job_plan plan;
    struct opt_int end_ms;
    int64_t things; /* that its targets reach */
    const struct rollout_outline *rollout;
    const struct rollout_outline *fastest; /* NULL: there is one case alone */
};

/* Its targets have no things: a SNAPSHOT job is COMPLETED as soon as it starts. */
bool plan_has_nothing_to_do(const struct plan_figures *figures);

/* When the job is COMPLETED at the latest, if each device starts at once and takes as long as it may. Not
 * set: nothing says. *ret_text: why, or what it depends on; a sentence. Texts are in the arena. */
struct opt_int plan_expected_end(const struct plan_figures *figures, struct arena *arena,
                                 struct str *ret_text);

/* A sentence each. */
struct str plan_retry_text(const struct retry_criteria *criterion, struct arena *arena);
struct str plan_abort_text(const struct abort_criteria *criterion, struct arena *arena);

/* The whole, for a person: when it starts, whom it reaches, when it ends. */
struct str plan_text(const struct plan_figures *figures, struct arena *arena);

#endif
