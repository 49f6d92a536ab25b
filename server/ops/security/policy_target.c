#include "ops/security/policy_target.h"

#include "ops/arn.h"
#include "ops/lookup.h"
#include "ops/security/certificate.h"
#include "ops/security/principal.h"
#include "store/security/policy_store.h"

/* In ARNs. */
static const struct {
    const char *type;
    enum policy_target_kind kind;
} types[] = {
    { "cert", POLICY_TARGET_CERTIFICATE },
    { "thinggroup", POLICY_TARGET_THING_GROUP },
};

static bool read_arn(struct op *op, struct str text, struct policy_target *target)
{
    struct arn arn;
    if (!arn_parse(text, &arn))
        return false;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq_text(arn.type, types[i].type)) {
            target->kind = types[i].kind;
            target->name =
                types[i].kind == POLICY_TARGET_CERTIFICATE ? certificate_key(op, arn.name) : arn.name;
            target->key = arena_printf(op->arena, "%s/%.*s", types[i].type, STR(target->name));
            target->ours = arn_is_ours(op, &arn);
            return true;
        }
    return false;
}

bool policy_target_read(struct op *op, struct str text, struct policy_target *ret_target)
{
    text = arena_str(op->arena, text); /* a label's text does not end with a NUL */
    struct policy_target target = { POLICY_TARGET_IDENTITY, text, text, text, true };
    if (!read_arn(op, text, &target) && !principal_is_identity(text))
        return fail(
            op->err, ERR_INVALID_REQUEST,
            "'%.*s' is neither the ARN of a certificate or a thing group nor the id of an Amazon Cognito "
            "identity.",
            STR(text));
    *ret_target = target;
    return true;
}

bool policy_target_find(struct op *op, const struct policy_target *target)
{
    struct thing_group_row group;
    bool found = target->kind == POLICY_TARGET_IDENTITY ||
                 (target->kind == POLICY_TARGET_CERTIFICATE
                      ? store_certificate_exists(op->db, target->name)
                      : store_thing_group_get(op->db, op->arena, target->name, &group));
    return (target->ours && found) ||
           fail(op->err, ERR_RESOURCE_NOT_FOUND, "%.*s cannot be found.", STR(target->given));
}

bool policy_target_gone(struct op *op, const char *type, struct str name)
{
    struct str key = arena_printf(op->arena, "%s/%.*s", type, STR(name));
    return (key.p && store_policy_detach_all(op->db, key)) ||
           fail(op->err, ERR_INTERNAL, "The policies could not be detached.");
}

struct str policy_target_text(struct op *op, struct str key)
{
    struct str name = key;
    struct str type = str_split(&name, '/');
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_eq_text(type, types[i].type))
            return arn_make(op, types[i].type, name);
    return key;
}
