/* Decoding requests in tests: what came of the last one stands in `decoding`. */
#ifndef IOTJOBS_TESTS_DECODING_H
#define IOTJOBS_TESTS_DECODING_H

#include "support/cmocka_all.h"

#include "api/decode.h"
#include "base/strbuf.h"

struct decoding {
    struct arena arena;
    struct err err;
    struct str client_token;
};

extern struct decoding decoding;

/* Of a group of tests. */
int decoding_setup(void **state);
int decoding_teardown(void **state);

/* The typed input, or NULL with the error in `decoding`. */
const void *decode_request(enum operation operation, const struct request *request);
/* As over HTTP: labels and a body. */
const void *decode(enum operation operation, const char *label0, const char *label1, struct str body);
/* As over HTTP, with one field in the query. */
const void *decode_query(enum operation operation, const char *name, const char *value);
/* As over MQTT: thing and job from the topic, all else in the payload. */
const void *decode_mqtt(enum operation operation, const char *payload);

void assert_not_decoded(const void *input, enum error_code code, const char *message);

#endif
