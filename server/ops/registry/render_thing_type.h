/* Answers about thing types; and what they keep as text, made from a request. */
#ifndef IOTJOBS_OPS_RENDER_THING_TYPE_H
#define IOTJOBS_OPS_RENDER_THING_TYPE_H

#include "ops/op.h"
#include "store/registry/thing_type_store.h"

/* thingTypeName, thingTypeId, … of DescribeThingType; the same without the id in an object for
 * ListThingTypes. */
void render_thing_type(struct op *op, const struct thing_type_row *type);
void render_thing_type_summary(struct op *op, const struct thing_type_row *type);

/* The members "searchableAttributes" and "propagatingAttributes": arrays, empty for none. */
void render_searchable_attributes(struct json *json, const struct thing_type_row *type);
void render_propagating_attributes(struct json *json, const struct thing_type_row *type);

/* As thing_type_row keeps them, in the operation's arena; absent for none, and when memory is out. */
struct str searchable_attributes_text(struct op *op, const struct searchable_attributes *names);
struct str propagating_attributes_text(struct op *op, const struct propagating_attribute_list *attributes);

#endif
