/*
 * Asks a server as an operator does: one signed request after the other, each answer whole in memory
 * (libcurl). Not thread-safe.
 */
#ifndef IOTJOBS_PROVISION_REST_H
#define IOTJOBS_PROVISION_REST_H

#include <curl/curl.h>
#include <signal.h>

#include "base/strbuf.h"
#include "rules/security/sigv4.h"

enum { REST_ANSWER_MAX = 256 * 1024 };

/* Where, and as whom. Texts are borrowed. */
struct rest {
    CURL *curl;
    const char *scheme;    /* "https" */
    const char *authority; /* as in a URL, with the port if it is not the scheme's own: [::1]:8443 */
    const char *ca;        /* file of those that sign its certificate; NULL: those that the host trusts */
    struct sigv4_signer signer;        /* its service is "iot" */
    const volatile sig_atomic_t *stop; /* not 0: a request under way is given up; NULL: never */
};

struct rest_request {
    const char *method;
    struct str path;      /* percent-encoded, with what is not safe in it; without a query */
    struct str query;     /* "setAsActive=true"; absent: none */
    struct str principal; /* x-amzn-principal; absent: none */
    struct str body;      /* JSON; absent: none */
};

struct rest_answer {
    long status;     /* 0: there was none */
    struct str text; /* in the arena */
};

/* False: no answer came; one sentence in `ret_problem`. An answer that refuses is one. */
bool rest_ask(const struct rest *rest, const struct rest_request *request, int64_t host_ms,
              struct arena *arena, struct rest_answer *ret_answer, struct strbuf *ret_problem);

/* The text of a member of the answer's object, or of that of its member `within` (NULL: of itself); absent:
 * there is none that is a text, or the arena is full. */
struct str rest_member(const struct rest_answer *answer, const char *within, const char *key,
                       struct arena *arena);

#endif
