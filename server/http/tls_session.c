#include "http/tls_session.h"

#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <string.h>

#include "base/certificate.h"
#include "base/log.h"
#include "base/pem.h"

/* As AWS prefers them, which takes CBC and RSA's key exchange, too, for clients of before 2013. */
const char tls_priorities[] =
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-128-GCM:"
    "+AES-256-GCM:+CHACHA20-POLY1305:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1";

struct tls_credentials {
    gnutls_certificate_credentials_t gnutls;
    size_t holders;                         /* the sessions, and who began them */
    uint64_t tls_generation, ca_generation; /* what they were made of */
};

void tls_sessions_init(struct tls_sessions *sessions, bool for_devices, bool enforce)
{
    sessions->for_devices = for_devices;
    if (for_devices && enforce)
        sessions->asks = TLS_ASKS_EVERYBODY;
    else if (for_devices && sessions->client_ca != NULL)
        sessions->asks = TLS_ASKS_KNOWN;
    pthread_mutex_init(&sessions->lock, NULL);
}

static void free_credentials(struct tls_credentials *credentials)
{
    if (credentials->gnutls != NULL)
        gnutls_certificate_free_credentials(credentials->gnutls);
    free(credentials);
}

void tls_sessions_release(struct tls_sessions *sessions)
{
    if (sessions->now != NULL)
        free_credentials(sessions->now);
    pthread_mutex_destroy(&sessions->lock);
}

/* --- making ----------------------------------------------------------------------------------------- */

static gnutls_datum_t datum(const char *text, size_t n)
{
    return (gnutls_datum_t){ (unsigned char *)text, (unsigned)n };
}

/* 0, or what GnuTLS says. */
static int add_certificate(struct tls_credentials *credentials, struct tls_shown *shown)
{
    const struct tls *tls = tls_shown_hold(shown);
    gnutls_datum_t certificates = datum(tls->certificates, strlen(tls->certificates));
    gnutls_datum_t key = datum(tls->key, strlen(tls->key));
    int error =
        gnutls_certificate_set_x509_key_mem(credentials->gnutls, &certificates, &key, GNUTLS_X509_FMT_PEM);
    tls_shown_let_go(shown, tls);
    return error < 0 ? error : 0;
}

/* The same. Clients are told the names of these; GnuTLS verifies nothing. */
static int add_client_cas(struct tls_credentials *credentials, struct client_ca *client_ca)
{
    struct strbuf pem;
    strbuf_init(&pem, PEM_TEXT_MAX);
    client_ca_add_pem(client_ca, &pem);
    gnutls_datum_t cas = datum(pem.p, pem.n);
    int error = pem.failed
                    ? GNUTLS_E_MEMORY_ERROR
                    : gnutls_certificate_set_x509_trust_mem(credentials->gnutls, &cas, GNUTLS_X509_FMT_PEM);
    strbuf_release(&pem);
    return error < 0 ? error : 0;
}

/* NULL: GnuTLS cannot use what is in force, and the log says why. */
static struct tls_credentials *make(const struct tls_sessions *sessions, uint64_t tls_generation,
                                    uint64_t ca_generation)
{
    struct tls_credentials *made = calloc(1, sizeof *made);
    if (made == NULL)
        return NULL;
    *made = (struct tls_credentials){ .tls_generation = tls_generation, .ca_generation = ca_generation };
    int error = gnutls_certificate_allocate_credentials(&made->gnutls);
    if (error == 0)
        error = add_certificate(made, sessions->shown);
    if (error == 0 && sessions->asks == TLS_ASKS_KNOWN)
        error = add_client_cas(made, sessions->client_ca);
    if (error == 0)
        return made;
    log_write(sessions->log, LOG_WARNING, "https_certificate kept problem=\"%s\"", gnutls_strerror(error));
    free_credentials(made);
    return NULL;
}

/* --- holding ---------------------------------------------------------------------------------------- */

