/*
 * The CA that signs the certificates which are made here (CreateKeysAndCertificate,
 * CreateCertificateFromCsr).
 *
 * Where the data folder has a CA (certs/ca.pem and ca.key, made by the launcher or brought by the operator),
 * it is that one: HTTPS trusts it, unless it was told of others. Anywhere else, as in memory, the server
 * makes one for this purpose alone, and keeps it in the database among the secrets.
 */
#ifndef IOTJOBS_DEVICE_CA_H
#define IOTJOBS_DEVICE_CA_H

#include "base/issue.h"
#include "base/log.h"
#include "store/db.h"

/* `folder`: the data folder; NULL: there is none. `db`: a writer, outside of transactions. Must be given to
 * issuer_release, unless it returns false: one sentence in `ret_problem`. */
bool device_ca_open(const char *folder, struct db *db, int64_t host_ms, struct log *log,
                    struct issuer *ret_ca, struct strbuf *ret_problem);

#endif
