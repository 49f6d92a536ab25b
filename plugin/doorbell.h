/*
 * Wakes the broker from another thread.
 *
 * The broker's API has nothing for this; left alone it looks at the outbox every 100 ms. A signal interrupts
 * its wait (epoll_wait returns even with SA_RESTART), and the tick that follows finds the outbox. A signal
 * that arrives just before the wait is lost, so whoever rings goes on until a tick has found the outbox
 * empty.
 *
 * SIGURG, because it is ignored by default: nobody sends it for another purpose, and one that comes late is
 * harmless.
 */
#ifndef IOTJOBS_PLUGIN_DOORBELL_H
#define IOTJOBS_PLUGIN_DOORBELL_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

struct doorbell {
    pthread_t broker;
    struct sigaction previous; /* what SIGURG did before */
    bool hung;                 /* our handler is in place */
    timer_t alarm;             /* rings by itself */
    bool alarm_made;
    atomic_bool awake; /* the broker will tick before it waits again */
};

/* The thread that calls this is the one that will be woken. */
bool doorbell_init(struct doorbell *doorbell);
/* After the last ring; also of a zeroed one. */
void doorbell_release(struct doorbell *doorbell);

/*
 * Rings every millisecond until told to stop: the first wait of the broker's loop, before anything is in the
 * outbox, would keep the server from being ready for 100 ms. Without a timer it does just that.
 */
void doorbell_alarm_start(struct doorbell *doorbell);
void doorbell_alarm_stop(struct doorbell *doorbell);

/* Rings once, in a moment: the broker has something left to do after its next turn. Broker thread. */
void doorbell_ring_soon(struct doorbell *doorbell);

/*
 * What the broker is doing, said by its own thread: something arrived, so a tick comes before the next wait
 * and nobody needs to ring; or the tick is here. The latter must be said before the outbox is emptied:
 * whoever pushes after that rings, and what was pushed before is found.
 */
void doorbell_say_awake(struct doorbell *doorbell);
void doorbell_say_ticking(struct doorbell *doorbell);

/* Unless the broker is awake. `context` is a struct doorbell, as the engine's `ring` wants it. Any thread. */
void doorbell_ring(void *context);

#endif
