#include "plugin/connections.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum { PLACES_AT_FIRST = 256, CLIENT_ID_MAX = 128, TOLD_AT_ONCE = 100 };

struct connection {
    struct connection *next;   /* on its place */
    struct connection *queued; /* behind it in the queue */
    const void *who;           /* the broker's connection; never looked at */
    const char *reason;        /* why it has gone; NULL: it is here */
    int64_t at_ms;             /* when it came or went */
    int keep_alive_s;
    bool clean_session;
    bool to_tell; /* it is in the queue */
    bool in_call; /* it is in the call that is on its way */
    size_t id_n;
    char id[];
};

enum { ON_ITS_WAY, TOLD, NOT_TOLD }; /* an outcome */

/* A call, and whose changes are in it. The engine thread sets `outcome` and touches nothing else. */
struct telling {
    atomic_int outcome;
    void (*ring)(void *context);
    void *ring_context;
    size_t n;
    struct connection *connections[TOLD_AT_ONCE];
};

void connections_init(struct connections *connections)
{
    *connections = (struct connections){ 0 };
    connections->end = &connections->first;
    random_bytes(&connections->seed, sizeof connections->seed);
}

void connections_release(struct connections *connections)
{
    for (size_t i = 0; i < connections->size; i++) {
        struct connection *next;
        for (struct connection *c = connections->places[i]; c; c = next) {
            next = c->next;
            free(c);
        }
    }
    free(connections->places);
    free(connections->telling);
    connections_init(connections);
}

/* ---- the set ---- */

/* As names of things are: no other client is in the index. */
static bool could_be_thing(struct str id)
{
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != ':' &&
            c != '_' && c != '-')
            return false;
    }
    return id.n > 0 && id.n <= CLIENT_ID_MAX;
}

static struct connection **place_of(const struct connections *connections, struct str id)
{
    return &connections->places[str_hash(id, connections->seed) & (connections->size - 1)];
}

static struct str id_of(const struct connection *connection)
{
    return (struct str){ connection->id, connection->id_n };
}

static struct connection *find(const struct connections *connections, struct str id)
{
    struct connection *c = connections->size ? *place_of(connections, id) : NULL;
    while (c && !str_eq(id_of(c), id))
        c = c->next;
    return c;
}

static bool widen(struct connections *connections)
{
    struct connections wider = *connections;
    wider.size = connections->size ? connections->size * 2 : PLACES_AT_FIRST;
    wider.places = calloc(wider.size, sizeof(struct connection *));
    if (!wider.places)
        return false;
    for (size_t i = 0; i < connections->size; i++) {
        struct connection *next;
        for (struct connection *c = connections->places[i]; c; c = next) {
            struct connection **place = place_of(&wider, id_of(c));
            next = c->next;
            c->next = *place;
            *place = c;
        }
    }
    free(connections->places);
    connections->places = wider.places;
    connections->size = wider.size;
    return true;
}

static struct connection *add(struct connections *connections, struct str id)
{
    if (connections->n >= connections->size && !widen(connections) && !connections->size)
        return NULL;
    struct connection *c = calloc(1, sizeof *c + id.n);
    if (!c)
        return NULL;
    c->id_n = id.n;
    memcpy(c->id, id.p, id.n);
    struct connection **place = place_of(connections, id);
    c->next = *place;
    *place = c;
    connections->n++;
    return c;
}

/* Who has gone, and of whom nothing is left to tell. */
static void forget_if_done(struct connections *connections, struct connection *connection)
{
    if (!connection->reason || connection->to_tell || connection->in_call)
        return;
    struct connection **at = place_of(connections, id_of(connection));
    while (*at != connection)
        at = &(*at)->next;
    *at = connection->next;
    connections->n--;
    free(connection);
}

/* ---- the queue ---- */

static void queue(struct connections *connections, struct connection *connection)
{
    if (connection->to_tell)
        return;
    connection->to_tell = true;
    connection->queued = NULL;
    *connections->end = connection;
    connections->end = &connection->queued;
}

static struct connection *take(struct connections *connections)
{
    struct connection *c = connections->first;
    if (!c)
        return NULL;
    connections->first = c->queued;
    if (!connections->first)
        connections->end = &connections->first;
    c->to_tell = false;
    return c;
}

