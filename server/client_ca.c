#include "client_ca.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/patterns.h"
#include "base/issue.h"
#include "base/pem.h"
#include "base/problem.h"
#include "client_crl.h"

enum { SECURITY_LEVEL = 2 }; /* of OpenSSL: 112 bits */

/* --- reading ---------------------------------------------------------------------------------------- */

/* A certificate that is none of a CA is the wrong file, and would count for a client that shows it. */
static bool add_ca(X509 *certificate, const char *path, struct strbuf *pem, X509_STORE *store,
                   struct strbuf *ret_problem)
{
    if (X509_check_ca(certificate) <= 0)
        return problem(ret_problem, "%s: holds a certificate that is not a CA's", path);
    return (pem_add_certificate(pem, certificate) && X509_STORE_add_cert(store, certificate) == 1) ||
           problem(ret_problem, "%s: out of memory for the certificates", path);
}

static bool add_all(const struct stack_st_X509 *certificates, const char *path, struct strbuf *pem,
                    X509_STORE *store, struct strbuf *ret_problem)
{
    int n = sk_X509_num(certificates);
    if (n >= PEM_CHAIN_MAX) /* there may be more behind them */
        return problem(ret_problem, "%s: holds %d certificates or more, which are too many", path, n);
    if (store == NULL)
        return problem(ret_problem, "%s: out of memory for the certificates", path);
    for (int i = 0; i < n; i++)
        if (!add_ca(sk_X509_value(certificates, i), path, pem, store, ret_problem))
            return false;
    return true;
}

/* What was read at one time. Whoever judges by it holds it meanwhile. */
struct trust {
    char *pem;                /* all the CAs */
    X509_STORE *store;        /* any number of threads may judge by it */
    struct client_crls *crls; /* NULL: nothing was revoked */
    atomic_int holders;
};

/* What a file looked like when it was read; all zero: it was not there. */
struct file_mark {
    struct timespec changed;
    ino_t inode;
    off_t size;
};

struct client_ca {
    char *cas_path;
    char *crls_path; /* "": none */
    struct log *log;
    pthread_mutex_t lock;  /* of `trust` */
    struct trust *trust;   /* in force */
    pthread_mutex_t reads; /* one at a time; of `crls_mark` */
    struct file_mark crls_mark;
    atomic_uint_fast64_t generation;
};

static void let_go(struct trust *trust)
{
    if (trust == NULL || atomic_fetch_sub(&trust->holders, 1) > 1)
        return;
    free(trust->pem);
    X509_STORE_free(trust->store);
    client_crls_free(trust->crls);
    free(trust);
}

static struct trust *hold(struct client_ca *ca)
{
    pthread_mutex_lock(&ca->lock);
    struct trust *trust = ca->trust;
    atomic_fetch_add(&trust->holders, 1);
    pthread_mutex_unlock(&ca->lock);
    return trust;
}

/* By path. */
static struct file_mark mark_of(const char *path)
{
    struct stat about;
    if (stat(path, &about) != 0)
        return (struct file_mark){ 0 };
    return (struct file_mark){ about.st_mtim, about.st_ino, about.st_size };
}

static bool is_marked(const struct file_mark *a, const struct file_mark *b)
{
    return a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec &&
           a->inode == b->inode && a->size == b->size;
}

static bool read_cas(const char *path, const struct stack_st_X509 *certificates, struct trust *trust,
                     struct strbuf *ret_problem)
{
    struct strbuf pem;
    strbuf_init(&pem, PEM_TEXT_MAX);
    trust->store = X509_STORE_new();
    bool ok = add_all(certificates, path, &pem, trust->store, ret_problem);
    if (ok)
        trust->pem = strbuf_detach(&pem, NULL);
    strbuf_release(&pem);
    return ok;
}

static bool read_files(struct client_ca *ca, struct trust *trust, struct strbuf *ret_problem)
{
    struct stack_st_X509 *certificates = NULL;
    if (ca->cas_path[0] != '\0' && !pem_read_certificates(ca->cas_path, &certificates, ret_problem))
        return false;
    bool ok = read_cas(ca->cas_path, certificates, trust, ret_problem);
    if (ok && ca->crls_path[0] != '\0') {
        trust->crls = client_crls_read(ca->crls_path, certificates, ret_problem);
        ok = trust->crls != NULL;
    }
    sk_X509_pop_free(certificates, X509_free);
    ERR_clear_error();
    return ok;
}

/* With `reads` held. NULL: one sentence in `ret_problem`. The file is looked at before it is read: who writes
 * it meanwhile will be noticed. */
