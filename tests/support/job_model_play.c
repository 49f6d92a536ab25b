#include "support/job_model_play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool play_step(struct world *w, struct model *m, const char *line, char ret_difference[DIFFERENCE_MAX])
{
    struct step step;
    int64_t before_ms = m->now_ms, version = data_version(w);
    if (!step_parse(line, &step))
        return true;
    bool ok = server_plays(w, &step, m->now_ms), expected = model_play(m, &step);
    if (ok != expected) {
        snprintf(ret_difference, DIFFERENCE_MAX, "answer: the server %s it, and the model does not",
                 ok ? "accepts" : "refuses");
        return false;
    }
    bool nothing_has_changed = !ok && data_version(w) == version;
    return nothing_has_changed || server_agrees(w, m, before_ms, ret_difference);
}

static void forget_heard(struct model *m)
{
    for (int thing = 0; thing < THING_NAMES; thing++)
        m->heard[thing][0] = '\0';
}

bool script_play(struct world *w, const struct script *script, int *ret_step,
                 char ret_difference[DIFFERENCE_MAX])
{
    struct model *m = model_new(NOON_S * 1000LL);
    bool agree = true;
    world_settings(w)->schedule_lead_ms = MODEL_LEAD_MS;
    world_settings(w)->rollout_default_per_minute = m->default_rate;
    for (int i = 0; agree && i < script->n; i++) {
        agree = play_step(w, m, script->lines[i], ret_difference);
        *ret_step = i;
        forget_answers(w);
        forget_heard(m);
    }
    if (agree)
        agree = server_agrees(w, m, 0, ret_difference);
    free(m);
    return agree;
}
