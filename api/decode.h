/*
 * From a request to a typed input struct, checked against the model.
 *
 * One walk over the operation's input shape takes each member from where the model says it
 * is (path, query, header, body), checks type, range, length, pattern and enum, and fills the
 * struct. All constraint violations are collected into one message in AWS's grammar:
 *
 *     1 validation error detected: Value 'bad.id' at 'jobId' failed to satisfy constraint:
 *     Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+
 *
 * Unknown members are ignored; null is absent. Rules that concern several fields are the operation's.
 */
#ifndef IOTJOBS_API_DECODE_H
#define IOTJOBS_API_DECODE_H

#include "route.h"

struct field {
    struct str name, value;
};

struct request {
    struct labels labels;
    const struct field *query; /* percent-decoded */
    size_t query_count;
    const struct field *headers;
    size_t header_count;
    struct str body;    /* JSON text; empty or absent counts as {} */
    bool query_in_body; /* MQTT: what HTTP has in the query stands in the body */
    int64_t quota;      /* the max of shapes with a quota; 0: the model's */
};

/*
 * On success *ret_input is the operation's input struct, in the arena (texts may also be
 * borrowed from the request's labels, query and headers). `ret_client_token` (MQTT; may be NULL) gets the
 * body's clientToken, also when decoding fails later than JSON itself.
 * On failure: ERR_INVALID_JSON (not UTF-8, not JSON, too deep, too many values, not an object) or
 * ERR_INVALID_REQUEST.
 */
bool api_decode(enum operation operation, const struct request *request, struct arena *arena,
                void **ret_input, struct str *ret_client_token, struct err *err);

/* The clientToken of a body that is not read otherwise, for the refusal to carry; absent when there is none
 * to be found. In one over API_TOKEN_BODY_MAX it is not looked for: a refusal has to cost less than a
 * request. */
struct str api_client_token(struct str body, struct arena *arena);

/*
 * The namespace whose jobs a request of the data plane over HTTP speaks of: `?namespaceId=`, which AWS's
 * model once had, is what a level of the topic is over MQTT. Absent: there is none. False:
 * ERR_INVALID_REQUEST.
 */
bool api_decode_namespace(enum operation operation, const struct request *request,
                          struct str *ret_namespace_id, struct err *err);

enum {
    API_JSON_DEPTH_MAX = 32,
    /* In the body of a request: each costs some eighty bytes, and time, and no operation has so many. */
    API_JSON_VALUES_MAX = 10000,
    API_TOKEN_BODY_MAX = 16 * 1024,
};

/* Whether `text` is a body worth reading: api_json_valid, and no more values than that. */
bool api_json_acceptable(struct str text);

/* Whether `text` is one JSON value in valid UTF-8, nested at most API_JSON_DEPTH_MAX deep. Escapes that
 * no text can hold (NUL, half a surrogate pair) make it invalid too. */
bool api_json_valid(struct str text);

#endif
