#include "shape_json.h"

#include <assert.h>
#include <string.h>

#include "decode.h"
#include "decode_value.h"

enum { TEXT_MAX = 4 * 1024 * 1024 }; /* a request's body at most, with every character escaped */

bool shape_is_set(const struct shape *shape, const void *value)
{
    switch (shape->type) {
    case SHAPE_STRING: return ((const struct str *)value)->p != NULL;
    case SHAPE_ENUM: return *(const int *)value != 0;
    case SHAPE_BOOLEAN: return ((const struct opt_bool *)value)->set;
    case SHAPE_INTEGER:
    case SHAPE_LONG: return ((const struct opt_int *)value)->set;
    case SHAPE_DOUBLE:
    case SHAPE_TIMESTAMP: return ((const struct opt_double *)value)->set;
    case SHAPE_LIST:
    case SHAPE_MAP: return ((const struct shape_collection *)value)->set;
    case SHAPE_STRUCTURE: return true;
    case SHAPE_BLOB: break; /* in no input */
    }
    return false;
}

/* ---- writing ---- */

/* Where a member of the structure has its value; NULL: it is not set. */
static const void *member_value(const struct member *member, const void *structure)
{
    const char *place = (const char *)structure + member->offset;
    const void *inner = place;
    if (member->shape->type == SHAPE_STRUCTURE)
        memcpy(&inner, place, sizeof(inner));
    return inner && shape_is_set(member->shape, inner) ? inner : NULL;
}

static void write_structure(struct json *json, const struct shape *shape, const void *value)
{
    json_object_begin(json);
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct member *member = &shape->members[i];
        const void *inner = member_value(member, value);
        if (!inner)
            continue;
        json_key(json, member->name);
        shape_to_json(json, member->shape, inner);
    }
    json_object_end(json);
}

static void write_list(struct json *json, const struct shape *shape, const struct shape_collection *list)
{
    json_array_begin(json);
    for (size_t i = 0; i < list->n; i++)
        shape_to_json(json, shape->element, (const char *)list->items + i * shape->element_stride);
    json_array_end(json);
}

static void write_map(struct json *json, const struct shape *shape, const struct shape_collection *map)
{
    json_object_begin(json);
    for (size_t i = 0; i < map->n; i++) {
        const char *entry = (const char *)map->items + i * shape->element_stride;
        json_key_str(json, *(const struct str *)(const void *)entry); /* an entry starts with its key */
        shape_to_json(json, shape->element, entry + shape->value_offset);
    }
    json_object_end(json);
}

void shape_to_json(struct json *json, const struct shape *shape, const void *value)
{
    assert(shape->size && "the shape occurs in no input, and has no C type");
    if (!shape_is_set(shape, value)) {
        json_null(json);
        return;
    }
    switch (shape->type) {
    case SHAPE_STRING: json_string(json, *(const struct str *)value); return;
    case SHAPE_ENUM: json_string(json, str_from(api_enum_name(shape, *(const int *)value))); return;
    case SHAPE_BOOLEAN: json_bool(json, ((const struct opt_bool *)value)->value); return;
    case SHAPE_INTEGER:
    case SHAPE_LONG: json_int(json, ((const struct opt_int *)value)->value); return;
    case SHAPE_DOUBLE:
    case SHAPE_TIMESTAMP: json_double(json, ((const struct opt_double *)value)->value); return;
    case SHAPE_LIST: write_list(json, shape, value); return;
    case SHAPE_MAP: write_map(json, shape, value); return;
    case SHAPE_STRUCTURE: write_structure(json, shape, value); return;
    case SHAPE_BLOB: return;
    }
}

struct str shape_to_text(struct arena *arena, const struct shape *shape, const void *value)
{
    struct strbuf out;
    strbuf_init(&out, TEXT_MAX);
    struct json json = json_to(&out);
    shape_to_json(&json, shape, value);
    struct str text = arena_str(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

/* ---- reading ---- */

bool shape_from_json(struct arena *arena, const struct shape *shape, struct str text, void *ret_value,
                     struct err *err)
{
    struct decoder decoder = { .arena = arena, .err = err, .quota = INT32_MAX /* as it was then */ };
    struct path at = { .step = STEP_MEMBER, .name = str_from(shape->name) };
    cJSON *json = api_json_valid(text) ? cJSON_ParseWithLengthOpts(text.p, text.n, NULL, false) : NULL;
    if (!json)
        return fail(err, ERR_INTERNAL, "A stored %s cannot be read.", shape->name);
    violations_init(&decoder.violations);
    bool ok =
        decode_json(&decoder, shape, json, &at, ret_value) && violations_check(&decoder.violations, err);
    violations_release(&decoder.violations);
    cJSON_Delete(json);
    return ok;
}
