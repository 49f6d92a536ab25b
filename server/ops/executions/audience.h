/*
 * Who could receive a notification: the things whose notify topics somebody may have subscribed to.
 *
 * A rollout to a fleet of which nobody is connected would otherwise build a payload for each thing, with its
 * document, for nobody. So this errs on one side only: whom it does not name cannot be listening. It learns
 * of each subscription before the broker acts on it, and forgets none while the server runs. Sessions that
 * the broker keeps across a restart are rows of the table `audience`, read at start.
 *
 * What it cannot know makes everything heard: a filter with a wildcard where the thing's name stands; more
 * things than it has room for; a broker of which not everything is known (the setting track_subscriptions).
 *
 * Any thread.
 */
#ifndef IOTJOBS_OPS_AUDIENCE_H
#define IOTJOBS_OPS_AUDIENCE_H

#include "base/str.h"

struct audience;
struct db;

/* Things told apart; above that everything is heard. 32 MiB: those that are heard, and those that are stored.
 */
enum { AUDIENCE_MAX = 1 << 20 };

/* Nobody listens, or, with `everything`, anybody may. NULL when memory is out. */
struct audience *audience_new(bool everything);
void audience_free(struct audience *audience); /* NULL is allowed */

/* Adds whom the table names. False: the database did not tell. */
bool audience_load(struct audience *audience, struct db *db);

/*
 * Somebody subscribes with this filter. `persistent`: their session may outlive this process.
 * True: a row has to be stored for it, with store_audience_add; *ret_thing (borrowed from `filter`) names it,
 * "" for everything. Should storing fail, say so with audience_owe_row: which one is forgotten, so the next
 * row will stand for everything.
 */
bool audience_add(struct audience *audience, struct str filter, bool persistent, struct str *ret_thing);
void audience_owe_row(struct audience *audience);
/* Whether a row for everything is still owed. */
bool audience_owes_row(struct audience *audience);

/* "" asks for everything. NULL hears everything. */
bool audience_hears(struct audience *audience, struct str thing);

/* Changes whenever somebody new is added. */
unsigned long audience_generation(struct audience *audience);

#endif
