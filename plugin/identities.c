#include "plugin/identities.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "ops/security/device_access.h"
#include "ops/security/device_registration.h"
#include "settings.h"

enum {
    PLACES_AT_FIRST = 256,
    ACCESS_ARENA_MAX = 4 * 1024 * 1024, /* policies are not in it; attributes and names are */
    NEWCOMER_ARENA_MAX = 1024 * 1024,
    ARN_MAX = 128 * 1024, /* a topic has 64 KiB at most */
    REVIEWED_AT_ONCE = 20,
    REVIEW_ALL_MS = 3600 * 1000, /* certificates end */
};

enum index_of { BY_CONNECTION, BY_CERTIFICATE, BY_THING };

struct identity {
    struct identity *next[IDENTITY_INDEXES], **at[IDENTITY_INDEXES]; /* at: what points to this one */
    uint64_t place[IDENTITY_INDEXES];                                /* hash; 0: it is not in that index */
    struct identity *next_to_review;
    bool to_review;
    bool stale;          /* has to be looked up anew */
    bool out;            /* is to be cut, and may nothing any more */
    bool gone;           /* the next review forgets it */
    uint64_t generation; /* of the identities, when it was looked up */
    struct arena own;    /* of `newcomer` */
    struct newcomer newcomer;
    struct client_certificate certificate;
    struct arena arena; /* of `access` */
    struct device_access access;
};

/* ---- the indexes ---- */

static bool is_registered(const struct identity *identity)
{
    return identity->access.principal.registered;
}

/* One that is not registered is found by what would change that, and by a thing that may come to be. */
static struct str key_of(const struct identity *identity, enum index_of index)
{
    switch (index) {
    case BY_CONNECTION:
        return (struct str){ (const char *)&identity->newcomer.connection, sizeof(const void *) };
    case BY_CERTIFICATE:
        return is_registered(identity) ? identity->access.principal.certificate_id
                                       : str_from(identity->certificate.content);
    case BY_THING:
        return is_registered(identity) ? identity->access.thing_name
                                       : str_from(identity->certificate.thing_name);
    }
    return STR_NONE;
}

static struct identity **place_of(const struct identities *identities, enum index_of index, uint64_t hash)
{
    return &identities->by[index].places[hash & (identities->size - 1)];
}

static void link_in(struct identities *identities, struct identity *identity, enum index_of index)
{
    struct str key = key_of(identity, index);
    if (key.n == 0)
        return;
    identity->place[index] = str_hash(key, identities->seed);
    struct identity **place = place_of(identities, index, identity->place[index]);
    identity->next[index] = *place;
    identity->at[index] = place;
    if (*place != NULL)
        (*place)->at[index] = &identity->next[index];
    *place = identity;
}

/* A whole fleet may share a certificate, and a place: none of it is walked through. */
static void unlink_from(struct identity *identity, enum index_of index)
{
    if (identity->place[index] == 0)
        return;
    *identity->at[index] = identity->next[index];
    if (identity->next[index] != NULL)
        identity->next[index]->at[index] = identity->at[index];
    identity->place[index] = 0;
}

static struct identity *find(const struct identities *identities, const void *connection)
{
    if (identities->size == 0)
        return NULL;
    uint64_t hash = str_hash((struct str){ (const char *)&connection, sizeof connection }, identities->seed);
    struct identity *identity = *place_of(identities, BY_CONNECTION, hash);
    while (identity != NULL && identity->newcomer.connection != connection)
        identity = identity->next[BY_CONNECTION];
    return identity;
}

static void move_all(const struct identities *from, struct identities *to)
{
    for (size_t i = 0; i < from->size; i++) {
        struct identity *next;
        for (struct identity *identity = from->by[BY_CONNECTION].places[i]; identity != NULL;
             identity = next) {
            next = identity->next[BY_CONNECTION];
            for (int index = 0; index < IDENTITY_INDEXES; index++)
                link_in(to, identity, (enum index_of)index);
        }
    }
}

