/* Things and thing groups, and the jobs that follow them (control plane 1.4, 2.4). */
#include <string.h>

#include "support/job_model.h"

/* ---- who is where ---- */

static bool is_in_or_below(const struct model *m, int group, int above)
{
    for (; group >= 0; group = m->groups[group].parent)
        if (group == above)
            return true;
    return false;
}

static bool group_has(const struct model *m, int group, int thing)
{
    for (int g = 0; g < GROUP_NAMES; g++)
        if (m->groups[g].there && m->groups[g].has[thing] && is_in_or_below(m, g, group))
            return true;
    return false;
}

unsigned model_reach(const struct model *m, const struct model_job *job, int thing)
{
    unsigned reach = 0;
    for (int i = 0; i < job->spec.target_count; i++) {
        struct spec_target target = job->spec.targets[i];
        if (target.is_group ? m->groups[target.at].there && group_has(m, target.at, thing)
                            : target.at == thing && m->things[thing].there)
            reach |= 1u << i;
    }
    return reach;
}

/* ---- following ---- */

static void leave_job(struct model *m, int job, int thing)
{
    struct model_job *j = &m->jobs[job];
    struct model_execution *e = model_newest(m, job, thing);
    j->joined[thing] = false;
    j->waits_for[thing] = 0;
    if (!e)
        return;
    e->retry_ms = MODEL_NEVER;
    if (e->status == MODEL_QUEUED)
        model_move(m, e, MODEL_REMOVED);
    else if (e->status == MODEL_IN_PROGRESS)
        e->retry = e->after_failed = e->after_timed_out = 0; /* should the thing be back before it fails */
}

static void join_job(struct model *m, int job, int thing, unsigned targets)
{
    struct model_job *j = &m->jobs[job];
    if (!j->begun || !model_is_live(j) || model_is_over(m, j))
        return;
    model_rollout_meets(m, job, thing, targets);
    if (model_is_open(model_newest(m, job, thing)))
        return;
    if (j->shut)
        j->joined[thing] = true;
    else
        model_queue(m, job, thing);
}

struct reaches {
    unsigned of[JOB_NAMES];
};

static struct reaches reaches_of(const struct model *m, int thing)
{
    struct reaches reaches = { { 0 } };
    for (int job = 0; job < JOB_NAMES; job++)
        if (m->jobs[job].there)
            reaches.of[job] = model_reach(m, &m->jobs[job], thing);
    return reaches;
}

/* The oldest of the jobs that were created after that one; -1: none. */
static int next_job(const struct model *m, int64_t born)
{
    int next = -1;
    for (int job = 0; job < JOB_NAMES; job++)
        if (m->jobs[job].there && m->jobs[job].born > born &&
            (next < 0 || m->jobs[job].born < m->jobs[next].born))
            next = job;
    return next;
}

/* SNAPSHOT jobs follow nobody; whom they wait for is for the rollout to know. Who joins several jobs at once
 * gets the oldest first (decision). */
static void follow(struct model *m, int thing, struct reaches before)
{
    struct reaches after = reaches_of(m, thing);
    for (int job = next_job(m, -1); job >= 0; job = next_job(m, m->jobs[job].born)) {
        if (!m->jobs[job].spec.continuous)
            continue;
        if (before.of[job] && !after.of[job])
            leave_job(m, job, thing);
        if (after.of[job] & ~before.of[job])
            join_job(m, job, thing, after.of[job] & ~before.of[job]);
    }
}

void model_remove_unreached(struct model *m, int job)
{
    for (int thing = 0; thing < THING_NAMES; thing++)
        if (!model_reach(m, &m->jobs[job], thing))
            leave_job(m, job, thing);
    model_abort_if_due(m, job);
}

/* ---- requests about groups ---- */

static int top_of(const struct model *m, int group)
{
    while (m->groups[group].parent >= 0)
        group = m->groups[group].parent;
    return group;
}

/* Not in two groups of one hierarchy. */
static bool may_join(const struct model *m, int group, int thing)
{
    for (int g = 0; g < GROUP_NAMES; g++)
        if (g != group && m->groups[g].there && m->groups[g].has[thing] && top_of(m, g) == top_of(m, group))
            return false;
    return true;
}

