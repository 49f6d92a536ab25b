#include "support/fake_s3.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/issue.h"
#include "base/pem.h"
#include "rules/artifacts/s3_auth.h"
#include "support/cmocka_all.h"

enum { REQUEST_MAX = 8192, ARENA_MAX = 1 << 18, HEADERS_MAX = 32 };

struct fake_s3 {
    pthread_mutex_t lock;
    struct fake_s3_config next; /* for the next connection; guarded by the lock */
    SSL_CTX *tls;               /* NULL: plain */
    int listening, port;
    pthread_t thread;
    atomic_uint requests;
    sem_t arrived; /* once for each request */
};

/* One connection. */
struct peer {
    struct fake_s3_config config;
    int fd;
    SSL *tls;
};

/* ---- bytes ---- */

static ssize_t peer_read(const struct peer *peer, void *bytes, size_t n)
{
    return peer->tls ? SSL_read(peer->tls, bytes, (int)n) : read(peer->fd, bytes, n);
}

static bool peer_write(const struct peer *peer, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = peer->tls ? SSL_write(peer->tls, bytes.p, (int)bytes.n)
                              : send(peer->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = (struct str){ bytes.p + n, bytes.n - (size_t)n };
    }
    return true;
}

/* Until the client has had enough. */
static void wait_for_end(const struct peer *peer)
{
    char bytes[256];
    while (peer_read(peer, bytes, sizeof bytes) > 0)
        ;
}

static void write_for_ever(const struct peer *peer)
{
    char blanks[4096];
    memset(blanks, ' ', sizeof blanks);
    while (peer_write(peer, (struct str){ blanks, sizeof blanks }))
        ;
}

static void answer(const struct peer *peer, const char *status, const char *headers, struct str body,
                   size_t promised)
{
    char head[512];
    int n = snprintf(head, sizeof head, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers,
                     promised);
    if (peer_write(peer, (struct str){ head, (size_t)n }))
        peer_write(peer, body);
}

/* ---- a request ---- */

/* The head, with a NUL behind it. False: the client has gone. */
static bool read_head(const struct peer *peer, char head[REQUEST_MAX])
{
    size_t n = 0;
    head[0] = '\0';
    while (!strstr(head, "\r\n\r\n")) {
        ssize_t more = n + 1 < REQUEST_MAX ? peer_read(peer, head + n, REQUEST_MAX - 1 - n) : 0;
        if (more <= 0)
            return false;
        n += (size_t)more;
        head[n] = '\0';
    }
    return true;
}

static struct str take_line(struct str *head)
{
    struct str line = str_split(head, '\n');
    if (line.n > 0)
        line.n--;
    return line;
}

static size_t read_headers(struct str head, struct sigv4_pair headers[HEADERS_MAX])
{
    size_t n = 0;
    for (struct str line = take_line(&head); line.n > 0 && n < HEADERS_MAX; line = take_line(&head)) {
        struct str name = str_split(&line, ':');
        while (line.n > 0 && line.p[0] == ' ')
            line = (struct str){ line.p + 1, line.n - 1 };
        headers[n++] = (struct sigv4_pair){ name, line };
    }
    return n;
}

static struct str secret_of(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, FAKE_S3_KEY) ? STR_LIT(FAKE_S3_SECRET) : STR_NONE;
}

/* The code of what S3 would refuse it for; NULL: nothing. */
static const char *refusal_of(const struct fake_s3_config *config, struct str head, struct arena *arena)
{
    struct sigv4_pair headers[HEADERS_MAX], query = { 0 };
    struct str line = take_line(&head);
    struct s3_auth_request request = { .method = str_split(&line, ' '), .headers = headers, .query = &query };
    struct str parameters = str_split(&line, ' ');
    request.path = request.target_path = str_split(&parameters, '?');
    struct str whole = parameters;
    request.query_n = parameters.p ? 1 : 0;
    query.value = parameters;
    query.name = str_split(&query.value, '=');
    request.header_n = read_headers(head, headers);
    const struct s3_keys keys = { .secret = secret_of };
    struct s3_identity who;
    struct s3_refusal refusal = { 0 };
    if (!s3_auth_verify(&request, &keys, clock_host_ms(), arena, &who, &refusal))
        return s3_error_code(refusal.error);
    if (who.kind != S3_SIGNED)
        return "AccessDenied";
    bool there = str_eq_text(request.path, config->path) && str_eq(whole, str_from(config->query));
    return there ? NULL : "NoSuchKey";
}

static void serve(const struct peer *peer, struct str head)
{
    char xml[256];
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    const char *code = refusal_of(&peer->config, head, &arena);
    arena_release(&arena);
    if (!code) {
        answer(peer, "200 OK", "", peer->config.object, peer->config.object.n);
        return;
    }
    int n =
        snprintf(xml, sizeof xml,
                 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>No.</Message>"
                 "</Error>",
                 code);
    answer(peer, strcmp(code, "NoSuchKey") == 0 ? "404 Not Found" : "403 Forbidden", "",
           (struct str){ xml, (size_t)n }, (size_t)n);
}

