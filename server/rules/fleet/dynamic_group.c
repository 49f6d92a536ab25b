#include "rules/fleet/dynamic_group.h"

#include <string.h>

/* Escapes may stand in the name of a field. */
bool dynamic_group_may_ask(struct str query, const struct thing_changes *changes)
{
    bool may = memchr(query.p, '\\', query.n);
    for (size_t i = 0; i < changes->n && !may; i++)
        may = memmem(query.p, query.n, changes->names[i].p, changes->names[i].n);
    return may;
}

/* Who stays. How many groups the thing is in then. */
static int64_t leave(struct dynamic_choice *choices, size_t n, int64_t statics)
{
    int64_t count = statics;
    for (size_t i = 0; i < n; i++) {
        choices[i].is_member = choices[i].was_member && choices[i].answer != DYNAMIC_DIFFERS;
        choices[i].crowded_out = false;
        count += choices[i].is_member;
    }
    return count;
}

/* The newest group of those the thing is in, if it is newer than `than`; else NULL. */
static struct dynamic_choice *newest_beyond(struct dynamic_choice *choices, size_t n, size_t than)
{
    for (size_t i = n; i-- > than + 1;)
        if (choices[i].is_member)
            return &choices[i];
    return NULL;
}

void dynamic_group_decide(struct dynamic_choice *choices, size_t n, int64_t statics, int64_t most)
{
    int64_t count = leave(choices, n, statics);
    for (size_t i = 0; i < n; i++) {
        struct dynamic_choice *choice = &choices[i];
        if (choice->is_member || choice->answer != DYNAMIC_MATCHES)
            continue;
        struct dynamic_choice *newest = count < most ? NULL : newest_beyond(choices, n, i);
        if (newest) {
            newest->is_member = false;
            newest->crowded_out = true;
        }
        choice->is_member = newest || count < most;
        choice->crowded_out = !choice->is_member;
        count += choice->is_member && !newest;
    }
}
