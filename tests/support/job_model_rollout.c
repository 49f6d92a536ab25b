/*
 * Rollouts and their rates (control plane 4.1). A rollout has a set of things to come to, and takes the next
 * one whenever its rate has room:
 *
 *   - the set is made when the job begins; AssociateTargetsWithJob adds to it
 *   - things come target by target, those of a group in the order of their creation (decision)
 *   - who leaves a SNAPSHOT job's groups meanwhile is served all the same, and next; who joins is not
 *     (decision); with CONTINUOUS jobs it is the reverse (control plane 2.4)
 *
 * A minute has ten slots of six seconds (decision): the first k of them hold k tenths of the rate together,
 * rounded up. What a slot has not used is lost.
 */
#include <string.h>

#include "support/job_model.h"

enum { SLOT_MS = 6000, SLOTS = 10 };

/* ---- the rate ---- */

/* base · factor^k, rounded down; in whole numbers, as long as they are small. */
static int64_t exponential_rate(const struct job_spec *spec, int64_t steps)
{
    __extension__ typedef __int128 large;
    large above = spec->base, below = 1;
    for (int64_t k = 0; k < steps; k++) {
        if (above >= below * spec->rate)
            return spec->rate;
        above *= spec->factor_tenths;
        below *= 10;
    }
    int64_t rate = (int64_t)(above / below);
    return rate < spec->rate ? rate : spec->rate;
}

static int64_t rate_of(const struct model *m, int job)
{
    const struct job_spec *spec = &m->jobs[job].spec;
    if (!spec->rate)
        return m->default_rate;
    if (!spec_is_exponential(spec))
        return spec->rate;
    return exponential_rate(spec, spec->notified ? m->jobs[job].notified / spec->notified
                                                 : model_count(m, job, MODEL_SUCCEEDED) / spec->succeeded);
}

static int64_t held_by_first(int64_t slots, int64_t rate)
{
    return (slots * rate + 9) / 10;
}

static int64_t size_of(int64_t slot, int64_t rate)
{
    return held_by_first(slot + 1, rate) - held_by_first(slot, rate);
}

/* A slot begins when it is asked for, at the earliest six seconds after the one before. */
static void move_slot(struct model *m, struct model_job *j)
{
    int64_t passed = (m->now_ms - j->slot_ms) / SLOT_MS;
    if (passed < 1)
        return;
    j->slot = passed < SLOTS ? (j->slot + passed) % SLOTS : 0;
    j->slot_ms = m->now_ms;
    j->slot_taken = 0;
}

/* The next slot that is not empty; each one, where the rate may rise meanwhile (decision: at the latest six
 * seconds after the count). */
static int64_t next_slot_ms(const struct model *m, int job)
{
    const struct model_job *j = &m->jobs[job];
    int64_t rate = rate_of(m, job), n = 1;
    bool rises = spec_is_exponential(&j->spec);
    while (!rises && n < SLOTS && size_of((j->slot + n) % SLOTS, rate) == 0)
        n++;
    return j->slot_ms + n * SLOT_MS;
}

/* ---- the things ---- */

/* A thing has a turn with each target that it was reached through when the rollout got it. */
struct turn {
    int thing;  /* -1: nobody waits */
    int target; /* -1: it has left one, and is next */
    int64_t place;
};

/* That of the target; its things come behind it. */
static int64_t place_at(int target)
{
    return (target + 1) * 1000000LL;
}

/* Of a thing that waits. */
static struct turn turn_of(const struct model *m, const struct model_job *j, int thing)
{
    unsigned reach = model_reach(m, j, thing), waits = j->waits_for[thing];
    struct turn turn = { thing, -1, 0 };
    if (j->left[thing])
        return turn;
    for (turn.target = 0; !(waits & reach & 1u << turn.target);)
        turn.target++;
    turn.place = place_at(turn.target) + m->things[thing].born;
    return turn;
}

/* CONTINUOUS jobs do not come to who has left. */
static bool waits(const struct model *m, const struct model_job *j, int thing)
{
    return j->waits_for[thing] & (j->spec.continuous ? model_reach(m, j, thing) : ~0u);
}

