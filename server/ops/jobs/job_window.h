/*
 * Maintenance windows of jobs (control plane, section 3.3): while one is open the job is IN_PROGRESS, between
 * them it is SCHEDULED, and what waits on its things is hidden. A job with windows waits for one timer at a
 * time: JOB_START until the first opens, then WINDOW_CLOSE and WINDOW_OPEN by turns.
 */
#ifndef IOTJOBS_OPS_JOB_WINDOW_H
#define IOTJOBS_OPS_JOB_WINDOW_H

#include "ops/op.h"
#include "rules/jobs/window.h"
#include "store/jobs/job_store.h"
#include "store/timer_store.h"

/* Of a job as it is stored; ret_windows->n is 0 where it has none. */
bool job_windows_get(struct op *op, const struct job_row *job, struct windows *ret_windows);
/* The same where they have been read from its configuration. */
bool job_windows_of(struct op *op, const struct job_row *job, const struct maintenance_windows *stored,
                    struct windows *ret_windows);

/* Sets the timer of what comes next: when the windows close, or with `opens` when the next one opens. Where
 * nothing opens any more there is none. *ret_open: whether one is open now. */
bool job_window_wait(struct op *op, struct str job_id, const struct windows *windows, enum timer_kind opens,
                     bool *ret_open);

/* Whether the job is SCHEDULED for ever: no window of it is open, and none opens any more. */
bool job_window_is_last(struct op *op, const struct job_row *job);

/* A run of the server begins, in this time zone. Where it is not the one of the run before, or one whose
 * rules may have changed since, all that waits for windows looks at them anew: its timers are due now. */
bool job_windows_run_begins(struct db *db, struct str zone, int64_t now_ms);

/* TIMER_WINDOW_OPEN, TIMER_WINDOW_CLOSE: the job follows its windows. */
bool job_window_due(struct op *op, const struct timer_row *timer);
/* TIMER_WINDOW_TELL: goes on telling the things of a job with very many. */
bool job_window_tell_due(struct op *op, const struct timer_row *timer);

#endif
