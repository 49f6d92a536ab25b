#include "store/db.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"

enum {
    CACHE_SLOTS = 1024, /* power of two, more than twice the number of statements in store/ */
    MADE_MAX = 64,      /* statements made at run time that are kept */
    BUSY_TIMEOUT_MS = 5000,
    FAILURE_MAX = 256,
    /* As many pages may gather in the log before a checkpoint; 8 MiB keeps checkpoints rare and recovery
       short. */
    WAL_AUTOCHECKPOINT_PAGES = 2048,
};

struct stmt {
    struct db *db;
    sqlite3_stmt *handle; /* NULL: the statement of failed queries */
    const char *sql;
    int column;
    bool running;
    bool readonly;
    uint64_t used; /* of those made at run time: when last; they own their SQL */
};

struct db {
    sqlite3 *handle;
    enum db_mode mode;
    struct log *log;
    struct stmt *cache[CACHE_SLOTS]; /* open addressing by the address of the SQL */
    size_t cached;
    struct stmt *made[MADE_MAX]; /* by the text of the SQL */
    uint64_t made_used;
    struct stmt none;
    bool in_transaction;
    bool in_savepoint;
    bool failed;
    char failure[FAILURE_MAX];
    uint64_t alarms;
};

static void fail_db(struct db *db, const char *sql)
{
    if (db->failed)
        return;
    db->failed = true;
    snprintf(db->failure, sizeof db->failure, "%s", sqlite3_errmsg(db->handle));
    log_write(db->log, LOG_ERROR, "database problem=\"%s\" sql=\"%s\"", db->failure, sql);
}

enum db_mode db_mode(const struct db *db)
{
    return db->mode;
}

bool db_script(struct db *db, const char *sql)
{
    if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    fail_db(db, sql);
    return false;
}

static const char *synchronous(int durability)
{
    switch (durability) {
    case DURABILITY_NORMAL: return "PRAGMA synchronous = NORMAL";
    case DURABILITY_MEMORY: return "PRAGMA synchronous = OFF";
    default: return "PRAGMA synchronous = FULL";
    }
}

static bool configure(struct db *db, enum db_mode mode, int durability)
{
    sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
    /* Otherwise a statement with a pattern is compiled again for each value that is bound to it. */
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    if (!db_script(db, "PRAGMA temp_store = MEMORY"))
        return false;
    if (mode == DB_READER)
        return db_script(db, "PRAGMA query_only = ON; PRAGMA cache_size = -4096");
    sqlite3_wal_autocheckpoint(db->handle, WAL_AUTOCHECKPOINT_PAGES);
    return db_script(db, "PRAGMA cache_size = -32768; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = "
                         "67108864") &&
           db_script(db, synchronous(durability));
}

struct db *db_open(const char *path, enum db_mode mode, int durability, struct log *log,
                   struct strbuf *ret_problem)
{
    struct db *db = calloc(1, sizeof *db);
    if (!db) {
        strbuf_add_text(ret_problem, "not enough memory to open the database");
        return NULL;
    }
    /* Counting every allocation takes a lock that all connections share; nobody reads the count. Refused,
     * without harm, once the library is in use. */
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    db->log = log;
    db->mode = mode;
    db->none.db = db;
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                (mode == DB_READER ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    int rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (rc != SQLITE_OK || !configure(db, mode, durability)) {
        strbuf_printf(ret_problem, "cannot open the database %s: %s", path,
                      db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc));
        db_close(db);
        return NULL;
    }
    return db;
}

static void drop_made(struct stmt *stmt)
{
    if (!stmt)
        return;
    sqlite3_finalize(stmt->handle);
    free((char *)stmt->sql);
    free(stmt);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < CACHE_SLOTS; i++) {
        if (!db->cache[i])
            continue;
        sqlite3_finalize(db->cache[i]->handle);
        free(db->cache[i]);
    }
    for (size_t i = 0; i < MADE_MAX; i++)
        drop_made(db->made[i]);
    sqlite3_close(db->handle);
    free(db);
}

/* ---- statements ---- */

static size_t cache_slot(const char *sql)
{
    uint64_t hash = (uint64_t)(uintptr_t)sql * 0x9e3779b97f4a7c15u;
    return (size_t)(hash >> 32) & (CACHE_SLOTS - 1);
}

static struct stmt *prepare(struct db *db, const char *sql)
{
    struct stmt *stmt = calloc(1, sizeof *stmt);
    if (!stmt)
        return NULL;
    stmt->db = db;
    stmt->sql = sql;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt->handle, NULL) !=
        SQLITE_OK) {
        fail_db(db, sql);
        free(stmt);
        return NULL;
    }
    stmt->readonly = sqlite3_stmt_readonly(stmt->handle);
    return stmt;
}

static struct stmt *cached(struct db *db, const char *sql)
{
    size_t slot = cache_slot(sql);
    for (; db->cache[slot]; slot = (slot + 1) & (CACHE_SLOTS - 1))
        if (db->cache[slot]->sql == sql)
            return db->cache[slot];
    assert(db->cached < CACHE_SLOTS / 2);
    struct stmt *stmt = prepare(db, sql);
    if (stmt) {
        db->cache[slot] = stmt;
        db->cached++;
    }
    return stmt;
}

