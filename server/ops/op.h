/*
 * What an operation may touch while it runs.
 *
 * An operation is one function: `bool op_x(struct op *op, const struct x_request *in)`. It checks
 * first and writes last, appends the members of its answer to `op->json` (the object around them is
 * the caller's), and returns false after `fail(op->err, …)`. It never commits, waits, or reads a clock.
 * Database failures are sticky in `op->db`: the caller turns them into ERR_INTERNAL and rolls back, so
 * an operation may treat a failed look-up as "not found".
 */
#ifndef IOTJOBS_OPS_OP_H
#define IOTJOBS_OPS_OP_H

#include <stdatomic.h>

#include "api/model.h"
#include "base/json.h"
#include "base/log.h"

struct access_changes;
struct artifacts;
struct audience;
struct connectivity_watch;
struct db;
struct issuer;
struct outgoing;
struct settings;
struct time_zone;
struct unheard;

/* How the edge wants what AWS shows differently over MQTT and over HTTP. */
struct reply_style {
    bool document_as_object; /* MQTT: jobDocument is an object; HTTP: a string that holds JSON */
    bool name_the_thing;     /* HTTP: `thingName` in the data plane's execution; MQTT leaves it out */
    bool no_uploads;         /* who asks may only read: documents keep the placeholders of what is uploaded */
    struct str
        url; /* HTTP: by which the caller has reached us, "https://iot.example:8443"; absent: unknown */
};

struct op {
    struct db *db;
    struct arena *arena;
    struct err *err;
    struct json *json; /* inside the answer's object */
    int64_t now_ms;
    struct str region; /* for the ARNs of this answer */
    struct str host;   /* the name by which the caller reached us, without a port; absent over MQTT */
    struct reply_style style;
    const struct settings *settings;
    const struct time_zone *window_zone; /* of the cron expressions of maintenance windows; NULL: UTC */
    struct str namespace_id;             /* data plane: whose jobs are spoken of; "": those of no namespace */
    struct outgoing *outgoing;           /* what else is to be published; NULL for reads */
    struct audience *audience;           /* who listens to notifications; NULL: anybody may */
    struct unheard *unheard;             /* notifications that nobody listened to; NULL: not kept */
    struct connectivity_watch *connectivity; /* who wants to know who is connected; NULL: nobody */
    struct access_changes *access_changes;   /* hears of what changes who may do what; NULL: nobody does */
    const struct artifacts *artifacts;       /* NULL: there is no artefact store */
    struct log *log;
    const void *prepared; /* what the operation's op_prepare_fn has made; NULL: it has none */
};

typedef bool op_fn(struct op *op, const void *input);

/*
 * What is done before an operation runs: reading and making keys and certificates, and fetching documents,
 * takes longer than everybody else can wait for the one thread that writes. Has the decoded input, and no
 * database. Returns what the operation finds in `op->prepared`, in the arena; NULL after fail(): the
 * operation does not run then.
 */
struct preparation {
    struct arena *arena;
    struct err *err;
    const struct issuer *issuer; /* signs devices' certificates */
    const struct settings *settings;
    const atomic_bool *stop; /* whoever waits for somebody else gives up once it is set; NULL: never */
    int64_t host_ms; /* the host's time, TLS's and that of other servers: they know no virtual clock */
};

typedef const void *op_prepare_fn(const struct preparation *preparation, const void *input);
/* Whether there is something to prepare for this input. */
typedef bool op_prepares_fn(const struct settings *settings, const void *input);

/* Where that is done. */
enum workplace {
    WORKPLACE_EDGE,    /* at once, on the thread of the edge */
    WORKPLACE_KEYS,    /* a workshop (engine/workshop): it keeps a processor busy */
    WORKPLACE_FETCHES, /* another one: it waits for other servers */
};

struct op_handler {
    op_fn *run;               /* each operation of the model has one */
    op_prepare_fn *prepare;   /* NULL: nothing */
    op_prepares_fn *prepares; /* NULL: every input is prepared */
    enum workplace workplace;
    bool writes; /* goes through the engine thread; a read may run on a read-only connection */
};

/* The handler table (ops/table.c). */
struct op_handler op_handler(enum operation operation);

#endif
