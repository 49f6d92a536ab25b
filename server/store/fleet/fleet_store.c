#include "store/fleet/fleet_store.h"

#include "api/fleet_word.h"

/* One literal for each index: the literal's address is the statement's key. */
#define BOTH(before, after)                                                                                  \
    {                                                                                                        \
        [FLEET_THINGS] = before "fleet_field" after, [FLEET_THING_GROUPS] = before "fleet_group_field" after \
    }

static const char *const index_names[] = {
    [FLEET_THINGS] = FLEET_INDEX_THINGS,
    [FLEET_THING_GROUPS] = FLEET_INDEX_THING_GROUPS,
};

struct str fleet_index_name(enum fleet_index index)
{
    return str_from(index_names[index]);
}

bool fleet_index_named(struct str name, enum fleet_index *ret_index)
{
    for (int index = FLEET_THINGS; index <= FLEET_THING_GROUPS; index++) {
        if (str_eq_text(name, index_names[index])) {
            *ret_index = (enum fleet_index)index;
            return true;
        }
    }
    return false;
}

/* ---- which are on ---- */

bool store_fleet_index_is_on(struct db *db, enum fleet_index index, bool *ret_connectivity)
{
    struct stmt *q =
        db_query(db, "SELECT connectivity FROM fleet_index WHERE name = ?1", "s", fleet_index_name(index));
    bool on = stmt_row(q);
    if (on && ret_connectivity)
        *ret_connectivity = stmt_int(q) != 0;
    stmt_done(q);
    return on;
}

static bool read_custom_fields(struct db *db, struct arena *arena, enum fleet_index index,
                               struct fleet_index_row *row)
{
    row->custom_fields = arena_array(arena, FLEET_CUSTOM_FIELDS_MAX, sizeof *row->custom_fields);
    if (!row->custom_fields)
        return false;
    struct stmt *q = db_query(db,
                              "SELECT name, type FROM fleet_custom_field WHERE index_name = ?1 "
                              "ORDER BY position LIMIT ?2",
                              "si", fleet_index_name(index), (int64_t)FLEET_CUSTOM_FIELDS_MAX);
    while (row->custom_fields_n < FLEET_CUSTOM_FIELDS_MAX && stmt_row(q)) {
        struct fleet_custom_field *field = &row->custom_fields[row->custom_fields_n++];
        field->name = stmt_text(q, arena);
        field->type = stmt_text(q, arena);
    }
    stmt_done(q);
    return !arena->failed;
}

bool store_fleet_index_get(struct db *db, struct arena *arena, enum fleet_index index,
                           struct fleet_index_row *ret_row)
{
    struct fleet_index_row row = { 0 };
    bool on = store_fleet_index_is_on(db, index, &row.connectivity);
    if (!on || !read_custom_fields(db, arena, index, &row))
        return false;
    *ret_row = row;
    return true;
}

bool store_fleet_index_set(struct db *db, enum fleet_index index, const struct fleet_index_row *row)
{
    struct str name = fleet_index_name(index);
    bool ok = db_exec(db,
                      "INSERT INTO fleet_index (name, connectivity) VALUES (?1, ?2) "
                      "ON CONFLICT DO UPDATE SET connectivity = excluded.connectivity",
                      "si", name, (int64_t)row->connectivity) &&
              db_exec(db, "DELETE FROM fleet_custom_field WHERE index_name = ?1", "s", name);
    for (size_t i = 0; ok && i < row->custom_fields_n; i++)
        ok = db_exec(
            db, "INSERT INTO fleet_custom_field (index_name, position, name, type) VALUES (?1, ?2, ?3, ?4)",
            "siss", name, (int64_t)i, row->custom_fields[i].name, row->custom_fields[i].type);
    return ok;
}

bool store_fleet_index_delete(struct db *db, enum fleet_index index)
{
    return db_exec(db, "DELETE FROM fleet_index WHERE name = ?1", "s", fleet_index_name(index));
}

/* ---- what has still to be done ---- */

static const char *const work_kinds[FLEET_WORK_KIND_COUNT] = {
    [FLEET_BUILD] = "BUILD",
    [FLEET_CLEAR] = "CLEAR",
    [FLEET_ADD_CONNECTIVITY] = "ADD_CONNECTIVITY",
    [FLEET_REMOVE_CONNECTIVITY] = "REMOVE_CONNECTIVITY",
};

