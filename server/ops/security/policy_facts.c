#include "ops/security/policy_facts.h"

#include <inttypes.h>

#include "base/certificate_names.h"
#include "base/time_text.h"
#include "store/registry/attribute_store.h"
#include "store/security/certificate_store.h"
#include "store/security/principal_store.h"

enum { SECOND_MS = 1000 };

/* ---- the thing ---- */

static bool find_exclusive(struct op *op, struct str principal, struct thing_row *ret_thing)
{
    struct principal_thing_rows rows;
    return store_principal_things(op->db, principal).exclusive &&
           store_things_of_principal(op->db, op->arena, principal, 0, 1, &rows) && rows.n == 1 &&
           store_thing_get(op->db, op->arena, rows.items[0].thing_name, ret_thing);
}

static bool find_namesake(struct op *op, struct str principal, struct str client_id,
                          struct thing_row *ret_thing)
{
    struct attachment_row attachment;
    return client_id.p && store_thing_get(op->db, op->arena, client_id, ret_thing) &&
           store_principal_get(op->db, ret_thing->id, principal, &attachment);
}

struct policy_association policy_associate(struct op *op, const struct policy_target *principal,
                                           struct str client_id)
{
    struct policy_association association = { 0 };
    association.found = find_exclusive(op, principal->key, &association.thing) ||
                        find_namesake(op, principal->key, client_id, &association.thing);
    return association;
}

/* ---- the facts ---- */

struct facts {
    struct op *op;
    struct policy_value *items;
    size_t n, room;
};

static bool add(struct facts *facts, struct str key, enum policy_value_kind kind, const struct str *values,
                size_t n)
{
    struct policy_value *items =
        arena_array_widen(facts->op->arena, facts->items, facts->n, &facts->room, sizeof *items);
    if (!items || !key.p)
        return false;
    facts->items = items;
    items[facts->n++] = (struct policy_value){ key, kind, n, values };
    return true;
}

/* An absent value adds nothing. */
static bool add_one(struct facts *facts, struct str key, struct str value)
{
    if (!value.p)
        return true;
    struct str *values = arena_array(facts->op->arena, 1, sizeof *values);
    if (!values)
        return false;
    values[0] = value;
    return add(facts, key, POLICY_VALUE_ONE, values, 1);
}

static bool add_thing(struct facts *facts, const struct policy_association *association)
{
    struct attribute_rows attributes;
    struct op *op = facts->op;
    if (!add_one(facts, STR_LIT("iot:Connection.Thing.IsAttached"),
                 association->found ? STR_LIT("true") : STR_LIT("false")))
        return false;
    if (!association->found)
        return true;
    if (!add_one(facts, STR_LIT("iot:Connection.Thing.ThingName"), association->thing.name) ||
        !add_one(facts, STR_LIT("iot:Connection.Thing.ThingTypeName"), association->thing.type) ||
        !store_attributes_get(op->db, op->arena, ATTRIBUTES_OF_THING, association->thing.id, &attributes))
        return false;
    for (size_t i = 0; i < attributes.n; i++)
        if (!add_one(facts,
                     arena_printf(op->arena, "iot:Connection.Thing.Attributes[%.*s]",
                                  STR(attributes.items[i].name)),
                     attributes.items[i].value))
            return false;
    return true;
}

static bool add_names(struct facts *facts, const struct certificate_names *names)
{
    struct str *keys = arena_array(facts->op->arena, names->n + 1, sizeof *keys);
    if (!keys)
        return false;
    for (size_t i = 0; i < names->n; i++) {
        keys[i] = arena_printf(facts->op->arena, "iot:Certificate.%s", names->items[i].key);
        if (!add(facts, keys[i], POLICY_VALUE_INDEXED, names->items[i].values, names->items[i].n))
            return false;
    }
    return add(facts, STR_LIT("iot:Certificate.AvailableKeys"), POLICY_VALUE_SET, keys, names->n);
}

static bool add_certificate(struct facts *facts, struct str id)
{
    struct certificate_row certificate;
    struct certificate_names names;
    struct op *op = facts->op;
    return store_certificate_get(op->db, op->arena, id, &certificate) &&
           certificate_names_read(certificate.common.pem, op->arena, &names) &&
           add_one(facts, STR_LIT("iot:CertificateId"), id) && add_names(facts, &names);
}

static bool add_time(struct facts *facts)
{
    struct arena *arena = facts->op->arena;
    int64_t now_ms = facts->op->now_ms;
    char iso[TIME_TEXT_MAX];
    time_format_iso(now_ms, iso);
    return add_one(facts, STR_LIT("aws:CurrentTime"), arena_str(arena, str_from(iso))) &&
           add_one(facts, STR_LIT("aws:EpochTime"), arena_printf(arena, "%" PRId64, now_ms / SECOND_MS));
}

bool policy_facts(struct op *op, const struct policy_target *principal, struct str client_id,
                  const struct policy_association *association, struct policy_context *ret_context)
{
    struct facts facts = { .op = op };
    if (!add_time(&facts) || !add_one(&facts, STR_LIT("iot:ClientId"), client_id) ||
        !add_thing(&facts, association) ||
        (principal->kind == POLICY_TARGET_CERTIFICATE && !add_certificate(&facts, principal->name)))
        return fail(op->err, ERR_INTERNAL, "The principal could not be read.");
    *ret_context = (struct policy_context){ facts.n, facts.items };
    return true;
}
