/* Executions: how they come and end, retries (control plane 4.4), criteria that abort their job (4.2). */
#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"
#include "support/job_model.h"

const char *const model_status_names[MODEL_STATUSES] = {
    "QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "TIMED_OUT", "REJECTED", "REMOVED", "CANCELED"
};

bool model_is_open(const struct model_execution *e)
{
    return e && (e->status == MODEL_QUEUED || e->status == MODEL_IN_PROGRESS);
}

struct model_execution *model_newest(struct model *m, int job, int thing)
{
    struct model_execution *newest = NULL;
    for (int i = 0; i < m->execution_count; i++) {
        struct model_execution *e = &m->executions[i];
        if (e->job == job && e->thing == thing && (!newest || e->number > newest->number))
            newest = e;
    }
    return newest;
}

int model_count(const struct model *m, int job, enum model_status status)
{
    int n = 0;
    for (int i = 0; i < m->execution_count; i++)
        n += m->executions[i].job == job && m->executions[i].status == status;
    return n;
}

/* One more, with the next number (control plane 2.4). */
struct model_execution *model_queue(struct model *m, int job, int thing)
{
    const struct model_execution *newest = model_newest(m, job, thing);
    int number = newest ? newest->number + 1 : 1;
    assert_true(m->execution_count < MODEL_EXECUTIONS_MAX);
    struct model_execution *e = &m->executions[m->execution_count++];
    *e = (struct model_execution){ .job = job,
                                   .thing = thing,
                                   .number = number,
                                   .version = 1,
                                   .status = MODEL_QUEUED,
                                   .born = ++m->births,
                                   .queued_ms = m->now_ms,
                                   .updated_ms = m->now_ms,
                                   .deadline_ms = MODEL_NEVER,
                                   .step_ms = MODEL_NEVER,
                                   .retry_ms = MODEL_NEVER };
    return e;
}

/* Without a trace. */
void model_forget(struct model *m, struct model_execution *e)
{
    int i = (int)(e - m->executions);
    memmove(e, e + 1, (size_t)(--m->execution_count - i) * sizeof *e);
}

/* ---- retries ---- */

/* How many more attempts the job's criteria give after such an end: of two for the same, the larger one
 * (decision). ALL counts both kinds together. */
static bool retry_is_left(const struct job_spec *spec, const struct model_execution *e)
{
    for (int i = 0; i < spec->retry_count; i++) {
        const struct spec_criterion *c = &spec->retries[i];
        bool all = strcmp(c->type, "ALL") == 0;
        int used = (all || e->status == MODEL_FAILED ? e->after_failed : 0) +
                   (all || e->status == MODEL_TIMED_OUT ? e->after_timed_out : 0);
        if ((all || strcmp(c->type, model_status_names[e->status]) == 0) && used < c->value)
            return true;
    }
    return false;
}

static void try_again(struct model *m, const struct model_execution *ended)
{
    struct model_execution before = *ended;
    struct model_execution *e = model_queue(m, before.job, before.thing);
    e->retry = before.retry + 1;
    e->after_failed = before.after_failed + (before.status == MODEL_FAILED);
    e->after_timed_out = before.after_timed_out + (before.status == MODEL_TIMED_OUT);
}

static void plan_retry(struct model *m, struct model_execution *e)
{
    const struct model_job *j = &m->jobs[e->job];
    bool has_left = j->spec.continuous && !model_reach(m, j, e->thing); /* control plane 2.4 */
    if (!model_is_live(j) || model_is_over(m, j) || has_left || !retry_is_left(&j->spec, e))
        return;
    if (j->shut)
        e->retry_ms = j->wake_ms;
    else
        try_again(m, e);
}

/* ---- aborts ---- */

static int failures(const struct model *m, int job, const char *type)
{
    bool all = strcmp(type, "ALL") == 0;
    int n = 0;
    for (enum model_status s = MODEL_FAILED; s <= MODEL_REJECTED; s++)
        if (all || strcmp(type, model_status_names[s]) == 0)
            n += model_count(m, job, s);
    return n;
}

static bool is_aborted(const struct model *m, int job)
{
    const struct job_spec *spec = &m->jobs[job].spec;
    int done = 0;
    for (enum model_status s = MODEL_SUCCEEDED; s < MODEL_STATUSES; s++)
        done += model_count(m, job, s);
    for (int i = 0; i < spec->abort_count; i++) {
        const struct spec_criterion *c = &spec->aborts[i];
        int failed = failures(m, job, c->type);
        /* decision: a threshold of 0 is crossed by the first failure */
        if (done >= c->least && failed > 0 && 100 * failed >= c->value * done)
            return true;
    }
    return false;
}

/* Looked at when executions have ended or gone, and when a rollout is done; not when UpdateJob changes the
 * criteria (decision). */
void model_abort_if_due(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    bool ends_by_canceling = j->ended && model_cancels_at_end(j);
    /* decision: an end that cancels leaves nothing to be stopped */
    if (!model_is_live(j) || ends_by_canceling || !is_aborted(m, job))
        return;
    j->phase = MODEL_JOB_CANCELED;
    model_rollout_stop(j);
    j->cancellation_ms = m->now_ms;
}

/* ---- ends ---- */

/* One that waited for a window. What has changed since counts: the criteria, and whether a window is open,
 * for it may have passed while the server was off. */
void model_retry_due(struct model *m, struct model_execution *e)
{
    e->retry_ms = MODEL_NEVER;
    if (model_newest(m, e->job, e->thing) != e)
        return; /* who has joined meanwhile has another one (decision) */
    model_abort_if_due(m, e->job);
    plan_retry(m, e);
}

void model_move(struct model *m, struct model_execution *e, enum model_status to)
{
    const struct model_job *j = &m->jobs[e->job];
    if (to == MODEL_IN_PROGRESS && e->status == MODEL_QUEUED) {
        e->started_ms = m->now_ms;
        e->deadline_ms = j->spec.timeout_minutes ? m->now_ms + j->spec.timeout_minutes * 60000 : MODEL_NEVER;
    }
    e->status = to;
    e->updated_ms = m->now_ms;
    e->version += to != MODEL_REMOVED; /* decision 11 */
    if (model_is_open(e))
        return;
    e->deadline_ms = e->step_ms = MODEL_NEVER;
    model_abort_if_due(m, e->job);
    if (to == MODEL_FAILED || to == MODEL_TIMED_OUT)
        plan_retry(m, e);
}
