#include "http/login_rate.h"

#include <netinet/in.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000 };

void login_rate_init(struct login_rate *rate)
{
    *rate = (struct login_rate){ 0 };
    pthread_mutex_init(&rate->lock, NULL);
}

void login_rate_release(struct login_rate *rate)
{
    pthread_mutex_destroy(&rate->lock);
}

/* An IPv4 address, also one that is written as IPv6, is its four bytes; else the network's part of it. */
static void address_of(const struct sockaddr *from, unsigned char ret_address[LOGIN_ADDRESS_BYTES])
{
    memset(ret_address, 0, LOGIN_ADDRESS_BYTES);
    if (from->sa_family == AF_INET) {
        memcpy(ret_address, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(v6))
            memcpy(ret_address, v6->s6_addr + 12, 4);
        else
            memcpy(ret_address, v6->s6_addr, LOGIN_ADDRESS_BYTES);
    }
}

/* The address's own place, else a free one, else that of whoever was seen first; with the lock. */
static struct login_tries *place_of(struct login_rate *rate, const unsigned char address[LOGIN_ADDRESS_BYTES])
{
    struct login_tries *place = &rate->tries[0];
    for (int i = 0; i < LOGIN_ADDRESSES_MAX; i++) {
        struct login_tries *tries = &rate->tries[i];
        if (tries->n > 0 && memcmp(tries->address, address, LOGIN_ADDRESS_BYTES) == 0)
            return tries;
        if (place->n > 0 && (tries->n == 0 || tries->since_ms < place->since_ms))
            place = tries;
    }
    *place = (struct login_tries){ 0 };
    memcpy(place->address, address, LOGIN_ADDRESS_BYTES);
    return place;
}

bool login_rate_take(struct login_rate *rate, const struct sockaddr *from, int64_t now_ms)
{
    unsigned char address[LOGIN_ADDRESS_BYTES];
    address_of(from, address);
    pthread_mutex_lock(&rate->lock);
    struct login_tries *tries = place_of(rate, address);
    /* A clock that was put back begins a minute as well. */
    if (tries->n == 0 || now_ms - tries->since_ms >= MINUTE_MS || now_ms < tries->since_ms) {
        tries->since_ms = now_ms;
        tries->n = 0;
    }
    bool may_try = tries->n < LOGINS_WRONG_MAX;
    tries->n += may_try;
    pthread_mutex_unlock(&rate->lock);
    return may_try;
}

void login_rate_give_back(struct login_rate *rate, const struct sockaddr *from)
{
    unsigned char address[LOGIN_ADDRESS_BYTES];
    address_of(from, address);
    pthread_mutex_lock(&rate->lock);
    struct login_tries *tries = place_of(rate, address);
    tries->n -= tries->n > 0;
    pthread_mutex_unlock(&rate->lock);
}
