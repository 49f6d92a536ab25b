/*
 * The fleet index as callers see it:
 *
 *     configure(w, THINGS(REGISTRY "," STATUS));
 *     assert_finds(w, "attributes.temp>70", "pump valve");
 */
#ifndef IOTJOBS_TESTS_FLEET_INDEX_H
#define IOTJOBS_TESTS_FLEET_INDEX_H

#include "support/refusals.h"

#define CONFIG                 "/indexing/config"
#define SEARCH                 "/indices/search"
#define THINGS(members)        "{\"thingIndexingConfiguration\":{" members "}}"
#define GROUPS(members)        "{\"thingGroupIndexingConfiguration\":{" members "}}"
#define REGISTRY               "\"thingIndexingMode\":\"REGISTRY\""
#define STATUS                 "\"thingConnectivityIndexingMode\":\"STATUS\""
#define OFF                    "\"thingIndexingMode\":\"OFF\""
#define FIELD(name, type)      "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define INVALID_QUERY          400, "InvalidQueryException"
#define NOT_READY              400, "IndexNotReadyException"
#define ATTRIBUTES(values)     "{\"attributePayload\":{\"attributes\":{" values "}}}"
#define IN_GROUP(group, thing) "{\"thingGroupName\":\"" group "\",\"thingName\":\"" thing "\"}"

enum { LARGE = 6000 }; /* so many that it takes tens of transactions */

/* UpdateIndexingConfiguration */
void configure(struct world *w, const char *body);
/* A search with more members of the request behind the query. */
struct answer *search_with(struct world *w, const char *query, const char *more);
/* The things that the query finds, in the order of their creation: "pump valve". */
void assert_finds(struct world *w, const char *query, const char *names);
/* What DescribeIndex says. */
void assert_index(struct world *w, const char *name, const char *status, const char *schema);
/* A refusal while work goes on: not nothing changes. */
void told_no(struct world *w, int status, const char *exception, const char *method, const char *path,
             const char *body, const char *message);
void assert_no_index(struct world *w, const char *name);
/* Things t-001, t-002, … with the attributes n and parity. */
void given_things(struct world *w, int n);
/* Things t-0001, t-0002, … with the attribute n, written into the database: nobody is told. */
void given_large_fleet(struct world *w);
/* So many of them. */
void given_fleet_of(struct world *w, int n);

#endif
