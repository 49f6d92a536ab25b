#include "engine/buckets.h"

#include <stdlib.h>

#include "base/random.h"

enum {
    REQUEST = 1000, /* one, in thousandths */
    NOBODY = 0      /* items are numbered from 1 */
};

struct bucket_of {
    uint64_t who; /* hash */
    struct bucket bucket;
    uint32_t next;         /* in its chain */
    uint32_t newer, older; /* than it was last asked for */
};

/* ---- one bucket ---- */

/* A clock that was set back fills nothing. */
static void refill(struct bucket *bucket, int64_t per_second, int64_t now_ms)
{
    int64_t full = per_second * REQUEST;
    int64_t passed_ms = now_ms - bucket->filled_ms;
    if (!bucket->used || passed_ms >= REQUEST)
        bucket->thousandths = full;
    else if (passed_ms > 0)
        bucket->thousandths += passed_ms * per_second;
    if (bucket->thousandths > full)
        bucket->thousandths = full;
    bucket->filled_ms = now_ms;
    bucket->used = true;
}

bool bucket_take(struct bucket *bucket, int64_t per_second, int64_t now_ms)
{
    refill(bucket, per_second, now_ms);
    if (bucket->thousandths < REQUEST)
        return false;
    bucket->thousandths -= REQUEST;
    return true;
}

/* ---- all of them ---- */

static struct bucket_of *at(struct buckets *buckets, uint32_t number)
{
    return &buckets->items[number - 1];
}

static uint32_t *chain_of(struct buckets *buckets, uint64_t who)
{
    return &buckets->heads[who % buckets->max];
}

static void take_out_of_order(struct buckets *buckets, uint32_t number)
{
    struct bucket_of *item = at(buckets, number);
    *(item->newer != NOBODY ? &at(buckets, item->newer)->older : &buckets->newest) = item->older;
    *(item->older != NOBODY ? &at(buckets, item->older)->newer : &buckets->oldest) = item->newer;
}

static void put_newest(struct buckets *buckets, uint32_t number)
{
    struct bucket_of *item = at(buckets, number);
    item->newer = NOBODY;
    item->older = buckets->newest;
    *(item->older != NOBODY ? &at(buckets, item->older)->newer : &buckets->oldest) = number;
    buckets->newest = number;
}

static void take_out_of_chain(struct buckets *buckets, uint32_t number)
{
    uint32_t *link = chain_of(buckets, at(buckets, number)->who);
    while (*link != number)
        link = &at(buckets, *link)->next;
    *link = at(buckets, number)->next;
}

/* A number that is in no chain and has no place in the order. */
static uint32_t free_number(struct buckets *buckets)
{
    if (buckets->n < buckets->max)
        return (uint32_t)++buckets->n;
    uint32_t number = buckets->oldest;
    take_out_of_chain(buckets, number);
    take_out_of_order(buckets, number);
    return number;
}

static uint32_t find(struct buckets *buckets, uint64_t who)
{
    uint32_t number = *chain_of(buckets, who);
    while (number != NOBODY && at(buckets, number)->who != who)
        number = at(buckets, number)->next;
    return number;
}

static struct bucket *bucket_of(struct buckets *buckets, uint64_t who)
{
    uint32_t number = find(buckets, who);
    if (number != NOBODY) {
        take_out_of_order(buckets, number);
    } else {
        number = free_number(buckets);
        uint32_t *chain = chain_of(buckets, who);
        *at(buckets, number) = (struct bucket_of){ .who = who, .next = *chain };
        *chain = number;
    }
    put_newest(buckets, number);
    return &at(buckets, number)->bucket;
}

bool buckets_take(struct buckets *buckets, struct str who, int64_t per_second, int64_t now_ms)
{
    uint64_t hash = str_hash(who, buckets->seed);
    pthread_mutex_lock(&buckets->lock);
    bool taken = bucket_take(bucket_of(buckets, hash), per_second, now_ms);
    pthread_mutex_unlock(&buckets->lock);
    return taken;
}

bool buckets_init(struct buckets *buckets, size_t max)
{
    *buckets = (struct buckets){
        .max = max,
        .items = calloc(max, sizeof *buckets->items), /* the host gives pages when they are touched */
        .heads = calloc(max, sizeof *buckets->heads),
    };
    if (!buckets->items || !buckets->heads) {
        free(buckets->items);
        free(buckets->heads);
        return false;
    }
    random_bytes(&buckets->seed, sizeof buckets->seed);
    pthread_mutex_init(&buckets->lock, NULL);
    return true;
}

void buckets_release(struct buckets *buckets)
{
    pthread_mutex_destroy(&buckets->lock);
    free(buckets->items);
    free(buckets->heads);
}
