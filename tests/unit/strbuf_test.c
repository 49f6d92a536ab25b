#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

static void parts_are_appended_and_end_in_nul(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 1000);
    strbuf_add(&buf, "abc", 2);
    strbuf_add_str(&buf, STR_LIT("-cd"));
    strbuf_add_str(&buf, STR_NONE);
    strbuf_add_text(&buf, "-ef");
    strbuf_add_char(&buf, '!');
    strbuf_printf(&buf, " %d %s", 42, "x");
    assert_string_equal(buf.p, "ab-cd-ef! 42 x");
    assert_int_equal(strbuf_str(&buf).n, 14);
    strbuf_release(&buf);
}

static void nothing_written_is_an_empty_text_and_not_an_absent_one(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 10);
    assert_non_null(strbuf_str(&buf).p);
    assert_int_equal(strbuf_str(&buf).n, 0);
    strbuf_release(&buf);
}

static void the_buffer_grows_to_exactly_its_ceiling(void **state)
{
    (void)state;
    static const size_t ceilings[] = { 1, 255, 256, 257, 1000, 5000 };
    for (size_t c = 0; c < sizeof(ceilings) / sizeof(ceilings[0]); c++) {
        struct strbuf buf;
        strbuf_init(&buf, ceilings[c]);
        for (size_t i = 0; i < ceilings[c]; i++) {
            strbuf_add_char(&buf, 'x');
        }
        assert_false(buf.failed);
        assert_int_equal(buf.n, ceilings[c]);
        assert_int_equal(strlen(buf.p), ceilings[c]);
        assert_true(buf.capacity <= ceilings[c] + 1 || buf.capacity <= 257);
        strbuf_add_char(&buf, 'x');
        assert_true(buf.failed);
        strbuf_release(&buf);
    }
}

static void a_failure_drops_the_contents_and_stays(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 4);
    strbuf_add_text(&buf, "abc");
    strbuf_add_text(&buf, "de");
    assert_true(buf.failed);
    assert_int_equal(buf.n, 0);
    strbuf_add_char(&buf, 'x');
    strbuf_printf(&buf, "y");
    strbuf_truncate(&buf, 0);
    assert_true(buf.failed);
    assert_int_equal(buf.n, 0);
    assert_null(strbuf_str(&buf).p);
    strbuf_release(&buf);
}

static void a_failed_buffer_can_be_cleared_and_used(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 4);
    strbuf_add_text(&buf, "abcde");
    strbuf_clear(&buf);
    assert_false(buf.failed);
    strbuf_add_text(&buf, "abcd");
    assert_string_equal(buf.p, "abcd");
    strbuf_release(&buf);
}

static void clearing_keeps_the_memory(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 1000);
    strbuf_add_text(&buf, "abc");
    const char *memory = buf.p;
    strbuf_clear(&buf);
    assert_int_equal(buf.n, 0);
    strbuf_add_text(&buf, "d");
    assert_ptr_equal(buf.p, memory);
    assert_string_equal(buf.p, "d");
    strbuf_release(&buf);
}

static void formatted_text_grows_the_buffer_and_respects_the_ceiling(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 3000);
    for (int i = 0; i < 10; i++) {
        strbuf_printf(&buf, "%*d", 300, i);
        assert_int_equal(buf.n, 300 * (i + 1));
        assert_int_equal(buf.p[buf.n - 1], '0' + i);
    }
    assert_false(buf.failed);
    strbuf_printf(&buf, "%s", "");
    assert_false(buf.failed);
    strbuf_printf(&buf, "%d", 1);
    assert_true(buf.failed);
    strbuf_release(&buf);
}

static void a_half_written_part_is_taken_back(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 100);
    strbuf_truncate(&buf, 0);
    strbuf_add_text(&buf, "keep,drop");
    strbuf_truncate(&buf, 5);
    strbuf_add_text(&buf, "new");
    assert_string_equal(buf.p, "keep,new");
    strbuf_release(&buf);
}

static void detached_contents_belong_to_the_caller(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 10);
    strbuf_add_text(&buf, "abc");
    size_t n = 0;
    char *text = strbuf_detach(&buf, &n);
    assert_string_equal(text, "abc");
    assert_int_equal(n, 3);
    assert_int_equal(buf.n, 0);
    strbuf_add_text(&buf, "other");
    assert_string_equal(text, "abc");
    free(text);
    strbuf_release(&buf);
}

static void detaching_nothing_gives_an_empty_text_and_a_failure_gives_null(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 0);
    size_t n = 7;
    char *text = strbuf_detach(&buf, &n);
    assert_string_equal(text, "");
    assert_int_equal(n, 0);
    free(text);

    strbuf_add_char(&buf, 'x');
    n = 7;
    assert_null(strbuf_detach(&buf, &n));
    assert_int_equal(n, 7);
    assert_false(buf.failed);
    strbuf_release(&buf);
}

static void a_secret_grows_like_any_other_text(void **state)
{
    (void)state;
    struct strbuf buf;
    strbuf_init(&buf, 100000);
    buf.secret = true;
    for (int i = 0; i < 10000; i++)
        strbuf_printf(&buf, "%04d ", i);
    assert_int_equal(buf.n, 50000);
    assert_int_equal(strncmp(buf.p, "0000 0001 ", 10), 0);
    assert_string_equal(buf.p + 49990, "9998 9999 ");
    strbuf_free_secret(strbuf_detach(&buf, NULL));
    assert_false(buf.secret);
    strbuf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_appended_and_end_in_nul),
        cmocka_unit_test(nothing_written_is_an_empty_text_and_not_an_absent_one),
        cmocka_unit_test(the_buffer_grows_to_exactly_its_ceiling),
        cmocka_unit_test(a_failure_drops_the_contents_and_stays),
        cmocka_unit_test(a_failed_buffer_can_be_cleared_and_used),
        cmocka_unit_test(clearing_keeps_the_memory),
        cmocka_unit_test(formatted_text_grows_the_buffer_and_respects_the_ceiling),
        cmocka_unit_test(a_half_written_part_is_taken_back),
        cmocka_unit_test(detached_contents_belong_to_the_caller),
        cmocka_unit_test(detaching_nothing_gives_an_empty_text_and_a_failure_gives_null),
        cmocka_unit_test(a_secret_grows_like_any_other_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