static void free_places(struct identity_index by[IDENTITY_INDEXES])
{
    for (size_t i = 0; i < IDENTITY_INDEXES; i++) {
        free(by[i].places);
        by[i].places = NULL;
    }
}

static bool widen(struct identities *identities)
{
    struct identities wider = *identities;
    wider.size = identities->size ? identities->size * 2 : PLACES_AT_FIRST;
    bool ok = true;
    for (size_t i = 0; i < IDENTITY_INDEXES; i++) {
        wider.by[i].places = calloc(wider.size, sizeof(struct identity *));
        ok = ok && wider.by[i].places != NULL;
    }
    if (!ok) {
        free_places(wider.by);
        return false;
    }
    move_all(identities, &wider);
    free_places(identities->by);
    memcpy(identities->by, wider.by, sizeof identities->by);
    identities->size = wider.size;
    return true;
}

/* ---- life ---- */

bool identities_init(struct identities *identities, const struct identities_config *config)
{
    *identities = (struct identities){ .config = *config, .reviewed_ms = clock_host_ms() };
    random_bytes(&identities->seed, sizeof identities->seed);
    identities->ca_generation = client_ca_generation(config->ca);
    strbuf_init(&identities->arn, ARN_MAX);
    strbuf_printf(&identities->arn, "arn:aws:iot:%.*s:%s:", STR(call_region(STR_NONE, config->settings)),
                  config->settings->account_id);
    identities->arn_prefix = identities->arn.n;
    return !identities->arn.failed && widen(identities);
}

static void identity_free(struct identity *identity)
{
    device_access_release(&identity->access);
    arena_release(&identity->arena);
    arena_release(&identity->own);
    free(identity);
}

static void take_from_review(struct identities *identities, struct identity *identity)
{
    struct identity *before = NULL;
    if (!identity->to_review)
        return;
    for (struct identity *at = identities->first_to_review; at != identity; at = at->next_to_review)
        before = at;
    if (before != NULL)
        before->next_to_review = identity->next_to_review;
    else
        identities->first_to_review = identity->next_to_review;
    if (identities->last_to_review == identity)
        identities->last_to_review = before;
    identity->to_review = false;
}

static void forget(struct identities *identities, struct identity *identity)
{
    for (int index = 0; index < IDENTITY_INDEXES; index++)
        unlink_from(identity, (enum index_of)index);
    take_from_review(identities, identity);
    identities->n--;
    identity_free(identity);
}

void identities_release(struct identities *identities)
{
    for (size_t i = 0; i < identities->size; i++)
        while (identities->by[BY_CONNECTION].places[i] != NULL)
            forget(identities, identities->by[BY_CONNECTION].places[i]);
    free_places(identities->by);
    db_close(identities->db);
    strbuf_release(&identities->arn);
    *identities = (struct identities){ 0 };
}

/* ---- looking up ---- */

static struct device_connection connection_of(const struct identity *identity, struct str pem,
                                              int64_t host_ms)
{
    const struct newcomer *newcomer = &identity->newcomer;
    const struct client_certificate *certificate = &identity->certificate;
    return (struct device_connection){
        .certificate_id = str_from(certificate->id),
        .content = str_from(certificate->content),
        .pem = pem,
        .thing_name = certificate->thing_name[0] != '\0' ? str_from(certificate->thing_name) : STR_NONE,
        .made_here = certificate->made_here,
        .distrusted = certificate->refusal,
        .revoked = certificate->revoked,
        .mqtt = true,
        .client_id = newcomer->client_id,
        .persistent = newcomer->persistent,
        .source_ip = newcomer->source_ip,
        .domain_name = newcomer->server_name,
        .host_ms = host_ms,
    };
}

