/*
 * Request rates of the many: a bucket for each of those who ask, found by who that is. A bucket of N a second
 * holds one second's worth, and gets N thousandths of a request back each millisecond.
 *
 * A fixed number of buckets; who asks for one more gets that of whoever has not asked for the longest time,
 * full. So memory has an end, and so many have to ask for one of them to get more than his due. Constant
 * time.
 *
 * Any thread.
 */
#ifndef IOTJOBS_ENGINE_BUCKETS_H
#define IOTJOBS_ENGINE_BUCKETS_H

#include <pthread.h>

#include "base/str.h"

struct bucket {
    int64_t thousandths; /* of a request */
    int64_t filled_ms;   /* when they were counted */
    bool used;           /* false: it is full */
};

/* Takes one request out; false: there is none left. One thread at a time. */
bool bucket_take(struct bucket *bucket, int64_t per_second, int64_t now_ms);

struct bucket_of;

struct buckets {
    pthread_mutex_t lock; /* guards what follows */
    uint64_t seed;        /* nobody outside can choose whose bucket he shares */
    size_t max, n;
    struct bucket_of *items; /* as many as `max` */
    uint32_t *heads;         /* as many: chains of those with the same hash */
    uint32_t newest, oldest;
};

/* False: there is no memory; then there is nothing to release. */
bool buckets_init(struct buckets *buckets, size_t max);
void buckets_release(struct buckets *buckets);

/* Takes one request out of the bucket of `who`; false: there is none left. */
bool buckets_take(struct buckets *buckets, struct str who, int64_t per_second, int64_t now_ms);

#endif
