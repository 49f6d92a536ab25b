#include "http/key_ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/problem.h"

struct held_keys {
    struct access_keys keys; /* first: who holds them gives this back */
    size_t holders;          /* the ring is one, while they are in force */
};

struct key_ring {
    pthread_mutex_t lock;
    struct held_keys *current;
    char *path;
};

/* NULL: `ret_problem` says why. */
static struct held_keys *read_keys(const char *path, struct strbuf *ret_problem)
{
    struct held_keys *held = calloc(1, sizeof *held);
    if (held == NULL) {
        problem(ret_problem, "%s: out of memory", path);
        return NULL;
    }
    held->holders = 1;
    if (path[0] == '\0' || access_keys_read(path, &held->keys, ret_problem))
        return held;
    free(held);
    return NULL;
}

/* With the lock, which is given back. */
static void drop(struct key_ring *ring, struct held_keys *held)
{
    bool last = --held->holders == 0;
    pthread_mutex_unlock(&ring->lock);
    if (!last)
        return;
    access_keys_release(&held->keys);
    free(held);
}

struct key_ring *key_ring_open(const char *path, struct strbuf *ret_problem)
{
    struct held_keys *held = read_keys(path, ret_problem);
    if (held == NULL)
        return NULL;
    struct key_ring *ring = calloc(1, sizeof *ring);
    char *copy = strdup(path);
    if (ring == NULL || copy == NULL) {
        problem(ret_problem, "access_keys: out of memory");
        access_keys_release(&held->keys);
        free(held);
        free(copy);
        free(ring);
        return NULL;
    }
    *ring = (struct key_ring){ .current = held, .path = copy };
    pthread_mutex_init(&ring->lock, NULL);
    return ring;
}

void key_ring_close(struct key_ring *ring)
{
    if (ring == NULL)
        return;
    pthread_mutex_lock(&ring->lock);
    drop(ring, ring->current);
    pthread_mutex_destroy(&ring->lock);
    free(ring->path);
    free(ring);
}

const struct access_keys *key_ring_hold(struct key_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    struct held_keys *held = ring->current;
    held->holders++;
    pthread_mutex_unlock(&ring->lock);
    return &held->keys;
}

void key_ring_let_go(struct key_ring *ring, const struct access_keys *keys)
{
    pthread_mutex_lock(&ring->lock);
    drop(ring, (struct held_keys *)(void *)keys);
}

bool key_ring_reload(struct key_ring *ring, struct strbuf *ret_problem)
{
    struct held_keys *held = read_keys(ring->path, ret_problem);
    if (held == NULL)
        return false;
    pthread_mutex_lock(&ring->lock);
    struct held_keys *before = ring->current;
    ring->current = held;
    drop(ring, before);
    return true;
}