/* Into `identity->access`, which is empty. False: the database does not answer. */
static bool ask_database(struct identities *identities, struct identity *identity)
{
    const struct identities_config *config = &identities->config;
    struct err err;
    int64_t host_ms = clock_host_ms();
    if (identities->db == NULL)
        identities->db = store_open_reader(config->store);
    if (identities->db == NULL || !db_begin_read(identities->db))
        return false;
    err_init(&err, &identity->arena);
    struct op op = { .db = identities->db,
                     .arena = &identity->arena,
                     .err = &err,
                     .now_ms = clock_now_ms(config->clock),
                     .settings = config->settings,
                     .log = config->log };
    client_ca_judge(config->ca, identity->newcomer.chain, identity->newcomer.chain_n, host_ms,
                    &identity->certificate);
    struct str pem = certificate_pem(identity->newcomer.chain[0], &identity->arena);
    const struct device_connection connection = connection_of(identity, pem, host_ms);
    bool ok = device_access_find(&op, config->cache, &connection, &identity->access);
    db_end_read(identities->db);
    return ok;
}

static bool look_up(struct identities *identities, struct identity *identity)
{
    arena_init(&identity->arena, ACCESS_ARENA_MAX);
    identity->access = (struct device_access){ 0 };
    identity->generation = identities->generation;
    identity->stale = false;
    if (ask_database(identities, identity))
        return true;
    log_write(identities->config.log, LOG_ERROR, "access_unknown client=\"%.*s\"",
              STR(identity->newcomer.client_id));
    db_close(identities->db);
    identities->db = NULL;
    identity->stale = true; /* nothing is allowed, and the next question tries again */
    return false;
}

static void review_later(struct identities *identities, struct identity *identity)
{
    if (identity->to_review)
        return;
    identity->to_review = true;
    identity->next_to_review = NULL;
    if (identities->last_to_review != NULL)
        identities->last_to_review->next_to_review = identity;
    else
        identities->first_to_review = identity;
    identities->last_to_review = identity;
}

/* Whether a client that was let in may stay: its certificate counts, and it stands for the thing that it
 * stood for, if for any. */
static bool may_stay(const struct identity *identity, struct str thing_before)
{
    return identity->access.refusal == NULL &&
           (thing_before.p == NULL || str_eq(identity->access.thing_name, thing_before));
}

static bool refresh(struct identities *identities, struct identity *identity)
{
    struct device_access before = identity->access;
    struct arena arena_before = identity->arena;
    unlink_from(identity, BY_CERTIFICATE);
    unlink_from(identity, BY_THING);
    bool known = look_up(identities, identity);
    if (known && !may_stay(identity, before.thing_name)) {
        identity->out = true;
        review_later(identities, identity);
    }
    if (known) {
        device_access_release(&before);
        arena_release(&arena_before);
    } else { /* what was known is kept for the indexes, and counts for nothing while it is stale */
        device_access_release(&identity->access);
        arena_release(&identity->arena);
        identity->access = before;
        identity->arena = arena_before;
    }
    link_in(identities, identity, BY_CERTIFICATE);
    link_in(identities, identity, BY_THING);
    return known;
}

static bool is_fresh(const struct identities *identities, const struct identity *identity)
{
    return !identity->stale && identity->generation == identities->generation;
}

/* ---- changes ---- */

static void note_for(struct identities *identities, enum index_of index, struct str key)
{
    uint64_t hash = str_hash(key, identities->seed);
    for (struct identity *identity = *place_of(identities, index, hash); identity != NULL;
         identity = identity->next[index]) {
        if (!str_eq(key_of(identity, index), key))
            continue;
        identity->stale = true;
        if (index == BY_CERTIFICATE || !is_registered(identity)) /* whose thing may be gone */
            review_later(identities, identity);
    }
}

static void note_for_all(struct identities *identities)
{
    for (size_t i = 0; i < identities->size; i++)
        for (struct identity *identity = identities->by[BY_CONNECTION].places[i]; identity != NULL;
             identity = identity->next[BY_CONNECTION]) {
            identity->stale = true;
            review_later(identities, identity);
        }
}

