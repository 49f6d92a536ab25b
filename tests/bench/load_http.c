/* GET, PUT or POST of one path over keep-alive connections; the answer must be 200 with a Content-Length. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { PATH_MAX_BYTES = 512, LENGTH_HEADER_MAX = 48 };

static bool http_greet(struct load *load, struct client *client)
{
    return load_opened(load, client);
}

/* The path of the next request. */
static bool next_path(struct load *load, char path[PATH_MAX_BYTES])
{
    static const char mark[] = "{n}";
    const char *pattern = load->options->path;
    const char *at = strstr(pattern, mark);
    int64_t number = load->options->number + (int64_t)load->requests++;
    int n = at ? snprintf(path, PATH_MAX_BYTES, "%.*s%" PRId64 "%s", (int)(at - pattern), pattern, number,
                          at + sizeof mark - 1)
               : snprintf(path, PATH_MAX_BYTES, "%s", pattern);
    return n > 0 && n < PATH_MAX_BYTES;
}

static bool http_request(struct load *load, struct client *client)
{
    struct connection *connection = &client->connection;
    size_t room = CONNECTION_OUT_MAX - connection->out_n;
    const char *body = load->options->body;
    char path[PATH_MAX_BYTES], length[LENGTH_HEADER_MAX] = "";
    if (!next_path(load, path))
        return false;
    if (body)
        snprintf(length, sizeof length, "Content-Length: %zu\r\n", strlen(body));
    int n = snprintf((char *)connection->out + connection->out_n, room,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: application/json\r\n%s\r\n%s",
                     load->options->method, path, (unsigned)load->options->port, length, body ? body : "");
    if (n < 0 || (size_t)n >= room)
        return false;
    connection->out_n += (size_t)n;
    return true;
}

/* The length that the header fields name; false when they name none, or more than fits. */
static bool content_length(struct str head, size_t *ret_length)
{
    while (head.p != NULL) {
        struct str line = str_split(&head, '\n');
        if (str_ends_with(line, STR_LIT("\r")))
            line.n--;
        struct str value = line;
        struct str name = str_split(&value, ':');
        if (!str_eq_nocase(name, STR_LIT("content-length")))
            continue;
        while (value.n > 0 && value.p[0] == ' ') {
            value.p++;
            value.n--;
        }
        int64_t length;
        if (!str_to_int(value, &length) || length < 0 || length > CONNECTION_IN_MAX)
            return false;
        *ret_length = (size_t)length;
        return true;
    }
    return false;
}

/* One whole answer at the front of `in`, or `bytes` 0. False: not an answer that we understand. */
struct answer {
    size_t bytes;
    struct str status, body;
};

static bool http_decode(struct str in, struct answer *ret_answer)
{
    *ret_answer = (struct answer){ .bytes = 0 };
    const char *end = memmem(in.p, in.n, "\r\n\r\n", 4);
    if (end == NULL)
        return true;
    struct str head = { in.p, (size_t)(end - in.p) };
    size_t body_at = head.n + 4;
    size_t length;
    if (!str_starts_with(head, STR_LIT("HTTP/1.1 ")) || head.n < 12 || !content_length(head, &length))
        return false;
    if (in.n < body_at + length)
        return true;
    ret_answer->bytes = body_at + length;
    ret_answer->status = (struct str){ in.p + 9, 3 };
    ret_answer->body = (struct str){ in.p + body_at, length };
    return true;
}

static bool http_receive(struct load *load, struct client *client)
{
    struct connection *connection = &client->connection;
    size_t used = 0;
    for (;;) {
        struct str in = { (const char *)connection->in + used, connection->in_n - used };
        struct answer answer;
        if (!http_decode(in, &answer))
            return false;
        if (answer.bytes == 0)
            break;
        bool ok = str_eq(answer.status, STR_LIT("200"));
        if (!load_answered(load, client, ok ? STR_NONE : answer.body))
            return false;
        used += answer.bytes;
    }
    connection_consume(connection, used);
    return true;
}

static bool http_leave(struct client *client)
{
    (void)client;
    return true;
}

const struct load_protocol load_http = {
    .greet = http_greet,
    .request = http_request,
    .receive = http_receive,
    .leave = http_leave,
};
