#include "store/jobs/job_target_store.h"

#include "store/registry/thing_group_store.h"

static const char *const kind_names[] = {
    [TARGET_THING] = "THING",
    [TARGET_THING_GROUP] = "THING_GROUP",
};

bool store_target_insert(struct db *db, struct str job_id, int64_t position, const struct target_row *target)
{
    return db_exec(
        db,
        "INSERT INTO job_target (job_id, position, arn, name, kind, followed, executions_before, job) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT id FROM job WHERE job_id = ?1))",
        "sisssii", job_id, position, target->arn, target->name, str_from(kind_names[target->kind]),
        (int64_t)target->followed, target->executions_before);
}

#define TARGET_COLUMNS "arn, kind, name, followed, executions_before"

static bool read_target(struct stmt *q, struct arena *arena, struct target_row *ret_target)
{
    *ret_target = (struct target_row){
        .arn = stmt_text(q, arena),
        .kind =
            str_eq_text(stmt_borrow(q), kind_names[TARGET_THING_GROUP]) ? TARGET_THING_GROUP : TARGET_THING,
        .name = stmt_text(q, arena),
        .followed = stmt_int(q) != 0,
        .executions_before = stmt_int(q),
    };
    return !arena->failed;
}

int64_t store_target_count(struct db *db, struct str job_id)
{
    struct stmt *q = db_query(db, "SELECT count(*) FROM job_target WHERE job_id = ?1", "s", job_id);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_targets_get(struct db *db, struct arena *arena, struct str job_id, struct target_rows *ret_rows)
{
    struct target_rows rows = { 0 };
    size_t room = 0;
    struct stmt *q = db_query(
        db, "SELECT " TARGET_COLUMNS " FROM job_target WHERE job_id = ?1 ORDER BY position", "s", job_id);
    while (stmt_row(q) &&
           (rows.items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *rows.items)) &&
           read_target(q, arena, &rows.items[rows.n]))
        rows.n++;
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_target_get(struct db *db, struct arena *arena, struct str job_id, int64_t position,
                      struct target_row *ret_target)
{
    struct stmt *q =
        db_query(db, "SELECT " TARGET_COLUMNS " FROM job_target WHERE job_id = ?1 AND position = ?2", "si",
                 job_id, position);
    bool found = stmt_row(q) && read_target(q, arena, ret_target);
    stmt_done(q);
    return found;
}

bool store_job_reaches(struct db *db, struct str job_id, struct str thing)
{
    struct stmt *q = db_query(
        db,
        "SELECT 1 FROM job_target AS t WHERE t.job_id = ?1 AND CASE t.kind WHEN 'THING' THEN t.name = ?2 "
        "ELSE EXISTS (SELECT 1 FROM thing_group AS g JOIN thing AS x JOIN thing_group_member AS m "
        "ON m.thing_group = g.id AND m.thing = x.id WHERE g.name = t.name AND x.name = ?2 "
        "AND " MEMBERSHIP_COUNTS ") END LIMIT 1",
        "ss", job_id, thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* ---- followers ---- */

bool store_targets_follow(struct db *db, struct str job_id)
{
    return db_exec(db,
                   "UPDATE job_target SET followed = 1 "
                   "WHERE job_id = ?1 AND kind = 'THING_GROUP' AND followed = 0",
                   "s", job_id);
}

bool store_targets_unfollow(struct db *db, struct str job_id)
{
    return db_exec(db, "UPDATE job_target SET followed = 0 WHERE job_id = ?1 AND followed = 1", "s", job_id);
}

static bool read_followers(struct stmt *q, struct db *db, struct arena *arena, struct follower_rows *ret_rows)
{
    struct follower_rows rows = { 0 };
    size_t room = 0;
    while (stmt_row(q)) {
        struct follower_row *items = arena_array_widen(arena, rows.items, rows.n, &room, sizeof *items);
        if (!items)
            break;
        rows.items = items;
        struct follower_row *row = &rows.items[rows.n++];
        row->job = stmt_int(q);
        row->job_id = stmt_text(q, arena);
        row->snapshot = stmt_int(q) != 0;
        row->position = stmt_int(q);
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

/* CROSS JOIN: from the few groups to their few followers, in this order. */
#define FOLLOWER_COLUMNS "j.id, j.job_id, j.target_selection = 'SNAPSHOT', t.position "
#define FOLLOWERS                                                                                            \
    "CROSS JOIN job_target AS t INDEXED BY job_target_followed ON t.name = g.name AND t.followed = 1 "       \
    "CROSS JOIN job AS j ON j.job_id = t.job_id AND j.status IN ('SCHEDULED', 'IN_PROGRESS') "

bool store_followers_of_thing(struct db *db, struct arena *arena, int64_t thing,
                              struct follower_rows *ret_rows)
{
    struct stmt *q =
        db_query(db,
                 "SELECT " FOLLOWER_COLUMNS "FROM thing_group_member AS m "
                 "CROSS JOIN thing_group AS g ON g.id = m.thing_group " FOLLOWERS
                 "WHERE m.thing = ?1 AND " MEMBERSHIP_COUNTS "ORDER BY j.id, t.position /*sort*/",
                 "i", thing);
    return read_followers(q, db, arena, ret_rows);
}

bool store_followers_of_group(struct db *db, struct arena *arena, int64_t group,
                              struct follower_rows *ret_rows)
{
    struct stmt *q =
        db_query(db,
                 "WITH RECURSIVE up (id, name, parent) AS (SELECT id, name, parent FROM thing_group WHERE "
                 "id = ?1 UNION ALL SELECT above.id, above.name, above.parent "
                 "FROM up JOIN thing_group AS above ON above.id = up.parent) "
                 "SELECT " FOLLOWER_COLUMNS "FROM up AS g " FOLLOWERS "ORDER BY j.id, t.position /*sort*/",
                 "i", group);
    return read_followers(q, db, arena, ret_rows);
}

/* ---- joiners ---- */

bool store_joiner_add(struct db *db, struct str job_id, struct str thing)
{
    return db_exec(db, "INSERT OR IGNORE INTO job_joiner (job_id, thing_name) VALUES (?1, ?2)", "ss", job_id,
                   thing);
}

static bool read_things(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                        struct thing_names *ret_rows)
{
    struct thing_names rows = { .things = arena_array(arena, (size_t)limit, sizeof *rows.things) };
    while (rows.things && rows.n < (size_t)limit && stmt_row(q))
        rows.things[rows.n++] = stmt_text(q, arena);
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_joiners_get(struct db *db, struct arena *arena, struct str job_id, int64_t limit,
                       struct thing_names *ret_rows)
{
    struct stmt *q =
        db_query(db, "SELECT thing_name FROM job_joiner WHERE job_id = ?1 ORDER BY thing_name LIMIT ?2", "si",
                 job_id, limit);
    return read_things(q, db, arena, limit, ret_rows);
}

bool store_joiner_delete(struct db *db, struct str job_id, struct str thing)
{
    return db_exec(db, "DELETE FROM job_joiner WHERE job_id = ?1 AND thing_name = ?2", "ss", job_id, thing);
}

bool store_joiners_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more)
{
    if (!db_exec(db,
                 "DELETE FROM job_joiner WHERE job_id = ?1 AND thing_name IN "
                 "(SELECT thing_name FROM job_joiner WHERE job_id = ?1 LIMIT ?2)",
                 "si", job_id, limit))
        return false;
    *ret_more = db_changes(db) == limit;
    return true;
}

/* ---- movers ---- */

bool store_mover_add(struct db *db, struct str job_id, struct str thing, bool was_in)
{
    return db_exec(db, "INSERT OR IGNORE INTO job_mover (job_id, thing_name, was_in) VALUES (?1, ?2, ?3)",
                   "ssi", job_id, thing, (int64_t)was_in);
}

bool store_movers_exist(struct db *db, struct str job_id)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM job_mover WHERE job_id = ?1 LIMIT 1", "s", job_id);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_mover_is_new(struct db *db, struct str job_id, struct str thing)
{
    struct stmt *q =
        db_query(db, "SELECT 1 FROM job_mover WHERE job_id = ?1 AND thing_name = ?2 AND was_in = 0", "ss",
                 job_id, thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_leavers_get(struct db *db, struct arena *arena, struct str job_id, int64_t limit,
                       struct thing_names *ret_rows)
{
    struct stmt *q = db_query(
        db, "SELECT thing_name FROM job_mover WHERE job_id = ?1 AND was_in = 1 ORDER BY thing_name LIMIT ?2",
        "si", job_id, limit);
    return read_things(q, db, arena, limit, ret_rows);
}

bool store_mover_delete(struct db *db, struct str job_id, struct str thing)
{
    return db_exec(db, "DELETE FROM job_mover WHERE job_id = ?1 AND thing_name = ?2", "ss", job_id, thing);
}

bool store_movers_delete(struct db *db, struct str job_id, int64_t limit, bool *ret_more)
{
    if (!db_exec(db,
                 "DELETE FROM job_mover WHERE job_id = ?1 AND thing_name IN "
                 "(SELECT thing_name FROM job_mover WHERE job_id = ?1 LIMIT ?2)",
                 "si", job_id, limit))
        return false;
    *ret_more = db_changes(db) == limit;
    return true;
}

/* ---- things that are deleted ---- */

bool store_joining_forget(struct db *db, struct str thing)
{
    return db_exec(db, "DELETE FROM job_joiner WHERE thing_name = ?1", "s", thing) &&
           db_exec(db, "DELETE FROM job_mover WHERE thing_name = ?1 AND was_in = 1", "s", thing);
}

/* ---- groups that end ---- */

bool store_ending_group_await(struct db *db, int64_t group, struct str job_id, int64_t last)
{
    return db_exec(db, "INSERT INTO job_ending_group (thing_group, job_id, last) VALUES (?1, ?2, ?3)", "isi",
                   group, job_id, last);
}

static bool has_row(struct stmt *q)
{
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_ending_group_is_awaited(struct db *db, struct str job_id)
{
    return has_row(db_query(db, "SELECT 1 FROM job_ending_group WHERE job_id = ?1 LIMIT 1", "s", job_id));
}

bool store_ending_group_has(struct db *db, struct str job_id, int64_t thing)
{
    return has_row(db_query(db,
                            "SELECT 1 FROM job_ending_group AS e CROSS JOIN thing_group_member AS m "
                            "ON m.thing_group = e.thing_group AND m.thing = ?2 "
                            "WHERE e.job_id = ?1 AND e.last < ?2 LIMIT 1",
                            "si", job_id, thing));
}

int64_t store_ending_group_jobs(struct db *db, int64_t group, int64_t limit)
{
    struct stmt *q =
        db_query(db, "SELECT count(*) FROM (SELECT 1 FROM job_ending_group WHERE thing_group = ?1 LIMIT ?2)",
                 "ii", group, limit);
    int64_t n = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return n;
}

bool store_ending_group_note(struct db *db, int64_t group, int64_t thing)
{
    return db_exec(db,
                   "INSERT OR IGNORE INTO job_mover (job_id, thing_name, was_in) "
                   "SELECT e.job_id, t.name, 1 FROM job_ending_group AS e CROSS JOIN thing AS t ON t.id = ?2 "
                   "WHERE e.thing_group = ?1 AND e.last < ?2",
                   "ii", group, thing);
}

bool store_ending_groups_forget(struct db *db, struct str job_id)
{
    return db_exec(db, "DELETE FROM job_ending_group WHERE job_id = ?1", "s", job_id);
}
