/*
 * A device that never asks: it knows of its jobs what the notifications say. What it knows must be what it
 * would be told if it asked (device protocol 3.3).
 */
#ifndef IOTJOBS_TESTS_LISTENER_H
#define IOTJOBS_TESTS_LISTENER_H

#include "support/world.h"

struct listener {
    const char *thing;
    const char *namespace_id; /* "": those of no namespace */
    uint64_t pending;         /* its jobs and their execution numbers, summed up */
    char next[80];            /* the job at the head; "": none */
};

/* Hears what was not taken yet, and leaves it; true when there was something for it. */
bool listener_hears(struct world *w, struct listener *listener);
/* Fails the test unless asking comes to the same. What a deleted thing was told is forgotten. */
void listener_check(struct world *w, struct listener *listener);

#endif