/* With the lock held. What cannot be used is tried once, and what was shown before goes on being shown. */
static void renew(struct tls_sessions *sessions)
{
    uint64_t tls_generation = tls_shown_generation(sessions->shown);
    uint64_t ca_generation = sessions->asks == TLS_ASKS_KNOWN ? client_ca_generation(sessions->client_ca) : 0;
    struct tls_credentials *now = sessions->now;
    if (now != NULL && now->tls_generation == tls_generation && now->ca_generation == ca_generation)
        return;
    struct tls_credentials *made = make(sessions, tls_generation, ca_generation);
    if (made != NULL) {
        sessions->now = made;
        if (now != NULL && now->holders == 0)
            free_credentials(now);
    } else if (now != NULL) {
        now->tls_generation = tls_generation;
        now->ca_generation = ca_generation;
    }
}

static struct tls_credentials *hold(struct tls_sessions *sessions)
{
    pthread_mutex_lock(&sessions->lock);
    renew(sessions);
    struct tls_credentials *now = sessions->now;
    if (now != NULL)
        now->holders++;
    pthread_mutex_unlock(&sessions->lock);
    return now;
}

static void let_go(struct tls_sessions *sessions, struct tls_credentials *credentials)
{
    pthread_mutex_lock(&sessions->lock);
    bool last = --credentials->holders == 0 && credentials != sessions->now;
    pthread_mutex_unlock(&sessions->lock);
    if (last)
        free_credentials(credentials);
}

/* --- sessions --------------------------------------------------------------------------------------- */

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info != NULL ? info->tls_session : NULL;
}

/* None is mandatory: whoever names others is served all the same. */
static int offer_protocols(gnutls_session_t session, bool for_devices)
{
    static const char device[] = "x-amzn-http-ca", usual[] = "http/1.1";
    const gnutls_datum_t names[] = { datum(device, sizeof device - 1), datum(usual, sizeof usual - 1) };
    unsigned first = for_devices ? 0 : 1;
    return gnutls_alpn_set_protocols(session, names + first, 2 - first, 0);
}

/* The client's signature has arrived and is about to be verified, for which GnuTLS takes any key: with RSA of
 * 65,536 bits that keeps the thread busy for minutes, whoever sent it, and whatever deadline has passed.
 * Whether the certificate counts is found out later. Not gnutls_certificate_set_verify_function, which comes
 * after that in TLS 1.3. */
static int on_signature(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                        const gnutls_datum_t *message)
{
    (void)type, (void)when, (void)message;
    unsigned count = 0;
    if (!incoming) /* in TLS 1.3 the server signs as well */
        return 0;
    const gnutls_datum_t *sent = gnutls_certificate_get_peers(session, &count);
    bool quick = sent != NULL && count > 0 &&
                 certificate_is_quick((struct str){ (const char *)sent[0].data, sent[0].size });
    return quick ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

static bool set_up(const struct tls_sessions *sessions, gnutls_session_t session,
                   const struct tls_credentials *credentials)
{
    if (gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials->gnutls) != 0)
        return false;
    if (sessions->asks != TLS_ASKS_NOBODY) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
        gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CERTIFICATE_VERIFY, GNUTLS_HOOK_PRE,
                                           on_signature);
    }
    gnutls_certificate_send_x509_rdn_sequence(session, sessions->asks == TLS_ASKS_EVERYBODY);
    return offer_protocols(session, sessions->for_devices) == 0;
}

struct tls_credentials *tls_session_begin(struct tls_sessions *sessions, struct MHD_Connection *connection)
{
    gnutls_session_t session = session_of(connection);
    struct tls_credentials *credentials = session != NULL ? hold(sessions) : NULL;
    if (credentials != NULL && set_up(sessions, session, credentials))
        return credentials;
    if (credentials != NULL)
        tls_session_end(sessions, connection, credentials);
    return NULL;
}

/* libmicrohttpd frees the session after it has told us of its end: it must not point at what we let go. */
void tls_session_end(struct tls_sessions *sessions, struct MHD_Connection *connection,
                     struct tls_credentials *credentials)
{
    gnutls_session_t session = session_of(connection);
    if (session != NULL)
        gnutls_credentials_clear(session);
    let_go(sessions, credentials);
}
