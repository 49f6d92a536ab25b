/* Artefacts as jobs see them: documents that are read whole, and whether what a document names is there. */
#ifndef IOTJOBS_OPS_ARTIFACT_TEXT_H
#define IOTJOBS_OPS_ARTIFACT_TEXT_H

#include "ops/artifacts/artifact.h"

/* The bytes of a small object, `most` of them at most, in the arena; absent version: the newest. Reads the
 * disk: for the engine and for readers' connections alike. False: *ret_refusal says why (EntityTooLarge,
 * NoSuchKey…), and nothing has failed besides. A reader whose transaction began before the object was deleted
 * may find its file gone: InternalError. */
bool artifact_read_text(struct op *op, struct str bucket, struct str key, struct str version_id, size_t most,
                        struct str *ret_text, struct s3_refusal *ret_refusal);

/* Whether there is an object, which is no delete marker; absent version: the newest. */
bool artifact_exists(struct op *op, struct str bucket, struct str key, struct str version_id);
bool artifact_bucket_exists(struct op *op, struct str bucket, struct bucket_row *ret_bucket);

#endif
