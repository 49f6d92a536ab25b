/*
 * Rows of policies, their versions, and what they are attached to. Texts that are returned live in the arena.
 *
 * A target is written TYPE/NAME as in its ARN ("cert/<64 hex>", "thinggroup/site"); an identity of Cognito is
 * its id ("eu-west-1:<UUID>").
 */
#ifndef IOTJOBS_STORE_POLICY_STORE_H
#define IOTJOBS_STORE_POLICY_STORE_H

#include "store/db.h"

enum { POLICY_VERSIONS_MAX = 5 }; /* identity 1.7 */

struct policy_row {
    int64_t id; /* order of creation */
    struct str name;
    struct str generation_id;
    int64_t default_version;
    int64_t last_version; /* the number given last: none is given twice */
    int64_t created_at_ms, modified_at_ms;
};

struct policy_version_row {
    int64_t version;
    struct str document;
    struct str generation_id;
    int64_t created_at_ms;
};

struct policy_version_rows {
    size_t n;
    struct policy_version_row *items;
};

bool store_policy_get(struct db *db, struct arena *arena, struct str name, struct policy_row *ret_policy);
/* Sets policy->id. */
bool store_policy_insert(struct db *db, struct policy_row *policy);
/* Its generation, default version, last version and time of modification. */
bool store_policy_changed(struct db *db, const struct policy_row *policy);
/* With its versions; it is attached to nothing any more. */
bool store_policy_delete(struct db *db, int64_t policy);

/* ---- versions ---- */

bool store_policy_version_get(struct db *db, struct arena *arena, int64_t policy, int64_t version,
                              struct policy_version_row *ret_version);
/* All of them, newest first, without their documents. */
bool store_policy_versions(struct db *db, struct arena *arena, int64_t policy,
                           struct policy_version_rows *ret_rows);
int64_t store_policy_version_count(struct db *db, int64_t policy);
bool store_policy_version_insert(struct db *db, int64_t policy, const struct policy_version_row *version);
bool store_policy_version_delete(struct db *db, int64_t policy, int64_t version);

/* ---- attachments ---- */

/* Harmless when it is attached already. */
bool store_policy_attach(struct db *db, int64_t policy, struct str target);
/* Harmless when it is not attached. */
bool store_policy_detach(struct db *db, int64_t policy, struct str target);
/* All policies of a target, which is about to be deleted. */
bool store_policy_detach_all(struct db *db, struct str target);

bool store_policy_is_attached(struct db *db, int64_t policy, struct str target);
/* Whether any policy is attached to the target. */
bool store_policy_attached_to(struct db *db, struct str target);
int64_t store_policy_count_of_target(struct db *db, struct str target);
/* Whether the policy is attached to anything. */
bool store_policy_has_targets(struct db *db, int64_t policy);

/* ---- lists ---- */

struct policy_name_row {
    int64_t id; /* the policy's */
    struct str name;
};

struct policy_name_rows {
    size_t n;
    struct policy_name_row *items;
};

enum policy_order { POLICIES_NEWEST_FIRST, POLICIES_OLDEST_FIRST };

/* Beyond `after`, an id; 0: from the first. At most `limit`. */
bool store_policies_list(struct db *db, struct arena *arena, enum policy_order order, int64_t after,
                         int64_t limit, struct policy_name_rows *ret_rows);
/* Of a thing group, those of the groups above it as well, each once; other targets have nothing above them.
 */
enum policy_depth { POLICIES_OF_THE_TARGET, POLICIES_OF_THE_TARGET_AND_ABOVE };
/* In order of the policies' creation. */
bool store_policies_of_target(struct db *db, struct arena *arena, struct str target, enum policy_depth depth,
                              int64_t after, int64_t limit, struct policy_name_rows *ret_rows);

struct policy_target_row {
    int64_t id; /* order of attachment */
    struct str target;
};

struct policy_target_rows {
    size_t n;
    struct policy_target_row *items;
};

bool store_policy_targets(struct db *db, struct arena *arena, int64_t policy, int64_t after, int64_t limit,
                          struct policy_target_rows *ret_rows);

/* ---- what is in force ---- */

/* Policies with the documents of their default versions, in the order in which they were found, each once.
 * Begins as { 0 }. */
struct effective_policy {
    int64_t id;
    struct str name, document;
    struct str generation_id; /* the version's: no other document ever has it */
};

struct effective_policies {
    size_t n, room;
    struct effective_policy *items;
};

/* These add to the list what is not in it yet. */

/* False with nothing added: there is none of that name. */
bool store_policies_add_named(struct db *db, struct arena *arena, struct str name,
                              struct effective_policies *policies);
/* Of a thing group and of those above it, or of another target. */
bool store_policies_add_of_target(struct db *db, struct arena *arena, struct str target,
                                  struct effective_policies *policies);

#endif
