#include "tls_certificates.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/new_file.h"
#include "base/pem.h"
#include "base/problem.h"

enum { FOLDER_MODE = 0700 };

/* Both pairs; NULL: not there. */
struct pairs {
    struct issuer ca;
    struct issuer server;
};

static void pairs_release(struct pairs *pairs)
{
    issuer_release(&pairs->ca);
    issuer_release(&pairs->server);
    ERR_clear_error();
}

/* --- making ----------------------------------------------------------------------------------------- */

/* Makes what is missing. False: OpenSSL failed. */
static bool make_missing(struct pairs *pairs, const struct issue_names *names, int64_t now_ms)
{
    struct issuer *ca = &pairs->ca;
    struct issuer *server = &pairs->server;
    return (ca->key != NULL || (ca->key = issue_key()) != NULL) &&
           (ca->certificate != NULL || (ca->certificate = issue_ca(ca->key, now_ms)) != NULL) &&
           (server->key != NULL || (server->key = issue_key()) != NULL) &&
           (server->certificate != NULL ||
            (server->certificate = issue_server(ca, server->key, names, now_ms)) != NULL);
}

static bool cannot_make(struct strbuf *ret_problem)
{
    const char *reason = ERR_reason_error_string(ERR_peek_error());
    return problem(ret_problem, "OpenSSL cannot make certificates: %s",
                   reason != NULL ? reason : "out of memory");
}

/* The server's certificate, then its issuer's. */
static bool add_server_chain(struct strbuf *out, const struct pairs *pairs)
{
    return pem_add_certificate(out, pairs->server.certificate) &&
           pem_add_certificate(out, pairs->ca.certificate);
}

/* --- what is there ---------------------------------------------------------------------------------- */

struct paths {
    char ca[PATH_MAX];
    char ca_key[PATH_MAX];
    char server[PATH_MAX];
    char server_key[PATH_MAX];
};

static bool join(const char *folder, const char *name, char ret_path[PATH_MAX], struct strbuf *ret_problem)
{
    return snprintf(ret_path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX ||
           problem(ret_problem, "%s: the path of the folder is too long", folder);
}

static bool paths_of(const char *folder, struct paths *ret_paths, struct strbuf *ret_problem)
{
    return join(folder, "ca.pem", ret_paths->ca, ret_problem) &&
           join(folder, "ca.key", ret_paths->ca_key, ret_problem) &&
           join(folder, "server.pem", ret_paths->server, ret_problem) &&
           join(folder, "server.key", ret_paths->server_key, ret_problem);
}

/* One that cannot be looked at counts: reading it says why. */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno != ENOENT;
}

/* The pair's key and the first of its certificates, those that are there. */
static bool read_pair(const char *path, const char *key_path, struct issuer *ret_pair,
                      struct strbuf *ret_problem)
{
    struct stack_st_X509 *chain = NULL;
    if (is_there(path) && !pem_read_certificates(path, &chain, ret_problem))
        return false;
    if (chain != NULL)
        ret_pair->certificate = sk_X509_shift(chain);
    sk_X509_pop_free(chain, X509_free);
    if (is_there(key_path) && !pem_read_key(key_path, &ret_pair->key, ret_problem))
        return false;
    return ret_pair->certificate == NULL || ret_pair->key == NULL ||
           X509_check_private_key(ret_pair->certificate, ret_pair->key) == 1 ||
           problem(ret_problem, "%s is not the key of the certificate in %s", key_path, path);
}

static bool is_the_operators(const struct pairs *there)
{
    return there->server.certificate != NULL &&
           (there->ca.key == NULL || X509_verify(there->server.certificate, there->ca.key) != 1);
}

/* Whether what is missing can be made without replacing anything. */
static bool check(const struct paths *paths, const struct pairs *there, struct strbuf *ret_problem)
{
    if (there->server.certificate != NULL && there->server.key == NULL)
        return problem(ret_problem, "%s is of no use without %s: put the key back, or remove the certificate",
                       paths->server, paths->server_key);
    if (is_the_operators(there) || there->ca.certificate == NULL)
        return true;
    if (there->ca.key == NULL)
        return problem(ret_problem,
                       "%s is of no use without %s: put the key back, or remove the certificate to have "
                       "another made, which clients must be given",
                       paths->ca, paths->ca_key);
    return X509_check_ca(there->ca.certificate) > 0 ||
           problem(ret_problem, "%s is not the certificate of a CA", paths->ca);
}

