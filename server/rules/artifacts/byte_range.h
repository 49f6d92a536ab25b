/* The Range header, as S3 reads it: one range of bytes; what it cannot read asks for everything. Pure. */
#ifndef IOTJOBS_RULES_BYTE_RANGE_H
#define IOTJOBS_RULES_BYTE_RANGE_H

#include "base/str.h"

enum byte_range_result { RANGE_WHOLE, RANGE_PART, RANGE_NOT_SATISFIABLE };

/* Of an object of `size` bytes; `header` may be absent. */
enum byte_range_result byte_range_read(struct str header, int64_t size, int64_t *ret_first,
                                       int64_t *ret_last);

#endif
