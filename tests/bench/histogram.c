#include "histogram.h"

#include <string.h>

enum { SUB_COUNT = 1 << HISTOGRAM_SUB_BITS };

/* Values below SUB_COUNT have a bucket each; above, every octave has SUB_COUNT buckets. */
static size_t bucket_of(uint64_t us)
{
    if (us < SUB_COUNT)
        return (size_t)us;
    unsigned octave = 63u - (unsigned)__builtin_clzll(us) - HISTOGRAM_SUB_BITS;
    size_t bucket = ((size_t)(octave + 1) << HISTOGRAM_SUB_BITS) + (size_t)((us >> octave) - SUB_COUNT);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static int64_t bucket_last_us(size_t bucket)
{
    if (bucket < SUB_COUNT)
        return (int64_t)bucket;
    size_t octave = (bucket >> HISTOGRAM_SUB_BITS) - 1;
    int64_t first = (int64_t)(bucket % SUB_COUNT + SUB_COUNT) << octave;
    return first + ((int64_t)1 << octave) - 1;
}

void histogram_init(struct histogram *histogram)
{
    memset(histogram, 0, sizeof(*histogram));
}

void histogram_add(struct histogram *histogram, int64_t us)
{
    if (us < 0)
        us = 0;
    histogram->counts[bucket_of((uint64_t)us)]++;
    histogram->total++;
    if (us > histogram->max_us)
        histogram->max_us = us;
}

int64_t histogram_percentile_us(const struct histogram *histogram, double share)
{
    double wanted = share * (double)histogram->total;
    uint64_t seen = 0;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > 0 && (double)seen >= wanted) {
            int64_t last_us = bucket_last_us(i);
            return last_us < histogram->max_us ? last_us : histogram->max_us;
        }
    }
    return 0;
}