static int bind_one(sqlite3_stmt *handle, int index, char type, va_list *args)
{
    switch (type) {
    case 's': {
        struct str s = va_arg(*args, struct str);
        return s.p ? sqlite3_bind_text64(handle, index, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8)
                   : sqlite3_bind_null(handle, index);
    }
    case 'i': return sqlite3_bind_int64(handle, index, va_arg(*args, int64_t));
    case 'o': {
        struct opt_int value = va_arg(*args, struct opt_int);
        return value.set ? sqlite3_bind_int64(handle, index, value.value) : sqlite3_bind_null(handle, index);
    }
    case 'd': {
        struct opt_double value = va_arg(*args, struct opt_double);
        return value.set ? sqlite3_bind_double(handle, index, value.value) : sqlite3_bind_null(handle, index);
    }
    default: return SQLITE_MISUSE;
    }
}

static bool bind_all(struct stmt *stmt, const char *signature, va_list *args)
{
    assert((int)strlen(signature) == sqlite3_bind_parameter_count(stmt->handle));
    for (int i = 0; signature[i]; i++) {
        if (bind_one(stmt->handle, i + 1, signature[i], args) != SQLITE_OK) {
            fail_db(stmt->db, stmt->sql);
            return false;
        }
    }
    return true;
}

/* Some failures (I/O, memory, a full disk) make SQLite roll back the whole transaction by itself. What was
 * written since BEGIN is gone then, and a savepoint would begin a transaction of its own: nothing may go on
 * in this one. */
static bool lost_transaction(struct db *db)
{
    if (!db->in_transaction || !sqlite3_get_autocommit(db->handle))
        return false;
    if (!db->failed) {
        db->failed = true;
        snprintf(db->failure, sizeof db->failure, "the transaction was rolled back");
    }
    return true;
}

static bool open_savepoint(struct db *db)
{
    if (!db->in_transaction || db->in_savepoint)
        return true;
    if (lost_transaction(db))
        return false;
    struct stmt *stmt = cached(db, "SAVEPOINT operation");
    if (!stmt || sqlite3_step(stmt->handle) != SQLITE_DONE) {
        fail_db(db, "SAVEPOINT operation");
        return false;
    }
    sqlite3_reset(stmt->handle);
    db->in_savepoint = true;
    return true;
}

static struct stmt *start(struct db *db, const char *sql, const char *signature, va_list *args)
{
    if (db->failed)
        return &db->none;
    struct stmt *stmt = cached(db, sql);
    if (!stmt)
        return &db->none;
    assert(!stmt->running);
    if (!stmt->readonly && !open_savepoint(db))
        return &db->none;
    if (!bind_all(stmt, signature, args))
        return &db->none;
    stmt->running = true;
    return stmt;
}

struct stmt *db_query(struct db *db, const char *sql, const char *signature, ...)
{
    va_list args;
    va_start(args, signature);
    struct stmt *stmt = start(db, sql, signature, &args);
    va_end(args);
    return stmt;
}

/* ---- statements made at run time ---- */

/* The one with that text; else the place for it: free, or of the one that was used longest ago. */
static size_t made_slot(const struct db *db, struct str sql)
{
    size_t oldest = 0;
    for (size_t i = 0; i < MADE_MAX; i++) {
        const struct stmt *stmt = db->made[i];
        if (!stmt)
            return i;
        if (str_eq_text(sql, stmt->sql))
            return i;
        if (db->made[oldest]->running || (!stmt->running && stmt->used < db->made[oldest]->used))
            oldest = i;
    }
    return oldest;
}

static struct stmt *made(struct db *db, struct str sql)
{
    size_t slot = made_slot(db, sql);
    if (!db->made[slot] || !str_eq_text(sql, db->made[slot]->sql)) {
        char *copy = strndup(sql.p, sql.n);
        struct stmt *stmt = copy ? prepare(db, copy) : NULL;
        if (!stmt) {
            free(copy);
            return NULL;
        }
        drop_made(db->made[slot]);
        db->made[slot] = stmt;
    }
    db->made[slot]->used = ++db->made_used;
    return db->made[slot];
}

static int bind_value(sqlite3_stmt *handle, int index, const struct db_value *value)
{
    switch (value->type) {
    case 's':
        return sqlite3_bind_text64(handle, index, value->text.p, value->text.n, SQLITE_STATIC, SQLITE_UTF8);
    case 'i': return sqlite3_bind_int64(handle, index, value->integer);
    case 'd': return sqlite3_bind_double(handle, index, value->real);
    default: return SQLITE_MISUSE;
    }
}

struct stmt *db_query_made(struct db *db, struct str sql, const struct db_value *values, size_t n)
{
    struct stmt *stmt = db->failed ? NULL : made(db, sql);
    if (!stmt)
        return &db->none;
    assert(!stmt->running && stmt->readonly);
    assert((int)n == sqlite3_bind_parameter_count(stmt->handle));
    for (size_t i = 0; i < n; i++) {
        if (bind_value(stmt->handle, (int)i + 1, &values[i]) != SQLITE_OK) {
            fail_db(db, stmt->sql);
            return &db->none;
        }
    }
    stmt->running = true;
    return stmt;
}

