#include "plugin/broker_tls.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "base/certificate.h"

enum {
    NO_INDEX = -1,
    OUR_DESCRIPTORS = 4096, /* as the launcher has it (launcher/broker_config) */
};

/* ---- the certificate of a client ---- */

static void free_peer(void *certificate, void *value, CRYPTO_EX_DATA *data, int index, long number,
                      void *argument)
{
    (void)certificate, (void)data, (void)index, (void)number, (void)argument;
    struct tls_peer *peer = value;
    for (size_t i = 0; peer != NULL && i < peer->n; i++)
        OPENSSL_free((char *)peer->chain[i].p);
    free(peer);
}

/* False: no memory. */
static bool keep_chain(struct tls_peer *peer, const STACK_OF(X509) * chain)
{
    for (int i = 0; i < sk_X509_num(chain) && peer->n <= CLIENT_CHAIN_MAX; i++) {
        unsigned char *der = NULL;
        int n = i2d_X509(sk_X509_value(chain, i), &der);
        if (n <= 0)
            return false;
        peer->chain[peer->n++] = (struct str){ (char *)der, (size_t)n };
    }
    return peer->n > 0;
}

static struct tls_peer *peer_of(const STACK_OF(X509) * chain, const SSL *ssl)
{
    struct tls_peer *peer = calloc(1, sizeof *peer);
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    if (peer == NULL)
        return NULL;
    if (name != NULL && strlen(name) <= SERVER_NAME_MAX)
        snprintf(peer->server_name, sizeof peer->server_name, "%s", name);
    if (keep_chain(peer, chain))
        return peer;
    free_peer(NULL, peer, NULL, 0, 0, NULL);
    return NULL;
}

/* Instead of OpenSSL's own verification, and before the client's signature is verified, by the broker's only
 * thread. Every certificate passes whose key lets it do that in no time; one that could not be kept for lack
 * of memory has no peer, and is none at CONNECT. */
static int on_verify(X509_STORE_CTX *context, void *argument)
{
    const struct broker_tls *tls = argument;
    X509 *certificate = X509_STORE_CTX_get0_cert(context);
    const SSL *ssl = X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_peer *peer = peer_of(X509_STORE_CTX_get0_untrusted(context), ssl);
    bool passes = peer == NULL || certificate_is_quick(peer->chain[0]);
    if (peer != NULL && X509_set_ex_data(certificate, tls->certificates, peer) != 1)
        free_peer(certificate, peer, NULL, 0, 0, NULL);
    X509_STORE_CTX_set_error(context, passes ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
    return passes;
}

const struct tls_peer *broker_tls_peer(const struct broker_tls *tls, const struct mosquitto *client)
{
    if (!tls->begun || !tls->asks)
        return NULL;
    X509 *certificate = mosquitto_client_certificate(client);
    const struct tls_peer *peer =
        certificate != NULL ? X509_get_ex_data(certificate, tls->certificates) : NULL;
    X509_free(certificate);
    return peer;
}

/* ---- listeners and connections ---- */

/* What a client offers is length and name, one after the other. */
static int on_alpn(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_n,
                   const unsigned char *offered, unsigned n, void *unused)
{
    static const char *const names[] = { "x-amzn-mqtt-ca", "mqtt" };
    (void)ssl, (void)unused;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (unsigned at = 0; at + 1 + offered[at] <= n; at += 1 + offered[at])
            if (offered[at] == strlen(names[i]) && memcmp(offered + at + 1, names[i], offered[at]) == 0) {
                *ret_name = offered + at + 1;
                *ret_n = offered[at];
                return SSL_TLSEXT_ERR_OK;
            }
    return SSL_TLSEXT_ERR_NOACK;
}

static bool is_a_listeners(const struct broker_tls *tls, const SSL_CTX *context)
{
    return pthread_equal(pthread_self(), tls->broker) &&
           SSL_CTX_get_ssl_method(context) == TLS_server_method();
}

/* However many clients connect, HTTP, the database and the artefacts still get descriptors. */
static bool is_crowded(const struct broker_tls *tls)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return false;
    rlim_t half = files.rlim_cur / 2;
    return tls->open > files.rlim_cur - (half < OUR_DESCRIPTORS ? half : OUR_DESCRIPTORS);
}

/* The broker begins the handshake as soon as it has accepted a connection, and closes one that it cannot
 * read. */
static void on_state(const SSL *ssl, int where, int value)
{
    (void)value;
    const struct broker_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if ((where & SSL_CB_HANDSHAKE_START) && tls != NULL && is_crowded(tls))
        shutdown(SSL_get_fd(ssl), SHUT_RDWR);
}

/* The broker sets up the context after this; it has no use for these callbacks itself. */
static void on_context(void *context, void *value, CRYPTO_EX_DATA *data, int index, long number,
                       void *argument)
{
    (void)value, (void)data, (void)index, (void)number;
    struct broker_tls *tls = argument;
    if (!is_a_listeners(tls, context))
        return;
    SSL_CTX_set_alpn_select_cb(context, on_alpn, NULL);
    if (!tls->asks)
        return;
    SSL_CTX_set_app_data(context, tls);
    SSL_CTX_set_info_callback(context, on_state);
    SSL_CTX_set_cert_verify_callback(context, on_verify, tls);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

/* The broker decides for each listener whether clients are asked, so it is decided anew for each connection.
 */
static void on_session(void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)value, (void)number;
    struct broker_tls *tls = argument;
    if (!is_a_listeners(tls, SSL_get_SSL_CTX(ssl)))
        return;
    tls->open += CRYPTO_set_ex_data(data, index, tls) == 1;
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    SSL_set_options(ssl, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_set_num_tickets(ssl, 0);
}

static void on_session_end(void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long number,
                           void *argument)
{
    (void)ssl, (void)data, (void)index, (void)number;
    struct broker_tls *tls = argument;
    if (value == tls) /* it was counted */
        tls->open--;
}

bool broker_tls_begin(struct broker_tls *tls, bool asks)
{
    *tls = (struct broker_tls){
        .begun = true, .broker = pthread_self(), .asks = asks, .sessions = NO_INDEX, .certificates = NO_INDEX
    };
    tls->contexts = SSL_CTX_get_ex_new_index(0, tls, on_context, NULL, NULL);
    if (!asks)
        return tls->contexts != NO_INDEX;
    tls->sessions = SSL_get_ex_new_index(0, tls, on_session, NULL, on_session_end);
    tls->certificates = X509_get_ex_new_index(0, NULL, NULL, NULL, free_peer);
    return tls->contexts != NO_INDEX && tls->sessions != NO_INDEX && tls->certificates != NO_INDEX;
}

static void end_index(int class, int index)
{
    if (index != NO_INDEX)
        CRYPTO_free_ex_index(class, index);
}

void broker_tls_end(struct broker_tls *tls)
{
    if (!tls->begun)
        return;
    end_index(CRYPTO_EX_INDEX_SSL_CTX, tls->contexts);
    end_index(CRYPTO_EX_INDEX_SSL, tls->sessions);
    end_index(CRYPTO_EX_INDEX_X509, tls->certificates);
    *tls = (struct broker_tls){ 0 };
}
