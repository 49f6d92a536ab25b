#include "support/cmocka_all.h"

#include "api/shape_json.h"
#include "rules/jobs/configuration.h"

/* A text of the shape is read and judged. */
struct expected {
    const char *text;
    const char *message; /* NULL: accepted */
};

typedef bool check_fn(const void *config, struct err *err);

static void assert_judged(const struct shape *shape, check_fn *check, const struct expected *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct arena arena;
        struct err err;
        arena_init(&arena, 64 * 1024);
        err_init(&err, &arena);
        void *config = arena_alloc(&arena, shape->size);
        if (!shape_from_json(&arena, shape, str_from(cases[i].text), config, &err))
            fail_msg("%s: %.*s", cases[i].text, STR(err.message));
        bool ok = check(config, &err);
        if (ok != (cases[i].message == NULL) || (!ok && !str_eq_text(err.message, cases[i].message)))
            fail_msg("%s: %.*s", cases[i].text, STR(err.message));
        assert_int_equal(err.code, ok ? ERR_NONE : ERR_INVALID_REQUEST);
        arena_release(&arena);
    }
}

#define ASSERT_JUDGED(shape, check, cases)                                                                   \
    assert_judged(&(shape), check, cases, sizeof(cases) / sizeof(cases)[0])

static bool check_rollout(const void *config, struct err *err)
{
    return rollout_config_check(config, err);
}

static bool check_abort(const void *config, struct err *err)
{
    return abort_config_check(config, err);
}

static bool check_timeout(const void *config, struct err *err)
{
    return timeout_config_check(config, err);
}

static bool check_presigned(const void *config, struct err *err)
{
    return presigned_url_config_check(config, err);
}

static bool check_packages(const void *versions, struct err *err)
{
    return package_versions_check(versions, err);
}

#define RATE(max, base, factor, criteria)                                                                    \
    "{\"maximumPerMinute\":" max ",\"exponentialRate\":{\"baseRatePerMinute\":" base                         \
    ",\"incrementFactor\":" factor ",\"rateIncreaseCriteria\":{" criteria "}}}"
#define NOTIFIED  "\"numberOfNotifiedThings\":10"
#define SUCCEEDED "\"numberOfSucceededThings\":1"

static void rollouts_have_a_maximum_and_one_criterion_to_go_faster(void **state)
{
    (void)state;
    static const char base[] = "Exponential rollout baseRatePerMinute should be less than maximumPerMinute.";
    static const struct expected cases[] = {
        { "{\"maximumPerMinute\":1}", NULL },
        { RATE("51", "50", "1.5", NOTIFIED), NULL },
        { RATE("1000", "999", "5", SUCCEEDED), NULL },
        { RATE("100", "50", "1.1", NOTIFIED), NULL },
        { "{}", "Provide MaximumPerMinute value or provide ExponentialRate and MaximumPerMinute" },
        { "{\"exponentialRate\":{\"baseRatePerMinute\":1,\"incrementFactor\":2,\"rateIncreaseCriteria\":"
          "{" NOTIFIED "}}}",
          "Provide MaximumPerMinute value when ExponentialRate is defined" },
        { RATE("50", "50", "2", NOTIFIED), base },
        { RATE("50", "51", "2", NOTIFIED), base },
        { RATE("100", "50", "2", ""), "Provide either NumberOfNotifiedThings or NumberOfSucceededThings when "
                                      "RateIncreaseCriteria is defined" },
        { RATE("100", "50", "2", NOTIFIED "," SUCCEEDED),
          "Provide only one of NumberOfNotifiedThings or NumberOfSucceededThings when RateIncreaseCriteria "
          "is defined" },
        { RATE("100", "50", "1.55", NOTIFIED),
          "Exponential rollout incrementFactor can have one digit after the decimal point; it is 1.55." },
    };
    ASSERT_JUDGED(shape_job_executions_rollout_config, check_rollout, cases);
}

#define CRITERION(percentage)                                                                                \
    "{\"failureType\":\"ALL\",\"action\":\"CANCEL\",\"thresholdPercentage\":" percentage                     \
    ",\"minNumberOfExecutedThings\":1}"

