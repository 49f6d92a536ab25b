#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/random.h"
#include "settings.h"
#include "store/private_folder.h"
#include "store/schema.h"

enum {
    APPLICATION_ID = 0x494f544a, /* "IOTJ": tells our files from other SQLite databases */
    MEMORY_ROOM_LEAST = 64 * 1024 * 1024,
};

#define DATABASE_FILE     "iotjobs.db"
#define DATABASE_LOG_FILE DATABASE_FILE "-wal"

struct store {
    char folder[FOLDER_PATH_MAX];
    char path[FOLDER_PATH_MAX];
    bool in_memory;
    int durability;
    int lock_fd; /* held for as long as the store is open: one server a folder */
    struct db *writer;
    struct log *log;
};

/* What a database leaves in a folder, besides the lock. */
static const char *const own_files[] = { DATABASE_FILE, DATABASE_LOG_FILE, DATABASE_FILE "-shm",
                                         DATABASE_FILE "-journal" };

static bool is_own_file(const char *name)
{
    for (size_t i = 0; i < sizeof own_files / sizeof own_files[0]; i++)
        if (strcmp(name, own_files[i]) == 0)
            return true;
    return false;
}

/* ---- in memory ---- */

static const struct temporary_folders memory_folders = { .prefix = "iotjobsd-", .owns = is_own_file };

static bool has_room(const char *root)
{
    struct statvfs fs;
    return statvfs(root, &fs) == 0 && access(root, W_OK) == 0 &&
           fs.f_bavail * fs.f_frsize >= MEMORY_ROOM_LEAST;
}

static bool make_memory_folder(struct store *store, struct strbuf *ret_problem)
{
    const char *root = has_room("/dev/shm") ? "/dev/shm" : temporary_root();
    temporary_folders_tidy(&memory_folders, root);
    store->lock_fd = temporary_folder_make(&memory_folders, root, store->folder);
    if (store->lock_fd >= 0)
        return true;
    strbuf_printf(ret_problem, "cannot make a folder for the in-memory database in %s: %s", root,
                  strerror(errno));
    return false;
}

/* ---- folder ---- */

static bool make_folder(struct store *store, const char *folder, struct strbuf *ret_problem)
{
    if (snprintf(store->folder, sizeof store->folder, "%s", folder) >= FOLDER_PATH_MAX - 32) {
        strbuf_add_text(ret_problem, "data: the path of the folder is too long");
        return false;
    }
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return true;
    strbuf_printf(ret_problem, "data: cannot make the folder %s: %s", folder, strerror(errno));
    return false;
}

static bool lock_folder(struct store *store, struct strbuf *ret_problem)
{
    if (store->lock_fd < 0)
        store->lock_fd = folder_lock(store->folder);
    if (store->lock_fd >= 0)
        return true;
    if (errno == EWOULDBLOCK)
        strbuf_printf(ret_problem,
                      "data: another iotjobsd uses the folder %s; stop it, or choose another with --data",
                      store->folder);
    else
        strbuf_printf(ret_problem, "data: cannot write to the folder %s: %s", store->folder, strerror(errno));
    return false;
}

/* ---- schema ---- */

static int64_t read_int(struct db *db, const char *sql)
{
    struct stmt *q = db_query(db, sql, "");
    int64_t value = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return value;
}

static bool run_step(struct db *db, int number)
{
    char finish[64];
    snprintf(finish, sizeof finish, "PRAGMA user_version = %d; COMMIT", number + 1);
    if (db_script(db, "BEGIN IMMEDIATE") && db_script(db, schema_steps[number].sql) && db_script(db, finish))
        return true;
    db_rollback(db);
    return false;
}

/* Without WAL readers would block the writer. SQLite keeps the old mode where the file system cannot share
 * memory. */
static bool switch_to_wal(struct db *db, struct store *store, struct strbuf *ret_problem)
{
    struct stmt *q = db_query(db, "PRAGMA journal_mode = WAL", "");
    bool ok = stmt_row(q) && str_eq_text(stmt_borrow(q), "wal");
    stmt_done(q);
    if (!ok)
        strbuf_printf(ret_problem,
                      "%s cannot be opened with a write-ahead log; put it on a local file system",
                      store->path);
    return ok;
}

