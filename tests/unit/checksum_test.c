/* The checksums of S3: names, values, objects in parts. */
#include "support/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "rules/artifacts/checksum.h"

static void value_of(enum checksum_algorithm algorithm, const char *text, char ret_value[CHECKSUM_TEXT_MAX])
{
    struct checksum *checksum = checksum_new(algorithm);
    assert_non_null(checksum);
    checksum_add(checksum, text, strlen(text));
    assert_true(checksum_end(checksum, ret_value));
    checksum_free(checksum);
}

static void values_are_those_that_clients_send(void **state)
{
    (void)state;
    static const struct {
        enum checksum_algorithm algorithm;
        const char *text, *value;
    } cases[] = {
        { CHECKSUM_CRC32, "x", "jNwWgw==" },
        { CHECKSUM_CRC32, "", "AAAAAA==" },
        { CHECKSUM_CRC32, "hello firmware\n", "L3iwhg==" },
        { CHECKSUM_CRC32C, "x", "qTxfkw==" },
        { CHECKSUM_CRC32C, "", "AAAAAA==" },
        { CHECKSUM_CRC64NVME, "x", "Lb1nAmRU5LE=" },
        { CHECKSUM_CRC64NVME, "", "AAAAAAAAAAA=" },
        { CHECKSUM_SHA1, "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" },
        { CHECKSUM_SHA256, "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" },
        { CHECKSUM_NONE, "abc", "" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char value[CHECKSUM_TEXT_MAX];
        value_of(cases[i].algorithm, cases[i].text, value);
        assert_string_equal(value, cases[i].value);
        assert_int_equal(checksum_value_valid(cases[i].algorithm, str_from(value)),
                         cases[i].algorithm != CHECKSUM_NONE);
    }
}

static void pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    for (enum checksum_algorithm a = CHECKSUM_CRC32; a < CHECKSUM_COUNT; a++) {
        char whole[CHECKSUM_TEXT_MAX], pieces[CHECKSUM_TEXT_MAX];
        value_of(a, "hello firmware\n", whole);
        struct checksum *checksum = checksum_new(a);
        assert_non_null(checksum);
        checksum_add(checksum, "hello", 5);
        checksum_add(checksum, "", 0);
        checksum_add(checksum, " firmware\n", 10);
        assert_true(checksum_end(checksum, pieces));
        checksum_free(checksum);
        assert_string_equal(whole, pieces);
    }
    checksum_free(NULL);
}

static void every_algorithm_is_found_by_its_names(void **state)
{
    (void)state;
    for (enum checksum_algorithm a = CHECKSUM_CRC32; a < CHECKSUM_COUNT; a++) {
        assert_int_equal(checksum_by_name(str_from(checksum_name(a))), a);
        assert_int_equal(checksum_by_header(str_from(checksum_header(a))), a);
        assert_true(str_starts_with(str_from(checksum_element(a)), STR_LIT("Checksum")));
    }
    assert_int_equal(checksum_by_name(STR_LIT("crc64nvme")), CHECKSUM_CRC64NVME);
    assert_int_equal(checksum_by_header(STR_LIT("X-Amz-Checksum-Sha256")), CHECKSUM_SHA256);
    assert_int_equal(checksum_by_name(STR_LIT("XXHASH64")), CHECKSUM_NONE);
    assert_int_equal(checksum_by_header(STR_LIT("x-amz-checksum-type")), CHECKSUM_NONE);
    assert_int_equal(checksum_by_name(STR_NONE), CHECKSUM_NONE);
}

static void values_have_the_length_of_their_algorithm(void **state)
{
    (void)state;
    assert_false(checksum_value_valid(CHECKSUM_CRC32, STR_LIT("")));
    assert_false(checksum_value_valid(CHECKSUM_CRC32, STR_LIT("AAAAAAAAAAA=")));
    assert_false(checksum_value_valid(CHECKSUM_CRC64NVME, STR_LIT("AAAAAA==")));
    assert_false(checksum_value_valid(CHECKSUM_CRC32, STR_LIT("s10s6A==-3")));
    assert_false(checksum_value_valid(CHECKSUM_CRC32, STR_LIT("!AAAAA==")));
    assert_false(checksum_value_valid(CHECKSUM_SHA1, STR_NONE));
}

