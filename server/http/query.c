#include "http/query.h"

#include "api/uri_text.h"

static size_t count_of(struct str text, char wanted)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == wanted;
    return n;
}

bool query_parse(struct str text, struct arena *arena, const struct field **ret_fields, size_t *ret_count,
                 struct err *err)
{
    if (text.n == 0) {
        *ret_fields = NULL;
        *ret_count = 0;
        return true;
    }
    struct field *fields = arena_array(arena, count_of(text, '&') + 1, sizeof *fields);
    if (fields == NULL)
        return fail(err, ERR_INTERNAL, "The server is out of memory for this request.");
    size_t n = 0;
    while (text.p != NULL) {
        struct str value = str_split(&text, '&');
        if (value.n == 0)
            continue;
        struct str name = str_split(&value, '=');
        if (value.p == NULL)
            value = STR_LIT("");
        if (!uri_text_decode(name, "query", arena, &fields[n].name, err) ||
            !uri_text_decode(value, "query", arena, &fields[n].value, err))
            return false;
        n++;
    }
    *ret_fields = fields;
    *ret_count = n;
    return true;
}

struct str query_value(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_text(fields[i].name, name))
            return fields[i].value;
    return STR_NONE;
}
