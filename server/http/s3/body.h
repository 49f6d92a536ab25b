/*
 * A body on its way in: through aws-chunked, if it is encoded like that, then through its checksums, and into
 * a file or a buffer. It takes the same memory however long it is, a buffer's ceiling apart.
 *
 * What the headers say of it is checked before the first byte, what they promise after the last.
 */
#ifndef IOTJOBS_HTTP_S3_BODY_H
#define IOTJOBS_HTTP_S3_BODY_H

#include "rules/artifacts/aws_chunked.h"
#include "rules/artifacts/checksum.h"
#include "store/artifacts/artifact_folder.h"

struct s3_request;
struct s3_body;

#define S3_SINGLE_PUT_MAX ((int64_t)5 * 1024 * 1024 * 1024)

/* Reads the headers about the body; of a file it wants a length. NULL: refused. */
struct s3_body *s3_body_new(struct s3_request *s3);
/* Where its bytes go from now on. False: refused. */
bool s3_body_open_file(struct s3_request *s3, struct artifact_folder *folder);

/* A checksum that nobody has sent, and that is wanted of the result; where one came it stays. False: refused.
 */
bool s3_body_want_checksum(struct s3_request *s3, enum checksum_algorithm algorithm);

/* False: refused. */
bool s3_body_add(struct s3_request *s3, const char *bytes, size_t n);
/* Its end: whether it is what the headers promised. False: refused. */
bool s3_body_end(struct s3_request *s3);

/* After its end. */
struct str s3_body_text(const struct s3_body *body); /* of a buffer */
bool s3_body_has_digest(const struct s3_body *body); /* Content-MD5 or a checksum came with it */
/* The file, not yet finished: NULL, if it has none. */
struct artifact_writer *s3_body_writer(const struct s3_body *body);

void s3_body_free(struct s3_body *body); /* NULL is allowed; a file that nobody keeps goes */

#endif
