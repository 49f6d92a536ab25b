/* Jobs: requests about them, and the course of their lives (control plane 1.1, 2 and 3). */
#include <string.h>

#include "support/job_model.h"

const char *const model_phase_names[] = { "SCHEDULED", "IN_PROGRESS", "COMPLETED", "CANCELED" };

bool model_is_live(const struct model_job *job)
{
    return job->there && (job->phase == MODEL_JOB_SCHEDULED || job->phase == MODEL_JOB_IN_PROGRESS);
}

bool model_is_over(const struct model *m, const struct model_job *job)
{
    return job->ended || m->now_ms >= job->end_ms;
}

bool model_cancels_at_end(const struct model_job *job)
{
    return strcmp(job->spec.behavior, "CANCEL") == 0 || strcmp(job->spec.behavior, "FORCE_CANCEL") == 0;
}

/* ---- beginning and end ---- */

void model_begin(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    if (!model_open_at(j, m->now_ms)) {
        j->wake_ms = model_next_opening(j, m->now_ms);
        return;
    }
    j->begun = true;
    j->phase = MODEL_JOB_IN_PROGRESS;
    j->wake_ms = model_has_windows(j) ? model_next_closing(j, m->now_ms) : MODEL_NEVER;
    model_rollout_add(m, job, ~0u);
}

void model_cancel_executions(struct model *m, int job, bool force)
{
    for (int i = 0; i < m->execution_count; i++) {
        struct model_execution *e = &m->executions[i];
        if (e->job == job && (e->status == MODEL_QUEUED || (force && e->status == MODEL_IN_PROGRESS)))
            model_move(m, e, MODEL_CANCELED);
    }
}

/* Nothing waits any more, but devices that have begun. */
static void drop_plans(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    model_rollout_stop(j);
    memset(j->joined, 0, sizeof j->joined);
    for (int i = 0; i < m->execution_count; i++)
        if (m->executions[i].job == job)
            m->executions[i].retry_ms = MODEL_NEVER;
}

/* The end time (control plane 3.2). */
void model_end(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    j->ended = true;
    drop_plans(m, job);
    if (model_cancels_at_end(j))
        model_cancel_executions(m, job, j->spec.behavior[0] == 'F');
    else
        model_abort_if_due(m, job);
}

static bool has_open(const struct model *m, int job)
{
    return model_count(m, job, MODEL_QUEUED) > 0 || model_count(m, job, MODEL_IN_PROGRESS) > 0;
}

/* Control plane 2.3. */
void model_complete_jobs(struct model *m)
{
    for (int job = 0; job < JOB_NAMES; job++) {
        struct model_job *j = &m->jobs[job];
        bool may = j->ended || (j->begun && !j->spec.continuous && !j->rolling);
        if (!model_is_live(j) || !may || has_open(m, job))
            continue;
        j->phase = MODEL_JOB_COMPLETED;
        j->completed_ms = m->now_ms;
        drop_plans(m, job);
    }
}

/* ---- creating ---- */

static bool has_target(const struct job_spec *spec, struct spec_target target)
{
    for (int i = 0; i < spec->target_count; i++)
        if (spec->targets[i].is_group == target.is_group && spec->targets[i].at == target.at)
            return true;
    return false;
}

/* Those that the job has already are not looked for (decision). */
static bool targets_are_there(const struct model *m, const struct job_spec *spec,
                              const struct job_spec *stored)
{
    for (int i = 0; i < spec->target_count; i++) {
        struct spec_target target = spec->targets[i];
        bool there = target.is_group ? m->groups[target.at].there : m->things[target.at].there;
        if (!there && !(stored && has_target(stored, target)))
            return false;
    }
    return spec->target_count > 0;
}

/* Rates as in control plane 4.1. */
static bool rate_is_valid(const struct job_spec *spec)
{
    return !spec_is_exponential(spec) || spec->base < spec->rate;
}

static bool times_are_valid(const struct model *m, const struct job_spec *spec)
{
    int64_t earliest = m->now_ms + MODEL_LEAD_MS;
    int64_t start = spec_time_ms(m->now_ms, spec->start_minutes),
            end = spec_time_ms(m->now_ms, spec->end_minutes);
    if (spec->start_minutes >= 0 && start < earliest)
        return false;
    if (spec->end_minutes < 0)
        return !spec->behavior[0];
    return end >= earliest && (spec->start_minutes < 0 || end - start >= MODEL_LEAD_MS);
}

static bool create(struct model *m, int job, const struct job_spec *spec)
{
    struct model_job *j = &m->jobs[job];
    if (j->there || !targets_are_there(m, spec, NULL) || !rate_is_valid(spec) || !times_are_valid(m, spec) ||
        (spec->window_count && !spec->continuous))
        return false;
    *j = (struct model_job){ .there = true,
                             .born = ++m->births,
                             .spec = *spec,
                             .phase = MODEL_JOB_SCHEDULED,
                             .end_ms = MODEL_NEVER,
                             .wake_ms = MODEL_NEVER,
                             .cancellation_ms = MODEL_NEVER,
                             .removal_ms = MODEL_NEVER,
                             .rollout_ms = MODEL_NEVER,
                             .slot_ms = -1000 * (int64_t)60000 };
    if (spec->end_minutes >= 0)
        j->end_ms = spec_time_ms(m->now_ms, spec->end_minutes);
    if (spec->start_minutes >= 0)
        j->start_ms = j->wake_ms = spec_time_ms(m->now_ms, spec->start_minutes);
    if (j->start_ms && model_has_windows(j))
        j->wake_ms = model_next_opening(j, j->start_ms - 1);
    if (!j->start_ms)
        model_begin(m, job);
    return true;
}

