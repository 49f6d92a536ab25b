#include "client_crl.h"

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/pem.h"
#include "base/problem.h"

struct crl {
    X509_CRL *list;
    X509 *signer;       /* a CA that is trusted by itself; NULL: it may come with clients */
    int64_t expires_ms; /* INT64_MAX: it does not say */
    atomic_bool expiry_told, stranger_told;
};

struct client_crls {
    size_t n;
    struct crl items[CLIENT_CRLS_MAX];
};

enum { NAME_TEXT_MAX = 256 };

void client_crls_free(struct client_crls *crls)
{
    for (size_t i = 0; crls != NULL && i < crls->n; i++) {
        X509_CRL_free(crls->items[i].list);
        X509_free(crls->items[i].signer);
    }
    free(crls);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static bool has_signed(X509 *ca, X509_CRL *list)
{
    return X509_NAME_cmp(X509_get_subject_name(ca), X509_CRL_get_issuer(list)) == 0 &&
           X509_CRL_verify(list, X509_get0_pubkey(ca)) == 1;
}

/* Which the caller frees; NULL: none of them. */
static X509 *find_signer(const struct stack_st_X509 *cas, X509_CRL *list)
{
    for (int i = 0; i < sk_X509_num(cas); i++) {
        X509 *ca = sk_X509_value(cas, i);
        if (has_signed(ca, list) && X509_up_ref(ca) == 1)
            return ca;
    }
    return NULL;
}

static void add(struct client_crls *crls, X509_CRL *list, const struct stack_st_X509 *cas)
{
    const ASN1_TIME *end = X509_CRL_get0_nextUpdate(list);
    crls->items[crls->n++] = (struct crl){ .list = list,
                                           .signer = find_signer(cas, list),
                                           .expires_ms = end != NULL ? pem_time_ms(end) : INT64_MAX };
}

/* Whether the file ended where the next list would have begun. */
static bool at_end(void)
{
    unsigned long error = ERR_peek_last_error();
    return ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
}

static bool read_lists(FILE *file, const char *path, const struct stack_st_X509 *cas,
                       struct client_crls *crls, struct strbuf *ret_problem)
{
    X509_CRL *list;
    while ((list = PEM_read_X509_CRL(file, NULL, NULL, NULL)) != NULL) {
        if (crls->n == CLIENT_CRLS_MAX) {
            X509_CRL_free(list);
            return problem(ret_problem, "%s: holds more than %d revocation lists", path, CLIENT_CRLS_MAX);
        }
        add(crls, list, cas);
    }
    if (!at_end() || ferror(file))
        return problem(ret_problem, "%s: its revocation list %zu is malformed", path, crls->n + 1);
    return crls->n > 0 || problem(ret_problem, "%s holds no certificate revocation list in PEM form", path);
}

static FILE *open_file(const char *path, struct strbuf *ret_problem)
{
    struct stat about;
    FILE *file = fopen(path, "re");
    if (file == NULL || fstat(fileno(file), &about) != 0) {
        problem(ret_problem, "cannot read %s: %s", path, strerror(errno));
    } else if (!S_ISREG(about.st_mode) || about.st_size > CLIENT_CRL_BYTES_MAX) {
        problem(ret_problem, "%s: is no file of at most %d bytes", path, CLIENT_CRL_BYTES_MAX);
    } else {
        return file;
    }
    if (file != NULL)
        fclose(file);
    return NULL;
}

struct client_crls *client_crls_read(const char *path, const struct stack_st_X509 *cas,
                                     struct strbuf *ret_problem)
{
    struct client_crls *crls = calloc(1, sizeof *crls);
    if (crls == NULL) {
        problem(ret_problem, "%s: out of memory for the revocation lists", path);
        return NULL;
    }
    ERR_clear_error();
    FILE *file = open_file(path, ret_problem);
    bool ok = file != NULL && read_lists(file, path, cas, crls, ret_problem);
    if (file != NULL)
        fclose(file);
    ERR_clear_error();
    if (ok)
        return crls;
    client_crls_free(crls);
    return NULL;
}

/* --- telling ---------------------------------------------------------------------------------------- */

static void tell(struct log *log, const struct crl *crl, const char *what)
{
    char name[NAME_TEXT_MAX];
    X509_NAME_oneline(X509_CRL_get_issuer(crl->list), name, sizeof name);
    log_write(log, LOG_WARNING, "client_crl issuer=\"%s\" problem=\"%s\"", name, what);
}

void client_crls_tell(struct client_crls *crls, int64_t now_ms, struct log *log)
{
    for (size_t i = 0; i < crls->n; i++) {
        struct crl *crl = &crls->items[i];
        if (crl->expires_ms < now_ms && !atomic_exchange(&crl->expiry_told, true))
            tell(log, crl, "it has expired, and still counts: there should be a newer one");
        if (crl->signer == NULL && !atomic_exchange(&crl->stranger_told, true))
            tell(log, crl,
                 "no CA of tls_client_ca has signed it: it counts for those alone that clients send");
    }
}

/* --- judging ---------------------------------------------------------------------------------------- */

/* `above`: the certificate's issuer in its chain; NULL: it is the last one, and trusted by itself. */
static bool speaks_of(const struct crl *crl, X509 *certificate, X509 *above)
{
    if (X509_NAME_cmp(X509_CRL_get_issuer(crl->list), X509_get_issuer_name(certificate)) != 0)
        return false;
    if (above == NULL)
        return crl->signer != NULL && X509_verify(certificate, X509_get0_pubkey(crl->signer)) == 1;
    return (crl->signer != NULL && X509_cmp(crl->signer, above) == 0) || has_signed(above, crl->list);
}

static bool is_revoked(const struct client_crls *crls, X509 *certificate, X509 *above)
{
    X509_REVOKED *entry;
    for (size_t i = 0; i < crls->n; i++)
        if (speaks_of(&crls->items[i], certificate, above) &&
            X509_CRL_get0_by_cert(crls->items[i].list, &entry, certificate) == 1)
            return true;
    return false;
}

int client_crls_find(const struct client_crls *crls, const struct stack_st_X509 *chain)
{
    for (int i = 0; i < sk_X509_num(chain); i++)
        if (is_revoked(crls, sk_X509_value(chain, i), sk_X509_value(chain, i + 1)))
            return i;
    return -1;
}

bool client_crls_name(const struct client_crls *crls, X509 *certificate)
{
    X509_REVOKED *entry;
    for (size_t i = 0; i < crls->n; i++) {
        X509_CRL *list = crls->items[i].list;
        if (X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_issuer_name(certificate)) == 0 &&
            X509_CRL_get0_by_cert(list, &entry, certificate) == 1)
            return true;
    }
    return false;
}
