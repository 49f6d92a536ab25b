/* Scripts made at random (support/grammar.h) for tests/scenario/job_model_test.c: the same seed makes the
 * same one. */
#ifndef IOTJOBS_TESTS_JOB_MODEL_GENERATE_H
#define IOTJOBS_TESTS_JOB_MODEL_GENERATE_H

#include "support/job_model_play.h"

/* What happens is known while it is made: there are devices that report what they really have, and clocks
 * that are moved just to where something is due. */
void script_generate(uint64_t seed, struct script *ret_script);

#endif
