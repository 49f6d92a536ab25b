/*
 * The access keys that are in force (access_keys.h), for threads that come and go while the file is read
 * anew: who looks something up in them holds them meanwhile, and those that are replaced are wiped once
 * nobody holds them any more. Any thread; nobody waits for a file.
 */
#ifndef IOTJOBS_HTTP_KEY_RING_H
#define IOTJOBS_HTTP_KEY_RING_H

#include "access_keys.h"

struct key_ring;

/* `path`: the file; "": there are no keys, and never will be. NULL: `ret_problem` says why. */
struct key_ring *key_ring_open(const char *path, struct strbuf *ret_problem);
void key_ring_close(struct key_ring *ring); /* nobody holds keys; NULL is allowed */

/* Whoever holds them lets them go again, soon. */
const struct access_keys *key_ring_hold(struct key_ring *ring);
void key_ring_let_go(struct key_ring *ring, const struct access_keys *keys);

/* Reads the file again. False: the keys of before stay in force; `ret_problem` says why. One thread at a
 * time.
 */
bool key_ring_reload(struct key_ring *ring, struct strbuf *ret_problem);

#endif
