#include "ops/registry/thing_group.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/fleet/fleet_index.h"
#include "ops/jobs/following.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/refusal.h"
#include "ops/registry/attributes.h"
#include "ops/registry/dynamic_group.h"
#include "ops/registry/group_end.h"
#include "ops/registry/group_parts.h"
#include "ops/render.h"
#include "ops/security/policy_target.h"
#include "ops/tags.h"
#include "settings.h"

/* ---- CreateThingGroup ---- */

static void answer_create(struct op *op, const struct thing_group_row *group)
{
    json_member_string(op->json, "thingGroupName", group->name);
    json_member_string(op->json, "thingGroupArn", arn_make(op, "thinggroup", group->name));
    json_member_string(op->json, "thingGroupId", group->group_id);
}

/* The same group once more is answered like the first time; another one of that name is refused. */
static bool create_again(struct op *op, const struct thing_group_row *existing,
                         const struct thing_group_row *wanted, const struct attribute_rows *attributes,
                         const struct tag_list *tags)
{
    struct attribute_rows stored;
    if (!group_find_attributes(op, existing, &stored))
        return false;
    if (!existing->dynamic && attributes_same(&stored, attributes) &&
        str_eq(existing->description, wanted->description) && existing->parent.set == wanted->parent.set &&
        existing->parent.value == wanted->parent.value &&
        tags_same(op, TAGGABLE_THING_GROUP, existing->name, tags)) {
        answer_create(op, existing);
        return true;
    }
    name_existing(op, existing->group_id, arn_make(op, "thinggroup", existing->name));
    return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                "Thing Group %.*s already exists in current account with different properties",
                STR(existing->name));
}

static bool check_place(struct op *op, const struct thing_group_row *parent)
{
    struct thing_group_rows above;
    if (!group_find_ancestors(op, parent, &above))
        return false;
    if (parent->dynamic)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Thing group %.*s is dynamic, and can have no child groups.", STR(parent->name));
    int64_t deepest = op->settings->thing_group_depth_limit, most = op->settings->thing_group_children_limit;
    if ((int64_t)above.n + 2 > deepest)
        return fail(op->err, ERR_INVALID_REQUEST, "A hierarchy of thing groups can be at most %lld deep.",
                    (long long)deepest);
    return store_thing_group_children(op->db, parent->id) < most ||
           fail(op->err, ERR_INVALID_REQUEST, "Thing group %.*s has %lld child groups, and can have no more.",
                STR(parent->name), (long long)most);
}

static bool write_group(struct op *op, struct thing_group_row *group, const struct attribute_rows *attributes,
                        const struct thing_group_row *parent)
{
    return ((store_thing_group_insert(op->db, group) && (!parent || store_thing_group_place(op->db, group)) &&
             store_attributes_insert(op->db, ATTRIBUTES_OF_THING_GROUP, group->id, attributes) &&
             event_thing_group(op, REGISTRY_CREATED, group, attributes) &&
             (!parent || event_hierarchy(op, REGISTRY_ADDED, parent, group))) ||
            fail(op->err, ERR_INTERNAL, "The thing group could not be stored.")) &&
           fleet_index_thing_group_changed(op, group);
}

/* AWS's model knows no ResourceNotFoundException here. */
static bool find_parent(struct op *op, struct str name, struct thing_group_row *ret_parent)
{
    return store_thing_group_get(op->db, op->arena, name, ret_parent) ||
           fail(op->err, ERR_INVALID_REQUEST, "Parent thing group %.*s cannot be found.", STR(name));
}

bool op_create_thing_group(struct op *op, const void *input)
{
    const struct create_thing_group_request *in = input;
    struct attribute_rows attributes = attributes_wanted(op, group_payload(in->thing_group_properties));
    struct thing_group_row existing, parent_row;
    const struct thing_group_row *parent = in->parent_group_name.p ? &parent_row : NULL;
    if (!group_check_attributes(op, &attributes) || !tags_check(op, &in->tags) ||
        (parent && !find_parent(op, in->parent_group_name, &parent_row)))
        return false;
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    struct thing_group_row group = {
        .name = in->thing_group_name,
        .group_id = str_from(uuid),
        .parent = { parent != NULL, parent ? parent->id : 0 },
        .description = group_description(in->thing_group_properties),
        .version = 1,
        .created_at_ms = op->now_ms,
    };
    if (store_thing_group_get(op->db, op->arena, in->thing_group_name, &existing))
        return create_again(op, &existing, &group, &attributes, &in->tags);
    if ((parent && !check_place(op, parent)) || !write_group(op, &group, &attributes, parent) ||
        !tags_write(op, TAGGABLE_THING_GROUP, group.name, &in->tags))
        return false;
    answer_create(op, &group);
    return true;
}

/* ---- DescribeThingGroup, UpdateThingGroup ---- */

