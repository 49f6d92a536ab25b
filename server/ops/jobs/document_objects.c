#include "ops/jobs/document_objects.h"

#include "api/uri_text.h"
#include "ops/artifacts/artifact_text.h"
#include "settings.h"

static bool is_missing(struct op *op, const struct document_object *object)
{
    const struct s3_location *location = &object->location;
    struct bucket_row bucket;
    if (op->settings->s3_endpoint[0])
        return false;
    if (object->placeholder.kind == PLACEHOLDER_UPLOAD)
        return !artifact_bucket_exists(op, location->bucket, &bucket);
    return !artifact_exists(op, location->bucket, location->key, location->version_id);
}

void document_objects_of(struct op *op, struct str document, const struct upload_values *values,
                         struct document_objects *ret_objects)
{
    struct str endpoint = str_from(op->settings->s3_endpoint);
    struct document_object object;
    ret_objects->n = 0;
    while (ret_objects->n < PLACEHOLDERS_MAX && placeholder_next(&document, op->arena, &object.placeholder)) {
        if (!placeholder_location(&object.placeholder, endpoint, op->arena, &object.location))
            continue;
        if (object.placeholder.kind == PLACEHOLDER_UPLOAD)
            object.location.key = upload_key(object.location.key, values, op->arena);
        object.missing = is_missing(op, &object);
        ret_objects->items[ret_objects->n++] = object;
    }
}

struct str document_object_problem(struct op *op, const struct document_object *object)
{
    const struct s3_location *location = &object->location;
    struct str bucket = uri_text_shown(location->bucket, op->arena);
    struct str key = uri_text_shown(location->key, op->arena);
    if (object->placeholder.kind == PLACEHOLDER_UPLOAD)
        return arena_printf(op->arena, "bucket %.*s is not in the artefact store", STR(bucket));
    if (location->version_id.p)
        return arena_printf(op->arena,
                            "version %.*s of object %.*s of bucket %.*s is not in the artefact store",
                            STR(uri_text_shown(location->version_id, op->arena)), STR(key), STR(bucket));
    return arena_printf(op->arena, "object %.*s of bucket %.*s is not in the artefact store", STR(key),
                        STR(bucket));
}

void document_warnings_write(struct op *op, const struct document_objects *objects)
{
    bool any = false;
    for (size_t i = 0; i < objects->n; i++) {
        if (!objects->items[i].missing)
            continue;
        if (!any) {
            json_key(op->json, "warnings");
            json_array_begin(op->json);
        }
        any = true;
        json_string(op->json, arena_printf(op->arena, "What the document speaks of is not there: %.*s.",
                                           STR(document_object_problem(op, &objects->items[i]))));
    }
    if (any)
        json_array_end(op->json);
}
