#include "ops/security/access_changes.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct access_change *first, **end;
    size_t n;
    bool all; /* for everybody: the list says no more than that */
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

static void list_make_all(struct list *list)
{
    list_clear(list);
    list->all = true;
}

/* Empties `from`. */
static void list_append(struct list *to, struct list *from)
{
    if (to->all || from->all || to->n + from->n > ACCESS_CHANGES_MAX) {
        list_clear(from);
        list_make_all(to);
        return;
    }
    if (!from->first)
        return;
    *to->end = from->first;
    to->end = from->end;
    to->n += from->n;
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
    if (!changes || changes->noted.all)
        return;
    struct list *noted = &changes->noted;
    struct access_change *change = kind == ACCESS_CHANGED_FOR_ALL ? NULL : change_of(kind, name);
    if (!change || noted->n >= ACCESS_CHANGES_MAX) {
        free(change);
        list_make_all(noted);
        return;
    }
    *noted->end = change;
    noted->end = &change->next;
    noted->n++;
}

void access_changes_publish(struct access_changes *changes)
{
    if (!changes || (!changes->noted.n && !changes->noted.all))
        return;
    pthread_mutex_lock(&changes->lock);
    list_append(&changes->published, &changes->noted);
    atomic_store(&changes->waiting, true);
    pthread_mutex_unlock(&changes->lock);
    changes->noted.all = false;
}

/* ---- the taker's side ---- */

bool access_changes_waiting(const struct access_changes *changes)
{
    return changes && atomic_load(&changes->waiting);
}

struct access_change *access_changes_take(struct access_changes *changes)
{
    pthread_mutex_lock(&changes->lock);
    struct access_change *first =
        changes->published.all ? change_of(ACCESS_CHANGED_FOR_ALL, STR_NONE) : changes->published.first;
    bool kept = changes->published.all && !first; /* no memory: it is taken another time */
    if (!kept) {
        changes->published = (struct list){ .end = &changes->published.first };
        atomic_store(&changes->waiting, false);
    }
    pthread_mutex_unlock(&changes->lock);
    return first;
}
