#include "rules/jobs/retry.h"

enum { RETRIES_MAX = 10 };

/* The type of criterion that an end falls under, beside ALL. */
static enum retryable_failure_type failure_type(enum job_execution_status ended)
{
    switch (ended) {
    case JOB_EXECUTION_STATUS_FAILED: return RETRYABLE_FAILURE_TYPE_FAILED;
    case JOB_EXECUTION_STATUS_TIMED_OUT: return RETRYABLE_FAILURE_TYPE_TIMED_OUT;
    default: return RETRYABLE_FAILURE_TYPE_UNSET;
    }
}

static int64_t retries_used(enum retryable_failure_type type, struct retry_count so_far)
{
    switch (type) {
    case RETRYABLE_FAILURE_TYPE_FAILED: return so_far.failed;
    case RETRYABLE_FAILURE_TYPE_TIMED_OUT: return so_far.timed_out;
    default: return so_far.failed + so_far.timed_out;
    }
}

bool retry_check(const struct retry_criteria_list *criteria, struct err *err)
{
    int64_t sum = 0;
    for (size_t i = 0; i < criteria->n; i++) {
        sum += criteria->items[i].number_of_retries.value;
        if (criteria->items[i].failure_type == RETRYABLE_FAILURE_TYPE_ALL && criteria->n > 1)
            return fail(err, ERR_INVALID_REQUEST,
                        "A retryCriteria with failure type ALL must be used by itself.");
    }
    return sum <= RETRIES_MAX ||
           fail(err, ERR_INVALID_REQUEST,
                "The numbers of retries of all failure types together cannot be more than %d; they are %lld.",
                RETRIES_MAX, (long long)sum);
}

bool retry_check_taken_back(const struct retry_criteria_list *criteria, struct err *err)
{
    for (size_t i = 0; i < criteria->n; i++)
        if (criteria->items[i].number_of_retries.value != 0)
            return fail(err, ERR_INVALID_REQUEST,
                        "The number of retries cannot be updated to any number other than 0.");
    return true;
}

static bool has_type(const struct retry_criteria_list *criteria, enum retryable_failure_type type)
{
    for (size_t i = 0; i < criteria->n; i++)
        if (criteria->items[i].failure_type == type)
            return true;
    return false;
}

static bool covers(const struct retry_criteria_list *criteria, const struct retry_criteria_list *other)
{
    for (size_t i = 0; i < other->n; i++)
        if (!has_type(criteria, other->items[i].failure_type))
            return false;
    return true;
}

bool retry_check_same_types(const struct retry_criteria_list *criteria,
                            const struct retry_criteria_list *stored, struct err *err)
{
    if (stored->n == 0)
        return fail(err, ERR_INVALID_REQUEST,
                    "RetryConfig cannot be updated if the job has no RetryConfig defined during creation.");
    return (criteria->n == stored->n && covers(criteria, stored) && covers(stored, criteria)) ||
           fail(err, ERR_INVALID_REQUEST,
                "FailureTypes must match existing FailureTypes defined in RetryConfig.");
}

bool retry_possible(enum job_execution_status ended)
{
    return failure_type(ended) != RETRYABLE_FAILURE_TYPE_UNSET;
}

static bool is_covered(const struct retry_criteria *criterion, enum job_execution_status ended)
{
    return criterion->failure_type == failure_type(ended) ||
           criterion->failure_type == RETRYABLE_FAILURE_TYPE_ALL;
}

struct opt_int retry_most(const struct retry_criteria_list *criteria, enum job_execution_status ended)
{
    struct opt_int most = { 0 };
    for (size_t i = 0; i < criteria->n; i++) {
        const struct retry_criteria *c = &criteria->items[i];
        if (retry_possible(ended) && is_covered(c, ended) && c->number_of_retries.value > most.value)
            most = (struct opt_int){ true, c->number_of_retries.value };
    }
    return most;
}

bool retry_due(const struct retry_criteria_list *criteria, struct retry_count so_far,
               enum job_execution_status ended)
{
    if (!retry_possible(ended))
        return false;
    for (size_t i = 0; i < criteria->n; i++) {
        const struct retry_criteria *c = &criteria->items[i];
        if (is_covered(c, ended) && retries_used(c->failure_type, so_far) < c->number_of_retries.value)
            return true;
    }
    return false;
}
