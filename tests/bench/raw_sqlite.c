/*
 * raw_sqlite start DATABASE DURABILITY PER_TRANSACTION
 * raw_sqlite roll-out DATABASE DURABILITY PER_TRANSACTION JOB GROUP
 *
 * The baselines of the rows about timers: the least that has to be written, in a database that a server made
 * and filled and nobody has open, through a connection that is configured like the server's. Prints one line
 * of JSON.
 *
 *   start     takes the JOB_START timers that are due first, of jobs for one thing each: updates the job,
 *             inserts the execution, counts it
 *   roll-out  inserts an execution of the job for each thing of the group, and counts them once a transaction
 *
 * Either inserts what the timeline has of it, too, with keys that nobody has to look up.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "option.h"
#include "settings.h"
#include "store/db.h"

enum { PROBLEM_MAX = 1024, PER_TRANSACTION_MAX = 1000000, ARENA_MAX = 64 * 1024 };

struct raw {
    struct db *db;
    int64_t per_transaction;
    int64_t due_ms;        /* start */
    struct str job, group; /* roll-out */
    int64_t last;          /* roll-out: the thing that was done last */
    int64_t key;           /* roll-out: of the last transition */
};

static const struct {
    const char *name;
    int durability;
} durabilities[] = {
    { "full", DURABILITY_FULL },
    { "normal", DURABILITY_NORMAL },
    { "memory", DURABILITY_MEMORY },
};

/* ---- what both write ---- */

static bool insert_execution(struct db *db, struct str thing, struct str job, int64_t now_ms)
{
    return db_exec(
        db,
        "INSERT INTO execution (thing_name, job_id, namespace_id, execution_number, status, version, "
        "retry_attempt, failed_retries, queued_at_ms, updated_at_ms, windowed) "
        "VALUES (?1, ?2, '', 1, 'QUEUED', 1, 0, 0, ?3, ?3, 0)",
        "ssi", thing, job, now_ms);
}

/* The keys of a new job's transitions are behind that of its creation. */
enum { KEYS_OF_JOB_SHIFT = 32, KEY_OF_CREATION = 1 };

static int64_t created_key(int64_t job)
{
    return (job << KEYS_OF_JOB_SHIFT) + KEY_OF_CREATION;
}

