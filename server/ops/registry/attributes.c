#include "ops/registry/attributes.h"

/* An empty value stands for "no such attribute". */
static void add_given(struct attribute_rows *rows, const struct string_map *given)
{
    for (size_t i = 0; rows->items && i < given->n; i++)
        if (given->items[i].value.n)
            rows->items[rows->n++] = (struct attribute){ given->items[i].key, given->items[i].value };
}

static bool names(const struct string_map *given, struct str name)
{
    for (size_t i = 0; i < given->n; i++)
        if (str_eq(given->items[i].key, name))
            return true;
    return false;
}

static struct attribute_rows room_for(struct op *op, size_t n)
{
    return (struct attribute_rows){ .items = arena_array(op->arena, n ? n : 1, sizeof(struct attribute)) };
}

struct attribute_rows attributes_wanted(struct op *op, const struct attribute_payload *payload)
{
    static const struct string_map none;
    const struct string_map *given = payload ? &payload->attributes : &none;
    struct attribute_rows rows = room_for(op, given->n);
    add_given(&rows, given);
    return rows;
}

static struct attribute_rows merged(struct op *op, const struct attribute_rows *stored,
                                    const struct string_map *given)
{
    struct attribute_rows rows = room_for(op, stored->n + given->n);
    for (size_t i = 0; rows.items && i < stored->n; i++)
        if (!names(given, stored->items[i].name))
            rows.items[rows.n++] = stored->items[i];
    add_given(&rows, given);
    return rows;
}

struct attribute_rows attributes_after(struct op *op, const struct attribute_rows *stored,
                                       const struct attribute_payload *payload)
{
    if (!payload || !payload->attributes.set)
        return *stored;
    return payload->merge.value ? merged(op, stored, &payload->attributes) : attributes_wanted(op, payload);
}

bool attributes_same(const struct attribute_rows *a, const struct attribute_rows *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        size_t k = 0;
        while (k < b->n &&
               !(str_eq(a->items[i].name, b->items[k].name) && str_eq(a->items[i].value, b->items[k].value)))
            k++;
        if (k == b->n)
            return false;
    }
    return true;
}
