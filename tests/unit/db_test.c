#include "support/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "settings.h"
#include "store/db.h"
#include "support/temp_folder.h"

struct fixture {
    char folder[TEMP_PATH_MAX];
    char path[TEMP_PATH_MAX];
    struct db *db;
    struct arena arena;
};

static struct db *open_db(const char *path, enum db_mode mode)
{
    struct strbuf problem;
    strbuf_init(&problem, 1024);
    struct db *db = db_open(path, mode, DURABILITY_MEMORY, NULL, &problem);
    if (!db)
        print_error("%s\n", problem.p);
    strbuf_release(&problem);
    return db;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    temp_folder_make(f->folder);
    temp_path(f->folder, "test.db", f->path);
    arena_init(&f->arena, 1024 * 1024);
    f->db = open_db(f->path, DB_WRITER);
    *state = f;
    return f->db && db_script(f->db, "PRAGMA journal_mode = WAL;"
                                     "CREATE TABLE t (k INTEGER PRIMARY KEY, v TEXT, n INTEGER) STRICT;"
                                     "CREATE TABLE child (t INTEGER REFERENCES t (k)) STRICT")
               ? 0
               : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    db_close(f->db);
    arena_release(&f->arena);
    temp_folder_remove(f->folder);
    free(f);
    return 0;
}

static bool insert(struct db *db, int64_t k, const char *v)
{
    return db_exec(db, "INSERT INTO t (k, v) VALUES (?1, ?2)", "is", k, str_from(v));
}

static int64_t count(struct db *db)
{
    struct stmt *q = db_query(db, "SELECT count(*) FROM t /*scan*/", "");
    assert_true(stmt_row(q));
    int64_t n = stmt_int(q);
    stmt_done(q);
    return n;
}

/* ---- statements ---- */

static void a_statement_is_prepared_once_for_each_literal(void **state)
{
    struct fixture *f = *state;
    static const char first[] = "SELECT v FROM t WHERE k = ?1";
    static const char second[] = "SELECT n FROM t WHERE k = ?1";
    struct stmt *q = db_query(f->db, first, "i", (int64_t)1);
    assert_ptr_not_equal(db_query(f->db, second, "i", (int64_t)1), q);
    stmt_done(q);
    assert_ptr_equal(db_query(f->db, first, "i", (int64_t)2), q);
    stmt_done(q);
    assert_false(stmt_row(q));
    stmt_done(q);
}

static void a_cached_statement_outlives_a_change_of_the_schema(void **state)
{
    struct fixture *f = *state;
    assert_true(insert(f->db, 1, "a"));
    assert_true(db_script(f->db, "ALTER TABLE t ADD COLUMN more TEXT"));
    assert_true(insert(f->db, 2, "b"));
    assert_int_equal(count(f->db), 2);
}

static void absent_and_empty_values_stay_apart(void **state)
{
    struct fixture *f = *state;
    struct opt_int none = { 0 }, zero = { true, 0 };
    const char *sql = "INSERT INTO t (k, v, n) VALUES (?1, ?2, ?3)";
    assert_true(db_exec(f->db, sql, "iso", (int64_t)1, STR_NONE, none));
    assert_true(db_exec(f->db, sql, "iso", (int64_t)2, STR_LIT(""), zero));
    assert_true(db_exec(f->db, sql, "iso", (int64_t)3, STR_LIT("a\0b"), (struct opt_int){ true, INT64_MIN }));
    struct stmt *q = db_query(f->db, "SELECT v, n, v FROM t ORDER BY k /*scan*/", "");
    assert_true(stmt_row(q));
    assert_null(stmt_text(q, &f->arena).p);
    assert_false(stmt_opt_int(q).set);
    assert_null(stmt_borrow(q).p);
    assert_true(stmt_row(q));
    struct str empty = stmt_text(q, &f->arena);
    assert_true(empty.p && empty.n == 0);
    struct opt_int n = stmt_opt_int(q);
    assert_true(n.set && n.value == 0);
    assert_non_null(stmt_borrow(q).p);
    assert_true(stmt_row(q));
    assert_true(str_eq(stmt_text(q, &f->arena), STR_LIT("a\0b")));
    assert_true(stmt_int(q) == INT64_MIN);
    assert_false(stmt_row(q));
}

