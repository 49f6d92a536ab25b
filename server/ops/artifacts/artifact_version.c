#include "ops/artifacts/artifact_version.h"

#include "base/random.h"
#include "ops/artifacts/artifact_work.h"

enum { VERSION_ID_LETTERS = 32 };

static bool fail_database(struct op *op)
{
    return fail(op->err, ERR_INTERNAL, "The object could not be stored.");
}

struct str artifact_random_id(struct op *op, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    char *text = arena_alloc(op->arena, n + 1);
    if (!text)
        return STR_NONE;
    random_letters(letters, text, n);
    return (struct str){ text, n };
}

/* The row and its content, whoever is the newest then. */
static bool take_away(struct op *op, const struct object_row *object)
{
    if (!store_object_delete(op->db, object->object_id))
        return fail_database(op);
    return object->delete_marker || artifact_drop_content(op, object->content);
}

/* What has no id is replaced. */
static bool take_away_null(struct op *op, const struct object_row *object)
{
    struct object_row before;
    return !store_object_get(op->db, op->arena, object->bucket, object->key, STR_LIT(VERSION_NULL),
                             &before) ||
           take_away(op, &before);
}

static bool step_down(struct op *op, const struct object_row *object)
{
    struct object_row latest;
    return !store_object_get(op->db, op->arena, object->bucket, object->key, STR_NONE, &latest) ||
           store_object_set_latest(op->db, latest.object_id, false) || fail_database(op);
}

bool artifact_version_add(struct op *op, const struct bucket_row *bucket, struct object_row *object)
{
    bool enabled = bucket->versioning == VERSIONING_ENABLED;
    object->version_id = enabled ? artifact_random_id(op, VERSION_ID_LETTERS) : STR_LIT(VERSION_NULL);
    object->versioned = bucket->versioning != VERSIONING_NEVER;
    object->modified_at_ms = op->now_ms;
    if (!enabled && !take_away_null(op, object))
        return false;
    return step_down(op, object) && (store_object_insert(op->db, object) || fail_database(op));
}

bool artifact_version_remove(struct op *op, const struct object_row *object)
{
    int64_t newest;
    if (!take_away(op, object))
        return false;
    return !object->is_latest || !store_object_newest(op->db, object->bucket, object->key, &newest) ||
           store_object_set_latest(op->db, newest, true) || fail_database(op);
}
