/*
 * MQTT packets on a connection. What sends appends to the connection's `out`, and returns false when that is
 * full; nothing leaves before connection_flush.
 */
#ifndef IOTJOBS_BENCH_MQTT_CLIENT_H
#define IOTJOBS_BENCH_MQTT_CLIENT_H

#include "connection.h"
#include "mqtt_wire.h"

bool mqtt_connect(struct connection *connection, struct str client_id);
bool mqtt_publish(struct connection *connection, const struct mqtt_publish *publish);
bool mqtt_disconnect(struct connection *connection);

/* The id that follows `packet_id`: never 0. */
uint16_t mqtt_next_packet_id(uint16_t packet_id);

/* False: give up. What the packet refers to lives as long as the call. */
typedef bool mqtt_packet_fn(void *context, const struct mqtt_packet *packet);

/* Consumes the whole packets in the connection's `in`; what has to be acknowledged is. False: one was
 * malformed, or `on_packet` gave up. */
bool mqtt_take_packets(struct connection *connection, mqtt_packet_fn *on_packet, void *context);

#endif
