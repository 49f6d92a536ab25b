#include "value_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this, doubles hold every whole number exactly. */
static const double exact_below = 9007199254740992.0; /* 2^53 */

bool number_is_exact(double value)
{
    return fabs(value) < exact_below;
}

struct str number_text(double value, char buffer[NUMBER_TEXT_MAX])
{
    int n = 0;
    if (number_is_exact(value) && value == trunc(value)) {
        n = snprintf(buffer, NUMBER_TEXT_MAX, "%.0f", value);
        return (struct str){ buffer, (size_t)n };
    }
    for (int digits = 15; digits <= 17; digits++) {
        n = snprintf(buffer, NUMBER_TEXT_MAX, "%.*g", digits, value);
        if (strtod(buffer, NULL) == value)
            break;
    }
    return (struct str){ buffer, (size_t)n };
}

struct str double_text(double value, char buffer[NUMBER_TEXT_MAX])
{
    struct str text = number_text(value, buffer);
    if (!strpbrk(buffer, ".en")) { /* "inf" and "nan" stay as they are */
        memcpy(buffer + text.n, ".0", sizeof(".0"));
        text.n += 2;
    }
    return text;
}

static void scalar_text(struct strbuf *out, const struct shape *shape, const cJSON *json)
{
    char buffer[NUMBER_TEXT_MAX];
    bool is_double = shape->type == SHAPE_DOUBLE;
    if (cJSON_IsString(json))
        strbuf_add_text(out, json->valuestring);
    else if (cJSON_IsNumber(json))
        strbuf_add_str(out, is_double ? double_text(json->valuedouble, buffer)
                                      : number_text(json->valuedouble, buffer));
    else if (cJSON_IsBool(json))
        strbuf_add_text(out, cJSON_IsTrue(json) ? "true" : "false");
    else
        strbuf_add_text(out, "null");
}

static void structure_text(struct strbuf *out, const struct shape *shape, const cJSON *json)
{
    strbuf_printf(out, "%s(", shape->name);
    for (size_t i = 0; i < shape->member_count; i++) {
        const struct member *member = &shape->members[i];
        strbuf_printf(out, "%s%s=", i > 0 ? ", " : "", member->name);
        value_text(out, member->shape, cJSON_GetObjectItemCaseSensitive(json, member->name));
    }
    strbuf_add_char(out, ')');
}

static void list_text(struct strbuf *out, const struct shape *shape, const cJSON *json)
{
    strbuf_add_char(out, '[');
    for (const cJSON *item = json->child; item; item = item->next) {
        value_text(out, shape->element, item);
        if (item->next)
            strbuf_add_text(out, ", ");
    }
    strbuf_add_char(out, ']');
}

static void map_text(struct strbuf *out, const struct shape *shape, const cJSON *json)
{
    strbuf_add_char(out, '{');
    for (const cJSON *item = json->child; item; item = item->next) {
        strbuf_add_text(out, item->string);
        strbuf_add_char(out, '=');
        value_text(out, shape->element, item);
        if (item->next)
            strbuf_add_text(out, ", ");
    }
    strbuf_add_char(out, '}');
}

void value_text(struct strbuf *out, const struct shape *shape, const cJSON *json)
{
    if (shape->type == SHAPE_STRUCTURE && cJSON_IsObject(json))
        structure_text(out, shape, json);
    else if (shape->type == SHAPE_LIST && cJSON_IsArray(json))
        list_text(out, shape, json);
    else if (shape->type == SHAPE_MAP && cJSON_IsObject(json))
        map_text(out, shape, json);
    else
        scalar_text(out, shape, json);
}
