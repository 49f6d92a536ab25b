/* What the operations of static thing groups (ops/registry/thing_group.h) and of dynamic ones
 * (ops/registry/dynamic_group.h) have in common. Those that return bool return false after `fail`. */
#ifndef IOTJOBS_OPS_GROUP_PARTS_H
#define IOTJOBS_OPS_GROUP_PARTS_H

#include "ops/op.h"
#include "store/registry/attribute_store.h"
#include "store/registry/thing_group_store.h"

/* Of the request's properties, which may be NULL. An empty description is none. */
const struct attribute_payload *group_payload(const struct thing_group_properties *properties);
struct str group_description(const struct thing_group_properties *properties);

bool group_check_attributes(struct op *op, const struct attribute_rows *attributes);
bool group_check_version(struct op *op, struct opt_int expected, const struct thing_group_row *group);
bool group_check_kind(struct op *op, const struct thing_group_row *group, bool dynamic);

bool group_find_attributes(struct op *op, const struct thing_group_row *group,
                           struct attribute_rows *ret_attributes);
bool group_find_ancestors(struct op *op, const struct thing_group_row *group,
                          struct thing_group_rows *ret_ancestors);

#endif
