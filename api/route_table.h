/* The paths of all operations, as `generate` lays them out for route_http. */
#ifndef IOTJOBS_API_ROUTE_TABLE_H
#define IOTJOBS_API_ROUTE_TABLE_H

#include "model.h"

enum { ROUTE_SEGMENTS_MAX = 8 };

struct route_row {
    enum operation operation;
    struct str method;
    struct str segments[ROUTE_SEGMENTS_MAX]; /* behind the first; absent: a label */
};

/* All paths with the same first segment and the same number of segments; rows with fewer labels come first.
 */
struct route_group {
    enum plane plane;
    struct str first;
    size_t segment_count; /* the first one included */
    const struct route_row *rows;
    size_t row_count;
};

extern const struct route_group route_groups[];
extern const size_t route_group_count;

#endif
