/* What policies decide, case by case: the tables policy_cases.json and policy_cases_own.json. */
#include "support/scratch.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "rules/security/policy_decision.h"

#define CASES_FILE     "tests/unit/policy_cases.json"
#define OWN_CASES_FILE "tests/unit/policy_cases_own.json"
#define ARN_START      "arn:aws:iot:eu-central-1:123456789012:"

enum { FILE_MAX = 256 * 1024, KEYS_MAX = 24, CASES = 69, OWN_CASES = 241, OWN_CONDITIONS = 77 };

static const char *const verdict_names[] = { "IMPLICIT_DENY", "ALLOWED", "EXPLICIT_DENY" };

static struct policy_document parse(struct scratch *f, const char *text)
{
    struct policy_document document = { 0 };
    if (!policy_document_parse(str_from(text), &f->arena, &document, &f->err))
        fail_msg("%s: %s", text, f->err.message.p);
    return document;
}

/* ---- reading ---- */

static cJSON *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = malloc(FILE_MAX);
    assert_non_null(text);
    size_t n = fread(text, 1, FILE_MAX, file);
    fclose(file);
    cJSON *cases = cJSON_ParseWithLength(text, n);
    free(text);
    assert_non_null(cases);
    return cases;
}

static const char *text_at(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

/* With the beginnings of its ARNs. */
static struct str expand(struct scratch *f, const char *text)
{
    struct strbuf out;
    strbuf_init(&out, FILE_MAX);
    for (; *text; text++) {
        if (*text == '@')
            strbuf_add_text(&out, ARN_START);
        else
            strbuf_add_char(&out, *text);
    }
    struct str expanded = arena_str(&f->arena, strbuf_str(&out));
    strbuf_release(&out);
    assert_non_null(expanded.p);
    return expanded;
}

static struct policy_value read_value(struct scratch *f, const cJSON *json)
{
    struct policy_value value = { .key = str_from(json->string), .n = 1 };
    struct str *values = arena_array(&f->arena, KEYS_MAX, sizeof *values);
    if (cJSON_IsArray(json)) {
        bool indexed = str_starts_with(value.key, STR_LIT("iot:Certificate.")) &&
                       !str_eq_text(value.key, "iot:Certificate.AvailableKeys");
        const cJSON *item;
        value.kind = indexed ? POLICY_VALUE_INDEXED : POLICY_VALUE_SET;
        value.n = 0;
        cJSON_ArrayForEach(item, json) values[value.n++] = expand(f, item->valuestring);
    } else {
        values[0] = expand(f, json->valuestring);
    }
    value.values = values;
    return value;
}

/* Its members, but those that `changes` has too; null is no value. */
static void add_values(struct scratch *f, const cJSON *json, const cJSON *changes, struct policy_value *items,
                       size_t *n)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json)
    {
        if (cJSON_IsNull(item) || cJSON_GetObjectItemCaseSensitive(changes, item->string))
            continue;
        assert_true(*n < KEYS_MAX);
        items[(*n)++] = read_value(f, item);
    }
}

/* The named context, with what the case changes in it. */
static struct policy_context read_context(struct scratch *f, const cJSON *file, const cJSON *one)
{
    const cJSON *named = cJSON_GetObjectItem(cJSON_GetObjectItem(file, "contexts"), text_at(one, "context"));
    const cJSON *changes = cJSON_GetObjectItem(one, "with");
    struct policy_value *items = arena_array(&f->arena, KEYS_MAX, sizeof *items);
    struct policy_context context = { .items = items };
    assert_non_null(named);
    add_values(f, named, changes, items, &context.n);
    add_values(f, changes, NULL, items, &context.n);
    return context;
}

static struct policy_document read_policy(struct scratch *f, const cJSON *one, const cJSON *statements)
{
    const cJSON *version = cJSON_GetObjectItem(one, "version");
    const char *name = version ? version->valuestring : "2012-10-17";
    char *text = cJSON_PrintUnformatted(statements);
    struct str document = name ? arena_printf(&f->arena, "{\"Version\":\"%s\",\"Statement\":%s}", name, text)
                               : arena_printf(&f->arena, "{\"Statement\":%s}", text);
    cJSON_free(text);
    return parse(f, expand(f, document.p).p);
}

