/* Every operation of the model, asked of every kind of caller. */
#include "support/cmocka_all.h"

#include <stdio.h>
#include <string.h>

#include "ops/op.h"
#include "rules/security/access.h"

static const struct principal anybody = { 0 };
static const struct principal pump = {
    .kind = PRINCIPAL_THING,
    .certificate_id = { "00", 2 },
    .thing_name = { "pump", 4 },
};
static const struct principal nobody = { .kind = PRINCIPAL_THING, .certificate_id = { "00", 2 } };

static const struct str pump_arn = { "arn:aws:iot:eu-central-1:123456789012:thing/pump", 48 };

static bool asked(const struct principal *principal, enum operation operation, struct str resource)
{
    struct denial denial;
    return may(principal, action_of_operation(operation), resource, NULL, &denial);
}

static void assert_denied(const struct principal *principal, const struct action *action, struct str resource,
                          enum denial_reason reason)
{
    struct denial denial = { 0 };
    assert_false(may(principal, action, resource, NULL, &denial));
    assert_int_equal(denial.reason, reason);
}

/* ---- names and levels ---- */

static void each_operation_has_the_name_that_policies_know_it_by(void **state)
{
    (void)state;
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++) {
        const struct operation_model *model = operation_model((enum operation)i);
        const struct action *action = action_of_operation((enum operation)i);
        bool data = model->plane == PLANE_DATA;
        char name[128];
        snprintf(name, sizeof name, "%s:%s", data ? "iotjobsdata" : "iot", model->name);
        assert_int_equal(action->name.n, strlen(name));
        assert_memory_equal(action->name.p, name, action->name.n);
        assert_int_equal(action->of_policies, data);
    }
}

/* What only reads is open to who may only read, and nothing else is. */
static void levels_follow_what_the_operations_do(void **state)
{
    (void)state;
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++) {
        enum access_level level = action_of_operation((enum operation)i)->level;
        assert_int_equal(level == LEVEL_READ, !op_handler((enum operation)i).writes);
        assert_int_not_equal(level, LEVEL_PUBLIC);
    }
}

/* ---- who may what ---- */

static void anybody_may_do_everything(void **state)
{
    (void)state;
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++)
        assert_true(asked(&anybody, (enum operation)i, pump_arn));
}

static void who_should_have_said_who_he_is_may_what_is_public(void **state)
{
    (void)state;
    const struct principal stranger = { .kind = PRINCIPAL_NOBODY };
    const struct action public_action = { STR_LIT("iotjobsd:Health"), LEVEL_PUBLIC, false };
    struct denial denial;
    assert_true(may(&stranger, &public_action, STR_LIT("*"), NULL, &denial));
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++)
        assert_denied(&stranger, action_of_operation((enum operation)i), pump_arn, DENIED_UNIDENTIFIED);
    assert_denied(&stranger, &action_connect, STR_LIT("*"), DENIED_UNIDENTIFIED);
}

static void a_key_may_what_its_role_permits(void **state)
{
    (void)state;
    static const struct {
        enum access_role role;
        enum operation operation;
        bool may;
    } cases[] = {
        { ROLE_READ_ONLY, OP_LIST_JOBS, true },
        { ROLE_READ_ONLY, OP_DATA_DESCRIBE_JOB_EXECUTION, true },
        { ROLE_READ_ONLY, OP_CREATE_JOB, false },
        { ROLE_READ_ONLY, OP_DATA_UPDATE_JOB_EXECUTION, false },
        { ROLE_OPERATOR, OP_CREATE_JOB, true },
        { ROLE_OPERATOR, OP_CANCEL_JOB_EXECUTION, true },
        { ROLE_OPERATOR, OP_DATA_UPDATE_JOB_EXECUTION, true },
        { ROLE_OPERATOR, OP_DESCRIBE_CERTIFICATE, true },
        { ROLE_OPERATOR, OP_CREATE_POLICY, false },
        { ROLE_OPERATOR, OP_CREATE_KEYS_AND_CERTIFICATE, false },
        { ROLE_OPERATOR, OP_DELETE_THING, false },
        { ROLE_OPERATOR, OP_UPDATE_EVENT_CONFIGURATIONS, false },
        { ROLE_ADMIN, OP_CREATE_POLICY, true },
        { ROLE_ADMIN, OP_GET_REGISTRATION_CODE, true },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct principal key = { .kind = PRINCIPAL_KEY, .role = cases[i].role };
        assert_int_equal(asked(&key, cases[i].operation, STR_LIT("*")), cases[i].may);
        if (!cases[i].may)
            assert_denied(&key, action_of_operation(cases[i].operation), STR_LIT("*"), DENIED_BY_ROLE);
    }
}

static void a_certificate_may_use_the_data_plane_for_its_thing_and_nothing_else(void **state)
{
    (void)state;
    size_t permitted = 0;
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++) {
        bool yes = asked(&pump, (enum operation)i, pump_arn);
        assert_int_equal(yes, operation_model((enum operation)i)->plane == PLANE_DATA);
        permitted += yes;
    }
    assert_int_equal(permitted, 4);
}

#define THINGS "arn:aws:iot:eu-central-1:123456789012:thing/"

