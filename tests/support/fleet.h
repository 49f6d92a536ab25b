/*
 * The fleet of the worked cases of the query language: eight things with types, groups, attributes, shadows
 * and connectivity, written straight into the store. Also tells which of them a query finds.
 */
#ifndef IOTJOBS_TESTS_FLEET_H
#define IOTJOBS_TESTS_FLEET_H

#include "support/cmocka_all.h"

#include "rules/fleet/fleet_query.h"
#include "store/db.h"

enum { FLEET_NAMES_MAX = 4096 };

/* The eight things, of ids 1 to 8. */
void given_fleet(struct db *db);
/* A thing of that name without any value; its id. */
int64_t given_indexed_thing(struct db *db, const char *name);

/* The names of the things that match, in the order of their ids: "pump-01 pump-02"; NULL: the query is
 * refused. Looked for in every way there is, which must agree. */
const char *found_by(struct db *db, const char *query, char ret_names[FLEET_NAMES_MAX]);
/* What is said of a query that must be refused. */
void assert_query_refused(const char *query, enum fleet_query_purpose purpose, const char *message);

#endif
