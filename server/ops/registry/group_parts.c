#include "ops/registry/group_parts.h"

enum { ATTRIBUTES_MAX = 50 }; /* control plane 8.1 */

const struct attribute_payload *group_payload(const struct thing_group_properties *properties)
{
    return properties ? properties->attribute_payload : NULL;
}

/* An empty description is none. */
struct str group_description(const struct thing_group_properties *properties)
{
    return properties && properties->thing_group_description.n ? properties->thing_group_description
                                                               : STR_NONE;
}

bool group_check_attributes(struct op *op, const struct attribute_rows *attributes)
{
    return attributes->n <= ATTRIBUTES_MAX ||
           fail(op->err, ERR_INVALID_REQUEST, "A thing group can have at most %d attributes.",
                ATTRIBUTES_MAX);
}

bool group_check_version(struct op *op, struct opt_int expected, const struct thing_group_row *group)
{
    return !expected.set || expected.value == group->version ||
           fail(op->err, ERR_VERSION_CONFLICT,
                "The version for thing group %.*s does not match the expected version.", STR(group->name));
}

bool group_find_attributes(struct op *op, const struct thing_group_row *group,
                           struct attribute_rows *ret_attributes)
{
    return store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING_GROUP, group->id, ret_attributes) ||
           fail(op->err, ERR_INTERNAL, "The thing group could not be read.");
}

bool group_find_ancestors(struct op *op, const struct thing_group_row *group,
                          struct thing_group_rows *ret_ancestors)
{
    return store_thing_group_ancestors(op->db, op->arena, group, ret_ancestors) ||
           fail(op->err, ERR_INTERNAL, "The thing group could not be read.");
}

bool group_check_kind(struct op *op, const struct thing_group_row *group, bool dynamic)
{
    if (group->dynamic == dynamic)
        return true;
    if (dynamic)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Thing group %.*s is static: the operations of dynamic thing groups do not change it.",
                    STR(group->name));
    return fail(op->err, ERR_INVALID_REQUEST,
                "Thing group %.*s is dynamic: only the operations of dynamic thing groups change it, and its "
                "things are those that its query finds.",
                STR(group->name));
}
