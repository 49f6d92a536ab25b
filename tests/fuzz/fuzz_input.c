#include "fuzz_input.h"

#include <string.h>

void fuzz_input_init(struct fuzz_input *input, const uint8_t *data, size_t n)
{
    *input = (struct fuzz_input){ .rest = { (const char *)data, n } };
}

void fuzz_input_release(struct fuzz_input *input)
{
    for (size_t i = 0; i < input->count; i++)
        free(input->copies[i]);
    input->count = 0;
}

struct str fuzz_copy(struct fuzz_input *input, struct str piece)
{
    char *copy = input->count < FUZZ_PIECES_MAX ? malloc(piece.n) : NULL;
    if (copy == NULL)
        return STR_NONE;
    if (piece.n > 0)
        memcpy(copy, piece.p, piece.n);
    input->copies[input->count++] = copy;
    return (struct str){ copy, piece.n };
}

uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->rest.n == 0)
        return 0;
    uint8_t byte = (uint8_t)input->rest.p[0];
    input->rest.p++;
    input->rest.n--;
    return byte;
}

struct str fuzz_line(struct fuzz_input *input)
{
    return fuzz_copy(input, str_split(&input->rest, '\n'));
}

struct str fuzz_rest(struct fuzz_input *input)
{
    struct str rest = input->rest;
    input->rest = STR_NONE;
    return fuzz_copy(input, rest);
}

bool fuzz_inside(struct str part, struct str whole)
{
    return part.p >= whole.p && part.p + part.n <= whole.p + whole.n;
}

void fuzz_promise(bool held, const char *promise)
{
    if (held)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}
