#include "base/digest.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

/* OpenSSL takes no NULL for an empty key. */
#define BYTES(s) ((const unsigned char *)((s).p ? (s).p : ""))

static const EVP_MD *algorithm(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_MD5: return EVP_md5();
    case DIGEST_SHA1: return EVP_sha1();
    default: return EVP_sha256();
    }
}

size_t digest_bytes(enum digest_kind kind)
{
    static const size_t bytes[] = {
        [DIGEST_MD5] = MD5_BYTES, [DIGEST_SHA1] = SHA1_BYTES, [DIGEST_SHA256] = SHA256_BYTES
    };
    return bytes[kind];
}

bool digest_of(enum digest_kind kind, struct str text, unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    return EVP_Digest(BYTES(text), text.n, ret_bytes, NULL, algorithm(kind), NULL) == 1;
}

bool digest_hmac(enum digest_kind kind, struct str key, struct str text,
                 unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    unsigned int n = 0;
    return key.n <= INT_MAX &&
           HMAC(algorithm(kind), BYTES(key), (int)key.n, BYTES(text), text.n, ret_bytes, &n) != NULL;
}

struct digest {
    EVP_MD_CTX *context;
    bool open; /* nothing has failed, and it has not ended */
};

struct digest *digest_new(enum digest_kind kind)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->context = EVP_MD_CTX_new();
    digest->open = digest->context && EVP_DigestInit_ex(digest->context, algorithm(kind), NULL) == 1;
    if (!digest->open) {
        digest_free(digest);
        return NULL;
    }
    return digest;
}

void digest_add(struct digest *digest, const void *bytes, size_t n)
{
    digest->open = digest->open && EVP_DigestUpdate(digest->context, bytes, n) == 1;
}

bool digest_end(struct digest *digest, unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    bool ended = digest->open && EVP_DigestFinal_ex(digest->context, ret_bytes, NULL) == 1;
    digest->open = false;
    return ended;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

bool digest_equal(struct str a, struct str b)
{
    return a.n == b.n && CRYPTO_memcmp(BYTES(a), BYTES(b), a.n) == 0;
}
