/* Signatures of API requests: any headers, any query and any body; any one bit of a good one changed. */
#include <string.h>

#include "fuzz_input.h"
#include "rules/security/api_auth.h"

enum { AUTH_ARENA_MAX = 16 * 1024 * 1024, HEADERS_MAX = 24 };

#define KEY    "AKIAINVENTED0000001"
#define SECRET "invented-secret-key-0001"
#define HOST   "127.0.0.1:5627"
#define DATE   "20261122T224426Z"

/* 2026-11-22T22:44:26Z */
static const int64_t now_ms = INT64_C(1795387466000);

static struct str secret_of(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, KEY) ? STR_LIT(SECRET) : STR_NONE;
}

static bool verify(const struct api_auth_request *request, struct arena *arena, struct str *ret_key,
                   struct err *err)
{
    const struct api_auth_keys keys = { secret_of, NULL, STR_LIT("eu-west-1") };
    err_init(err, arena);
    return api_auth_verify(request, &keys, now_ms, arena, ret_key, err);
}

static void set_target(struct api_auth_request *request, struct str raw, struct arena *arena)
{
    request->path = str_split(&raw, '?');
    request->query = sigv4_query_read(raw, arena, &request->query_n);
}

/* Nobody knows the secret but us: what does not come from our own signer is never taken for signed. And what
 * the headers alone refuse, the whole request does. */
static void check_foreign(const struct api_auth_request *request, struct arena *arena)
{
    const struct api_auth_keys keys = { secret_of, NULL, STR_LIT("eu-west-1") };
    struct str key;
    struct err whole, headers;
    err_init(&headers, arena);
    bool claimed = api_auth_claimed(request, arena);
    bool checked = api_auth_check(request, &keys, now_ms, arena, &headers);
    fuzz_promise(!verify(request, arena, &key, &whole), "what nobody signed is refused");
    fuzz_promise(whole.code != ERR_NONE && whole.message.n > 0, "a refusal has a reason");
    if (arena->failed)
        return;
    fuzz_promise(checked || headers.code == whole.code, "both refuse for the same reason");
    fuzz_promise(claimed || whole.code == ERR_MISSING_AUTHENTICATION_TOKEN, "who claims nothing is told so");
}

/* A request that we sign verifies, and does not once a bit of its signature, path or body is another. */
static void check_own(struct api_auth_request *request, uint8_t where, uint8_t bit, struct arena *arena)
{
    const struct sigv4_signer signer = { STR_LIT(KEY), STR_LIT(SECRET), STR_LIT("eu-west-1"),
                                         STR_LIT("iot") };
    struct sigv4_pair headers[3] = { { STR_LIT("host"), STR_LIT(HOST) },
                                     { STR_LIT("x-amz-date"), STR_LIT(DATE) } };
    unsigned char hash[DIGEST_BYTES_MAX];
    char digits[2 * SHA256_BYTES + 1];
    struct str key;
    struct err err;
    request->headers = headers;
    request->header_n = 2;
    if (api_auth_claimed(request, arena) || !digest_of(DIGEST_SHA256, request->body, hash))
        return;
    for (size_t i = 0; i < SHA256_BYTES; i++) {
        digits[2 * i] = "0123456789abcdef"[hash[i] >> 4];
        digits[2 * i + 1] = "0123456789abcdef"[hash[i] & 15];
    }
    const struct sigv4_request parts = {
        .method = request->method,
        .path = sigv4_canonical_path(request->path, arena),
        .query = request->query,
        .query_n = request->query_n,
        .headers = headers,
        .header_n = 2,
        .payload_hash = { digits, sizeof digits - 1 },
    };
    struct str header = parts.path.p ? sigv4_authorize(&signer, &parts, STR_LIT(DATE), arena) : STR_NONE;
    if (!header.p)
        return;
    headers[2] = (struct sigv4_pair){ STR_LIT("Authorization"), header };
    request->header_n = 3;
    if (!verify(request, arena, &key, &err)) {
        fuzz_promise(arena->failed || request->query_n > API_AUTH_QUERY_MAX, "what we sign verifies");
        return;
    }
    fuzz_promise(str_eq_text(key, KEY), "it is ours");
    struct str body = request->body;
    request->body = arena_printf(arena, "%.*s.", STR(body));
    fuzz_promise(!verify(request, arena, &key, &err), "a changed body does not verify");
    request->body = body;
    struct str changed = arena_str(arena, header);
    if (!changed.p)
        return;
    size_t at = changed.n - 1 - where % 64; /* of the signature */
    ((char *)changed.p)[at] = (char)(changed.p[at] ^ (1 << bit % 7));
    headers[2].value = changed;
    fuzz_promise(!verify(request, arena, &key, &err), "a changed signature does not verify");
}

/* The first line is the target, each further one a header up to an empty one; what follows is the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct sigv4_pair headers[HEADERS_MAX];
    fuzz_input_init(&input, data, n);
    arena_init(&arena, AUTH_ARENA_MAX);
    uint8_t where = fuzz_byte(&input), bit = fuzz_byte(&input);
    struct api_auth_request request = { .method = STR_LIT("PUT"), .headers = headers, .tls = bit & 128 };
    set_target(&request, fuzz_line(&input), &arena);
    while (input.rest.p && request.header_n < HEADERS_MAX) {
        struct str value = fuzz_line(&input);
        if (value.n == 0)
            break;
        struct str name = str_split(&value, ':');
        headers[request.header_n++] = (struct sigv4_pair){ name, value };
    }
    request.body = fuzz_rest(&input);
    if (request.query) {
        check_foreign(&request, &arena);
        check_own(&request, where, bit, &arena);
    }
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