static void misbehave(const struct fake_s3 *s3, const struct peer *peer)
{
    struct str object = peer->config.object;
    char location[512];
    switch (peer->config.manner) {
    case FAKE_S3_SERVES: break;
    case FAKE_S3_NEVER_ANSWERS: wait_for_end(peer); break;
    case FAKE_S3_STOPS_HALFWAY:
        answer(peer, "200 OK", "", object, object.n + 1);
        wait_for_end(peer);
        break;
    case FAKE_S3_SAYS: peer_write(peer, object); break;
    case FAKE_S3_HANGS_UP: answer(peer, "200 OK", "", object, object.n + 1); break;
    case FAKE_S3_TALKS_GARBAGE: peer_write(peer, STR_LIT("220 mail.example ESMTP\r\n")); break;
    case FAKE_S3_REDIRECTS:
        snprintf(location, sizeof location, "Location: http://127.0.0.1:%d%s\r\n", s3->port,
                 peer->config.path);
        answer(peer, "307 Temporary Redirect", location, STR_LIT(""), 0);
        break;
    case FAKE_S3_NEVER_ENDS:
        peer_write(peer, STR_LIT("HTTP/1.1 200 OK\r\n\r\n"));
        write_for_ever(peer);
        break;
    case FAKE_S3_REFUSES_ENDLESSLY:
        peer_write(peer, STR_LIT("HTTP/1.1 500 No\r\n\r\n<Error><Code>InternalError</Code>"));
        write_for_ever(peer);
        break;
    }
}

static void talk(struct fake_s3 *s3, struct peer *peer)
{
    char head[REQUEST_MAX];
    if ((peer->tls && SSL_accept(peer->tls) != 1) || !read_head(peer, head))
        return;
    pthread_mutex_lock(&s3->lock);
    peer->config = s3->next;
    pthread_mutex_unlock(&s3->lock);
    atomic_fetch_add(&s3->requests, 1);
    sem_post(&s3->arrived);
    if (peer->config.manner == FAKE_S3_SERVES)
        serve(peer, str_from(head));
    else
        misbehave(s3, peer);
}

static void *body(void *context)
{
    struct fake_s3 *s3 = context;
    int fd;
    while ((fd = accept(s3->listening, NULL, NULL)) >= 0) {
        struct peer peer = { .fd = fd, .tls = s3->tls ? SSL_new(s3->tls) : NULL };
        if (!peer.tls || SSL_set_fd(peer.tls, fd) == 1)
            talk(s3, &peer);
        SSL_free(peer.tls);
        ERR_clear_error();
        close(fd);
    }
    return NULL;
}

/* ---- start and stop ---- */

static void write_ca(const char *path, X509 *ca)
{
    struct strbuf text;
    strbuf_init(&text, PEM_TEXT_MAX);
    assert_true(pem_add_certificate(&text, ca));
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
    fclose(file);
    strbuf_release(&text);
}

static SSL_CTX *make_tls(const struct fake_s3_config *config)
{
    struct issuer ca = { .key = issue_key() };
    EVP_PKEY *key = issue_key();
    ca.certificate = issue_ca(ca.key, clock_host_ms());
    const struct issue_names names = { .host = "s3.example", .bind = "127.0.0.1" };
    X509 *certificate = issue_server(&ca, key, &names, clock_host_ms());
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    assert_true(tls && certificate && SSL_CTX_use_certificate(tls, certificate) == 1 &&
                SSL_CTX_use_PrivateKey(tls, key) == 1);
    write_ca(config->ca_file, ca.certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
    issuer_release(&ca);
    return tls;
}

static void listen_on_a_free_port(struct fake_s3 *s3)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof address;
    s3->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s3->listening, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s3->listening, 8), 0);
    assert_int_equal(getsockname(s3->listening, (struct sockaddr *)&address, &n), 0);
    s3->port = ntohs(address.sin_port);
}

struct fake_s3 *fake_s3_start(const struct fake_s3_config *config)
{
    sigset_t pipe, before;
    struct fake_s3 *s3 = calloc(1, sizeof *s3);
    assert_non_null(s3);
    s3->next = *config;
    pthread_mutex_init(&s3->lock, NULL);
    s3->tls = config->ca_file ? make_tls(config) : NULL;
    sem_init(&s3->arrived, 0, 0);
    listen_on_a_free_port(s3);
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE); /* OpenSSL writes to clients that have gone */
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    assert_int_equal(pthread_create(&s3->thread, NULL, body, s3), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return s3;
}

void fake_s3_stop(struct fake_s3 *s3)
{
    shutdown(s3->listening, SHUT_RDWR);
    pthread_join(s3->thread, NULL);
    close(s3->listening);
    sem_destroy(&s3->arrived);
    pthread_mutex_destroy(&s3->lock);
    SSL_CTX_free(s3->tls);
    free(s3);
}

void fake_s3_change(struct fake_s3 *s3, const struct fake_s3_config *config)
{
    pthread_mutex_lock(&s3->lock);
    s3->next = *config;
    pthread_mutex_unlock(&s3->lock);
}

int fake_s3_port(const struct fake_s3 *s3)
{
    return s3->port;
}

unsigned fake_s3_requests(struct fake_s3 *s3)
{
    return atomic_load(&s3->requests);
}

void fake_s3_wait(struct fake_s3 *s3, unsigned requests)
{
    for (unsigned i = 0; i < requests; i++)
        while (sem_wait(&s3->arrived) != 0)
            ;
}
