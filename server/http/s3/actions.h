/* What S3 can be asked to do, by the files that do it; dispatch.c says when. */
#ifndef IOTJOBS_HTTP_S3_ACTIONS_H
#define IOTJOBS_HTTP_S3_ACTIONS_H

#include "http/s3/request.h"

/* bucket.c */
extern const struct s3_action s3_list_buckets;
extern const struct s3_action s3_create_bucket;
extern const struct s3_action s3_head_bucket;
extern const struct s3_action s3_delete_bucket;
extern const struct s3_action s3_get_bucket_location;
extern const struct s3_action s3_get_bucket_versioning;
extern const struct s3_action s3_put_bucket_versioning;
/* What a bucket never has here: answered like one that has none yet. */
extern const struct s3_action s3_get_bucket_policy;
extern const struct s3_action s3_get_bucket_cors;
extern const struct s3_action s3_get_bucket_lifecycle;
extern const struct s3_action s3_get_bucket_tagging;

/* listing.c */
extern const struct s3_action s3_list_objects;
extern const struct s3_action s3_list_objects_v2;
extern const struct s3_action s3_list_object_versions;

/* get_object.c */
extern const struct s3_action s3_get_object;
extern const struct s3_action s3_head_object;

/* put_object.c */
extern const struct s3_action s3_put_object;
extern const struct s3_action s3_copy_object;

/* delete_object.c */
extern const struct s3_action s3_delete_object;
extern const struct s3_action s3_delete_objects;

/* object_facts.c */
extern const struct s3_action s3_get_object_tagging;
extern const struct s3_action s3_put_object_tagging;
extern const struct s3_action s3_delete_object_tagging;
extern const struct s3_action s3_get_object_acl;
extern const struct s3_action s3_get_object_attributes;

/* upload.c */
extern const struct s3_action s3_create_upload;
extern const struct s3_action s3_upload_part;
extern const struct s3_action s3_upload_part_copy;
extern const struct s3_action s3_complete_upload;
extern const struct s3_action s3_abort_upload;

/* upload_listing.c */
extern const struct s3_action s3_list_parts;
extern const struct s3_action s3_list_uploads;

#endif
