#include "ops/security/policy_facts.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/certificate_names.h"
#include "store/registry/attribute_store.h"
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

struct policy_association policy_associate(struct op *op, struct str principal, struct str client_id)
{
    struct policy_association association = { 0 };
    association.found = find_exclusive(op, principal, &association.thing) ||
                        find_namesake(op, principal, client_id, &association.thing);
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

static bool add_certificate(struct facts *facts, const struct policy_client *client)
{
    struct certificate_names names;
    return !client->certificate_pem.p ||
           (certificate_names_read(client->certificate_pem, facts->op->arena, &names) &&
            add_one(facts, STR_LIT("iot:CertificateId"), client->certificate_id) && add_names(facts, &names));
}

static bool add_connect_attributes(struct facts *facts, const struct policy_client *client)
{
    static const struct str persistent = { "PersistentConnect", sizeof "PersistentConnect" - 1 };
    return !client->asked || add(facts, STR_LIT("iot:ConnectAttributes"), POLICY_VALUE_SET, &persistent,
                                 client->persistent ? 1 : 0);
}

static bool add_connection(struct facts *facts, const struct policy_client *client)
{
    return add_one(facts, STR_LIT("iot:ClientId"), client->client_id) &&
           add_one(facts, STR_LIT("aws:SourceIp"), client->source_ip) &&
           add_one(facts, STR_LIT("iot:DomainName"), client->domain_name) &&
           (!client->secure || add_one(facts, STR_LIT("aws:SecureTransport"), STR_LIT("true")));
}

/* ---- the time ---- */

void policy_time_set(struct policy_time *time, int64_t now_ms)
{
    int64_t second = now_ms / SECOND_MS;
    if (time->iso_value.p && time->second == second)
        return;
    time->second = second;
    time_format_iso(second * SECOND_MS, time->iso);
    snprintf(time->epoch, sizeof time->epoch, "%" PRId64, second);
    time->iso_value = str_from(time->iso);
    time->epoch_value = str_from(time->epoch);
}

static bool add_time(struct facts *facts, struct policy_time *time)
{
    policy_time_set(time, facts->op->now_ms);
    return add(facts, STR_LIT("aws:CurrentTime"), POLICY_VALUE_ONE, &time->iso_value, 1) &&
           add(facts, STR_LIT("aws:EpochTime"), POLICY_VALUE_ONE, &time->epoch_value, 1);
}

bool policy_facts(struct op *op, const struct policy_client *client,
                  const struct policy_association *association, struct policy_time *time,
                  struct policy_context *ret_context)
{
    struct facts facts = { .op = op };
    if (!add_time(&facts, time) || !add_connection(&facts, client) ||
        (client->mqtt && !add_thing(&facts, association)) || !add_certificate(&facts, client) ||
        !add_connect_attributes(&facts, client))
        return fail(op->err, ERR_INTERNAL, "The principal could not be read.");
    *ret_context = (struct policy_context){ facts.n, facts.items };
    return true;
}