static void note(struct connections *connections, struct connection *connection)
{
    connection->at_ms = clock_now_ms(connections->clock);
    if (connections->generation)
        queue(connections, connection);
    forget_if_done(connections, connection);
}

void connections_came(struct connections *connections, const struct arrival *arrival)
{
    if (!could_be_thing(arrival->client_id))
        return;
    struct connection *c = find(connections, arrival->client_id);
    if (!c)
        c = add(connections, arrival->client_id);
    if (!c)
        return;
    c->who = arrival->connection;
    c->keep_alive_s = arrival->keep_alive_s;
    c->clean_session = arrival->clean_session;
    c->reason = NULL;
    note(connections, c);
}

void connections_left(struct connections *connections, const void *connection, struct str client_id,
                      const char *reason)
{
    struct connection *c = find(connections, client_id);
    if (!c || c->who != connection || c->reason)
        return;
    c->reason = reason;
    note(connections, c);
}

/* ---- telling ---- */

/* On the engine thread. */
static void on_told(struct call *call)
{
    struct telling *telling = call->owner;
    void (*ring)(void *context) = telling->ring;
    void *context = telling->ring_context;
    bool ok = call->ok;
    call_free(call);
    atomic_store(&telling->outcome, ok ? TOLD : NOT_TOLD); /* from here on it is the broker thread's */
    if (ok)                                                /* what failed is not tried again at once */
        ring(context);
}

static void write_change(struct connection_change *change, const struct connection *connection,
                         struct arena *arena)
{
    *change = (struct connection_change){
        .client_id = arena_str(arena, id_of(connection)),
        .at_ms = connection->at_ms,
        .disconnect_reason = connection->reason ? str_from(connection->reason) : STR_NONE,
        .keep_alive_s = connection->keep_alive_s,
        .clean_session = connection->clean_session,
    };
}

static struct call *call_for(struct telling *telling)
{
    struct call *call = call_new();
    struct connection_changes *changes = call ? arena_alloc(&call->arena, sizeof *changes) : NULL;
    if (changes)
        changes->items = arena_array(&call->arena, telling->n, sizeof *changes->items);
    if (!changes || !changes->items) {
        call_free(call);
        return NULL;
    }
    for (; changes->n < telling->n; changes->n++)
        write_change(&changes->items[changes->n], telling->connections[changes->n], &call->arena);
    call->input = changes;
    call->run = connectivity_note;
    call->owner = telling;
    call->done = on_told;
    return call;
}

/* What has come of it. Who was told of is told of again if that failed, unless it has changed meanwhile and
 * is in the queue anyway. */
static void end_telling(struct connections *connections, bool told)
{
    struct telling *telling = connections->telling;
    connections->telling = NULL;
    for (size_t i = 0; i < telling->n; i++) {
        struct connection *c = telling->connections[i];
        c->in_call = false;
        if (!told && connections->generation)
            queue(connections, c);
        forget_if_done(connections, c);
    }
    free(telling);
}

static void begin_telling(struct connections *connections)
{
    struct telling *telling = calloc(1, sizeof *telling);
    if (!telling)
        return;
    telling->ring = connections->ring;
    telling->ring_context = connections->ring_context;
    for (struct connection *c; telling->n < TOLD_AT_ONCE && (c = take(connections));) {
        c->in_call = true;
        telling->connections[telling->n++] = c;
    }
    connections->telling = telling;
    struct call *call = call_for(telling);
    if (call && !call->arena.failed && engine_submit(connections->engine, call))
        return;
    call_free(call);
    end_telling(connections, false);
}

/* Somebody wants to know from here on, or no more. */
static void begin_generation(struct connections *connections, unsigned long generation)
{
    connections->generation = generation;
    for (size_t i = 0; i < connections->size; i++) {
        for (struct connection *c = connections->places[i]; c && generation; c = c->next)
            queue(connections, c);
    }
    for (struct connection *c; !generation && (c = take(connections));)
        forget_if_done(connections, c);
}

void connections_tell(struct connections *connections)
{
    unsigned long generation = connectivity_watch_generation(connections->watch);
    struct telling *telling = connections->telling;
    if (telling) {
        int outcome = atomic_load(&telling->outcome);
        if (outcome == ON_ITS_WAY)
            return;
        end_telling(connections, outcome == TOLD);
    }
    if (generation != connections->generation)
        begin_generation(connections, generation);
    if (connections->first)
        begin_telling(connections);
}
