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
    if (doorbell->alarm_made)
        timer_delete(doorbell->alarm);
    doorbell->alarm_made = false;
    if (doorbell->hung)
        sigaction(SIGURG, &doorbell->previous, NULL);
    doorbell->hung = false;
}

/* Every thread of ours blocks all signals, so what is sent to the process reaches the broker's. */
static void make_alarm(struct doorbell *doorbell)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGURG };
    doorbell->alarm_made = timer_create(CLOCK_MONOTONIC, &event, &doorbell->alarm) == 0;
}

static void set_alarm(struct doorbell *doorbell, long first_ns, long every_ns)
{
    const struct itimerspec when = { .it_value.tv_nsec = first_ns, .it_interval.tv_nsec = every_ns };
    if (doorbell->alarm_made)
        timer_settime(doorbell->alarm, 0, &when, NULL);
}

void doorbell_alarm_start(struct doorbell *doorbell)
{
    enum { EVERY_NS = 1000000 };
    make_alarm(doorbell);
    set_alarm(doorbell, EVERY_NS, EVERY_NS);
}

void doorbell_alarm_stop(struct doorbell *doorbell)
{
    set_alarm(doorbell, 0, 0);
}

void doorbell_ring_soon(struct doorbell *doorbell)
{
    enum { SOON_NS = 50000 };
    set_alarm(doorbell, SOON_NS, 0);
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
