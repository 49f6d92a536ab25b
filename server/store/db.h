/*
 * One SQLite connection and its statements.
 *
 *     struct stmt *q = db_query(db, "SELECT status, version FROM execution WHERE thing_name = ?1", "s",
 * thing); if (stmt_row(q)) { status = stmt_text(q, arena); version = stmt_int(q); stmt_done(q);
 *     }
 *
 * The SQL stands beside the code that reads its columns, and must be a string literal: its address is the
 * key of the statement cache. Columns are read in SELECT order. Values are bound by a signature, one letter
 * each: 's' struct str, 'i' int64_t, 'o' struct opt_int, 'd' struct opt_double; what is absent binds NULL.
 *
 * Failures are sticky: after one, queries return no rows and db_failed() is true until db_clear_failure().
 * A connection belongs to one thread at a time. Only store/ contains SQL.
 */
#ifndef IOTJOBS_STORE_DB_H
#define IOTJOBS_STORE_DB_H

#include "base/arena.h"
#include "base/log.h"
#include "base/opt.h"
#include "base/strbuf.h"

struct db;
struct stmt;

enum db_mode { DB_WRITER, DB_READER };

/* NULL: one sentence in `ret_problem`. `durability` as in settings.h; it matters to writers alone. */
struct db *db_open(const char *path, enum db_mode mode, int durability, struct log *log,
                   struct strbuf *ret_problem);
void db_close(struct db *db); /* NULL is allowed */
enum db_mode db_mode(const struct db *db);

/* Never NULL; a failed query is a statement without rows. */
struct stmt *db_query(struct db *db, const char *sql, const char *signature, ...);

/* A value of a statement whose text is made at run time: ?1, ?2 and so on, in their order. */
struct db_value {
    char type; /* as in signatures: 's', 'i' or 'd' */
    struct str text;
    int64_t integer;
    double real;
};

/* The same for SQL that is put together at run time; the latest are kept prepared, by their text. Values, and
 * nothing that a request says, stand for themselves in it. */
struct stmt *db_query_made(struct db *db, struct str sql, const struct db_value *values, size_t n);

/* The next row; false at the end, and the statement is done then. */
bool stmt_row(struct stmt *stmt);
/* Ends a statement before its last row. Harmless when it has ended. */
void stmt_done(struct stmt *stmt);

/* The next column of the row. */
int64_t stmt_int(struct stmt *stmt);                          /* NULL reads as 0 */
struct opt_int stmt_opt_int(struct stmt *stmt);               /* NULL reads as absent */
struct str stmt_text(struct stmt *stmt, struct arena *arena); /* copied; NULL reads as absent */
struct str stmt_borrow(struct stmt *stmt);                    /* valid until the next row or the end */

/* Runs a statement that returns no rows. False on failure. */
bool db_exec(struct db *db, const char *sql, const char *signature, ...);

/* Rows changed by the last db_exec. */
int64_t db_changes(struct db *db);

/* Runs SQL text of several statements that is not cached: migrations, reset. */
bool db_script(struct db *db, const char *sql);

bool db_failed(const struct db *db);
const char *db_failure(const struct db *db); /* what SQLite said, for the log */
void db_clear_failure(struct db *db);

/* Statements that walked a whole table or sorted without saying so in their SQL, so far; debug builds only.
 */
uint64_t db_alarms(const struct db *db);

/* The engine's transaction: begin, a savepoint for each operation, commit. The savepoint opens by itself with
 * an operation's first write; db_keep and db_undo end it. db_undo forgets a failure; when it fails itself,
 * the whole transaction is lost. */
bool db_begin(struct db *db);
bool db_keep(struct db *db);
bool db_undo(struct db *db);
bool db_commit(struct db *db);
void db_rollback(struct db *db);

/* One consistent view for the reads of one request. */
bool db_begin_read(struct db *db);
void db_end_read(struct db *db);

#endif
