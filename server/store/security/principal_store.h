/*
 * Which principals things are attached to. Texts that are returned live in the arena.
 *
 * A principal is written TYPE/NAME as in its ARN ("cert/<64 hex>"); an identity of Cognito is its id
 * ("eu-west-1:<UUID>").
 */
#ifndef IOTJOBS_STORE_PRINCIPAL_STORE_H
#define IOTJOBS_STORE_PRINCIPAL_STORE_H

#include "store/db.h"

#define PRINCIPAL_CERTIFICATE_PREFIX "cert/"

struct attachment_row {
    int64_t id; /* order of attaching */
    bool exclusive;
};

bool store_principal_get(struct db *db, int64_t thing, struct str principal,
                         struct attachment_row *ret_attachment);
bool store_principal_insert(struct db *db, int64_t thing, struct str principal, bool exclusive);
bool store_principal_delete(struct db *db, int64_t attachment);

bool store_principal_has_thing(struct db *db, struct str principal, struct str thing_name);
bool store_thing_has_principals(struct db *db, int64_t thing);

/* The principal's things: any, and one that it is attached to exclusively. */
struct principal_things {
    bool any;
    bool exclusive;
};

struct principal_things store_principal_things(struct db *db, struct str principal);

/* ---- lists, in order of attaching, beyond `after`, an attachment's id ---- */

struct thing_principal_row {
    int64_t id;
    struct str principal;
};

struct thing_principal_rows {
    size_t n;
    struct thing_principal_row *items;
};

bool store_principals_of_thing(struct db *db, struct arena *arena, int64_t thing, int64_t after,
                               int64_t limit, struct thing_principal_rows *ret_rows);

struct principal_thing_row {
    int64_t id;
    struct str thing_name;
};

struct principal_thing_rows {
    size_t n;
    struct principal_thing_row *items;
};

bool store_things_of_principal(struct db *db, struct arena *arena, struct str principal, int64_t after,
                               int64_t limit, struct principal_thing_rows *ret_rows);

#endif
