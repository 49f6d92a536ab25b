/* Time: what falls due, and in which order. */
#include "support/job_model.h"

#include <stdlib.h>
#include <string.h>

#include "support/cmocka_all.h"

/* What is due at the same millisecond happens in this order, then in that of the names of job and thing, then
 * of the numbers (decision: the order of the names of the server's timers; what matters is that a time-out
 * comes before an end, an end before a start, and what opens with a window after all that ends or closes). */
enum due_kind {
    DUE_CANCELLATION, /* of the executions of a job that was aborted */
    DUE_TIMEOUT,
    DUE_END,
    DUE_BEGIN,
    DUE_REMOVAL, /* of the executions on things of a group that was deleted */
    DUE_ROLLOUT,
    DUE_CLOSING,
    DUE_OPENING,
    DUE_RETRY
};

struct due {
    int64_t ms;
    enum due_kind kind;
    int job, thing, number;
};

static bool is_before(struct due a, struct due b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms;
    if (a.kind != b.kind)
        return a.kind < b.kind;
    if (a.job != b.job)
        return a.job < b.job;
    return a.thing != b.thing ? a.thing < b.thing : a.number < b.number;
}

static void consider(struct due *first, struct due due)
{
    if (due.ms != MODEL_NEVER && is_before(due, *first))
        *first = due;
}

static void consider_job(const struct model *m, int job, struct due *first)
{
    const struct model_job *j = &m->jobs[job];
    if (!j->there)
        return;
    consider(first, (struct due){ j->cancellation_ms, DUE_CANCELLATION, job, 0, 0 });
    consider(first, (struct due){ j->removal_ms, DUE_REMOVAL, job, 0, 0 });
    if (!model_is_live(j))
        return;
    consider(first, (struct due){ j->rollout_ms, DUE_ROLLOUT, job, 0, 0 });
    enum due_kind wakes = !j->begun ? DUE_BEGIN : j->shut ? DUE_OPENING : DUE_CLOSING;
    consider(first, (struct due){ j->wake_ms, wakes, job, 0, 0 });
    if (!j->ended)
        consider(first, (struct due){ j->end_ms, DUE_END, job, 0, 0 });
}

static struct due next_due(const struct model *m)
{
    struct due first = { .ms = MODEL_NEVER };
    for (int job = 0; job < JOB_NAMES; job++)
        consider_job(m, job, &first);
    for (int i = 0; i < m->execution_count; i++) {
        const struct model_execution *e = &m->executions[i];
        int64_t deadline = e->step_ms < e->deadline_ms ? e->step_ms : e->deadline_ms;
        if (e->status == MODEL_IN_PROGRESS)
            consider(&first, (struct due){ deadline, DUE_TIMEOUT, e->job, e->thing, e->number });
        if (model_is_live(&m->jobs[e->job]))
            consider(&first, (struct due){ e->retry_ms, DUE_RETRY, e->job, e->thing, e->number });
    }
    return first;
}

int64_t model_next_due_ms(const struct model *m)
{
    return next_due(m).ms;
}

static struct model_execution *execution_of(struct model *m, struct due due)
{
    for (int i = 0; i < m->execution_count; i++) {
        struct model_execution *e = &m->executions[i];
        if (e->job == due.job && e->thing == due.thing && e->number == due.number)
            return e;
    }
    return NULL;
}

static void happen(struct model *m, struct due due)
{
    struct model_job *j = &m->jobs[due.job];
    switch (due.kind) {
    case DUE_CANCELLATION:
        j->cancellation_ms = MODEL_NEVER;
        model_cancel_executions(m, due.job, false);
        break;
    case DUE_TIMEOUT: model_move(m, execution_of(m, due), MODEL_TIMED_OUT); break;
    case DUE_END: model_end(m, due.job); break;
    case DUE_BEGIN: model_begin(m, due.job); break;
    case DUE_REMOVAL:
        j->removal_ms = MODEL_NEVER;
        model_remove_unreached(m, due.job);
        break;
    case DUE_ROLLOUT: model_rollout_slice(m, due.job); break;
    case DUE_CLOSING:
    case DUE_OPENING: model_window_due(m, due.job); break;
    case DUE_RETRY: model_retry_due(m, execution_of(m, due)); break;
    }
}

void model_run_due(struct model *m, int64_t until_ms, bool late)
{
    if (late)
        m->now_ms = until_ms;
    for (struct due due; (due = next_due(m)).ms <= until_ms;) {
        if (due.ms > m->now_ms)
            m->now_ms = due.ms;
        model_before(m);
        happen(m, due);
        model_after(m);
    }
    m->now_ms = until_ms;
}

struct model *model_new(int64_t now_ms)
{
    struct model *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->now_ms = now_ms;
    m->default_rate = 1000;
    return m;
}

bool model_play(struct model *m, const struct step *step)
{
    bool ok = true;
    if (step_is(step, "advance") || step_is(step, "restart")) {
        model_run_due(m, m->now_ms + step_duration_ms(step), step_is(step, "restart"));
        return true;
    }
    if (step_is(step, "default-rate")) {
        m->default_rate = strtoll(step_word(step, 1), NULL, 10);
        return true;
    }
    model_before(m);
    if (!model_plays_registry(m, step, &ok) && !model_plays_device(m, step, &ok))
        model_plays_job(m, step, &ok);
    model_after(m);
    model_run_due(m, m->now_ms, false);
    return ok;
}
