#include "mqtt_wire.h"

#include <string.h>

enum {
    LENGTH_BYTES_MAX = 4, /* of the "remaining length" */
    PROTOCOL_LEVEL = 4,   /* 3.1.1 */
    CLEAN_SESSION = 0x02,
    KEEP_ALIVE_S = 300, /* no run lasts that long: no pings needed */
};

static size_t put_u16(uint8_t *out, size_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
    return 2;
}

static size_t put_text(uint8_t *out, struct str text)
{
    size_t n = put_u16(out, text.n);
    memcpy(out + n, text.p, text.n);
    return n + text.n;
}

/* First byte and remaining length. */
static size_t put_header(uint8_t *out, enum mqtt_type type, unsigned flags, size_t remaining)
{
    size_t n = 0;
    out[n++] = (uint8_t)((unsigned)type << 4 | flags);
    do {
        uint8_t digit = remaining % 128;
        remaining /= 128;
        out[n++] = remaining > 0 ? digit | 0x80 : digit;
    } while (remaining > 0);
    return n;
}

size_t mqtt_encode_connect(uint8_t *out, size_t room, struct str client_id)
{
    size_t remaining = 2 + 4 + 1 + 1 + 2 + 2 + client_id.n;
    if (room < 1 + LENGTH_BYTES_MAX + remaining)
        return 0;
    size_t n = put_header(out, MQTT_CONNECT, 0, remaining);
    n += put_text(out + n, STR_LIT("MQTT"));
    out[n++] = PROTOCOL_LEVEL;
    out[n++] = CLEAN_SESSION;
    n += put_u16(out + n, KEEP_ALIVE_S);
    return n + put_text(out + n, client_id);
}

size_t mqtt_encode_publish(uint8_t *out, size_t room, const struct mqtt_publish *publish)
{
    size_t remaining = 2 + publish->topic.n + (publish->qos > 0 ? 2 : 0) + publish->payload.n;
    if (room < 1 + LENGTH_BYTES_MAX + remaining)
        return 0;
    size_t n = put_header(out, MQTT_PUBLISH, (unsigned)publish->qos << 1, remaining);
    n += put_text(out + n, publish->topic);
    if (publish->qos > 0)
        n += put_u16(out + n, publish->packet_id);
    memcpy(out + n, publish->payload.p, publish->payload.n);
    return n + publish->payload.n;
}

size_t mqtt_encode_puback(uint8_t *out, size_t room, uint16_t packet_id)
{
    if (room < 4)
        return 0;
    size_t n = put_header(out, MQTT_PUBACK, 0, 2);
    return n + put_u16(out + n, packet_id);
}

size_t mqtt_encode_disconnect(uint8_t *out, size_t room)
{
    return room < 2 ? 0 : put_header(out, MQTT_DISCONNECT, 0, 0);
}

static bool read_publish(const uint8_t *body, size_t n, int qos, struct mqtt_publish *ret_publish)
{
    if (n < 2 || qos > 1)
        return false;
    size_t topic_n = (size_t)body[0] << 8 | body[1];
    size_t head = 2 + topic_n + (qos > 0 ? 2 : 0);
    if (n < head)
        return false;
    ret_publish->topic = (struct str){ (const char *)body + 2, topic_n };
    ret_publish->payload = (struct str){ (const char *)body + head, n - head };
    ret_publish->qos = qos;
    ret_publish->packet_id =
        qos > 0 ? (uint16_t)((unsigned)body[head - 2] << 8 | body[head - 1]) : (uint16_t)0;
    return true;
}

enum mqtt_decoded mqtt_decode(const uint8_t *in, size_t n, struct mqtt_packet *ret_packet)
{
    size_t remaining = 0, head = 1;
    bool more = true;
    for (; more; head++) {
        if (head > LENGTH_BYTES_MAX)
            return MQTT_MALFORMED;
        if (head >= n)
            return MQTT_INCOMPLETE;
        remaining |= (size_t)(in[head] & 0x7f) << (7 * (head - 1));
        more = in[head] & 0x80;
    }
    if (n < head + remaining)
        return MQTT_INCOMPLETE;

    const uint8_t *body = in + head;
    struct mqtt_packet packet = { .type = in[0] >> 4, .bytes = head + remaining };
    switch (packet.type) {
    case MQTT_CONNACK:
        if (remaining != 2)
            return MQTT_MALFORMED;
        packet.return_code = body[1];
        break;
    case MQTT_PUBACK:
        if (remaining != 2)
            return MQTT_MALFORMED;
        break;
    case MQTT_PUBLISH:
        if (!read_publish(body, remaining, in[0] >> 1 & 3, &packet.publish))
            return MQTT_MALFORMED;
        break;
    default: return MQTT_MALFORMED;
    }
    *ret_packet = packet;
    return MQTT_WHOLE;
}
