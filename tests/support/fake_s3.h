/*
 * An S3 that has one object, on a free loopback port, and a thread of its own: for tests of those who read
 * from one. It verifies signatures (rules/artifacts/s3_auth), and misbehaves when it is told to.
 */
#ifndef IOTJOBS_TESTS_FAKE_S3_H
#define IOTJOBS_TESTS_FAKE_S3_H

#include <stdbool.h>

#include "base/str.h"

#define FAKE_S3_KEY    "AKIAINVENTED0000001"
#define FAKE_S3_SECRET "invented-secret-key-0001"

enum fake_s3_manner {
    FAKE_S3_SERVES,
    FAKE_S3_NEVER_ANSWERS,     /* takes the request, and keeps the connection */
    FAKE_S3_STOPS_HALFWAY,     /* promises more bytes than come, and keeps the connection */
    FAKE_S3_HANGS_UP,          /* in the middle of the bytes */
    FAKE_S3_TALKS_GARBAGE,     /* no HTTP at all */
    FAKE_S3_REDIRECTS,         /* to where it would serve */
    FAKE_S3_NEVER_ENDS,        /* an answer without a length, until the client has enough */
    FAKE_S3_REFUSES_ENDLESSLY, /* the same with status 500 */
    FAKE_S3_SAYS,              /* the object, status line and all, and hangs up */
};

struct fake_s3_config {
    enum fake_s3_manner manner;
    const char *path;    /* of its object, as on the wire: "/firmware/doc.json" */
    const char *query;   /* NULL: none */
    struct str object;   /* borrowed */
    const char *ca_file; /* NULL: plain HTTP; else HTTPS, and its CA is written there */
};

struct fake_s3;

/* Fails the test where it cannot start. */
struct fake_s3 *fake_s3_start(const struct fake_s3_config *config);
void fake_s3_stop(struct fake_s3 *s3);
/* Another manner or object, for connections from here on. */
void fake_s3_change(struct fake_s3 *s3, const struct fake_s3_config *config);

int fake_s3_port(const struct fake_s3 *s3);
/* Requests that have arrived as a whole. */
unsigned fake_s3_requests(struct fake_s3 *s3);
/* Waits for that many more. */
void fake_s3_wait(struct fake_s3 *s3, unsigned requests);

#endif
