/* The inside of a world, shared by its own files only. */
#ifndef IOTJOBS_TESTS_WORLD_INSIDE_H
#define IOTJOBS_TESTS_WORLD_INSIDE_H

#include <sqlite3.h>

#include "api/decode.h"
#include "base/issue.h"
#include "ops/artifacts/artifacts.h"
#include "plugin/connections.h"
#include "plugin/departures.h"
#include "plugin/subscribers.h"
#include "store/store.h"
#include "support/world.h"

enum { ANSWERS_MAX = 16384, TEXT_MAX = 1 << 17, RESTARTS_MAX = 5000 };

struct world {
    struct settings settings;
    struct clock clock;
    struct time_zone *window_zone;
    struct log *log;
    struct store *store;
    struct issuer device_ca;
    struct artifacts artifacts;
    struct outbox *outbox;
    struct audience *audience;
    bool nobody_listens; /* but those who subscribed */
    struct subscribers subscribers;
    struct departures departures; /* nobody leaves */
    struct connectivity_watch *connectivity;
    struct connections connections;        /* see connecting.h */
    struct access_changes *access_changes; /* see gate.h; NULL: nobody wants to hear of them */
    struct engine *engine;
    int batches_max;          /* that a step runs; 0: any number */
    char folder[64];          /* "" in memory */
    sqlite3_stmt *invariants; /* on a connection of its own */
    sqlite3_stmt *data_version;
    int64_t checked_version; /* of the data that the invariants held for last */
    sqlite3 *checker;
    int64_t hashed_version; /* of the data that `hash` was made from; -1: none yet */
    uint64_t hash;
    struct message *heard;    /* notifications not yet taken */
    struct message *unsorted; /* the latest messages, before the answer is picked out */
    struct call *finished;    /* the HTTP call that `done` was called for */
    struct str region, host;  /* of the callers over HTTP */
    struct field header;      /* of their requests; no name: none */
    struct answer *answers[ANSWERS_MAX];
    size_t answer_count;
};

/* Runs what waits and what is due, and checks the invariants; what comes out is `unsorted` then. */
void world_run_engine(struct world *w);
/* Makes the engine anew, for what it is given once. */
void world_reopen_engine(struct world *w);
/* What is no answer was heard by the subscribers. */
void world_hear(struct world *w);
/* `text` is copied and parsed. */
struct answer *world_new_answer(struct world *w, struct str text);

/* For calls that are answered over HTTP, whose owner is the world. */
call_done_fn world_done;
struct answer *world_answer_http(struct world *w, struct call *call, enum plane plane);

#endif
