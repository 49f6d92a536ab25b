/*
 * The fleet index (fleet index 3, 6): what of things and thing groups can be searched for, and keeping it
 * true.
 *
 * Rows are written with the change that they show, in its transaction. An index that is switched on, widened
 * or switched off is worked through in slices by timers (schema: fleet_work); while the registry is being
 * read for the first time nobody can search.
 */
#ifndef IOTJOBS_OPS_FLEET_INDEX_H
#define IOTJOBS_OPS_FLEET_INDEX_H

#include "ops/op.h"
#include "rules/fleet/dynamic_group.h"
#include "rules/fleet/fleet_query.h"
#include "store/fleet/fleet_store.h"
#include "store/registry/thing_group_store.h"

op_fn op_update_indexing_configuration;
op_fn op_get_indexing_configuration;
op_fn op_describe_index;
op_fn op_list_indices;
op_fn op_search_index;

/* Whether the index of things is on, be it still BUILDING. */
bool fleet_index_is_on(struct op *op);

/* What several operations ask first: the query for that purpose, of the index of that name (absent:
 * AWS_Things), which must be on and not BUILDING. False after `fail`: ERR_INVALID_REQUEST (version),
 * ERR_INVALID_QUERY, ERR_RESOURCE_NOT_FOUND, ERR_INDEX_NOT_READY. */
struct fleet_question {
    struct str index_name;
    struct str query_version;
    struct str query_string;
    enum fleet_query_purpose purpose;
};
bool fleet_index_ask(struct op *op, const struct fleet_question *question, enum fleet_index *ret_index,
                     struct fleet_query *ret_query);

/* ---- what changes a thing or a thing group calls one of these, after it has written ---- */

/* The thing itself, its attributes, its type, its memberships in static groups. */
bool fleet_index_thing_changed(struct op *op, int64_t thing);
/* The same, if nothing but these has changed. */
bool fleet_index_thing_updated(struct op *op, int64_t thing, const struct thing_changes *changes);
/* What the broker says of the client with this id; harmless when it is no thing. */
bool fleet_index_connectivity_changed(struct op *op, struct str thing_name);
/* The thing is in these dynamic groups from now on, and in no others. */
bool fleet_index_dynamic_groups_changed(struct op *op, int64_t thing, const struct named_rows *groups);
bool fleet_index_thing_group_changed(struct op *op, const struct thing_group_row *group);

#endif
