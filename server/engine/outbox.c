#include "engine/outbox.h"

#include <pthread.h>
#include <stdlib.h>

struct outbox {
    pthread_mutex_t lock;
    struct message *first;
    struct message **end;
    bool idle; /* the last take found nothing */
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

void outbox_push(struct outbox *outbox, struct message *first)
{
    if (!first)
        return;
    struct message *last = first;
    while (last->next)
        last = last->next;
    pthread_mutex_lock(&outbox->lock);
    *outbox->end = first;
    outbox->end = &last->next;
    outbox->idle = false;
    pthread_mutex_unlock(&outbox->lock);
}

struct message *outbox_take_all(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    struct message *first = outbox->first;
    outbox->first = NULL;
    outbox->end = &outbox->first;
    if (!first)
        outbox->idle = true;
    pthread_mutex_unlock(&outbox->lock);
    return first;
}

bool outbox_idle(struct outbox *outbox)
{
    pthread_mutex_lock(&outbox->lock);
    bool idle = outbox->idle;
    pthread_mutex_unlock(&outbox->lock);
    return idle;
}
