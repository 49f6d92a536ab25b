#include "constraints.h"

#include "base/utf8.h"
#include "value_text.h"

enum { COLLECTION_TEXT_MAX = 16 * 1024 };

static void check_length(struct violations *violations, const struct shape *shape, const struct path *at,
                         double length, struct str text)
{
    if (shape->has_max && length > shape->max)
        violations_add(violations, at, text, "have length less than or equal to %.15g", shape->max);
    if (shape->has_min && length < shape->min)
        violations_add(violations, at, text, "have length greater than or equal to %.15g", shape->min);
}

void check_string(struct violations *violations, const struct shape *shape, const struct path *at,
                  struct str text)
{
    if (shape->matches && !shape->matches(text))
        violations_add(violations, at, text, "satisfy regular expression pattern: %s", shape->pattern);
    if (shape->has_min || shape->has_max)
        check_length(violations, shape, at, (double)utf8_length(text), text);
}

void check_number(struct violations *violations, const struct shape *shape, const struct path *at,
                  double value, struct str text)
{
    if (shape->has_max && value > shape->max)
        violations_add(violations, at, text, "have value less than or equal to %.15g", shape->max);
    if (shape->has_min && value < shape->min)
        violations_add(violations, at, text, "have value greater than or equal to %.15g", shape->min);
}

bool check_size(struct violations *violations, const struct shape *shape, const struct path *at,
                const cJSON *json, size_t size)
{
    bool too_many = shape->has_max && (double)size > shape->max;
    bool too_few = shape->has_min && (double)size < shape->min;
    if (too_many || too_few) {
        struct strbuf text;
        strbuf_init(&text, COLLECTION_TEXT_MAX);
        value_text(&text, shape, json);
        check_length(violations, shape, at, (double)size, text.failed ? STR_LIT("...") : strbuf_str(&text));
        strbuf_release(&text);
    }
    return !too_many;
}

int check_enum(struct violations *violations, const struct shape *shape, const struct path *at,
               struct str name)
{
    int value = api_enum_value(shape, name);
    if (value == 0)
        violations_add(violations, at, name, "satisfy enum value set: %s", shape->value_set);
    return value;
}
