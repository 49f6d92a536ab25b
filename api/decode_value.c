#include "decode_value.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "constraints.h"
#include "value_text.h"

/* Where the model sets no limit: maps are searched for keys that stand twice. */
enum { MAP_ENTRIES_MAX = 1000 };

static bool out_of_memory(struct decoder *decoder)
{
    return fail(decoder->err, ERR_INTERNAL, "The request needs too much memory.");
}

static bool wrong_type(struct decoder *decoder, const struct path *at, const char *expected)
{
    struct strbuf text;
    strbuf_init(&text, 16 * 1024);
    path_text(at, &text);
    fail(decoder->err, ERR_INVALID_REQUEST, "Value at '%.*s' must be %s.", STR(strbuf_str(&text)), expected);
    strbuf_release(&text);
    return false;
}

const cJSON *json_member(const cJSON *object, const char *name)
{
    const cJSON *found = NULL;
    for (const cJSON *item = object ? object->child : NULL; item; item = item->next) {
        if (strcmp(item->string, name) == 0)
            found = item;
    }
    return found && !cJSON_IsNull(found) ? found : NULL;
}

/* --- scalars, shared by JSON and text */

static void store_enum(struct decoder *decoder, const struct shape *shape, struct str name,
                       const struct path *at, void *ret_value)
{
    int value = check_enum(&decoder->violations, shape, at, name);
    memcpy(ret_value, &value, sizeof(value));
}

static void check_range(struct decoder *decoder, const struct shape *shape, int64_t value,
                        const struct path *at)
{
    char text[NUMBER_TEXT_MAX];
    struct shape effective = *shape;
    if (shape->quota && decoder->quota)
        effective.max = (double)decoder->quota;
    snprintf(text, sizeof text, "%" PRId64, value);
    check_number(&decoder->violations, &effective, at, (double)value, str_from(text));
}

static bool store_integer(struct decoder *decoder, const struct shape *shape, int64_t value,
                          const struct path *at, struct opt_int *ret_value)
{
    if (shape->type == SHAPE_INTEGER && (value < INT32_MIN || value > INT32_MAX))
        return wrong_type(decoder, at, "a whole number of at most 32 bits");
    if (shape->has_min || shape->has_max)
        check_range(decoder, shape, value, at);
    *ret_value = (struct opt_int){ true, value };
    return true;
}

/* --- from JSON */

static bool json_string(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                        const struct path *at, void *ret_value)
{
    char buffer[NUMBER_TEXT_MAX];
    struct str text;
    if (cJSON_IsString(json))
        text = str_from(json->valuestring);
    else if (shape->scalar_as_text && cJSON_IsBool(json))
        text = cJSON_IsTrue(json) ? STR_LIT("true") : STR_LIT("false");
    else if (shape->scalar_as_text && cJSON_IsNumber(json) && number_is_exact(json->valuedouble))
        text = number_text(json->valuedouble, buffer);
    else
        return wrong_type(decoder, at,
                          shape->scalar_as_text ? "a string, a boolean or a number of at most 53 bits"
                                                : "a string");
    check_string(&decoder->violations, shape, at, text);
    struct str copy = arena_str(decoder->arena, text);
    if (!copy.p)
        return out_of_memory(decoder);
    *(struct str *)ret_value = copy;
    return true;
}

static bool json_enum(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                      const struct path *at, void *ret_value)
{
    if (!cJSON_IsString(json))
        return wrong_type(decoder, at, "a string");
    store_enum(decoder, shape, str_from(json->valuestring), at, ret_value);
    return true;
}

static bool json_boolean(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                         const struct path *at, void *ret_value)
{
    (void)shape;
    if (!cJSON_IsBool(json))
        return wrong_type(decoder, at, "true or false");
    *(struct opt_bool *)ret_value = (struct opt_bool){ true, cJSON_IsTrue(json) };
    return true;
}

