#include "engine/outbox.h"

#include <pthread.h>
#include <stdlib.h>

enum { FULL_BYTES = 32 * 1024 * 1024 };

struct outbox {
    pthread_mutex_t lock;
    struct message *first;
    struct message **end;
    size_t bytes; /* of the payloads */
    bool idle;    /* the last take found nothing */
};

struct outbox *outbox_new(void)
{
    struct outbox *outbox = calloc(1, sizeof *outbox);
    if (!outbox)
        return NULL;
    pthread_mutex_init(&outbox->lock, NULL);
    outbox->end = &outbox->first;
    outbox->idle = true;
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    if (!outbox)
        return;
    message_free_all(outbox->first);
    pthread_mutex_destroy(&outbox->lock);
    free(outbox);
}

/* Where the last message of a list points to; adds up the payloads on the way. */
static struct message **end_of(struct message *first, size_t *ret_bytes)
{
    size_t bytes = first->payload_n;
    for (; first->next; first = first->next)
        bytes += first->next->payload_n;
    *ret_bytes = bytes;
    return &first->next;
}

void outbox_push(struct outbox *outbox, struct message *first)
{
    if (!first)
        return;
    size_t bytes;
    struct message **end = end_of(first, &bytes);
    pthread_mutex_lock(&outbox->lock);
    *outbox->end = first;
    outbox->end = end;
    outbox->bytes += bytes;
    outbox->idle = false;
    pthread_mutex_unlock(&outbox->lock);
}

void outbox_return(struct outbox *outbox, struct message *first)
{
    if (!first)
        return;
    size_t bytes;
    struct message **end = end_of(first, &bytes);
    pthread_mutex_lock(&outbox->lock);
    *end = outbox->first;
    if (!outbox->first)
        outbox->end = end;
    outbox->first = first;
    outbox->bytes += bytes;
    outbox->idle = false;
    pthread_mutex_unlock(&outbox->lock);
}

struct message *outbox_take(struct outbox *outbox, size_t broadcasts_max)
{
    size_t broadcasts = 0;
    pthread_mutex_lock(&outbox->lock);
    struct message *first = outbox->first;
    struct message **end = &outbox->first;
    while (*end && (broadcasts += !(*end)->client_id) <= broadcasts_max) {
        outbox->bytes -= (*end)->payload_n;
        end = &(*end)->next;
    }
    if (end == &outbox->first)
        first = NULL;
    struct message *rest = *end;
    *end = NULL;
    outbox->first = rest;
    if (!rest)
        outbox->end = &outbox->first;
    if (!first)
        outbox->idle = true;
    pthread_mutex_unlock(&outbox->lock);
    return first;
}

struct message *outbox_take_all(struct outbox *outbox)
{
    return outbox_take(outbox, SIZE_MAX);
}

bool outbox_idle(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    bool idle = outbox->idle;
    pthread_mutex_unlock(&outbox->lock);
    return idle;
}

bool outbox_full(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    bool full = outbox->bytes > FULL_BYTES;
    pthread_mutex_unlock(&outbox->lock);
    return full;
}
