/*
 * Latencies in buckets whose width grows with the value: memory is fixed, and a percentile is
 * at most 1/64 above the truth.
 */
#ifndef IOTJOBS_BENCH_HISTOGRAM_H
#define IOTJOBS_BENCH_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

enum {
    HISTOGRAM_SUB_BITS = 6,
    HISTOGRAM_OCTAVES = 32, /* up to an hour in microseconds, and far beyond */
    HISTOGRAM_BUCKETS = HISTOGRAM_OCTAVES << HISTOGRAM_SUB_BITS,
};

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    int64_t max_us;
};

void histogram_init(struct histogram *histogram);
void histogram_add(struct histogram *histogram, int64_t us);

/* The value that `share` (0 to 1) of all values do not exceed; 0 when there are none. */
int64_t histogram_percentile_us(const struct histogram *histogram, double share);

#endif
