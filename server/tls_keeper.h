/*
 * Looks after the files of TLS while the server runs: renews its own certificate, notices within a second
 * what CAs have revoked (tls_client_crl), and reads files again when it is told to. All of that, which takes
 * files and fsync, is done on a thread of its own.
 */
#ifndef IOTJOBS_TLS_KEEPER_H
#define IOTJOBS_TLS_KEEPER_H

#include "base/issue.h"
#include "base/log.h"
#include "client_ca.h"
#include "tls_shown.h"

struct tls_keeper;

/* All of it is borrowed for as long as the keeper lives. */
struct tls_keeper_options {
    struct tls_shown *shown;     /* NULL: there is none */
    struct client_ca *client_ca; /* NULL: there is none */
    const char *folder;          /* where the launcher has made what is shown; NULL: others renew it */
    struct issue_names names;    /* what clients may call the server */
    struct log *log;
    void (*changed)(void *context); /* something else is shown from now on; on the keeper's thread. NULL */
    void *changed_context;
};

/*
 * What the keeper does at its start and once a day, and with `reread` when it is told to.
 *
 * A certificate in `folder` that has less than a third of its life left is made anew there. Then, and
 * whenever `reread` says so, the files are read and put in force; what cannot be used leaves all as it was,
 * and the log says why.
 */
void tls_keeper_look(const struct tls_keeper_options *options, bool reread, int64_t host_ms);

/* NULL: no thread, or no memory. */
struct tls_keeper *tls_keeper_start(const struct tls_keeper_options *options);
/* Has all files read again, soon. Any thread; never waits for files. */
void tls_keeper_reread(struct tls_keeper *keeper);
/* Also NULL. Waits for what it is doing. */
void tls_keeper_stop(struct tls_keeper *keeper);

#endif
