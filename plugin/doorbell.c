#include "plugin/doorbell.h"

#include <stddef.h>

static void on_ring(int signal_number)
{
    (void)signal_number; /* interrupting the wait is all that is wanted */
}

bool doorbell_init(struct doorbell *doorbell)
{
    doorbell->broker = pthread_self();
    struct sigaction action = { .sa_handler = on_ring, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGURG, &action, &doorbell->previous) != 0)
        return false;
    doorbell->hung = true;
    sigset_t ring; /* whoever started us may have left it blocked */
    sigemptyset(&ring);
    sigaddset(&ring, SIGURG);
    return pthread_sigmask(SIG_UNBLOCK, &ring, NULL) == 0;
}

void doorbell_release(struct doorbell *doorbell)
{
    doorbell_alarm_stop(doorbell);
    if (doorbell->hung)
        sigaction(SIGURG, &doorbell->previous, NULL);
    doorbell->hung = false;
}

/* Every thread of ours blocks all signals, so what is sent to the process reaches the broker's. */
void doorbell_alarm_start(struct doorbell *doorbell)
{
    enum { EVERY_NS = 1000000 };
    const struct itimerspec every = { .it_value.tv_nsec = EVERY_NS, .it_interval.tv_nsec = EVERY_NS };
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG };
    if (timer_create(CLOCK_MONOTONIC, &event, &doorbell->alarm) != 0)
        return;
    doorbell->alarm_set = true;
    timer_settime(doorbell->alarm, 0, &every, NULL);
}

void doorbell_alarm_stop(struct doorbell *doorbell)
{
    if (doorbell->alarm_set)
        timer_delete(doorbell->alarm);
    doorbell->alarm_set = false;
}

void doorbell_say_awake(struct doorbell *doorbell)
{
    atomic_store(&doorbell->awake, true);
}

void doorbell_say_ticking(struct doorbell *doorbell)
{
    atomic_store(&doorbell->awake, false);
}

void doorbell_ring(void *context)
{
    struct doorbell *doorbell = context;
    if (!atomic_load(&doorbell->awake))
        pthread_kill(doorbell->broker, SIGURG);
}
