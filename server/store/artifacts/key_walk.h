/*
 * Walks through rows by their keys, in the order of their bytes: those with a prefix, from a place on. SQLite
 * compares texts so, and keys are UTF-8 without NUL: the bytes 0xff and 0 are in none. What begins with a
 * text stands before that text with 0xff behind it; what stands behind a text begins at that text with a NUL
 * behind it.
 */
#ifndef IOTJOBS_STORE_KEY_WALK_H
#define IOTJOBS_STORE_KEY_WALK_H

#include "store/db.h"

/* key >= first AND key < end: one bound at each side, for SQLite looks only one up in an index. */
struct key_range {
    struct str first, end;
};

/* Keys that begin with `prefix` and stand behind `after`; both may be absent. In the arena, or borrowed. */
struct key_range key_range_of(struct str prefix, struct str after, struct arena *arena);

/* Behind everything that begins with `text`, as `after`. Absent: the arena is full. */
struct str key_behind_all(struct str text, struct arena *arena);

/* The key of a walk's next row, valid until the row after it; absent: there is none, and the walk is over.
 * The walk's own function reads the rest of the row. */
struct str key_walk_next(struct stmt *walk);
/* Ends it before that. Harmless when it is over. */
void key_walk_end(struct stmt *walk);

#endif
