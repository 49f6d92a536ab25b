/*
 * Who is connected to the broker with auth = enforce, and what each of them may (ops/security/device_access,
 * rules/security/access). No broker needed. Broker thread only.
 *
 * A client is looked up when it connects, with a read-only connection to the database, which is the one thing
 * that this thread asks of it: until CONNECT is answered there is nothing else that could decide. From then
 * on what was found is at hand for each message, and looked up anew once something has changed of it; a
 * change counts from the moment on at which whoever made it was told so.
 */
#ifndef IOTJOBS_PLUGIN_IDENTITIES_H
#define IOTJOBS_PLUGIN_IDENTITIES_H

#include "client_ca.h"
#include "engine/denials.h"
#include "engine/engine.h"
#include "ops/security/access_changes.h"
#include "ops/security/policy_cache.h"
#include "store/store.h"

struct identity;

struct identities_config {
    struct engine *engine; /* registers devices that register themselves */
    struct store *store;
    struct client_ca *ca;
    struct policy_cache *cache;
    struct access_changes *changes;
    struct denials *denials;
    struct clock *clock;
    const struct settings *settings;
    struct log *log;
};

struct identity_index {
    struct identity **places; /* `size` of them */
};

enum { IDENTITY_INDEXES = 3 };

struct identities {
    struct identities_config config;
    struct db *db;                                     /* opened when it is first needed */
    struct identity_index by[IDENTITY_INDEXES];        /* connection, certificate, thing */
    size_t size, n;                                    /* size: a power of two, or 0 */
    uint64_t seed;                                     /* nobody can choose names that fall on one place */
    uint64_t generation;                               /* grows when everybody has to be looked up anew */
    struct identity *first_to_review, *last_to_review; /* whose certificate may count no more */
    uint64_t ca_generation;
    int64_t reviewed_ms; /* the host's time, when all were reviewed */
    struct strbuf arn;   /* of the latest question */
    size_t arn_prefix;   /* bytes of it that are always the same */
};

/* False: out of memory. */
bool identities_init(struct identities *identities, const struct identities_config *config);
/* Also one that is all zero. */
void identities_release(struct identities *identities);

/* A client that wants to connect. Everything is borrowed for the call. */
struct newcomer {
    const void *connection; /* the broker's; never looked at */
    struct str client_id;
    size_t chain_n; /* what it has shown in the handshake, its own certificate first; 0: nothing */
    const struct str *chain;
    struct str server_name; /* absent: it has called us by none */
    struct str source_ip;
    bool persistent; /* it asks for a session that lasts */
};

enum admission {
    ADMITTED,
    CERTIFICATE_REFUSED, /* it has shown none, or one that does not count */
    CONNECT_DENIED,      /* no policy allows it to connect as that client */
};

/* Whether it may connect; if so, it is known from here on until identities_left. A denial is noted. */
enum admission identities_admit(struct identities *identities, const struct newcomer *newcomer);
/* It is known until the next review: the broker asks whether its will may be published behind this. Harmless
 * for a connection that is not known. */
void identities_left(struct identities *identities, const void *connection);
/* The next review cuts it; until then it may nothing. Harmless for a connection that is not known. */
void identities_expel(struct identities *identities, const void *connection);
bool identities_knows(const struct identities *identities, const void *connection);

/* Whether the client may do it to the resource TYPE/NAME, "topic" and a topic for instance. A denial is
 * noted. False for a connection that is not known. */
bool identities_may(struct identities *identities, const void *connection, const struct action *action,
                    const char *type, struct str name);

/* The certificate's id, for the calls that the client makes; absent when it is not known. */
struct str identities_certificate(const struct identities *identities, const void *connection);

/*
 * On each tick. Clients whose certificate counts no more, that stand no more for their thing, or that were
 * expelled, are told to `cut`, which must not call back in here. True: some are still to be reviewed, the
 * next tick should come soon; who cannot be, because the database does not answer, waits for the ticks that
 * come by themselves.
 */
typedef void identities_cut_fn(void *context, const void *connection, const char *client_id);
bool identities_review(struct identities *identities, identities_cut_fn *cut, void *context);

#endif
