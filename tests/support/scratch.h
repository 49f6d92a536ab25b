/* What tests of pure functions need: memory, and a place for what is wrong. */
#ifndef IOTJOBS_TESTS_SCRATCH_H
#define IOTJOBS_TESTS_SCRATCH_H

#include "support/cmocka_all.h"

#include "api/errors.h"
#include "base/arena.h"

struct scratch {
    struct arena arena;
    struct err err;
};

/* cmocka's set-up and tear-down; the state is the scratch. */
int scratch_set_up(void **state);
int scratch_tear_down(void **state);

#endif
