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

static bool has(const struct attribute_rows *rows, const struct attribute *attribute)
{
    size_t i = 0;
    while (i < rows->n &&
           !(str_eq(rows->items[i].name, attribute->name) && str_eq(rows->items[i].value, attribute->value)))
        i++;
    return i < rows->n;
}

static void add_missing(const struct attribute_rows *rows, const struct attribute_rows *in,
                        struct thing_changes *changes)
{
    for (size_t i = 0; i < rows->n; i++)
        if (!has(in, &rows->items[i]))
            changes->names[changes->n++] = rows->items[i].name;
}

void attributes_compare(const struct attribute_rows *before, const struct attribute_rows *after,
                        struct thing_changes *changes)
{
    add_missing(before, after, changes);
    add_missing(after, before, changes);
}

bool attributes_same(const struct attribute_rows *a, const struct attribute_rows *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (!has(b, &a->items[i]))
            return false;
    return true;
}
