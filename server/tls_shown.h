/*
 * The server's certificate that is in force: what the next TLS connection is shown. It may be replaced while
 * connections go on with what they were shown; whoever looks at it holds it meanwhile. Any thread.
 */
#ifndef IOTJOBS_TLS_SHOWN_H
#define IOTJOBS_TLS_SHOWN_H

#include "tls.h"

struct tls_shown;

/* Reads both files, whose paths are copied. NULL: one sentence in `ret_problem`, with the path. */
struct tls_shown *tls_shown_open(const char *certificate_path, const char *key_path,
                                 struct strbuf *ret_problem);
/* Also NULL. Nobody holds anything of it any more. */
void tls_shown_free(struct tls_shown *shown);

/* Reads the files again. False: they cannot be used, what is in force stays; one sentence in `ret_problem`.
 */
bool tls_shown_read(struct tls_shown *shown, struct strbuf *ret_problem);

/* Grows when something else is in force. */
uint64_t tls_shown_generation(const struct tls_shown *shown);

/* What is in force, until tls_shown_let_go. */
const struct tls *tls_shown_hold(struct tls_shown *shown);
void tls_shown_let_go(struct tls_shown *shown, const struct tls *tls);

/* When its own certificate ends. */
int64_t tls_shown_end(struct tls_shown *shown);

#endif
