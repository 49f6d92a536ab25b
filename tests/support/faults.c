#include "support/faults.h"

#include <stdio.h>

#include "store/db.h"

enum { SQL_MAX = 512, TABLES_MAX = 100 };

static void run(struct world *w, const char *sql)
{
    assert_true(db_script(world_db(w), sql));
}

/* Looks the row up by its key: whatever scans is taken for a statement of the server's that does. */
static void add_triggers(struct world *w, const char *table)
{
    static const char *const changes[] = { "INSERT", "UPDATE", "DELETE" };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char sql[SQL_MAX];
        snprintf(sql, sizeof sql,
                 "CREATE TEMP TRIGGER fault_%s_%s BEFORE %s ON main.%s BEGIN "
                 "SELECT RAISE(ABORT, 'a fault') FROM fault WHERE id = 1 AND changes_left = 1; "
                 "UPDATE fault SET changes_left = changes_left - 1 WHERE id = 1 AND changes_left > 1; END",
                 changes[i], table, changes[i], table);
        run(w, sql);
    }
}

static void prepare(struct world *w)
{
    char tables[TABLES_MAX][64];
    size_t n = 0;
    struct stmt *q = db_query(world_db(w),
                              "SELECT name FROM main.sqlite_schema WHERE type = 'table' "
                              "AND name NOT LIKE 'sqlite_%' /*scan*/",
                              "");
    for (; stmt_row(q); n++) {
        assert_true(n < TABLES_MAX);
        struct str name = stmt_borrow(q);
        snprintf(tables[n], sizeof tables[n], "%.*s", STR(name));
    }
    stmt_done(q);
    run(w, "CREATE TEMP TABLE fault (id INTEGER PRIMARY KEY, changes_left INTEGER NOT NULL)");
    run(w, "INSERT INTO temp.fault VALUES (1, 0)");
    for (size_t i = 0; i < n; i++)
        add_triggers(w, tables[i]);
}

static bool is_prepared(struct world *w)
{
    struct stmt *q =
        db_query(world_db(w), "SELECT 1 FROM temp.sqlite_schema WHERE name = 'fault' /*scan*/", "");
    bool found = stmt_row(q);
    stmt_done(q);
    return found;
}

void fail_from_change(struct world *w, int n)
{
    char sql[SQL_MAX];
    if (!is_prepared(w))
        prepare(w);
    snprintf(sql, sizeof sql, "UPDATE temp.fault SET changes_left = %d WHERE id = 1", n);
    run(w, sql);
}
