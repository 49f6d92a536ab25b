/* How a component of the server is, in the words of /_iotjobs/health. */
#ifndef IOTJOBS_HTTP_HEALTH_H
#define IOTJOBS_HTTP_HEALTH_H

#include "engine/engine.h"

enum {
    HEALTH_STUCK_MS = 10000, /* no call waits so long in the inbox of an engine that works */
    HEALTH_WARN_DAYS = 30,   /* so long before its end a certificate is worth a word */
    HEALTH_TEXT_MAX = 32,
};

struct health {
    bool good;
    char text[HEALTH_TEXT_MAX];
};

/* "ok"; "commits fail", the last one at least; "stuck". */
struct health health_of_engine(const struct engine_stats *stats);

/* "ok"; "expires in N days", which is good still; "expired". Certificates live in the host's time: `host_ms`.
 */
struct health health_of_certificate(int64_t expires_ms, int64_t host_ms);

#endif
