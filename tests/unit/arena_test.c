#include "support/cmocka_all.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t bytes = 1; bytes < 300; bytes++) {
        arena_str(&arena, STR_LIT("x"));
        unsigned char *p = arena_alloc(&arena, bytes);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
        for (size_t i = 0; i < bytes; i++) {
            assert_int_equal(p[i], 0);
        }
        memset(p, 0xff, bytes);
    }
    assert_false(arena.failed);
    arena_release(&arena);
}

static void nothing_is_taken_from_the_host_before_the_first_allocation(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 100);
    assert_null(arena.newest);
    arena_release(&arena);
}

static void earlier_allocations_keep_their_contents_while_the_arena_grows(void **state)
{
    (void)state;
    enum { COUNT = 2000 };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct str texts[COUNT];
    for (int i = 0; i < COUNT; i++) {
        texts[i] = arena_printf(&arena, "text number %d", i);
    }
    for (int i = 0; i < COUNT; i++) {
        assert_true(str_eq(texts[i], arena_printf(&arena, "text number %d", i)));
        assert_int_equal(texts[i].p[texts[i].n], '\0');
    }
    arena_release(&arena);
}

static void an_allocation_larger_than_a_block_gets_its_own(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 8 << 20);
    unsigned char *small = arena_alloc(&arena, 10);
    unsigned char *large = arena_alloc(&arena, 5 << 20);
    assert_non_null(small);
    assert_non_null(large);
    memset(large, 1, 5 << 20);
    assert_non_null(arena_alloc(&arena, 10));
    arena_release(&arena);
}

static void past_the_ceiling_an_allocation_is_refused_and_the_failure_stays(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    assert_non_null(arena_alloc(&arena, 64));
    assert_false(arena.failed);
    assert_null(arena_alloc(&arena, 1));
    assert_true(arena.failed);
    assert_null(arena_str(&arena, STR_LIT("a")).p);
    assert_null(arena_printf(&arena, "%d", 1).p);
    assert_true(arena.failed);
    arena_release(&arena);
}

static void padding_counts_against_the_ceiling(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 32);
    assert_non_null(arena_str(&arena, STR_LIT("")).p);
    assert_non_null(arena_alloc(&arena, 8));
    assert_int_equal(arena.used, alignof(max_align_t) + 8);
    assert_null(arena_alloc(&arena, 9));
    arena_release(&arena);
}

static void a_released_arena_is_empty_and_can_be_used_again(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    assert_null(arena_alloc(&arena, 65));
    arena_release(&arena);
    assert_false(arena.failed);
    assert_int_equal(arena.used, 0);
    assert_non_null(arena_alloc(&arena, 64));
    arena_release(&arena);
}

static void an_array_whose_size_overflows_is_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
    assert_true(arena.failed);
    assert_non_null(arena_array(&arena, 3, 7));
    arena_release(&arena);
}

static void a_size_that_the_host_cannot_give_is_refused(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_true(arena.failed);
    arena_release(&arena);
}

static void an_absent_text_stays_absent_and_an_empty_one_empty(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    assert_null(arena_str(&arena, STR_NONE).p);
    struct str empty = arena_str(&arena, STR_LIT(""));
    assert_non_null(empty.p);
    assert_int_equal(empty.n, 0);
    assert_false(arena.failed);
    arena_release(&arena);
}

static void a_copy_keeps_nul_bytes_inside(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 64);
    struct str copy = arena_str(&arena, STR_LIT("a\0b"));
    assert_int_equal(copy.n, 3);
    assert_memory_equal(copy.p, "a\0b", 4);
    arena_release(&arena);
}

static void an_array_widens_and_keeps_its_items(void **state)
{
    enum { ITEMS = 1000 };
    (void)state;
    struct arena arena;
    int *items = NULL;
    size_t room = 0;
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < ITEMS; i++) {
        items = arena_array_widen(&arena, items, (size_t)i, &room, sizeof *items);
        assert_non_null(items);
        assert_true(room > (size_t)i);
        items[i] = i;
    }
    for (int i = 0; i < ITEMS; i++)
        assert_int_equal(items[i], i);
    arena_release(&arena);
    arena_init(&arena, 8);
    room = 0;
    assert_null(arena_array_widen(&arena, NULL, 0, &room, sizeof *items));
    assert_int_equal(room, 0);
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(nothing_is_taken_from_the_host_before_the_first_allocation),
        cmocka_unit_test(earlier_allocations_keep_their_contents_while_the_arena_grows),
        cmocka_unit_test(an_allocation_larger_than_a_block_gets_its_own),
        cmocka_unit_test(past_the_ceiling_an_allocation_is_refused_and_the_failure_stays),
        cmocka_unit_test(padding_counts_against_the_ceiling),
        cmocka_unit_test(a_released_arena_is_empty_and_can_be_used_again),
        cmocka_unit_test(an_array_whose_size_overflows_is_refused),
        cmocka_unit_test(a_size_that_the_host_cannot_give_is_refused),
        cmocka_unit_test(an_absent_text_stays_absent_and_an_empty_one_empty),
        cmocka_unit_test(a_copy_keeps_nul_bytes_inside),
        cmocka_unit_test(an_array_widens_and_keeps_its_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