static void a_null_reads_as_zero_where_a_number_is_wanted(void **state)
{
    struct fixture *f = *state;
    struct stmt *q = db_query(f->db, "SELECT NULL, 7", "");
    assert_true(stmt_row(q));
    assert_int_equal(stmt_int(q), 0);
    assert_int_equal(stmt_int(q), 7);
    stmt_done(q);
}

static void text_outlives_its_statement_and_changes_are_counted(void **state)
{
    struct fixture *f = *state;
    insert(f->db, 1, "kept");
    insert(f->db, 2, "other");
    struct stmt *q = db_query(f->db, "SELECT v FROM t WHERE k = ?1", "i", (int64_t)1);
    assert_true(stmt_row(q));
    struct str text = stmt_text(q, &f->arena);
    stmt_done(q);
    assert_true(db_exec(f->db, "DELETE FROM t /*scan*/", ""));
    assert_int_equal(db_changes(f->db), 2);
    assert_string_equal(text.p, "kept");
}

static int64_t made_answer(struct db *db, const char *sql, int64_t value)
{
    struct db_value values[] = { { .type = 'i', .integer = value } };
    struct stmt *q = db_query_made(db, str_from(sql), values, 1);
    assert_true(stmt_row(q));
    int64_t answer = stmt_int(q);
    assert_false(stmt_row(q));
    return answer;
}

static void statements_made_at_run_time_are_kept_by_their_text(void **state)
{
    struct fixture *f = *state;
    char first[64] = "SELECT ?1 + 1", same[64] = "SELECT ?1 + 1";
    struct db_value one[] = { { .type = 'i', .integer = 1 } };
    struct stmt *q = db_query_made(f->db, str_from(first), one, 1);
    stmt_done(q);
    assert_ptr_equal(db_query_made(f->db, str_from(same), one, 1), q);
    stmt_done(q);
    first[12] = '2'; /* the text is a copy */
    assert_int_equal(made_answer(f->db, same, 5), 6);
    assert_int_equal(made_answer(f->db, first, 5), 7);
}

static void many_statements_made_at_run_time_take_turns(void **state)
{
    struct fixture *f = *state;
    struct db_value one[] = { { .type = 'i', .integer = 1 } };
    struct stmt *held = db_query_made(f->db, STR_LIT("SELECT ?1 UNION ALL SELECT 2"), one, 1);
    assert_true(stmt_row(held));
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 200; i++) {
            char sql[64];
            snprintf(sql, sizeof sql, "SELECT ?1 + %d", i);
            assert_int_equal(made_answer(f->db, sql, 1000), 1000 + i);
        }
    }
    assert_int_equal(stmt_int(held), 1); /* one that is being read is not pushed out */
    assert_true(stmt_row(held));
    assert_int_equal(stmt_int(held), 2);
    stmt_done(held);
}

static void values_of_every_kind_can_be_bound_at_run_time(void **state)
{
    struct fixture *f = *state;
    struct db_value values[] = { { .type = 's', .text = STR_LIT("it's") },
                                 { .type = 'i', .integer = INT64_MIN },
                                 { .type = 'd', .real = 0.5 } };
    struct stmt *q = db_query_made(f->db, STR_LIT("SELECT ?1, ?2, ?3 = 0.5"), values, 3);
    assert_true(stmt_row(q));
    assert_true(str_eq_text(stmt_borrow(q), "it's"));
    assert_true(stmt_int(q) == INT64_MIN);
    assert_int_equal(stmt_int(q), 1);
    stmt_done(q);
}

static void sql_that_is_none_fails_and_is_not_kept(void **state)
{
    struct fixture *f = *state;
    assert_false(stmt_row(db_query_made(f->db, STR_LIT("SELEC 1"), NULL, 0)));
    assert_true(db_failed(f->db));
    db_clear_failure(f->db);
    assert_int_equal(made_answer(f->db, "SELECT ?1", 3), 3);
}

/* ---- failures ---- */

static void a_failure_stays_until_it_is_cleared(void **state)
{
    struct fixture *f = *state;
    assert_true(insert(f->db, 1, "a"));
    assert_false(insert(f->db, 1, "again"));
    assert_true(db_failed(f->db));
    assert_non_null(strstr(db_failure(f->db), "UNIQUE"));
    assert_false(insert(f->db, 2, "refused"));
    assert_false(stmt_row(db_query(f->db, "SELECT 1", "")));
    db_clear_failure(f->db);
    assert_int_equal(count(f->db), 1);
    assert_true(insert(f->db, 2, "b"));
}

