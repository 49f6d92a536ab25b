/*
 * Plays scripts (support/job_step.h) on the real server and on the model (support/job_model.h), and holds the
 * two against each other after each step: what is refused, jobs and their counters, executions, what each
 * thing is told when it asks, and every notification.
 */
#ifndef IOTJOBS_TESTS_JOB_MODEL_PLAY_H
#define IOTJOBS_TESTS_JOB_MODEL_PLAY_H

#include "support/job_model.h"
#include "support/world.h"

enum { SCRIPT_STEPS_MAX = 80, DIFFERENCE_MAX = 4096 };

struct script {
    int n;
    char lines[SCRIPT_STEPS_MAX][STEP_TEXT_MAX];
};

/* `w` is made durable, and has nothing in it. True when both came to the same throughout; else *ret_step is
 * the step after which they did not, and the difference is said, its kind first: "job: fw is …". */
bool script_play(struct world *w, const struct script *script, int *ret_step,
                 char ret_difference[DIFFERENCE_MAX]);

/* ---- between the files of the player ---- */

/* Whether the server accepts the step. */
bool server_plays(struct world *w, const struct step *step, int64_t now_ms);

/* What differs is said. Executions that were changed before `since_ms` are not looked at closely. */
bool server_agrees(struct world *w, const struct model *m, int64_t since_ms,
                   char ret_difference[DIFFERENCE_MAX]);

#endif
