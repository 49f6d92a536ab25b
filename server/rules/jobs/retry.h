/*
 * Which failures are tried again, and how often: jobExecutionsRetryConfig (control plane, section 4.4).
 *
 * Each criterion counts for itself: {FAILED 2, TIMED_OUT 1} gives a thing two more attempts after failures
 * and one more after a time-out. ALL counts both together. REJECTED, REMOVED and CANCELED are never tried
 * again. Of two criteria for the same failure the larger one counts.
 */
#ifndef IOTJOBS_RULES_RETRY_H
#define IOTJOBS_RULES_RETRY_H

#include "api/errors.h"
#include "api/model.h"

/* What the model does not say: ALL stands alone, and all numbers together are 10 at most. False:
 * ERR_INVALID_REQUEST. */
bool retry_check(const struct retry_criteria_list *criteria, struct err *err);

/* What UpdateJob may make of it: no retries any more, for the failure types that the job was created with.
 * The first looks at the request alone, the second at what is `stored` as well. False: ERR_INVALID_REQUEST.
 */
bool retry_check_taken_back(const struct retry_criteria_list *criteria, struct err *err);
bool retry_check_same_types(const struct retry_criteria_list *criteria,
                            const struct retry_criteria_list *stored, struct err *err);

/* Whether a job can have criteria for this end. */
bool retry_possible(enum job_execution_status ended);

/* A thing's attempts at a job so far that followed each failure. */
struct retry_count {
    int64_t failed;
    int64_t timed_out;
};

/* How many retries there are after such an end at most; not set: the criteria do not name it, or with 0. */
struct opt_int retry_most(const struct retry_criteria_list *criteria, enum job_execution_status ended);

/* Whether there is another attempt after one that `ended` so. */
bool retry_due(const struct retry_criteria_list *criteria, struct retry_count so_far,
               enum job_execution_status ended);

#endif
