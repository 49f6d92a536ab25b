/*
 * Dynamic thing groups as callers see them:
 *
 *     given_attribute(w, "pump", "fw", "1");
 *     given_dynamic_group(w, "old", "attributes.fw<2");
 *     assert_members(w, "old", "pump");
 */
#ifndef IOTJOBS_TESTS_DYNAMIC_GROUPS_H
#define IOTJOBS_TESTS_DYNAMIC_GROUPS_H

#include "support/fleet_index.h"
#include "support/groups.h"

/* cmocka's set-up: the things pump, valve and fan, the groups of groups.h, and an index with connectivity. */
int dynamic_groups_set_up(void **state);

void given_dynamic_group(struct world *w, const char *group, const char *query);
/* UpdateDynamicThingGroup */
void change_query(struct world *w, const char *group, const char *query);
void delete_dynamic_group(struct world *w, const char *group);

/* Creates the thing, or changes it, so that this is its only attribute. */
void given_attribute(struct world *w, const char *thing, const char *name, const char *value);

/* The things of the group in the order of their creation: "pump valve". They are also those that the index
 * finds by the group's name. */
void assert_members(struct world *w, const char *group, const char *things);
/* The groups that the thing is in, oldest first. */
void assert_groups_of(struct world *w, const char *thing, const char *groups);
void assert_group_status(struct world *w, const char *group, const char *status);

#endif