/* --- in a folder ------------------------------------------------------------------------------------ */

/* Takes the text, too; `whole`: there was room for it. */
static bool write_file(const char *path, struct strbuf *text, bool whole, struct strbuf *ret_problem)
{
    bool ok = whole ? new_file_replace(path, strbuf_str(text), ret_problem) : cannot_make(ret_problem);
    strbuf_release(text);
    return ok;
}

static bool write_key(const char *path, EVP_PKEY *key, struct strbuf *ret_problem)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    return write_file(path, &text, pem_add_key(&text, key), ret_problem);
}

static bool write_ca(const char *path, const struct pairs *pairs, struct strbuf *ret_problem)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    bool whole = pem_add_certificate(&text, pairs->ca.certificate);
    return write_file(path, &text, whole, ret_problem);
}

static bool write_server(const char *path, const struct pairs *pairs, struct strbuf *ret_problem)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    bool whole = add_server_chain(&text, pairs);
    return write_file(path, &text, whole, ret_problem);
}

/* Keys before what is made with them: whatever an interrupted start leaves, the next one goes on with it. */
static bool write_missing(const struct paths *paths, const struct pairs *there, const struct pairs *now,
                          struct strbuf *ret_problem)
{
    return (there->ca.key != NULL || write_key(paths->ca_key, now->ca.key, ret_problem)) &&
           (there->ca.certificate != NULL || write_ca(paths->ca, now, ret_problem)) &&
           (there->server.key != NULL || write_key(paths->server_key, now->server.key, ret_problem)) &&
           (there->server.certificate != NULL || write_server(paths->server, now, ret_problem));
}

static bool has_ended(X509 *certificate, int64_t now_ms)
{
    time_t now = (time_t)(now_ms / 1000);
    return certificate != NULL && X509_cmp_time(X509_get0_notAfter(certificate), &now) < 0;
}

static bool complete(const struct paths *paths, struct pairs *pairs, const struct issue_names *names,
                     int64_t now_ms, struct strbuf *ret_problem)
{
    if (pairs->server.certificate != NULL && issue_is_due(pairs->server.certificate, names, now_ms)) {
        X509_free(pairs->server.certificate);
        pairs->server.certificate = NULL;
    }
    if (pairs->server.certificate == NULL && has_ended(pairs->ca.certificate, now_ms))
        return problem(ret_problem,
                       "%s has expired: remove it and %s to have others made, which clients must be given",
                       paths->ca, paths->ca_key);
    const struct pairs there = *pairs;
    return (make_missing(pairs, names, now_ms) || cannot_make(ret_problem)) &&
           write_missing(paths, &there, pairs, ret_problem);
}

static bool make_folder(const char *folder, struct strbuf *ret_problem)
{
    return mkdir(folder, FOLDER_MODE) == 0 || errno == EEXIST ||
           problem(ret_problem, "cannot make the folder %s: %s", folder, strerror(errno));
}

bool certificates_in_folder(const char *folder, const struct issue_names *names, int64_t now_ms,
                            struct certificates *ret_certificates, struct strbuf *ret_problem)
{
    struct paths paths;
    struct pairs pairs = { 0 };
    bool ok = paths_of(folder, &paths, ret_problem) && make_folder(folder, ret_problem) &&
              read_pair(paths.ca, paths.ca_key, &pairs.ca, ret_problem) &&
              read_pair(paths.server, paths.server_key, &pairs.server, ret_problem) &&
              check(&paths, &pairs, ret_problem);
    bool foreign = ok && is_the_operators(&pairs);
    if (ok && !foreign)
        ok = complete(&paths, &pairs, names, now_ms, ret_problem);
    pairs_release(&pairs);
    if (!ok)
        return false;
    snprintf(ret_certificates->server, PATH_MAX, "%s", paths.server);
    snprintf(ret_certificates->key, PATH_MAX, "%s", paths.server_key);
    snprintf(ret_certificates->ca, PATH_MAX, "%s", foreign ? "" : paths.ca);
    return true;
}

