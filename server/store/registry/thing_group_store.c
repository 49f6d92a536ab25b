#include "store/registry/thing_group_store.h"

static bool read_group(struct stmt *q, struct arena *arena, struct thing_group_row *ret_group)
{
    *ret_group = (struct thing_group_row){
        .id = stmt_int(q),
        .name = stmt_text(q, arena),
        .group_id = stmt_text(q, arena),
        .parent = stmt_opt_int(q),
        .description = stmt_text(q, arena),
        .version = stmt_int(q),
        .created_at_ms = stmt_int(q),
        .dynamic = stmt_int(q) != 0,
    };
    return !arena->failed;
}
#define GROUP_COLUMNS                                                                                        \
    "id, name, group_id, parent, description, version, created_at_ms, "                                      \
    "EXISTS (SELECT 1 FROM dynamic_thing_group AS d WHERE d.id = thing_group.id)"

static bool read_one(struct stmt *q, struct arena *arena, struct thing_group_row *ret_group)
{
    bool found = stmt_row(q) && read_group(q, arena, ret_group);
    stmt_done(q);
    return found;
}

static int64_t read_count(struct stmt *q)
{
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_thing_group_get(struct db *db, struct arena *arena, struct str name,
                           struct thing_group_row *ret_group)
{
    return read_one(db_query(db, "SELECT " GROUP_COLUMNS " FROM thing_group WHERE name = ?1", "s", name),
                    arena, ret_group);
}

bool store_thing_group_get_by_id(struct db *db, struct arena *arena, int64_t id,
                                 struct thing_group_row *ret_group)
{
    return read_one(db_query(db, "SELECT " GROUP_COLUMNS " FROM thing_group WHERE id = ?1", "i", id), arena,
                    ret_group);
}

bool store_thing_group_get_by_group_id(struct db *db, struct arena *arena, struct str group_id,
                                       struct thing_group_row *ret_group)
{
    return read_one(
        db_query(db, "SELECT " GROUP_COLUMNS " FROM thing_group WHERE group_id = ?1", "s", group_id), arena,
        ret_group);
}

static void reverse(struct thing_group_rows *rows)
{
    for (size_t i = 0; i < rows->n / 2; i++) {
        struct thing_group_row lower = rows->items[i];
        rows->items[i] = rows->items[rows->n - 1 - i];
        rows->items[rows->n - 1 - i] = lower;
    }
}

bool store_thing_group_ancestors(struct db *db, struct arena *arena, const struct thing_group_row *group,
                                 struct thing_group_rows *ret_rows)
{
    struct thing_group_rows rows = { 0 };
    size_t room = 0;
    for (struct opt_int parent = group->parent; parent.set; parent = rows.items[rows.n++].parent) {
        struct thing_group_row *items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *items);
        if (!items || !store_thing_group_get_by_id(db, arena, parent.value, &items[rows.n]))
            return false;
        rows.items = items;
    }
    reverse(&rows);
    *ret_rows = rows;
    return true;
}

int64_t store_thing_group_children(struct db *db, int64_t group)
{
    return read_count(db_query(db, "SELECT count(*) FROM thing_group WHERE parent = ?1", "i", group));
}

bool store_thing_group_insert(struct db *db, struct thing_group_row *group)
{
    struct stmt *q = db_query(db,
                              "INSERT INTO thing_group (name, group_id, parent, description, version, "
                              "created_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id",
                              "ssosii", group->name, group->group_id, group->parent, group->description,
                              group->version, group->created_at_ms);
    if (!stmt_row(q))
        return false;
    group->id = stmt_int(q);
    /* To the end, not just reset: the row counts once the statement has finished. */
    return !stmt_row(q) && !db_failed(db);
}

bool store_thing_group_changed(struct db *db, int64_t group, struct str description)
{
    return db_exec(db, "UPDATE thing_group SET description = ?2, version = version + 1 WHERE id = ?1", "is",
                   group, description);
}

bool store_thing_group_delete(struct db *db, const struct thing_group_row *group)
{
    return db_exec(db, "INSERT INTO thing_group_ending (id, dynamic) VALUES (?1, ?2)", "ii", group->id,
                   (int64_t)group->dynamic) &&
           db_exec(db, "DELETE FROM thing_group WHERE id = ?1", "i", group->id);
}

/* ---- lists ---- */

