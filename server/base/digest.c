#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>

struct digest {
    EVP_MD_CTX *context;
    bool failed;
};

static const EVP_MD *md_of(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_MD5: return EVP_md5();
    case DIGEST_SHA1: return EVP_sha1();
    case DIGEST_SHA256: return EVP_sha256();
    }
    return NULL;
}

size_t digest_bytes(enum digest_kind kind)
{
    switch (kind) {
    case DIGEST_MD5: return MD5_BYTES;
    case DIGEST_SHA1: return SHA1_BYTES;
    case DIGEST_SHA256: return SHA256_BYTES;
    }
    return 0;
}

bool digest_of(enum digest_kind kind, struct str text, unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    return EVP_Digest(text.p ? text.p : "", text.n, ret_bytes, NULL, md_of(kind), NULL) == 1;
}

bool digest_hmac(enum digest_kind kind, struct str key, struct str text,
                 unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    return HMAC(md_of(kind), key.p ? key.p : "", (int)key.n, (const unsigned char *)(text.p ? text.p : ""),
                text.n, ret_bytes, NULL) != NULL;
}

struct digest *digest_new(enum digest_kind kind)
{
    struct digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->context = EVP_MD_CTX_new();
    if (digest->context && EVP_DigestInit_ex(digest->context, md_of(kind), NULL) == 1)
        return digest;
    digest_free(digest);
    return NULL;
}

void digest_add(struct digest *digest, const void *bytes, size_t n)
{
    if (EVP_DigestUpdate(digest->context, bytes, n) != 1)
        digest->failed = true;
}

bool digest_end(struct digest *digest, unsigned char ret_bytes[DIGEST_BYTES_MAX])
{
    bool ok = !digest->failed && EVP_DigestFinal_ex(digest->context, ret_bytes, NULL) == 1;
    digest->failed = true;
    return ok;
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
    return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}
