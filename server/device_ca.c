#include "device_ca.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <unistd.h>

#include "base/pem.h"
#include "base/problem.h"
#include "store/store.h"

enum { TEXT_ARENA_MAX = 4 * PEM_TEXT_MAX };

#define DEVICE_CA_SECRET STR_LIT("device_ca") /* certificate and key in PEM */

static bool has_ended(X509 *certificate, int64_t now_ms)
{
    return pem_time_ms(X509_get0_notAfter(certificate)) < now_ms;
}

static bool is_usable(const struct issuer *ca, int64_t now_ms)
{
    bool usable = ca->certificate != NULL && ca->key != NULL && X509_check_ca(ca->certificate) > 0 &&
                  X509_check_private_key(ca->certificate, ca->key) == 1 &&
                  !has_ended(ca->certificate, now_ms);
    ERR_clear_error();
    return usable;
}

/* --- in the folder ---------------------------------------------------------------------------------- */

static bool read_files(const char *certificate_path, const char *key_path, struct issuer *ret_ca,
                       struct strbuf *ret_problem)
{
    struct stack_st_X509 *certificates = NULL;
    if (!pem_read_certificates(certificate_path, &certificates, ret_problem))
        return false;
    ret_ca->certificate = sk_X509_shift(certificates);
    sk_X509_pop_free(certificates, X509_free);
    return pem_read_key(key_path, &ret_ca->key, ret_problem);
}

/* False: there is none, or none that can be used, of which the log tells. */
static bool find_in_folder(const char *folder, int64_t host_ms, struct log *log, struct issuer *ret_ca)
{
    char certificate[PATH_MAX], key[PATH_MAX];
    if (snprintf(certificate, sizeof certificate, "%s/certs/ca.pem", folder) >= PATH_MAX ||
        snprintf(key, sizeof key, "%s/certs/ca.key", folder) >= PATH_MAX || access(certificate, F_OK) != 0 ||
        access(key, F_OK) != 0)
        return false;
    struct issuer ca = { 0 };
    struct strbuf why;
    strbuf_init(&why, PROBLEM_MAX);
    bool usable = read_files(certificate, key, &ca, &why);
    if (usable && !is_usable(&ca, host_ms))
        usable = problem(&why, "%s and its key do not make a CA that signs", certificate);
    if (usable) {
        *ret_ca = ca;
    } else {
        issuer_release(&ca);
        log_write(log, LOG_WARNING, "device_ca problem=\"%.*s\"", STR(strbuf_str(&why)));
    }
    strbuf_release(&why);
    return usable;
}

/* --- in the database -------------------------------------------------------------------------------- */

static bool find_in_database(struct db *db, int64_t host_ms, struct issuer *ret_ca)
{
    struct arena arena;
    arena_init(&arena, TEXT_ARENA_MAX);
    arena.secret = true;
    struct str text = store_secret_text(db, &arena, DEVICE_CA_SECRET);
    struct issuer ca = { 0 };
    if (text.p != NULL)
        ca = (struct issuer){ pem_parse_certificate(text), pem_parse_key(text) };
    arena_release(&arena);
    if (is_usable(&ca, host_ms)) {
        *ret_ca = ca;
        return true;
    }
    issuer_release(&ca);
    return false;
}

static bool keep_in_database(struct db *db, const struct issuer *ca)
{
    struct strbuf text;
    strbuf_init(&text, 2 * PEM_TEXT_MAX);
    text.secret = true;
    bool kept = pem_add_certificate(&text, ca->certificate) && pem_add_key(&text, ca->key) &&
                store_secret_set_text(db, DEVICE_CA_SECRET, strbuf_str(&text));
    strbuf_release(&text);
    return kept;
}

static bool make_in_database(struct db *db, int64_t host_ms, struct issuer *ret_ca)
{
    struct issuer ca = { .key = issue_key() };
    ca.certificate = ca.key != NULL ? issue_ca(ca.key, host_ms) : NULL;
    if (ca.certificate != NULL && keep_in_database(db, &ca)) {
        *ret_ca = ca;
        return true;
    }
    issuer_release(&ca);
    return false;
}

bool device_ca_open(const char *folder, struct db *db, int64_t host_ms, struct log *log,
                    struct issuer *ret_ca, struct strbuf *ret_problem)
{
    return (folder != NULL && find_in_folder(folder, host_ms, log, ret_ca)) ||
           find_in_database(db, host_ms, ret_ca) || make_in_database(db, host_ms, ret_ca) ||
           problem(ret_problem, "the CA that signs devices' certificates cannot be made or kept");
}