/* ---- cases ---- */

static size_t check_request(struct scratch *f, const cJSON *one, const struct policy_document *documents,
                            size_t n, const struct policy_request *request)
{
    size_t used = f->arena.used;
    const char *found = verdict_names[policy_documents_judge(documents, n, request)];
    assert_int_equal(f->arena.used, used);
    if (strcmp(found, text_at(one, "decision")) == 0)
        return 0;
    print_error("%s: %.*s: %s instead of %s\n", text_at(one, "because"), STR(request->resource), found,
                text_at(one, "decision"));
    return 1;
}

/* How many of its decisions are wrong. */
static size_t check_case(struct scratch *f, const cJSON *file, const cJSON *one)
{
    struct policy_document documents[KEYS_MAX];
    struct policy_context context = read_context(f, file, one);
    const cJSON *policies = cJSON_GetObjectItem(one, "policies"), *item;
    const cJSON *resources = cJSON_GetObjectItem(one, "resource");
    size_t n = 0, wrong = 0;
    cJSON_ArrayForEach(item, policies) documents[n++] = read_policy(f, one, item);
    for (item = cJSON_IsArray(resources) ? resources->child : resources; item;
         item = cJSON_IsArray(resources) ? item->next : NULL)
        wrong += check_request(f, one, documents, n,
                               &(struct policy_request){ str_from(text_at(one, "action")),
                                                         expand(f, item->valuestring), &context });
    return wrong;
}

static void check_cases(struct scratch *f, const cJSON *file, int n)
{
    const cJSON *cases = cJSON_GetObjectItem(file, "cases"), *one;
    size_t wrong = 0;
    assert_int_equal(cJSON_GetArraySize(cases), n);
    cJSON_ArrayForEach(one, cases) wrong += check_case(f, file, one);
    assert_int_equal(wrong, 0);
}

static void the_worked_cases_come_out_as_written(void **state)
{
    cJSON *file = read_file(CASES_FILE);
    check_cases(*state, file, CASES);
    cJSON_Delete(file);
}

static void our_own_cases_come_out_as_written(void **state)
{
    cJSON *file = read_file(OWN_CASES_FILE);
    check_cases(*state, file, OWN_CASES);
    cJSON_Delete(file);
}

/* ---- conditions ---- */

static size_t check_condition(struct scratch *f, const cJSON *one)
{
    struct str known[] = { STR_LIT("known") };
    const cJSON *key = cJSON_GetObjectItem(one, "key");
    struct policy_value items[] = { { STR_LIT("other"), POLICY_VALUE_ONE, 1, known }, { .n = 0 } };
    struct policy_context context = { 1, items };
    char *text = cJSON_PrintUnformatted(cJSON_GetObjectItem(one, "if"));
    struct str document = arena_printf(&f->arena,
                                       "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                                       "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":%s}}",
                                       text);
    const struct policy_document parsed = parse(f, document.p);
    const struct policy_request request = { STR_LIT("iot:Publish"), STR_LIT("arn:x"), &context };
    if (!cJSON_IsNull(key))
        items[context.n++] = read_value(f, key);
    bool holds = policy_document_judges(&parsed, &request) == POLICY_ALLOWS;
    bool wrong = holds != cJSON_IsTrue(cJSON_GetObjectItem(one, "holds"));
    if (wrong)
        print_error("%s: %s %s\n", text_at(one, "because"), text, holds ? "holds" : "does not hold");
    cJSON_free(text);
    return wrong;
}

static void our_own_conditions_hold_as_written(void **state)
{
    cJSON *file = read_file(OWN_CASES_FILE);
    const cJSON *conditions = cJSON_GetObjectItem(file, "conditions"), *one;
    size_t wrong = 0;
    assert_int_equal(cJSON_GetArraySize(conditions), OWN_CONDITIONS);
    cJSON_ArrayForEach(one, conditions) wrong += check_condition(*state, one);
    assert_int_equal(wrong, 0);
    cJSON_Delete(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_worked_cases_come_out_as_written, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(our_own_cases_come_out_as_written, scratch_set_up, scratch_tear_down),
        cmocka_unit_test_setup_teardown(our_own_conditions_hold_as_written, scratch_set_up,
                                        scratch_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
