/* Threads of our own. */
#ifndef IOTJOBS_BASE_THREAD_H
#define IOTJOBS_BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread with all signals blocked in it: signals are the host's. `name` is what ps and gdb show, at
 * most 15 characters. */
bool start_thread(pthread_t *ret_thread, const char *name, void *(*body)(void *), void *context);

#endif
