/* What is done to a whole index, in slices: the first in the operation that begins it, so that a small fleet
 * is done with at once, each further one by a timer (schema: fleet_work). */
#ifndef IOTJOBS_OPS_FLEET_WORK_H
#define IOTJOBS_OPS_FLEET_WORK_H

#include "ops/op.h"
#include "store/fleet/fleet_store.h"
#include "store/timer_store.h"

/* Things or thing groups in one slice: three or four milliseconds. The first may take some more, once. */
enum { FLEET_SLICE_MAX = 25, FLEET_FIRST_SLICE_MAX = 100 };

/* Whatever was being done to the index is left, and this begun. */
bool fleet_work_begin(struct op *op, enum fleet_index index, enum fleet_work_kind kind);
/* TIMER_FLEET_THINGS, TIMER_FLEET_THING_GROUPS: the next slice. */
bool fleet_work_due(struct op *op, const struct timer_row *timer);

/* What it does to each thing or thing group (fleet_index.c). */
bool fleet_index_write(struct op *op, enum fleet_index index, int64_t owner);
bool fleet_index_write_connectivity(struct op *op, enum fleet_index index, int64_t thing);
bool fleet_index_forget(struct op *op, enum fleet_index index, int64_t owner);
bool fleet_index_forget_connectivity(struct op *op, enum fleet_index index, int64_t thing);

#endif
