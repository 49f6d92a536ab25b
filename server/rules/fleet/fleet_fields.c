#include <string.h>

#include "rules/fleet/fleet_query.h"

/* The fields that a query may name. A name that ends with a dot stands for all that begin so. */
static const char *const thing_fields[] = { "thingName",       "thingId",     "thingTypeName",
                                            "thingGroupNames", "attributes.", NULL };
static const char *const thing_group_fields[] = { "thingGroupName",   "thingGroupId", "description",
                                                  "parentGroupNames", "attributes.",  NULL };
static const char *const connectivity_fields[] = {
    "connectivity.connected",     "connectivity.timestamp",         "connectivity.disconnectReason",
    "connectivity.clientId",      "connectivity.keepAliveDuration", "connectivity.cleanSession",
    "connectivity.sessionExpiry", "connectivity.version",           NULL,
};

static bool begins(struct str field, const char *prefix)
{
    return str_starts_with(field, str_from(prefix));
}

static bool is_among(struct str field, const char *const *fields)
{
    for (; *fields; fields++) {
        bool family = (*fields)[strlen(*fields) - 1] == '.';
        if (family ? begins(field, *fields) : str_eq_text(field, *fields))
            return true;
    }
    return false;
}

enum fleet_source fleet_field_source(struct str field)
{
    if (begins(field, "connectivity."))
        return FLEET_CONNECTIVITY;
    return begins(field, "shadow.") ? FLEET_SHADOW : FLEET_REGISTRY;
}

static bool check_thing_field(struct str field, bool connectivity, struct err *err)
{
    if (is_among(field, thing_fields) || (connectivity && is_among(field, connectivity_fields)))
        return true;
    if (begins(field, "shadow."))
        return fail(
            err, ERR_INVALID_QUERY,
            "Shadow field '%.*s' is not indexed: thingIndexingMode is REGISTRY, and shadow data needs "
            "REGISTRY_AND_SHADOW",
            STR(field));
    if (begins(field, "deviceDefender."))
        return fail(err, ERR_INVALID_QUERY,
                    "Device Defender field '%.*s' is not indexed: deviceDefenderIndexingMode is OFF",
                    STR(field));
    if (is_among(field, connectivity_fields))
        return fail(
            err, ERR_INVALID_QUERY,
            "Connectivity field '%.*s' is not indexed: thingConnectivityIndexingMode is OFF, or its index "
            "is still being built",
            STR(field));
    return fail(err, ERR_INVALID_QUERY, "Unsupported query field: '%.*s'", STR(field));
}

static bool check_node(const struct fleet_node *node, enum fleet_index index, bool connectivity,
                       struct err *err)
{
    if (node->kind == FLEET_TERM && node->field.p)
        return index == FLEET_THINGS
                   ? check_thing_field(node->field, connectivity, err)
                   : is_among(node->field, thing_group_fields) ||
                         fail(err, ERR_INVALID_QUERY, "Unsupported query field: '%.*s'", STR(node->field));
    return (!node->left || check_node(node->left, index, connectivity, err)) &&
           (!node->right || check_node(node->right, index, connectivity, err));
}

bool fleet_query_check_fields(const struct fleet_query *query, enum fleet_index index, bool connectivity,
                              struct err *err)
{
    return check_node(query->root, index, connectivity, err);
}