static void sql_that_is_wrong_is_a_failure(void **state)
{
    struct fixture *f = *state;
    struct stmt *q = db_query(f->db, "SELECT nothing FROM nowhere", "");
    assert_non_null(q);
    assert_false(stmt_row(q));
    stmt_done(q);
    assert_true(db_failed(f->db));
    db_clear_failure(f->db);
    assert_false(db_script(f->db, "INSERT INTO t (k) VALUES (1); nonsense"));
    assert_true(db_failed(f->db));
}

/* ---- transactions ---- */

static void what_is_kept_is_there_after_the_commit_and_what_is_undone_is_not(void **state)
{
    struct fixture *f = *state;
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 1, "kept") && db_keep(f->db));
    assert_true(insert(f->db, 2, "undone") && insert(f->db, 3, "undone") && db_undo(f->db));
    assert_true(insert(f->db, 4, "kept") && db_keep(f->db));
    assert_true(db_commit(f->db));
    struct stmt *q = db_query(f->db, "SELECT k FROM t ORDER BY k /*scan*/", "");
    assert_true(stmt_row(q));
    assert_int_equal(stmt_int(q), 1);
    assert_true(stmt_row(q));
    assert_int_equal(stmt_int(q), 4);
    assert_false(stmt_row(q));
}

static void undo_forgets_the_failure_and_leaves_the_rest_alone(void **state)
{
    struct fixture *f = *state;
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 1, "a") && db_keep(f->db));
    assert_true(insert(f->db, 2, "b"));
    assert_false(insert(f->db, 1, "again"));
    assert_true(db_undo(f->db));
    assert_false(db_failed(f->db));
    assert_true(insert(f->db, 3, "c") && db_keep(f->db));
    assert_true(db_commit(f->db));
    assert_int_equal(count(f->db), 2);
}

static void operations_that_write_nothing_can_be_kept_and_undone(void **state)
{
    struct fixture *f = *state;
    assert_true(db_begin(f->db));
    assert_int_equal(count(f->db), 0);
    assert_true(db_keep(f->db));
    assert_int_equal(count(f->db), 0);
    assert_true(db_undo(f->db));
    assert_true(db_commit(f->db));
}

static void a_rollback_takes_everything_back_and_the_next_transaction_works(void **state)
{
    struct fixture *f = *state;
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 1, "a") && db_keep(f->db));
    assert_true(insert(f->db, 2, "b"));
    assert_false(insert(f->db, 2, "again"));
    db_rollback(f->db);
    assert_false(db_failed(f->db));
    assert_int_equal(count(f->db), 0);
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 3, "c") && db_keep(f->db));
    assert_true(db_commit(f->db));
    assert_int_equal(count(f->db), 1);
}

static void a_commit_can_fail(void **state)
{
    struct fixture *f = *state;
    assert_true(db_begin(f->db));
    assert_true(db_script(f->db, "PRAGMA defer_foreign_keys = ON"));
    assert_true(db_exec(f->db, "INSERT INTO child (t) VALUES (?1)", "i", (int64_t)77));
    assert_true(db_keep(f->db));
    assert_false(db_commit(f->db));
    assert_true(db_failed(f->db));
    db_rollback(f->db);
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 1, "a") && db_keep(f->db));
    assert_true(db_commit(f->db));
}

static void foreign_keys_hold(void **state)
{
    struct fixture *f = *state;
    assert_false(db_exec(f->db, "INSERT INTO child (t) VALUES (?1)", "i", (int64_t)78));
    assert_non_null(strstr(db_failure(f->db), "FOREIGN KEY"));
}

static void undo_says_when_the_whole_transaction_was_lost(void **state)
{
    struct fixture *f = *state;
    assert_true(db_script(f->db, "CREATE TRIGGER lose AFTER INSERT ON t WHEN new.k = 13 "
                                 "BEGIN SELECT raise(ROLLBACK, 'lost'); END"));
    assert_true(db_begin(f->db));
    assert_true(insert(f->db, 1, "a") && db_keep(f->db));
    assert_false(insert(f->db, 13, "b"));
    assert_false(db_undo(f->db));
    assert_true(db_failed(f->db));
    db_rollback(f->db);
    assert_int_equal(count(f->db), 0);
    assert_true(db_begin(f->db) && insert(f->db, 1, "a") && db_keep(f->db) && db_commit(f->db));
}

