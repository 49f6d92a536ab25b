/* Signatures of S3 requests: any headers and any query, any one bit of a good one changed. */
#include <string.h>

#include "fuzz_input.h"
#include "rules/artifacts/s3_auth.h"

enum { AUTH_ARENA_MAX = 4 * 1024 * 1024, HEADERS_MAX = 24 };

#define KEY    "AKIAINVENTED0000001"
#define SECRET "invented-secret-key-0001"
#define HOST   "127.0.0.1:5627"

/* 2026-11-22T22:44:26Z */
static const int64_t now_ms = INT64_C(1795387466000);

static struct str secret_of(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, KEY) ? STR_LIT(SECRET) : STR_NONE;
}

static bool verify(const struct s3_auth_request *request, bool open, struct arena *arena,
                   struct s3_identity *ret_who, struct s3_refusal *ret_refusal)
{
    const struct s3_keys keys = { secret_of, NULL, open };
    *ret_refusal = (struct s3_refusal){ 0 };
    return s3_auth_verify(request, &keys, now_ms, arena, ret_who, ret_refusal);
}

/* Nobody knows the secret but us: what does not come from our own signer is never taken for signed. */
static void check_foreign(const struct s3_auth_request *request, struct arena *arena)
{
    struct s3_identity who;
    struct s3_refusal refusal;
    if (verify(request, false, arena, &who, &refusal))
        fuzz_promise(false, "what nobody signed is refused");
    fuzz_promise(refusal.error != S3_OK, "a refusal has a reason");
    if (verify(request, true, arena, &who, &refusal))
        fuzz_promise(who.kind != S3_SIGNED, "an open store takes it for what it is");
    else
        fuzz_promise(refusal.error != S3_OK, "a refusal of an open store has a reason");
}

static struct s3_auth_request target(struct str method, struct str raw, struct arena *arena)
{
    struct s3_auth_request request = { .method = method, .target_path = str_split(&raw, '?') };
    request.path = request.target_path;
    if (str_starts_with(request.path, STR_LIT("/_s3")))
        request.path = (struct str){ request.path.p + 4, request.path.n - 4 };
    request.query = sigv4_query_read(raw, arena, &request.query_n);
    return request;
}

/* Whether a query says nothing of signatures itself, not even escaped. */
static bool is_plain(struct str query)
{
    static const char *const words[] = { "X-Amz-", "x-amz-", "Signature", "AWSAccessKeyId", "%" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (query.n > 0 && memmem(query.p, query.n, words[i], strlen(words[i])))
            return false;
    return true;
}

/* A URL that we presign verifies, and does not once one of its characters is another. */
static void check_own(struct str path, struct str query, uint8_t where, uint8_t bit, struct arena *arena)
{
    const struct sigv4_signer signer = { STR_LIT(KEY), STR_LIT(SECRET), STR_LIT("eu-west-1"), STR_LIT("s3") };
    const struct sigv4_url url = { STR_LIT("GET"), STR_LIT("http"), STR_LIT(HOST), path, query, 300 };
    const struct sigv4_pair host = { STR_LIT("Host"), STR_LIT(HOST) };
    struct s3_identity who;
    struct s3_refusal refusal;
    bool encoded = !memchr(path.p, '\0', path.n) && !memchr(query.p, '\0', query.n);
    struct str text = encoded ? sigv4_presign(&signer, &url, now_ms, arena) : STR_NONE;
    if (!text.p)
        return;
    struct str raw = { text.p + strlen("http://" HOST), text.n - strlen("http://" HOST) };
    struct s3_auth_request request = target(STR_LIT("GET"), raw, arena);
    request.headers = &host;
    request.header_n = 1;
    if (!verify(&request, false, arena, &who, &refusal)) {
        fuzz_promise(arena->failed || !is_plain(query), "a URL that we presign verifies");
        return;
    }
    fuzz_promise(who.kind == S3_SIGNED && str_eq_text(who.access_key, KEY), "it is ours");
    struct str changed = arena_str(arena, raw);
    if (!changed.p)
        return;
    size_t at = changed.n - 1 - where % 64; /* of the signature */
    ((char *)changed.p)[at] = (char)(changed.p[at] ^ (1 << bit % 7));
    request = target(STR_LIT("GET"), changed, arena);
    request.headers = &host;
    request.header_n = 1;
    fuzz_promise(!verify(&request, false, arena, &who, &refusal), "a changed signature does not verify");
}

/* The first line is the target, each further one a header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct sigv4_pair headers[HEADERS_MAX];
    fuzz_input_init(&input, data, n);
    arena_init(&arena, AUTH_ARENA_MAX);
    uint8_t where = fuzz_byte(&input), bit = fuzz_byte(&input);
    struct str raw = fuzz_line(&input);
    struct s3_auth_request request = target(STR_LIT("PUT"), raw, &arena);
    request.headers = headers;
    while (input.rest.p && request.header_n < HEADERS_MAX) {
        struct str value = fuzz_line(&input);
        struct str name = str_split(&value, ':');
        headers[request.header_n++] = (struct sigv4_pair){ name, value };
    }
    if (request.query) {
        struct str query = raw;
        struct str path = str_split(&query, '?');
        check_foreign(&request, &arena);
        check_own(path, query.p ? query : STR_LIT(""), where, bit, &arena);
    }
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
