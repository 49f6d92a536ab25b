/* What the programs' command lines share. */
#ifndef IOTJOBS_BENCH_OPTION_H
#define IOTJOBS_BENCH_OPTION_H

#include <stdbool.h>
#include <stdint.h>

/* A whole number from `least` to `most`. False: it is not, and standard error says so. */
bool option_number(const char *text, int64_t least, int64_t most, int64_t *ret_value);

#endif
