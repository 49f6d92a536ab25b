/* CRCs: check values, pieces, and texts put together. */
#include "support/cmocka_all.h"

#include <string.h>

#include "base/crc.h"

enum { KINDS = CRC_64NVME + 1, LONG_TEXT = 1000 };

static uint64_t crc_of(enum crc_kind kind, const char *text)
{
    return crc_add(kind, 0, text, strlen(text));
}

/* Bit by bit, straight from the definition. */
static uint64_t reference(enum crc_kind kind, const unsigned char *bytes, size_t n)
{
    static const uint64_t polynomials[KINDS] = { 0xedb88320, 0x82f63b78, 0x9a6c9329ac4bc9b5 };
    uint64_t ones = kind == CRC_64NVME ? UINT64_MAX : UINT32_MAX, crc = ones;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ polynomials[kind] : crc >> 1;
    }
    return crc ^ ones;
}

static void fill(unsigned char bytes[LONG_TEXT])
{
    for (size_t i = 0; i < LONG_TEXT; i++)
        bytes[i] = (unsigned char)(i * i + i / 7);
}

static void the_check_values_are_those_of_the_catalogue(void **state)
{
    (void)state;
    assert_true(crc_of(CRC_32, "123456789") == 0xcbf43926);
    assert_true(crc_of(CRC_32C, "123456789") == 0xe3069283);
    assert_true(crc_of(CRC_64NVME, "123456789") == 0xae8b14860a799888);
}

static void nothing_has_zero(void **state)
{
    (void)state;
    for (int kind = 0; kind < KINDS; kind++)
        assert_true(crc_add((enum crc_kind)kind, 0, NULL, 0) == 0);
}

static void any_length_at_any_address_is_what_the_definition_says(void **state)
{
    (void)state;
    unsigned char bytes[LONG_TEXT];
    fill(bytes);
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t at = 0; at < 9; at++)
            for (size_t n = 0; n < 70; n++)
                assert_true(crc_add((enum crc_kind)kind, 0, bytes + at, n) ==
                            reference((enum crc_kind)kind, bytes + at, n));
}

static void pieces_give_what_the_whole_gives(void **state)
{
    (void)state;
    unsigned char bytes[LONG_TEXT];
    fill(bytes);
    for (int kind = 0; kind < KINDS; kind++) {
        uint64_t crc = 0;
        for (size_t at = 0, n = 1; at < LONG_TEXT; at += n, n = n % 37 + 1) {
            size_t left = LONG_TEXT - at;
            crc = crc_add((enum crc_kind)kind, crc, bytes + at, n < left ? n : left);
        }
        assert_true(crc == reference((enum crc_kind)kind, bytes, LONG_TEXT));
    }
}

static void two_texts_are_put_together_by_their_crcs_alone(void **state)
{
    (void)state;
    unsigned char bytes[LONG_TEXT];
    fill(bytes);
    for (int i = 0; i < KINDS; i++) {
        enum crc_kind kind = (enum crc_kind)i;
        uint64_t whole = crc_add(kind, 0, bytes, LONG_TEXT);
        for (size_t cut = 0; cut <= LONG_TEXT; cut += 125) {
            uint64_t first = crc_add(kind, 0, bytes, cut);
            uint64_t second = crc_add(kind, 0, bytes + cut, LONG_TEXT - cut);
            assert_true(crc_combine(kind, first, second, LONG_TEXT - cut) == whole);
        }
    }
}

/* 20 MiB of 'x' in parts of 8, 8 and 4 MiB, as the AWS CLI uploads them. */
static void parts_of_megabytes_give_the_checksum_of_the_object(void **state)
{
    (void)state;
    enum { MIB = 1024 * 1024 };
    uint64_t part = 0x3081e8f7, last = 0xc79c659a;
    uint64_t two = crc_combine(CRC_32, part, part, 8 * MIB);
    assert_true(crc_combine(CRC_32, two, last, 4 * MIB) == 0xc339fe6f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_check_values_are_those_of_the_catalogue),
        cmocka_unit_test(nothing_has_zero),
        cmocka_unit_test(any_length_at_any_address_is_what_the_definition_says),
        cmocka_unit_test(pieces_give_what_the_whole_gives),
        cmocka_unit_test(two_texts_are_put_together_by_their_crcs_alone),
        cmocka_unit_test(parts_of_megabytes_give_the_checksum_of_the_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
