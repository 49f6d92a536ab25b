/*
 * Reads one small object from the S3 that s3_endpoint names. The only door to libcurl
 * (docs/decisions/0018-libcurl.md).
 *
 * It waits for the other side: for a thread that nobody else waits for (engine/workshop). Any thread.
 */
#ifndef IOTJOBS_OPS_REMOTE_S3_H
#define IOTJOBS_OPS_REMOTE_S3_H

#include <stdatomic.h>

#include "ops/artifacts/s3_home.h"

struct remote_s3 {
    struct s3_home home;
    const char *ca;          /* PEM file of those that may sign its certificate; "": those the host trusts */
    int64_t connect_ms;      /* the longest that a connection may take to be there, TLS included */
    int64_t total_ms;        /* the longest that the whole may take */
    const atomic_bool *stop; /* gives up within a second once it is set; NULL: nobody sets it */
};

/* As the settings have it, with the times that are good for a server. Borrows from the settings. */
struct remote_s3 remote_s3_of(const struct settings *settings);

/* What is there, if it is at most `most` bytes. `host_ms`: the host's time, for the other side knows no
 * virtual clock. False: *ret_problem is the rest of a sentence about the object, "there is no such object …".
 * Both are in the arena. */
bool remote_s3_read(const struct remote_s3 *s3, const struct s3_location *location, size_t most,
                    int64_t host_ms, struct arena *arena, struct str *ret_text, struct str *ret_problem);

#endif
