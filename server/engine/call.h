/*
 * A call: one request on its way through the engine, and its answer on the way back.
 *
 * An edge makes it, fills it, and submits it; from then on the engine owns it until it
 * hands it back through `done`. It lives in its own arena and is freed with call_free().
 */
#ifndef IOTJOBS_ENGINE_CALL_H
#define IOTJOBS_ENGINE_CALL_H

#include "ops/op.h"
#include "rules/security/access.h"

struct call;
struct doomed_files;
struct message;

/*
 * Called exactly once for each submitted call, after COMMIT (or after its failure), on the engine
 * thread, or on the workshop's. Takes the call back. Must not block, and must not touch the database.
 */
typedef void call_done_fn(struct call *call);

struct call {
    struct arena arena;
    /* filled by the edge */
    enum operation operation; /* OP_NONE for calls of our own, told apart by `run` */
    op_fn *run;               /* what to do, inside a transaction of the engine */
    const void *input;        /* the typed struct, in the arena */
    op_prepare_fn *prepare;   /* what has to be done first; NULL: nothing */
    const void *prepared;     /* by call_prepare */
    bool edge_runs; /* it reads: once it is prepared the workshop hands it back, and the edge runs it */
    struct principal principal; /* who asks */
    struct str region;          /* the caller's, or absent */
    struct str host;            /* HTTP: the Host header's name without its port, or absent */
    struct str namespace_id;    /* data plane: from the topic or the query; absent: none */
    struct reply_style style;
    struct str client_token; /* MQTT: echoed first in the answer; absent otherwise */
    bool with_timestamp;     /* MQTT: `timestamp` stands before the result */
    call_done_fn *done;
    void *owner; /* the edge's own */
    /* filled by the engine */
    bool ok;
    struct err err;           /* when not ok */
    struct strbuf reply;      /* when ok: the whole JSON object */
    int64_t answered_ms;      /* the engine's time of the answer: timestamp of a rejection */
    struct message *messages; /* notifications and events that the call caused; the engine's */
    size_t weight;            /* bytes of its arena when it came into the inbox */
    int64_t submitted_us;     /* when it came into the inbox; clock_mono_us */
    struct call *next;        /* inbox and batch */
};

enum { CALL_ARENA_MAX = 16 * 1024 * 1024, CALL_REPLY_MAX = 16 * 1024 * 1024 };

/* NULL when memory is out. The call's `reply` and `err` are ready to use. */
struct call *call_new(void);
void call_free(struct call *call);

/* What an operation wants made before it runs, call->prepare: the edge's last step, once the input stands in
 * the call, or the workshop's. `with`: all but arena and err. False after fail(). May take a while. */
bool call_prepare(struct call *call, const struct preparation *with);

/* Where a call runs. */
struct call_world {
    struct db *db;
    const struct settings *settings;
    const struct time_zone *window_zone; /* of maintenance windows; NULL: UTC */
    struct log *log;
    int64_t now_ms;
    struct audience *audience;               /* who listens to notifications; NULL: anybody may */
    struct unheard *unheard;                 /* notifications that nobody listened to; NULL: not kept */
    struct connectivity_watch *connectivity; /* who wants to know who is connected; NULL: nobody */
    struct access_changes *access_changes;   /* NULL: nobody wants to hear of them */
    const struct artifacts *artifacts;       /* NULL: there is no artefact store */
    struct message **messages;   /* gets the notifications and events of a write; NULL for a read */
    struct doomed_files *doomed; /* gets the files that a write leaves without a row; NULL for a read */
};

/*
 * Runs the call: what the HTTP pool does with a read, on its own connection, and what the engine does inside
 * its transaction. Fills ok, err, reply and answered_ms. Commits nothing, and does not call `done`.
 */
void call_run(struct call *call, const struct call_world *world);

/* The region in ARNs: the setting, else the caller's (may be absent), else a default. With auth = enforce the
 * caller's does not count: policies name a region, and it must always be the same. */
struct str call_region(struct str region, const struct settings *settings);

/* Makes a failure of the call, whatever it had answered before. */
void call_fail(struct call *call, enum error_code code, const char *message);

#endif
