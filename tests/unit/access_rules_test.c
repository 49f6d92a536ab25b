/* Every operation of the model, asked of every kind of caller. */
#include "support/cmocka_all.h"

#include "rules/security/access.h"

static const struct principal anybody = { 0 };
static const struct principal pump = {
    .kind = PRINCIPAL_CERTIFICATE,
    .certificate_id = { "00", 2 },
    .thing_name = { "pump", 4 },
};
static const struct principal nobody = { .kind = PRINCIPAL_CERTIFICATE, .certificate_id = { "00", 2 } };

static bool is_of_the_data_plane(enum operation operation)
{
    return operation != OP_NONE && operation_model(operation)->plane == PLANE_DATA;
}

static void anybody_may_do_everything(void **state)
{
    (void)state;
    for (int i = OP_NONE; i < OPERATION_COUNT; i++) {
        assert_true(may(&anybody, (enum operation)i, STR_LIT("pump")));
        assert_true(may(&anybody, (enum operation)i, STR_NONE));
    }
}

static void a_certificate_may_use_the_data_plane_for_its_thing_and_nothing_else(void **state)
{
    (void)state;
    size_t permitted = 0;
    for (int i = OP_NONE; i < OPERATION_COUNT; i++) {
        bool yes = may(&pump, (enum operation)i, STR_LIT("pump"));
        assert_int_equal(yes, is_of_the_data_plane((enum operation)i));
        permitted += yes;
    }
    assert_int_equal(permitted, 4);
}

static void a_certificate_may_do_nothing_to_what_is_not_its_thing(void **state)
{
    (void)state;
    const struct str others[] = { STR_NONE,         STR_LIT(""),     STR_LIT("valve"), STR_LIT("pum"),
                                  STR_LIT("pump2"), STR_LIT("Pump"), STR_LIT("pump "), STR_LIT("pump\0"),
                                  STR_LIT("+"),     STR_LIT("pump/") };
    for (int i = OP_NONE; i < OPERATION_COUNT; i++)
        for (size_t j = 0; j < sizeof others / sizeof *others; j++)
            assert_false(may(&pump, (enum operation)i, others[j]));
}

static void a_certificate_that_stands_for_nobody_may_do_nothing(void **state)
{
    (void)state;
    const struct principal unnamed = { .kind = PRINCIPAL_CERTIFICATE, .thing_name = STR_LIT("") };
    const struct str things[] = { STR_NONE, STR_LIT(""), STR_LIT("pump") };
    for (int i = OP_NONE; i < OPERATION_COUNT; i++)
        for (size_t j = 0; j < sizeof things / sizeof *things; j++) {
            assert_false(may(&nobody, (enum operation)i, things[j]));
            assert_false(may(&unnamed, (enum operation)i, things[j]));
        }
}

static void a_kind_that_there_is_not_may_do_nothing(void **state)
{
    (void)state;
    struct principal broken = pump;
    broken.kind = (enum principal_kind)7;
    assert_false(may(&broken, OP_DATA_UPDATE_JOB_EXECUTION, STR_LIT("pump")));
}

/* ---- the artefact store ---- */

static void who_may_read_only_writes_nothing(void **state)
{
    (void)state;
    const struct artifact_action reads = { .role = ROLE_READ_ONLY };
    const struct artifact_action writes = {
        .role = ROLE_READ_ONLY, .writes = true, .transfers = true, .presigned = true
    };
    assert_true(may_artifact(&anybody, &reads));
    assert_false(may_artifact(&anybody, &writes));
    assert_false(may_artifact(&pump, &writes));
}

static void who_may_write_writes(void **state)
{
    (void)state;
    static const enum access_role roles[] = { ROLE_ADMIN, ROLE_OPERATOR };
    for (size_t i = 0; i < 2; i++) {
        const struct artifact_action writes = { .role = roles[i], .writes = true };
        assert_true(may_artifact(&anybody, &writes));
    }
}

static void a_certificate_may_transfer_what_a_url_names_and_nothing_else(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        const struct artifact_action action = { .writes = i & 1, .transfers = i & 2, .presigned = i & 4 };
        assert_int_equal(may_artifact(&pump, &action), action.transfers && action.presigned);
        assert_int_equal(may_artifact(&nobody, &action), action.transfers && action.presigned);
    }
    struct principal broken = pump;
    broken.kind = (enum principal_kind)7;
    assert_false(may_artifact(&broken, &(struct artifact_action){ .transfers = true, .presigned = true }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(anybody_may_do_everything),
        cmocka_unit_test(a_certificate_may_use_the_data_plane_for_its_thing_and_nothing_else),
        cmocka_unit_test(a_certificate_may_do_nothing_to_what_is_not_its_thing),
        cmocka_unit_test(a_certificate_that_stands_for_nobody_may_do_nothing),
        cmocka_unit_test(a_kind_that_there_is_not_may_do_nothing),
        cmocka_unit_test(who_may_read_only_writes_nothing),
        cmocka_unit_test(who_may_write_writes),
        cmocka_unit_test(a_certificate_may_transfer_what_a_url_names_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
