#include "ops/security/policy_cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/random.h"

enum {
    CHAINS = 1 << 14, /* 128 KiB */
    /* More than any document takes that CreatePolicy accepts, of which all but 2048 characters are spaces. */
    DOCUMENT_BYTES_MAX = 4 * 1024 * 1024,
};

struct entry {
    struct compiled_policy policy; /* first: what callers hold */
    struct entry *next;            /* of its chain */
    struct entry *older, *newer;   /* among the unused */
    uint64_t hash;
    struct str generation_id;
    size_t holders;
    size_t bytes;
    struct arena arena;
};

struct policy_cache {
    pthread_mutex_t lock; /* never held while a document is compiled, or memory asked for */
    uint64_t seed;
    struct entry *chains[CHAINS];
    struct entry *oldest, *newest; /* the unused, in the order in which they were given back */
    size_t unused_bytes;
};

/* ---- entries ---- */

static void entry_free(struct entry *entry)
{
    arena_release(&entry->arena);
    free(entry);
}

static bool compile(struct entry *entry, const struct effective_policy *policy, struct err *err)
{
    struct arena *arena = &entry->arena;
    entry->policy.name = arena_str(arena, policy->name);
    entry->generation_id = arena_str(arena, policy->generation_id);
    if (arena->failed)
        return fail(err, ERR_INTERNAL, "There is no memory for the policies.");
    if (!policy_document_parse(policy->document, arena, &entry->policy.document, err))
        return false;
    entry->bytes = sizeof *entry + arena_bytes(arena);
    return true;
}

static struct entry *entry_new(const struct effective_policy *policy, uint64_t hash, struct err *err)
{
    struct entry *entry = calloc(1, sizeof *entry);
    if (!entry) {
        fail(err, ERR_INTERNAL, "There is no memory for the policies.");
        return NULL;
    }
    entry->hash = hash;
    entry->holders = 1;
    arena_init(&entry->arena, DOCUMENT_BYTES_MAX);
    if (compile(entry, policy, err))
        return entry;
    entry_free(entry);
    return NULL;
}

/* ---- under the lock ---- */

/* Where it is, or would be. */
static struct entry **place_of(struct policy_cache *cache, uint64_t hash, struct str generation_id)
{
    struct entry **place = &cache->chains[hash % CHAINS];
    while (*place && ((*place)->hash != hash || !str_eq((*place)->generation_id, generation_id)))
        place = &(*place)->next;
    return place;
}

static void put_to_unused(struct policy_cache *cache, struct entry *entry)
{
    entry->older = cache->newest;
    entry->newer = NULL;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = entry;
    cache->newest = entry;
    cache->unused_bytes += entry->bytes;
}

static void take_from_unused(struct policy_cache *cache, struct entry *entry)
{
    *(entry->newer ? &entry->newer->older : &cache->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &cache->oldest) = entry->newer;
    cache->unused_bytes -= entry->bytes;
}

/* NULL: it is not there. */
static struct entry *hold(struct policy_cache *cache, uint64_t hash, struct str generation_id)
{
    struct entry *entry = *place_of(cache, hash, generation_id);
    if (entry && entry->holders++ == 0)
        take_from_unused(cache, entry);
    return entry;
}

/* The one that is there, where another thread was faster. */
static struct entry *hold_or_add(struct policy_cache *cache, struct entry *made)
{
    struct entry *entry = hold(cache, made->hash, made->generation_id);
    if (entry)
        return entry;
    *place_of(cache, made->hash, made->generation_id) = made;
    return made;
}

/* The one that is to give way; NULL: there is room for all. */
static struct entry *take_out_excess(struct policy_cache *cache)
{
    struct entry *entry = cache->oldest;
    if (!entry || cache->unused_bytes <= POLICY_CACHE_UNUSED_BYTES_MAX)
        return NULL;
    take_from_unused(cache, entry);
    *place_of(cache, entry->hash, entry->generation_id) = entry->next;
    return entry;
}

/* ---- the cache ---- */

struct policy_cache *policy_cache_new(void)
{
    struct policy_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    random_bytes(&cache->seed, sizeof cache->seed);
    return cache;
}

static void free_chain(struct entry *entry)
{
    while (entry) {
        struct entry *next = entry->next;
        entry_free(entry);
        entry = next;
    }
}

void policy_cache_free(struct policy_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < CHAINS; i++)
        free_chain(cache->chains[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

const struct compiled_policy *policy_cache_take(struct policy_cache *cache,
                                                const struct effective_policy *policy, struct err *err)
{
    uint64_t hash = str_hash(policy->generation_id, cache->seed);
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = hold(cache, hash, policy->generation_id);
    pthread_mutex_unlock(&cache->lock);
    if (entry)
        return &entry->policy;
    struct entry *made = entry_new(policy, hash, err);
    if (!made)
        return NULL;
    pthread_mutex_lock(&cache->lock);
    entry = hold_or_add(cache, made);
    pthread_mutex_unlock(&cache->lock);
    if (entry != made)
        entry_free(made);
    return &entry->policy;
}

/* Whether one has given way. */
static bool make_room(struct policy_cache *cache)
{
    pthread_mutex_lock(&cache->lock);
    struct entry *entry = take_out_excess(cache);
    pthread_mutex_unlock(&cache->lock);
    if (entry)
        entry_free(entry);
    return entry;
}

void policy_cache_give_back(struct policy_cache *cache, const struct compiled_policy *policy)
{
    struct entry *entry = (struct entry *)policy;
    if (!entry)
        return;
    pthread_mutex_lock(&cache->lock);
    if (--entry->holders == 0)
        put_to_unused(cache, entry);
    bool excess = cache->unused_bytes > POLICY_CACHE_UNUSED_BYTES_MAX;
    pthread_mutex_unlock(&cache->lock);
    while (excess)
        excess = make_room(cache);
}
