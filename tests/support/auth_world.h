/* A server that asks everybody who he is, over HTTP: a key of each role, and requests that these sign. */
#ifndef IOTJOBS_TESTS_AUTH_WORLD_H
#define IOTJOBS_TESTS_AUTH_WORLD_H

#include "support/api_signing.h"
#include "support/http_world.h"

#define READER   "AKIAREADER"
#define OPERATOR "AKIAOPERATOR"
#define ADMIN    "AKIAADMIN"
#define SECRET   "secret-of-all-0001"

struct auth_world {
    struct http_world *http;
    struct arena arena;
    char host[32];
    int64_t now_ms; /* when it was started, by its clock */
};

/* cmocka's set-up and tear-down; the state is a struct auth_world. */
int auth_world_set_up(void **state);
int auth_world_tear_down(void **state);

/* "METHOD TARGET", signed by `key` (NULL: by nobody), with SECRET for us-east-1 unless told otherwise. The
 * answer must be released. */
struct auth_request {
    const char *key, *secret, *region, *service;
    const char *method, *target, *body;
    const char *headers; /* further lines; NULL: none */
};
void auth_send(struct auth_world *world, const struct auth_request *request, struct http_answer *ret_answer);

/* One of `key`'s: status, and a text in the body. */
void auth_ask(struct auth_world *world, const char *key, const char *method, const char *target,
              const char *body, int status, const char *text);
/* One that is refused: with this exception, and these words. */
void auth_refused(struct auth_world *world, const struct auth_request *request, int status,
                  const char *exception, const char *words);

/* Writes the file of access keys anew. */
void auth_write_keys(struct auth_world *world, const char *lines);

#endif