/* A statement that walks a whole table or sorts will hurt once the fleet is large. Where that is meant, the
 * SQL says so with a comment. */
static void raise_alarm(struct stmt *stmt)
{
#ifndef NDEBUG
    int scanned = sqlite3_stmt_status(stmt->handle, SQLITE_STMTSTATUS_FULLSCAN_STEP, 1);
    int sorted = sqlite3_stmt_status(stmt->handle, SQLITE_STMTSTATUS_SORT, 1);
    int indexed = sqlite3_stmt_status(stmt->handle, SQLITE_STMTSTATUS_AUTOINDEX, 1);
    bool bad = ((scanned > 0 || indexed > 0) && !strstr(stmt->sql, "/*scan*/")) ||
               (sorted > 0 && !strstr(stmt->sql, "/*sort*/"));
    if (!bad)
        return;
    stmt->db->alarms++;
    log_write(stmt->db->log, LOG_WARNING, "slow_statement scanned=%d sorted=%d indexed=%d sql=\"%s\"",
              scanned, sorted, indexed, stmt->sql);
#else
    (void)stmt;
#endif
}

bool stmt_row(struct stmt *stmt)
{
    if (!stmt->running)
        return false;
    stmt->column = 0;
    int rc = sqlite3_step(stmt->handle);
    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        fail_db(stmt->db, stmt->sql);
    stmt_done(stmt);
    return false;
}

void stmt_done(struct stmt *stmt)
{
    if (!stmt->running)
        return;
    raise_alarm(stmt);
    sqlite3_reset(stmt->handle);
    stmt->running = false;
}

int64_t stmt_int(struct stmt *stmt)
{
    return sqlite3_column_int64(stmt->handle, stmt->column++);
}

struct opt_int stmt_opt_int(struct stmt *stmt)
{
    int column = stmt->column++;
    return (struct opt_int){ .set = sqlite3_column_type(stmt->handle, column) != SQLITE_NULL,
                             .value = sqlite3_column_int64(stmt->handle, column) };
}

struct str stmt_borrow(struct stmt *stmt)
{
    int column = stmt->column++;
    const void *bytes = sqlite3_column_blob(stmt->handle, column);
    int n = sqlite3_column_bytes(stmt->handle, column);
    if (bytes)
        return (struct str){ bytes, (size_t)n };
    /* SQLite gives NULL for an empty value, too. */
    return sqlite3_column_type(stmt->handle, column) == SQLITE_NULL ? STR_NONE : STR_LIT("");
}

struct str stmt_text(struct stmt *stmt, struct arena *arena)
{
    return arena_str(arena, stmt_borrow(stmt));
}

bool db_exec(struct db *db, const char *sql, const char *signature, ...)
{
    va_list args;
    va_start(args, signature);
    struct stmt *stmt = start(db, sql, signature, &args);
    va_end(args);
    while (stmt_row(stmt))
        ;
    return !db->failed;
}

int64_t db_changes(struct db *db)
{
    return sqlite3_changes64(db->handle);
}

uint64_t db_alarms(const struct db *db)
{
    return db->alarms;
}

bool db_failed(const struct db *db)
{
    return db->failed;
}

const char *db_failure(const struct db *db)
{
    return db->failure;
}

void db_clear_failure(struct db *db)
{
    db->failed = false;
}

/* ---- transactions ---- */

bool db_begin(struct db *db)
{
    assert(!db->in_transaction);
    if (!db_exec(db, "BEGIN IMMEDIATE", ""))
        return false;
    db->in_transaction = true;
    return true;
}

bool db_keep(struct db *db)
{
    if (lost_transaction(db))
        return false;
    if (!db->in_savepoint)
        return true;
    if (!db_exec(db, "RELEASE operation", ""))
        return false;
    db->in_savepoint = false;
    return true;
}

bool db_undo(struct db *db)
{
    db_clear_failure(db);
    if (lost_transaction(db))
        return false;
    if (!db->in_savepoint)
        return true;
    db->in_savepoint = false;
    return db_exec(db, "ROLLBACK TO operation", "") && db_exec(db, "RELEASE operation", "");
}

bool db_commit(struct db *db)
{
    assert(db->in_transaction && !db->in_savepoint);
    if (!db_exec(db, "COMMIT", ""))
        return false;
    db->in_transaction = false;
    return true;
}

void db_rollback(struct db *db)
{
    db_clear_failure(db);
    db->in_savepoint = false;
    db->in_transaction = false;
    /* Some failures (disk full, I/O) have rolled back already: BEGIN is what counts, and that will tell. */
    if (!sqlite3_get_autocommit(db->handle))
        db_exec(db, "ROLLBACK", "");
    db_clear_failure(db);
}

bool db_begin_read(struct db *db)
{
    return db_exec(db, "BEGIN", "");
}

void db_end_read(struct db *db)
{
    if (!sqlite3_get_autocommit(db->handle))
        db_exec(db, "COMMIT", "");
}