/* ---- readers ---- */

static void a_reader_reads_one_moment_and_cannot_write(void **state)
{
    struct fixture *f = *state;
    insert(f->db, 1, "a");
    struct db *reader = open_db(f->path, DB_READER);
    assert_non_null(reader);
    assert_true(db_begin_read(reader));
    assert_int_equal(count(reader), 1);
    assert_true(insert(f->db, 2, "b"));
    assert_int_equal(count(reader), 1);
    db_end_read(reader);
    assert_int_equal(count(reader), 2);
    assert_false(db_exec(reader, "INSERT INTO t (k) VALUES (3)", ""));
    assert_true(db_failed(reader));
    db_clear_failure(reader);
    db_end_read(reader);
    db_close(reader);
}

static void what_cannot_be_opened_is_named(void **state)
{
    struct fixture *f = *state;
    struct strbuf problem;
    char path[TEMP_PATH_MAX];
    temp_path(f->folder, "missing.db", path);
    strbuf_init(&problem, 1024);
    assert_null(db_open(path, DB_READER, DURABILITY_MEMORY, NULL, &problem));
    assert_non_null(strstr(problem.p, path));
    assert_true(str_starts_with(strbuf_str(&problem), STR_LIT("cannot open the database ")));
    strbuf_release(&problem);
    db_close(NULL);
}

/* ---- the scan alarm ---- */

#ifndef NDEBUG
static void drain(struct stmt *q)
{
    while (stmt_row(q))
        ;
}

static void a_statement_that_walks_a_table_or_sorts_raises_an_alarm_unless_it_says_so(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++)
        insert(f->db, i, "a");
    drain(db_query(f->db, "SELECT v FROM t WHERE k = ?1", "i", (int64_t)1));
    drain(db_query(f->db, "SELECT v FROM t WHERE k > ?1 ORDER BY k", "i", (int64_t)1));
    assert_int_equal(db_alarms(f->db), 0);
    drain(db_query(f->db, "SELECT k FROM t WHERE v = ?1", "s", STR_LIT("a")));
    assert_int_equal(db_alarms(f->db), 1);
    drain(db_query(f->db, "SELECT k FROM t WHERE v = ?1 /*scan*/", "s", STR_LIT("a")));
    assert_int_equal(db_alarms(f->db), 1);
    drain(db_query(f->db, "SELECT k FROM t WHERE k > ?1 ORDER BY v", "i", (int64_t)1));
    assert_int_equal(db_alarms(f->db), 2);
    drain(db_query(f->db, "SELECT k FROM t WHERE k > ?1 ORDER BY v /*sort*/", "i", (int64_t)1));
    assert_int_equal(db_alarms(f->db), 2);
}
#endif

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(statements_made_at_run_time_are_kept_by_their_text),
        TEST(many_statements_made_at_run_time_take_turns),
        TEST(values_of_every_kind_can_be_bound_at_run_time),
        TEST(sql_that_is_none_fails_and_is_not_kept),
        TEST(a_statement_is_prepared_once_for_each_literal),
        TEST(a_cached_statement_outlives_a_change_of_the_schema),
        TEST(absent_and_empty_values_stay_apart),
        TEST(a_null_reads_as_zero_where_a_number_is_wanted),
        TEST(text_outlives_its_statement_and_changes_are_counted),
        TEST(a_failure_stays_until_it_is_cleared),
        TEST(sql_that_is_wrong_is_a_failure),
        TEST(what_is_kept_is_there_after_the_commit_and_what_is_undone_is_not),
        TEST(undo_forgets_the_failure_and_leaves_the_rest_alone),
        TEST(operations_that_write_nothing_can_be_kept_and_undone),
        TEST(a_rollback_takes_everything_back_and_the_next_transaction_works),
        TEST(a_commit_can_fail),
        TEST(foreign_keys_hold),
        TEST(undo_says_when_the_whole_transaction_was_lost),
        TEST(a_reader_reads_one_moment_and_cannot_write),
        TEST(what_cannot_be_opened_is_named),
#ifndef NDEBUG
        TEST(a_statement_that_walks_a_table_or_sorts_raises_an_alarm_unless_it_says_so),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
