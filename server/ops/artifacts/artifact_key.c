#include <string.h>

#include "base/random.h"
#include "ops/artifacts/artifacts.h"
#include "store/store.h"

#define ACCESS_KEY STR_LIT("artifact_access_key")
#define SECRET     STR_LIT("artifact_secret_key")
#define PREFIX     "IOTJ"

/* Makes them look as AWS's do, by which some clients tell them from other texts. */
static void make(struct artifact_key *key)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const size_t n = sizeof PREFIX - 1;
    *key = (struct artifact_key){ .access_key = PREFIX };
    random_letters(capitals, key->access_key + n, sizeof key->access_key - 1 - n);
    random_letters(letters, key->secret, sizeof key->secret - 1);
}

static bool read(struct db *db, struct arena *arena, struct artifact_key *key)
{
    struct str access_key = store_secret_text(db, arena, ACCESS_KEY);
    struct str secret = store_secret_text(db, arena, SECRET);
    if (access_key.n != sizeof key->access_key - 1 || secret.n != sizeof key->secret - 1)
        return false;
    memcpy(key->access_key, access_key.p, access_key.n);
    memcpy(key->secret, secret.p, secret.n);
    return true;
}

bool artifact_key_open(struct db *db, struct artifact_key *ret_key)
{
    struct artifact_key key = { 0 };
    struct arena arena;
    arena_init(&arena, 4096);
    arena.secret = true;
    bool there = read(db, &arena, &key);
    arena_release(&arena);
    if (!there) {
        make(&key);
        if (db_failed(db) || !store_secret_set_text(db, ACCESS_KEY, str_from(key.access_key)) ||
            !store_secret_set_text(db, SECRET, str_from(key.secret)))
            return false;
    }
    *ret_key = key;
    return true;
}
