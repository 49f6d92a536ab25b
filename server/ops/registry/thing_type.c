#include "ops/registry/thing_type.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/registry/render_thing_type.h"
#include "ops/tags.h"

enum { DELETABLE_AFTER_MS = 5 * 60 * 1000 }; /* since its deprecation (control plane 1.3) */

/* ---- properties ---- */

/* Without a key, or without exactly one source for its value, nothing could be propagated. */
static bool check_propagating(struct op *op, const struct propagating_attribute *attribute)
{
    return (attribute->user_property_key.p &&
            !attribute->thing_attribute.p != !attribute->connection_attribute.p) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "A propagating attribute needs userPropertyKey, and either thingAttribute or "
                "connectionAttribute.");
}

static bool check_properties(struct op *op, const struct thing_type_properties *properties)
{
    if (!properties || !properties->mqtt5_configuration)
        return true;
    const struct propagating_attribute_list *list = &properties->mqtt5_configuration->propagating_attributes;
    for (size_t i = 0; i < list->n; i++)
        if (!check_propagating(op, &list->items[i]))
            return false;
    return true;
}

/* What the properties say nothing of stays. An empty description is none. */
static void apply(struct op *op, const struct thing_type_properties *properties, struct thing_type_row *type)
{
    if (!properties)
        return;
    if (properties->thing_type_description.p)
        type->description =
            properties->thing_type_description.n ? properties->thing_type_description : STR_NONE;
    if (properties->searchable_attributes.set)
        type->searchable_attributes = searchable_attributes_text(op, &properties->searchable_attributes);
    if (properties->mqtt5_configuration)
        type->propagating_attributes =
            propagating_attributes_text(op, &properties->mqtt5_configuration->propagating_attributes);
}

static bool store_failed(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The thing type could not be stored.");
}

/* ---- CreateThingType ---- */

static void answer_create(struct op *op, const struct thing_type_row *type)
{
    json_member_string(op->json, "thingTypeName", type->name);
    json_member_string(op->json, "thingTypeArn", arn_make(op, "thingtype", type->name));
    json_member_string(op->json, "thingTypeId", type->type_id);
}

static bool has_word(struct str words, struct str word)
{
    while (words.p)
        if (str_eq(str_split(&words, ' '), word))
            return true;
    return false;
}

static bool has_words(struct str words, struct str wanted)
{
    while (wanted.p)
        if (!has_word(words, str_split(&wanted, ' ')))
            return false;
    return true;
}

static bool same_properties(const struct thing_type_row *a, const struct thing_type_row *b)
{
    return str_eq(a->description, b->description) &&
           has_words(a->searchable_attributes, b->searchable_attributes) &&
           has_words(b->searchable_attributes, a->searchable_attributes) &&
           str_eq(a->propagating_attributes, b->propagating_attributes);
}

/* The same type once more is answered like the first time; another one of that name is refused. */
static bool create_again(struct op *op, const struct thing_type_row *existing,
                         const struct thing_type_row *wanted, const struct tag_list *tags)
{
    if (same_properties(existing, wanted) && tags_same(op, TAGGABLE_THING_TYPE, existing->name, tags)) {
        answer_create(op, existing);
        return true;
    }
    name_existing(op, existing->type_id, arn_make(op, "thingtype", existing->name));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                "Thing Type %.*s already exists in current account with different properties",
                STR(existing->name));
}

bool op_create_thing_type(struct op *op, const void *input)
{
    const struct create_thing_type_request *in = input;
    struct thing_type_row existing;
    char uuid[UUID_TEXT_MAX];
    if (!check_properties(op, in->thing_type_properties) || !tags_check(op, &in->tags))
        return false;
    random_uuid(uuid);
    struct thing_type_row type = {
        .name = in->thing_type_name,
        .type_id = str_from(uuid),
        .created_at_ms = op->now_ms,
    };
    apply(op, in->thing_type_properties, &type);
    if (store_thing_type_get(op->db, op->arena, in->thing_type_name, &existing))
        return create_again(op, &existing, &type, &in->tags);
    if (!store_thing_type_insert(op->db, &type) || !event_thing_type(op, REGISTRY_CREATED, &type))
        return store_failed(op);
    answer_create(op, &type);
    return tags_write(op, TAGGABLE_THING_TYPE, type.name, &in->tags);
}

