#include "store/fleet/fleet_search.h"

#include "ops/fleet/fleet_index.h"
#include "ops/page.h"
#include "ops/render.h"
#include "store/fleet/connectivity_store.h"

enum {
    PAGE_SIZE_DEFAULT = 100, /* fleet index 1, 13 */
    GROUPS_MAX = 100,        /* of a thing; more than it can be in */
};

/* ---- the indexes ---- */

struct state {
    enum index_status status;
    bool connectivity; /* can be searched */
};

static bool get_state(struct op *op, enum fleet_index index, struct state *ret_state)
{
    struct state state = { .status = INDEX_STATUS_ACTIVE };
    struct fleet_work_row work;
    if (!store_fleet_index_is_on(op->db, index, &state.connectivity))
        return false;
    if (store_fleet_work_get(op->db, index, &work)) {
        state.status = work.kind == FLEET_BUILD ? INDEX_STATUS_BUILDING : INDEX_STATUS_REBUILDING;
        state.connectivity = state.connectivity && work.kind != FLEET_ADD_CONNECTIVITY;
    }
    *ret_state = state;
    return true;
}

static bool find_index(struct op *op, struct str name, enum fleet_index *ret_index, struct state *ret_state)
{
    return (fleet_index_named(name, ret_index) && get_state(op, *ret_index, ret_state)) ||
           fail(op->err, ERR_RESOURCE_NOT_FOUND, "Index '%.*s' does not exist", STR(name));
}

static struct str schema_of(enum fleet_index index, const struct fleet_index_row *row)
{
    if (index == FLEET_THING_GROUPS)
        return STR_LIT("THING_GROUPS");
    return row->connectivity ? STR_LIT("REGISTRY_AND_CONNECTIVITY") : STR_LIT("REGISTRY");
}

bool op_describe_index(struct op *op, const void *input)
{
    const struct describe_index_request *in = input;
    enum fleet_index index = FLEET_THINGS;
    struct state state = { 0 };
    struct fleet_index_row row = { 0 };
    if (!find_index(op, in->index_name, &index, &state))
        return false;
    store_fleet_index_get(op->db, op->arena, index, &row);
    json_member_string(op->json, "indexName", in->index_name);
    json_member_string(op->json, "indexStatus",
                       str_from(api_enum_name(&shape_index_status, (int)state.status)));
    json_member_string(op->json, "schema", schema_of(index, &row));
    return true;
}

/* Those that are on; the cursor counts them. */
bool op_list_indices(struct op *op, const void *input)
{
    const struct list_indices_request *in = input;
    struct page page;
    struct state state = { 0 };
    if (!page_open(op, &page, OP_LIST_INDICES, STR_NONE, in->max_results, in->next_token, 0))
        return false;
    json_key(op->json, "indexNames");
    json_array_begin(op->json);
    for (int index = FLEET_THINGS; index <= FLEET_THING_GROUPS; index++) {
        if (index < page.cursor || !get_state(op, (enum fleet_index)index, &state))
            continue;
        if (!page_take(&page, index + 1))
            break;
        json_string(op->json, fleet_index_name((enum fleet_index)index));
    }
    json_array_end(op->json);
    return page_close(op, &page);
}

/* ---- questions ---- */

static bool ask(struct op *op, const struct fleet_question *question, enum fleet_index *ret_index,
                struct state *ret_state, struct fleet_query *ret_query)
{
    struct str version = question->query_version;
    struct str name = question->index_name.p ? question->index_name : fleet_index_name(FLEET_THINGS);
    if (version.p && !str_eq_text(version, FLEET_QUERY_VERSION))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "Query version '%.*s' is not supported; it is " FLEET_QUERY_VERSION, STR(version));
    if (!fleet_query_parse(question->query_string, question->purpose, op->arena, ret_query, op->err) ||
        !find_index(op, name, ret_index, ret_state))
        return false;
    if (ret_state->status == INDEX_STATUS_BUILDING)
        return fail(op->err, ERR_INDEX_NOT_READY, "Index '%.*s' is not ready: it is BUILDING", STR(name));
    return fleet_query_check_fields(ret_query, *ret_index, ret_state->connectivity, op->err);
}

bool fleet_index_ask(struct op *op, const struct fleet_question *question, enum fleet_index *ret_index,
                     struct fleet_query *ret_query)
{
    struct state state = { 0 };
    return ask(op, question, ret_index, &state, ret_query);
}

/* ---- SearchIndex ---- */

static bool not_read(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "What was found could not be read.");
}

