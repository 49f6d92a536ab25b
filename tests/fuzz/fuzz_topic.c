/* MQTT topics: any bytes that a broker may hand on. */
#include "api/route.h"
#include "fuzz_input.h"

static void check_request(struct str topic, const struct topic_route *route)
{
    fuzz_promise(route->operation != OP_NONE, "a request names an operation");
    fuzz_promise(route->thing.n > 0 && fuzz_inside(route->thing, topic), "the thing is a part of the topic");
    fuzz_promise(route->labels.n >= 1 && route->labels.n <= OPERATION_LABELS_MAX, "a request has labels");
    for (size_t i = 0; i < route->labels.n; i++)
        fuzz_promise(fuzz_inside(route->labels.value[i], topic), "labels are parts of the topic");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    fuzz_input_init(&input, data, n);
    struct str topic = fuzz_rest(&input);
    struct topic_route route = route_topic(topic);
    fuzz_promise(route.kind >= TOPIC_FOREIGN && route.kind <= TOPIC_INVALID, "the kind is one of four");
    if (route.kind == TOPIC_REQUEST)
        check_request(topic, &route);
    if (!str_starts_with(topic, STR_LIT("$aws/things/")))
        fuzz_promise(route.kind == TOPIC_FOREIGN, "other topics are foreign");
    if (route.namespace_id.p != NULL)
        fuzz_promise(fuzz_inside(route.namespace_id, topic), "the namespace is a part of the topic");
    fuzz_input_release(&input);
    return 0;
}
