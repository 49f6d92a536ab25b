/*
 * UpdateJobExecution over MQTT: device i is thing "bench-thing-<i>" and reports on job
 * "bench-job-<i / 100>". It subscribes to nothing: answers come to the requester alone.
 */
#include <stdio.h>
#include <unistd.h>

#include "load.h"
#include "mqtt_wire.h"

enum { THINGS_PER_JOB = 100, CLIENT_ID_MAX = 64 };

static const char payload[] =
    "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"step\":\"install\"},\"clientToken\":\"bench\"}";

static bool mqtt_greet(struct load *load, struct connection *connection)
{
    (void)load;
    char client_id[CLIENT_ID_MAX];
    snprintf(client_id, sizeof(client_id), "bench-%d-%zu", (int)getpid(), connection->index);
    snprintf(connection->topic, sizeof(connection->topic),
             "$aws/things/bench-thing-%zu/jobs/bench-job-%zu/update", connection->index,
             connection->index / THINGS_PER_JOB);
    size_t n = mqtt_encode_connect(connection->out + connection->out_n, LOAD_OUT_MAX - connection->out_n,
                                   str_from(client_id));
    connection->out_n += n;
    return n > 0;
}

static bool mqtt_request(struct load *load, struct connection *connection)
{
    connection->packet_id = connection->packet_id == UINT16_MAX ? 1 : connection->packet_id + 1;
    struct mqtt_publish publish = {
        .topic = str_from(connection->topic),
        .payload = { payload, sizeof(payload) - 1 },
        .qos = load->options->qos,
        .packet_id = connection->packet_id,
    };
    size_t n =
        mqtt_encode_publish(connection->out + connection->out_n, LOAD_OUT_MAX - connection->out_n, &publish);
    connection->out_n += n;
    return n > 0;
}

static bool on_publish(struct load *load, struct connection *connection, const struct mqtt_publish *publish)
{
    if (publish->qos > 0) {
        size_t n = mqtt_encode_puback(connection->out + connection->out_n, LOAD_OUT_MAX - connection->out_n,
                                      publish->packet_id);
        if (n == 0)
            return false;
        connection->out_n += n;
    }
    bool accepted = str_ends_with(publish->topic, STR_LIT("/update/accepted"));
    return load_answered(load, connection, accepted ? STR_NONE : publish->payload);
}

static bool on_packet(struct load *load, struct connection *connection, const struct mqtt_packet *packet)
{
    switch (packet->type) {
    case MQTT_CONNACK: return packet->return_code == 0 && load_opened(load, connection);
    case MQTT_PUBLISH: return on_publish(load, connection, &packet->publish);
    default: return true;
    }
}

static bool mqtt_receive(struct load *load, struct connection *connection)
{
    size_t used = 0;
    for (;;) {
        struct mqtt_packet packet;
        switch (mqtt_decode(connection->in + used, connection->in_n - used, &packet)) {
        case MQTT_INCOMPLETE: connection_consume(connection, used); return true;
        case MQTT_MALFORMED: return false;
        case MQTT_WHOLE: break;
        }
        if (!on_packet(load, connection, &packet))
            return false;
        used += packet.bytes;
    }
}

static bool mqtt_leave(struct connection *connection)
{
    size_t n = mqtt_encode_disconnect(connection->out + connection->out_n, LOAD_OUT_MAX - connection->out_n);
    connection->out_n += n;
    return n > 0;
}

const struct load_protocol load_mqtt = {
    .greet = mqtt_greet,
    .request = mqtt_request,
    .receive = mqtt_receive,
    .leave = mqtt_leave,
};
