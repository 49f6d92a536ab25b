#include "store/security/principal_store.h"

bool store_principal_get(struct db *db, int64_t thing, struct str principal,
                         struct attachment_row *ret_attachment)
{
    struct stmt *q =
        db_query(db, "SELECT id, exclusive FROM thing_principal WHERE thing = ?1 AND principal = ?2", "is",
                 thing, principal);
    bool found = stmt_row(q);
    if (found) {
        ret_attachment->id = stmt_int(q);
        ret_attachment->exclusive = stmt_int(q) != 0;
    }
    stmt_done(q);
    return found;
}

bool store_principal_insert(struct db *db, int64_t thing, struct str principal, bool exclusive)
{
    return db_exec(db, "INSERT INTO thing_principal (thing, principal, exclusive) VALUES (?1, ?2, ?3)", "isi",
                   thing, principal, (int64_t)exclusive);
}

bool store_principal_delete(struct db *db, int64_t attachment)
{
    return db_exec(db, "DELETE FROM thing_principal WHERE id = ?1", "i", attachment);
}

bool store_principal_has_thing(struct db *db, struct str principal, struct str thing_name)
{
    struct stmt *q = db_query(db,
                              "SELECT 1 FROM thing AS t JOIN thing_principal AS p ON p.thing = t.id "
                              "WHERE t.name = ?1 AND p.principal = ?2",
                              "ss", thing_name, principal);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

bool store_thing_has_principals(struct db *db, int64_t thing)
{
    struct stmt *q = db_query(db, "SELECT 1 FROM thing_principal WHERE thing = ?1 LIMIT 1", "i", thing);
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

/* Exclusive is the only one, so the first tells all. */
struct principal_things store_principal_things(struct db *db, struct str principal)
{
    struct principal_things things = { 0 };
    struct stmt *q = db_query(
        db, "SELECT exclusive FROM thing_principal WHERE principal = ?1 ORDER BY id LIMIT 1", "s", principal);
    if (stmt_row(q))
        things = (struct principal_things){ .any = true, .exclusive = stmt_int(q) != 0 };
    stmt_done(q);
    return things;
}

/* ---- lists ---- */

bool store_principals_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t after,
                               int64_t limit, struct thing_principal_rows *ret_rows)
{
    struct thing_principal_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    struct stmt *q = db_query(db,
                              "SELECT id, principal FROM thing_principal WHERE thing = ?1 AND id > ?2 "
                              "ORDER BY id LIMIT ?3",
                              "iii", thing, after, limit);
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        struct thing_principal_row *row = &rows.items[rows.n++];
        row->id = stmt_int(q);
        row->principal = stmt_text(q, arena);
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}

bool store_things_of_principal(struct db *db, struct arena *arena, struct str principal, int64_t after,
                               int64_t limit, struct principal_thing_rows *ret_rows)
{
    struct principal_thing_rows rows = { .items = arena_array(arena, (size_t)limit, sizeof *rows.items) };
    struct stmt *q =
        db_query(db,
                 "SELECT p.id, t.name FROM thing_principal AS p JOIN thing AS t ON t.id = p.thing "
                 "WHERE p.principal = ?1 AND p.id > ?2 ORDER BY p.id LIMIT ?3",
                 "sii", principal, after, limit);
    while (rows.items && rows.n < (size_t)limit && stmt_row(q)) {
        struct principal_thing_row *row = &rows.items[rows.n++];
        row->id = stmt_int(q);
        row->thing_name = stmt_text(q, arena);
    }
    stmt_done(q);
    *ret_rows = rows;
    return !arena->failed && !db_failed(db);
}
