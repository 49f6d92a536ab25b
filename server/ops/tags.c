#include "ops/tags.h"

#include "ops/arn.h"
#include "ops/page.h"
#include "store/jobs/job_store.h"
#include "store/jobs/job_template_store.h"
#include "store/registry/thing_group_store.h"
#include "store/registry/thing_type_store.h"
#include "store/security/certificate_store.h"
#include "store/security/policy_store.h"
#include "store/tag_store.h"

enum { TAGS_MAX = 50 }; /* control plane 8.1 */

static bool job_exists(struct op *op, struct str name)
{
    struct job_state job;
    return store_job_state_get(op->db, name, &job);
}

static bool job_template_exists(struct op *op, struct str name)
{
    return store_job_template_exists(op->db, name);
}

static bool thing_group_exists(struct op *op, struct str name)
{
    struct thing_group_row group;
    return store_thing_group_get(op->db, op->arena, name, &group);
}

static bool thing_type_exists(struct op *op, struct str name)
{
    struct thing_type_row type;
    return store_thing_type_get(op->db, op->arena, name, &type);
}

static bool policy_exists(struct op *op, struct str name)
{
    struct policy_row policy;
    return store_policy_get(op->db, op->arena, name, &policy);
}

static bool ca_certificate_exists(struct op *op, struct str name)
{
    return store_ca_certificate_exists(op->db, name);
}

static const struct {
    const char *type; /* in its ARN */
    bool (*exists)(struct op *op, struct str name);
} kinds[TAGGABLE_COUNT] = {
    [TAGGABLE_JOB] = { "job", job_exists },
    [TAGGABLE_JOB_TEMPLATE] = { "jobtemplate", job_template_exists },
    [TAGGABLE_THING_GROUP] = { "thinggroup", thing_group_exists },
    [TAGGABLE_THING_TYPE] = { "thingtype", thing_type_exists },
    [TAGGABLE_POLICY] = { "policy", policy_exists },
    [TAGGABLE_CA_CERTIFICATE] = { "cacert", ca_certificate_exists },
};

/* ---- what is tagged ---- */

struct resource {
    const char *type;
    struct str name;
};

static bool find_resource(struct op *op, struct str text, struct resource *ret_resource)
{
    struct arn arn;
    int kind = 0;
    if (!arn_parse(text, &arn))
        return fail(op->err, ERR_INVALID_REQUEST,
                    "'%.*s' is not an ARN of the form arn:aws:iot:REGION:ACCOUNT:TYPE/NAME.", STR(text));
    while (kind < TAGGABLE_COUNT && !str_eq_text(arn.type, kinds[kind].type))
        kind++;
    if (kind == TAGGABLE_COUNT)
        return fail(op->err, ERR_INVALID_REQUEST, "Resources of type %.*s cannot have tags.", STR(arn.type));
    if (!arn_is_ours(op, &arn) || !kinds[kind].exists || !kinds[kind].exists(op, arn.name))
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Resource %.*s cannot be found.", STR(text));
    *ret_resource = (struct resource){ kinds[kind].type, arn.name };
    return true;
}

/* ---- checking ---- */

static bool check_key(struct op *op, const struct tag_list *tags, size_t at)
{
    struct str key = tags->items[at].key;
    if (str_starts_with(key, STR_LIT("aws:")))
        return fail(op->err, ERR_INVALID_REQUEST, "Tag keys that begin with aws: are reserved: %.*s",
                    STR(key));
    for (size_t i = 0; i < at; i++)
        if (str_eq(tags->items[i].key, key))
            return fail(op->err, ERR_INVALID_REQUEST, "Tag key %.*s is given twice.", STR(key));
    return true;
}

bool tags_check(struct op *op, const struct tag_list *tags)
{
    if (tags->n > TAGS_MAX)
        return fail(op->err, ERR_INVALID_REQUEST, "A resource can have at most %d tags; these are %zu.",
                    TAGS_MAX, tags->n);
    for (size_t i = 0; i < tags->n; i++)
        if (!check_key(op, tags, i))
            return false;
    return true;
}

/* A tag without a value has an empty one. */
static struct str value_of(const struct tag *tag)
{
    return tag->value.p ? tag->value : STR_LIT("");
}

static bool has(const struct tag_rows *rows, const struct tag *tag)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_eq(rows->items[i].key, tag->key))
            return str_eq(rows->items[i].value, value_of(tag));
    return false;
}

bool tags_same(struct op *op, enum taggable kind, struct str name, const struct tag_list *tags)
{
    struct tag_rows rows;
    if (!tags->n)
        return true;
    if (!store_tags_list(op->db, op->arena, kinds[kind].type, name, 0, TAGS_MAX, &rows) || rows.n != tags->n)
        return false;
    for (size_t i = 0; i < tags->n; i++)
        if (!has(&rows, &tags->items[i]))
            return false;
    return true;
}

/* ---- writing ---- */

static bool write(struct op *op, const struct resource *resource, const struct tag_list *tags)
{
    for (size_t i = 0; i < tags->n; i++) {
        if (!store_tag_set(op->db, resource->type, resource->name, tags->items[i].key,
                           value_of(&tags->items[i])))
            return fail(op->err, ERR_INTERNAL, "The tags could not be stored.");
    }
    return true;
}

bool tags_write(struct op *op, enum taggable kind, struct str name, const struct tag_list *tags)
{
    const struct resource resource = { kinds[kind].type, name };
    return write(op, &resource, tags);
}

bool tags_forget(struct op *op, enum taggable kind, struct str name)
{
    return store_tags_delete_of(op->db, kinds[kind].type, name) ||
           fail(op->err, ERR_INTERNAL, "The tags could not be deleted.");
}

/* ---- operations ---- */

/* Those it had, and those that are new, are not too many: looked at behind the write, which a failure undoes.
 */
bool op_tag_resource(struct op *op, const void *input)
{
    const struct tag_resource_request *in = input;
    struct resource resource;
    if (!tags_check(op, &in->tags) || !find_resource(op, in->resource_arn, &resource) ||
        !write(op, &resource, &in->tags))
        return false;
    return store_tag_count(op->db, resource.type, resource.name) <= TAGS_MAX ||
           fail(op->err, ERR_LIMIT_EXCEEDED, "A resource can have at most %d tags.", TAGS_MAX);
}

bool op_untag_resource(struct op *op, const void *input)
{
    const struct untag_resource_request *in = input;
    struct resource resource;
    if (!find_resource(op, in->resource_arn, &resource))
        return false;
    for (size_t i = 0; i < in->tag_keys.n; i++)
        if (!store_tag_delete(op->db, resource.type, resource.name, in->tag_keys.items[i]))
            return fail(op->err, ERR_INTERNAL, "The tags could not be deleted.");
    return true;
}

bool op_list_tags_for_resource(struct op *op, const void *input)
{
    const struct list_tags_for_resource_request *in = input;
    struct resource resource = { 0 };
    struct tag_rows rows;
    struct page page;
    struct opt_int size = { 0 };
    if (!page_open(op, &page, OP_LIST_TAGS_FOR_RESOURCE, in->resource_arn, size, in->next_token, 0) ||
        !find_resource(op, in->resource_arn, &resource))
        return false;
    if (!store_tags_list(op->db, op->arena, resource.type, resource.name, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The tags could not be read.");
    json_key(op->json, "tags");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++) {
        json_object_begin(op->json);
        json_member_string(op->json, "Key", rows.items[i].key);
        json_member_string(op->json, "Value", rows.items[i].value);
        json_object_end(op->json);
    }
    json_array_end(op->json);
    return page_close(op, &page);
}
