#include "ops/registry/dynamic_group.h"

#include "base/random.h"
#include "ops/arn.h"
#include "ops/event.h"
#include "ops/fleet/fleet_index.h"
#include "ops/jobs/following.h"
#include "ops/lookup.h"
#include "ops/refusal.h"
#include "ops/registry/attributes.h"
#include "ops/registry/dynamic_membership.h"
#include "ops/registry/group_end.h"
#include "ops/registry/group_parts.h"
#include "ops/tags.h"
#include "settings.h"

static bool not_stored(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The dynamic thing group could not be stored.");
}

/* ---- the query ---- */

static bool asks_connectivity(const struct fleet_node *node)
{
    return node && ((node->kind == FLEET_TERM && node->field.p &&
                     fleet_field_source(node->field) == FLEET_CONNECTIVITY) ||
                    asks_connectivity(node->left) || asks_connectivity(node->right));
}

static bool asks_any(const struct fleet_node *node)
{
    return node &&
           ((node->kind == FLEET_TERM && !node->field.p) || asks_any(node->left) || asks_any(node->right));
}

/* AWS's model knows no IndexNotReadyException here. */
static bool check_index(struct op *op)
{
    struct fleet_work_row work;
    if (!fleet_index_is_on(op))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Dynamic thing groups need the fleet index: set thingIndexingMode to REGISTRY.");
    return !store_fleet_work_get(op->db, FLEET_THINGS, &work) || work.kind != FLEET_BUILD ||
           fail(op->err, ERR_INVALID_REQUEST, "Dynamic thing groups need the index %s, which is BUILDING.",
                FLEET_INDEX_THINGS);
}

/* Reads what the request says of the query; what it says nothing of stays as it is in *group. */
static bool read_query(struct op *op, struct str index_name, struct str query_string,
                       struct str query_version, struct dynamic_group_row *group)
{
    struct fleet_query query;
    enum fleet_index index;
    struct fleet_question question = {
        .index_name = index_name.p ? index_name : group->index_name,
        .query_version = query_version.p ? query_version : group->query_version,
        .query_string = query_string.p ? query_string : group->query_string,
        .purpose = FLEET_QUERY_DYNAMIC_GROUP,
    };
    if (!check_index(op) || !fleet_index_ask(op, &question, &index, &query))
        return false;
    if (index != FLEET_THINGS)
        return fail(op->err, ERR_INVALID_REQUEST, "Dynamic thing groups can be built on the index %s only.",
                    FLEET_INDEX_THINGS);
    group->index_name = question.index_name;
    group->query_version = question.query_version;
    group->query_string = question.query_string;
    group->asks_connectivity = asks_connectivity(query.root);
    group->asks_any = asks_any(query.root);
    return true;
}

/* ---- CreateDynamicThingGroup ---- */

/* Not even the same one once more. */
static bool check_new(struct op *op, struct str name)
{
    struct thing_group_row existing;
    int64_t most = op->settings->dynamic_thing_groups_limit;
    if (store_thing_group_get(op->db, op->arena, name, &existing)) {
        name_existing(op, existing.group_id, arn_make(op, "thinggroup", name));
        return fail(op->err, ERR_RESOURCE_ALREADY_EXISTS,
                    "Thing Group %.*s already exists in current account", STR(name));
    }
    return store_dynamic_group_count(op->db) < most ||
           fail(op->err, ERR_LIMIT_EXCEEDED, "There are %lld dynamic thing groups, and there can be no more.",
                (long long)most);
}

static bool write_new(struct op *op, struct thing_group_row *group, struct dynamic_group_row *dynamic,
                      const struct attribute_rows *attributes, const struct tag_list *tags)
{
    if (!store_thing_group_insert(op->db, group))
        return not_stored(op);
    dynamic->id = group->id;
    return ((store_dynamic_group_insert(op->db, dynamic) &&
             store_attributes_insert(op->db, ATTRIBUTES_OF_THING_GROUP, group->id, attributes) &&
             event_thing_group(op, REGISTRY_CREATED, group, attributes)) ||
            not_stored(op)) &&
           tags_write(op, TAGGABLE_THING_GROUP, group->name, tags) &&
           fleet_index_thing_group_changed(op, group) && dynamic_membership_build(op, dynamic);
}

static void render_query(struct op *op, const struct dynamic_group_row *dynamic)
{
    json_member_string(op->json, "indexName", dynamic->index_name);
    json_member_string(op->json, "queryString", dynamic->query_string);
    json_member_string(op->json, "queryVersion", dynamic->query_version);
}