static void render_group_names(struct json *json, const struct named_rows *groups, struct str billing_group)
{
    if (!groups->n && !billing_group.p)
        return;
    json_key(json, "thingGroupNames");
    json_array_begin(json);
    for (size_t i = 0; i < groups->n; i++)
        json_string(json, groups->items[i].name);
    if (billing_group.p)
        json_string(json, billing_group);
    json_array_end(json);
}

static void render_connectivity(struct op *op, struct str thing)
{
    struct connectivity_row row = { 0 };
    bool known = store_connectivity_get(op->db, op->arena, thing, &row);
    json_key(op->json, "connectivity");
    json_object_begin(op->json);
    json_member_bool(op->json, "connected", row.connected);
    if (known) {
        json_member_int(op->json, "timestamp", row.timestamp_ms);
        render_optional(op->json, "disconnectReason", row.disconnect_reason);
    }
    json_object_end(op->json);
}

static bool render_found_thing(struct op *op, int64_t id, const struct state *state)
{
    struct thing_row thing;
    struct attribute_rows attributes;
    struct named_rows groups;
    if (!store_thing_get_by_id(op->db, op->arena, id, &thing) ||
        !store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING, id, &attributes) ||
        !store_thing_groups_of_thing(op->db, op->arena, id, 0, GROUPS_MAX, &groups))
        return not_read(op);
    json_object_begin(op->json);
    json_member_string(op->json, "thingName", thing.name);
    json_member_string(op->json, "thingId", thing.thing_id);
    render_optional(op->json, "thingTypeName", thing.type);
    render_group_names(op->json, &groups, thing.billing_group);
    render_attributes(op->json, &attributes);
    if (state->connectivity)
        render_connectivity(op, thing.name);
    json_object_end(op->json);
    return true;
}

static bool render_found_group(struct op *op, int64_t id, const struct state *state)
{
    struct thing_group_row group;
    struct thing_group_rows above;
    struct attribute_rows attributes;
    (void)state;
    if (!store_thing_group_get_by_id(op->db, op->arena, id, &group) ||
        !store_thing_group_ancestors(op->db, op->arena, &group, &above) ||
        !store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING_GROUP, id, &attributes))
        return not_read(op);
    json_object_begin(op->json);
    json_member_string(op->json, "thingGroupName", group.name);
    json_member_string(op->json, "thingGroupId", group.group_id);
    render_optional(op->json, "thingGroupDescription", group.description);
    render_attributes(op->json, &attributes);
    json_key(op->json, "parentGroupNames");
    json_array_begin(op->json);
    for (size_t i = 0; i < above.n; i++)
        json_string(op->json, above.items[i].name);
    json_array_end(op->json);
    json_object_end(op->json);
    return true;
}

static bool render_found(struct op *op, struct page *page, const char *member,
                         const struct fleet_found *found, const struct state *state,
                         bool (*render)(struct op *op, int64_t id, const struct state *state))
{
    const struct fleet_ids *ids = &found->ids;
    json_key(op->json, member);
    json_array_begin(op->json);
    for (size_t i = 0; i < ids->n && page_take(page, ids->items[i]); i++)
        if (!render(op, ids->items[i], state))
            return false;
    json_array_end(op->json);
    if (found->cut)
        page_stop(page, STR_NONE, found->end);
    return true;
}

static struct opt_int page_size(struct opt_int asked)
{
    return asked.set ? asked : (struct opt_int){ true, PAGE_SIZE_DEFAULT };
}

bool op_search_index(struct op *op, const void *input)
{
    const struct search_index_request *in = input;
    const struct fleet_question question = {
        .index_name = in->index_name.p ? in->index_name : fleet_index_name(FLEET_THINGS),
        .query_version = in->query_version,
        .query_string = in->query_string,
        .purpose = FLEET_QUERY_SEARCH,
    };
    enum fleet_index index = FLEET_THINGS;
    struct state state = { 0 };
    struct fleet_query query;
    struct fleet_found found, none = { 0 };
    struct page page;
    struct str whose = arena_printf(op->arena, "%.*s %.*s", STR(question.index_name), STR(in->query_string));
    if (!page_open(op, &page, OP_SEARCH_INDEX, whose, page_size(in->max_results), in->next_token, 0) ||
        !ask(op, &question, &index, &state, &query))
        return false;
    if (!store_fleet_search(op->db, op->arena, index, &query, page.cursor, FLEET_NO_END, page.size + 1,
                            &found))
        return fail(op->err, ERR_INTERNAL, "The index could not be searched.");
    bool things = index == FLEET_THINGS;
    return render_found(op, &page, "things", things ? &found : &none, &state, render_found_thing) &&
           render_found(op, &page, "thingGroups", things ? &none : &found, &state, render_found_group) &&
           page_close(op, &page);
}
