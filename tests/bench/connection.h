/*
 * One non-blocking TCP connection to a port of 127.0.0.1, on somebody's epoll, with a buffer of fixed size
 * each way. Functions that return false have said why on standard error.
 */
#ifndef IOTJOBS_BENCH_CONNECTION_H
#define IOTJOBS_BENCH_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CONNECTION_IN_MAX = 16384, /* bytes of the largest answer */
    CONNECTION_OUT_MAX = 8192, /* bytes that wait for the socket */
};

struct connection {
    int fd;
    int epoll; /* borrowed; its events carry a pointer to this struct */
    size_t index;
    bool connected;
    uint8_t in[CONNECTION_IN_MAX];
    size_t in_n;
    uint8_t out[CONNECTION_OUT_MAX];
    size_t out_n;
    bool out_waits; /* the socket was full; epoll tells when it is not */
};

/* `index` is the name that complaints go by. */
void connection_init(struct connection *connection, int epoll, size_t index);
/* Begins to connect. */
bool connection_dial(struct connection *connection, uint16_t port);
/* Closes what is open, after a last try to send what waits. */
void connection_release(struct connection *connection);

struct connection_news {
    bool connected; /* it has come to stand with this event */
    bool received;  /* something was appended to `in` */
};

/* Takes in what an event of epoll's tells. */
bool connection_take_event(struct connection *connection, uint32_t events, struct connection_news *ret_news);

/* Drops `n` bytes off the front of `in`. */
void connection_consume(struct connection *connection, size_t n);
/* Sends what is in `out`; what the socket does not take waits for epoll. */
bool connection_flush(struct connection *connection);

/* Says `what` of the connection on standard error; always false. */
bool connection_complain(const struct connection *connection, const char *what);

#endif