/* Whether the file is ours to write; nothing in it is changed before that is known. */
static bool check_ours(struct store *store, int64_t version, int64_t application, struct strbuf *ret_problem)
{
    struct db *db = store->writer;
    bool empty = read_int(db, "SELECT count(*) FROM sqlite_schema /*scan*/") == 0;
    if (db_failed(db))
        strbuf_printf(ret_problem, "cannot open the database %s: %s", store->path, db_failure(db));
    else if (application != APPLICATION_ID && (application != 0 || !empty))
        strbuf_printf(ret_problem, "%s is not a database of iotjobsd; choose another folder with --data",
                      store->path);
    else if (version > schema_version)
        strbuf_printf(ret_problem,
                      "%s was written by a newer iotjobsd (schema %d, this one knows %d); use that one",
                      store->path, (int)version, schema_version);
    else
        return true;
    return false;
}

static bool migrate(struct store *store, struct strbuf *ret_problem)
{
    struct db *db = store->writer;
    int64_t version = read_int(db, "PRAGMA user_version");
    int64_t application = read_int(db, "PRAGMA application_id");
    if (!check_ours(store, version, application, ret_problem))
        return false;
    char mark[64];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d", APPLICATION_ID);
    if (!switch_to_wal(db, store, ret_problem))
        return false;
    if ((application != APPLICATION_ID && !db_script(db, mark))) {
        strbuf_printf(ret_problem, "cannot write %s: %s", store->path, db_failure(db));
        return false;
    }
    for (int step = (int)version; step < schema_version; step++) {
        if (!run_step(db, step)) {
            strbuf_printf(ret_problem, "cannot bring %s to the schema of %s", store->path,
                          schema_steps[step].file);
            return false;
        }
    }
    return true;
}

/* ---- on disk ---- */

static bool force(const char *path, int flags)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    int why = errno;
    close(fd);
    errno = why;
    return ok;
}

/* Commits that were not forced stand in the log of the database, whose name may be new, too. SQLite locks
 * other files than that: closing one of those here would let its locks go. */
bool store_force(const struct store *store)
{
    char log[FOLDER_PATH_MAX];
    return store->durability != DURABILITY_NORMAL || (folder_join(log, store->folder, DATABASE_LOG_FILE) &&
                                                      force(log, 0) && force(store->folder, O_DIRECTORY));
}

/* ---- life ---- */

/* There are keys in it, and the folder may be one that others read, too. SQLite gives the files beside it the
 * same mode. An error is told by whoever opens it next. */
static void make_private(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
}

static bool open_in(struct store *store, struct strbuf *ret_problem)
{
    if (!lock_folder(store, ret_problem))
        return false;
    if (!folder_join(store->path, store->folder, DATABASE_FILE)) {
        strbuf_add_text(ret_problem, "data: the path of the folder is too long");
        return false;
    }
    make_private(store->path);
    store->writer = db_open(store->path, DB_WRITER, store->durability, store->log, ret_problem);
    if (!store->writer || !migrate(store, ret_problem))
        return false;
    /* Made here because readers need it and cannot write. */
    unsigned char key[STORE_SECRET_BYTES];
    if (store_secret(store->writer, STORE_PAGE_TOKEN_KEY, key))
        return true;
    strbuf_printf(ret_problem, "cannot write %s: %s", store->path, db_failure(store->writer));
    return false;
}

struct store *store_open(const struct store_options *options, struct strbuf *ret_problem)
{
    struct store *store = calloc(1, sizeof *store);
    if (!store) {
        strbuf_add_text(ret_problem, "not enough memory to open the database");
        return NULL;
    }
    store->in_memory = options->in_memory;
    store->durability = options->in_memory ? DURABILITY_MEMORY : options->durability;
    store->lock_fd = -1;
    store->log = options->log;
    bool folder = options->in_memory ? make_memory_folder(store, ret_problem)
                                     : make_folder(store, options->folder, ret_problem);
    if (!folder) {
        free(store);
        return NULL;
    }
    if (open_in(store, ret_problem))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    db_close(store->writer);
    if (store->in_memory)
        temporary_folder_remove(&memory_folders, store->folder);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store);
}

