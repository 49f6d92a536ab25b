/*
 * Listings: objects, versions and uploads, by key. Keys with a delimiter behind the prefix show as one common
 * prefix, whose keys are not walked through: the walk begins again behind them.
 */
#include <string.h>

#include "ops/artifacts/artifact.h"
#include "ops/artifacts/artifact_check.h"

enum { LIST_MAX = 1000 };

struct roll {
    struct op *op;
    struct str bucket, prefix, delimiter, after;
    size_t max, n; /* entries: rows and common prefixes */
    bool truncated;
    size_t prefix_n;
    struct str *prefixes;
    struct str last; /* entry */
    struct stmt *(*begin)(const struct roll *roll, struct str after);
    /* Takes the row that the walk has come to. False: the arena is full. */
    bool (*take)(struct roll *roll, struct stmt *walk, struct str key);
    void *target;
    enum object_walk kind; /* of objects */
};

static bool fail_list(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The list could not be made.");
}

/* Up to the first delimiter behind the prefix; absent: there is none. */
static struct str common_prefix(const struct roll *roll, struct str key)
{
    if (roll->delimiter.n == 0 || key.n <= roll->prefix.n)
        return STR_NONE;
    const char *rest = key.p + roll->prefix.n;
    const char *found = memmem(rest, key.n - roll->prefix.n, roll->delimiter.p, roll->delimiter.n);
    return found ? (struct str){ key.p, (size_t)(found - key.p) + roll->delimiter.n } : STR_NONE;
}

static bool take_prefix(struct roll *roll, struct str prefix)
{
    roll->prefixes[roll->prefix_n++] = prefix;
    roll->last = prefix;
    roll->n++;
    return true;
}

static bool take_row(struct roll *roll, struct stmt *walk, struct str key)
{
    struct str copy = arena_str(roll->op->arena, key);
    roll->last = copy;
    roll->n++;
    return copy.p && roll->take(roll, walk, copy);
}

/* Goes on until the end, or until the page is full, or until the walk is to begin again behind *after, where
 * that is set. False: the arena is full. */
static bool go_on(struct roll *roll, struct stmt *walk, struct str *ret_after)
{
    *ret_after = STR_NONE;
    for (struct str key = key_walk_next(walk); key.p; key = key_walk_next(walk)) {
        struct str prefix = common_prefix(roll, key);
        bool listed = prefix.p && roll->after.p && str_compare(prefix, roll->after) <= 0;
        if (!listed && roll->n == roll->max) {
            roll->truncated = true;
            return true;
        }
        if (prefix.p) {
            prefix = arena_str(roll->op->arena, prefix);
            *ret_after = key_behind_all(prefix, roll->op->arena);
            return prefix.p && ret_after->p && (listed || take_prefix(roll, prefix));
        }
        if (!take_row(roll, walk, key))
            return false;
    }
    return true;
}

/* False after fail(). */
static bool roll_up(struct roll *roll)
{
    struct op *op = roll->op;
    bool ok = true;
    for (struct str after = roll->after; ok && roll->max > 0 && !roll->truncated;) {
        struct stmt *walk = roll->begin(roll, after);
        ok = go_on(roll, walk, &after);
        key_walk_end(walk);
        if (!after.p)
            break;
    }
    return (ok && !db_failed(op->db) && !op->arena->failed) || fail_list(op);
}

/* The rows of the marker's own key that are behind it; not if that key shows as a common prefix. */
static bool roll_marked(struct roll *roll, struct stmt *walk)
{
    struct str none;
    bool shown = str_starts_with(roll->after, roll->prefix.p ? roll->prefix : STR_LIT("")) &&
                 !common_prefix(roll, roll->after).p && roll->max > 0;
    bool ok = !shown || go_on(roll, walk, &none);
    key_walk_end(walk);
    return ok || fail_list(roll->op);
}

static bool init(struct roll *roll, int64_t max)
{
    roll->max = max < 0 ? 0 : max > LIST_MAX ? LIST_MAX : (size_t)max;
    if (roll->prefix.p == NULL)
        roll->prefix = STR_LIT("");
    roll->prefixes = arena_array(roll->op->arena, roll->max + 1, sizeof *roll->prefixes);
    return roll->prefixes || fail_list(roll->op);
}