static void take_changes(struct identities *identities)
{
    if (!access_changes_waiting(identities->config.changes))
        return;
    struct access_change *next;
    for (struct access_change *change = access_changes_take(identities->config.changes); change != NULL;
         change = next) {
        struct str name = { change->name, change->n };
        next = change->next;
        switch (change->kind) {
        case ACCESS_CHANGED_FOR_CERTIFICATE: note_for(identities, BY_CERTIFICATE, name); break;
        case ACCESS_CHANGED_FOR_THING: note_for(identities, BY_THING, name); break;
        case ACCESS_CHANGED_POLICIES: identities->generation++; break;
        case ACCESS_CHANGED_ANYHOW: note_for_all(identities); break;
        }
        free(change);
    }
}

/* ---- questions ---- */

static struct str arn_of(struct identities *identities, const char *type, struct str name)
{
    struct strbuf *arn = &identities->arn;
    strbuf_truncate(arn, identities->arn_prefix);
    strbuf_add_text(arn, type);
    strbuf_add_char(arn, '/');
    strbuf_add_str(arn, name);
    return strbuf_str(arn);
}

static bool note_denial(struct identities *identities, const struct identity *identity,
                        const struct action *action, struct str resource, const char *reason,
                        struct str policy)
{
    struct arena arena;
    arena_init(&arena, NEWCOMER_ARENA_MAX);
    const struct denied denied = {
        .principal = principal_text(&identity->access.principal, &arena),
        .action = action->name,
        .resource = resource,
        .reason = reason,
        .policy = policy,
        .client_id = identity->newcomer.client_id,
        .source_ip = identity->newcomer.source_ip,
    };
    denials_note(identities->config.denials, &denied);
    arena_release(&arena);
    return false;
}

static const char no_answer[] = "the database does not answer";
static const char going[] = "it is about to be disconnected";

static bool ask(struct identities *identities, struct identity *identity, const struct action *action,
                struct str resource, const struct policy_context *context)
{
    struct denial denial;
    policy_time_set(&identity->access.time, clock_now_ms(identities->config.clock));
    return may(&identity->access.principal, action, resource, context, &denial) ||
           note_denial(identities, identity, action, resource, denial_text(denial.reason), denial.policy);
}

bool identities_may(struct identities *identities, const void *connection, const struct action *action,
                    const char *type, struct str name)
{
    take_changes(identities);
    struct identity *identity = find(identities, connection);
    if (identity == NULL)
        return false;
    struct str resource = arn_of(identities, type, name);
    if (!is_fresh(identities, identity) && !refresh(identities, identity))
        return note_denial(identities, identity, action, resource, no_answer, STR_NONE);
    if (identity->out)
        return note_denial(identities, identity, action, resource,
                           identity->access.refusal != NULL ? identity->access.refusal : going, STR_NONE);
    return ask(identities, identity, action, resource, &identity->access.context);
}

/* ---- coming and going ---- */

static void register_device(struct identities *identities, const struct identity *identity)
{
    struct call *call = call_new();
    struct device_registration *registration =
        call != NULL ? arena_alloc(&call->arena, sizeof *registration) : NULL;
    if (registration != NULL) {
        registration->pem = certificate_pem(identity->newcomer.chain[0], &call->arena);
        call->input = registration;
        call->run = op_register_device;
        call->done = call_free;
    }
    if (registration == NULL || registration->pem.p == NULL ||
        !engine_submit(identities->config.engine, call))
        call_free(call); /* the device tries again, and so does this */
}

/* NULL when memory is out. */
static struct identity *identity_new(const struct newcomer *newcomer)
{
    struct identity *identity = calloc(1, sizeof *identity);
    if (identity == NULL)
        return NULL;
    arena_init(&identity->own, NEWCOMER_ARENA_MAX);
    arena_init(&identity->arena, ACCESS_ARENA_MAX);
    struct str *chain = arena_array(&identity->own, newcomer->chain_n + 1, sizeof *chain);
    for (size_t i = 0; chain != NULL && i < newcomer->chain_n; i++)
        chain[i] = arena_str(&identity->own, newcomer->chain[i]);
    identity->newcomer = *newcomer;
    identity->newcomer.chain = chain;
    identity->newcomer.client_id = arena_str(&identity->own, newcomer->client_id);
    identity->newcomer.server_name = arena_str(&identity->own, newcomer->server_name);
    identity->newcomer.source_ip = arena_str(&identity->own, newcomer->source_ip);
    if (!identity->own.failed)
        return identity;
    identity_free(identity);
    return NULL;
}

