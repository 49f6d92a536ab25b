#include "ops/security/access_changes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct access_change *first, **end;
    size_t n;
    bool policies; /* besides */
    bool anything; /* more than is kept: there is nothing else in the list */
};

struct access_changes {
    struct list noted; /* the engine thread's own */
    pthread_mutex_t lock;
    struct list published; /* with the lock */
    atomic_bool waiting;
};

/* ---- lists ---- */

static void list_clear(struct list *list)
{
    struct access_change *next;
    for (struct access_change *change = list->first; change; change = next) {
        next = change->next;
        free(change);
    }
    *list = (struct list){ .end = &list->first };
}

static void list_make_anything(struct list *list)
{
    list_clear(list);
    list->anything = true;
}

static bool list_is_empty(const struct list *list)
{
    return !list->n && !list->policies && !list->anything;
}

/* Empties `from`. */
static void list_append(struct list *to, struct list *from)
{
    if (to->anything || from->anything || to->n + from->n > ACCESS_CHANGES_MAX) {
        list_clear(from);
        list_make_anything(to);
        return;
    }
    to->policies = to->policies || from->policies;
    if (from->first) {
        *to->end = from->first;
        to->end = from->end;
        to->n += from->n;
    }
    *from = (struct list){ .end = &from->first };
}

static struct access_change *change_of(enum access_change_kind kind, struct str name)
{
    struct access_change *change = malloc(sizeof *change + name.n);
    if (!change)
        return NULL;
    *change = (struct access_change){ .kind = kind, .n = name.n };
    if (name.n)
        memcpy(change->name, name.p, name.n);
    return change;
}

/* ---- the engine's side ---- */

struct access_changes *access_changes_new(void)
{
    struct access_changes *changes = calloc(1, sizeof *changes);
    if (!changes)
        return NULL;
    pthread_mutex_init(&changes->lock, NULL);
    changes->noted.end = &changes->noted.first;
    changes->published.end = &changes->published.first;
    return changes;
}

void access_changes_free(struct access_changes *changes)
{
    if (!changes)
        return;
    list_clear(&changes->noted);
    list_clear(&changes->published);
    pthread_mutex_destroy(&changes->lock);
    free(changes);
}

void access_changes_note(struct access_changes *changes, enum access_change_kind kind, struct str name)
{
    if (!changes || changes->noted.anything)
        return;
    struct list *noted = &changes->noted;
    if (kind == ACCESS_CHANGED_POLICIES) {
        noted->policies = true;
        return;
    }
    struct access_change *change = kind == ACCESS_CHANGED_ANYHOW ? NULL : change_of(kind, name);
    if (!change || noted->n >= ACCESS_CHANGES_MAX) {
        free(change);
        list_make_anything(noted);
        return;
    }
    *noted->end = change;
    noted->end = &change->next;
    noted->n++;
}

void access_changes_publish(struct access_changes *changes)
{
    if (!changes || list_is_empty(&changes->noted))
        return;
    pthread_mutex_lock(&changes->lock);
    list_append(&changes->published, &changes->noted);
    atomic_store(&changes->waiting, true);
    pthread_mutex_unlock(&changes->lock);
}

/* ---- the taker's side ---- */

bool access_changes_waiting(const struct access_changes *changes)
{
    return changes && atomic_load(&changes->waiting);
}

/* What concerns everybody comes first. False: no memory. */
static bool list_write_out(struct list *list)
{
    if (!list->policies && !list->anything)
        return true;
    struct access_change *change =
        change_of(list->anything ? ACCESS_CHANGED_ANYHOW : ACCESS_CHANGED_POLICIES, STR_NONE);
    if (!change)
        return false;
    change->next = list->first;
    list->first = change;
    return true;
}

struct access_change *access_changes_take(struct access_changes *changes)
{
    struct access_change *first = NULL;
    pthread_mutex_lock(&changes->lock);
    if (list_write_out(&changes->published)) { /* else it is taken another time */
        first = changes->published.first;
        changes->published = (struct list){ .end = &changes->published.first };
        atomic_store(&changes->waiting, false);
    }
    pthread_mutex_unlock(&changes->lock);
    return first;
}
