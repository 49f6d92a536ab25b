/* Bytes written as text: hexadecimal and base64 (RFC 4648, with padding). */
#ifndef IOTJOBS_BASE_BINARY_TEXT_H
#define IOTJOBS_BASE_BINARY_TEXT_H

#include "base/arena.h"
#include "base/strbuf.h"

/* Lower case. Absent: the arena is full. */
struct str hex_text(const void *bytes, size_t n, struct arena *arena);
/* Either case; `text` has exactly 2n digits. */
bool hex_read(struct str text, void *ret_bytes, size_t n);

struct str base64_text(const void *bytes, size_t n, struct arena *arena);
/* `text` stands for exactly n bytes. False: it does not, or is not well-formed. */
bool base64_read(struct str text, void *ret_bytes, size_t n);

#endif