static struct trust *read_trust(struct client_ca *ca, struct strbuf *ret_problem)
{
    struct trust *trust = calloc(1, sizeof *trust);
    if (trust == NULL) {
        problem(ret_problem, "%s: out of memory for the certificates", ca->cas_path);
        return NULL;
    }
    atomic_init(&trust->holders, 1);
    if (ca->crls_path[0] != '\0')
        ca->crls_mark = mark_of(ca->crls_path);
    if (read_files(ca, trust, ret_problem))
        return trust;
    let_go(trust);
    return NULL;
}

struct client_ca *client_ca_open(const struct client_ca_options *options, struct strbuf *ret_problem)
{
    struct client_ca *ca = calloc(1, sizeof *ca);
    if (ca == NULL) {
        problem(ret_problem, "%s: out of memory for the certificates", options->cas);
        return NULL;
    }
    ca->log = options->log;
    pthread_mutex_init(&ca->lock, NULL);
    pthread_mutex_init(&ca->reads, NULL);
    atomic_init(&ca->generation, 1);
    ca->cas_path = strdup(options->cas);
    ca->crls_path = strdup(options->crls != NULL ? options->crls : "");
    if (ca->cas_path == NULL || ca->crls_path == NULL)
        problem(ret_problem, "%s: out of memory for the certificates", options->cas);
    else
        ca->trust = read_trust(ca, ret_problem);
    if (ca->trust != NULL)
        return ca;
    client_ca_free(ca);
    return NULL;
}

void client_ca_free(struct client_ca *ca)
{
    if (ca == NULL)
        return;
    let_go(ca->trust);
    pthread_mutex_destroy(&ca->lock);
    pthread_mutex_destroy(&ca->reads);
    free(ca->cas_path);
    free(ca->crls_path);
    free(ca);
}

static void put_in_force(struct client_ca *ca, struct trust *trust)
{
    pthread_mutex_lock(&ca->lock);
    struct trust *before = ca->trust;
    ca->trust = trust;
    pthread_mutex_unlock(&ca->lock);
    atomic_fetch_add(&ca->generation, 1);
    let_go(before);
}

/* With `reads` held. */
static void read_again(struct client_ca *ca)
{
    struct strbuf why;
    strbuf_init(&why, PROBLEM_MAX);
    struct trust *trust = read_trust(ca, &why);
    if (trust != NULL)
        put_in_force(ca, trust);
    else
        log_write(ca->log, LOG_WARNING, "client_ca kept problem=\"%.*s\"", STR(strbuf_str(&why)));
    strbuf_release(&why);
}

void client_ca_reload(struct client_ca *ca)
{
    pthread_mutex_lock(&ca->reads);
    read_again(ca);
    pthread_mutex_unlock(&ca->reads);
}

void client_ca_look(struct client_ca *ca, int64_t now_ms)
{
    if (ca->crls_path[0] == '\0')
        return;
    pthread_mutex_lock(&ca->reads);
    struct file_mark mark = mark_of(ca->crls_path);
    if (!is_marked(&mark, &ca->crls_mark))
        read_again(ca);
    client_crls_tell(ca->trust->crls, now_ms, ca->log); /* it is replaced by who has `reads` alone */
    pthread_mutex_unlock(&ca->reads);
}

bool client_ca_has_crls(const struct client_ca *ca)
{
    return ca->crls_path[0] != '\0';
}

uint64_t client_ca_generation(const struct client_ca *ca)
{
    return atomic_load(&ca->generation);
}

void client_ca_add_pem(struct client_ca *ca, struct strbuf *out)
{
    struct trust *trust = hold(ca);
    strbuf_add_text(out, trust->pem);
    let_go(trust);
}

/* --- judging ---------------------------------------------------------------------------------------- */

static const char no_memory[] = "the server is out of memory for it";
static const char no_ca[] = "no CA that this server trusts has signed it";
static const char revoked[] = "its CA has revoked it";
static const char revoked_above[] = "a CA above it was revoked";

static const char *words_of(int error)
{
    static const struct {
        int error;
        const char *words;
    } known[] = {
        { X509_V_ERR_CERT_HAS_EXPIRED, "it, or a CA's above it, has expired" },
        { X509_V_ERR_CERT_NOT_YET_VALID, "it, or a CA's above it, is not valid yet" },
        { X509_V_ERR_INVALID_PURPOSE, "it is not meant for TLS clients" },
        { X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "it is self-signed, by no CA that this server trusts" },
        { X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, no_ca },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, no_ca },
        { X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, no_ca },
        { X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, no_ca },
        { X509_V_ERR_OUT_OF_MEM, no_memory },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].error == error)
            return known[i].words;
    return X509_verify_cert_error_string(error);
}

