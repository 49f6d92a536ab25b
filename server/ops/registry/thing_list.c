#include "ops/page.h"
#include "ops/registry/attributes.h"
#include "ops/registry/thing.h"
#include "ops/render.h"

static bool render_rows(struct op *op, struct page *page, const struct thing_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct attribute_rows attributes;
        if (!page_take_text(page, rows->places[i].value, rows->places[i].id))
            return true;
        if (!store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING, rows->items[i].id, &attributes))
            return fail(op->err, ERR_INTERNAL, "The thing could not be read.");
        render_thing_summary(op, &rows->items[i], &attributes);
    }
    if (rows->cut)
        page_stop(page, rows->end.value, rows->end.id);
    return true;
}

/* All that narrows the list. Names have neither spaces nor line breaks. */
static struct str filter_text(struct op *op, const struct thing_filter *filter)
{
    return arena_printf(op->arena, "type=%.*s attribute=%.*s %s=%.*s", STR(filter->type),
                        STR(filter->attribute_name), filter->value_is_prefix ? "prefix" : "value",
                        STR(filter->attribute_value));
}

bool op_list_things(struct op *op, const void *input)
{
    const struct list_things_request *in = input;
    const struct thing_filter filter = {
        .attribute_name = in->attribute_name,
        .attribute_value = in->attribute_value,
        .value_is_prefix = in->use_prefix_attribute_value.value,
        .type = in->thing_type_name,
    };
    struct page page;
    struct thing_rows rows;
    if (!page_open(op, &page, OP_LIST_THINGS, filter_text(op, &filter), in->max_results, in->next_token, 0))
        return false;
    if (in->attribute_value.p && !in->attribute_name.p)
        return fail(op->err, ERR_INVALID_REQUEST, "attributeValue needs attributeName.");
    const struct thing_place after = { page.text, page.cursor };
    if (!store_things_list(op->db, op->arena, &filter, &after, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The things could not be read.");
    json_key(op->json, "things");
    json_array_begin(op->json);
    if (!render_rows(op, &page, &rows))
        return false;
    json_array_end(op->json);
    return page_close(op, &page);
}
