#include "ops/thing.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/attributes.h"
#include "ops/event.h"
#include "ops/execution_change.h"
#include "ops/lookup.h"
#include "ops/membership.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/render.h"
#include "store/principal_store.h"
#include "store/timer_store.h"

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

static bool check_attributes(struct op *op, const struct attribute_rows *attributes)
{
    return attributes->n <= ATTRIBUTES_WITHOUT_TYPE_MAX ||
           fail(op->err, ERR_INVALID_REQUEST, "A thing without a type can have at most %d attributes.",
                ATTRIBUTES_WITHOUT_TYPE_MAX);
}

static bool check_version(struct op *op, struct opt_int expected, const struct thing_row *thing)
{
    return !expected.set || expected.value == thing->version ||
           fail(op->err, ERR_VERSION_CONFLICT,
                "The version for thing %.*s does not match the expected version.", STR(thing->name));
}

static bool find_attributes(struct op *op, const struct thing_row *thing,
                            struct attribute_rows *ret_attributes)
{
    return store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING, thing->id, ret_attributes) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be read.");
}

/* ---- CreateThing ---- */

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
    if (!find_attributes(op, existing, &stored))
        return false;
    if (!attributes_same(&stored, wanted) || !str_eq(existing->billing_group, in->billing_group_name)) {
        struct str arn = arn_make(op, "thing", in->thing_name);
        name_existing(op, existing->thing_id, arn);
        return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                    "Thing %.*s already exists in account with different attributes", STR(in->thing_name));
    }
    answer_create(op, existing);
    return true;
}

bool op_create_thing(struct op *op, const void *input)
{
    const struct create_thing_request *in = input;
    struct attribute_rows attributes = attributes_wanted(op, in->attribute_payload);
    struct thing_row existing;
    if (!check_type(op, in->thing_type_name) || !check_attributes(op, &attributes))
        return false;
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
    if (!store_thing_insert(op->db, &thing) ||
        !store_attributes_insert(op->db, ATTRIBUTES_OF_THING, thing.id, &attributes) ||
        !event_thing(op, REGISTRY_CREATED, &thing, &attributes))
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
    if (!lookup_thing(op, in->thing_name, &thing))
        return false;
    if (!find_attributes(op, &thing, &attributes))
        return false;
    render_thing(op, &thing, &attributes);
    return true;
}

static bool render_page(struct op *op, struct page *page, const struct thing_rows *rows)
{
    json_key(op->json, "things");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows->n && page_take(page, rows->items[i].id); i++) {
        struct attribute_rows attributes;
        if (!find_attributes(op, &rows->items[i], &attributes))
            return false;
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

/* ---- UpdateThing ---- */

bool op_update_thing(struct op *op, const void *input)
{
    const struct update_thing_request *in = input;
    struct thing_row thing;
    struct attribute_rows attributes;
    if (in->remove_thing_type.value && in->thing_type_name.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Provide either thingTypeName or removeThingType, not both.");
    if (!lookup_thing(op, in->thing_name, &thing))
        return false;
    if (!check_type(op, in->thing_type_name) || !check_version(op, in->expected_version, &thing) ||
        !find_attributes(op, &thing, &attributes))
        return false;
    attributes = attributes_after(op, &attributes, in->attribute_payload);
    if (!check_attributes(op, &attributes))
        return false;
    thing.version++;
    return (store_thing_changed(op->db, thing.id) &&
            store_attributes_replace(op->db, ATTRIBUTES_OF_THING, thing.id, &attributes) &&
            event_thing(op, REGISTRY_UPDATED, &thing, &attributes)) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be stored.");
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

static bool check_detached(struct op *op, const struct thing_row *thing)
{
    return !store_thing_has_principals(op->db, thing->id) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "Cannot delete. Thing %.*s is still attached to one or more principals", STR(thing->name));
}

bool op_delete_thing(struct op *op, const void *input)
{
    const struct delete_thing_request *in = input;
    struct thing_row thing;
    /* Deleting what is not there succeeds (control plane 8.2). */
    if (!store_thing_get(op->db, op->arena, in->thing_name, &thing))
        return true;
    struct attribute_rows attributes;
    return check_version(op, in->expected_version, &thing) && check_detached(op, &thing) &&
           find_attributes(op, &thing, &attributes) && remove_open_executions(op, in->thing_name) &&
           membership_end_all(op, &thing) &&
           ((event_thing(op, REGISTRY_DELETED, &thing, &attributes) &&
             store_window_retries_cancel_of_thing(op->db, in->thing_name) &&
             store_thing_delete(op->db, in->thing_name)) ||
            fail(op->err, ERR_INTERNAL, "The thing could not be deleted."));
}