/* ---- objects and versions ---- */

static struct stmt *begin_objects(const struct roll *roll, struct str after)
{
    return store_objects_walk(roll->op->db, roll->op->arena, roll->kind, roll->bucket, roll->prefix, after);
}

static bool take_object(struct roll *roll, struct stmt *walk, struct str key)
{
    struct s3_listing *listing = roll->target;
    struct object_row *object = &listing->objects[listing->object_n++];
    bool ok = store_objects_row(walk, roll->op->arena, roll->bucket, object);
    object->key = key;
    return ok;
}

static void finish_listing(const struct roll *roll, struct s3_listing *listing)
{
    listing->prefix_n = roll->prefix_n;
    listing->prefixes = roll->prefixes;
    listing->truncated = roll->truncated;
    listing->last = roll->last;
    listing->last_version = STR_NONE;
    if (listing->object_n == 0)
        return;
    const struct object_row *object = &listing->objects[listing->object_n - 1];
    if (str_eq(object->key, roll->last))
        listing->last_version = object->version_id;
}

bool op_s3_list_objects(struct op *op, const void *input)
{
    const struct s3_list_request *in = input;
    struct bucket_row bucket;
    struct s3_listing listing = { 0 };
    struct roll roll = {
        .op = op,
        .bucket = in->bucket,
        .prefix = in->prefix,
        .delimiter = in->delimiter,
        .after = in->after,
        .begin = begin_objects,
        .take = take_object,
        .target = &listing,
        .kind = in->versions ? WALK_VERSIONS : WALK_OBJECTS,
    };
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket) || !init(&roll, in->max))
        return false;
    listing.objects = arena_array(op->arena, roll.max + 1, sizeof *listing.objects);
    if (!listing.objects)
        return fail_list(op);
    if (in->versions && in->after.p && in->after_version.p &&
        !roll_marked(&roll, store_versions_walk(op->db, in->bucket, in->after, in->after_version)))
        return false;
    if (!roll_up(&roll))
        return false;
    finish_listing(&roll, &listing);
    *in->ret_listing = listing;
    return true;
}

/* ---- uploads ---- */

static struct stmt *begin_uploads(const struct roll *roll, struct str after)
{
    return store_uploads_walk(roll->op->db, roll->op->arena, roll->bucket, roll->prefix, after);
}

static bool take_upload(struct roll *roll, struct stmt *walk, struct str key)
{
    struct upload_rows *uploads = roll->target;
    struct upload_row *upload = &uploads->items[uploads->n++];
    bool ok = store_uploads_row(walk, roll->op->arena, roll->bucket, upload);
    upload->key = key;
    return ok;
}

bool op_s3_list_uploads(struct op *op, const void *input)
{
    const struct s3_list_uploads_request *in = input;
    struct bucket_row bucket;
    struct upload_rows uploads = { 0 };
    struct roll roll = {
        .op = op,
        .bucket = in->bucket,
        .prefix = in->prefix,
        .delimiter = in->delimiter,
        .after = in->key_marker,
        .begin = begin_uploads,
        .take = take_upload,
        .target = &uploads,
    };
    if (!artifact_find_bucket(op, in->bucket, in->refusal, &bucket) || !init(&roll, in->max))
        return false;
    uploads.items = arena_array(op->arena, roll.max + 1, sizeof *uploads.items);
    if (!uploads.items)
        return fail_list(op);
    if (in->key_marker.p && in->upload_id_marker.p &&
        !roll_marked(&roll, store_key_uploads_walk(op->db, in->bucket, in->key_marker, in->upload_id_marker)))
        return false;
    if (!roll_up(&roll))
        return false;
    *in->ret_uploads = uploads;
    in->ret_prefixes->n = roll.prefix_n;
    in->ret_prefixes->items = roll.prefixes;
    *in->ret_truncated = roll.truncated;
    return true;
}