struct db *store_writer(struct store *store)
{
    return store->writer;
}

struct db *store_open_reader(struct store *store)
{
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    struct db *db = db_open(store->path, DB_READER, store->durability, store->log, &problem);
    if (!db)
        log_write(store->log, LOG_ERROR, "reader problem=\"%.*s\"", STR(strbuf_str(&problem)));
    strbuf_release(&problem);
    return db;
}

const char *store_path(const struct store *store)
{
    return store->path;
}

bool store_reset(struct db *db)
{
    return db_exec(db, "DELETE FROM timer /*scan*/", "") &&
           db_exec(db, "DELETE FROM fleet_field /*scan*/", "") &&
           db_exec(db, "DELETE FROM fleet_group_field /*scan*/", "") &&
           db_exec(db, "DELETE FROM fleet_work /*scan*/", "") &&
           db_exec(db, "DELETE FROM fleet_index /*scan*/", "") &&
           db_exec(db, "DELETE FROM execution /*scan*/", "") &&
           db_exec(db, "DELETE FROM transition /*scan*/", "") &&
           db_exec(db, "DELETE FROM job /*scan*/", "") &&
           db_exec(db, "DELETE FROM job_template /*scan*/", "") &&
           db_exec(db, "DELETE FROM thing_group /*scan*/", "") &&
           db_exec(db, "DELETE FROM thing_principal /*scan*/", "") &&
           db_exec(db, "DELETE FROM certificate /*scan*/", "") &&
           db_exec(db, "DELETE FROM deleted_certificate /*scan*/", "") &&
           db_exec(db, "DELETE FROM ca_certificate /*scan*/", "") &&
           db_exec(db, "DELETE FROM thing /*scan*/", "") &&
           db_exec(db, "DELETE FROM thing_group_ending /*scan*/", "") &&
           db_exec(db, "DELETE FROM connectivity /*scan*/", "") &&
           db_exec(db, "DELETE FROM thing_type /*scan*/", "") &&
           db_exec(db, "DELETE FROM event_configuration /*scan*/", "") &&
           db_exec(db, "DELETE FROM tag /*scan*/", "") && db_exec(db, "DELETE FROM policy /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_upload /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_object /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_bucket /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_part /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_piece /*scan*/", "") &&
           db_exec(db, "DELETE FROM artifact_content /*scan*/", "");
}

bool store_secret(struct db *db, struct str name, unsigned char ret_key[STORE_SECRET_BYTES])
{
    struct stmt *q = db_query(db, "SELECT value FROM secret WHERE name = ?1", "s", name);
    bool found = false;
    if (stmt_row(q)) {
        struct str value = stmt_borrow(q);
        found = value.n == STORE_SECRET_BYTES;
        if (found)
            memcpy(ret_key, value.p, value.n);
        stmt_done(q);
    }
    if (found)
        return true;
    random_bytes(ret_key, STORE_SECRET_BYTES);
    return db_exec(db, "INSERT INTO secret (name, value) VALUES (?1, CAST(?2 AS BLOB))", "ss", name,
                   (struct str){ (const char *)ret_key, STORE_SECRET_BYTES });
}

struct str store_secret_text(struct db *db, struct arena *arena, struct str name)
{
    struct stmt *q = db_query(db, "SELECT value FROM secret WHERE name = ?1", "s", name);
    struct str text = stmt_row(q) ? stmt_text(q, arena) : STR_NONE;
    stmt_done(q);
    return text;
}

bool store_secret_set_text(struct db *db, struct str name, struct str text)
{
    return db_exec(db, "INSERT OR REPLACE INTO secret (name, value) VALUES (?1, CAST(?2 AS BLOB))", "ss",
                   name, text);
}
