#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/time_text.h"

enum { LINE_MAX_BYTES = 1024 }; /* NUL included */

struct line {
    enum log_level level;
    char text[LINE_MAX_BYTES];
};

struct log {
    log_sink_fn *sink;
    void *context;
    enum log_level least;
    pthread_mutex_t lock; /* guards all below; without a ring, the sink too */
    size_t first;         /* oldest line in the ring */
    size_t count;
    uint64_t dropped; /* lines lost since the last drain */
    size_t ring_lines;
    struct line ring[];
};

static const char *const level_names[] = {
    [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_NOTICE] = "notice",
    [LOG_INFO] = "info",   [LOG_DEBUG] = "debug",
};
enum { LEVEL_COUNT = sizeof(level_names) / sizeof(level_names[0]) };

struct log *log_new(log_sink_fn *sink, void *context, enum log_level least, size_t ring_lines)
{
    size_t bytes;
    if (__builtin_mul_overflow(ring_lines, sizeof(struct line), &bytes) ||
        __builtin_add_overflow(bytes, sizeof(struct log), &bytes)) {
        return NULL;
    }
    struct log *log = malloc(bytes);
    if (!log) {
        return NULL;
    }
    *log = (struct log){ .sink = sink, .context = context, .least = least, .ring_lines = ring_lines };
    pthread_mutex_init(&log->lock, NULL);
    return log;
}

void log_free(struct log *log)
{
    if (!log) {
        return;
    }
    pthread_mutex_destroy(&log->lock);
    free(log);
}

/* One event stays one line, whatever a client put into its names. */
static void replace_control_characters(char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f) {
            *text = '?';
        }
    }
}

static void ring_push(struct log *log, enum log_level level, const char *text)
{
    if (log->count == log->ring_lines) {
        log->first = (log->first + 1) % log->ring_lines;
        log->count--;
        log->dropped++;
    }
    struct line *line = &log->ring[(log->first + log->count) % log->ring_lines];
    line->level = level;
    memcpy(line->text, text, strlen(text) + 1);
    log->count++;
}

void log_write(struct log *log, enum log_level level, const char *format, ...)
{
    if (!log || level > log->least) {
        return;
    }
    char text[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (length < 0) {
        return;
    }
    replace_control_characters(text);

    pthread_mutex_lock(&log->lock);
    if (log->ring_lines == 0) {
        log->sink(log->context, level, text);
    } else {
        ring_push(log, level, text);
    }
    pthread_mutex_unlock(&log->lock);
}

static bool ring_pop(struct log *log, struct line *ret_line)
{
    pthread_mutex_lock(&log->lock);
    bool any = log->count > 0;
    if (any) {
        const struct line *line = &log->ring[log->first];
        ret_line->level = line->level;
        memcpy(ret_line->text, line->text, strlen(line->text) + 1);
        log->first = (log->first + 1) % log->ring_lines;
        log->count--;
    }
    pthread_mutex_unlock(&log->lock);
    return any;
}

void log_drain(struct log *log)
{
    if (!log) {
        return;
    }
    pthread_mutex_lock(&log->lock);
    uint64_t dropped = log->dropped;
    size_t lines = log->count; /* no more than these, or busy writers could hold us here */
    log->dropped = 0;
    pthread_mutex_unlock(&log->lock);

    struct line line;
    if (dropped > 0) {
        snprintf(line.text, sizeof(line.text), "log dropped_lines=%llu", (unsigned long long)dropped);
        log->sink(log->context, LOG_WARNING, line.text);
    }
    while (lines-- > 0 && ring_pop(log, &line)) {
        log->sink(log->context, line.level, line.text);
    }
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

bool log_level_parse(struct str name, enum log_level *ret_level)
{
    for (unsigned level = 0; level < LEVEL_COUNT; level++) {
        if (str_eq_text(name, level_names[level])) {
            *ret_level = (enum log_level)level;
            return true;
        }
    }
    return false;
}

void log_sink_stderr(void *context, enum log_level level, const char *line)
{
    (void)context;
    char now[TIME_TEXT_MAX];
    time_format_iso(clock_host_ms(), now);
    fprintf(stderr, "%s %s %s\n", now, log_level_name(level), line);
}
