#include "support/cmocka_all.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "base/json.h"

struct fixture {
    struct strbuf out;
    struct json json;
};

static int set_up(void **state)
{
    struct fixture *f = malloc(sizeof(*f));
    strbuf_init(&f->out, 1 << 16);
    f->json = json_to(&f->out);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    strbuf_release(&f->out);
    free(f);
    return 0;
}

static void assert_written(struct fixture *f, const char *expected)
{
    strbuf_add_char(&f->out, '\0'); /* also where nothing has been written */
    assert_string_equal(f->out.p, expected);
    strbuf_clear(&f->out);
    f->json = json_to(&f->out);
}

static void commas_stand_between_members_and_elements_only(void **state)
{
    struct fixture *f = *state;
    struct json *json = &f->json;
    json_object_begin(json);
    json_key(json, "empty");
    json_object_begin(json);
    json_object_end(json);
    json_key(json, "list");
    json_array_begin(json);
    json_int(json, 1);
    json_array_begin(json);
    json_array_end(json);
    json_object_begin(json);
    json_member_bool(json, "a", true);
    json_member_bool(json, "b", false);
    json_object_end(json);
    json_null(json);
    json_array_end(json);
    json_member_string(json, "s", STR_LIT("x"));
    json_member_int(json, "i", -7);
    json_member_seconds(json, "t", 1500);
    json_key_str(json, STR_LIT("k\"ey"));
    json_raw(json, STR_LIT("{\"raw\":[1]}"));
    json_object_end(json);
    assert_written(f, "{\"empty\":{},\"list\":[1,[],{\"a\":true,\"b\":false},null],\"s\":\"x\",\"i\":-7,"
                      "\"t\":1.500,\"k\\\"ey\":{\"raw\":[1]}}");
}

static void quotes_backslashes_and_control_characters_are_escaped(void **state)
{
    struct fixture *f = *state;
    json_string(&f->json, STR_LIT("\"a\\b\n\t\r\b\f\x01\x1f/\x7f"));
    assert_written(f, "\"\\\"a\\\\b\\n\\t\\r\\b\\f\\u0001\\u001f/\x7f\"");
    json_string(&f->json, STR_LIT("nul \0 inside"));
    assert_written(f, "\"nul \\u0000 inside\"");
}

static void every_control_character_reads_back_as_itself(void **state)
{
    struct fixture *f = *state;
    for (int c = 1; c < 0x20; c++) {
        char text[] = { 'a', (char)c, 'z', '\0' };
        json_string(&f->json, str_from(text));
        cJSON *back = cJSON_Parse(f->out.p);
        assert_non_null(back);
        assert_string_equal(cJSON_GetStringValue(back), text);
        cJSON_Delete(back);
        strbuf_clear(&f->out);
        f->json = json_to(&f->out);
    }
}

static void other_utf8_is_left_as_it_is(void **state)
{
    struct fixture *f = *state;
    json_string(&f->json, STR_LIT("Grüße 東京 🚀"));
    assert_written(f, "\"Grüße 東京 🚀\"");
}

static void an_absent_text_is_null_and_an_empty_one_is_empty(void **state)
{
    struct fixture *f = *state;
    json_array_begin(&f->json);
    json_string(&f->json, STR_NONE);
    json_string(&f->json, STR_LIT(""));
    json_array_end(&f->json);
    assert_written(f, "[null,\"\"]");
}

static void integers_are_written_over_their_whole_range(void **state)
{
    struct fixture *f = *state;
    json_array_begin(&f->json);
    json_int(&f->json, 0);
    json_int(&f->json, INT64_MAX);
    json_int(&f->json, INT64_MIN);
    json_array_end(&f->json);
    assert_written(f, "[0,9223372036854775807,-9223372036854775808]");
}

static void seconds_have_three_decimals(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        { 1790000000125, "1790000000.125" },
        { 1790000000000, "1790000000.000" },
        { 0, "0.000" },
        { 7, "0.007" },
        { -125, "-0.125" },
        { -1500, "-1.500" },
        { INT64_MIN, "-9223372036854775.808" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_seconds(&f->json, cases[i].ms);
        assert_written(f, cases[i].text);
    }
}

static void doubles_always_have_a_fraction_and_no_more_digits_than_needed(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 2, "2.0" },          { 0, "0.0" },
        { -0.0, "-0.0" },      { 1.1, "1.1" },
        { -12.5, "-12.5" },    { 0.1 + 0.2, "0.30000000000000004" },
        { 0.001, "0.001" },    { 1234567, "1234567.0" },
        { 100, "100.0" },      { 1e16, "10000000000000000.0" },
        { 1e17, "1.0e17" },    { 1.5e300, "1.5e300" },
        { 1e-7, "0.0000001" }, { 2.5e-8, "2.5e-8" },
        { 99.99, "99.99" },    { NAN, "null" },
        { INFINITY, "null" },  { 5e-324, "4.94065645841247e-324" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_double(&f->json, cases[i].value);
        assert_written(f, cases[i].text);
    }
}

static void doubles_read_back_as_the_same_value(void **state)
{
    struct fixture *f = *state;
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        double value = ldexp((double)random, (int)(random % 200) - 160);
        json_double(&f->json, value);
        assert_true(strtod(f->out.p, NULL) == value);
        strbuf_clear(&f->out);
        f->json = json_to(&f->out);
    }
}

static void failure_is_that_of_the_buffer(void **state)
{
    (void)state;
    struct strbuf out;
    strbuf_init(&out, 8);
    struct json json = json_to(&out);
    json_array_begin(&json);
    json_string(&json, STR_LIT("too long for it"));
    json_int(&json, 1);
    json_array_end(&json);
    assert_true(out.failed);
    strbuf_release(&out);
}

int main(void)
{
#define WITH_WRITER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        WITH_WRITER(commas_stand_between_members_and_elements_only),
        WITH_WRITER(quotes_backslashes_and_control_characters_are_escaped),
        WITH_WRITER(every_control_character_reads_back_as_itself),
        WITH_WRITER(other_utf8_is_left_as_it_is),
        WITH_WRITER(an_absent_text_is_null_and_an_empty_one_is_empty),
        WITH_WRITER(integers_are_written_over_their_whole_range),
        WITH_WRITER(seconds_have_three_decimals),
        WITH_WRITER(doubles_always_have_a_fraction_and_no_more_digits_than_needed),
        WITH_WRITER(doubles_read_back_as_the_same_value),
        cmocka_unit_test(failure_is_that_of_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