static struct turn first_turn(const struct model *m, const struct model_job *j)
{
    struct turn first = { .thing = -1 };
    for (int thing = 0; thing < THING_NAMES; thing++) {
        if (!waits(m, j, thing))
            continue;
        struct turn turn = turn_of(m, j, thing);
        if (first.thing < 0 || turn.place < first.place)
            first = turn;
    }
    return first;
}

/* Who has an execution that is open, or was made since the job got the target, needs none. */
static bool is_served(struct model *m, int job, struct turn turn)
{
    const struct model_execution *newest = model_newest(m, job, turn.thing);
    int64_t since = turn.target < 0 ? 0 : m->jobs[job].target_since[turn.target];
    return model_is_open(newest) || (newest && newest->born > since);
}

static void end_turn(struct model_job *j, struct turn turn)
{
    j->waits_for[turn.thing] &= turn.target < 0 ? 0 : ~(1u << turn.target);
    j->left[turn.thing] = false;
    j->came_to = turn.place > j->came_to ? turn.place : j->came_to;
}

/* The next one that needs an execution; those before it are done with (decision). */
static struct turn next_turn(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    struct turn turn = first_turn(m, j);
    while (turn.thing >= 0 && is_served(m, job, turn)) {
        end_turn(j, turn);
        turn = first_turn(m, j);
    }
    return turn;
}

void model_rollout_add(struct model *m, int job, unsigned targets)
{
    struct model_job *j = &m->jobs[job];
    bool goes_on = j->rolling; /* at its pace */
    for (int target = j->spec.target_count - 1; target >= 0; target--) {
        if (!(targets & 1u << target))
            continue;
        j->target_since[target] = m->births;
        if (!goes_on)
            j->came_to = place_at(target);
    }
    for (int thing = 0; thing < THING_NAMES; thing++)
        j->waits_for[thing] |= model_reach(m, j, thing) & targets;
    j->rolling = true;
    if (!goes_on)
        model_rollout_slice(m, job);
}

/* Who joins has its execution at once, and the rollout passes it by; but where that has been deleted by then,
 * it gets another (decision). */
void model_rollout_meets(struct model *m, int job, int thing, unsigned targets)
{
    struct model_job *j = &m->jobs[job];
    for (int target = 0; j->rolling && target < j->spec.target_count; target++)
        if (targets & 1u << target && place_at(target) + m->things[thing].born > j->came_to)
            j->waits_for[thing] |= 1u << target;
}

/* It is next then, back or not (decision). */
void model_rollout_leaves(struct model *m, int thing)
{
    for (int job = 0; job < JOB_NAMES; job++) {
        struct model_job *j = &m->jobs[job];
        if (!j->spec.continuous && j->waits_for[thing] & ~model_reach(m, j, thing))
            j->left[thing] = true;
    }
}

void model_rollout_stop(struct model_job *job)
{
    job->rolling = false;
    job->rollout_ms = MODEL_NEVER;
    memset(job->waits_for, 0, sizeof job->waits_for);
    memset(job->left, 0, sizeof job->left);
}

void model_rollout_slice(struct model *m, int job)
{
    struct model_job *j = &m->jobs[job];
    /* The end, or the end of a window, has still to follow: at once, for the server was off. Where the next
     * window is open already, the next slot goes on (decision). */
    if (model_is_over(m, j) || (model_has_windows(j) && j->wake_ms <= m->now_ms)) {
        j->rollout_ms = m->now_ms + SLOT_MS;
        return;
    }
    j->rollout_ms = MODEL_NEVER;
    move_slot(m, j);
    int64_t rate = rate_of(m, job);
    for (;;) {
        struct turn turn = next_turn(m, job);
        if (turn.thing < 0) {
            model_rollout_stop(j);
            model_abort_if_due(m, job);
            return;
        }
        if (rate && j->slot_taken >= size_of(j->slot, rate))
            break;
        model_queue(m, job, turn.thing);
        end_turn(j, turn);
        j->slot_taken++;
        j->notified++;
    }
    j->rollout_ms = next_slot_ms(m, job);
}

/* UpdateJob counts at once. */
void model_rollout_hurry(struct model *m, int job)
{
    if (m->jobs[job].rolling && !m->jobs[job].shut)
        m->jobs[job].rollout_ms = m->now_ms;
}
