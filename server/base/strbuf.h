/*
 * A growing text with a ceiling.
 *
 * Failure is sticky: once an append would pass the ceiling or memory runs out, the
 * contents are dropped, `failed` is set and later appends do nothing. Check once, at
 * the end. The text always has a NUL behind it while not failed.
 */
#ifndef IOTJOBS_BASE_STRBUF_H
#define IOTJOBS_BASE_STRBUF_H

#include <stdarg.h>

#include "base/str.h"

struct strbuf {
    char *p;  /* NULL until the first append */
    size_t n; /* bytes, the NUL not counted */
    size_t capacity;
    size_t ceiling; /* largest n */
    bool failed;
    bool secret; /* set by the owner: the memory is overwritten before it is given back */
};

void strbuf_init(struct strbuf *buf, size_t ceiling);
/* Makes room for `n` bytes in all, so that growing up to there allocates nothing. */
void strbuf_reserve(struct strbuf *buf, size_t n);
void strbuf_release(struct strbuf *buf);
void strbuf_clear(struct strbuf *buf); /* empties, keeps the memory, forgets a failure */

void strbuf_add(struct strbuf *buf, const void *bytes, size_t n);
void strbuf_add_str(struct strbuf *buf, struct str s);
void strbuf_add_text(struct strbuf *buf, const char *text);
void strbuf_add_char(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Drops everything from `n` on; used to take back a half-written part. */
void strbuf_truncate(struct strbuf *buf, size_t n);

/* Borrows the contents, valid until the next change; absent when failed. */
struct str strbuf_str(const struct strbuf *buf);

/* Gives the contents away: the caller frees them with free(), or strbuf_free_secret(). NULL when failed.
 * The buffer is as new afterwards. `ret_n` may be NULL. */
char *strbuf_detach(struct strbuf *buf, size_t *ret_n);

/* Of a secret without a NUL in it: overwrites, and frees. NULL is allowed. */
void strbuf_free_secret(void *text);

#endif
