#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "api/decode.h"
#include "rules/jobs/managed_template.h"

enum { TEMPLATES = 8 };

static void there_are_eight_in_the_order_of_their_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEMPLATES; i++) {
        assert_non_null(managed_template_at(i));
        if (i > 0)
            assert_true(strcmp(managed_template_at(i - 1)->name, managed_template_at(i)->name) < 0);
    }
    assert_null(managed_template_at(TEMPLATES));
    assert_null(managed_template_at((size_t)-1));
}

static void each_is_found_by_its_whole_name_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEMPLATES; i++)
        assert_ptr_equal(managed_template_find(str_from(managed_template_at(i)->name)),
                         managed_template_at(i));
    assert_null(managed_template_find(STR_LIT("AWS-Reboo")));
    assert_null(managed_template_find(STR_LIT("AWS-Reboot:1.0")));
    assert_null(managed_template_find(STR_LIT("aws-reboot")));
    assert_null(managed_template_find(STR_LIT("")));
    assert_null(managed_template_find(STR_NONE));
}

static size_t count(const char *text, const char *piece)
{
    size_t n = 0;
    for (const char *at = strstr(text, piece); at; at = strstr(at + 1, piece))
        n++;
    return n;
}

/* Each parameter stands in the document exactly once, and nothing else is to be filled in. */
static void documents_and_parameters_belong_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEMPLATES; i++) {
        const struct managed_template *managed = managed_template_at(i);
        size_t parameters = 0;
        while (parameters < TEMPLATE_PARAMETERS_MAX && managed->parameters[parameters]) {
            char place[128];
            snprintf(place, sizeof place, "${aws:iot:parameter:%s}", managed->parameters[parameters]->key);
            assert_int_equal(count(managed->document, place), 1);
            parameters++;
        }
        assert_int_equal(count(managed->document, "${"), parameters);
        assert_true(api_json_valid(str_from(managed->document)));
    }
}

static void what_is_required_stands_before_what_is_optional(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEMPLATES; i++) {
        const struct managed_template *managed = managed_template_at(i);
        bool optional = false;
        for (size_t k = 0; k < TEMPLATE_PARAMETERS_MAX && managed->parameters[k]; k++) {
            assert_true(managed->parameters[k]->optional || !optional);
            optional = managed->parameters[k]->optional;
            assert_true(strlen(managed->parameters[k]->example) <= managed->parameters[k]->longest);
        }
        assert_true(optional);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_eight_in_the_order_of_their_names),
        cmocka_unit_test(each_is_found_by_its_whole_name_only),
        cmocka_unit_test(documents_and_parameters_belong_together),
        cmocka_unit_test(what_is_required_stands_before_what_is_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
