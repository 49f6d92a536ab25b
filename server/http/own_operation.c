#include "http/own_operation.h"

#include "ops/jobs/explain.h"
#include "ops/jobs/timeline.h"

enum { PAGE_MAX = 250 };

#define PARAMETERS(table) .parameters = table, .parameter_count = sizeof table / sizeof *table

static const struct own_parameter explain_parameters[] = {
    { "thing", offsetof(struct explain_request, thing), .required = true },
    { "job", offsetof(struct explain_request, job), .required = false },
};
const struct own_operation own_explain = { op_explain, sizeof(struct explain_request),
                                           PARAMETERS(explain_parameters) };

static const struct own_parameter timeline_parameters[] = {
    { "jobId", offsetof(struct timeline_request, job_id), .required = true },
    { "of", offsetof(struct timeline_request, of), .required = false },
    { "maxResults", offsetof(struct timeline_request, max_results), .least = 1, .most = PAGE_MAX },
    { "nextToken", offsetof(struct timeline_request, next_token), .required = false },
};
const struct own_operation own_timeline = { op_timeline, sizeof(struct timeline_request),
                                            PARAMETERS(timeline_parameters) };

/* "jobId, of and nextToken" */
static struct str names_of(const struct own_operation *operation, struct arena *arena)
{
    struct str names = STR_NONE;
    for (size_t i = 0; i < operation->parameter_count; i++) {
        bool last = i + 1 == operation->parameter_count;
        const char *between = i == 0 ? "" : last ? " and " : ", ";
        names = arena_printf(arena, "%.*s%s%s", STR(names), between, operation->parameters[i].name);
    }
    return names;
}

static const struct own_parameter *find(const struct own_operation *operation, struct str name)
{
    for (size_t i = 0; i < operation->parameter_count; i++)
        if (str_eq_text(name, operation->parameters[i].name))
            return &operation->parameters[i];
    return NULL;
}

static bool read_number(const struct own_parameter *parameter, struct str value, struct opt_int *ret_number,
                        struct err *err)
{
    ret_number->set = str_to_int(value, &ret_number->value) && ret_number->value >= parameter->least &&
                      ret_number->value <= parameter->most;
    return ret_number->set || fail(err, ERR_INVALID_REQUEST, "%s must be a number from %lld to %lld.",
                                   parameter->name, (long long)parameter->least, (long long)parameter->most);
}

static bool read_field(const struct own_operation *operation, const struct field *field, struct arena *arena,
                       char *input, struct err *err)
{
    const struct own_parameter *parameter = find(operation, field->name);
    if (parameter == NULL)
        return fail(err, ERR_INVALID_REQUEST, "The parameter %.*s is not known here; known are %.*s.",
                    STR(field->name), STR(names_of(operation, arena)));
    bool number = parameter->most > 0;
    struct opt_int *value = (struct opt_int *)(void *)(input + parameter->offset);
    struct str *text = (struct str *)(void *)(input + parameter->offset);
    if (number ? value->set : text->p != NULL)
        return fail(err, ERR_INVALID_REQUEST, "The parameter %s is given more than once.", parameter->name);
    if (number)
        return read_number(parameter, field->value, value, err);
    *text = field->value;
    return true;
}

static bool check_required(const struct own_operation *operation, const char *input, struct err *err)
{
    for (size_t i = 0; i < operation->parameter_count; i++) {
        const struct own_parameter *parameter = &operation->parameters[i];
        const struct str *text = (const struct str *)(const void *)(input + parameter->offset);
        if (parameter->required && text->n == 0)
            return fail(err, ERR_INVALID_REQUEST, "The parameter %s is missing.", parameter->name);
    }
    return true;
}

bool own_operation_decode(const struct own_operation *operation, const struct request *request,
                          struct arena *arena, const void **ret_input, struct err *err)
{
    char *input = arena_alloc(arena, operation->input_size);
    if (input == NULL)
        return fail(err, ERR_INTERNAL, "The server is out of memory for this request.");
    for (size_t i = 0; i < request->query_count; i++)
        if (!read_field(operation, &request->query[i], arena, input, err))
            return false;
    if (!check_required(operation, input, err))
        return false;
    *ret_input = input;
    return operation->decode_body == NULL || operation->decode_body(request, arena, input, err);
}
