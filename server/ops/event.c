#include "ops/event.h"

#include <stdlib.h>

#include "base/random.h"
#include "ops/outgoing.h"
#include "store/event_store.h"

enum { PAYLOAD_MAX = 1024 * 1024, EVENT_QOS = 1, MS_PER_SECOND = 1000 };

bool event_begin(struct op *op, struct event *event, enum event_type type, const char *event_type,
                 enum event_time unit)
{
    if (!store_event_enabled(op->db, type))
        return false;
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    strbuf_init(&event->out, PAYLOAD_MAX);
    event->json = json_to(&event->out);
    json_object_begin(&event->json);
    json_member_string(&event->json, "eventType", str_from(event_type));
    json_member_string(&event->json, "eventId", str_from(uuid));
    json_member_int(&event->json, "timestamp",
                    unit == EVENT_TIME_MS ? op->now_ms : op->now_ms / MS_PER_SECOND);
    return true;
}

bool event_end(struct op *op, struct event *event, struct str topic)
{
    json_object_end(&event->json);
    size_t n;
    char *payload = strbuf_detach(&event->out, &n);
    if (!payload || !topic.p) {
        free(payload);
        return false;
    }
    return outgoing_push_event(op, message_new(STR_NONE, topic, payload, n, EVENT_QOS));
}
