/*
 * Memory of one call: allocate many times, free once.
 *
 * An arena has a ceiling; past it, or when the host has no memory left, an allocation
 * returns NULL and `failed` stays set. Callers hand the failure on as ERR_INTERNAL
 * (see api/errors.h). Not thread-safe: one thread at a time, handed over with the call.
 */
#ifndef IOTJOBS_BASE_ARENA_H
#define IOTJOBS_BASE_ARENA_H

#include "base/str.h"

struct arena_block;

struct arena {
    struct arena_block *newest; /* blocks, newest first */
    size_t used;                /* bytes handed out, all blocks */
    size_t ceiling;             /* bytes it may ever hand out */
    bool failed;                /* an allocation was refused */
    bool secret;                /* set by the owner: overwritten before it is given back */
};

void arena_init(struct arena *arena, size_t ceiling);

/* Frees everything; the arena may be used again, empty. */
void arena_release(struct arena *arena);

/* What it takes of the host: its blocks, whether they are full or not. */
size_t arena_bytes(const struct arena *arena);

/* Zeroed memory, aligned for any type; NULL past the ceiling. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Zeroed array; guards the multiplication. */
void *arena_array(struct arena *arena, size_t count, size_t bytes_each);

/*
 * Room for one more item in an array of `n` that has room for *room: `items` itself, or a wider copy. For
 * reading rows whose number only the query knows. NULL past the ceiling.
 */
void *arena_array_widen(struct arena *arena, void *items, size_t n, size_t *room, size_t bytes_each);

/* A copy with a NUL behind it; absent stays absent, and refused gives absent. */
struct str arena_str(struct arena *arena, struct str s);

/* Formatted text with a NUL behind it; absent when refused. */
struct str arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
