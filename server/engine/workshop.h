/*
 * One thread for preparations that take long: making an RSA key keeps a processor busy for 50 to 300 ms,
 * forcing a file to disk may take as long, and another server may not answer at all. A thread of an edge
 * serves many clients, who would all wait for it; here one is done at a time, whoever asks, and only those
 * wait who want one of the kind.
 */
#ifndef IOTJOBS_ENGINE_WORKSHOP_H
#define IOTJOBS_ENGINE_WORKSHOP_H

#include "engine/engine.h"

struct workshop;

enum { WORKSHOP_KEYS_MAX = 32 }; /* keys that wait: ten seconds at the most */

struct workshop_options {
    struct engine *engine;
    const struct issuer *issuer; /* NULL: no preparation asks for one */
    const char *thread;          /* its thread's name: 15 characters at most */
    size_t calls;                /* that may wait */
    int64_t patience_ms;         /* who has waited longer is refused in his turn; 0: nobody is */
};

/* NULL: the host has no thread or no memory left. What it is given is borrowed until workshop_stop. */
struct workshop *workshop_start(const struct workshop_options *options);

/* Any thread. As engine_submit, where the call goes once `call->prepare` has been done; without an answer
 * from there the workshop gives it to `done` itself, and so it does with one that edge_runs: `ok` is false
 * then, and `err` empty if it is prepared. False: too many wait, or it stops. */
bool workshop_submit(struct workshop *workshop, struct call *call);

/* Calls that wait are answered ERR_THROTTLING. Takes as long as the preparation that is under way, which is
 * told (preparation.stop). NULL is allowed. */
void workshop_stop(struct workshop *workshop);

/* After workshop_stop: nobody submits any more. NULL is allowed. */
void workshop_free(struct workshop *workshop);

#endif
