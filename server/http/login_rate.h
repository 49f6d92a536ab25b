/*
 * How often somebody may try to log in: LOGINS_WRONG_MAX times a minute from one address, of which those that
 * succeed are given back. Of IPv6 the first 64 bits are the address. Any thread.
 */
#ifndef IOTJOBS_HTTP_LOGIN_RATE_H
#define IOTJOBS_HTTP_LOGIN_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    LOGINS_WRONG_MAX = 10,
    LOGIN_ADDRESSES_MAX = 1024, /* that are remembered; one more takes the place of the one seen first */
    LOGIN_ADDRESS_BYTES = 8,
};

struct login_tries {
    unsigned char address[LOGIN_ADDRESS_BYTES];
    int64_t since_ms; /* when its minute began */
    unsigned n;       /* 0: nobody */
};

struct login_rate {
    pthread_mutex_t lock;
    struct login_tries tries[LOGIN_ADDRESSES_MAX];
};

void login_rate_init(struct login_rate *rate);
void login_rate_release(struct login_rate *rate);

/* Counts a try. False: there were too many; wait a minute. */
bool login_rate_take(struct login_rate *rate, const struct sockaddr *from, int64_t now_ms);
/* It was right. */
void login_rate_give_back(struct login_rate *rate, const struct sockaddr *from);

#endif
