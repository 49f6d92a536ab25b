#include "store/security/policy_store.h"

static int64_t read_count(struct stmt *q)
{
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

static bool read_found(struct stmt *q)
{
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_policy_get(struct db *db, struct arena *arena, struct str name, struct policy_row *ret_policy)
{
    struct stmt *q = db_query(db,
                              "SELECT id, name, generation_id, default_version, last_version, created_at_ms, "
                              "modified_at_ms FROM policy WHERE name = ?1",
                              "s", name);
    if (!stmt_row(q))
        return false;
    *ret_policy = (struct policy_row){
        .id = stmt_int(q),
        .name = stmt_text(q, arena),
        .generation_id = stmt_text(q, arena),
        .default_version = stmt_int(q),
        .last_version = stmt_int(q),
        .created_at_ms = stmt_int(q),
        .modified_at_ms = stmt_int(q),
    };
    stmt_done(q);
    return !arena->failed;
}

bool store_policy_insert(struct db *db, struct policy_row *policy)
{
    struct stmt *q = db_query(db,
                              "INSERT INTO policy (name, generation_id, default_version, last_version, "
                              "created_at_ms, modified_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
                              "ssiiii", policy->name, policy->generation_id, policy->default_version,
                              policy->last_version, policy->created_at_ms, policy->modified_at_ms);
    if (!stmt_row(q))
        return false;
    policy->id = stmt_int(q);
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_policy_changed(struct db *db, const struct policy_row *policy)
{
    return db_exec(db,
                   "UPDATE policy SET generation_id = ?2, default_version = ?3, last_version = ?4, "
                   "modified_at_ms = ?5 WHERE id = ?1",
                   "isiii", policy->id, policy->generation_id, policy->default_version, policy->last_version,
                   policy->modified_at_ms);
}

bool store_policy_delete(struct db *db, int64_t policy)
{
    return db_exec(db, "DELETE FROM policy WHERE id = ?1", "i", policy);
}

/* ---- versions ---- */

bool store_policy_version_get(struct db *db, struct arena *arena, int64_t policy, int64_t version,
                              struct policy_version_row *ret_version)
{
    struct stmt *q = db_query(db,
                              "SELECT version, document, generation_id, created_at_ms FROM policy_version "
                              "WHERE policy = ?1 AND version = ?2",
                              "ii", policy, version);
    if (!stmt_row(q))
        return false;
    *ret_version = (struct policy_version_row){
        .version = stmt_int(q),
        .document = stmt_text(q, arena),
        .generation_id = stmt_text(q, arena),
        .created_at_ms = stmt_int(q),
    };
    stmt_done(q);
    return !arena->failed;
}

bool store_policy_versions(struct db *db, struct arena *arena, int64_t policy,
                           struct policy_version_rows *ret_rows)
{
    struct stmt *q = db_query(db,
                              "SELECT version, generation_id, created_at_ms FROM policy_version "
                              "WHERE policy = ?1 ORDER BY version DESC LIMIT ?2",
                              "ii", policy, (int64_t)POLICY_VERSIONS_MAX);
    struct policy_version_rows rows = { .items =
                                            arena_array(arena, POLICY_VERSIONS_MAX, sizeof *rows.items) };
    while (rows.items && rows.n < POLICY_VERSIONS_MAX && stmt_row(q)) {
        rows.items[rows.n].version = stmt_int(q);
        rows.items[rows.n].generation_id = stmt_text(q, arena);
        rows.items[rows.n].created_at_ms = stmt_int(q);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

int64_t store_policy_version_count(struct db *db, int64_t policy)
{
    return read_count(db_query(db, "SELECT count(*) FROM policy_version WHERE policy = ?1", "i", policy));
}

bool store_policy_version_insert(struct db *db, int64_t policy, const struct policy_version_row *version)
{
    return db_exec(db,
                   "INSERT INTO policy_version (policy, version, document, generation_id, created_at_ms) "
                   "VALUES (?1, ?2, ?3, ?4, ?5)",
                   "iissi", policy, version->version, version->document, version->generation_id,
                   version->created_at_ms);
}

bool store_policy_version_delete(struct db *db, int64_t policy, int64_t version)
{
    return db_exec(db, "DELETE FROM policy_version WHERE policy = ?1 AND version = ?2", "ii", policy,
                   version);
}

/* ---- attachments ---- */

bool store_policy_attach(struct db *db, int64_t policy, struct str target)
{
    return db_exec(db, "INSERT OR IGNORE INTO policy_attachment (policy, target) VALUES (?1, ?2)", "is",
                   policy, target);
}

bool store_policy_detach(struct db *db, int64_t policy, struct str target)
{
    return db_exec(db, "DELETE FROM policy_attachment WHERE target = ?2 AND policy = ?1", "is", policy,
                   target);
}

bool store_policy_detach_all(struct db *db, struct str target)
{
    return db_exec(db, "DELETE FROM policy_attachment WHERE target = ?1", "s", target);
}

bool store_policy_is_attached(struct db *db, int64_t policy, struct str target)
{
    return read_found(db_query(db, "SELECT 1 FROM policy_attachment WHERE target = ?2 AND policy = ?1", "is",
                               policy, target));
}

bool store_policy_attached_to(struct db *db, struct str target)
{
    return read_found(db_query(db, "SELECT 1 FROM policy_attachment WHERE target = ?1 LIMIT 1", "s", target));
}

int64_t store_policy_count_of_target(struct db *db, struct str target)
{
    return read_count(db_query(db, "SELECT count(*) FROM policy_attachment WHERE target = ?1", "s", target));
}

bool store_policy_has_targets(struct db *db, int64_t policy)
{
    return read_found(db_query(db, "SELECT 1 FROM policy_attachment WHERE policy = ?1 LIMIT 1", "i", policy));
}

/* ---- lists ---- */

static bool read_names(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                       struct policy_name_rows *ret_rows)
{
    struct policy_name_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        rows.items[rows.n].id = stmt_int(q);
        rows.items[rows.n].name = stmt_text(q, arena);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_policies_list(struct db *db, struct arena *arena, enum policy_order order, int64_t after,
                         int64_t limit, struct policy_name_rows *ret_rows)
{
    struct stmt *q = order == POLICIES_OLDEST_FIRST
                         ? db_query(db, "SELECT id, name FROM policy WHERE id > ?1 ORDER BY id LIMIT ?2",
                                    "ii", after, limit)
                         : db_query(db, "SELECT id, name FROM policy WHERE id < ?1 ORDER BY id DESC LIMIT ?2",
                                    "ii", after ? after : INT64_MAX, limit);
    return read_names(q, db, arena, limit, ret_rows);
}

/* The targets: the group that is named by ?1 without its type, and those above it; any other target by ?2.
 * Joins with them are CROSS: SQLite begins with these few, even where another order would save a sort. */
#define WITH_TARGETS                                                                                         \
    "WITH RECURSIVE up (name, parent) AS (SELECT name, parent FROM thing_group WHERE name = ?1 "             \
    "UNION ALL SELECT g.name, g.parent FROM up JOIN thing_group AS g ON g.id = up.parent), "                 \
    "at (target) AS (VALUES (?2) UNION SELECT 'thinggroup/' || name FROM up) "

/* The name of the group that the target is; absent when it is none. */
static struct str group_of(struct str target)
{
    struct str name = target;
    return str_eq_text(str_split(&name, '/'), "thinggroup") ? name : STR_NONE;
}

bool store_policies_of_target(struct db *db, struct arena *arena, struct str target, enum policy_depth depth,
                              int64_t after, int64_t limit, struct policy_name_rows *ret_rows)
{
    struct stmt *q =
        depth == POLICIES_OF_THE_TARGET
            ? db_query(db,
                       "SELECT p.id, p.name FROM policy_attachment AS a JOIN policy AS p ON p.id = a.policy "
                       "WHERE a.target = ?1 AND a.policy > ?2 ORDER BY a.policy LIMIT ?3",
                       "sii", target, after, limit)
            : db_query(db,
                       WITH_TARGETS "SELECT DISTINCT p.id, p.name FROM at "
                                    "CROSS JOIN policy_attachment AS a ON a.target = at.target "
                                    "CROSS JOIN policy AS p ON p.id = a.policy "
                                    "WHERE p.id > ?3 ORDER BY p.id LIMIT ?4 /*scan*/ /*sort*/",
                       "ssii", group_of(target), target, after, limit);
    return read_names(q, db, arena, limit, ret_rows);
}

bool store_policy_targets(struct db *db, struct arena *arena, int64_t policy, int64_t after, int64_t limit,
                          struct policy_target_rows *ret_rows)
{
    struct stmt *q = db_query(db,
                              "SELECT id, target FROM policy_attachment WHERE policy = ?1 AND id > ?2 "
                              "ORDER BY id LIMIT ?3",
                              "iii", policy, after, limit);
    struct policy_target_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        rows.items[rows.n].id = stmt_int(q);
        rows.items[rows.n].target = stmt_text(q, arena);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

/* ---- what is in force ---- */

static bool has(const struct effective_policies *policies, int64_t id)
{
    for (size_t i = 0; i < policies->n; i++)
        if (policies->items[i].id == id)
            return true;
    return false;
}

static bool add_rows(struct stmt *q, struct db *db, struct arena *arena, struct effective_policies *policies)
{
    while (stmt_row(q)) {
        int64_t id = stmt_int(q);
        if (has(policies, id))
            continue;
        struct effective_policy *items =
            arena_array_widen(arena, policies->items, policies->n, &policies->room, sizeof *items);
        if (!items)
            break;
        policies->items = items;
        items[policies->n++] = (struct effective_policy){
            .id = id,
            .name = stmt_text(q, arena),
            .document = stmt_text(q, arena),
            .generation_id = stmt_text(q, arena),
        };
    }
    stmt_done(q);
    return !arena->failed && !db_failed(db);
}

#define IN_FORCE "JOIN policy_version AS v ON v.policy = p.id AND v.version = p.default_version "

bool store_policies_add_named(struct db *db, struct arena *arena, struct str name,
                              struct effective_policies *policies)
{
    struct policy_row policy;
    return store_policy_get(db, arena, name, &policy) &&
           add_rows(db_query(db,
                             "SELECT p.id, p.name, v.document, v.generation_id FROM policy AS p " IN_FORCE
                             "WHERE p.id = ?1",
                             "i", policy.id),
                    db, arena, policies);
}

bool store_policies_add_of_target(struct db *db, struct arena *arena, struct str target,
                                  struct effective_policies *policies)
{
    return add_rows(db_query(db,
                             WITH_TARGETS "SELECT p.id, p.name, v.document, v.generation_id FROM at "
                                          "CROSS JOIN policy_attachment AS a ON a.target = at.target "
                                          "CROSS JOIN policy AS p ON p.id = a.policy " IN_FORCE
                                          "ORDER BY p.id /*scan*/ /*sort*/",
                             "ss", group_of(target), target),
                    db, arena, policies);
}
