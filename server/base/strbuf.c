#include "base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void strbuf_init(struct strbuf *buf, size_t ceiling)
{
    *buf = (struct strbuf){ .ceiling = ceiling };
}

static void give_back(const struct strbuf *buf)
{
    if (buf->p && buf->secret)
        explicit_bzero(buf->p, buf->capacity);
    free(buf->p);
}

void strbuf_free_secret(void *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void strbuf_release(struct strbuf *buf)
{
    give_back(buf);
    strbuf_init(buf, buf->ceiling);
}

void strbuf_clear(struct strbuf *buf)
{
    buf->failed = false;
    strbuf_truncate(buf, 0);
}

static void fail(struct strbuf *buf)
{
    strbuf_release(buf);
    buf->failed = true;
}

/* As realloc, which would leave a copy behind. */
static char *grow(const struct strbuf *buf, size_t capacity)
{
    if (!buf->secret)
        return realloc(buf->p, capacity);
    char *p = malloc(capacity);
    if (!p)
        return NULL;
    if (buf->p)
        memcpy(p, buf->p, buf->n);
    give_back(buf);
    return p;
}

/* Room for `more` bytes and the NUL behind them; false when failed. */
static bool reserve(struct strbuf *buf, size_t more)
{
    if (more < buf->capacity - buf->n) {
        return true;
    }
    if (buf->failed) {
        return false;
    }
    if (more > buf->ceiling - buf->n || more >= SIZE_MAX - buf->n) {
        fail(buf);
        return false;
    }
    size_t capacity = buf->capacity < SIZE_MAX / 2 ? buf->capacity * 2 : SIZE_MAX;
    if (capacity < FIRST_CAPACITY) {
        capacity = FIRST_CAPACITY;
    }
    if (capacity > buf->ceiling) {
        capacity = buf->ceiling + 1;
    }
    if (capacity < buf->n + more + 1) {
        capacity = buf->n + more + 1;
    }
    char *p = grow(buf, capacity);
    if (!p) {
        fail(buf);
        return false;
    }
    buf->p = p;
    buf->capacity = capacity;
    return true;
}

void strbuf_reserve(struct strbuf *buf, size_t n)
{
    if (n > buf->n) {
        reserve(buf, n - buf->n);
    }
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t n)
{
    if (n == 0 || !reserve(buf, n)) {
        return;
    }
    memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    buf->p[buf->n] = '\0';
}

void strbuf_add_str(struct strbuf *buf, struct str s)
{
    strbuf_add(buf, s.p, s.n);
}

void strbuf_add_text(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_add_char(struct strbuf *buf, char c)
{
    if (!reserve(buf, 1)) {
        return;
    }
    buf->p[buf->n++] = c;
    buf->p[buf->n] = '\0';
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(buf, format, args);
    va_end(args);
}

void strbuf_vprintf(struct strbuf *buf, const char *format, va_list args)
{
    if (buf->failed) {
        return;
    }
    /* The first try mostly fits: then the text is formatted once only. */
    size_t room = buf->capacity - buf->n;
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(room > 0 ? buf->p + buf->n : NULL, room, format, args);
    if (length < 0) {
        fail(buf);
    } else if ((size_t)length < room) {
        buf->n += (size_t)length;
    } else if (reserve(buf, (size_t)length)) {
        vsnprintf(buf->p + buf->n, (size_t)length + 1, format, again);
        buf->n += (size_t)length;
    }
    va_end(again);
}

void strbuf_truncate(struct strbuf *buf, size_t n)
{
    if (buf->p && n <= buf->n) {
        buf->n = n;
        buf->p[n] = '\0';
    }
}

struct str strbuf_str(const struct strbuf *buf)
{
    if (buf->failed) {
        return STR_NONE;
    }
    return (struct str){ buf->p ? buf->p : "", buf->n };
}

char *strbuf_detach(struct strbuf *buf, size_t *ret_n)
{
    reserve(buf, 0); /* so that an empty text is one too, and not NULL */
    if (!buf->failed) {
        buf->p[buf->n] = '\0';
    }
    char *p = buf->p;
    if (p && ret_n) {
        *ret_n = buf->n;
    }
    strbuf_init(buf, buf->ceiling);
    return p;
}
