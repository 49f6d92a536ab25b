#include "support/scratch.h"

#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "rules/jobs/document.h"

static void assert_refused(struct scratch *f, bool ok, const char *message)
{
    assert_false(ok);
    assert_int_equal(f->err.code, ERR_INVALID_REQUEST);
    assert_string_equal(f->err.message.p, message);
    err_init(&f->err, &f->arena);
}

/* ---- documents as given ---- */

static void json_of_any_kind_is_a_document(void **state)
{
    struct scratch *f = *state;
    assert_true(document_check(STR_LIT("{}"), &f->err));
    assert_true(document_check(STR_LIT(" [1, 2.5e3] "), &f->err));
    assert_true(document_check(STR_LIT("\"text\""), &f->err));
    assert_true(document_check(STR_LIT("null"), &f->err));
    assert_true(document_check(STR_LIT("{\"k\":\"Grüße 🚀\"}"), &f->err));
}

static void what_is_not_json_is_no_document(void **state)
{
    static const char message[] = "Job document is not valid JSON in UTF-8.";
    struct scratch *f = *state;
    assert_refused(f, document_check(STR_LIT(""), &f->err), message);
    assert_refused(f, document_check(STR_LIT("{"), &f->err), message);
    assert_refused(f, document_check(STR_LIT("{}x"), &f->err), message);
    assert_refused(f, document_check(STR_LIT("{'a':1}"), &f->err), message);
    assert_refused(f, document_check(STR_LIT("\"\xff\""), &f->err), message);
    assert_refused(f, document_check(STR_LIT("\"\xc3\""), &f->err), message);
    assert_refused(f, document_check(STR_LIT("{}\0"), &f->err), message);
}

static void the_ceiling_counts_bytes(void **state)
{
    struct scratch *f = *state;
    char *text = malloc(DOCUMENT_BYTES_MAX + 1);
    memset(text, ' ', DOCUMENT_BYTES_MAX + 1);
    text[0] = '7';
    assert_true(document_check((struct str){ text, DOCUMENT_BYTES_MAX }, &f->err));
    assert_refused(f, document_check((struct str){ text, DOCUMENT_BYTES_MAX + 1 }, &f->err),
                   "Job document is 32769 bytes long; at most 32768 bytes are allowed.");
    free(text);
}

/* ---- documents from templates ---- */

static bool fill(struct scratch *f, const char *name, const struct string_pair *pairs, size_t n,
                 struct str *ret_document)
{
    struct string_map parameters = { .set = true, .n = n, .items = pairs };
    return document_from_template(managed_template_find(str_from(name)), &parameters, &f->arena, ret_document,
                                  &f->err);
}

static void assert_command(struct str document, const char *expected)
{
    cJSON *root = cJSON_ParseWithLength(document.p, document.n);
    assert_non_null(root);
    cJSON *step = cJSON_GetArrayItem(cJSON_GetObjectItem(root, "steps"), 0);
    cJSON *input = cJSON_GetObjectItem(cJSON_GetObjectItem(step, "action"), "input");
    assert_string_equal(cJSON_GetObjectItem(input, "command")->valuestring, expected);
    cJSON_Delete(root);
}

static void a_value_comes_out_of_the_document_as_it_went_in(void **state)
{
    static const char *const values[] = { "echo,hello",  "say \"hi\"", "back\\slash \\n \\u0041",
                                          "tab\tline\n", "}${",        "${aws:iot:parameter:command}",
                                          "Grüße 🚀",     "/",          "a" };
    struct scratch *f = *state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct string_pair pair = { STR_LIT("command"), str_from(values[i]) };
        struct str document;
        assert_true(fill(f, "AWS-Run-Command", &pair, 1, &document));
        assert_command(document, values[i]);
    }
}

static void the_order_of_the_parameters_does_not_matter(void **state)
{
    struct scratch *f = *state;
    struct string_pair one[] = { { STR_LIT("filePath"), STR_LIT("F") },
                                 { STR_LIT("downloadUrl"), STR_LIT("U") } };
    struct string_pair other[] = { one[1], one[0] };
    struct str first, second;
    assert_true(fill(f, "AWS-Download-File", one, 2, &first));
    assert_true(fill(f, "AWS-Download-File", other, 2, &second));
    assert_true(str_eq(first, second));
    assert_string_equal(first.p, "{\"version\":\"1.0\",\"steps\":[{\"action\":{\"name\":\"Download-File\","
                                 "\"type\":\"runHandler\",\"input\":{\"handler\":\"download-file.sh\","
                                 "\"args\":[\"U\",\"F\"],\"path\":\"\"},\"runAsUser\":\"\"}}]}");
}

static void parameters_are_checked_against_the_template(void **state)
{
    struct scratch *f = *state;
    struct str document = STR_LIT("untouched");
    struct string_pair unknown = { STR_LIT("colour"), STR_LIT("red") };
    assert_refused(f, fill(f, "AWS-Reboot", &unknown, 1, &document),
                   "Parameter colour is not defined in job template AWS-Reboot.");
    assert_refused(f, fill(f, "AWS-Run-Command", NULL, 0, &document),
                   "Parameter command is required by job template AWS-Run-Command.");
    assert_string_equal(document.p, "untouched");
}

static void the_length_of_a_value_counts_characters(void **state)
{
    struct scratch *f = *state;
    enum { LONGEST = 256 };
    char text[2 * (LONGEST + 1) + 1];
    struct str document;
    for (size_t i = 0; i <= LONGEST; i++)
        memcpy(text + 2 * i, "é", 2);
    struct string_pair pair = { STR_LIT("runAsUser"), { text, (size_t)2 * LONGEST } };
    assert_true(fill(f, "AWS-Reboot", &pair, 1, &document));
    pair.value.n += 2;
    assert_refused(f, fill(f, "AWS-Reboot", &pair, 1, &document),
                   "The value of parameter runAsUser does not match the regular expression (.){0,256}.");
}

static void a_filled_document_is_checked_like_any_other(void **state)
{
    struct scratch *f = *state;
    struct str document;
    char *text = malloc(30720);
    memset(text, '"', 30720); /* each becomes two bytes */
    struct string_pair pair = { STR_LIT("command"), { text, 30720 } };
    assert_false(fill(f, "AWS-Run-Command", &pair, 1, &document));
    assert_int_equal(f->err.code, ERR_INVALID_REQUEST);
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(json_of_any_kind_is_a_document),
        TEST(what_is_not_json_is_no_document),
        TEST(the_ceiling_counts_bytes),
        TEST(a_value_comes_out_of_the_document_as_it_went_in),
        TEST(the_order_of_the_parameters_does_not_matter),
        TEST(parameters_are_checked_against_the_template),
        TEST(the_length_of_a_value_counts_characters),
        TEST(a_filled_document_is_checked_like_any_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
