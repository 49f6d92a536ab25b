#include "http/login_rate.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000, ADDRESS_BYTES = 8 };

struct tries {
    unsigned char address[ADDRESS_BYTES];
    int64_t since_ms; /* when its minute began */
    unsigned n;       /* 0: nobody */
};

struct login_rate {
    pthread_mutex_t lock;
    struct tries tries[LOGIN_ADDRESSES_MAX];
};

struct login_rate *login_rate_new(void)
{
    struct login_rate *rate = calloc(1, sizeof *rate);
    if (rate != NULL)
        pthread_mutex_init(&rate->lock, NULL);
    return rate;
}

void login_rate_free(struct login_rate *rate)
{
    if (rate == NULL)
        return;
    pthread_mutex_destroy(&rate->lock);
    free(rate);
}

/* An IPv4 address, also one that is written as IPv6, is its four bytes; else the network's part of it. */
static void address_of(const struct sockaddr *from, unsigned char ret_address[ADDRESS_BYTES])
{
    memset(ret_address, 0, ADDRESS_BYTES);
    if (from->sa_family == AF_INET) {
        memcpy(ret_address, &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    } else if (from->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(v6))
            memcpy(ret_address, v6->s6_addr + 12, 4);
        else
            memcpy(ret_address, v6->s6_addr, ADDRESS_BYTES);
    }
}

/* The address's own place, else a free one, else that of whoever was seen first; with the lock. */
static struct tries *place_of(struct login_rate *rate, const unsigned char address[ADDRESS_BYTES])
{
    struct tries *place = &rate->tries[0];
    for (int i = 0; i < LOGIN_ADDRESSES_MAX; i++) {
        struct tries *tries = &rate->tries[i];
        if (tries->n > 0 && memcmp(tries->address, address, ADDRESS_BYTES) == 0)
            return tries;
        if (place->n > 0 && (tries->n == 0 || tries->since_ms < place->since_ms))
            place = tries;
    }
    *place = (struct tries){ 0 };
    memcpy(place->address, address, ADDRESS_BYTES);
    return place;
}

bool login_rate_take(struct login_rate *rate, const struct sockaddr *from, int64_t now_ms)
{
    unsigned char address[ADDRESS_BYTES];
    address_of(from, address);
    pthread_mutex_lock(&rate->lock);
    struct tries *tries = place_of(rate, address);
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
    unsigned char address[ADDRESS_BYTES];
    address_of(from, address);
    pthread_mutex_lock(&rate->lock);
    struct tries *tries = place_of(rate, address);
    tries->n -= tries->n > 0;
    pthread_mutex_unlock(&rate->lock);
}
