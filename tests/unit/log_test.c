#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

/* A sink that remembers the lines it was given. */
struct lines {
    size_t count;
    enum log_level level[64];
    char text[64][2048];
};

static void remember(void *context, enum log_level level, const char *line)
{
    struct lines *lines = context;
    assert_true(lines->count < 64);
    lines->level[lines->count] = level;
    snprintf(lines->text[lines->count], sizeof(lines->text[0]), "%s", line);
    lines->count++;
}

static void without_a_ring_a_line_reaches_the_sink_at_once(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_INFO, 0);
    log_write(log, LOG_NOTICE, "started port=%d", 5627);
    assert_int_equal(lines.count, 1);
    assert_int_equal(lines.level[0], LOG_NOTICE);
    assert_string_equal(lines.text[0], "started port=5627");
    log_drain(log);
    assert_int_equal(lines.count, 1);
    log_free(log);
}

static void lines_less_important_than_asked_for_are_left_out(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_WARNING, 0);
    for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        log_write(log, level, "x");
    }
    assert_int_equal(lines.count, 2);
    assert_int_equal(lines.level[0], LOG_ERROR);
    assert_int_equal(lines.level[1], LOG_WARNING);
    log_free(log);
}

static void no_log_at_all_is_allowed(void **state)
{
    (void)state;
    log_write(NULL, LOG_ERROR, "nobody listens");
    log_drain(NULL);
    log_free(NULL);
}

static void a_ring_keeps_lines_in_order_until_it_is_drained(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_DEBUG, 4);
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++) {
            log_write(log, LOG_DEBUG, "round=%d i=%d", round, i);
        }
        assert_int_equal(lines.count, round * 3);
        log_drain(log);
        assert_int_equal(lines.count, round * 3 + 3);
    }
    assert_string_equal(lines.text[0], "round=0 i=0");
    assert_string_equal(lines.text[8], "round=2 i=2");
    log_free(log);
}

static void a_full_ring_drops_the_oldest_lines_and_says_how_many(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_DEBUG, 3);
    for (int i = 0; i < 8; i++) {
        log_write(log, LOG_INFO, "i=%d", i);
    }
    log_drain(log);
    assert_int_equal(lines.count, 4);
    assert_int_equal(lines.level[0], LOG_WARNING);
    assert_string_equal(lines.text[0], "log dropped_lines=5");
    assert_string_equal(lines.text[1], "i=5");
    assert_string_equal(lines.text[3], "i=7");

    log_write(log, LOG_INFO, "after");
    log_drain(log);
    assert_int_equal(lines.count, 5);
    log_free(log);
}

static void a_long_line_is_cut(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_DEBUG, 2);
    log_write(log, LOG_INFO, "%2000s", "x");
    log_drain(log);
    assert_int_equal(strlen(lines.text[0]), 1023);
    log_free(log);
}

static void a_name_with_control_characters_cannot_forge_a_line(void **state)
{
    (void)state;
    struct lines lines = { 0 };
    struct log *log = log_new(remember, &lines, LOG_DEBUG, 0);
    log_write(log, LOG_INFO, "thing=%s", "a\nb\x1b[31m\x7f ü");
    assert_string_equal(lines.text[0], "thing=a?b?[31m? ü");
    log_free(log);
}

static void level_names_are_read_back(void **state)
{
    (void)state;
    for (enum log_level level = LOG_ERROR; level <= LOG_DEBUG; level++) {
        enum log_level parsed;
        assert_true(log_level_parse(str_from(log_level_name(level)), &parsed));
        assert_int_equal(parsed, level);
    }
    enum log_level untouched = LOG_NOTICE;
    assert_false(log_level_parse(STR_LIT("loud"), &untouched));
    assert_false(log_level_parse(STR_NONE, &untouched));
    assert_int_equal(untouched, LOG_NOTICE);
}

static void a_ring_whose_size_overflows_is_refused(void **state)
{
    (void)state;
    assert_null(log_new(remember, NULL, LOG_DEBUG, SIZE_MAX));
}

enum { WRITERS = 4, LINES_EACH = 2000 };

static void *write_lines(void *context)
{
    for (int i = 0; i < LINES_EACH; i++) {
        log_write(context, LOG_INFO, "line i=%d", i);
    }
    return NULL;
}

/* Adds up lines handed over and lines reported as lost. */
static void count(void *context, enum log_level level, const char *line)
{
    unsigned long *total = context;
    unsigned long dropped;
    if (level == LOG_WARNING && sscanf(line, "log dropped_lines=%lu", &dropped) == 1) {
        *total += dropped;
    } else {
        *total += 1;
    }
}

static void many_threads_may_write_and_every_line_is_accounted_for(void **state)
{
    (void)state;
    static const size_t rings[] = { 0, 16 };
    for (size_t r = 0; r < 2; r++) {
        unsigned long total = 0;
        struct log *log = log_new(count, &total, LOG_INFO, rings[r]);
        pthread_t writers[WRITERS];
        for (int i = 0; i < WRITERS; i++) {
            assert_int_equal(pthread_create(&writers[i], NULL, write_lines, log), 0);
        }
        for (int i = 0; i < 100; i++) {
            log_drain(log);
        }
        for (int i = 0; i < WRITERS; i++) {
            pthread_join(writers[i], NULL);
        }
        log_drain(log);
        assert_int_equal(total, WRITERS * LINES_EACH);
        log_free(log);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_ring_a_line_reaches_the_sink_at_once),
        cmocka_unit_test(lines_less_important_than_asked_for_are_left_out),
        cmocka_unit_test(no_log_at_all_is_allowed),
        cmocka_unit_test(a_ring_keeps_lines_in_order_until_it_is_drained),
        cmocka_unit_test(a_full_ring_drops_the_oldest_lines_and_says_how_many),
        cmocka_unit_test(a_long_line_is_cut),
        cmocka_unit_test(a_name_with_control_characters_cannot_forge_a_line),
        cmocka_unit_test(level_names_are_read_back),
        cmocka_unit_test(a_ring_whose_size_overflows_is_refused),
        cmocka_unit_test(many_threads_may_write_and_every_line_is_accounted_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