static bool read_names(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                       struct named_rows *ret_rows)
{
    struct named_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        rows.items[rows.n].id = stmt_int(q);
        rows.items[rows.n].name = stmt_text(q, arena);
        rows.n++;
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

/* By id, or by name: one lower bound only, for of two SQLite may seek by the one and walk to the other. In
 * names nothing sorts behind ~. */
static struct stmt *query_groups(struct db *db, const struct thing_group_filter *filter,
                                 const struct named_row *after, int64_t limit)
{
    struct str prefix = filter->name_prefix.p ? filter->name_prefix : STR_LIT("");
    struct str from = after->name.p ? after->name : prefix;
    if (filter->reach == THING_GROUPS_DESCENDANTS)
        return db_query(db,
                        "SELECT thing_group, name FROM thing_group_below WHERE above = ?1 "
                        "AND name >= ?2 AND name < ?3 || '~' AND name IS NOT ?4 ORDER BY name LIMIT ?5",
                        "osssi", filter->parent, from, prefix, after->name, limit);
    if (filter->reach == THING_GROUPS_CHILDREN && filter->name_prefix.p)
        return db_query(db,
                        "SELECT id, name FROM thing_group INDEXED BY thing_group_by_parent_and_name "
                        "WHERE parent IS ?1 "
                        "AND name >= ?2 AND name < ?3 || '~' AND name IS NOT ?4 ORDER BY name LIMIT ?5",
                        "osssi", filter->parent, from, prefix, after->name, limit);
    if (filter->name_prefix.p)
        return db_query(db,
                        "SELECT id, name FROM thing_group "
                        "WHERE name >= ?1 AND name < ?2 || '~' AND name IS NOT ?3 ORDER BY name LIMIT ?4",
                        "sssi", from, prefix, after->name, limit);
    if (filter->reach == THING_GROUPS_CHILDREN)
        return db_query(
            db, "SELECT id, name FROM thing_group WHERE parent IS ?1 AND id > ?2 ORDER BY id LIMIT ?3", "oii",
            filter->parent, after->id, limit);
    return db_query(db, "SELECT id, name FROM thing_group WHERE id > ?1 ORDER BY id LIMIT ?2", "ii",
                    after->id, limit);
}

bool store_thing_groups_list(struct db *db, struct arena *arena, const struct thing_group_filter *filter,
                             const struct named_row *after, int64_t limit, struct named_rows *ret_rows)
{
    if (!read_names(query_groups(db, filter, after, limit), db, arena, limit, ret_rows))
        return false;
    ret_rows->by_name = filter->name_prefix.p || filter->reach == THING_GROUPS_DESCENDANTS;
    return true;
}

bool store_thing_group_place(struct db *db, const struct thing_group_row *group)
{
    return db_exec(
        db,
        "WITH RECURSIVE up (id) AS (VALUES (?1) UNION ALL "
        "SELECT g.parent FROM up JOIN thing_group AS g ON g.id = up.id WHERE g.parent IS NOT NULL) "
        "INSERT INTO thing_group_below (above, name, thing_group) SELECT id, ?2, ?3 FROM up",
        "isi", group->parent.value, group->name, group->id);
}

/* By the key alone, SQLite would walk all that is below a group to find what is in the group itself. */
static struct stmt *query_things(struct db *db, int64_t group, enum thing_group_depth depth, int64_t after,
                                 int64_t limit)
{
    if (depth == THINGS_OF_THE_GROUP)
        return db_query(
            db,
            "SELECT t.id, t.name FROM thing_group_member AS m INDEXED BY thing_group_member_direct "
            "JOIN thing AS t ON t.id = m.thing WHERE m.thing_group = ?1 "
            "AND m.membership_id IS NOT NULL AND m.thing > ?2 ORDER BY m.thing LIMIT ?3",
            "iii", group, after, limit);
    return db_query(db,
                    "SELECT t.id, t.name FROM thing_group_member AS m JOIN thing AS t ON t.id = m.thing "
                    "WHERE m.thing_group = ?1 AND m.thing > ?2 AND " MEMBERSHIP_COUNTS
                    "ORDER BY m.thing LIMIT ?3",
                    "iii", group, after, limit);
}

bool store_things_in_group(struct db *db, struct arena *arena, int64_t group, enum thing_group_depth depth,
                           int64_t after, int64_t limit, struct named_rows *ret_rows)
{
    return read_names(query_things(db, group, depth, after, limit), db, arena, limit, ret_rows);
}

bool store_thing_groups_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t after,
                                 int64_t limit, struct named_rows *ret_rows)
{
    struct stmt *q = db_query(
        db,
        "SELECT g.id, g.name FROM thing_group_member AS m JOIN thing_group AS g ON g.id = m.thing_group "
        "WHERE m.thing = ?1 AND m.membership_id IS NOT NULL AND m.thing_group > ?2 "
        "ORDER BY m.thing_group LIMIT ?3",
        "iii", thing, after, limit);
    return read_names(q, db, arena, limit, ret_rows);
}

