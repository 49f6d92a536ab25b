#include "mqtt_client.h"

static uint8_t *end_of_out(struct connection *connection)
{
    return connection->out + connection->out_n;
}

static size_t room_in_out(const struct connection *connection)
{
    return CONNECTION_OUT_MAX - connection->out_n;
}

/* `n` bytes stand at the end of `out`; 0: they did not fit. */
static bool appended(struct connection *connection, size_t n)
{
    connection->out_n += n;
    return n > 0;
}

bool mqtt_connect(struct connection *connection, struct str client_id)
{
    return appended(connection,
                    mqtt_encode_connect(end_of_out(connection), room_in_out(connection), client_id));
}

bool mqtt_publish(struct connection *connection, const struct mqtt_publish *publish)
{
    return appended(connection,
                    mqtt_encode_publish(end_of_out(connection), room_in_out(connection), publish));
}

bool mqtt_disconnect(struct connection *connection)
{
    return appended(connection, mqtt_encode_disconnect(end_of_out(connection), room_in_out(connection)));
}

static bool acknowledge(struct connection *connection, uint16_t packet_id)
{
    return appended(connection,
                    mqtt_encode_puback(end_of_out(connection), room_in_out(connection), packet_id));
}

uint16_t mqtt_next_packet_id(uint16_t packet_id)
{
    return packet_id == UINT16_MAX ? 1 : (uint16_t)(packet_id + 1);
}

bool mqtt_take_packets(struct connection *connection, mqtt_packet_fn *on_packet, void *context)
{
    size_t used = 0;
    for (;;) {
        struct mqtt_packet packet;
        switch (mqtt_decode(connection->in + used, connection->in_n - used, &packet)) {
        case MQTT_INCOMPLETE: connection_consume(connection, used); return true;
        case MQTT_MALFORMED: return false;
        case MQTT_WHOLE: break;
        }
        bool to_acknowledge = packet.type == MQTT_PUBLISH && packet.publish.qos > 0;
        if (to_acknowledge && !acknowledge(connection, packet.publish.packet_id))
            return false;
        if (!on_packet(context, &packet))
            return false;
        used += packet.bytes;
    }
}
