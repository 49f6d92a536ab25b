/* Jobs that are aborted because too much has failed: abortConfig (control plane, section 4.2). */
#ifndef IOTJOBS_OPS_JOB_ABORT_H
#define IOTJOBS_OPS_JOB_ABORT_H

#include "ops/op.h"

/* What such a job has as reasonCode; its comment says which criterion was met. */
#define JOB_ABORT_REASON "ABORT_CRITERIA_MET"

/*
 * After an execution has ended, of a job that has criteria (job_state.has_abort): if one is met the job is
 * CANCELED, as by CancelJob without force. Its executions are canceled from a timer that is due at once, so
 * that who is just going through them finds them as they were.
 */
bool job_abort_if_due(struct op *op, struct str job_id, bool *ret_aborted);

#endif
