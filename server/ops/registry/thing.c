#include "ops/registry/thing.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/executions/execution_change.h"
#include "ops/fleet/connectivity.h"
#include "ops/fleet/fleet_index.h"
#include "ops/lookup.h"
#include "ops/refusal.h"
#include "ops/registry/attributes.h"
#include "ops/registry/membership.h"
#include "ops/render.h"
#include "ops/security/access_changes.h"
#include "store/jobs/job_target_store.h"
#include "store/security/principal_store.h"
#include "store/timer_store.h"

/* AWS's limits. All attributes together may have 47 KB: fifty of 128 and 800 characters have less. */
enum {
    ATTRIBUTES_WITHOUT_TYPE_MAX = 3,
    ATTRIBUTES_MAX = 50,
    REMOVED_AT_ONCE = 100,
    PART_ARENA_MAX = 8 * 1024 * 1024,
};

static bool check_attributes(struct op *op, const struct attribute_rows *attributes, struct str type)
{
    if (attributes->n > ATTRIBUTES_MAX)
        return fail(op->err, ERR_INVALID_REQUEST, "A thing can have at most %d attributes.", ATTRIBUTES_MAX);
    return type.p || attributes->n <= ATTRIBUTES_WITHOUT_TYPE_MAX ||
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

static bool event_type_change(struct op *op, const struct thing_row *thing, struct str before,
                              struct str after)
{
    if (str_eq(before, after))
        return true;
    return (!before.p || event_type_association(op, REGISTRY_REMOVED, thing, before)) &&
           (!after.p || event_type_association(op, REGISTRY_ADDED, thing, after));
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
    if (!attributes_same(&stored, wanted) || !str_eq(existing->type, in->thing_type_name) ||
        !str_eq(existing->billing_group, in->billing_group_name)) {
        struct str arn = arn_make(op, "thing", in->thing_name);
        name_existing(op, existing->thing_id, arn);
        return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                    "Thing %.*s already exists in account with different attributes", STR(in->thing_name));
    }
    answer_create(op, existing);
    return true;
}

static bool write_thing(struct op *op, struct thing_row *thing, const struct attribute_rows *attributes)
{
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_THING, thing->name);
    return (store_thing_insert(op->db, thing) &&
            store_attributes_insert(op->db, ATTRIBUTES_OF_THING, thing->id, attributes) &&
            event_thing(op, REGISTRY_CREATED, thing, attributes) &&
            event_type_change(op, thing, STR_NONE, thing->type)) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be stored.");
}

bool op_create_thing(struct op *op, const void *input)
{
    const struct create_thing_request *in = input;
    struct attribute_rows attributes = attributes_wanted(op, in->attribute_payload);
    struct thing_row existing;
    struct thing_type_row type = { 0 };
    if (!check_attributes(op, &attributes, in->thing_type_name) ||
        (in->thing_type_name.p && !lookup_thing_type(op, in->thing_type_name, &type)))
        return false;
    if (store_thing_get(op->db, op->arena, in->thing_name, &existing))
        return create_again(op, in, &existing, &attributes);
    if (type.deprecated_at_ms.set) /* the words are AWS's */
        return fail(op->err, ERR_INVALID_REQUEST, "Can not create new thing with depreated thing type:%.*s",
                    STR(type.name));
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    struct thing_row thing = {
        .name = in->thing_name,
        .thing_id = str_from(uuid),
        .billing_group = in->billing_group_name,
        .type = in->thing_type_name,
        .version = 1,
    };
    if (!write_thing(op, &thing, &attributes))
        return false;
    answer_create(op, &thing);
    return fleet_index_thing_changed(op, thing.id);
}

/* ---- DescribeThing ---- */

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

/* ---- UpdateThing ---- */

