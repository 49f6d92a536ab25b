#include "support/scratch.h"

#include <stdlib.h>

enum { ARENA_MAX = 8 * 1024 * 1024 };

int scratch_set_up(void **state)
{
    struct scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return -1;
    arena_init(&scratch->arena, ARENA_MAX);
    err_init(&scratch->err, &scratch->arena);
    *state = scratch;
    return 0;
}

int scratch_tear_down(void **state)
{
    struct scratch *scratch = *state;
    arena_release(&scratch->arena);
    free(scratch);
    return 0;
}
