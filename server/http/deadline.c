#include "http/deadline.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/thread.h"

enum { LOOK_EVERY_US = 1000000, LOG_EVERY_US = 60 * 1000000 };

struct deadlines {
    struct deadline_rules rules;
    struct log *log;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows, and each struct deadline */
    pthread_cond_t changed;
    bool stop;
    struct deadline *first;
    struct deadlines_stats stats;
    uint64_t logged;     /* of stats.late */
    int64_t next_log_us; /* no line before that */
};

/* ---- who is late ---- */

/* Without what the kernel knows of the socket nobody is late: a system that does not tell must not cost
 * anybody his upload. */
static bool bytes_moved(int socket, uint64_t *ret_moved)
{
    struct tcp_info info;
    socklen_t n = sizeof info;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
        n < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received)
        return false;
    *ret_moved = info.tcpi_bytes_acked + info.tcpi_bytes_received;
    return true;
}

/* Measures from one window to the next. */
static bool flows(const struct deadline_rules *rules, struct deadline *deadline, int64_t now_us)
{
    int64_t window_us = now_us - deadline->since_us;
    uint64_t moved;
    if ((deadline->measured && window_us < rules->flow_ms * 1000) || !bytes_moved(deadline->socket, &moved))
        return true;
    bool enough =
        !deadline->measured || moved - deadline->moved >= (uint64_t)window_us / 1000 * FLOW_LEAST / 1000;
    deadline->measured = true;
    deadline->moved = moved;
    deadline->since_us = now_us;
    return enough;
}

static bool in_time(const struct deadline_rules *rules, struct deadline *deadline, int64_t now_us)
{
    int64_t waited_us = now_us - deadline->since_us;
    switch (deadline->wait) {
    case WAIT_HEADERS: return waited_us < rules->headers_ms * 1000;
    case WAIT_BODY: return waited_us < rules->body_ms * 1000;
    case WAIT_REQUEST: return waited_us < (rules->idle_ms + rules->headers_ms) * 1000;
    case WAIT_FLOW: return flows(rules, deadline, now_us);
    case WAIT_SERVER: break;
    }
    return true;
}

/* It is the library's to close. Until it does, the connection is not late a second time. */
static void cut(struct deadlines *deadlines, struct deadline *deadline)
{
    shutdown(deadline->socket, SHUT_RDWR);
    deadline->wait = WAIT_SERVER;
    deadlines->stats.late++;
}

/* One line a minute, however many they are. */
static uint64_t to_be_logged(struct deadlines *deadlines, int64_t now_us)
{
    uint64_t n = deadlines->stats.late - deadlines->logged;
    if (n == 0 || now_us < deadlines->next_log_us)
        return 0;
    deadlines->logged = deadlines->stats.late;
    deadlines->next_log_us = now_us + LOG_EVERY_US;
    return n;
}

void deadlines_look(struct deadlines *deadlines, int64_t now_us)
{
    pthread_mutex_lock(&deadlines->lock);
    for (struct deadline *deadline = deadlines->first; deadline != NULL; deadline = deadline->next)
        if (!in_time(&deadlines->rules, deadline, now_us))
            cut(deadlines, deadline);
    uint64_t n = to_be_logged(deadlines, now_us);
    pthread_mutex_unlock(&deadlines->lock);
    if (n > 0)
        log_write(deadlines->log, LOG_NOTICE,
                  "http_late connections=%llu closed=\"their clients were too slow\"", (unsigned long long)n);
}

static void *body(void *context)
{
    struct deadlines *deadlines = context;
    pthread_mutex_lock(&deadlines->lock);
    while (!deadlines->stop) {
        struct timespec until = clock_mono_after_us(LOOK_EVERY_US);
        if (pthread_cond_timedwait(&deadlines->changed, &deadlines->lock, &until) == 0)
            continue;
        pthread_mutex_unlock(&deadlines->lock);
        deadlines_look(deadlines, clock_mono_us());
        pthread_mutex_lock(&deadlines->lock);
    }
    pthread_mutex_unlock(&deadlines->lock);
    return NULL;
}

/* ---- connections ---- */

static void begin(struct deadline *deadline, enum deadline_wait wait)
{
    deadline->wait = wait;
    deadline->measured = false;
    deadline->since_us = clock_mono_us();
}

void deadlines_add(struct deadlines *deadlines, struct deadline *deadline, int socket)
{
    deadline->socket = socket;
    begin(deadline, WAIT_HEADERS);
    pthread_mutex_lock(&deadlines->lock);
    deadline->next = deadlines->first;
    deadline->here = &deadlines->first;
    if (deadline->next != NULL)
        deadline->next->here = &deadline->next;
    deadlines->first = deadline;
    deadlines->stats.connections++;
    pthread_mutex_unlock(&deadlines->lock);
}

void deadlines_remove(struct deadlines *deadlines, struct deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    *deadline->here = deadline->next;
    if (deadline->next != NULL)
        deadline->next->here = deadline->here;
    deadlines->stats.connections--;
    pthread_mutex_unlock(&deadlines->lock);
}

void deadlines_wait(struct deadlines *deadlines, struct deadline *deadline, enum deadline_wait wait)
{
    pthread_mutex_lock(&deadlines->lock);
    begin(deadline, wait);
    pthread_mutex_unlock(&deadlines->lock);
}

void deadlines_request(struct deadlines *deadlines, struct deadline *deadline)
{
    pthread_mutex_lock(&deadlines->lock);
    if (deadline->wait == WAIT_REQUEST)
        begin(deadline, WAIT_HEADERS);
    pthread_mutex_unlock(&deadlines->lock);
}

struct deadlines_stats deadlines_stats(struct deadlines *deadlines)
{
    pthread_mutex_lock(&deadlines->lock);
    struct deadlines_stats stats = deadlines->stats;
    pthread_mutex_unlock(&deadlines->lock);
    return stats;
}

/* ---- start and stop ---- */

static void release(struct deadlines *deadlines)
{
    pthread_mutex_destroy(&deadlines->lock);
    pthread_cond_destroy(&deadlines->changed);
    free(deadlines);
}

struct deadlines *deadlines_start(const struct deadline_rules *rules, struct log *log)
{
    struct deadlines *deadlines = calloc(1, sizeof *deadlines);
    if (deadlines == NULL)
        return NULL;
    *deadlines = (struct deadlines){ .rules = *rules, .log = log };
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&deadlines->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&deadlines->lock, NULL);
    if (start_thread(&deadlines->thread, "iotjobs-late", body, deadlines))
        return deadlines;
    release(deadlines);
    return NULL;
}

void deadlines_stop(struct deadlines *deadlines)
{
    if (deadlines == NULL)
        return;
    pthread_mutex_lock(&deadlines->lock);
    deadlines->stop = true;
    pthread_cond_signal(&deadlines->changed);
    pthread_mutex_unlock(&deadlines->lock);
    pthread_join(deadlines->thread, NULL);
    release(deadlines);
}
