#include "ops/page.h"

#include <inttypes.h>
#include <string.h>

#include "base/binary_text.h"
#include "base/digest.h"
#include "store/store.h"

enum {
    PAGE_SIZE_DEFAULT = 250, /* decision 17 */
    MAC_BYTES = 16,
    CURSOR_BYTES = 8,
    HEAD_BYTES = CURSOR_BYTES + MAC_BYTES,
    TEXT_BYTES_MAX = 1023, /* a name or the value of an attribute, and a NUL */
    TOKEN_BYTES_MAX = HEAD_BYTES + TEXT_BYTES_MAX,
    TOKEN_TEXT_MAX = TOKEN_BYTES_MAX / 3 * 4,
};

/* The id, the MAC, and the text if there is one with NULs behind it: always a multiple of three, which makes
 * base64 without padding. */
struct token {
    size_t n;
    unsigned char bytes[TOKEN_BYTES_MAX + 1];
};

static struct str token_str(const struct token *token)
{
    return (struct str){ (const char *)token->bytes, token->n };
}

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

/* Over the list's name, whose list it is, and the cursor: a token of one list is no token of another. */
static bool sign(struct op *op, const struct page *page, unsigned char ret_mac[MAC_BYTES])
{
    unsigned char key[STORE_SECRET_BYTES];
    unsigned char mac[DIGEST_BYTES_MAX];
    struct str text = arena_printf(op->arena, "%s\n%.*s\n%" PRId64 "\n%.*s", page->list, STR(page->whose),
                                   page->cursor, STR(page->text));
    if (!text.p || !store_secret(op->db, STORE_PAGE_TOKEN_KEY, key) ||
        !digest_hmac(DIGEST_SHA256, (struct str){ (const char *)key, sizeof key }, text, mac))
        return false;
    memcpy(ret_mac, mac, MAC_BYTES);
    return true;
}

/* Of the page's cursor. */
static bool make_token(struct op *op, const struct page *page, struct token *ret_token)
{
    *ret_token = (struct token){ .n = HEAD_BYTES };
    put_cursor(ret_token->bytes, page->cursor);
    if (page->text.n >= TEXT_BYTES_MAX || !sign(op, page, ret_token->bytes + CURSOR_BYTES))
        return false;
    if (page->text.p) {
        memcpy(ret_token->bytes + HEAD_BYTES, page->text.p, page->text.n);
        ret_token->n += (page->text.n / 3 + 1) * 3;
    }
    return true;
}

static bool decode(struct str text, struct token *ret_token)
{
    if (text.n % 4 != 0 || text.n < HEAD_BYTES / 3 * 4 || text.n > TOKEN_TEXT_MAX)
        return false;
    ret_token->n = text.n / 4 * 3;
    return base64_read(text, ret_token->bytes, ret_token->n);
}

static void take_cursor(struct page *page, struct arena *arena, const struct token *token)
{
    const char *text = (const char *)token->bytes + HEAD_BYTES;
    page->cursor = get_cursor(token->bytes);
    if (token->n > HEAD_BYTES)
        page->text = arena_str(arena, (struct str){ text, strnlen(text, token->n - HEAD_BYTES) });
}

/* It is ours if we would have made the very same. */
static bool read_token(struct op *op, struct page *page, struct str text)
{
    struct token given, ours;
    bool ok = decode(text, &given);
    if (ok) {
        take_cursor(page, op->arena, &given);
        ok = make_token(op, page, &ours) && digest_equal(token_str(&ours), token_str(&given));
    }
    return ok || fail(op->err, ERR_INVALID_REQUEST, "Next token is invalid.");
}

static bool open_page(struct op *op, struct page *page, const char *list, struct str whose,
                      struct opt_int max_results, struct str token, int64_t first_cursor)
{
    *page = (struct page){
        .list = list,
        .whose = whose,
        .size = max_results.set ? max_results.value : PAGE_SIZE_DEFAULT,
        .cursor = first_cursor,
    };
    return !token.p || read_token(op, page, token);
}

bool page_open(struct op *op, struct page *page, enum operation operation, struct str whose,
               struct opt_int max_results, struct str token, int64_t first_cursor)
{
    return open_page(op, page, operation_model(operation)->name, whose, max_results, token, first_cursor);
}

bool page_open_own(struct op *op, struct page *page, const char *list, struct str whose,
                   struct opt_int max_results, struct str token)
{
    return open_page(op, page, list, whose, max_results, token, 0);
}

bool page_take_text(struct page *page, struct str text, int64_t id)
{
    if (page->shown == page->size) {
        page->more = true;
        return false;
    }
    page->shown++;
    page->text = text;
    page->cursor = id;
    return true;
}

bool page_take(struct page *page, int64_t id)
{
    return page_take_text(page, STR_NONE, id);
}

void page_stop(struct page *page, struct str text, int64_t id)
{
    page->more = true;
    page->text = text;
    page->cursor = id;
}

static bool close_with(struct op *op, const struct page *page, const char *member)
{
    struct token token;
    char text[TOKEN_TEXT_MAX + 1];
    if (!page->more)
        return true;
    if (!make_token(op, page, &token))
        return fail(op->err, ERR_INTERNAL, "The page token could not be made.");
    base64_write(token.bytes, token.n, text);
    json_member_string(op->json, member, str_from(text));
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
