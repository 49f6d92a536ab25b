/*
 * What has changed of who may do what, for whoever keeps decisions ready: the edge that has clients connected
 * looks again at those who are concerned.
 *
 * The engine thread notes changes while its operations run, and hands them out after COMMIT, before anybody
 * hears the answer: whoever was told that a certificate is revoked can rely on it. A note too many, of a
 * change that was rolled back, does no harm. The taker is one thread, another one.
 */
#ifndef IOTJOBS_OPS_ACCESS_CHANGES_H
#define IOTJOBS_OPS_ACCESS_CHANGES_H

#include "base/str.h"

enum access_change_kind {
    ACCESS_CHANGED_FOR_CERTIFICATE, /* its status, its things, the policies that are attached to it */
    ACCESS_CHANGED_FOR_THING,       /* its groups, its type, its attributes */
    ACCESS_CHANGED_FOR_ALL,         /* a policy, or the policies of a group */
};

struct access_change {
    struct access_change *next;
    enum access_change_kind kind;
    size_t n;
    char name[]; /* the certificate's id or the thing's name, n bytes */
};

struct access_changes;

/* NULL when memory is out. */
struct access_changes *access_changes_new(void);
void access_changes_free(struct access_changes *changes);

/* Engine thread; NULL: nobody keeps decisions. `name` is empty for all. What cannot be noted for lack of
 * memory concerns all. */
void access_changes_note(struct access_changes *changes, enum access_change_kind kind, struct str name);
/* Engine thread, after COMMIT. */
void access_changes_publish(struct access_changes *changes);

/* The taker: whether there is anything to take, at the price of reading one word. */
bool access_changes_waiting(const struct access_changes *changes);
/* What was handed out, oldest first; the caller frees each with free(). More than ACCESS_CHANGES_MAX become
 * one for all. */
struct access_change *access_changes_take(struct access_changes *changes);

enum { ACCESS_CHANGES_MAX = 10000 };

#endif
