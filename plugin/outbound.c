#include "plugin/outbound.h"

#include "base/json.h"

enum { MS_PER_SECOND = 1000, ANSWER_QOS_MAX = 1 };

void outbound_write_rejection(const struct call *call, struct strbuf *out)
{
    struct json json = json_to(out);
    json_object_begin(&json);
    if (call->client_token.p != NULL)
        json_member_string(&json, "clientToken", call->client_token);
    json_member_int(&json, "timestamp", call->answered_ms / MS_PER_SECOND);
    json_member_string(&json, "code", str_from(error_mqtt(call->err.code)));
    json_member_string(&json, "message", call->err.message);
    if (call->err.extra.p != NULL)
        json_raw(&json, call->err.extra);
    json_object_end(&json);
}

/* The answer is a message that lives in its call: it costs no allocation, and the thread that made the call,
 * which is also the one that delivers, frees all of it at once. */
static void release_call(struct message *message)
{
    call_free(message->owner);
}

static bool write_payload(struct call *call)
{
    if (!call->ok)
        outbound_write_rejection(call, &call->reply);
    return !call->reply.failed;
}

const struct asker *outbound_asker(const struct message *message)
{
    return ((const struct call *)message->owner)->owner;
}

void outbound_answer(struct call *call)
{
    const struct asker *asker = call->owner;
    shares_leave(asker->share);
    struct message *message = arena_alloc(&call->arena, sizeof *message);
    struct str client_id = arena_str(&call->arena, asker->client_id);
    struct str topic =
        arena_printf(&call->arena, "%.*s/%s", STR(asker->topic), call->ok ? "accepted" : "rejected");
    if (message == NULL || client_id.p == NULL || topic.p == NULL || !write_payload(call)) {
        call_free(call);
        return;
    }
    *message = (struct message){
        .client_id = client_id.p,
        .topic = topic.p,
        .payload = call->reply.p,
        .payload_n = call->reply.n,
        .qos = asker->qos < ANSWER_QOS_MAX ? asker->qos : ANSWER_QOS_MAX,
        .release = release_call,
        .owner = call,
    };
    outbox_push(asker->outbox, message);
}
