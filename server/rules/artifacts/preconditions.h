/* Conditional requests on an object's ETag and time (RFC 9110 section 13, as S3 applies them). Pure. */
#ifndef IOTJOBS_RULES_PRECONDITIONS_H
#define IOTJOBS_RULES_PRECONDITIONS_H

#include "base/opt.h"
#include "base/str.h"

/* As they came; absent: not there. */
struct preconditions {
    struct str if_match, if_none_match, if_modified_since, if_unmodified_since;
};

enum precondition_result { PRECONDITION_HOLDS, PRECONDITION_NOT_MODIFIED, PRECONDITION_FAILED };

/* Of a read. `etag` without quotes. A time that cannot be read does not count. *ret_decisive: the name of the
 * header that was decisive (the refusal's Condition); not set where all hold. */
enum precondition_result preconditions_of_read(const struct preconditions *conditions, struct str etag,
                                               int64_t modified_at_ms, const char **ret_decisive);
/* Of a write over `etag`; absent: nothing is there, and nothing matches. */
enum precondition_result preconditions_of_write(const struct preconditions *conditions, struct str etag,
                                                const char **ret_decisive);

#endif