static bool json_integer(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                         const struct path *at, void *ret_value)
{
    int64_t value;
    if (cJSON_IsNumber(json) && !number_is_exact(json->valuedouble))
        return wrong_type(decoder, at, "a whole number of at most 53 bits");
    if (cJSON_IsNumber(json) && json->valuedouble == trunc(json->valuedouble))
        return store_integer(decoder, shape, (int64_t)json->valuedouble, at, ret_value);
    if (shape->text_as_number && cJSON_IsString(json) && str_to_int(str_from(json->valuestring), &value))
        return store_integer(decoder, shape, value, at, ret_value);
    return wrong_type(decoder, at, "a whole number");
}

static bool json_double(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                        const struct path *at, void *ret_value)
{
    if (!cJSON_IsNumber(json) || !isfinite(json->valuedouble))
        return wrong_type(decoder, at, "a number");
    char buffer[NUMBER_TEXT_MAX];
    if (shape->has_min || shape->has_max)
        check_number(&decoder->violations, shape, at, json->valuedouble,
                     double_text(json->valuedouble, buffer));
    *(struct opt_double *)ret_value = (struct opt_double){ true, json->valuedouble };
    return true;
}

static bool json_structure(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                           const struct path *at, void *ret_value)
{
    if (!cJSON_IsObject(json))
        return wrong_type(decoder, at, "an object");
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct member *member = &shape->members[i];
        if (!decode_json_member(decoder, member, json_member(json, member->name), at, ret_value))
            return false;
    }
    return true;
}

static bool decode_element(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                           const struct path *at, void *ret_value)
{
    if (!cJSON_IsNull(json))
        return decode_json(decoder, shape, json, at, ret_value);
    violations_add(&decoder->violations, at, STR_NONE, "not be null");
    return true;
}

static bool json_list(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                      const struct path *at, void *ret_value)
{
    if (!cJSON_IsArray(json))
        return wrong_type(decoder, at, "a list");
    size_t n = (size_t)cJSON_GetArraySize(json);
    if (!check_size(&decoder->violations, shape, at, json, n))
        return true;
    char *items = arena_array(decoder->arena, n ? n : 1, shape->element_stride);
    if (!items)
        return out_of_memory(decoder);
    struct path here = { .up = at, .step = STEP_ELEMENT };
    for (const cJSON *item = json->child; item; item = item->next) {
        char *element = items + here.index++ * shape->element_stride;
        if (!decode_element(decoder, shape->element, item, &here, element))
            return false;
    }
    *(struct shape_collection *)ret_value = (struct shape_collection){ true, n, items };
    return true;
}

static bool stands_again(const cJSON *item)
{
    for (const cJSON *later = item->next; later; later = later->next) {
        if (strcmp(later->string, item->string) == 0)
            return true;
    }
    return false;
}

static bool decode_entry(struct decoder *decoder, const struct shape *shape, const cJSON *item,
                         const struct path *at, char *entry)
{
    struct str key = str_from(item->string);
    struct path here = { .up = at, .step = STEP_MAP_KEY, .name = key };
    if (shape->key->type == SHAPE_ENUM)
        check_enum(&decoder->violations, shape->key, &here, key);
    else
        check_string(&decoder->violations, shape->key, &here, key);
    struct str copy = arena_str(decoder->arena, key);
    if (!copy.p)
        return out_of_memory(decoder);
    *(struct str *)(void *)entry = copy; /* a map's entry starts with its key */
    here.step = STEP_MAP_VALUE;
    return decode_element(decoder, shape->element, item, &here, entry + shape->value_offset);
}

static bool json_map(struct decoder *decoder, const struct shape *shape, const cJSON *json,
                     const struct path *at, void *ret_value)
{
    if (!cJSON_IsObject(json))
        return wrong_type(decoder, at, "an object");
    size_t size = (size_t)cJSON_GetArraySize(json), n = 0;
    if (!check_size(&decoder->violations, shape, at, json, size))
        return true;
    if (size > MAP_ENTRIES_MAX)
        return wrong_type(decoder, at, "an object with at most 1000 entries");
    char *items = arena_array(decoder->arena, size ? size : 1, shape->element_stride);
    if (!items)
        return out_of_memory(decoder);
    for (const cJSON *item = json->child; item; item = item->next) {
        if (stands_again(item))
            continue;
        if (!decode_entry(decoder, shape, item, at, items + n++ * shape->element_stride))
            return false;
    }
    *(struct shape_collection *)ret_value = (struct shape_collection){ true, n, items };
    return true;
}

