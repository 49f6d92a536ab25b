/*
 * Tags of whatever can have tags (control plane 1.2): at creation, and by TagResource, UntagResource and
 * ListTagsForResource afterwards. Who creates such a resource checks and writes its tags; who deletes it
 * forgets them.
 */
#ifndef IOTJOBS_OPS_TAGS_H
#define IOTJOBS_OPS_TAGS_H

#include "ops/op.h"

enum taggable {
    TAGGABLE_JOB,
    TAGGABLE_JOB_TEMPLATE,
    TAGGABLE_THING_GROUP,
    TAGGABLE_THING_TYPE,
    TAGGABLE_POLICY,
    TAGGABLE_CA_CERTIFICATE,
    TAGGABLE_COUNT
};

/* Those that a request creates something with: no key twice, none of AWS's own, not too many. */
bool tags_check(struct op *op, const struct tag_list *tags);
/* Behind tags_check. `name` is the one in the resource's ARN. */
bool tags_write(struct op *op, enum taggable kind, struct str name, const struct tag_list *tags);
/* Nothing is given, or exactly what the resource has. */
bool tags_same(struct op *op, enum taggable kind, struct str name, const struct tag_list *tags);
/* The resource is gone, and its tags with it. */
bool tags_forget(struct op *op, enum taggable kind, struct str name);

op_fn op_tag_resource;
op_fn op_untag_resource;
op_fn op_list_tags_for_resource;

#endif
