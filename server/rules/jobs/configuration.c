#include "rules/jobs/configuration.h"

#include <inttypes.h>
#include <string.h>

#include "api/value_text.h"

enum {
    TIMEOUT_MINUTES_LEAST = 1,
    TIMEOUT_MINUTES_MOST = 10080,
    FACTOR_DECIMALS = 1,
    PERCENTAGE_DECIMALS = 2,
    ACCOUNT_DIGITS = 12,
};

/* Whether the number can be written with so many digits behind the point. */
static bool has_decimals(double value, size_t most)
{
    char buffer[NUMBER_TEXT_MAX];
    struct str text = number_text(value, buffer);
    const char *point = memchr(text.p, '.', text.n);
    return !memchr(text.p, 'e', text.n) && (!point || (size_t)(text.p + text.n - point) - 1 <= most);
}

/* ---- rollout ---- */

static bool check_increase(const struct rate_increase_criteria *criteria, struct err *err)
{
    bool notified = criteria->number_of_notified_things.set;
    bool succeeded = criteria->number_of_succeeded_things.set;
    if (!notified && !succeeded)
        return fail(err, ERR_INVALID_REQUEST,
                    "Provide either NumberOfNotifiedThings or NumberOfSucceededThings when "
                    "RateIncreaseCriteria is defined");
    return !notified || !succeeded ||
           fail(err, ERR_INVALID_REQUEST,
                "Provide only one of NumberOfNotifiedThings or NumberOfSucceededThings when "
                "RateIncreaseCriteria is defined");
}

static bool check_exponential(const struct exponential_rollout_rate *rate, int64_t most, struct err *err)
{
    char buffer[NUMBER_TEXT_MAX];
    double factor = rate->increment_factor.value;
    if (rate->base_rate_per_minute.value >= most)
        return fail(err, ERR_INVALID_REQUEST,
                    "Exponential rollout baseRatePerMinute should be less than maximumPerMinute.");
    if (!has_decimals(factor, FACTOR_DECIMALS))
        return fail(err, ERR_INVALID_REQUEST,
                    "Exponential rollout incrementFactor can have one digit after the decimal point; it is "
                    "%.*s.",
                    STR(double_text(factor, buffer)));
    return check_increase(rate->rate_increase_criteria, err);
}

bool rollout_config_check(const struct job_executions_rollout_config *config, struct err *err)
{
    if (!config)
        return true;
    if (config->maximum_per_minute.set)
        return !config->exponential_rate ||
               check_exponential(config->exponential_rate, config->maximum_per_minute.value, err);
    if (config->exponential_rate)
        return fail(err, ERR_INVALID_REQUEST,
                    "Provide MaximumPerMinute value when ExponentialRate is defined");
    return fail(err, ERR_INVALID_REQUEST,
                "Provide MaximumPerMinute value or provide ExponentialRate and MaximumPerMinute");
}

/* ---- abort, time-out ---- */

bool abort_config_check(const struct abort_config *config, struct err *err)
{
    for (size_t i = 0; config && i < config->criteria_list.n; i++) {
        char buffer[NUMBER_TEXT_MAX];
        double percentage = config->criteria_list.items[i].threshold_percentage.value;
        if (!has_decimals(percentage, PERCENTAGE_DECIMALS))
            return fail(err, ERR_INVALID_REQUEST,
                        "The thresholdPercentage of abort criteria can have two digits after the decimal "
                        "point; it is %.*s.",
                        STR(double_text(percentage, buffer)));
    }
    return true;
}

bool timeout_config_check(const struct timeout_config *config, struct err *err)
{
    if (!config)
        return true;
    struct opt_int minutes = config->in_progress_timeout_in_minutes;
    if (!minutes.set)
        return fail(err, ERR_INVALID_REQUEST,
                    "Provide valid timeout value, inProgressTimeoutInMinutes cannot be null.");
    return (minutes.value >= TIMEOUT_MINUTES_LEAST && minutes.value <= TIMEOUT_MINUTES_MOST) ||
           fail(err, ERR_INVALID_REQUEST,
                "Provide valid timeout value, inProgressTimeoutInMinutes cannot be %" PRId64 ".",
                minutes.value);
}

/* ---- ARNs of other services ---- */

static bool is_account(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return text.n == ACCOUNT_DIGITS;
}

/* Takes "arn:PARTITION:SERVICE:" off the front. */
static bool take_arn(struct str *text, const char *service)
{
    return str_eq_text(str_split(text, ':'), "arn") &&
           str_starts_with(str_split(text, ':'), STR_LIT("aws")) &&
           str_eq_text(str_split(text, ':'), service);
}

/* arn:aws:iam::ACCOUNT:role/NAME; the name may have a path before it. */
static bool is_role(struct str text)
{
    return take_arn(&text, "iam") && str_split(&text, ':').n == 0 && is_account(str_split(&text, ':')) &&
           str_eq_text(str_split(&text, '/'), "role") && text.n > 0;
}

bool presigned_url_config_check(const struct presigned_url_config *config, struct err *err)
{
    return !config || !config->role_arn.p || is_role(config->role_arn) ||
           fail(err, ERR_INVALID_REQUEST, "Given role %.*s is invalid.", STR(config->role_arn));
}

static bool is_package_version(struct str text)
{
    return take_arn(&text, "iot") && str_split(&text, ':').n > 0 && is_account(str_split(&text, ':')) &&
           str_eq_text(str_split(&text, '/'), "package") && str_split(&text, '/').n > 0 &&
           str_eq_text(str_split(&text, '/'), "version") && text.n > 0 && !memchr(text.p, '/', text.n);
}

bool package_versions_check(const struct destination_package_versions *versions, struct err *err)
{
    for (size_t i = 0; i < versions->n; i++)
        if (!is_package_version(versions->items[i]))
            return fail(err, ERR_INVALID_REQUEST,
                        "'%.*s' is not the ARN of a package version: "
                        "arn:aws:iot:REGION:ACCOUNT:package/NAME/version/VERSION.",
                        STR(versions->items[i]));
    return true;
}