/* Of an execution; of the job itself where `thing` is absent. */
static bool insert_transition(struct db *db, int64_t key, struct str thing, const char *status,
                              const char *cause, int64_t now_ms)
{
    struct opt_int number = { thing.p != NULL, 1 };
    return db_exec(db,
                   "INSERT INTO transition (id, at_ms, thing_name, execution_number, status, cause) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                   "iisoss", key, now_ms, thing, number, str_from(status), str_from(cause));
}

static bool count(struct db *db, struct str job, int64_t n)
{
    return db_exec(db,
                   "INSERT INTO job_count (job_id, status, n) VALUES (?1, 'QUEUED', ?2) "
                   "ON CONFLICT DO UPDATE SET n = n + excluded.n",
                   "si", job, n);
}

/* ---- start ---- */

static int64_t first_due_ms(struct db *db)
{
    struct stmt *q = db_query(db, "SELECT min(due_ms) FROM timer WHERE kind = 'JOB_START'", "");
    int64_t due_ms = stmt_row(q) ? stmt_int(q) : 0;
    stmt_done(q);
    return due_ms;
}

/* False: no such timer is left, or the database has failed. */
static bool next_start(struct raw *raw, struct arena *arena, int64_t *ret_id, struct str *ret_job,
                       struct str *ret_thing)
{
    struct stmt *q = db_query(raw->db,
                              "SELECT x.job, t.job_id, x.name FROM timer AS t CROSS JOIN job_target AS x "
                              "ON x.job_id = t.job_id AND x.position = 0 "
                              "WHERE t.due_ms = ?1 AND t.kind = 'JOB_START' ORDER BY t.job_id LIMIT 1",
                              "i", raw->due_ms);
    bool found = stmt_row(q);
    if (found) {
        *ret_id = stmt_int(q);
        *ret_job = stmt_text(q, arena);
        *ret_thing = stmt_text(q, arena);
    }
    stmt_done(q);
    return found && !arena->failed;
}

static bool start(struct db *db, int64_t id, struct str job, struct str thing, int64_t now_ms)
{
    int64_t key = created_key(id);
    return db_exec(db, "DELETE FROM timer WHERE kind = 'JOB_START' AND job_id = ?1", "s", job) &&
           db_exec(db,
                   "UPDATE job SET status = 'IN_PROGRESS', updated_at_ms = ?2, hides = 0 WHERE job_id = ?1",
                   "si", job, now_ms) &&
           insert_transition(db, key + 1, STR_NONE, "IN_PROGRESS", "START_TIME", now_ms) &&
           insert_execution(db, thing, job, now_ms) &&
           insert_transition(db, key + 2, thing, "QUEUED", "ROLLOUT", now_ms) && count(db, job, 1) &&
           insert_transition(db, key + 3, STR_NONE, "IN_PROGRESS", "ROLLOUT_DONE", now_ms);
}

/* One transaction's worth; how many there were. */
static int64_t start_some(struct raw *raw, int64_t now_ms)
{
    int64_t n = 0;
    bool more = true;
    while (more && n < raw->per_transaction) {
        struct arena arena;
        struct str job, thing;
        int64_t id;
        arena_init(&arena, ARENA_MAX);
        more = next_start(raw, &arena, &id, &job, &thing) && start(raw->db, id, job, thing, now_ms);
        n += more;
        arena_release(&arena);
    }
    return n;
}

/* ---- roll-out ---- */

static int64_t key_of_job(struct db *db, struct str job)
{
    struct stmt *q = db_query(db, "SELECT id FROM job WHERE job_id = ?1", "s", job);
    int64_t key = stmt_row(q) ? created_key(stmt_int(q)) : 0;
    stmt_done(q);
    return key;
}

static int64_t roll_out_some(struct raw *raw, int64_t now_ms)
{
    int64_t n = 0;
    struct stmt *q = db_query(raw->db,
                              "SELECT x.id, x.name FROM thing_group AS g CROSS JOIN thing_group_member AS m "
                              "ON m.thing_group = g.id CROSS JOIN thing AS x ON x.id = m.thing "
                              "WHERE g.name = ?1 AND m.thing > ?2 ORDER BY m.thing LIMIT ?3",
                              "sii", raw->group, raw->last, raw->per_transaction);
    while (stmt_row(q)) {
        raw->last = stmt_int(q);
        struct str thing = stmt_borrow(q);
        if (!insert_execution(raw->db, thing, raw->job, now_ms) ||
            !insert_transition(raw->db, ++raw->key, thing, "QUEUED", "ROLLOUT", now_ms))
            break;
        n++;
    }
    stmt_done(q);
    if (n > 0)
        count(raw->db, raw->job, n);
    return n;
}

/* ---- all ---- */

static int run(struct raw *raw, int64_t (*some)(struct raw *raw, int64_t now_ms))
{
    int64_t rows = 0, n = 0, transactions = 0;
    int64_t begin_us = clock_mono_us();
    do {
        if (!db_begin(raw->db))
            break;
        n = some(raw, clock_mono_us() / 1000);
        if (db_failed(raw->db) || !db_keep(raw->db) || !db_commit(raw->db))
            break;
        rows += n;
        transactions += n > 0;
    } while (n == raw->per_transaction);
    double seconds = (double)(clock_mono_us() - begin_us) / 1e6;
    if (db_failed(raw->db)) {
        fprintf(stderr, "raw_sqlite: %s\n", db_failure(raw->db));
        return EXIT_FAILURE;
    }
    printf("{\"rows\":%" PRId64 ",\"transactions\":%" PRId64 ",\"seconds\":%.6f}\n", rows, transactions,
           seconds);
    return EXIT_SUCCESS;
}

static struct db *open_database(const char *path, const char *durability)
{
    for (size_t i = 0; i < sizeof durabilities / sizeof durabilities[0]; i++) {
        if (strcmp(durability, durabilities[i].name) != 0)
            continue;
        struct strbuf problem;
        strbuf_init(&problem, PROBLEM_MAX);
        struct db *db = db_open(path, DB_WRITER, durabilities[i].durability, NULL, &problem);
        if (!db)
            fprintf(stderr, "raw_sqlite: %.*s\n", STR(strbuf_str(&problem)));
        strbuf_release(&problem);
        return db;
    }
    fprintf(stderr, "raw_sqlite: no such durability: %s\n", durability);
    return NULL;
}

int main(int argc, char **argv)
{
    struct raw raw = { 0 };
    bool starts = argc == 5 && strcmp(argv[1], "start") == 0;
    bool rolls_out = argc == 7 && strcmp(argv[1], "roll-out") == 0;
    if (!starts && !rolls_out) {
        fputs("usage: raw_sqlite start DATABASE DURABILITY PER_TRANSACTION\n"
              "       raw_sqlite roll-out DATABASE DURABILITY PER_TRANSACTION JOB GROUP\n",
              stderr);
        return 2;
    }
    if (!option_number(argv[4], 1, PER_TRANSACTION_MAX, &raw.per_transaction))
        return 2;
    raw.db = open_database(argv[2], argv[3]);
    if (!raw.db)
        return EXIT_FAILURE;
    if (starts) {
        raw.due_ms = first_due_ms(raw.db);
    } else {
        raw.job = str_from(argv[5]);
        raw.group = str_from(argv[6]);
        raw.key = key_of_job(raw.db, raw.job);
    }
    int status = run(&raw, starts ? start_some : roll_out_some);
    db_close(raw.db);
    return status;
}
