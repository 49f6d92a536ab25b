/*
 * The query language of the fleet index (fleet index 2), version 2017-09-30, parsed into a tree.
 *
 *     thingName:pump* AND attributes.temp>80          field:value, comparisons, wildcards
 *     thingTypeName:(TV OR Valve) -attributes.zone:a  grouping, exclusion; a missing operator is AND
 *     attributes.fw:["1.10.0" TO "1.2.0"]             ranges, of numbers or of texts
 *     "hall 3"                                        a phrase, in any field
 *
 * Nothing here knows which fields exist; fleet_query_check_fields holds a query to those of an index.
 */
#ifndef IOTJOBS_RULES_FLEET_QUERY_H
#define IOTJOBS_RULES_FLEET_QUERY_H

#include "api/errors.h"
#include "api/fleet_tree.h"

#define FLEET_QUERY_VERSION "2017-09-30"

/* The tree lives in the arena. False: ERR_INVALID_QUERY, saying where and why. */
bool fleet_query_parse(struct str text, enum fleet_query_purpose purpose, struct arena *arena,
                       struct fleet_query *ret_query, struct err *err);

/* ---- the fields of an index ---- */

/* Where it comes from. */
enum fleet_source fleet_field_source(struct str field);

/* All fields that the query names are searched in that index. False: ERR_INVALID_QUERY, naming the one that
 * is not, and why. `connectivity`: it is indexed. */
bool fleet_query_check_fields(const struct fleet_query *query, enum fleet_index index, bool connectivity,
                              struct err *err);

#endif
