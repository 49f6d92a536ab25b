#include "store/artifacts/held_files.h"

#include <stdlib.h>
#include <string.h>

/* Names are random already. */
static struct held_file **place_of(struct held_files *held, struct str file)
{
    size_t chain = (size_t)str_hash(file, 0) % HELD_CHAINS;
    struct held_file **place = &held->chains[chain];
    while (*place && !str_eq_text(file, (*place)->name))
        place = &(*place)->next;
    return place;
}

struct held_file *held_find(struct held_files *held, struct str file)
{
    return *place_of(held, file);
}

struct held_file *held_add(struct held_files *held, struct str file)
{
    struct held_file **place = place_of(held, file);
    if (!*place && file.n < sizeof(*place)->name) {
        *place = calloc(1, sizeof **place);
        if (*place)
            memcpy((*place)->name, file.p, file.n);
    }
    if (*place)
        (*place)->holders++;
    return *place;
}

bool held_drop(struct held_files *held, struct str file)
{
    struct held_file **place = place_of(held, file);
    struct held_file *entry = *place;
    if (!entry || --entry->holders > 0)
        return false;
    bool doomed = entry->doomed;
    *place = entry->next;
    free(entry);
    return doomed;
}

void held_release(struct held_files *held)
{
    for (size_t i = 0; i < HELD_CHAINS; i++) {
        while (held->chains[i]) {
            struct held_file *entry = held->chains[i];
            held->chains[i] = entry->next;
            free(entry);
        }
    }
}
