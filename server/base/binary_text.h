/* Bytes written as text: hexadecimal and base64 (RFC 4648, with padding). Pure. */
#ifndef IOTJOBS_BASE_BINARY_TEXT_H
#define IOTJOBS_BASE_BINARY_TEXT_H

#include "base/arena.h"
#include "base/strbuf.h"

/* -1 for what is not a hexadecimal digit. */
int hex_digit(char c);

/* 2n digits in lower case, and a NUL. */
void hex_write(const void *bytes, size_t n, char *ret_text);
/* The same in the arena. Absent: it is full. */
struct str hex_text(const void *bytes, size_t n, struct arena *arena);
/* Either case; `text` has exactly 2n digits. */
bool hex_read(struct str text, void *ret_bytes, size_t n);

/* Characters that n bytes take. */
#define BASE64_LENGTH(n) (((n) + 2) / 3 * 4)

/* BASE64_LENGTH(n) characters, and a NUL. */
void base64_write(const void *bytes, size_t n, char *ret_text);
struct str base64_text(const void *bytes, size_t n, struct arena *arena);
/* `text` stands for exactly n bytes. False: it does not, or not as base64_write would write it. */
bool base64_read(struct str text, void *ret_bytes, size_t n);

#endif
