/*
 * How often somebody may try to log in: LOGINS_WRONG_MAX times a minute from one address, of which those that
 * succeed are given back. Of IPv6 the first 64 bits are the address. Any thread.
 */
#ifndef IOTJOBS_HTTP_LOGIN_RATE_H
#define IOTJOBS_HTTP_LOGIN_RATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum {
    LOGINS_WRONG_MAX = 10,
    LOGIN_ADDRESSES_MAX = 1024, /* that are remembered; one more takes the place of the one seen first */
};

struct login_rate;

struct login_rate *login_rate_new(void);       /* NULL when memory is out */
void login_rate_free(struct login_rate *rate); /* NULL is allowed */

/* Counts a try. False: there were too many; wait a minute. */
bool login_rate_take(struct login_rate *rate, const struct sockaddr *from, int64_t now_ms);
/* It was right. */
void login_rate_give_back(struct login_rate *rate, const struct sockaddr *from);

#endif
