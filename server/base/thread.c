#include "base/thread.h"

#include <signal.h>

bool start_thread(pthread_t *ret_thread, const char *name, void *(*body)(void *), void *context)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(ret_thread, NULL, body, context);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        pthread_setname_np(*ret_thread, name);
    return rc == 0;
}
