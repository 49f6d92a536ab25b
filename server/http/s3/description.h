/* What is said of an object with it: headers in, JSON into the database, headers out again. */
#ifndef IOTJOBS_HTTP_S3_DESCRIPTION_H
#define IOTJOBS_HTTP_S3_DESCRIPTION_H

#include "http/s3/request.h"
#include "http/s3/xml_reader.h"

/* From the headers of a PutObject, a CopyObject or a CreateMultipartUpload. False: refused; also for what
 * would have to be done to the object and is not, such as encryption with a key of the client's. */
bool s3_description_read(struct s3_request *s3, struct s3_description *ret_description);
/* Adds them to the answer. */
bool s3_description_add(struct s3_request *s3, struct str headers);

/* Tags as PutObjectTagging has them. False: refused. */
bool s3_tags_read(struct s3_request *s3, const struct xml_element *tagging, struct str *ret_tags);
/* <TagSet>…</TagSet> */
void s3_tags_write(struct s3_request *s3, struct str tags);
/* How many; absent tags are none. */
int s3_tags_count(struct str tags);

#endif