/* The type that the thing will have. */
static bool find_type(struct op *op, const struct update_thing_request *in, struct str current,
                      struct str *ret_name)
{
    struct thing_type_row type;
    *ret_name = in->remove_thing_type.value ? STR_NONE : current;
    if (!in->thing_type_name.p)
        return true;
    *ret_name = in->thing_type_name;
    if (!lookup_thing_type(op, in->thing_type_name, &type))
        return false;
    return !type.deprecated_at_ms.set ||
           fail(op->err, ERR_INVALID_REQUEST, "Can not update a thing to use deprecated thing type: %.*s",
                STR(type.name));
}

static bool write_update(struct op *op, const struct thing_row *thing,
                         const struct attribute_rows *attributes, struct str type_before)
{
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_THING, thing->name);
    return (store_thing_changed(op->db, thing->id, thing->type) &&
            store_attributes_replace(op->db, ATTRIBUTES_OF_THING, thing->id, attributes) &&
            event_thing(op, REGISTRY_UPDATED, thing, attributes) &&
            event_type_change(op, thing, type_before, thing->type)) ||
           fail(op->err, ERR_INTERNAL, "The thing could not be stored.");
}

static bool tell_index(struct op *op, const struct thing_row *thing, struct str type_before,
                       const struct attribute_rows *before, const struct attribute_rows *after)
{
    struct thing_changes changes = { .names = arena_array(op->arena, before->n + after->n + 1,
                                                          sizeof *changes.names) };
    if (!changes.names)
        return fail(op->err, ERR_INTERNAL, "What has changed could not be told to the index.");
    attributes_compare(before, after, &changes);
    if (!str_eq(type_before, thing->type))
        changes.names[changes.n++] = STR_LIT("thingTypeName");
    return fleet_index_thing_updated(op, thing->id, &changes);
}

bool op_update_thing(struct op *op, const void *input)
{
    const struct update_thing_request *in = input;
    struct thing_row thing;
    struct attribute_rows before;
    if (in->remove_thing_type.value && in->thing_type_name.p)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Provide either thingTypeName or removeThingType, not both.");
    if (!lookup_thing(op, in->thing_name, &thing))
        return false;
    struct str type_before = thing.type;
    if (!find_type(op, in, type_before, &thing.type) || !check_version(op, in->expected_version, &thing) ||
        !find_attributes(op, &thing, &before))
        return false;
    struct attribute_rows attributes = attributes_after(op, &before, in->attribute_payload);
    if (!check_attributes(op, &attributes, thing.type))
        return false;
    thing.version++;
    return write_update(op, &thing, &attributes, type_before) &&
           tell_index(op, &thing, type_before, &before, &attributes);
}

/* ---- DeleteThing ---- */

/* One bounded part, in memory of its own: a thing may have had any number of jobs waiting. */
static bool remove_some(struct op *op, struct str thing, size_t *ret_n)
{
    struct execution_rows open;
    if (!store_open_of_thing(op->db, op->arena, thing, REMOVED_AT_ONCE, &open))
        return fail(op->err, ERR_INTERNAL, "The executions of the thing could not be read.");
    for (size_t i = 0; i < open.n; i++)
        if (!execution_move(op, &open.items[i], JOB_EXECUTION_STATUS_REMOVED, CAUSE_DELETE_THING) ||
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
    access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_THING, in->thing_name);
    return check_version(op, in->expected_version, &thing) && check_detached(op, &thing) &&
           find_attributes(op, &thing, &attributes) && remove_open_executions(op, in->thing_name) &&
           membership_end_all(op, &thing) &&
           ((event_type_change(op, &thing, thing.type, STR_NONE) &&
             event_thing(op, REGISTRY_DELETED, &thing, &attributes) &&
             store_window_retries_cancel_of_thing(op->db, in->thing_name) &&
             store_joining_forget(op->db, in->thing_name) && store_thing_delete(op->db, in->thing_name)) ||
            fail(op->err, ERR_INTERNAL, "The thing could not be deleted.")) &&
           connectivity_thing_deleted(op, in->thing_name);
}
