/*
 * The certificates of the TLS listeners, made where there are none: see certificates_in_folder.
 *
 *   ca.pem       our CA, for clients to trust; ten years
 *   ca.key       signs the server's certificates, and those that it makes for devices
 *   server.pem   the server's own certificate, then the CA's; one year
 *   server.key
 */
#ifndef IOTJOBS_TLS_CERTIFICATES_H
#define IOTJOBS_TLS_CERTIFICATES_H

#include <limits.h>

#include "base/issue.h"
#include "base/strbuf.h"

struct certificates {
    char server[PATH_MAX];
    char key[PATH_MAX];
    char ca[PATH_MAX]; /* "": the server's certificate is not ours, and its CA is not known */
};

/*
 * In a folder, which is made if it is missing, readable by its owner alone.
 *
 * Makes what is not there and keeps what is: keys are never replaced, so that what trusts them goes on
 * doing so, and a CA that the operator brings is used. The server's certificate is made anew when it is due
 * at this start (issue_is_due). One that ca.key did not sign is the operator's: it is used as it is.
 *
 * False when the folder holds something that cannot be used: one sentence in `ret_problem`, and nothing was
 * changed.
 */
bool certificates_in_folder(const char *folder, const struct issue_names *names, int64_t now_ms,
                            struct certificates *ret_certificates, struct strbuf *ret_problem);

/*
 * While the server runs: makes the server's certificate in such a folder anew when it ends soon
 * (issue_ends_soon), if the CA is there that has signed it and lives longer than it. Nothing else is made.
 * The operator's own is left alone.
 *
 * False when it should be made and cannot: one sentence in `ret_problem`, and nothing was changed.
 */
bool certificates_renew(const char *folder, const struct issue_names *names, int64_t now_ms,
                        bool *ret_renewed, struct strbuf *ret_problem);

/* In files that are nowhere but in this process and the program that it becomes. */
bool certificates_in_memory(const struct issue_names *names, int64_t now_ms,
                            struct certificates *ret_certificates, struct strbuf *ret_problem);

#endif
