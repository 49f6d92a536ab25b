/* What a request makes of the attributes of a thing or a thing group (control plane 1.3). The rows live in
 * the operation's arena. */
#ifndef IOTJOBS_OPS_ATTRIBUTES_H
#define IOTJOBS_OPS_ATTRIBUTES_H

#include "ops/op.h"
#include "rules/fleet/dynamic_group.h"
#include "store/registry/attribute_store.h"

/* Of a new owner. `payload` may be NULL: none. */
struct attribute_rows attributes_wanted(struct op *op, const struct attribute_payload *payload);

/* After an update: those of the payload instead of the stored ones, or with `merge` added to them. What the
 * payload says nothing of stays. */
struct attribute_rows attributes_after(struct op *op, const struct attribute_rows *stored,
                                       const struct attribute_payload *payload);

/* Adds the names of those that are not the same, or not there, in both; the changes have room for all. */
void attributes_compare(const struct attribute_rows *before, const struct attribute_rows *after,
                        struct thing_changes *changes);

/* The same names with the same values, in any order. */
bool attributes_same(const struct attribute_rows *a, const struct attribute_rows *b);

#endif
