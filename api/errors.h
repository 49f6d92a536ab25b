/*
 * Errors of the API travel as values.
 *
 *     if (!found)
 *         return fail(err, ERR_RESOURCE_NOT_FOUND, "Job %.*s cannot be found.", STR(job_id));
 *
 * `fail` fills the err and returns false, so the error path is one line. The first
 * failure wins: a later `fail` on the same err is ignored.
 */
#ifndef IOTJOBS_API_ERRORS_H
#define IOTJOBS_API_ERRORS_H

#include "base/arena.h"

enum error_code {
    ERR_NONE,
#define ERROR(code, control, control_status, data, data_status, mqtt) ERR_##code,
#include "errors.def"
#undef ERROR
    ERROR_CODE_COUNT
};

/* The two services that share the HTTP port. */
enum plane { PLANE_CONTROL, PLANE_DATA };

struct err {
    enum error_code code;
    struct str message; /* in `arena`, or static */
    struct str extra;   /* further members of the error body as JSON text without braces, or absent:
                         * "resourceId":"x","resourceArn":"y"  or  "executionState":{…} */
    struct arena *arena;
};

struct error_name {
    const char *exception; /* HTTP: x-amzn-ErrorType */
    int status;            /* HTTP status */
};

void err_init(struct err *err, struct arena *arena);

/* Fills *err (unless it holds a failure already) and returns false. */
bool fail(struct err *err, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct error_name error_http(enum error_code code, enum plane plane);
const char *error_mqtt(enum error_code code);

#endif
