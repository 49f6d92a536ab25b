/*
 * The little of MQTT 3.1.1 that a load generator needs: four packets out, three in.
 * Encoders write at `out` and return the bytes written, 0 when `room` is too small.
 */
#ifndef IOTJOBS_BENCH_MQTT_WIRE_H
#define IOTJOBS_BENCH_MQTT_WIRE_H

#include "base/str.h"

enum mqtt_type {
    MQTT_CONNECT = 1,
    MQTT_CONNACK = 2,
    MQTT_PUBLISH = 3,
    MQTT_PUBACK = 4,
    MQTT_DISCONNECT = 14,
};

struct mqtt_publish {
    struct str topic, payload;
    int qos;            /* 0 or 1 */
    uint16_t packet_id; /* with QoS 1 */
};

size_t mqtt_encode_connect(uint8_t *out, size_t room, struct str client_id);
size_t mqtt_encode_publish(uint8_t *out, size_t room, const struct mqtt_publish *publish);
size_t mqtt_encode_puback(uint8_t *out, size_t room, uint16_t packet_id);
size_t mqtt_encode_disconnect(uint8_t *out, size_t room);

struct mqtt_packet {
    enum mqtt_type type;
    size_t bytes;                /* of the whole packet */
    uint8_t return_code;         /* CONNACK */
    struct mqtt_publish publish; /* PUBLISH; borrows from the input */
};

enum mqtt_decoded { MQTT_WHOLE, MQTT_INCOMPLETE, MQTT_MALFORMED };

/* Takes the packet at the front of `in`; types that a broker never sends here are malformed. */
enum mqtt_decoded mqtt_decode(const uint8_t *in, size_t n, struct mqtt_packet *ret_packet);

#endif
