#include "plugin/inbound.h"

#include <assert.h>

#include "api/decode.h"
#include "api/route.h"
#include "plugin/outbound.h"

/* The broker's topic lives no longer than its callback: the call keeps a copy, and its labels point there. */
static struct call *call_for(const struct inbound *inbound, const struct publication *publication)
{
    struct call *call = call_new();
    if (call == NULL)
        return NULL;
    struct asker *asker = arena_alloc(&call->arena, sizeof *asker);
    struct str client_id = arena_str(&call->arena, publication->client_id);
    struct str topic = arena_str(&call->arena, publication->topic);
    if (asker == NULL || client_id.p == NULL || topic.p == NULL) {
        call_free(call);
        return NULL;
    }
    *asker = (struct asker){
        .outbox = inbound->outbox,
        .connection = publication->connection,
        .client_id = client_id,
        .topic = topic,
        .qos = publication->qos,
        .asked = inbound->departures->now,
    };
    call->owner = asker;
    if (publication->certificate_id.p != NULL)
        call->principal = (struct principal){
            .kind = PRINCIPAL_CERTIFICATE,
            .certificate_id = arena_str(&call->arena, publication->certificate_id),
        };
    call->done = outbound_answer;
    call->with_timestamp = true;
    call->style = (struct reply_style){ .document_as_object = true, .name_the_thing = false };
    return call;
}

/* False: the call's err says why. The token of the payload is in the call as soon as it is known. */
static bool call_decode(struct call *call, struct engine *engine, struct str payload)
{
    const struct asker *asker = call->owner;
    struct topic_route route = route_topic(asker->topic);
    if (payload.n > INBOUND_PAYLOAD_MAX)
        return fail(&call->err, ERR_REQUEST_TOO_LARGE, "The payload is larger than %d bytes.",
                    INBOUND_PAYLOAD_MAX);
    if (route.kind != TOPIC_REQUEST) {
        call->client_token = api_client_token(payload, &call->arena);
        return fail(&call->err, ERR_INVALID_TOPIC, "The topic is not one of the Jobs service.");
    }

    call->operation = route.operation;
    struct str thing = labels_value(&route.labels, operation_model(route.operation), "thingName");
    if (!engine_admit(engine, call, thing)) {
        call->client_token = api_client_token(payload, &call->arena);
        return false;
    }
    struct request request = { .labels = route.labels, .body = payload, .query_in_body = true };
    void *input;
    if (!api_decode(route.operation, &request, &call->arena, &input, &call->client_token, &call->err))
        return false;
    call->namespace_id = route.namespace_id;
    call->run = op_handler(route.operation).run;
    assert(call->run != NULL);
    call->input = input;
    return true;
}

/* Who has shown a certificate is one client, by however many connections. */
static struct str client_of(const struct call *call, const struct asker *asker)
{
    return call->principal.certificate_id.n > 0 ? call->principal.certificate_id : asker->client_id;
}

static bool call_submit(struct call *call, const struct inbound *inbound)
{
    struct asker *asker = call->owner;
    asker->share = shares_enter(inbound->shares, client_of(call, asker), inbound->share);
    if (asker->share == NULL)
        return fail(&call->err, ERR_THROTTLING,
                    "Too many requests of this client are waiting; try again later.");
    return engine_submit(inbound->engine, call) ||
           fail(&call->err, ERR_THROTTLING, "Too many requests are waiting; try again later.");
}

void inbound_take(const struct inbound *inbound, const struct publication *publication)
{
    enum topic_kind kind = route_topic(publication->topic).kind;
    if (kind == TOPIC_FOREIGN || kind == TOPIC_RESERVED)
        return;
    struct call *call = call_for(inbound, publication);
    if (call == NULL)
        return; /* no memory, hence no answer; the device asks again */
    if (call_decode(call, inbound->engine, publication->payload) && call_submit(call, inbound))
        return;
    call->answered_ms = clock_now_ms(inbound->clock);
    outbound_answer(call);
}