static enum admission may_connect(struct identities *identities, struct identity *identity)
{
    struct str resource = arn_of(identities, "client", identity->newcomer.client_id);
    const char *refusal = NULL;
    if (identity->newcomer.chain_n == 0)
        refusal = "it has shown no certificate";
    else if (!look_up(identities, identity))
        refusal = no_answer;
    else
        refusal = identity->access.refusal;
    if (identity->access.may_register)
        register_device(identities, identity);
    if (refusal != NULL) {
        note_denial(identities, identity, &action_connect, resource, refusal, STR_NONE);
        return CERTIFICATE_REFUSED;
    }
    return ask(identities, identity, &action_connect, resource, &identity->access.connecting)
               ? ADMITTED
               : CONNECT_DENIED;
}

enum admission identities_admit(struct identities *identities, const struct newcomer *newcomer)
{
    take_changes(identities);
    struct identity *before = find(identities, newcomer->connection);
    if (before != NULL)
        forget(identities, before);
    struct identity *identity = identity_new(newcomer);
    if (identity == NULL || (identities->n >= identities->size && !widen(identities))) {
        if (identity != NULL)
            identity_free(identity);
        return CERTIFICATE_REFUSED;
    }
    enum admission admission = may_connect(identities, identity);
    if (admission != ADMITTED) {
        identity_free(identity);
        return admission;
    }
    for (int index = 0; index < IDENTITY_INDEXES; index++)
        link_in(identities, identity, (enum index_of)index);
    identities->n++;
    return ADMITTED;
}

void identities_left(struct identities *identities, const void *connection)
{
    struct identity *identity = find(identities, connection);
    if (identity == NULL)
        return;
    identity->gone = true;
    review_later(identities, identity);
}

void identities_expel(struct identities *identities, const void *connection)
{
    struct identity *identity = find(identities, connection);
    if (identity == NULL)
        return;
    identity->out = true;
    review_later(identities, identity);
}

bool identities_knows(const struct identities *identities, const void *connection)
{
    return find(identities, connection) != NULL;
}

struct str identities_certificate(const struct identities *identities, const void *connection)
{
    const struct identity *identity = find(identities, connection);
    return identity != NULL ? identity->access.principal.certificate_id : STR_NONE;
}

/* ---- reviews ---- */

/* Time passes for certificates, and CAs revoke them. */
static void review_all_if_due(struct identities *identities)
{
    int64_t host_ms = clock_host_ms();
    uint64_t generation = client_ca_generation(identities->config.ca);
    if (generation == identities->ca_generation && host_ms - identities->reviewed_ms < REVIEW_ALL_MS)
        return;
    identities->ca_generation = generation;
    identities->reviewed_ms = host_ms;
    note_for_all(identities);
}

/* False: the database does not answer, and the identity waits for another time. */
static bool review(struct identities *identities, struct identity *identity, identities_cut_fn *cut,
                   void *context)
{
    if (identity->gone) {
        forget(identities, identity);
        return true;
    }
    bool known = identity->out || is_fresh(identities, identity) || refresh(identities, identity);
    take_from_review(identities, identity);
    if (!known)
        review_later(identities, identity);
    else if (identity->out)
        cut(context, identity->newcomer.connection, identity->newcomer.client_id.p);
    return known;
}

bool identities_review(struct identities *identities, identities_cut_fn *cut, void *context)
{
    take_changes(identities);
    review_all_if_due(identities);
    bool ok = true;
    for (int n = 0; n < REVIEWED_AT_ONCE && ok && identities->first_to_review != NULL; n++)
        ok = review(identities, identities->first_to_review, cut, context);
    return ok && identities->first_to_review != NULL;
}
