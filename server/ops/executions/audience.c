#include "ops/executions/audience.h"

#include <pthread.h>
#include <stdlib.h>

#include "api/route.h"
#include "base/random.h"
#include "store/jobs/audience_store.h"

enum { PLACES_AT_FIRST = 1024 };

/*
 * Names by their hashes, 0 being an empty place; at most half full. Two names with the same hash count as
 * one: somebody may then be thought to listen who does not, never the reverse.
 */
struct name_set {
    uint64_t *places;
    size_t size; /* a power of two */
    size_t n;
    bool everything; /* every name is in it */
};

struct audience {
    pthread_mutex_t lock;
    uint64_t seed; /* nobody can choose names that fall on one place */
    struct name_set heard;
    struct name_set stored; /* those that have a row, or will have one in a moment */
    bool row_owed;          /* one of them has none, and nobody knows which */
    unsigned long generation;
};

/* ---- the set ---- */

/* Where the hash is, or would be. The set has a free place. */
static size_t place_of(const struct name_set *set, uint64_t hash)
{
    size_t i = (size_t)hash & (set->size - 1);
    while (set->places[i] && set->places[i] != hash)
        i = (i + 1) & (set->size - 1);
    return i;
}

static bool set_has(const struct name_set *set, uint64_t hash)
{
    return set->everything || (set->size && set->places[place_of(set, hash)]);
}

static bool set_grow(struct name_set *set)
{
    struct name_set wider = { .size = set->size ? set->size * 2 : PLACES_AT_FIRST, .n = set->n };
    wider.places = calloc(wider.size, sizeof *wider.places);
    if (!wider.places)
        return false;
    for (size_t i = 0; i < set->size; i++)
        if (set->places[i])
            wider.places[place_of(&wider, set->places[i])] = set->places[i];
    free(set->places);
    *set = wider;
    return true;
}

/* Without room for one more, everything is in it. */
static void set_add(struct name_set *set, uint64_t hash)
{
    if (set_has(set, hash))
        return;
    if (set->n == AUDIENCE_MAX || (set->n * 2 >= set->size && !set_grow(set))) {
        set->everything = true;
        return;
    }
    set->places[place_of(set, hash)] = hash;
    set->n++;
}

/* ---- the audience ---- */

struct audience *audience_new(bool everything)
{
    struct audience *audience = calloc(1, sizeof *audience);
    if (!audience)
        return NULL;
    pthread_mutex_init(&audience->lock, NULL);
    random_bytes(&audience->seed, sizeof audience->seed);
    audience->heard.everything = everything;
    return audience;
}

void audience_free(struct audience *audience)
{
    if (!audience)
        return;
    pthread_mutex_destroy(&audience->lock);
    free(audience->heard.places);
    free(audience->stored.places);
    free(audience);
}

/* "" stands for every name. */
static void add_name(const struct audience *audience, struct name_set *set, struct str name)
{
    if (name.n == 0)
        set->everything = true;
    else
        set_add(set, str_hash(name, audience->seed));
}

static void add_stored(void *context, struct str thing)
{
    struct audience *audience = context;
    add_name(audience, &audience->heard, thing);
    add_name(audience, &audience->stored, thing);
}

bool audience_load(struct audience *audience, struct db *db)
{
    pthread_mutex_lock(&audience->lock);
    bool ok = store_audience_each(db, add_stored, audience);
    pthread_mutex_unlock(&audience->lock);
    return ok;
}

static bool has_name(const struct audience *audience, const struct name_set *set, struct str name)
{
    return name.n == 0 ? set->everything : set_has(set, str_hash(name, audience->seed));
}

bool audience_add(struct audience *audience, struct str filter, bool persistent, struct str *ret_thing)
{
    struct filter_reach reach = filter_reach_of(filter);
    if (!reach.notifications)
        return false;
    struct str thing = reach.thing.p ? reach.thing : STR_LIT("");
    pthread_mutex_lock(&audience->lock);
    if (!has_name(audience, &audience->heard, thing)) {
        add_name(audience, &audience->heard, thing);
        audience->generation++;
    }
    bool store = persistent && (audience->row_owed || !has_name(audience, &audience->stored, thing));
    if (store) {
        add_name(audience, &audience->stored, audience->row_owed ? STR_LIT("") : thing);
        audience->row_owed = false;
        /* Past the room for names one row is left to write: that of everything. */
        *ret_thing = audience->stored.everything ? STR_LIT("") : thing;
    }
    pthread_mutex_unlock(&audience->lock);
    return store;
}

void audience_owe_row(struct audience *audience)
{
    pthread_mutex_lock(&audience->lock);
    audience->row_owed = true;
    pthread_mutex_unlock(&audience->lock);
}

bool audience_owes_row(struct audience *audience)
{
    pthread_mutex_lock(&audience->lock);
    bool owed = audience->row_owed;
    pthread_mutex_unlock(&audience->lock);
    return owed;
}

bool audience_hears(struct audience *audience, struct str thing)
{
    if (!audience)
        return true;
    pthread_mutex_lock(&audience->lock);
    bool heard = has_name(audience, &audience->heard, thing);
    pthread_mutex_unlock(&audience->lock);
    return heard;
}

unsigned long audience_generation(struct audience *audience)
{
    pthread_mutex_lock(&audience->lock);
    unsigned long generation = audience->generation;
    pthread_mutex_unlock(&audience->lock);
    return generation;
}
