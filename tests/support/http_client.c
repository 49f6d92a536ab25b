#include "support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { HEADERS_MAX = 64 * 1024, BODY_MAX = 32 * 1024 * 1024, WAIT_S = 10 };

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

int free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int port = -1;
    if (bind(fd, (const struct sockaddr *)&address, n) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &n) == 0)
        port = ntohs(address.sin_port);
    close(fd);
    return port;
}

int http_connect(int port)
{
    static const struct timeval wait = { .tv_sec = WAIT_S };
    struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    close(fd);
    return -1;
}

bool http_send(int fd, struct str bytes)
{
    while (bytes.n > 0) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes.p += n;
        bytes.n -= (size_t)n;
    }
    return true;
}

static bool read_headers(int fd, struct strbuf *headers)
{
    char c;
    while (headers->n < 4 || memcmp(headers->p + headers->n - 4, "\r\n\r\n", 4) != 0) {
        if (recv(fd, &c, 1, 0) != 1)
            return false;
        strbuf_add_char(headers, c);
        if (headers->failed)
            return false;
    }
    return true;
}

static void read_body(int fd, size_t length, struct strbuf *body)
{
    char piece[16 * 1024];
    while (length > 0 && !body->failed) {
        ssize_t n = recv(fd, piece, length < sizeof piece ? length : sizeof piece, 0);
        if (n <= 0)
            return;
        strbuf_add(body, piece, (size_t)n);
        length -= (size_t)n;
    }
}

static int status_of(struct str headers)
{
    int64_t status = 0;
    str_split(&headers, ' ');
    return str_to_int(str_split(&headers, ' '), &status) ? (int)status : 0;
}

void http_receive(int fd, bool without_body, struct http_answer *ret_answer)
{
    char text[32];
    int64_t length = 0;
    *ret_answer = (struct http_answer){ .status = 0 };
    strbuf_init(&ret_answer->headers, HEADERS_MAX);
    strbuf_init(&ret_answer->body, BODY_MAX);
    if (!read_headers(fd, &ret_answer->headers))
        return;
    ret_answer->status = status_of(strbuf_str(&ret_answer->headers));
    if (!without_body && http_answer_header(ret_answer, "Content-Length", text, sizeof text) &&
        str_to_int(str_from(text), &length) && length > 0)
        read_body(fd, (size_t)length, &ret_answer->body);
}

bool http_is_closed(int fd)
{
    char c;
    return recv(fd, &c, 1, 0) == 0;
}

void http_answer_parse(struct str text, struct http_answer *ret_answer)
{
    static const char end[] = "\r\n\r\n";
    const char *p = text.n > 0 ? memmem(text.p, text.n, end, strlen(end)) : NULL;
    size_t headers_n = p != NULL ? (size_t)(p - text.p) + strlen(end) : text.n;
    *ret_answer = (struct http_answer){ .status = status_of(text) };
    strbuf_init(&ret_answer->headers, HEADERS_MAX);
    strbuf_init(&ret_answer->body, BODY_MAX);
    strbuf_add(&ret_answer->headers, text.p, headers_n);
    strbuf_add(&ret_answer->body, text.p + headers_n, text.n - headers_n);
}

void http_answer_release(struct http_answer *answer)
{
    strbuf_release(&answer->headers);
    strbuf_release(&answer->body);
}

bool http_answer_header(const struct http_answer *answer, const char *name, char *ret_value, size_t size)
{
    struct str rest = strbuf_str(&answer->headers);
    while (rest.p != NULL) {
        struct str value = str_split(&rest, '\n');
        struct str line_name = str_split(&value, ':');
        if (value.p == NULL || !str_eq_nocase(line_name, str_from(name)))
            continue;
        while (value.n > 0 && value.p[0] == ' ') {
            value.p++;
            value.n--;
        }
        if (value.n > 0 && value.p[value.n - 1] == '\r')
            value.n--;
        size_t n = value.n < size ? value.n : size - 1;
        memcpy(ret_value, value.p, n);
        ret_value[n] = '\0';
        return true;
    }
    return false;
}

void http_request(int port, const char *method, const char *target, const char *headers, struct str body,
                  struct http_answer *ret_answer)
{
    struct strbuf request;
    int fd = http_connect(port);
    *ret_answer = (struct http_answer){ .status = 0 };
    if (fd < 0)
        return;
    strbuf_init(&request, BODY_MAX);
    strbuf_printf(&request, "%s %s HTTP/1.1\r\n%s", method, target, headers);
    if (!str_starts_with(str_from(headers), STR_LIT("Host:")))
        strbuf_printf(&request, "Host: 127.0.0.1:%d\r\n", port);
    if (body.p != NULL)
        strbuf_printf(&request, "Content-Length: %zu\r\n", body.n);
    strbuf_add_text(&request, "\r\n");
    strbuf_add_str(&request, body);
    http_send(fd, strbuf_str(&request));
    http_receive(fd, strcmp(method, "HEAD") == 0, ret_answer);
    strbuf_release(&request);
    close(fd);
}