/* Leaving `from` and joining `to`, -1 for neither, is one step. */
static bool change_membership(struct model *m, int thing, int from, int to)
{
    if (thing < 0 || !m->things[thing].there || (from >= 0 && !m->groups[from].there) ||
        (to >= 0 && !m->groups[to].there))
        return false;
    struct reaches before = reaches_of(m, thing);
    bool was_in = from >= 0 && m->groups[from].has[thing];
    if (from >= 0)
        m->groups[from].has[thing] = false;
    if (to >= 0 && !may_join(m, to, thing)) {
        if (from >= 0)
            m->groups[from].has[thing] = was_in;
        return false;
    }
    if (to >= 0)
        m->groups[to].has[thing] = true;
    follow(m, thing, before);
    model_rollout_leaves(m, thing);
    return true;
}

static bool create_group(struct model *m, int group, const char *parent_name)
{
    int parent = parent_name ? name_at(group_names, GROUP_NAMES, parent_name) : -1;
    if (group < 0 || (parent_name && (parent < 0 || !m->groups[parent].there)))
        return false;
    if (m->groups[group].there) /* the same once more is no error */
        return m->groups[group].parent == parent;
    m->groups[group] = (struct model_group){ .there = true, .parent = parent };
    return true;
}

/* CONTINUOUS jobs let go afterwards; a SNAPSHOT job is for those that it waits for all the same (decision).
 */
static void lose_group(struct model *m, int job, int thing, unsigned before)
{
    if (m->jobs[job].spec.continuous && before && !model_reach(m, &m->jobs[job], thing))
        m->jobs[job].removal_ms = m->now_ms;
}

static bool delete_group(struct model *m, int group)
{
    if (group < 0)
        return false;
    for (int g = 0; g < GROUP_NAMES; g++)
        if (m->groups[g].there && m->groups[g].parent == group)
            return false;
    if (!m->groups[group].there)
        return true;
    struct reaches before[THING_NAMES];
    for (int thing = 0; thing < THING_NAMES; thing++)
        before[thing] = reaches_of(m, thing);
    m->groups[group].there = false;
    for (int thing = 0; thing < THING_NAMES; thing++)
        for (int job = 0; job < JOB_NAMES; job++)
            lose_group(m, job, thing, before[thing].of[job]);
    for (int thing = 0; thing < THING_NAMES; thing++)
        model_rollout_leaves(m, thing);
    return true;
}

/* ---- requests about things ---- */

static bool create_thing(struct model *m, int thing)
{
    if (thing < 0)
        return false;
    if (!m->things[thing].there)
        m->things[thing] = (struct model_thing){ .there = true, .born = ++m->births };
    return true;
}

/* What is open becomes REMOVED (decision). */
static bool delete_thing(struct model *m, int thing)
{
    if (thing < 0)
        return false;
    m->things[thing].there = false;
    for (int group = 0; group < GROUP_NAMES; group++)
        m->groups[group].has[thing] = false;
    for (int job = 0; job < JOB_NAMES; job++) {
        m->jobs[job].joined[thing] = false;
        m->jobs[job].waits_for[thing] = 0;
        m->jobs[job].left[thing] = false;
    }
    for (int i = 0; i < m->execution_count; i++) {
        struct model_execution *e = &m->executions[i];
        if (e->thing != thing)
            continue;
        e->retry_ms = MODEL_NEVER;
        if (model_is_open(e))
            model_move(m, e, MODEL_REMOVED);
    }
    return true;
}

bool model_plays_registry(struct model *m, const struct step *step, bool *ret_ok)
{
    int thing = name_at(thing_names, THING_NAMES, step_word(step, 1));
    int group = name_at(group_names, GROUP_NAMES, step_word(step, 1));
    int member = name_at(thing_names, THING_NAMES, step_word(step, 2));
    const char *from = step_value(step, "from"), *to = step_value(step, "to");
    if (step_is(step, "create-thing"))
        *ret_ok = create_thing(m, thing);
    else if (step_is(step, "delete-thing"))
        *ret_ok = delete_thing(m, thing);
    else if (step_is(step, "create-group"))
        *ret_ok = create_group(m, group, step_value(step, "parent"));
    else if (step_is(step, "delete-group"))
        *ret_ok = delete_group(m, group);
    else if (step_is(step, "join"))
        *ret_ok = change_membership(m, member, -1, group);
    else if (step_is(step, "leave"))
        *ret_ok = change_membership(m, member, group, -1);
    else if (step_is(step, "move"))
        *ret_ok = from && to &&
                  change_membership(m, thing, name_at(group_names, GROUP_NAMES, from),
                                    name_at(group_names, GROUP_NAMES, to));
    else
        return false;
    return true;
}