static void algorithms_know_what_they_can_be_of_parts(void **state)
{
    (void)state;
    static const struct {
        enum checksum_algorithm algorithm;
        bool full_object, composite;
        enum checksum_type by_default;
    } cases[] = {
        { CHECKSUM_CRC32, true, true, CHECKSUM_COMPOSITE },
        { CHECKSUM_CRC32C, true, true, CHECKSUM_COMPOSITE },
        { CHECKSUM_CRC64NVME, true, false, CHECKSUM_FULL_OBJECT },
        { CHECKSUM_SHA1, false, true, CHECKSUM_COMPOSITE },
        { CHECKSUM_SHA256, false, true, CHECKSUM_COMPOSITE },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(checksum_allows(cases[i].algorithm, CHECKSUM_FULL_OBJECT), cases[i].full_object);
        assert_int_equal(checksum_allows(cases[i].algorithm, CHECKSUM_COMPOSITE), cases[i].composite);
        assert_int_equal(checksum_default_type(cases[i].algorithm), cases[i].by_default);
    }
}

/* 20 MiB of 'x' in parts of 8, 8 and 4 MiB, as the AWS CLI uploads them. */
static const struct checksum_part parts[] = {
    { STR_LIT("MIHo9w=="), 8 << 20 },
    { STR_LIT("MIHo9w=="), 8 << 20 },
    { STR_LIT("x5xlmg=="), 4 << 20 },
};

static void parts_give_both_checksums_of_the_object(void **state)
{
    (void)state;
    char value[CHECKSUM_TEXT_MAX];
    assert_true(checksum_of_parts(CHECKSUM_CRC32, CHECKSUM_COMPOSITE, parts, 3, value));
    assert_string_equal(value, "s10s6A==-3");
    assert_true(checksum_of_parts(CHECKSUM_CRC32, CHECKSUM_FULL_OBJECT, parts, 3, value));
    assert_string_equal(value, "wzn+bw==");
}

static void crcs_of_parts_are_those_of_all_bytes(void **state)
{
    (void)state;
    static const enum checksum_algorithm crcs[] = { CHECKSUM_CRC32, CHECKSUM_CRC32C, CHECKSUM_CRC64NVME };
    for (size_t i = 0; i < sizeof crcs / sizeof *crcs; i++) {
        char first[CHECKSUM_TEXT_MAX], second[CHECKSUM_TEXT_MAX], whole[CHECKSUM_TEXT_MAX],
            made[CHECKSUM_TEXT_MAX];
        value_of(crcs[i], "hello ", first);
        value_of(crcs[i], "firmware\n", second);
        value_of(crcs[i], "hello firmware\n", whole);
        const struct checksum_part two[] = { { str_from(first), 6 }, { str_from(second), 9 } };
        assert_true(checksum_of_parts(crcs[i], CHECKSUM_FULL_OBJECT, two, 2, made));
        assert_string_equal(made, whole);
    }
}

static void a_composite_of_the_most_parts_fits(void **state)
{
    (void)state;
    enum { MOST = 10000 };
    struct checksum_part *many = calloc(MOST, sizeof *many);
    char part[CHECKSUM_TEXT_MAX], value[CHECKSUM_TEXT_MAX];
    assert_non_null(many);
    value_of(CHECKSUM_SHA256, "abc", part);
    for (size_t i = 0; i < MOST; i++)
        many[i] = (struct checksum_part){ str_from(part), 3 };
    assert_true(checksum_of_parts(CHECKSUM_SHA256, CHECKSUM_COMPOSITE, many, MOST, value));
    assert_true(str_ends_with(str_from(value), STR_LIT("=-10000")));
    free(many);
}

static void combinations_that_are_not_allowed_are_refused(void **state)
{
    (void)state;
    char value[CHECKSUM_TEXT_MAX];
    const struct checksum_part wrong = { STR_LIT("x5xlmg"), 4 };
    assert_false(checksum_of_parts(CHECKSUM_NONE, CHECKSUM_COMPOSITE, parts, 3, value));
    assert_false(checksum_of_parts(CHECKSUM_SHA256, CHECKSUM_FULL_OBJECT, parts, 3, value));
    assert_false(checksum_of_parts(CHECKSUM_CRC64NVME, CHECKSUM_COMPOSITE, parts, 3, value));
    assert_false(checksum_of_parts(CHECKSUM_CRC32, CHECKSUM_COMPOSITE, &wrong, 1, value));
    assert_false(checksum_of_parts(CHECKSUM_CRC32, CHECKSUM_FULL_OBJECT, &wrong, 1, value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_that_clients_send),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(every_algorithm_is_found_by_its_names),
        cmocka_unit_test(values_have_the_length_of_their_algorithm),
        cmocka_unit_test(algorithms_know_what_they_can_be_of_parts),
        cmocka_unit_test(parts_give_both_checksums_of_the_object),
        cmocka_unit_test(crcs_of_parts_are_those_of_all_bytes),
        cmocka_unit_test(a_composite_of_the_most_parts_fits),
        cmocka_unit_test(combinations_that_are_not_allowed_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
