/*
 * Who has logged in with an access key, for browsers: they get a random token as a cookie, and send it
 * instead of signing. Kept in memory, as hashes of the tokens. A session lasts SESSION_LIFE_H hours,
 * SESSION_IDLE_MIN minutes after its last use, and only while its key is what it was: the same secret, the
 * same role.
 *
 * Any thread. Times are the host's: a session is between people and their server, whatever a test's clock
 * shows.
 */
#ifndef IOTJOBS_HTTP_SESSIONS_H
#define IOTJOBS_HTTP_SESSIONS_H

#include "access_keys.h"

enum {
    SESSIONS_MAX = 1000, /* one more ends the one that was unused for longest */
    SESSION_LIFE_H = 12,
    SESSION_IDLE_MIN = 60,
    SESSION_TOKEN_MAX = 65, /* 256 bits in hexadecimal, and a NUL */
};

struct session {
    char access_key[ACCESS_KEY_BYTES_MAX + 1];
    enum access_role role;
    char csrf[SESSION_TOKEN_MAX]; /* what requests that change something have to send besides the cookie,
                                   * which a browser sends on behalf of any page */
    int64_t expires_ms;           /* at the latest */
};

struct sessions;

struct sessions *sessions_new(void); /* NULL when memory is out */
void sessions_free(struct sessions *sessions);

/* False: OpenSSL has no memory. */
bool sessions_begin(struct sessions *sessions, const struct access_key *key, int64_t now_ms,
                    char ret_token[SESSION_TOKEN_MAX], struct session *ret_session);

/* Counts as a use. False: there is none of that token (any more), or its key is not among `keys` as it was.
 */
bool sessions_find(struct sessions *sessions, struct str token, const struct access_keys *keys,
                   int64_t now_ms, struct session *ret_session);

void sessions_end(struct sessions *sessions, struct str token);

/* After the keys have changed: ends those whose key is not among them as it was. Returns how many. */
size_t sessions_end_without_key(struct sessions *sessions, const struct access_keys *keys);

#endif
