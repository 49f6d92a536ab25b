/*
 * What was denied, to whom, and why: each denial is a line of the log, and the latest are kept in memory for
 * GET /_iotjobs/denials. Whoever floods us with what he may not does not flood the log as well: past
 * DENIAL_LINES_PER_SECOND lines it says how many there were. Any thread.
 */
#ifndef IOTJOBS_ENGINE_DENIALS_H
#define IOTJOBS_ENGINE_DENIALS_H

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "rules/security/access.h"

enum { DENIALS_KEPT = 1000, DENIAL_LINES_PER_SECOND = 50 };

struct denials;

/* `clock` and `log` are borrowed. NULL when memory is out. */
struct denials *denials_new(struct clock *clock, struct log *log);
void denials_free(struct denials *denials);

/* Borrowed for the call; absent texts are left out. */
struct denied {
    struct str principal; /* "cert/<64 hex>", "key/AKID…", "anybody" (principal_text) */
    struct str action;    /* iot:Publish */
    struct str resource;  /* an ARN */
    const char
        *reason; /* a sentence without its full stop: denial_text, or what is wrong with the certificate */
    struct str policy;    /* the one that denies */
    struct str client_id; /* MQTT */
    struct str source_ip;
};

void denials_note(struct denials *denials, const struct denied *denied);

/* Members of an open object: "denials":[…], newest first, at most `limit`, and "total", of all since the
 * start. */
void denials_write(struct denials *denials, size_t limit, struct json *json);

/* "cert/…" or "key/…", else "anybody"; in the arena. */
struct str principal_text(const struct principal *principal, struct arena *arena);

#endif