/* NULL: nothing was revoked. `chain` leads to a CA that is trusted; NULL: none does. */
static const char *find_revoked(const struct trust *trust, X509 *certificate,
                                const struct stack_st_X509 *chain)
{
    if (trust->crls == NULL)
        return NULL;
    if (chain == NULL)
        return client_crls_name(trust->crls, certificate) ? revoked : NULL;
    int place = client_crls_find(trust->crls, chain);
    return place < 0 ? NULL : place == 0 ? revoked : revoked_above;
}

/* NULL: it counts. */
static const char *verify(const struct trust *trust, X509 *certificate, struct stack_st_X509 *others,
                          int64_t now_ms)
{
    const char *refusal = no_memory;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context != NULL && X509_STORE_CTX_init(context, trust->store, certificate, others) == 1 &&
        X509_STORE_CTX_set_default(context, "ssl_client") == 1) {
        X509_VERIFY_PARAM *rules = X509_STORE_CTX_get0_param(context);
        X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_auth_level(rules, SECURITY_LEVEL);
        X509_VERIFY_PARAM_set_time(rules, (time_t)(now_ms / 1000));
        bool counts = X509_verify_cert(context) == 1;
        const char *found =
            find_revoked(trust, certificate, counts ? X509_STORE_CTX_get0_chain(context) : NULL);
        refusal = found != NULL ? found : counts ? NULL : words_of(X509_STORE_CTX_get_error(context));
    }
    X509_STORE_CTX_free(context);
    return refusal;
}

/* NULL when it is none. */
static X509 *parse(struct str der)
{
    const unsigned char *p = (const unsigned char *)der.p;
    return d2i_X509(NULL, &p, (long)der.n);
}

/* NULL when one of them is no certificate. */
static struct stack_st_X509 *parse_all(const struct str *chain, size_t n)
{
    struct stack_st_X509 *certificates = sk_X509_new_null();
    for (size_t i = 0; certificates != NULL && i < n; i++) {
        X509 *certificate = parse(chain[i]);
        if (certificate == NULL || sk_X509_push(certificates, certificate) == 0) {
            X509_free(certificate);
            sk_X509_pop_free(certificates, X509_free);
            return NULL;
        }
    }
    return certificates;
}

/* Two common names would leave it to the reader which of two things it is. */
static void write_thing_name(X509 *certificate, char ret_name[THING_NAME_MAX + 1])
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    unsigned char *text = NULL;
    ret_name[0] = '\0';
    if (index < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, index) >= 0)
        return;
    int n = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
    if (n > 0 && n <= THING_NAME_MAX && pattern_registry_name((struct str){ (char *)text, (size_t)n })) {
        memcpy(ret_name, text, (size_t)n);
        ret_name[n] = '\0';
    }
    OPENSSL_free(text);
}

/* False: out of memory. */
static bool write_content(X509 *certificate, char ret_content[CERTIFICATE_ID_DIGITS + 1])
{
    unsigned char *der = NULL;
    int n = i2d_re_X509_tbs(certificate, &der);
    if (n <= 0)
        return false;
    certificate_hash((struct str){ (char *)der, (size_t)n }, ret_content);
    OPENSSL_free(der);
    return true;
}

static void judge(const struct trust *trust, struct stack_st_X509 *chain, int64_t now_ms,
                  struct client_certificate *certificate)
{
    X509 *own = sk_X509_value(chain, 0);
    write_thing_name(own, certificate->thing_name);
    certificate->made_here = issue_has_made_client(own);
    certificate->refusal = verify(trust, own, chain, now_ms);
    certificate->revoked = certificate->refusal == revoked || certificate->refusal == revoked_above;
    if (!write_content(own, certificate->content) && certificate->refusal == NULL)
        certificate->refusal = no_memory;
}

void client_ca_judge(struct client_ca *ca, const struct str *chain, size_t n, int64_t now_ms,
                     struct client_certificate *ret_certificate)
{
    *ret_certificate = (struct client_certificate){ 0 };
    certificate_hash(chain[0], ret_certificate->id);
    struct stack_st_X509 *certificates = n <= CLIENT_CHAIN_MAX ? parse_all(chain, n) : NULL;
    if (certificates == NULL) {
        ret_certificate->refusal = "it is malformed, or has too many others behind it";
    } else {
        struct trust *trust = hold(ca);
        judge(trust, certificates, now_ms, ret_certificate);
        let_go(trust);
    }
    sk_X509_pop_free(certificates, X509_free);
    ERR_clear_error();
}
