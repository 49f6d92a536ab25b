/* Randomness from the host (getrandom). Any thread. */
#ifndef IOTJOBS_BASE_RANDOM_H
#define IOTJOBS_BASE_RANDOM_H

#include <stddef.h>

enum { UUID_TEXT_MAX = 37 };

/* Aborts when the host has none: nothing safe could follow. */
void random_bytes(void *ret_bytes, size_t n);

/* A version 4 UUID in lower-case hexadecimal. */
void random_uuid(char ret_text[UUID_TEXT_MAX]);

/* n of the 64 letters, and no NUL behind them. */
void random_letters(const char letters[64], char *ret_text, size_t n);

#endif