static void percentages_have_two_decimals(void **state)
{
    (void)state;
    static const struct expected cases[] = {
        { "{\"criteriaList\":[" CRITERION("100") "]}", NULL },
        { "{\"criteriaList\":[" CRITERION("0.01") "," CRITERION("33.33") "," CRITERION("0") "]}", NULL },
        { "{\"criteriaList\":[" CRITERION("50") "," CRITERION("10.999") "]}",
          "The thresholdPercentage of abort criteria can have two digits after the decimal point; it is "
          "10.999." },
        { "{\"criteriaList\":[" CRITERION("1e-7") "]}",
          "The thresholdPercentage of abort criteria can have two digits after the decimal point; it is "
          "1e-07." },
    };
    ASSERT_JUDGED(shape_abort_config, check_abort, cases);
}

static void time_outs_are_between_a_minute_and_a_week(void **state)
{
    (void)state;
#define CANNOT_BE(value) "Provide valid timeout value, inProgressTimeoutInMinutes cannot be " value "."
    static const struct expected cases[] = {
        { "{\"inProgressTimeoutInMinutes\":1}", NULL },
        { "{\"inProgressTimeoutInMinutes\":10080}", NULL },
        { "{\"inProgressTimeoutInMinutes\":0}", CANNOT_BE("0") },
        { "{\"inProgressTimeoutInMinutes\":10081}", CANNOT_BE("10081") },
        { "{}", CANNOT_BE("null") },
    };
    ASSERT_JUDGED(shape_timeout_config, check_timeout, cases);
}

static void a_role_is_one_of_an_account(void **state)
{
    (void)state;
#define ROLE(arn)    "{\"roleArn\":\"" arn "\"}"
#define INVALID(arn) ROLE(arn), "Given role " arn " is invalid."
    static const struct expected cases[] = {
        { "{}", NULL },
        { "{\"expiresInSec\":60}", NULL },
        { ROLE("arn:aws:iam::123456789012:role/urls"), NULL },
        { ROLE("arn:aws-cn:iam::123456789012:role/service-role/a/urls"), NULL },
        { INVALID("arn:aws:iam::123456789012:role/") },
        { INVALID("arn:aws:iam::123456789012:user/urls") },
        { INVALID("arn:aws:iam:eu-west-1:123456789012:role/urls") },
        { INVALID("arn:aws:iam::12345678901:role/urls") },
        { INVALID("arn:aws:iam::12345678901x:role/urls") },
        { INVALID("arn:aws:iot::123456789012:role/urls") },
        { INVALID("something that is no ARN at all") },
    };
    ASSERT_JUDGED(shape_presigned_url_config, check_presigned, cases);
}

static void a_package_version_is_named_by_its_arn(void **state)
{
    (void)state;
#define PACKAGE(rest) "[\"arn:aws:iot:eu-west-1:123456789012:" rest "\"]"
#define NOT_ONE(rest)                                                                                        \
    PACKAGE(rest), "'arn:aws:iot:eu-west-1:123456789012:" rest "' is not the ARN of a package version: "     \
                   "arn:aws:iot:REGION:ACCOUNT:package/NAME/version/VERSION."
    static const struct expected cases[] = {
        { "[]", NULL },
        { PACKAGE("package/p/version/1.0"), NULL },
        { NOT_ONE("package/p") },
        { NOT_ONE("package/p/version/") },
        { NOT_ONE("package//version/1") },
        { NOT_ONE("package/p/version/1/2") },
        { NOT_ONE("thing/p/version/1") },
    };
    ASSERT_JUDGED(shape_destination_package_versions, check_packages, cases);
}

static void no_configuration_is_right(void **state)
{
    (void)state;
    struct err err = { 0 };
    assert_true(rollout_config_check(NULL, &err) && abort_config_check(NULL, &err) &&
                timeout_config_check(NULL, &err) && presigned_url_config_check(NULL, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rollouts_have_a_maximum_and_one_criterion_to_go_faster),
        cmocka_unit_test(percentages_have_two_decimals),
        cmocka_unit_test(time_outs_are_between_a_minute_and_a_week),
        cmocka_unit_test(a_role_is_one_of_an_account),
        cmocka_unit_test(a_package_version_is_named_by_its_arn),
        cmocka_unit_test(no_configuration_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
