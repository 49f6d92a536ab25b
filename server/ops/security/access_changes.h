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
    /* Its status, its things, the policies that are attached to it; or it is registered now. Named by its id,
     * one that is registered only now by its content (base/certificate.h). */
    ACCESS_CHANGED_FOR_CERTIFICATE,
    ACCESS_CHANGED_FOR_THING, /* whether there is one of that name; its groups, its type, its attributes */
    ACCESS_CHANGED_POLICIES,  /* a policy, or the policies of a group */
    ACCESS_CHANGED_ANYHOW,    /* anything of anybody: a certificate may count no more */
};

struct access_change {
    struct access_change *next;
    enum access_change_kind kind;
    size_t n;
    char name[]; /* the certificate's id or content, or the thing's name, n bytes */
};

struct access_changes;

/* NULL when memory is out. */
struct access_changes *access_changes_new(void);
void access_changes_free(struct access_changes *changes);

/* Engine thread; NULL: nobody keeps decisions. `name` is empty where everybody is concerned. What cannot be
 * noted for lack of memory becomes ACCESS_CHANGED_ANYHOW. */
void access_changes_note(struct access_changes *changes, enum access_change_kind kind, struct str name);
/* Engine thread, after COMMIT. */
void access_changes_publish(struct access_changes *changes);

/* The taker: whether there is anything to take, at the price of reading one word. */
bool access_changes_waiting(const struct access_changes *changes);
/* What was handed out, in no order that matters: whoever is concerned is to be looked at as he is now. The
 * caller frees each with free(). More than ACCESS_CHANGES_MAX become one ACCESS_CHANGED_ANYHOW. */
struct access_change *access_changes_take(struct access_changes *changes);

enum { ACCESS_CHANGES_MAX = 10000 };

#endif
