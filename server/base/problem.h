/* One clear sentence for the user, as a value: what keeps a program from starting. */
#ifndef IOTJOBS_BASE_PROBLEM_H
#define IOTJOBS_BASE_PROBLEM_H

#include "base/strbuf.h"

enum { PROBLEM_MAX = 8192 }; /* room for two paths */

/* Appends the sentence and returns false, so the error path is one line. */
static inline bool problem(struct strbuf *ret_problem, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool problem(struct strbuf *ret_problem, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    strbuf_vprintf(ret_problem, format, args);
    va_end(args);
    return false;
}

#endif
