/*
 * UpdateJobExecution over MQTT: device i is thing "bench-thing-<i>" and reports on job
 * "bench-job-<i / 100>". It subscribes to nothing: answers come to the requester alone.
 */
#include <stdio.h>
#include <unistd.h>

#include "load.h"
#include "mqtt_client.h"

enum { THINGS_PER_JOB = 100, CLIENT_ID_MAX = 64 };

static const char payload[] =
    "{\"status\":\"IN_PROGRESS\",\"statusDetails\":{\"step\":\"install\"},\"clientToken\":\"bench\"}";

static bool mqtt_greet(struct load *load, struct client *client)
{
    (void)load;
    char client_id[CLIENT_ID_MAX];
    size_t index = client->connection.index;
    snprintf(client_id, sizeof(client_id), "bench-%d-%zu", (int)getpid(), index);
    snprintf(client->topic, sizeof(client->topic), "$aws/things/bench-thing-%zu/jobs/bench-job-%zu/update",
             index, index / THINGS_PER_JOB);
    return mqtt_connect(&client->connection, str_from(client_id));
}

static bool mqtt_request(struct load *load, struct client *client)
{
    client->packet_id = mqtt_next_packet_id(client->packet_id);
    struct mqtt_publish publish = {
        .topic = str_from(client->topic),
        .payload = { payload, sizeof(payload) - 1 },
        .qos = load->options->qos,
        .packet_id = client->packet_id,
    };
    return mqtt_publish(&client->connection, &publish);
}

struct receiver {
    struct load *load;
    struct client *client;
};

static bool on_packet(void *context, const struct mqtt_packet *packet)
{
    const struct receiver *receiver = context;
    if (packet->type == MQTT_CONNACK)
        return packet->return_code == 0 && load_opened(receiver->load, receiver->client);
    if (packet->type != MQTT_PUBLISH)
        return true;
    bool accepted = str_ends_with(packet->publish.topic, STR_LIT("/update/accepted"));
    return load_answered(receiver->load, receiver->client, accepted ? STR_NONE : packet->publish.payload);
}

static bool mqtt_receive(struct load *load, struct client *client)
{
    struct receiver receiver = { load, client };
    return mqtt_take_packets(&client->connection, on_packet, &receiver);
}

static bool mqtt_leave(struct client *client)
{
    return mqtt_disconnect(&client->connection);
}

const struct load_protocol load_mqtt = {
    .greet = mqtt_greet,
    .request = mqtt_request,
    .receive = mqtt_receive,
    .leave = mqtt_leave,
};
