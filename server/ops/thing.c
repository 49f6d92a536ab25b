#include "ops/thing.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/execution_change.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/render.h"

enum {
    ATTRIBUTES_WITHOUT_TYPE_MAX = 3, /* AWS's limit for a thing without a type */
    REMOVED_AT_ONCE = 100,
    PART_ARENA_MAX = 8 * 1024 * 1024,
};

/* No thing types exist on this server, so none can be found. */
static bool check_type(struct op *op, struct str type)
{
    return !type.p || fail(op->err, ERR_RESOURCE_NOT_FOUND, "Thing type %.*s cannot be found.", STR(type));
}

/* ---- CreateThing ---- */

/* An empty value stands for "no such attribute". */
static struct attribute_rows wanted_attributes(struct op *op, const struct attribute_payload *payload)
{
    struct attribute_rows rows = { 0 };
    size_t n = payload ? payload->attributes.n : 0;
    rows.items = arena_array(op->arena, n ? n : 1, sizeof *rows.items);
    for (size_t i = 0; rows.items && i < n; i++) {
        const struct string_pair *pair = &payload->attributes.items[i];
        if (pair->value.n)
            rows.items[rows.n++] = (struct attribute){ pair->key, pair->value };
    }
    return rows;
}

static bool same_attributes(const struct attribute_rows *a, const struct attribute_rows *b)
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

static void answer_create(struct op *op, const struct thing_row *thing)
{
    json_member_string(op->json, "thingName", thing->name);
    json_member_string(op->json, "thingArn", arn_make(op, "thing", thing->name));
    json_member_string(op->json, "thingId", thing->thing_id);
}

/* The same thing once more is answered like the first time; another one of that name is refused. */
static bool create_again(struct op *op, const struct create_thing_request *in,
                         const struct thing_row *existing, const struct attribute_rows *wanted)
{
    struct attribute_rows stored;
    if (!store_attributes_get(op->db, op->arena, existing->id, &stored))
        return fail(op->err, ERR_INTERNAL, "The thing could not be read.");
    if (!same_attributes(&stored, wanted) || !str_eq(existing->billing_group, in->billing_group_name)) {
        struct str arn = arn_make(op, "thing", in->thing_name);
        name_existing(op, existing->thing_id, arn);
        return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                    "Thing %.*s already exists in account with different attributes", STR(in->thing_name));
    }
    answer_create(op, existing);
    return true;
}

static bool insert_thing(struct op *op, struct thing_row *thing, const struct attribute_rows *attributes)
{
    if (!store_thing_insert(op->db, thing))
        return false;
    for (size_t i = 0; i < attributes->n; i++)
        if (!store_attribute_insert(op->db, thing->id, attributes->items[i].name, attributes->items[i].value))
            return false;
    return true;
}

bool op_create_thing(struct op *op, const void *input)
{
    const struct create_thing_request *in = input;
    struct attribute_rows attributes = wanted_attributes(op, in->attribute_payload);
    struct thing_row existing;
    if (!check_type(op, in->thing_type_name))
        return false;
    if (attributes.n > ATTRIBUTES_WITHOUT_TYPE_MAX)
        return fail(op->err, ERR_INVALID_REQUEST, "A thing without a type can have at most %d attributes.",
                    ATTRIBUTES_WITHOUT_TYPE_MAX);
    if (store_thing_get(op->db, op->arena, in->thing_name, &existing))
        return create_again(op, in, &existing, &attributes);
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    struct thing_row thing = {
        .name = in->thing_name,
        .thing_id = str_from(uuid),
        .billing_group = in->billing_group_name,
        .version = 1,
    };
    if (!insert_thing(op, &thing, &attributes) || !event_thing(op, REGISTRY_CREATED, &thing, &attributes))
        return fail(op->err, ERR_INTERNAL, "The thing could not be stored.");
    answer_create(op, &thing);
    return true;
}

/* ---- DescribeThing, ListThings ---- */

