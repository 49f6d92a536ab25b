/*
 * A job's document as a device gets it: signed URLs in the place of its placeholders. That is made anew with
 * each delivery, so that a URL lives from then on ("presignedUrlConfig", AWS IoT developer guide). An object
 * that is not there is signed all the same, as on AWS, and the log warns of it.
 */
#ifndef IOTJOBS_OPS_DELIVERED_DOCUMENT_H
#define IOTJOBS_OPS_DELIVERED_DOCUMENT_H

#include "ops/op.h"
#include "store/jobs/execution_store.h"

/* The document itself where nothing is in it to be resolved; absent where memory is out. Of `style` the URL
 * counts (s3_home.h), and whether uploads are the asker's. */
struct str delivered_document(struct op *op, struct str document, const struct execution_row *execution,
                              const struct reply_style *style);

#endif
