#include "tls_keeper.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/problem.h"
#include "base/thread.h"
#include "base/time_text.h"
#include "tls_certificates.h"

#define LOOK_US     (INT64_C(24) * 3600 * 1000000)
#define CRL_LOOK_US INT64_C(1000000)

struct tls_keeper {
    struct tls_keeper_options options;
    pthread_t thread;
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t news;
    bool reread, ends;
};

/* --- looking ---------------------------------------------------------------------------------------- */

static void log_problem(struct log *log, const char *what, const struct strbuf *why)
{
    log_write(log, LOG_WARNING, "server_certificate %s problem=\"%.*s\"", what, STR(strbuf_str(why)));
}

static bool renew(const struct tls_keeper_options *options, int64_t host_ms)
{
    struct strbuf why;
    bool renewed = false;
    if (options->folder == NULL)
        return false;
    strbuf_init(&why, PROBLEM_MAX);
    if (!certificates_renew(options->folder, &options->names, host_ms, &renewed, &why))
        log_problem(options->log, "not_renewed", &why);
    strbuf_release(&why);
    return renewed;
}

static void tell(const struct tls_keeper_options *options)
{
    char end[TIME_TEXT_MAX];
    time_format_iso(tls_shown_end(options->shown), end);
    log_write(options->log, LOG_NOTICE, "server_certificate changed expires_at=%s", end);
    if (options->changed != NULL)
        options->changed(options->changed_context);
}

static void read_shown(const struct tls_keeper_options *options)
{
    struct strbuf why;
    uint64_t before = tls_shown_generation(options->shown);
    strbuf_init(&why, PROBLEM_MAX);
    if (!tls_shown_read(options->shown, &why))
        log_problem(options->log, "kept", &why);
    else if (tls_shown_generation(options->shown) != before)
        tell(options);
    strbuf_release(&why);
}

void tls_keeper_look(const struct tls_keeper_options *options, bool reread, int64_t host_ms)
{
    bool renewed = renew(options, host_ms);
    if (options->shown != NULL && (renewed || reread))
        read_shown(options);
    if (options->client_ca != NULL && reread)
        client_ca_reload(options->client_ca);
}

/* --- the thread ------------------------------------------------------------------------------------- */

/* False: it is time to end. True: it was told to read again, or `until` has come. */
static bool wait_for_news(struct tls_keeper *keeper, int64_t until_us, bool *ret_reread)
{
    struct timespec until = clock_mono_after_us(until_us - clock_mono_us());
    pthread_mutex_lock(&keeper->lock);
    int waited = 0;
    while (!keeper->reread && !keeper->ends && waited == 0)
        waited = pthread_cond_timedwait(&keeper->news, &keeper->lock, &until);
    *ret_reread = keeper->reread;
    keeper->reread = false;
    bool goes_on = !keeper->ends;
    pthread_mutex_unlock(&keeper->lock);
    return goes_on;
}

static void *keep(void *context)
{
    struct tls_keeper *keeper = context;
    struct client_ca *client_ca = keeper->options.client_ca;
    bool has_crls = client_ca != NULL && client_ca_has_crls(client_ca);
    int64_t look_us = clock_mono_us(), until_us;
    bool reread = false;
    do {
        bool due = clock_mono_us() >= look_us;
        if (due || reread)
            tls_keeper_look(&keeper->options, reread, clock_host_ms());
        if (has_crls)
            client_ca_look(client_ca, clock_host_ms());
        if (due)
            look_us = clock_mono_us() + LOOK_US;
        until_us = has_crls ? clock_mono_us() + CRL_LOOK_US : look_us;
    } while (wait_for_news(keeper, until_us, &reread));
    return NULL;
}

struct tls_keeper *tls_keeper_start(const struct tls_keeper_options *options)
{
    struct tls_keeper *keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL)
        return NULL;
    keeper->options = *options;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&keeper->news, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&keeper->lock, NULL);
    if (start_thread(&keeper->thread, "iotjobs-tls", keep, keeper))
        return keeper;
    pthread_cond_destroy(&keeper->news);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
    return NULL;
}

void tls_keeper_reread(struct tls_keeper *keeper)
{
    pthread_mutex_lock(&keeper->lock);
    keeper->reread = true;
    pthread_cond_signal(&keeper->news);
    pthread_mutex_unlock(&keeper->lock);
}

void tls_keeper_stop(struct tls_keeper *keeper)
{
    if (keeper == NULL)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->ends = true;
    pthread_cond_signal(&keeper->news);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    pthread_cond_destroy(&keeper->news);
    pthread_mutex_destroy(&keeper->lock);
    free(keeper);
}