/* --- while the server runs -------------------------------------------------------------------------- */

/* An issuer that ends itself has nothing to give: what it would sign is no better than what there is. */
static bool lives_longer(X509 *issuer, X509 *server)
{
    return ASN1_TIME_compare(X509_get0_notAfter(issuer), X509_get0_notAfter(server)) > 0;
}

/* False: the server's certificate stays. */
static bool check_renewal(const struct paths *paths, const struct pairs *there, struct strbuf *ret_problem)
{
    if (there->server.key == NULL || there->ca.certificate == NULL)
        return problem(
            ret_problem,
            "%s ends soon: to have it made anew, %s and %s must be there; put back what is missing",
            paths->server, paths->server_key, paths->ca);
    return lives_longer(there->ca.certificate, there->server.certificate) ||
           problem(
               ret_problem,
               "%s ends with its CA: remove it, %s and %s and start the server again to have others made, "
               "which clients must be given",
               paths->server, paths->ca, paths->ca_key);
}

static bool renew(const struct paths *paths, struct pairs *pairs, const struct issue_names *names,
                  int64_t now_ms, struct strbuf *ret_problem)
{
    X509_free(pairs->server.certificate);
    pairs->server.certificate = issue_server(&pairs->ca, pairs->server.key, names, now_ms);
    return (pairs->server.certificate != NULL || cannot_make(ret_problem)) &&
           write_server(paths->server, pairs, ret_problem);
}

bool certificates_renew(const char *folder, const struct issue_names *names, int64_t now_ms,
                        bool *ret_renewed, struct strbuf *ret_problem)
{
    struct paths paths;
    struct pairs pairs = { 0 };
    bool ok = paths_of(folder, &paths, ret_problem) &&
              read_pair(paths.ca, paths.ca_key, &pairs.ca, ret_problem) &&
              read_pair(paths.server, paths.server_key, &pairs.server, ret_problem);
    bool due = ok && pairs.server.certificate != NULL && issue_ends_soon(pairs.server.certificate, now_ms) &&
               !is_the_operators(&pairs);
    if (due)
        ok = check_renewal(&paths, &pairs, ret_problem) && renew(&paths, &pairs, names, now_ms, ret_problem);
    pairs_release(&pairs);
    if (ok)
        *ret_renewed = due;
    return ok;
}

/* --- in memory -------------------------------------------------------------------------------------- */

/* The CA's key is nowhere: nothing else will be signed with it. */
static bool write_memory(const struct pairs *pairs, struct certificates *ret_certificates,
                         struct strbuf *ret_problem)
{
    struct strbuf server;
    struct strbuf key;
    struct strbuf ca;
    strbuf_init(&server, PEM_TEXT_MAX);
    strbuf_init(&key, PEM_TEXT_MAX);
    strbuf_init(&ca, PEM_TEXT_MAX);
    bool whole = add_server_chain(&server, pairs) && pem_add_key(&key, pairs->server.key) &&
                 pem_add_certificate(&ca, pairs->ca.certificate);
    bool ok = (whole || cannot_make(ret_problem)) &&
              new_file_in_memory("server.pem", strbuf_str(&server), ret_certificates->server, ret_problem) &&
              new_file_in_memory("server.key", strbuf_str(&key), ret_certificates->key, ret_problem) &&
              new_file_in_memory("ca.pem", strbuf_str(&ca), ret_certificates->ca, ret_problem);
    strbuf_release(&server);
    strbuf_release(&key);
    strbuf_release(&ca);
    return ok;
}

bool certificates_in_memory(const struct issue_names *names, int64_t now_ms,
                            struct certificates *ret_certificates, struct strbuf *ret_problem)
{
    struct pairs pairs = { 0 };
    bool ok = (make_missing(&pairs, names, now_ms) || cannot_make(ret_problem)) &&
              write_memory(&pairs, ret_certificates, ret_problem);
    pairs_release(&pairs);
    return ok;
}