/* ---- changing ---- */

static bool same_types(const struct job_spec *a, const struct job_spec *b)
{
    if (a->retry_count != b->retry_count)
        return false;
    for (int i = 0; i < a->retry_count; i++) {
        bool found = false;
        for (int k = 0; k < b->retry_count; k++)
            found |= strcmp(a->retries[i].type, b->retries[k].type) == 0;
        if (!found)
            return false;
    }
    return true;
}

/* Control plane 2.8: each member that is there replaces the stored one whole; retries can only be taken back.
 */
static bool update(struct model *m, int job, const struct job_spec *spec)
{
    struct model_job *j = &m->jobs[job];
    if (!(spec->rate || spec->timeout_minutes || spec->abort_count || spec->retry_count))
        return false;
    for (int i = 0; i < spec->retry_count; i++)
        if (spec->retries[i].value != 0)
            return false;
    if (!model_is_live(j) || !rate_is_valid(spec) || (spec->retry_count && !same_types(spec, &j->spec)))
        return false;
    if (spec->rate) {
        j->spec.rate = spec->rate;
        j->spec.base = spec->base;
        j->spec.factor_tenths = spec->factor_tenths;
        j->spec.notified = spec->notified;
        j->spec.succeeded = spec->succeeded;
        model_rollout_hurry(m, job);
    }
    if (spec->timeout_minutes)
        j->spec.timeout_minutes = spec->timeout_minutes;
    for (int i = 0; i < spec->abort_count; i++)
        j->spec.aborts[i] = spec->aborts[i];
    j->spec.abort_count = spec->abort_count ? spec->abort_count : j->spec.abort_count;
    for (int i = 0; i < spec->retry_count; i++)
        j->spec.retries[i] = spec->retries[i];
    return true;
}

/* What it has already is ignored (decision). */
static bool associate(struct model *m, int job, const struct job_spec *spec)
{
    struct model_job *j = &m->jobs[job];
    unsigned added = 0;
    if (!j->there || !j->spec.continuous || j->phase != MODEL_JOB_IN_PROGRESS || model_is_over(m, j) ||
        !targets_are_there(m, spec, &j->spec))
        return false;
    for (int i = 0; i < spec->target_count; i++) {
        if (has_target(&j->spec, spec->targets[i]))
            continue;
        added |= 1u << j->spec.target_count;
        j->spec.targets[j->spec.target_count++] = spec->targets[i];
    }
    if (added)
        model_rollout_add(m, job, added);
    return true;
}

static bool cancel(struct model *m, int job, bool force)
{
    struct model_job *j = &m->jobs[job];
    bool once_more = j->there && j->phase == MODEL_JOB_CANCELED && force &&
                     model_count(m, job, MODEL_IN_PROGRESS) > 0; /* control plane, section 9, row 3 */
    if (!model_is_live(j) && !once_more)
        return false;
    j->phase = MODEL_JOB_CANCELED;
    drop_plans(m, job);
    model_cancel_executions(m, job, force);
    return true;
}

static bool delete_job(struct model *m, int job, bool force)
{
    struct model_job *j = &m->jobs[job];
    if (!j->there || (model_is_live(j) && !force))
        return false;
    for (int i = m->execution_count - 1; i >= 0; i--)
        if (m->executions[i].job == job)
            model_forget(m, &m->executions[i]);
    *j = (struct model_job){ .there = false };
    return true;
}

/* ---- single executions ---- */

static bool cancel_execution(struct model *m, int job, int thing, bool force)
{
    struct model_execution *e = thing < 0 ? NULL : model_newest(m, job, thing);
    if (!model_is_open(e) || (e->status == MODEL_IN_PROGRESS && !force))
        return false;
    model_move(m, e, MODEL_CANCELED);
    return true;
}

static bool delete_execution(struct model *m, int job, int thing, int number, bool force)
{
    for (int i = 0; i < m->execution_count; i++) {
        struct model_execution *e = &m->executions[i];
        if (e->job != job || e->thing != thing || e->number != number)
            continue;
        if (e->status == MODEL_IN_PROGRESS && !force)
            return false;
        model_forget(m, e);
        model_abort_if_due(m, job);
        return true;
    }
    return false;
}

bool model_plays_job(struct model *m, const struct step *step, bool *ret_ok)
{
    int job = name_at(job_names, JOB_NAMES, step_word(step, 1));
    int thing = name_at(thing_names, THING_NAMES, step_word(step, 2));
    struct job_spec spec = spec_of(step);
    bool force = step_has(step, "force");
    if (step_is(step, "create-job"))
        *ret_ok = job >= 0 && create(m, job, &spec);
    else if (step_is(step, "update-job"))
        *ret_ok = job >= 0 && update(m, job, &spec);
    else if (step_is(step, "associate"))
        *ret_ok = job >= 0 && associate(m, job, &spec);
    else if (step_is(step, "cancel-job"))
        *ret_ok = job >= 0 && cancel(m, job, force);
    else if (step_is(step, "delete-job"))
        *ret_ok = job >= 0 && delete_job(m, job, force);
    else if (step_is(step, "cancel-execution"))
        *ret_ok = job >= 0 && cancel_execution(m, job, thing, force);
    else if (step_is(step, "delete-execution"))
        *ret_ok = job >= 0 && delete_execution(m, job, thing, (int)step_number(step, "number", 1), force);
    else
        return false;
    return true;
}
