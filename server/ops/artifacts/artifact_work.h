/*
 * What goes on with artefacts by itself: contents that nothing has any more are deleted bit by bit, however
 * many pieces they have, and multipart uploads that nobody completes are aborted. Timers, which are set
 * exactly while there is something of the kind.
 */
#ifndef IOTJOBS_OPS_ARTIFACT_WORK_H
#define IOTJOBS_OPS_ARTIFACT_WORK_H

#include "ops/op.h"
#include "store/artifacts/upload_store.h"
#include "store/timer_store.h"

/* One owner less. False after fail(). */
bool artifact_drop_content(struct op *op, int64_t content);
/* Where owners were taken away otherwise. */
bool artifact_contents_dropped(struct op *op);

/* With its parts. */
bool artifact_abort_upload(struct op *op, const struct upload_row *upload);
/* After uploads have come or gone. */
bool artifact_uploads_changed(struct op *op);

/* When the timers are due. */
bool artifact_clearing_due(struct op *op, const struct timer_row *timer);
bool artifact_uploads_due(struct op *op, const struct timer_row *timer);

#endif