static bool work_kind_of(struct str name, enum fleet_work_kind *ret_kind)
{
    for (int kind = 0; kind < FLEET_WORK_KIND_COUNT; kind++) {
        if (str_eq_text(name, work_kinds[kind])) {
            *ret_kind = (enum fleet_work_kind)kind;
            return true;
        }
    }
    return false;
}

bool store_fleet_work_get(struct db *db, enum fleet_index index, struct fleet_work_row *ret_work)
{
    struct stmt *q =
        db_query(db, "SELECT kind, last FROM fleet_work WHERE index_name = ?1", "s", fleet_index_name(index));
    struct fleet_work_row work;
    bool found = stmt_row(q) && work_kind_of(stmt_borrow(q), &work.kind);
    if (found) {
        work.last = stmt_int(q);
        *ret_work = work;
    }
    stmt_done(q);
    return found;
}

bool store_fleet_work_set(struct db *db, enum fleet_index index, const struct fleet_work_row *work)
{
    return db_exec(db,
                   "INSERT INTO fleet_work (index_name, kind, last) VALUES (?1, ?2, ?3) "
                   "ON CONFLICT DO UPDATE SET kind = excluded.kind, last = excluded.last",
                   "ssi", fleet_index_name(index), str_from(work_kinds[work->kind]), work->last);
}

bool store_fleet_work_delete(struct db *db, enum fleet_index index)
{
    return db_exec(db, "DELETE FROM fleet_work WHERE index_name = ?1", "s", fleet_index_name(index));
}

/* ---- whose turn it is ---- */

bool store_fleet_read_ids(struct stmt *q, struct db *db, struct arena *arena, int64_t limit,
                          struct fleet_ids *ret_ids)
{
    struct fleet_ids ids = { .items = arena_array(arena, (size_t)limit, sizeof *ids.items) };
    while (ids.items && ids.n < (size_t)limit && stmt_row(q)) {
        int64_t id = stmt_int(q);
        if (ids.n == 0 || ids.items[ids.n - 1] != id)
            ids.items[ids.n++] = id;
    }
    stmt_done(q);
    *ret_ids = ids;
    return !arena->failed && !db_failed(db);
}

bool store_fleet_owners(struct db *db, struct arena *arena, enum fleet_index index, int64_t after,
                        int64_t limit, struct fleet_ids *ret_ids)
{
    struct stmt *q =
        index == FLEET_THINGS
            ? db_query(db, "SELECT id FROM thing WHERE id > ?1 ORDER BY id LIMIT ?2", "ii", after, limit)
            : db_query(db, "SELECT id FROM thing_group WHERE id > ?1 ORDER BY id LIMIT ?2", "ii", after,
                       limit);
    return store_fleet_read_ids(q, db, arena, limit, ret_ids);
}

/* ---- words ---- */

static bool insert_words(struct db *db, struct arena *arena, enum fleet_index index, int64_t owner,
                         enum fleet_source source, const struct fleet_value *value, int64_t element)
{
    static const char *const sql[] =
        BOTH("INSERT INTO ", " (owner, source, field, element, position, word, number, boolean) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    static const struct opt_double no_number;
    struct str text = value->text, word;
    for (int64_t position = 0; fleet_next_word(&text, &word); position++) {
        /* Only a value that is one word can be a number. */
        bool may_be_number = !value->no_number && !value->boolean && word.n == value->text.n;
        if (!db_exec(db, sql[index], "iisiisdi", owner, (int64_t)source, value->field, element, position,
                     fleet_lower(arena, word), may_be_number ? fleet_number(word) : no_number,
                     (int64_t)value->boolean))
            return false;
    }
    return !arena->failed;
}

bool store_fleet_values_replace(struct db *db, struct arena *arena, enum fleet_index index, int64_t owner,
                                enum fleet_source source, const struct fleet_values *values)
{
    static const char *const sql[] = BOTH("DELETE FROM ", " WHERE owner = ?1 AND source = ?2");
    int64_t element = 0;
    bool ok = db_exec(db, sql[index], "ii", owner, (int64_t)source);
    for (size_t i = 0; ok && i < values->n; i++) {
        const struct fleet_value *value = &values->items[i];
        element = i > 0 && str_eq(values->items[i - 1].field, value->field) ? element + 1 : 0;
        ok = insert_words(db, arena, index, owner, source, value, element);
    }
    return ok;
}

bool store_fleet_values_delete(struct db *db, enum fleet_index index, int64_t owner)
{
    static const char *const sql[] = BOTH("DELETE FROM ", " WHERE owner = ?1");
    return db_exec(db, sql[index], "i", owner);
}
