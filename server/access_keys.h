/*
 * The file of access keys (the setting access_keys): who may sign requests to the artefact store, with auth =
 * enforce to everything else over HTTP as well, and as what. One line each, `KEY SECRET ROLE`, separated by
 * blanks; '#' begins a comment line.
 *
 * It is read at start, and again when asked to (http/key_ring). Secrets are overwritten when it is released.
 */
#ifndef IOTJOBS_ACCESS_KEYS_H
#define IOTJOBS_ACCESS_KEYS_H

#include "base/strbuf.h"
#include "rules/security/access.h"

enum {
    ACCESS_KEYS_MAX = 1000,
    ACCESS_KEY_BYTES_MAX = 128, /* IAM's limit */
    ACCESS_SECRET_BYTES_MAX = 128,
};

struct access_key {
    char key[ACCESS_KEY_BYTES_MAX + 1];
    char secret[ACCESS_SECRET_BYTES_MAX + 1];
    enum access_role role;
};

/* All zero: none. */
struct access_keys {
    struct access_key *items;
    size_t n;
};

/* False: `ret_problem` names the file and the line, never a secret. Also one that others than its owner may
 * read or write. */
bool access_keys_read(const char *path, struct access_keys *ret_keys, struct strbuf *ret_problem);
void access_keys_release(struct access_keys *keys);

/* NULL: there is none. */
const struct access_key *access_keys_find(const struct access_keys *keys, struct str key);

#endif
