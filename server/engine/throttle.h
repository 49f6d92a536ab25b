/*
 * Request rates (control plane 8.1), off unless settings say otherwise; refilled by the server's clock: where
 * that is frozen, nothing comes in. Any thread.
 *
 * control_rate_limit and data_rate_limit are the account's, so that clients' retries can be tested: each
 * operation of the control plane has a bucket of its own; the data plane has one for reads and one for
 * writes.
 *
 * key_rate_limit and device_rate_limit are each caller's, so that none of them can use up what all share: who
 * signs with an access key has that key's bucket, who shows a certificate that certificate's; a request to
 * the data plane by anybody else counts for the thing that it is about. Who is above his own rate takes
 * nothing from the account's.
 */
#ifndef IOTJOBS_ENGINE_THROTTLE_H
#define IOTJOBS_ENGINE_THROTTLE_H

#include "api/model.h"
#include "base/clock.h"
#include "engine/buckets.h"
#include "rules/security/access.h"
#include "settings.h"

struct throttle {
    const struct settings *settings;
    struct clock *clock;
    struct buckets keys, devices;
    pthread_mutex_t lock; /* guards what follows */
    struct bucket control[OPERATION_COUNT];
    struct bucket data_reads, data_writes;
};

/* False: there is no memory; then there is nothing to release. */
bool throttle_init(struct throttle *throttle, const struct settings *settings, struct clock *clock);
void throttle_release(struct throttle *throttle);

/* Whether one more request for the operation, by the principal and about the thing (absent: none), is within
 * all rates; if so, it counts. */
bool throttle_admit(struct throttle *throttle, enum operation operation, const struct principal *principal,
                    struct str thing);
/* The same of what is no operation of the API: S3, and our own endpoints. */
bool throttle_admit_principal(struct throttle *throttle, const struct principal *principal);

#endif