bool decode_json(struct decoder *decoder, const struct shape *shape, const cJSON *json, const struct path *at,
                 void *ret_value)
{
    static bool (*const by_type[])(struct decoder *, const struct shape *, const cJSON *, const struct path *,
                                   void *) = {
        [SHAPE_STRING] = json_string,       [SHAPE_ENUM] = json_enum,    [SHAPE_BOOLEAN] = json_boolean,
        [SHAPE_INTEGER] = json_integer,     [SHAPE_LONG] = json_integer, [SHAPE_DOUBLE] = json_double,
        [SHAPE_TIMESTAMP] = json_double,    [SHAPE_LIST] = json_list,    [SHAPE_MAP] = json_map,
        [SHAPE_STRUCTURE] = json_structure,
    };
    return by_type[shape->type](decoder, shape, json, at, ret_value);
}

/* --- from text */

static bool text_boolean(struct decoder *decoder, struct str text, const struct path *at, void *ret_value)
{
    bool value = str_eq(text, STR_LIT("true"));
    if (!value && !str_eq(text, STR_LIT("false")))
        return wrong_type(decoder, at, "true or false");
    *(struct opt_bool *)ret_value = (struct opt_bool){ true, value };
    return true;
}

static bool text_integer(struct decoder *decoder, const struct shape *shape, struct str text,
                         const struct path *at, void *ret_value)
{
    int64_t value;
    if (!str_to_int(text, &value))
        return wrong_type(decoder, at, "a whole number");
    return store_integer(decoder, shape, value, at, ret_value);
}

bool decode_text(struct decoder *decoder, const struct shape *shape, struct str text, const struct path *at,
                 void *ret_value)
{
    if (!utf8_valid(text) || (text.n > 0 && memchr(text.p, '\0', text.n)))
        return wrong_type(decoder, at, "UTF-8 without NUL characters");
    switch (shape->type) {
    case SHAPE_ENUM: store_enum(decoder, shape, text, at, ret_value); return true;
    case SHAPE_BOOLEAN: return text_boolean(decoder, text, at, ret_value);
    case SHAPE_INTEGER:
    case SHAPE_LONG: return text_integer(decoder, shape, text, at, ret_value);
    default: /* the generator lets nothing but strings stand here besides */
        check_string(&decoder->violations, shape, at, text);
        *(struct str *)ret_value = text;
        return true;
    }
}

/* --- members */

static bool check_required(struct decoder *decoder, const struct member *member, const struct path *at)
{
    if (member->required)
        violations_add(&decoder->violations, at, STR_NONE, "not be null");
    return true;
}

bool decode_json_member(struct decoder *decoder, const struct member *member, const cJSON *json,
                        const struct path *up, void *structure)
{
    struct path here = { .up = up, .step = STEP_MEMBER, .name = str_from(member->name) };
    char *place = (char *)structure + member->offset;
    if (!json)
        return check_required(decoder, member, &here);
    if (member->shape->type != SHAPE_STRUCTURE)
        return decode_json(decoder, member->shape, json, &here, place);
    void *inner = arena_alloc(decoder->arena, member->shape->size);
    if (!inner)
        return out_of_memory(decoder);
    memcpy(place, &inner, sizeof(inner));
    return decode_json(decoder, member->shape, json, &here, inner);
}

bool decode_text_member(struct decoder *decoder, const struct member *member, struct str text,
                        void *structure)
{
    struct path here = { .step = STEP_MEMBER, .name = str_from(member->name) };
    if (!text.p)
        return check_required(decoder, member, &here);
    return decode_text(decoder, member->shape, text, &here, (char *)structure + member->offset);
}
