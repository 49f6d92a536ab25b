/* What devices ask and report (device protocol 1 and 4), what they see and what they are told (3). */
#include <stdio.h>
#include <string.h>

#include "support/job_model.h"

/* ---- the pending list ---- */

static bool is_seen(const struct model *m, const struct model_execution *e)
{
    return e->status == MODEL_IN_PROGRESS || (e->status == MODEL_QUEUED && !m->jobs[e->job].shut);
}

/* In progress first, then who was queued first, then who was created first. */
static bool comes_before(const struct model_execution *a, const struct model_execution *b)
{
    if (a->status != b->status)
        return a->status == MODEL_IN_PROGRESS;
    return a->queued_ms != b->queued_ms ? a->queued_ms < b->queued_ms : a->born < b->born;
}

int model_pending(const struct model *m, int thing, const struct model_execution *ret_list[JOB_NAMES])
{
    int n = 0;
    for (int i = 0; i < m->execution_count; i++) {
        const struct model_execution *e = &m->executions[i];
        if (e->thing != thing || !is_seen(m, e))
            continue;
        int at = n++;
        for (; at > 0 && comes_before(e, ret_list[at - 1]); at--)
            ret_list[at] = ret_list[at - 1];
        ret_list[at] = e;
    }
    return n;
}

/* ---- notifications ---- */

/* The set of (job, number), in an order of its own: the list's order is no news. */
static void write_set(const struct model *m, int thing, char ret_text[512])
{
    size_t n = 0;
    ret_text[0] = '\0';
    for (int i = 0; i < m->execution_count; i++) {
        const struct model_execution *e = &m->executions[i];
        if (e->thing == thing && is_seen(m, e))
            n += (size_t)snprintf(ret_text + n, 512 - n, "%s/%d ", job_names[e->job], e->number);
    }
}

static void write_head(const struct model *m, int thing, char ret_text[64])
{
    const struct model_execution *list[JOB_NAMES];
    ret_text[0] = '\0';
    if (model_pending(m, thing, list))
        snprintf(ret_text, 64, "%s/%d", job_names[list[0]->job], list[0]->number);
}

void model_before(struct model *m)
{
    for (int thing = 0; thing < THING_NAMES; thing++) {
        write_set(m, thing, m->list_before[thing]);
        write_head(m, thing, m->head_before[thing]);
    }
}

static void hear(struct model *m, int thing, const char *text)
{
    size_t n = strlen(m->heard[thing]);
    snprintf(m->heard[thing] + n, sizeof m->heard[thing] - n, "%s\n", text);
}

static void tell_list(struct model *m, int thing)
{
    const struct model_execution *list[JOB_NAMES];
    char text[1024];
    int count = model_pending(m, thing, list);
    size_t n = (size_t)snprintf(text, sizeof text, "notify %lld:", (long long)(m->now_ms / 1000));
    for (int i = 0; i < count; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, " %s/%d v%d %s %lld", job_names[list[i]->job],
                              list[i]->number, list[i]->version, model_status_names[list[i]->status],
                              (long long)(list[i]->queued_ms / 1000));
    hear(m, thing, text);
}

static void tell_next(struct model *m, int thing)
{
    const struct model_execution *list[JOB_NAMES];
    char text[256];
    int n = snprintf(text, sizeof text, "notify-next %lld:", (long long)(m->now_ms / 1000));
    if (model_pending(m, thing, list))
        snprintf(text + n, sizeof text - (size_t)n, " %s/%d v%d %s %lld", job_names[list[0]->job],
                 list[0]->number, list[0]->version, model_status_names[list[0]->status],
                 (long long)(list[0]->queued_ms / 1000));
    hear(m, thing, text);
}

void model_after(struct model *m)
{
    model_complete_jobs(m);
    for (int thing = 0; thing < THING_NAMES; thing++) {
        char set[512], head[64];
        write_set(m, thing, set);
        write_head(m, thing, head);
        if (strcmp(set, m->list_before[thing]) != 0)
            tell_list(m, thing);
        if (strcmp(head, m->head_before[thing]) != 0)
            tell_next(m, thing);
    }
}

/* ---- requests ---- */

/* step=5 sets the step timer from now on, step=-1 discards it (control plane 4.3). */
static void set_step(struct model *m, struct model_execution *e, const struct step *step)
{
    int64_t minutes = step_number(step, "step", 0);
    if (minutes)
        e->step_ms = minutes > 0 ? m->now_ms + minutes * 60000 : MODEL_NEVER;
}

static bool start_next(struct model *m, int thing, const struct step *step)
{
    const struct model_execution *list[JOB_NAMES];
    if (thing < 0 || !m->things[thing].there || step_number(step, "step", 1) < 1)
        return false; /* only an update discards a timer */
    if (model_pending(m, thing, list) == 0)
        return true;
    struct model_execution *e = &m->executions[list[0] - m->executions];
    set_step(m, e, step);
    if (e->status == MODEL_QUEUED)
        model_move(m, e, MODEL_IN_PROGRESS);
    return true;
}

static bool update(struct model *m, int job, int thing, const struct step *step)
{
    if (job < 0 || thing < 0 || !m->things[thing].there)
        return false;
    struct model_execution *e = model_newest(m, job, thing);
    if (!model_is_open(e))
        return false;
    for (enum model_status to = MODEL_IN_PROGRESS; to <= MODEL_REJECTED; to++) {
        if (to == MODEL_TIMED_OUT || strcmp(step_word(step, 3), model_status_names[to]) != 0)
            continue;
        set_step(m, e, step);
        model_move(m, e, to);
        return true;
    }
    return false;
}

bool model_plays_device(struct model *m, const struct step *step, bool *ret_ok)
{
    if (step_is(step, "start-next"))
        *ret_ok = start_next(m, name_at(thing_names, THING_NAMES, step_word(step, 1)), step);
    else if (step_is(step, "update"))
        *ret_ok = update(m, name_at(job_names, JOB_NAMES, step_word(step, 1)),
                         name_at(thing_names, THING_NAMES, step_word(step, 2)), step);
    else
        return false;
    return true;
}
