/*
 * Cutting a fuzzer's bytes into the pieces that a function takes.
 *
 * Every piece is a heap copy of exactly its size, so that AddressSanitizer sees a read of one byte too
 * many. A broken promise aborts: libFuzzer keeps the input.
 */
#ifndef IOTJOBS_FUZZ_INPUT_H
#define IOTJOBS_FUZZ_INPUT_H

#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

enum { FUZZ_PIECES_MAX = 128 };

struct fuzz_input {
    struct str rest; /* not yet cut; borrowed from libFuzzer */
    char *copies[FUZZ_PIECES_MAX];
    size_t count;
};

void fuzz_input_init(struct fuzz_input *input, const uint8_t *data, size_t n);
void fuzz_input_release(struct fuzz_input *input);

/* The next byte, 0 at the end. */
uint8_t fuzz_byte(struct fuzz_input *input);
/* Up to the next newline, without it; empty at the end. */
struct str fuzz_line(struct fuzz_input *input);
/* All that is left; empty at the end. */
struct str fuzz_rest(struct fuzz_input *input);
/* A copy of its own, as the above make. Absent once FUZZ_PIECES_MAX are out. */
struct str fuzz_copy(struct fuzz_input *input, struct str piece);

/* Whether `part` lies inside `whole`. */
bool fuzz_inside(struct str part, struct str whole);

/* Aborts, with what was promised, where `held` is false. */
void fuzz_promise(bool held, const char *promise);

/* What libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
