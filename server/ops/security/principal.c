#include "ops/security/principal.h"

#include <string.h>

#include "ops/arn.h"
#include "ops/lookup.h"
#include "ops/page.h"
#include "ops/security/access_changes.h"
#include "ops/security/certificate.h"
#include "ops/security/policy_target.h"
#include "store/security/principal_store.h"

enum { COGNITO_ID_MAX = 55 }; /* of Cognito's own model */

/* ---- who is meant ---- */

bool principal_is_identity(struct str text)
{
    struct str rest = text;
    struct str region = str_split(&rest, ':');
    return text.n <= COGNITO_ID_MAX && region.n > 0 && rest.n > 0 &&
           strspn(region.p, "abcdefghijklmnopqrstuvwxyz0123456789-") == region.n &&
           strspn(rest.p, "abcdef0123456789-") == rest.n;
}

static bool find_certificate(struct op *op, const struct arn *arn, struct str text, struct str *ret_principal)
{
    struct str id = certificate_key(op, arn->name);
    if (!arn_is_ours(op, arn) || !store_certificate_exists(op->db, id))
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Principal %.*s cannot be found.", STR(text));
    *ret_principal = arena_printf(op->arena, PRINCIPAL_CERTIFICATE_PREFIX "%.*s", STR(id));
    return true;
}

/* The principal as it is stored. */
static bool find_principal(struct op *op, struct str text, struct str *ret_principal)
{
    struct arn arn;
    if (arn_parse(text, &arn) && str_eq_text(arn.type, "cert"))
        return find_certificate(op, &arn, text, ret_principal);
    *ret_principal = arena_str(op->arena, text); /* a header's text does not end with a NUL */
    return (ret_principal->p && principal_is_identity(*ret_principal)) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "The principal %.*s is neither the ARN of a certificate nor the id of an Amazon Cognito "
                "identity.",
                STR(text));
}

/* ---- AttachThingPrincipal, DetachThingPrincipal ---- */

/* A thing that is a principal's exclusively is its only one. */
static bool check_attach(struct op *op, const struct thing_row *thing, struct str principal, bool exclusive)
{
    struct principal_things things = store_principal_things(op->db, principal);
    if (things.exclusive)
        return fail(
            op->err, ERR_INVALID_REQUEST,
            "The principal is attached to another thing exclusively. Detach it from that thing before "
            "attaching it to %.*s.",
            STR(thing->name));
    return !(things.any && exclusive) ||
           fail(op->err, ERR_INVALID_REQUEST,
                "The principal is attached to other things. Detach it from them before attaching it to %.*s "
                "exclusively.",
                STR(thing->name));
}

/* The same once more is no error. */
static bool attach_again(struct op *op, const struct attachment_row *existing, const struct thing_row *thing,
                         bool exclusive)
{
    return existing->exclusive == exclusive ||
           fail(op->err, ERR_INVALID_REQUEST,
                "The principal is attached to %.*s with another thingPrincipalType. Detach it first.",
                STR(thing->name));
}

/* Which things a certificate stands for. */
static void note_change(struct op *op, struct str principal)
{
    struct str prefix = STR_LIT(PRINCIPAL_CERTIFICATE_PREFIX);
    if (str_starts_with(principal, prefix))
        access_changes_note(op->access_changes, ACCESS_CHANGED_FOR_CERTIFICATE,
                            (struct str){ principal.p + prefix.n, principal.n - prefix.n });
}

bool op_attach_thing_principal(struct op *op, const void *input)
{
    const struct attach_thing_principal_request *in = input;
    bool exclusive = in->thing_principal_type == THING_PRINCIPAL_TYPE_EXCLUSIVE_THING;
    struct thing_row thing;
    struct str principal = STR_NONE;
    struct attachment_row existing;
    if (!find_principal(op, in->principal, &principal) || !lookup_thing(op, in->thing_name, &thing))
        return false;
    if (store_principal_get(op->db, thing.id, principal, &existing))
        return attach_again(op, &existing, &thing, exclusive);
    note_change(op, principal);
    return check_attach(op, &thing, principal, exclusive) &&
           (store_principal_insert(op->db, thing.id, principal, exclusive) ||
            fail(op->err, ERR_INTERNAL, "The principal could not be attached."));
}

bool op_detach_thing_principal(struct op *op, const void *input)
{
    const struct detach_thing_principal_request *in = input;
    struct thing_row thing;
    struct str principal = STR_NONE;
    struct attachment_row attachment;
    if (!find_principal(op, in->principal, &principal) || !lookup_thing(op, in->thing_name, &thing))
        return false;
    if (!store_principal_get(op->db, thing.id, principal, &attachment))
        return fail(op->err, ERR_RESOURCE_NOT_FOUND, "Principal %.*s is not attached to thing %.*s.",
                    STR(in->principal), STR(thing.name));
    note_change(op, principal);
    return store_principal_delete(op->db, attachment.id) ||
           fail(op->err, ERR_INTERNAL, "The principal could not be detached.");
}

/* ---- ListThingPrincipals, ListPrincipalThings ---- */

bool op_list_thing_principals(struct op *op, const void *input)
{
    const struct list_thing_principals_request *in = input;
    struct thing_row thing;
    struct thing_principal_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_THING_PRINCIPALS, in->thing_name, in->max_results, in->next_token, 0) ||
        !lookup_thing(op, in->thing_name, &thing))
        return false;
    if (!store_principals_of_thing(op->db, op->arena, thing.id, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The principals could not be read.");
    json_key(op->json, "principals");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        json_string(op->json, policy_target_text(op, rows.items[i].principal));
    json_array_end(op->json);
    return page_close(op, &page);
}

bool op_list_principal_things(struct op *op, const void *input)
{
    const struct list_principal_things_request *in = input;
    struct str principal = STR_NONE;
    struct principal_thing_rows rows;
    struct page page;
    if (!page_open(op, &page, OP_LIST_PRINCIPAL_THINGS, in->principal, in->max_results, in->next_token, 0) ||
        !find_principal(op, in->principal, &principal))
        return false;
    if (!store_things_of_principal(op->db, op->arena, principal, page.cursor, page.size + 1, &rows))
        return fail(op->err, ERR_INTERNAL, "The things could not be read.");
    json_key(op->json, "things");
    json_array_begin(op->json);
    for (size_t i = 0; i < rows.n && page_take(&page, rows.items[i].id); i++)
        json_string(op->json, rows.items[i].thing_name);
    json_array_end(op->json);
    return page_close(op, &page);
}
