#include "ops/outgoing.h"

#include "ops/executions/notify.h"

void outgoing_init(struct outgoing *outgoing, struct arena *arena, struct doomed_files *doomed)
{
    *outgoing = (struct outgoing){ .arena = arena, .doomed = doomed };
    outgoing->touched_end = &outgoing->touched;
    outgoing->events_end = &outgoing->events;
}

void outgoing_release(struct outgoing *outgoing)
{
    message_free_all(outgoing->events);
    outgoing_init(outgoing, outgoing->arena, outgoing->doomed);
}

bool outgoing_push_event(struct op *op, struct message *event)
{
    if (!event)
        return false;
    *op->outgoing->events_end = event;
    op->outgoing->events_end = &event->next;
    return true;
}

bool outgoing_collect(struct op *op, struct message **ret_messages)
{
    struct message *first = NULL;
    struct message **end = &first;
    if (!notify_collect(op, &end)) {
        message_free_all(first);
        return false;
    }
    *end = op->outgoing->events;
    op->outgoing->events = NULL;
    *ret_messages = first;
    return true;
}
