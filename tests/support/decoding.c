#include "support/decoding.h"

struct decoding decoding;

int decoding_setup(void **state)
{
    (void)state;
    arena_init(&decoding.arena, 4 * 1024 * 1024);
    return 0;
}

int decoding_teardown(void **state)
{
    (void)state;
    arena_release(&decoding.arena);
    return 0;
}

const void *decode_request(enum operation operation, const struct request *request)
{
    void *input = NULL;
    err_init(&decoding.err, &decoding.arena);
    decoding.client_token = STR_NONE;
    struct str *token = request->query_in_body ? &decoding.client_token : NULL;
    bool ok = api_decode(operation, request, &decoding.arena, &input, token, &decoding.err);
    assert_true(ok == (input != NULL));
    assert_true(ok == (decoding.err.code == ERR_NONE));
    return input;
}

/* As over HTTP: labels and a body. */
const void *decode(enum operation operation, const char *label0, const char *label1, struct str body)
{
    struct request request = { .body = body };
    request.labels.value[0] = str_from(label0);
    request.labels.value[1] = str_from(label1);
    request.labels.n = (label0 != NULL) + (label1 != NULL);
    return decode_request(operation, &request);
}

/* As over MQTT: thing and job from the topic, all else in the payload. */
const void *decode_mqtt(enum operation operation, const char *payload)
{
    struct request request = { .query_in_body = true, .body = str_from(payload) };
    request.labels = (struct labels){ 2, { STR_LIT("pump-a"), STR_LIT("fw-7") } };
    return decode_request(operation, &request);
}

const void *decode_query(enum operation operation, const char *name, const char *value)
{
    struct field query = { str_from(name), str_from(value) };
    struct request request = { .query = &query, .query_count = 1 };
    request.labels = (struct labels){ 2, { STR_LIT("a"), STR_LIT("b") } };
    return decode_request(operation, &request);
}

void assert_not_decoded(const void *input, enum error_code code, const char *message)
{
    assert_null(input);
    if (!str_eq_text(decoding.err.message, message))
        print_error("got: %.*s\n", STR(decoding.err.message));
    assert_int_equal(decoding.err.code, code);
    assert_true(str_eq_text(decoding.err.message, message));
}
