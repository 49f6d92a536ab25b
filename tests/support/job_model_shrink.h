/*
 * Makes a script that fails as short as it can be and still fail in the same way: steps are left out, many
 * at a time and then one by one, and after them the words that say more than the least. Each try is played in
 * a process of its own, for some fail with an assertion.
 */
#ifndef IOTJOBS_TESTS_JOB_MODEL_SHRINK_H
#define IOTJOBS_TESTS_JOB_MODEL_SHRINK_H

#include "support/job_model_play.h"

/* On a world of its own. False, and what it said, when it fails. */
bool script_holds(const struct script *script, char ret_difference[DIFFERENCE_MAX]);

/* *difference is what the script says when it fails, and then what the shortest one says. */
void script_shrink(struct script *script, char difference[DIFFERENCE_MAX]);

#endif
