#include "tls_shown.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/problem.h"

/* `tls` first: who holds that holds this. */
struct held {
    struct tls tls;
    size_t holders;
};

struct tls_shown {
    char *certificate_path, *key_path;
    pthread_mutex_t reads; /* one at a time */
    pthread_mutex_t lock;  /* of `now`, and of all that is held */
    struct held *now;
    atomic_uint_fast64_t generation;
};

static struct held *read_files(const struct tls_shown *shown, struct strbuf *ret_problem)
{
    struct held *held = calloc(1, sizeof *held);
    if (held == NULL) {
        strbuf_add_text(ret_problem, "out of memory for the certificates");
        return NULL;
    }
    held->holders = 1;
    if (tls_read(shown->certificate_path, shown->key_path, &held->tls, ret_problem))
        return held;
    free(held);
    return NULL;
}

static void let_go(struct tls_shown *shown, struct held *held)
{
    pthread_mutex_lock(&shown->lock);
    bool last = --held->holders == 0;
    pthread_mutex_unlock(&shown->lock);
    if (!last)
        return;
    tls_release(&held->tls);
    free(held);
}

struct tls_shown *tls_shown_open(const char *certificate_path, const char *key_path,
                                 struct strbuf *ret_problem)
{
    struct tls_shown *shown = calloc(1, sizeof *shown);
    if (shown == NULL) {
        strbuf_add_text(ret_problem, "out of memory for the certificates");
        return NULL;
    }
    pthread_mutex_init(&shown->reads, NULL);
    pthread_mutex_init(&shown->lock, NULL);
    atomic_init(&shown->generation, 1);
    shown->certificate_path = strdup(certificate_path);
    shown->key_path = strdup(key_path);
    if (shown->certificate_path == NULL || shown->key_path == NULL)
        strbuf_add_text(ret_problem, "out of memory for the certificates");
    else
        shown->now = read_files(shown, ret_problem);
    if (shown->now != NULL)
        return shown;
    tls_shown_free(shown);
    return NULL;
}

void tls_shown_free(struct tls_shown *shown)
{
    if (shown == NULL)
        return;
    if (shown->now != NULL)
        let_go(shown, shown->now);
    pthread_mutex_destroy(&shown->reads);
    pthread_mutex_destroy(&shown->lock);
    free(shown->certificate_path);
    free(shown->key_path);
    free(shown);
}

static bool is_the_same(const struct tls *a, const struct tls *b)
{
    return strcmp(a->certificates, b->certificates) == 0 && strcmp(a->key, b->key) == 0;
}

/* What is replaced; what was read, where that is the same. */
static struct held *put_in_force(struct tls_shown *shown, struct held *held)
{
    pthread_mutex_lock(&shown->lock);
    struct held *before = shown->now;
    bool same = is_the_same(&before->tls, &held->tls);
    if (!same)
        shown->now = held;
    pthread_mutex_unlock(&shown->lock);
    if (!same)
        atomic_fetch_add(&shown->generation, 1);
    return same ? held : before;
}

bool tls_shown_read(struct tls_shown *shown, struct strbuf *ret_problem)
{
    pthread_mutex_lock(&shown->reads);
    struct held *held = read_files(shown, ret_problem);
    if (held != NULL)
        let_go(shown, put_in_force(shown, held));
    pthread_mutex_unlock(&shown->reads);
    return held != NULL;
}

uint64_t tls_shown_generation(const struct tls_shown *shown)
{
    return atomic_load(&shown->generation);
}

const struct tls *tls_shown_hold(struct tls_shown *shown)
{
    pthread_mutex_lock(&shown->lock);
    struct held *held = shown->now;
    held->holders++;
    pthread_mutex_unlock(&shown->lock);
    return &held->tls;
}

void tls_shown_let_go(struct tls_shown *shown, const struct tls *tls)
{
    let_go(shown, (struct held *)tls);
}

int64_t tls_shown_end(struct tls_shown *shown)
{
    const struct tls *tls = tls_shown_hold(shown);
    int64_t end_ms = tls->expires_ms;
    tls_shown_let_go(shown, tls);
    return end_ms;
}
