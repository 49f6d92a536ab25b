#include "http/sessions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "base/random.h"

enum { TOKEN_BYTES = 32, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

struct entry {
    bool used;
    unsigned char token_hash[DIGEST_BYTES_MAX];
    unsigned char key_print[DIGEST_BYTES_MAX]; /* of the key as it was */
    int64_t last_ms;                           /* of its last use */
    struct session session;
};

struct sessions {
    pthread_mutex_t lock;
    struct entry entries[SESSIONS_MAX];
};

struct sessions *sessions_new(void)
{
    struct sessions *sessions = calloc(1, sizeof *sessions);
    if (sessions != NULL)
        pthread_mutex_init(&sessions->lock, NULL);
    return sessions;
}

void sessions_free(struct sessions *sessions)
{
    if (sessions == NULL)
        return;
    pthread_mutex_destroy(&sessions->lock);
    explicit_bzero(sessions, sizeof *sessions);
    free(sessions);
}

/* ---- digests ---- */

static struct str bytes_str(const void *bytes)
{
    return (struct str){ bytes, SHA256_BYTES };
}

/* Tells a key from one that has another secret or role. */
static bool print_of(const struct access_key *key, unsigned char ret_print[DIGEST_BYTES_MAX])
{
    struct digest *digest = digest_new(DIGEST_SHA256);
    if (digest == NULL)
        return false;
    const char role = (char)('0' + (int)key->role);
    digest_add(digest, key->key, strlen(key->key) + 1);
    digest_add(digest, key->secret, strlen(key->secret) + 1);
    digest_add(digest, &role, 1);
    bool ok = digest_end(digest, ret_print);
    digest_free(digest);
    return ok;
}

/* Follows from the token, and does not lead back to it. */
static bool csrf_of(struct str token, char ret_csrf[SESSION_TOKEN_MAX])
{
    unsigned char mac[DIGEST_BYTES_MAX];
    if (!digest_hmac(DIGEST_SHA256, token, STR_LIT("iotjobsd csrf"), mac))
        return false;
    hex_write(mac, SHA256_BYTES, ret_csrf);
    return true;
}

/* ---- entries; with the lock ---- */

static void wipe(struct entry *entry)
{
    explicit_bzero(entry, sizeof *entry);
}

static bool is_over(const struct entry *entry, int64_t now_ms)
{
    return now_ms >= entry->session.expires_ms ||
           now_ms - entry->last_ms >= (int64_t)SESSION_IDLE_MIN * MINUTE_MS;
}

static bool key_is_as_it_was(const struct entry *entry, const struct access_keys *keys)
{
    unsigned char print[DIGEST_BYTES_MAX];
    const struct access_key *key = access_keys_find(keys, str_from(entry->session.access_key));
    return key != NULL && print_of(key, print) && digest_equal(bytes_str(print), bytes_str(entry->key_print));
}

static struct entry *find(struct sessions *sessions, struct str token)
{
    unsigned char hash[DIGEST_BYTES_MAX];
    if (token.n != SESSION_TOKEN_MAX - 1 || !digest_of(DIGEST_SHA256, token, hash))
        return NULL;
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions->entries[i].used &&
            digest_equal(bytes_str(hash), bytes_str(sessions->entries[i].token_hash)))
            return &sessions->entries[i];
    return NULL;
}

/* A free one, or else the one that was unused for longest. */
static struct entry *take_room(struct sessions *sessions, int64_t now_ms)
{
    struct entry *oldest = &sessions->entries[0];
    for (size_t i = 0; i < SESSIONS_MAX; i++) {
        struct entry *entry = &sessions->entries[i];
        if (!entry->used || is_over(entry, now_ms))
            return entry;
        if (entry->last_ms < oldest->last_ms)
            oldest = entry;
    }
    return oldest;
}

/* ---- what callers ask for ---- */

static void new_token(char ret_token[SESSION_TOKEN_MAX])
{
    unsigned char bytes[TOKEN_BYTES];
    random_bytes(bytes, sizeof bytes);
    hex_write(bytes, sizeof bytes, ret_token);
    explicit_bzero(bytes, sizeof bytes);
}

bool sessions_begin(struct sessions *sessions, const struct access_key *key, int64_t now_ms,
                    char ret_token[SESSION_TOKEN_MAX], struct session *ret_session)
{
    struct entry entry = { .used = true, .last_ms = now_ms };
    new_token(ret_token);
    memcpy(entry.session.access_key, key->key, sizeof key->key);
    entry.session.role = key->role;
    entry.session.expires_ms = now_ms + (int64_t)SESSION_LIFE_H * HOUR_MS;
    if (!digest_of(DIGEST_SHA256, str_from(ret_token), entry.token_hash) || !print_of(key, entry.key_print) ||
        !csrf_of(str_from(ret_token), entry.session.csrf))
        return false;
    *ret_session = entry.session;
    explicit_bzero(entry.session.csrf, sizeof entry.session.csrf);
    pthread_mutex_lock(&sessions->lock);
    *take_room(sessions, now_ms) = entry;
    pthread_mutex_unlock(&sessions->lock);
    return true;
}

bool sessions_find(struct sessions *sessions, struct str token, const struct access_keys *keys,
                   int64_t now_ms, struct session *ret_session)
{
    struct session session;
    if (!csrf_of(token, session.csrf))
        return false;
    pthread_mutex_lock(&sessions->lock);
    struct entry *entry = find(sessions, token);
    bool lives = entry != NULL && !is_over(entry, now_ms) && key_is_as_it_was(entry, keys);
    if (lives) {
        entry->last_ms = now_ms;
        *ret_session = entry->session;
        memcpy(ret_session->csrf, session.csrf, sizeof session.csrf);
    } else if (entry != NULL) {
        wipe(entry);
    }
    pthread_mutex_unlock(&sessions->lock);
    return lives;
}

void sessions_end(struct sessions *sessions, struct str token)
{
    pthread_mutex_lock(&sessions->lock);
    struct entry *entry = find(sessions, token);
    if (entry != NULL)
        wipe(entry);
    pthread_mutex_unlock(&sessions->lock);
}

size_t sessions_end_without_key(struct sessions *sessions, const struct access_keys *keys)
{
    size_t ended = 0;
    pthread_mutex_lock(&sessions->lock);
    for (size_t i = 0; i < SESSIONS_MAX; i++)
        if (sessions->entries[i].used && !key_is_as_it_was(&sessions->entries[i], keys)) {
            wipe(&sessions->entries[i]);
            ended++;
        }
    pthread_mutex_unlock(&sessions->lock);
    return ended;
}