static void a_certificate_may_do_nothing_to_what_is_not_its_thing(void **state)
{
    (void)state;
    const struct str others[] = { STR_NONE,
                                  STR_LIT(""),
                                  STR_LIT("*"),
                                  STR_LIT("pump"),
                                  STR_LIT("thing/pump"),
                                  STR_LIT(THINGS),
                                  STR_LIT(THINGS "valve"),
                                  STR_LIT(THINGS "pum"),
                                  STR_LIT(THINGS "pump2"),
                                  STR_LIT(THINGS "Pump"),
                                  STR_LIT(THINGS "pump "),
                                  STR_LIT(THINGS "pump\0"),
                                  STR_LIT(THINGS "+"),
                                  STR_LIT(THINGS "pump/"),
                                  STR_LIT("arn:aws:iot:eu-central-1:123456789012:thinggroup/pump"),
                                  STR_LIT("arn:aws:iot:eu-central-1:123456789012:job/pump") };
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++)
        for (size_t j = 0; j < sizeof others / sizeof *others; j++)
            assert_false(asked(&pump, (enum operation)i, others[j]));
    assert_denied(&pump, action_of_operation(OP_DATA_UPDATE_JOB_EXECUTION), others[6],
                  DENIED_FOR_OTHER_THINGS);
    assert_denied(&pump, action_of_operation(OP_CREATE_JOB), pump_arn, DENIED_TO_CERTIFICATES);
}

static void a_certificate_that_stands_for_nobody_may_do_nothing(void **state)
{
    (void)state;
    const struct principal unnamed = { .kind = PRINCIPAL_THING, .thing_name = STR_LIT("") };
    const struct str things[] = { STR_NONE, STR_LIT(THINGS), pump_arn };
    for (int i = OP_NONE + 1; i < OPERATION_COUNT; i++)
        for (size_t j = 0; j < sizeof things / sizeof *things; j++) {
            assert_false(asked(&nobody, (enum operation)i, things[j]));
            assert_false(asked(&unnamed, (enum operation)i, things[j]));
        }
}

static void a_kind_that_there_is_not_may_do_nothing(void **state)
{
    (void)state;
    struct principal broken = pump;
    broken.kind = (enum principal_kind)17;
    assert_false(asked(&broken, OP_DATA_UPDATE_JOB_EXECUTION, pump_arn));
}

/* ---- policies ---- */

static struct policy_document parsed(const char *text, struct arena *arena)
{
    struct policy_document document;
    struct err err;
    err_init(&err, arena);
    assert_true(policy_document_parse(str_from(text), arena, &document, &err));
    return document;
}

static void policies_say_what_a_certificate_may(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    const struct policy_document allows = parsed("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":"
                                                 "\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}",
                                                 &arena);
    const struct policy_document denies =
        parsed("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"iot:Publish\","
               "\"Resource\":\"*\"}}",
               &arena);
    const struct policy_voice voices[] = { { STR_LIT("all"), &allows }, { STR_LIT("hush"), &denies } };
    struct principal device = { .kind = PRINCIPAL_CERTIFICATE };
    struct denial denial;
    assert_denied(&device, &action_connect, STR_LIT("*"), DENIED_IMPLICITLY);
    device.policies = (struct policy_voices){ 2, voices };
    assert_true(may(&device, &action_connect, STR_LIT("*"), NULL, &denial));
    assert_true(asked(&device, OP_DATA_UPDATE_JOB_EXECUTION, pump_arn));
    assert_denied(&device, &action_publish, STR_LIT("*"), DENIED_EXPLICITLY);
    assert_false(may(&device, &action_publish, STR_LIT("*"), NULL, &denial));
    assert_true(str_eq_text(denial.policy, "hush"));
    /* whatever its policies say: the control plane is for keys */
    assert_denied(&device, action_of_operation(OP_CREATE_JOB), STR_LIT("*"), DENIED_TO_CERTIFICATES);
    arena_release(&arena);
}

/* What matching costs grows with what is matched, and that is the caller's to choose. */
static void names_that_are_too_long_are_denied_whatever_policies_say(void **state)
{
    (void)state;
    struct arena arena;
    static char name[RESOURCE_BYTES_MAX + 1];
    arena_init(&arena, 1 << 20);
    memset(name, 'a', sizeof name);
    const struct policy_document allows =
        parsed("{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}", &arena);
    const struct policy_voice voices[] = { { STR_LIT("all"), &allows } };
    const struct principal device = { .kind = PRINCIPAL_CERTIFICATE, .policies = { 1, voices } };
    struct denial denial;
    assert_true(may(&device, &action_publish, (struct str){ name, RESOURCE_BYTES_MAX }, NULL, &denial));
    assert_denied(&device, &action_publish, (struct str){ name, sizeof name }, DENIED_TOO_LONG);
    assert_string_equal(denial_text(DENIED_TOO_LONG), "its name is too long");
    arena_release(&arena);
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
    broken.kind = (enum principal_kind)17;
    assert_false(may_artifact(&broken, &(struct artifact_action){ .transfers = true, .presigned = true }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_has_the_name_that_policies_know_it_by),
        cmocka_unit_test(levels_follow_what_the_operations_do),
        cmocka_unit_test(anybody_may_do_everything),
        cmocka_unit_test(who_should_have_said_who_he_is_may_what_is_public),
        cmocka_unit_test(a_key_may_what_its_role_permits),
        cmocka_unit_test(a_certificate_may_use_the_data_plane_for_its_thing_and_nothing_else),
        cmocka_unit_test(a_certificate_may_do_nothing_to_what_is_not_its_thing),
        cmocka_unit_test(a_certificate_that_stands_for_nobody_may_do_nothing),
        cmocka_unit_test(a_kind_that_there_is_not_may_do_nothing),
        cmocka_unit_test(policies_say_what_a_certificate_may),
        cmocka_unit_test(names_that_are_too_long_are_denied_whatever_policies_say),
        cmocka_unit_test(who_may_read_only_writes_nothing),
        cmocka_unit_test(who_may_write_writes),
        cmocka_unit_test(a_certificate_may_transfer_what_a_url_names_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
