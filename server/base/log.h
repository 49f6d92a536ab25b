/*
 * Log lines: `word key=value key=value`, one event a line.
 *
 * Any thread may write. Lines go to the sink at once, or, where the sink belongs to one
 * thread (the broker's log does), into a bounded ring that this thread drains. A full
 * ring drops the oldest line and counts it; the count is logged with the next drain.
 * Calls of a sink never overlap; it must not log itself.
 */
#ifndef IOTJOBS_BASE_LOG_H
#define IOTJOBS_BASE_LOG_H

#include "base/str.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG };

struct log;
typedef void log_sink_fn(void *context, enum log_level level, const char *line);

/* `ring_lines` 0: straight to the sink. NULL when memory is out. */
struct log *log_new(log_sink_fn *sink, void *context, enum log_level least, size_t ring_lines);
void log_free(struct log *log);

/* NULL is allowed and logs nothing. Lines are cut at 1 KiB; control characters become '?'. */
void log_write(struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Hands all ring lines to the sink; the thread that owns the sink calls it. */
void log_drain(struct log *log);

const char *log_level_name(enum log_level level);
bool log_level_parse(struct str name, enum log_level *ret_level);

/* Writes to standard error with a time stamp. */
void log_sink_stderr(void *context, enum log_level level, const char *line);

#endif
