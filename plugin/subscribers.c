#include "plugin/subscribers.h"

/* On the engine thread. A row that could not be stored is tried again with the next subscription. */
static void on_stored(struct call *call)
{
    const struct subscribers *subscribers = call->owner;
    if (!call->ok) {
        log_write(subscribers->log, LOG_WARNING, "subscriber_not_stored problem=\"%.*s\"",
                  STR(call->err.message));
        audience_forget_rows(subscribers->audience);
    }
    call_free(call);
}

static bool store(struct subscribers *subscribers, struct str thing)
{
    struct call *call = call_new();
    struct str *input = call ? arena_alloc(&call->arena, sizeof *input) : NULL;
    if (!input) {
        call_free(call);
        return false;
    }
    *input = arena_str(&call->arena, thing);
    call->owner = subscribers;
    call->done = on_stored;
    engine_prepare_audience(call, input);
    if (!call->arena.failed && engine_submit(subscribers->engine, call))
        return true;
    call_free(call);
    return false;
}

void subscribers_note(struct subscribers *subscribers, struct str filter, bool persistent)
{
    struct str thing;
    if (audience_add(subscribers->audience, filter, persistent, &thing) && !store(subscribers, thing))
        audience_forget_rows(subscribers->audience);
}
