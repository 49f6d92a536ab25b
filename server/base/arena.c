#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_BLOCK_BYTES = 4 * 1024 - 64, /* with our header and malloc's, just under a page */
    LARGEST_STEP_BYTES =
        1024 * 1024, /* blocks double up to here; only one big allocation makes a bigger one */
};

struct arena_block {
    struct arena_block *older;
    size_t size; /* of bytes[] */
    size_t used; /* of bytes[], padding included */
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, size_t ceiling)
{
    *arena = (struct arena){ .ceiling = ceiling };
}

void arena_release(struct arena *arena)
{
    struct arena_block *block = arena->newest;
    while (block) {
        struct arena_block *older = block->older;
        if (arena->secret)
            explicit_bzero(block->bytes, block->used);
        free(block);
        block = older;
    }
    arena_init(arena, arena->ceiling);
}

size_t arena_bytes(const struct arena *arena)
{
    size_t bytes = 0;
    for (const struct arena_block *block = arena->newest; block; block = block->older)
        bytes += sizeof *block + block->size;
    return bytes;
}

static bool add_block(struct arena *arena, size_t least_bytes)
{
    size_t size = FIRST_BLOCK_BYTES;
    if (arena->newest) {
        size = arena->newest->size < LARGEST_STEP_BYTES / 2 ? arena->newest->size * 2 : LARGEST_STEP_BYTES;
    }
    if (size < least_bytes) {
        size = least_bytes;
    }
    struct arena_block *block = NULL;
    if (size <= SIZE_MAX - sizeof(*block)) {
        block = malloc(sizeof(*block) + size);
    }
    if (!block) {
        return false;
    }
    block->older = arena->newest;
    block->size = size;
    block->used = 0;
    arena->newest = block;
    return true;
}

static size_t padding_of(const struct arena_block *block, size_t alignment)
{
    return -block->used & (alignment - 1);
}

static bool block_has_room(const struct arena_block *block, size_t bytes, size_t alignment)
{
    size_t left = block->size - block->used;
    size_t padding = padding_of(block, alignment);
    return padding <= left && bytes <= left - padding;
}

/* Memory that is not zeroed. `alignment` is a power of two. */
static void *take(struct arena *arena, size_t bytes, size_t alignment)
{
    if (bytes > arena->ceiling - arena->used) {
        goto refused;
    }
    if (!arena->newest || !block_has_room(arena->newest, bytes, alignment)) {
        if (!add_block(arena, bytes)) {
            goto refused;
        }
    }
    struct arena_block *block = arena->newest;
    size_t padding = padding_of(block, alignment);
    if (padding + bytes > arena->ceiling - arena->used) {
        goto refused;
    }
    void *taken = block->bytes + block->used + padding;
    block->used += padding + bytes;
    arena->used += padding + bytes;
    return taken;

refused:
    arena->failed = true;
    return NULL;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
    void *taken = take(arena, bytes, alignof(max_align_t));
    if (taken) {
        memset(taken, 0, bytes);
    }
    return taken;
}

void *arena_array(struct arena *arena, size_t count, size_t bytes_each)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, bytes_each, &bytes)) {
        arena->failed = true;
        return NULL;
    }
    return arena_alloc(arena, bytes);
}

void *arena_array_widen(struct arena *arena, void *items, size_t n, size_t *room, size_t bytes_each)
{
    enum { ROOM_AT_FIRST = 16 };
    if (n < *room)
        return items;
    size_t wider = *room ? *room * 2 : ROOM_AT_FIRST;
    void *copy = arena_array(arena, wider, bytes_each);
    if (!copy)
        return NULL;
    if (n > 0)
        memcpy(copy, items, n * bytes_each);
    *room = wider;
    return copy;
}

struct str arena_str(struct arena *arena, struct str s)
{
    if (!s.p) {
        return STR_NONE;
    }
    char *copy = take(arena, s.n + 1, 1);
    if (!copy) {
        return STR_NONE;
    }
    memcpy(copy, s.p, s.n);
    copy[s.n] = '\0';
    return (struct str){ copy, s.n };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        arena->failed = true;
        return STR_NONE;
    }
    size_t n = (size_t)length;
    char *text = take(arena, n + 1, 1);
    if (!text) {
        return STR_NONE;
    }
    va_start(args, format);
    vsnprintf(text, n + 1, format, args);
    va_end(args);
    return (struct str){ text, n };
}
