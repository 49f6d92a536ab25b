/*
 * Constraint violations of one request, and the message they make together:
 *
 *     2 validation errors detected: Value 'bad.id' at 'jobId' failed to satisfy constraint: Member must
 *     satisfy regular expression pattern: [a-zA-Z0-9_-]+; Value null at 'targets' failed to …
 */
#ifndef IOTJOBS_API_VIOLATIONS_H
#define IOTJOBS_API_VIOLATIONS_H

#include "base/strbuf.h"
#include "errors.h"

/* One step on the way to a value: abortConfig, criteriaList, 1.member, failureType. */
enum step { STEP_MEMBER, STEP_ELEMENT, STEP_MAP_VALUE, STEP_MAP_KEY };

/* Where a value stands: a chain of steps on the stack of the walk, innermost first. */
struct path {
    const struct path *up; /* NULL: a member of the input itself */
    enum step step;
    struct str name; /* the member's, or the map's key */
    size_t index;    /* STEP_ELEMENT: counted from 1 */
};

struct violations {
    size_t count;
    struct strbuf clauses; /* the first ones, as many as fit */
};

void violations_init(struct violations *violations);
void violations_release(struct violations *violations);

/* Adds "Value 'VALUE' at 'PATH' failed to satisfy constraint: Member must RULE"; an absent value prints as
 * null. */
void violations_add(struct violations *violations, const struct path *at, struct str value,
                    const char *rule_format, ...) __attribute__((format(printf, 4, 5)));

/* True when there are none; otherwise fails with ERR_INVALID_REQUEST and the message. */
bool violations_check(const struct violations *violations, struct err *err);

/* The path as text, "abortConfig.criteriaList.1.member.failureType". */
void path_text(const struct path *at, struct strbuf *ret_text);

#endif
