#include "support/s3_signing.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 8 * 1024 * 1024 };

static struct str secret_of(void *context, struct str access_key)
{
    (void)context;
    return str_eq_text(access_key, S3_KEY) ? STR_LIT(S3_SECRET) : STR_NONE;
}

int s3_signing_set_up(void **state)
{
    struct s3_signing *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    arena_init(&s->arena, ARENA_MAX);
    s->request.headers = s->headers;
    s->keys.secret = secret_of;
    s3_signing_time(s, "20261122T224426Z");
    s3_signing_header(s, "Host", S3_HOST);
    *state = s;
    return 0;
}

int s3_signing_tear_down(void **state)
{
    struct s3_signing *s = *state;
    arena_release(&s->arena);
    free(s);
    return 0;
}

void s3_signing_target(struct s3_signing *s, const char *method, const char *target)
{
    struct str query = arena_str(&s->arena, str_from(target));
    struct str path = str_split(&query, '?');
    s->request.method = str_from(method);
    s->request.target_path = path;
    assert_true(str_starts_with(path, STR_LIT(S3_PREFIX)));
    s->request.path = (struct str){ path.p + strlen(S3_PREFIX), path.n - strlen(S3_PREFIX) };
    s->request.query = sigv4_query_read(query, &s->arena, &s->request.query_n);
    assert_non_null(s->request.query);
}

void s3_signing_header(struct s3_signing *s, const char *name, const char *value)
{
    assert_true(s->request.header_n < S3_HEADERS_MAX);
    s->headers[s->request.header_n++] =
        (struct sigv4_pair){ str_from(name), arena_str(&s->arena, str_from(value)) };
}

void s3_signing_time(struct s3_signing *s, const char *amz_date)
{
    assert_true(sigv4_date_read(str_from(amz_date), &s->now_ms));
}

static const struct sigv4_signer signer = { STR_LIT(S3_KEY), STR_LIT(S3_SECRET), STR_LIT("us-east-1"),
                                            STR_LIT("s3") };

void s3_signing_sign(struct s3_signing *s, const char *payload_hash)
{
    char date[SIGV4_DATE_MAX];
    sigv4_date_format(s->now_ms, date);
    s3_signing_header(s, "X-Amz-Date", date);
    s3_signing_header(s, "X-Amz-Content-SHA256", payload_hash);
    const struct sigv4_request request = {
        .method = s->request.method,
        .path = s->request.target_path,
        .query = s->request.query,
        .query_n = s->request.query_n,
        .headers = s->headers,
        .header_n = s->request.header_n,
        .payload_hash = str_from(payload_hash),
    };
    struct str header = sigv4_authorize(&signer, &request, str_from(date), &s->arena);
    assert_non_null(header.p);
    s3_signing_header(s, "Authorization", header.p);
}

/* As it stands in the target. */
static struct str raw_query(struct s3_signing *s)
{
    struct str text = STR_LIT("");
    for (size_t i = 0; i < s->request.query_n; i++) {
        const struct sigv4_pair *pair = &s->request.query[i];
        text = arena_printf(&s->arena, "%.*s%s%.*s%s%.*s", STR(text), i > 0 ? "&" : "", STR(pair->name),
                            pair->value.p ? "=" : "", STR(pair->value));
    }
    return text;
}

void s3_signing_presign(struct s3_signing *s, int64_t expires_s)
{
    const struct sigv4_url url = {
        .method = s->request.method,
        .scheme = STR_LIT("http"),
        .host = STR_LIT(S3_HOST),
        .path = s->request.target_path,
        .query = raw_query(s),
        .expires_s = expires_s,
    };
    struct str text = sigv4_presign(&signer, &url, s->now_ms, &s->arena);
    assert_non_null(text.p);
    s3_signing_target(s, s->request.method.p, text.p + strlen("http://" S3_HOST));
}

bool s3_signing_verify(struct s3_signing *s)
{
    s->refusal = (struct s3_refusal){ 0 };
    return s3_auth_verify(&s->request, &s->keys, s->now_ms, &s->arena, &s->who, &s->refusal);
}

static struct str message_of(const struct s3_refusal *refusal)
{
    return refusal->message.p ? refusal->message : str_from(s3_error_message(refusal->error));
}

void s3_signing_assert_verified(struct s3_signing *s)
{
    if (!s3_signing_verify(s))
        fail_msg("%s: %.*s", s3_error_code(s->refusal.error), STR(message_of(&s->refusal)));
}

void s3_signing_assert_refused(struct s3_signing *s, enum s3_error error, const char *message)
{
    assert_false(s3_signing_verify(s));
    assert_string_equal(s3_error_code(s->refusal.error), s3_error_code(error));
    assert_string_equal(message_of(&s->refusal).p, message ? message : s3_error_message(error));
}

const char *s3_signing_element(struct s3_signing *s, const char *name)
{
    for (size_t i = 0; i < s->refusal.n; i++)
        if (strcmp(s->refusal.members[i].name, name) == 0)
            return arena_str(&s->arena, s->refusal.members[i].value).p;
    return NULL;
}