bool store_static_groups_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t limit,
                                  struct named_rows *ret_rows)
{
    struct stmt *q = db_query(
        db,
        "SELECT g.id, g.name FROM thing_group_member AS m JOIN thing_group AS g ON g.id = m.thing_group "
        "WHERE m.thing = ?1 AND m.membership_id IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM dynamic_thing_group AS d WHERE d.id = m.thing_group) "
        "ORDER BY m.thing_group LIMIT ?2",
        "ii", thing, limit);
    return read_names(q, db, arena, limit, ret_rows);
}

/* ---- memberships ---- */

struct str store_membership_id(struct db *db, struct arena *arena, int64_t group, int64_t thing)
{
    struct stmt *q =
        db_query(db, "SELECT membership_id FROM thing_group_member WHERE thing_group = ?1 AND thing = ?2",
                 "ii", group, thing);
    struct str id = stmt_row(q) ? stmt_text(q, arena) : STR_NONE;
    stmt_done(q);
    return id;
}

bool store_thing_below_group(struct db *db, int64_t group, int64_t thing)
{
    struct stmt *q = db_query(db,
                              "SELECT 1 FROM thing_group_member AS m WHERE m.thing_group = ?1 AND m.thing = "
                              "?2 AND " MEMBERSHIP_COUNTS,
                              "ii", group, thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

int64_t store_membership_count(struct db *db, int64_t thing)
{
    return read_count(db_query(
        db,
        "SELECT count(*) FROM thing_group_member AS m WHERE m.thing = ?1 AND m.membership_id IS NOT NULL "
        "AND " MEMBERSHIP_COUNTS,
        "i", thing));
}

/* The unary plus: from the few groups of a thing, not from the many that are named. */
#define IN_OTHERS                                                                                            \
    "(SELECT 1 FROM thing_group_member AS m WHERE m.thing = t.thing "                                        \
    "AND +m.thing_group IN (SELECT value FROM json_each('[' || ?2 || ']')) AND " MEMBERSHIP_COUNTS ") "

int64_t store_things_of_group_alone(struct db *db, int64_t group, struct str others)
{
    if (others.n == 0)
        return read_count(db_query(db,
                                   "SELECT count(*) FROM thing_group_member AS m "
                                   "WHERE m.thing_group = ?1 AND " MEMBERSHIP_COUNTS,
                                   "i", group));
    /* The ids are a table that is walked once. */
    return read_count(db_query(db,
                               "SELECT count(*) FROM (SELECT m.thing FROM thing_group_member AS m "
                               "WHERE m.thing_group = ?1 AND " MEMBERSHIP_COUNTS
                               ") AS t WHERE NOT EXISTS " IN_OTHERS "/*scan*/",
                               "is", group, others));
}

bool store_thing_outside_groups(struct db *db, struct str thing, struct str groups)
{
    return read_count(db_query(db,
                               "SELECT count(*) FROM (SELECT id AS thing FROM thing WHERE name = ?1) AS t "
                               "WHERE NOT EXISTS " IN_OTHERS "/*scan*/",
                               "ss", thing, groups)) > 0;
}

/* The group and those above it. */
#define WITH_UP                                                                                              \
    "WITH RECURSIVE up (id) AS (VALUES (?1) UNION ALL "                                                      \
    "SELECT g.parent FROM up JOIN thing_group AS g ON g.id = up.id WHERE g.parent IS NOT NULL) "

/* What a group that is gone has left above it could be in the way. */
bool store_membership_insert(struct db *db, int64_t group, int64_t thing, struct str membership_id)
{
    return db_exec(db,
                   WITH_UP "DELETE FROM thing_group_member WHERE thing_group IN (SELECT id FROM up) "
                           "AND thing = ?2 AND place IN (SELECT id FROM thing_group_ending)",
                   "ii", group, thing) &&
           db_exec(db,
                   WITH_UP "INSERT INTO thing_group_member (thing_group, thing, membership_id, place) "
                           "SELECT id, ?2, CASE id WHEN ?1 THEN ?3 END, ?1 FROM up",
                   "iis", group, thing, membership_id);
}

bool store_membership_delete(struct db *db, int64_t group, int64_t thing)
{
    return db_exec(db, "DELETE FROM thing_group_member WHERE thing = ?2 AND place = ?1", "ii", group, thing);
}

/* ---- groups that are ending ---- */

bool store_ending_group_get(struct db *db, struct ending_group *ret_group)
{
    struct stmt *q =
        db_query(db, "SELECT id, dynamic FROM thing_group_ending ORDER BY id LIMIT 1 /*scan*/", "");
    bool found = stmt_row(q);
    if (found) {
        ret_group->id = stmt_int(q);
        ret_group->dynamic = stmt_int(q) != 0;
    }
    stmt_done(q);
    return found;
}

bool store_ending_group_delete(struct db *db, int64_t group)
{
    return db_exec(db, "DELETE FROM thing_group_ending WHERE id = ?1", "i", group);
}