bool op_create_dynamic_thing_group(struct op *op, const void *input)
{
    const struct create_dynamic_thing_group_request *in = input;
    struct attribute_rows attributes = attributes_wanted(op, group_payload(in->thing_group_properties));
    struct dynamic_group_row dynamic = {
        .index_name = STR_LIT(FLEET_INDEX_THINGS),
        .query_version = STR_LIT(FLEET_QUERY_VERSION),
        .status = DYNAMIC_GROUP_STATUS_BUILDING,
    };
    char uuid[UUID_TEXT_MAX];
    random_uuid(uuid);
    struct thing_group_row group = {
        .name = in->thing_group_name,
        .group_id = str_from(uuid),
        .description = group_description(in->thing_group_properties),
        .version = 1,
        .created_at_ms = op->now_ms,
        .dynamic = true,
    };
    if (!group_check_attributes(op, &attributes) || !tags_check(op, &in->tags) ||
        !read_query(op, in->index_name, in->query_string, in->query_version, &dynamic) ||
        !check_new(op, group.name) || !write_new(op, &group, &dynamic, &attributes, &in->tags))
        return false;
    json_member_string(op->json, "thingGroupName", group.name);
    json_member_string(op->json, "thingGroupArn", arn_make(op, "thinggroup", group.name));
    json_member_string(op->json, "thingGroupId", group.group_id);
    render_query(op, &dynamic);
    return true;
}

/* ---- DescribeThingGroup ---- */

bool render_dynamic_group(struct op *op, const struct thing_group_row *group)
{
    struct dynamic_group_row dynamic;
    if (!store_dynamic_group_get(op->db, op->arena, group->id, &dynamic))
        return fail(op->err, ERR_INTERNAL, "The dynamic thing group could not be read.");
    render_query(op, &dynamic);
    json_member_string(op->json, "status", dynamic_group_status_name(dynamic.status));
    return true;
}

/* ---- UpdateDynamicThingGroup ---- */

/* Of a query that stays the same nothing is built again. One that has never been built wholly is still new.
 */
static bool update_query(struct op *op, const struct update_dynamic_thing_group_request *in,
                         struct dynamic_group_row *dynamic)
{
    struct str before = dynamic->query_string;
    if (!read_query(op, in->index_name, in->query_string, in->query_version, dynamic))
        return false;
    if (str_eq(dynamic->query_string, before))
        return true;
    if (dynamic->status == DYNAMIC_GROUP_STATUS_ACTIVE)
        dynamic->status = DYNAMIC_GROUP_STATUS_REBUILDING;
    return dynamic_membership_build(op, dynamic);
}

static bool write_update(struct op *op, struct thing_group_row *group,
                         const struct attribute_rows *attributes)
{
    group->version++;
    json_member_int(op->json, "version", group->version);
    return ((store_thing_group_changed(op->db, group->id, group->description) &&
             store_attributes_replace(op->db, ATTRIBUTES_OF_THING_GROUP, group->id, attributes) &&
             event_thing_group(op, REGISTRY_UPDATED, group, attributes)) ||
            not_stored(op)) &&
           fleet_index_thing_group_changed(op, group);
}

bool op_update_dynamic_thing_group(struct op *op, const void *input)
{
    const struct update_dynamic_thing_group_request *in = input;
    struct thing_group_row group;
    struct dynamic_group_row dynamic;
    struct attribute_rows attributes;
    bool query = in->query_string.p || in->index_name.p || in->query_version.p;
    if (!lookup_thing_group(op, in->thing_group_name, &group) || !group_check_kind(op, &group, true) ||
        !group_check_version(op, in->expected_version, &group) ||
        !group_find_attributes(op, &group, &attributes))
        return false;
    attributes = attributes_after(op, &attributes, group_payload(in->thing_group_properties));
    if (!group_check_attributes(op, &attributes))
        return false;
    if (in->thing_group_properties->thing_group_description.p)
        group.description = group_description(in->thing_group_properties);
    if (!store_dynamic_group_get(op->db, op->arena, group.id, &dynamic))
        return fail(op->err, ERR_INTERNAL, "The dynamic thing group could not be read.");
    return (!query || update_query(op, in, &dynamic)) && write_update(op, &group, &attributes);
}

/* ---- DeleteDynamicThingGroup ---- */

bool op_delete_dynamic_thing_group(struct op *op, const void *input)
{
    const struct delete_dynamic_thing_group_request *in = input;
    struct thing_group_row group;
    struct attribute_rows attributes;
    /* Deleting what is not there succeeds, as for static groups. */
    if (!store_thing_group_get(op->db, op->arena, in->thing_group_name, &group))
        return true;
    return group_check_kind(op, &group, true) && group_check_version(op, in->expected_version, &group) &&
           group_find_attributes(op, &group, &attributes) && following_group_ends(op, group.id) &&
           (event_thing_group(op, REGISTRY_DELETED, &group, &attributes) ||
            fail(op->err, ERR_INTERNAL, "The thing group could not be deleted.")) &&
           group_end(op, &group);
}
