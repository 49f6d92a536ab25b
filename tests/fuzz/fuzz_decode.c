/*
 * Request decoding, for every operation. Input: lines, then the body:
 *
 *     CreateJob                 the operation; "mqtt UpdateJobExecution": the query stands in the body.
 *                               Any other first line still chooses one, by its first bytes
 *     label/label
 *     name=value&name=value     query
 *     name=value&name=value     headers
 *     {…}                       body: all that is left
 */
#include "api/decode.h"
#include "base/utf8.h"
#include "fuzz_input.h"

enum { ARENA_MAX = 1024 * 1024, FIELDS_MAX = 16 };

static enum operation named_operation(struct str name, bool over_mqtt)
{
    for (enum operation operation = OP_NONE + 1; operation < OPERATION_COUNT; operation++) {
        const struct operation_model *model = operation_model(operation);
        if (str_eq_text(name, model->name) && (!over_mqtt || model->plane == PLANE_DATA))
            return operation;
    }
    return OP_NONE;
}

static enum operation take_operation(struct fuzz_input *input, bool *ret_over_mqtt)
{
    struct str line = fuzz_line(input), name = line;
    bool over_mqtt = str_starts_with(line, STR_LIT("mqtt "));
    if (over_mqtt)
        (void)str_split(&name, ' ');
    enum operation operation = named_operation(name, over_mqtt);
    if (operation == OP_NONE) {
        unsigned first = line.n > 0 ? (unsigned char)line.p[0] : 0;
        operation = OP_NONE + 1 + first % (OPERATION_COUNT - 1);
        over_mqtt = line.n % 2 != 0;
    }
    *ret_over_mqtt = over_mqtt;
    return operation;
}

static struct labels take_labels(struct fuzz_input *input)
{
    struct labels labels = { .n = 0 };
    struct str line = fuzz_line(input);
    while (line.n > 0 && labels.n < OPERATION_LABELS_MAX)
        labels.value[labels.n++] = fuzz_copy(input, str_split(&line, '/'));
    return labels;
}

/* The edges hand on valid UTF-8 only; see api/route.h. */
static size_t take_fields(struct fuzz_input *input, struct field fields[FIELDS_MAX])
{
    struct str line = fuzz_line(input);
    size_t n = 0;
    while (line.n > 0 && n < FIELDS_MAX) {
        struct str value = str_split(&line, '&');
        struct str name = str_split(&value, '=');
        fields[n].name = fuzz_copy(input, name);
        fields[n].value = fuzz_copy(input, value);
        n++;
    }
    return n;
}

static bool text_is_valid(const struct request *request)
{
    for (size_t i = 0; i < request->labels.n; i++) {
        if (!utf8_valid(request->labels.value[i]))
            return false;
    }
    for (size_t i = 0; i < request->query_count; i++) {
        if (!utf8_valid(request->query[i].name) || !utf8_valid(request->query[i].value))
            return false;
    }
    for (size_t i = 0; i < request->header_count; i++) {
        if (!utf8_valid(request->headers[i].name) || !utf8_valid(request->headers[i].value))
            return false;
    }
    return true;
}

static void decode(enum operation operation, const struct request *request)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    struct err err;
    err_init(&err, &arena);
    void *decoded = NULL;
    struct str client_token = STR_NONE;
    if (api_decode(operation, request, &arena, &decoded, &client_token, &err)) {
        fuzz_promise(decoded != NULL, "success gives an input");
        fuzz_promise(err.code == ERR_NONE, "success leaves no error");
    } else {
        fuzz_promise(decoded == NULL, "failure leaves the output untouched");
        fuzz_promise(err.code != ERR_NONE && err.code < ERROR_CODE_COUNT, "failure has a code");
        fuzz_promise(err.message.n > 0 && utf8_valid(err.message), "failure has a message in UTF-8");
    }
    if (client_token.p != NULL)
        fuzz_promise(utf8_valid(client_token), "a client token is UTF-8");
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    fuzz_input_init(&input, data, n);
    struct field query[FIELDS_MAX], headers[FIELDS_MAX];
    struct request request = { .query = query, .headers = headers };
    enum operation operation = take_operation(&input, &request.query_in_body);
    request.labels = take_labels(&input);
    request.query_count = take_fields(&input, query);
    request.header_count = take_fields(&input, headers);
    request.body = fuzz_rest(&input);
    (void)api_json_valid(request.body);
    if (text_is_valid(&request))
        decode(operation, &request);
    fuzz_input_release(&input);
    return 0;
}
