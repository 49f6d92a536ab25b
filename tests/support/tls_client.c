#include "support/tls_client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4 * 1024 * 1024 };

struct tls_connection {
    SSL_CTX *context;
    SSL *tls;
    int fd;
    bool asked; /* for a certificate */
};

/* --- connecting ------------------------------------------------------------------------------------- */

static bool trust(SSL_CTX *context, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    bool ok = ca != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca) == 1;
    X509_free(ca);
    BIO_free(bio);
    return ok;
}

static bool show(SSL_CTX *context, const struct issuer *const *pairs)
{
    if (pairs == NULL)
        return true;
    bool ok = SSL_CTX_use_certificate(context, pairs[0]->certificate) == 1 &&
              SSL_CTX_use_PrivateKey(context, pairs[0]->key) == 1;
    for (size_t i = 1; ok && pairs[i] != NULL; i++)
        ok = SSL_CTX_add1_chain_cert(context, pairs[i]->certificate) == 1;
    return ok;
}

static int note_question(SSL *tls, void *context)
{
    (void)tls;
    ((struct tls_connection *)context)->asked = true;
    return 1;
}

/* What the client offers. */
static bool offer(SSL_CTX *context, const struct tls_request *request)
{
    const char *protocols = request->protocols;
    return (request->ciphers == NULL || SSL_CTX_set_cipher_list(context, request->ciphers) == 1) &&
           (protocols == NULL || SSL_CTX_set_alpn_protos(context, (const unsigned char *)protocols,
                                                         (unsigned)strlen(protocols)) == 0);
}

static SSL_CTX *context_of(const struct tls_request *request)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context == NULL)
        return NULL;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_security_level(context, 0); /* or we would refuse TLS 1.1 ourselves */
    SSL_CTX_set_min_proto_version(context, request->version);
    SSL_CTX_set_max_proto_version(context, request->version);
    if (trust(context, request->ca) && show(context, request->showing) && offer(context, request))
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static bool shake_hands(SSL *tls, int fd)
{
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");
    return SSL_set_fd(tls, fd) == 1 && SSL_connect(tls) == 1;
}

struct tls_connection *tls_connect(const struct tls_request *request)
{
    struct tls_connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL)
        return NULL;
    connection->context = context_of(request);
    if (connection->context != NULL)
        SSL_CTX_set_cert_cb(connection->context, note_question, connection);
    connection->tls = connection->context != NULL ? SSL_new(connection->context) : NULL;
    if (connection->tls != NULL && request->server_name != NULL)
        SSL_set_tlsext_host_name(connection->tls, request->server_name);
    connection->fd = http_connect(request->port);
    if (connection->tls != NULL && connection->fd >= 0 && shake_hands(connection->tls, connection->fd))
        return connection;
    tls_connection_close(connection);
    return NULL;
}

void tls_connection_told(const struct tls_connection *connection, struct tls_told *ret_told)
{
    const unsigned char *name = NULL;
    unsigned n = 0;
    SSL_get0_alpn_selected(connection->tls, &name, &n);
    *ret_told = (struct tls_told){ .asked = connection->asked };
    const struct stack_st_X509_NAME *cas = SSL_get0_peer_CA_list(connection->tls);
    ret_told->ca_count = cas != NULL ? sk_X509_NAME_num(cas) : 0;
    if (n > 0 && n < sizeof ret_told->protocol)
        memcpy(ret_told->protocol, name, n);
}

bool tls_connection_renegotiates(struct tls_connection *connection)
{
    char byte;
    bool done = SSL_renegotiate(connection->tls) == 1 && SSL_do_handshake(connection->tls) == 1 &&
                (SSL_read(connection->tls, &byte, 1) > 0 || SSL_renegotiate_pending(connection->tls) == 0);
    ERR_clear_error();
    return done;
}

void tls_connection_close(struct tls_connection *connection)
{
    SSL_free(connection->tls);
    SSL_CTX_free(connection->context);
    if (connection->fd >= 0)
        close(connection->fd);
    free(connection);
    ERR_clear_error();
}

bool tls_connection_resumes(const struct tls_connection *connection, int port)
{
    SSL *tls = SSL_new(connection->context);
    int fd = http_connect(port);
    bool resumed = tls != NULL && fd >= 0 && SSL_set_session(tls, SSL_get0_session(connection->tls)) == 1 &&
                   shake_hands(tls, fd) && SSL_session_reused(tls) == 1;
    SSL_free(tls);
    if (fd >= 0)
        close(fd);
    return resumed;
}

/* --- asking ----------------------------------------------------------------------------------------- */

static void write_request(const struct tls_request *request, struct strbuf *out)
{
    strbuf_printf(out, "%s %s HTTP/1.1\r\n%s", request->method, request->target, request->headers);
    if (!str_starts_with(str_from(request->headers), STR_LIT("Host:")))
        strbuf_printf(out, "Host: 127.0.0.1:%d\r\n", request->port);
    if (request->body.p != NULL)
        strbuf_printf(out, "Content-Length: %zu\r\n", request->body.n);
    strbuf_add_text(out, "\r\n");
    strbuf_add_str(out, request->body);
}

/* Whether the text is an answer with all of its body; it has a Content-Length, as all of ours have that have
 * a body. */
static bool is_whole(struct str text, const char *method)
{
    static const char end[] = "\r\n\r\n";
    char length[32];
    int64_t n = 0;
    struct http_answer answer;
    if (text.n == 0 || memmem(text.p, text.n, end, strlen(end)) == NULL)
        return false;
    http_answer_parse(text, &answer);
    bool without_body = strcmp(method, "HEAD") == 0 || answer.status == 204 || answer.status == 304;
    bool whole = without_body || (http_answer_header(&answer, "Content-Length", length, sizeof length) &&
                                  str_to_int(str_from(length), &n) && (int64_t)answer.body.n >= n);
    http_answer_release(&answer);
    return whole;
}

/* One answer, or what there is of it when the server closes the connection. */
static void read_answer(SSL *tls, const char *method, struct http_answer *ret_answer)
{
    char piece[16 * 1024];
    struct strbuf text;
    strbuf_init(&text, TEXT_MAX);
    while (!is_whole(strbuf_str(&text), method)) {
        int n = SSL_read(tls, piece, sizeof piece);
        if (n <= 0)
            break;
        strbuf_add(&text, piece, (size_t)n);
    }
    http_answer_parse(strbuf_str(&text), ret_answer);
    strbuf_release(&text);
}

bool tls_connection_ask(struct tls_connection *connection, const struct tls_request *request,
                        struct http_answer *ret_answer)
{
    struct strbuf text;
    strbuf_init(&text, TEXT_MAX);
    write_request(request, &text);
    bool sent = SSL_write(connection->tls, text.p, (int)text.n) == (int)text.n;
    strbuf_release(&text);
    if (sent)
        read_answer(connection->tls, request->method, ret_answer);
    return sent;
}

bool tls_ask(const struct tls_request *request, struct http_answer *ret_answer)
{
    struct tls_connection *connection = tls_connect(request);
    if (connection == NULL)
        return false;
    bool ok = tls_connection_ask(connection, request, ret_answer);
    tls_connection_close(connection);
    return ok;
}
