#include "plugin/subscribers.h"

/* On the engine thread. */
static void on_stored(struct call *call)
{
    const struct subscribers *subscribers = call->owner;
    if (!call->ok) {
        log_write(subscribers->log, LOG_WARNING, "subscriber_not_stored problem=\"%.*s\"",
                  STR(call->err.message));
        audience_owe_row(subscribers->audience);
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

bool subscribers_note(struct subscribers *subscribers, struct str filter, bool persistent)
{
    struct str thing;
    bool all_heard = audience_hears(subscribers->audience, STR_LIT(""));
    bool owed = audience_add(subscribers->audience, filter, persistent, &thing);
    if (!all_heard && audience_hears(subscribers->audience, STR_LIT("")))
        log_write(subscribers->log, LOG_NOTICE,
                  "everything_is_heard filter=\"%.*s\" what=\"from here on notifications are built for every "
                  "thing\"",
                  STR(filter));
    if (!owed || store(subscribers, thing))
        return true;
    audience_owe_row(subscribers->audience);
    return false;
}
