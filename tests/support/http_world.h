/*
 * A whole server on a free loopback port, in memory unless a test asks otherwise, and how tests ask it and
 * judge its answers.
 */
#ifndef IOTJOBS_TESTS_HTTP_WORLD_H
#define IOTJOBS_TESTS_HTTP_WORLD_H

#include "server.h"
#include "support/http_client.h"
#include "support/temp_folder.h"

struct http_world {
    struct settings settings;
    struct server *server; /* NULL once a test has stopped it */
    int port;
    char folder[TEMP_PATH_MAX]; /* of a durable one; "" in memory */
};

/* cmocka's setup and teardown; *state is a struct http_world. The clock starts at 2030-01-01T00:00:00Z and
 * runs. */
int http_world_setup(void **state);
int http_world_setup_on_host_time(void **state);
/* On the host's time, with its data in a folder. */
int http_world_setup_durable(void **state);
/* As the first, from that time on, with a file of access keys: `lines` are its. */
int http_world_setup_with_keys(void **state, const char *lines, const char *clock_start);
/* The same with auth = enforce, from 2030-01-01T00:00:00Z on. The file is FOLDER/access_keys. */
int http_world_setup_enforcing(void **state, const char *lines);
/* On the host's time, in memory, with these settings besides, of which the last has no key. */
struct http_world_setting {
    const char *key, *value;
};
int http_world_setup_with(void **state, const struct http_world_setting *settings);
int http_world_teardown(void **state);
/* Stops a durable one, and starts it again with that setting. */
void http_world_restart_with(struct http_world *world, const char *key, const char *value);

/* The body of an answer holds this text; a header has this value; the status is this one. */
void assert_http_status(const struct http_answer *answer, int status);
void assert_http_body_has(const struct http_answer *answer, const char *text);
void assert_http_header(const struct http_answer *answer, const char *name, const char *value);
/* An error as every SDK wants it: status, headers and members of the body. */
void assert_http_error(const struct http_answer *answer, int status, const char *exception);

/* One request, as http_request; `body` NULL: none. The answer has this status and `text` in its body
 * ("" for whatever it is). */
void http_ask(const struct http_world *world, const char *method, const char *target, const char *body,
              int status, const char *text);
void http_ask_with(const struct http_world *world, const char *method, const char *target,
                   const char *headers, const char *body, int status, const char *text);
/* The same where the answer is an error. */
void http_ask_error(const struct http_world *world, const char *method, const char *target, const char *body,
                    int status, const char *exception);

#endif
