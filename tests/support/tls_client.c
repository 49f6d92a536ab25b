#include "support/tls_client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 4 * 1024 * 1024 };

static bool trust(SSL_CTX *context, const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *ca = PEM_read_bio_X509(bio, NULL, NULL, NULL);
    bool ok = ca != NULL && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca) == 1;
    X509_free(ca);
    BIO_free(bio);
    return ok;
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
    if (trust(context, request->ca))
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static void write_request(const struct tls_request *request, struct strbuf *out)
{
    strbuf_printf(out, "%s %s HTTP/1.1\r\nConnection: close\r\n%s", request->method, request->target,
                  request->headers);
    if (!str_starts_with(str_from(request->headers), STR_LIT("Host:")))
        strbuf_printf(out, "Host: 127.0.0.1:%d\r\n", request->port);
    if (request->body.p != NULL)
        strbuf_printf(out, "Content-Length: %zu\r\n", request->body.n);
    strbuf_add_text(out, "\r\n");
    strbuf_add_str(out, request->body);
}

/* Everything until the server closes the connection. */
static void read_answer(SSL *tls, struct http_answer *ret_answer)
{
    char piece[16 * 1024];
    struct strbuf text;
    strbuf_init(&text, TEXT_MAX);
    for (int n = SSL_read(tls, piece, sizeof piece); n > 0; n = SSL_read(tls, piece, sizeof piece))
        strbuf_add(&text, piece, (size_t)n);
    http_answer_parse(strbuf_str(&text), ret_answer);
    strbuf_release(&text);
}

static bool exchange(SSL *tls, const struct tls_request *request, struct http_answer *ret_answer)
{
    struct strbuf text;
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");
    if (SSL_connect(tls) != 1)
        return false;
    strbuf_init(&text, TEXT_MAX);
    write_request(request, &text);
    bool sent = SSL_write(tls, text.p, (int)text.n) == (int)text.n;
    strbuf_release(&text);
    if (sent)
        read_answer(tls, ret_answer);
    return sent;
}

bool tls_ask(const struct tls_request *request, struct http_answer *ret_answer)
{
    SSL_CTX *context = context_of(request);
    SSL *tls = context != NULL ? SSL_new(context) : NULL;
    int fd = http_connect(request->port);
    bool ok = tls != NULL && fd >= 0 && SSL_set_fd(tls, fd) == 1 && exchange(tls, request, ret_answer);
    SSL_free(tls);
    SSL_CTX_free(context);
    if (fd >= 0)
        close(fd);
    ERR_clear_error();
    return ok;
}