bool op_describe_thing_group(struct op *op, const void *input)
{
    const struct describe_thing_group_request *in = input;
    struct thing_group_row group;
    struct thing_group_rows ancestors;
    struct attribute_rows attributes;
    if (!lookup_thing_group(op, in->thing_group_name, &group) ||
        !group_find_ancestors(op, &group, &ancestors) || !group_find_attributes(op, &group, &attributes))
        return false;
    render_thing_group(op, &group, &ancestors, &attributes);
    return !group.dynamic || render_dynamic_group(op, &group);
}

/* What the properties say nothing of stays. */
bool op_update_thing_group(struct op *op, const void *input)
{
    const struct update_thing_group_request *in = input;
    const struct thing_group_properties *properties = in->thing_group_properties;
    struct thing_group_row group;
    struct attribute_rows attributes;
    if (!lookup_thing_group(op, in->thing_group_name, &group) || !group_check_kind(op, &group, false) ||
        !group_check_version(op, in->expected_version, &group) ||
        !group_find_attributes(op, &group, &attributes))
        return false;
    attributes = attributes_after(op, &attributes, group_payload(properties));
    if (!group_check_attributes(op, &attributes))
        return false;
    if (properties->thing_group_description.p)
        group.description = group_description(properties);
    group.version++;
    json_member_int(op->json, "version", group.version);
    return ((store_thing_group_changed(op->db, group.id, group.description) &&
             store_attributes_replace(op->db, ATTRIBUTES_OF_THING_GROUP, group.id, &attributes) &&
             event_thing_group(op, REGISTRY_UPDATED, &group, &attributes)) ||
            fail(op->err, ERR_INTERNAL, "The thing group could not be stored.")) &&
           fleet_index_thing_group_changed(op, &group);
}

/* ---- DeleteThingGroup ---- */

static bool write_delete(struct op *op, const struct thing_group_row *group,
                         const struct thing_group_rows *ancestors, const struct attribute_rows *attributes)
{
    const struct thing_group_row *parent = ancestors->n ? &ancestors->items[ancestors->n - 1] : NULL;
    if (!following_group_ends(op, group->id) || !policy_target_gone(op, "thinggroup", group->name))
        return false;
    return (((!parent || event_hierarchy(op, REGISTRY_REMOVED, parent, group)) &&
             event_thing_group(op, REGISTRY_DELETED, group, attributes)) ||
            fail(op->err, ERR_INTERNAL, "The thing group could not be deleted.")) &&
           group_end(op, group);
}

bool op_delete_thing_group(struct op *op, const void *input)
{
    const struct delete_thing_group_request *in = input;
    struct thing_group_row group;
    struct thing_group_rows ancestors;
    struct attribute_rows attributes;
    /* Deleting what is not there succeeds (control plane 8.2). */
    if (!store_thing_group_get(op->db, op->arena, in->thing_group_name, &group))
        return true;
    if (!group_check_kind(op, &group, false) || !group_check_version(op, in->expected_version, &group))
        return false;
    if (store_thing_group_children(op->db, group.id) > 0)
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Cannot delete thing group : %.*s when there are still child groups attached to it.",
                    STR(group.name));
    return group_find_ancestors(op, &group, &ancestors) && group_find_attributes(op, &group, &attributes) &&
           write_delete(op, &group, &ancestors, &attributes);
}

/* ---- ListThingGroups ---- */

/* Without a parent all groups are listed, and with `recursive` false the tops of the hierarchies; with one
 * its children, and with `recursive` true all that is below it. */
static bool read_filter(struct op *op, const struct list_thing_groups_request *in,
                        struct thing_group_filter *ret_filter)
{
    struct thing_group_row parent;
    bool tops = in->recursive.set && !in->recursive.value;
    struct thing_group_filter filter = { .reach = tops ? THING_GROUPS_CHILDREN : THING_GROUPS_ALL,
                                         .name_prefix = in->name_prefix_filter };
    if (in->parent_group.p) {
        if (!lookup_thing_group(op, in->parent_group, &parent))
            return false;
        filter.parent = (struct opt_int){ true, parent.id };
        filter.reach = in->recursive.value ? THING_GROUPS_DESCENDANTS : THING_GROUPS_CHILDREN;
    }
    *ret_filter = filter;
    return true;
}

/* All that narrows the list: names have no spaces. */
static struct str filter_text(struct op *op, const struct list_thing_groups_request *in)
{
    return arena_printf(op->arena, "parent=%.*s prefix=%.*s recursive=%d,%d", STR(in->parent_group),
                        STR(in->name_prefix_filter), in->recursive.set, in->recursive.value);
}

bool op_list_thing_groups(struct op *op, const void *input)
{
    const struct list_thing_groups_request *in = input;
    struct thing_group_filter filter;
    struct named_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_THING_GROUPS, filter_text(op, in), in->max_results, in->next_token,
                   0) ||
        !read_filter(op, in, &filter))
        return false;
    const struct named_row after = { page.cursor, page.text };
    if (!store_thing_groups_list(op->db, op->arena, &filter, &after, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The thing groups could not be read.");
    return render_thing_group_page(op, &page, &rows);
}
