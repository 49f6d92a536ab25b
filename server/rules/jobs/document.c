#include "rules/jobs/document.h"

#include <string.h>

#include "api/decode.h"
#include "base/json.h"
#include "base/utf8.h"

static const char placeholder[] = "${aws:iot:parameter:";

bool document_check(struct str document, struct err *err)
{
    if (document.n > DOCUMENT_BYTES_MAX)
        return fail(err, ERR_INVALID_REQUEST, "Job document is %zu bytes long; at most %d bytes are allowed.",
                    document.n, DOCUMENT_BYTES_MAX);
    if (!api_json_valid(document))
        return fail(err, ERR_INVALID_REQUEST, "Job document is not valid JSON in UTF-8.");
    return true;
}

static struct str value_of(const struct string_map *parameters, struct str key)
{
    for (size_t i = 0; i < parameters->n; i++)
        if (str_eq(parameters->items[i].key, key))
            return parameters->items[i].value;
    return STR_NONE;
}

static const struct template_parameter *find_parameter(const struct managed_template *managed, struct str key)
{
    for (size_t i = 0; i < TEMPLATE_PARAMETERS_MAX && managed->parameters[i]; i++)
        if (str_eq_text(key, managed->parameters[i]->key))
            return managed->parameters[i];
    return NULL;
}

static bool check_parameters(const struct managed_template *managed, const struct string_map *parameters,
                             struct err *err)
{
    for (size_t i = 0; i < parameters->n; i++) {
        const struct template_parameter *parameter = find_parameter(managed, parameters->items[i].key);
        if (!parameter)
            return fail(err, ERR_INVALID_REQUEST, "Parameter %.*s is not defined in job template %s.",
                        STR(parameters->items[i].key), managed->name);
        if (utf8_length(parameters->items[i].value) > parameter->longest)
            return fail(err, ERR_INVALID_REQUEST,
                        "The value of parameter %s does not match the regular expression %s.", parameter->key,
                        parameter->regex);
    }
    for (size_t i = 0; i < TEMPLATE_PARAMETERS_MAX && managed->parameters[i]; i++) {
        const struct template_parameter *parameter = managed->parameters[i];
        if (!parameter->optional && !value_of(parameters, str_from(parameter->key)).p)
            return fail(err, ERR_INVALID_REQUEST, "Parameter %s is required by job template %s.",
                        parameter->key, managed->name);
    }
    return true;
}

/* The escapes of a JSON string without the quotation marks around it. */
static void add_escaped(struct strbuf *out, struct str value)
{
    struct json json = json_to(out);
    size_t at = out->n;
    json_string(&json, value);
    if (out->failed)
        return;
    memmove(out->p + at, out->p + at + 1, out->n - at - 2);
    strbuf_truncate(out, out->n - 2);
}

static void substitute(struct strbuf *out, struct str text, const struct string_map *parameters)
{
    const size_t lead = sizeof placeholder - 1;
    while (text.n) {
        const char *start = memmem(text.p, text.n, placeholder, lead);
        const char *end = start ? memchr(start, '}', text.n - (size_t)(start - text.p)) : NULL;
        if (!end) {
            strbuf_add_str(out, text);
            return;
        }
        strbuf_add(out, text.p, (size_t)(start - text.p));
        struct str value = value_of(parameters, (struct str){ start + lead, (size_t)(end - start) - lead });
        add_escaped(out, value.p ? value : STR_LIT(""));
        text.n -= (size_t)(end + 1 - text.p);
        text.p = end + 1;
    }
}

bool document_from_template(const struct managed_template *managed, const struct string_map *parameters,
                            struct arena *arena, struct str *ret_document, struct err *err)
{
    if (!check_parameters(managed, parameters, err))
        return false;
    struct strbuf out;
    strbuf_init(&out, (size_t)DOCUMENT_BYTES_MAX * 8);
    substitute(&out, str_from(managed->document), parameters);
    struct str document = arena_str(arena, strbuf_str(&out));
    bool failed = out.failed;
    strbuf_release(&out);
    if (failed)
        return fail(err, ERR_INVALID_REQUEST, "Job document with its parameters is longer than %d bytes.",
                    DOCUMENT_BYTES_MAX);
    if (!document.p)
        return fail(err, ERR_INTERNAL, "The job document could not be made.");
    if (!document_check(document, err))
        return false;
    *ret_document = document;
    return true;
}
