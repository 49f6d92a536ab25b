#include "ops/page.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "store/store.h"

enum {
    PAGE_SIZE_DEFAULT = 250, /* decision 17 */
    MAC_BYTES = 16,
    CURSOR_BYTES = 8,
    TOKEN_BYTES = CURSOR_BYTES + MAC_BYTES, /* a multiple of three: base64 without padding */
    TOKEN_TEXT = TOKEN_BYTES / 3 * 4,
};

static void put_cursor(unsigned char bytes[CURSOR_BYTES], int64_t cursor)
{
    uint64_t value = (uint64_t)cursor;
    for (int i = CURSOR_BYTES - 1; i >= 0; i--, value >>= 8)
        bytes[i] = (unsigned char)value;
}

static int64_t get_cursor(const unsigned char bytes[CURSOR_BYTES])
{
    uint64_t value = 0;
    for (int i = 0; i < CURSOR_BYTES; i++)
        value = value << 8 | bytes[i];
    return (int64_t)value;
}

/* Over the operation's name, whose list it is, and the cursor: a token of one list is no token of another. */
static bool sign(struct op *op, const struct page *page, const unsigned char cursor[CURSOR_BYTES],
                 unsigned char ret_mac[MAC_BYTES])
{
    unsigned char key[STORE_SECRET_BYTES];
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int mac_n = 0;
    struct str text = arena_printf(op->arena, "%s %.*s %" PRId64, operation_model(page->operation)->name,
                                   STR(page->whose), get_cursor(cursor));
    if (!text.p || !store_secret(op->db, STORE_PAGE_TOKEN_KEY, key) ||
        !HMAC(EVP_sha256(), key, sizeof key, (const unsigned char *)text.p, text.n, mac, &mac_n))
        return false;
    memcpy(ret_mac, mac, MAC_BYTES);
    return true;
}

static bool read_token(struct op *op, const struct page *page, struct str token, int64_t *ret_cursor)
{
    unsigned char bytes[TOKEN_BYTES + 1], mac[MAC_BYTES];
    if (token.n != TOKEN_TEXT ||
        EVP_DecodeBlock(bytes, (const unsigned char *)token.p, (int)token.n) != TOKEN_BYTES ||
        !sign(op, page, bytes, mac) || CRYPTO_memcmp(mac, bytes + CURSOR_BYTES, MAC_BYTES) != 0)
        return fail(op->err, ERR_INVALID_REQUEST, "Next token is invalid.");
    *ret_cursor = get_cursor(bytes);
    return true;
}

bool page_open(struct op *op, struct page *page, enum operation operation, struct str whose,
               struct opt_int max_results, struct str token, int64_t first_cursor)
{
    *page = (struct page){
        .operation = operation,
        .whose = whose,
        .size = max_results.set ? max_results.value : PAGE_SIZE_DEFAULT,
        .cursor = first_cursor,
    };
    return !token.p || read_token(op, page, token, &page->cursor);
}

bool page_take(struct page *page, int64_t id)
{
    if (page->shown == page->size) {
        page->more = true;
        return false;
    }
    page->shown++;
    page->cursor = id;
    return true;
}

static bool close_with(struct op *op, const struct page *page, const char *member)
{
    unsigned char bytes[TOKEN_BYTES];
    unsigned char text[TOKEN_TEXT + 1];
    if (!page->more)
        return true;
    put_cursor(bytes, page->cursor);
    if (!sign(op, page, bytes, bytes + CURSOR_BYTES))
        return fail(op->err, ERR_INTERNAL, "The page token could not be made.");
    EVP_EncodeBlock(text, bytes, TOKEN_BYTES);
    json_member_string(op->json, member, (struct str){ (const char *)text, TOKEN_TEXT });
    return true;
}

bool page_close(struct op *op, const struct page *page)
{
    return close_with(op, page, "nextToken");
}

bool page_close_marker(struct op *op, const struct page *page)
{
    return close_with(op, page, "nextMarker");
}