/* ---- DescribeThingType, ListThingTypes ---- */

bool op_describe_thing_type(struct op *op, const void *input)
{
    const struct describe_thing_type_request *in = input;
    struct thing_type_row type;
    if (!lookup_thing_type(op, in->thing_type_name, &type))
        return false;
    render_thing_type(op, &type);
    return true;
}

/* By name: a name that is given is the beginning of those that are listed. */
bool op_list_thing_types(struct op *op, const void *input)
{
    const struct list_thing_types_request *in = input;
    struct thing_type_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_THING_TYPES, in->thing_type_name, in->max_results, in->next_token, 0))
        return false;
    if (!store_thing_types_list(op->db, op->arena, in->thing_type_name, page.text, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The thing types could not be read.");
    json_key(op->json, "thingTypes");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take_text(&page, rows.items[i].name, 0); i++)
        render_thing_type_summary(op, &rows.items[i]);
    json_array_end(op->json);
    return page_close(op, &page);
}

/* ---- UpdateThingType, DeprecateThingType ---- */

static bool write_update(struct op *op, const struct thing_type_row *type)
{
    return (store_thing_type_update(op->db, type) && event_thing_type(op, REGISTRY_UPDATED, type)) ||
           store_failed(op);
}

bool op_update_thing_type(struct op *op, const void *input)
{
    const struct update_thing_type_request *in = input;
    struct thing_type_row type;
    if (!check_properties(op, in->thing_type_properties) ||
        !lookup_thing_type(op, in->thing_type_name, &type))
        return false;
    apply(op, in->thing_type_properties, &type);
    return write_update(op, &type);
}

/* Once more changes nothing: the date of the first time stays. */
bool op_deprecate_thing_type(struct op *op, const void *input)
{
    const struct deprecate_thing_type_request *in = input;
    bool deprecated = !in->undo_deprecate.value;
    struct thing_type_row type;
    if (!lookup_thing_type(op, in->thing_type_name, &type))
        return false;
    if (type.deprecated_at_ms.set == deprecated)
        return true;
    type.deprecated_at_ms = (struct opt_int){ deprecated, deprecated ? op->now_ms : 0 };
    return write_update(op, &type);
}

/* ---- DeleteThingType ---- */

/* Terraform looks for the words from "Please" on, and waits. */
static bool check_deletable(struct op *op, const struct thing_type_row *type)
{
    if (!type->deprecated_at_ms.set)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Cannot delete thing type : %.*s when it is not deprecated. Please deprecate it first.",
                    STR(type->name));
    if (op->now_ms - type->deprecated_at_ms.value < DELETABLE_AFTER_MS)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Cannot delete thing type : %.*s. Please wait for 5 minutes after deprecation and then "
                    "retry.",
                    STR(type->name));
    return !store_thing_type_has_things(op->db, type->name) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "Cannot delete thing type : %.*s when there are still things associated with it.",
                STR(type->name));
}

bool op_delete_thing_type(struct op *op, const void *input)
{
    const struct delete_thing_type_request *in = input;
    struct thing_type_row type;
    return lookup_thing_type(op, in->thing_type_name, &type) && check_deletable(op, &type) &&
           tags_forget(op, TAGGABLE_THING_TYPE, type.name) &&
           ((store_thing_type_delete(op->db, type.name) && event_thing_type(op, REGISTRY_DELETED, &type)) ||
            fail(op->err, ERR_INTERNAL, "The thing type could not be deleted."));
}
