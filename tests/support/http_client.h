/*
 * A tiny HTTP/1.1 client for tests: one connection, raw bytes out, one parsed answer back.
 *
 * It reads answers with Content-Length only, which is all that the server sends. Every wait ends after
 * ten seconds at the latest.
 */
#ifndef IOTJOBS_TESTS_HTTP_CLIENT_H
#define IOTJOBS_TESTS_HTTP_CLIENT_H

#include "base/strbuf.h"

struct http_answer {
    int status;            /* 0: the server closed the connection without an answer */
    struct strbuf headers; /* status line and headers, as they came */
    struct strbuf body;
};

void http_answer_release(struct http_answer *answer);

/* The header's value, copied to `ret_value` and cut to `size`; false when the answer has none of that name.
 */
bool http_answer_header(const struct http_answer *answer, const char *name, char *ret_value, size_t size);

/* A connected socket to 127.0.0.1; -1 when nobody listens. */
int http_connect(int port);

/* False when the server has closed the connection. */
bool http_send(int fd, struct str bytes);

/* Reads one answer; `without_body` for the answer to a HEAD. The answer must be released. */
void http_receive(int fd, bool without_body, struct http_answer *ret_answer);

/* Takes a whole answer apart; it must be released. */
void http_answer_parse(struct str text, struct http_answer *ret_answer);

/* Whether the server has closed the connection and sent nothing more. Waits for it. */
bool http_is_closed(int fd);

/*
 * One request on a connection of its own. `headers` are whole lines, each ended by \r\n, or ""; Host is
 * added, and so is Content-Length where there is a body.
 */
void http_request(int port, const char *method, const char *target, const char *headers, struct str body,
                  struct http_answer *ret_answer);

/* A TCP port on 127.0.0.1 that nobody listens on right now. */
int free_port(void);

#endif
