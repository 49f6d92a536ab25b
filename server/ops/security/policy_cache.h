/*
 * Policies in the form in which they are asked, each compiled once and shared by all who are asked about with
 * it: a fleet of 100,000 devices has a handful of documents.
 *
 * A version of a policy never changes, and its generation id is never given twice: that is the key, so that
 * nothing here is ever out of date. Those that somebody holds are kept as long as he does; of the others as
 * many as the ceiling below allows, and the one that has not been needed for the longest gives way.
 *
 * Any thread.
 */
#ifndef IOTJOBS_OPS_POLICY_CACHE_H
#define IOTJOBS_OPS_POLICY_CACHE_H

#include "rules/security/policy_document.h"
#include "store/security/policy_store.h"

/* Of what nobody holds: some 7,700 short documents, or 2,500 of 2 KB. */
enum { POLICY_CACHE_UNUSED_BYTES_MAX = 32 * 1024 * 1024 };

struct policy_cache;

/* Never changed while it is held. */
struct compiled_policy {
    struct str name;
    struct policy_document document;
};

/* NULL when memory is out. */
struct policy_cache *policy_cache_new(void);
/* Everything has been given back. NULL is allowed. */
void policy_cache_free(struct policy_cache *cache);

/* The caller holds it until he gives it back. NULL: ERR_MALFORMED_POLICY, or ERR_INTERNAL when memory is out;
 * whoever decides by the policies must then refuse, for this one may be what denies. */
const struct compiled_policy *policy_cache_take(struct policy_cache *cache,
                                                const struct effective_policy *policy, struct err *err);
/* NULL is allowed. */
void policy_cache_give_back(struct policy_cache *cache, const struct compiled_policy *policy);

#endif
