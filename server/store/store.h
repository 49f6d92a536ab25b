/*
 * Where the database lives: its folder, its file, its schema.
 *
 * In memory means a private folder on /dev/shm (or the temporary folder where that has no room), removed at
 * close: SQLite's own in-memory databases cannot be read and written at the same time.
 */
#ifndef IOTJOBS_STORE_STORE_H
#define IOTJOBS_STORE_STORE_H

#include "store/db.h"

struct store;

struct store_options {
    const char *folder; /* made if it is not there; not used in memory */
    bool in_memory;
    int durability; /* enum durability of settings.h */
    struct log *log;
};

/* Opens the database, makes or migrates its schema. NULL: one sentence in `ret_problem`. */
struct store *store_open(const struct store_options *options, struct strbuf *ret_problem);
void store_close(struct store *store); /* after every reader is closed */

struct db *store_writer(struct store *store);
/* A new read-only connection, closed with db_close; NULL on failure. Any thread. */
struct db *store_open_reader(struct store *store);
const char *store_path(const struct store *store);

/* Forces to disk what has been committed, which with the durability `normal` is left for later: before a step
 * that cannot be taken back. With `memory` nothing is. Any thread. False: errno tells. */
bool store_force(const struct store *store);

/* Empties every table but `secret`, and `audience` and `connectivity` (the broker's sessions live on), inside
 * the caller's transaction. */
bool store_reset(struct db *db);

/* The random key of that name, made when it is first asked for; needs a writer then. */
enum { STORE_SECRET_BYTES = 32 };
#define STORE_PAGE_TOKEN_KEY STR_LIT("page_token") /* made by store_open */
bool store_secret(struct db *db, struct str name, unsigned char ret_key[STORE_SECRET_BYTES]);

/* A secret that is a text; absent: there is none of that name. */
struct str store_secret_text(struct db *db, struct arena *arena, struct str name);
bool store_secret_set_text(struct db *db, struct str name, struct str text);

#endif