bool op_describe_thing(struct op *op, const void *input)
{
    const struct describe_thing_request *in = input;
    struct thing_row thing;
    struct attribute_rows attributes;
    if (!store_thing_get(op->db, op->arena, in->thing_name, &thing))
        return thing_not_found(op, in->thing_name);
    if (!store_attributes_get(op->db, op->arena, thing.id, &attributes))
        return fail(op->err, ERR_INTERNAL, "The thing could not be read.");
    render_thing(op, &thing, &attributes);
    return true;
}

static bool render_page(struct op *op, struct page *page, const struct thing_rows *rows)
{
    json_key(op->json, "things");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows->n && page_take(page, rows->items[i].id); i++) {
        struct attribute_rows attributes;
        if (!store_attributes_get(op->db, op->arena, rows->items[i].id, &attributes))
            return fail(op->err, ERR_INTERNAL, "The things could not be read.");
        render_thing_summary(op, &rows->items[i], &attributes);
    }
    json_array_end(op->json);
    return page_close(op, page);
}

bool op_list_things(struct op *op, const void *input)
{
    const struct list_things_request *in = input;
    struct thing_filter filter = {
        .attribute_name = in->attribute_name,
        .attribute_value = in->attribute_value,
        .value_is_prefix = in->use_prefix_attribute_value.value,
    };
    struct page page;
    struct thing_rows rows = { 0 };
    if (!page_open(op, &page, OP_LIST_THINGS, STR_NONE, in->max_results, in->next_token, 0))
        return false;
    if (in->attribute_value.p && !in->attribute_name.p)
        return fail(op->err, ERR_INVALID_REQUEST, "attributeValue needs attributeName.");
    /* No thing has a type, so a list of one type is empty. */
    if (!in->thing_type_name.p &&
        !store_things_list(op->db, op->arena, &filter, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The things could not be read.");
    return render_page(op, &page, &rows);
}

/* ---- DeleteThing ---- */

/* One bounded part, in memory of its own: a thing may have had any number of jobs waiting. */
static bool remove_some(struct op *op, struct str thing, size_t *ret_n)
{
    struct execution_rows open;
    if (!store_open_of_thing(op->db, op->arena, thing, REMOVED_AT_ONCE, &open))
        return fail(op->err, ERR_INTERNAL, "The executions of the thing could not be read.");
    for (size_t i = 0; i < open.n; i++)
        if (!execution_move(op, &open.items[i], JOB_EXECUTION_STATUS_REMOVED) ||
            !job_settle(op, open.items[i].job_id))
            return false;
    *ret_n = open.n;
    return true;
}

/* What the thing had still to do is REMOVED, and jobs that waited for it alone are complete (control
 * plane 2.4). */
static bool remove_open_executions(struct op *op, struct str thing)
{
    bool ok = true;
    for (size_t n = REMOVED_AT_ONCE; ok && n == REMOVED_AT_ONCE;) {
        struct arena arena;
        struct op part = *op;
        arena_init(&arena, PART_ARENA_MAX);
        part.arena = &arena;
        ok = remove_some(&part, thing, &n);
        arena_release(&arena);
    }
    return ok;
}

bool op_delete_thing(struct op *op, const void *input)
{
    const struct delete_thing_request *in = input;
    struct thing_row thing;
    /* Deleting what is not there succeeds (control plane 8.2). */
    if (!store_thing_get(op->db, op->arena, in->thing_name, &thing))
        return true;
    if (in->expected_version.set && in->expected_version.value != thing.version)
        return fail(op->err, ERR_VERSION_CONFLICT,
                    "The version for thing %.*s does not match the expected version.", STR(in->thing_name));
    struct attribute_rows attributes;
    return remove_open_executions(op, in->thing_name) &&
           ((store_attributes_get(op->db, op->arena, thing.id, &attributes) &&
             event_thing(op, REGISTRY_DELETED, &thing, &attributes) &&
             store_thing_delete(op->db, in->thing_name)) ||
            fail(op->err, ERR_INTERNAL, "The thing could not be deleted."));
}
