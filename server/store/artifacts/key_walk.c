#include "store/artifacts/key_walk.h"

#include <string.h>

static struct str with_byte(struct str text, char byte, struct arena *arena)
{
    char *copy = arena_alloc(arena, text.n + 1);
    if (!copy)
        return STR_NONE;
    if (text.n > 0)
        memcpy(copy, text.p, text.n);
    copy[text.n] = byte;
    return (struct str){ copy, text.n + 1 };
}

struct str key_behind_all(struct str text, struct arena *arena)
{
    return with_byte(text, '\xff', arena);
}

struct key_range key_range_of(struct str prefix, struct str after, struct arena *arena)
{
    bool later = after.n > 0 && str_compare(after, prefix) >= 0;
    return (struct key_range){
        .first = later      ? with_byte(after, '\0', arena)
                 : prefix.p ? prefix
                            : STR_LIT(""),
        .end = key_behind_all(prefix, arena),
    };
}

struct str key_walk_next(struct stmt *walk)
{
    return stmt_row(walk) ? stmt_borrow(walk) : STR_NONE;
}

void key_walk_end(struct stmt *walk)
{
    stmt_done(walk);
}
