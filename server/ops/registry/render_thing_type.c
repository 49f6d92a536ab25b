#include "ops/registry/render_thing_type.h"

#include "ops/arn.h"
#include "ops/render.h"

enum { TEXT_MAX = 4 * 1024 * 1024 }; /* a request's body at most, with every character escaped */

/* ---- answers ---- */

void render_searchable_attributes(struct json *json, const struct thing_type_row *type)
{
    struct str rest = type->searchable_attributes;
    json_key(json, "searchableAttributes");
    json_array_begin(json);
    while (rest.p)
        json_string(json, str_split(&rest, ' '));
    json_array_end(json);
}

void render_propagating_attributes(struct json *json, const struct thing_type_row *type)
{
    json_key(json, "propagatingAttributes");
    json_raw(json, type->propagating_attributes.p ? type->propagating_attributes : STR_LIT("[]"));
}

static void properties(struct json *json, const struct thing_type_row *type)
{
    json_key(json, "thingTypeProperties");
    json_object_begin(json);
    render_optional(json, "thingTypeDescription", type->description);
    if (type->searchable_attributes.p)
        render_searchable_attributes(json, type);
    if (type->propagating_attributes.p) {
        json_key(json, "mqtt5Configuration");
        json_object_begin(json);
        render_propagating_attributes(json, type);
        json_object_end(json);
    }
    json_object_end(json);
}

static void metadata(struct json *json, const struct thing_type_row *type)
{
    json_key(json, "thingTypeMetadata");
    json_object_begin(json);
    json_member_bool(json, "deprecated", type->deprecated_at_ms.set);
    if (type->deprecated_at_ms.set)
        json_member_seconds(json, "deprecationDate", type->deprecated_at_ms.value);
    json_member_seconds(json, "creationDate", type->created_at_ms);
    json_object_end(json);
}

void render_thing_type(struct op *op, const struct thing_type_row *type)
{
    json_member_string(op->json, "thingTypeName", type->name);
    json_member_string(op->json, "thingTypeId", type->type_id);
    json_member_string(op->json, "thingTypeArn", arn_make(op, "thingtype", type->name));
    properties(op->json, type);
    metadata(op->json, type);
}

void render_thing_type_summary(struct op *op, const struct thing_type_row *type)
{
    json_object_begin(op->json);
    json_member_string(op->json, "thingTypeName", type->name);
    json_member_string(op->json, "thingTypeArn", arn_make(op, "thingtype", type->name));
    properties(op->json, type);
    metadata(op->json, type);
    json_object_end(op->json);
}

/* ---- what is kept ---- */

static struct str detach(struct op *op, struct strbuf *text)
{
    struct str copy = arena_str(op->arena, strbuf_str(text));
    strbuf_release(text);
    return copy;
}

struct str searchable_attributes_text(struct op *op, const struct searchable_attributes *names)
{
    struct strbuf text;
    if (!names->n)
        return STR_NONE;
    strbuf_init(&text, TEXT_MAX);
    for (size_t i = 0; i < names->n; i++) {
        if (i)
            strbuf_add_char(&text, ' ');
        strbuf_add_str(&text, names->items[i]);
    }
    return detach(op, &text);
}

struct str propagating_attributes_text(struct op *op, const struct propagating_attribute_list *attributes)
{
    struct strbuf text;
    if (!attributes->n)
        return STR_NONE;
    strbuf_init(&text, TEXT_MAX);
    struct json json = json_to(&text);
    json_array_begin(&json);
    for (size_t i = 0; i < attributes->n; i++) {
        json_object_begin(&json);
        render_optional(&json, "userPropertyKey", attributes->items[i].user_property_key);
        render_optional(&json, "thingAttribute", attributes->items[i].thing_attribute);
        render_optional(&json, "connectionAttribute", attributes->items[i].connection_attribute);
        json_object_end(&json);
    }
    json_array_end(&json);
    return detach(op, &text);
}
