/* URLs of the API that are presigned: what verifies, for how long, and the words for what does not. */
#include "support/api_signing.h"

#include <string.h>

#include "base/strbuf.h"

#define HOST "127.0.0.1:5627"

#define MISMATCH                                                                                             \
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "  \
    "Access Key and signing method. Consult the service documentation for details."

/* 2027-03-04T05:06:07Z */
static const int64_t at_ms = INT64_C(1804136767000);

enum { MINUTE_MS = 60 * 1000 };

static const struct api_signature list_jobs = {
    .target = "/jobs?status=QUEUED", .host = HOST, .at_ms = INT64_C(1804136767000), .expires_s = 300
};

static struct api_signing *with(void **state, const struct api_signature *signature)
{
    api_signing_presigned(*state, signature);
    return *state;
}

/* The URL with `from` replaced, or taken away. */
static void change(struct api_signing *s, const struct api_signature *signature, const char *from,
                   const char *to)
{
    const char *url = api_presign(signature, &s->arena);
    const char *p = strstr(url, from);
    assert_non_null(p);
    api_signing_target(s, arena_printf(&s->arena, "%.*s%s%s", (int)(p - url), url, to, p + strlen(from)).p);
}

static void a_presigned_url_is_its_signers_until_it_expires(void **state)
{
    struct api_signing *s = with(state, &list_jobs);
    api_signing_assert_verified(s);
    assert_true(str_eq_text(s->who, API_KEY));
    s->now_ms = at_ms + 300 * 1000;
    api_signing_assert_verified(s);
    s->now_ms += 1000;
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE,
                               "Signature expired: 20270304T051107Z is now earlier than 20270304T051108Z");
}

static void a_presigned_url_may_be_dated_a_quarter_of_an_hour_ahead(void **state)
{
    struct api_signing *s = with(state, &list_jobs);
    s->now_ms = at_ms - 15 * MINUTE_MS;
    api_signing_assert_verified(s);
    s->now_ms -= 1000;
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, "Signature not yet current: 20270304T050607Z is");
}

static void a_url_that_does_not_say_lasts_as_long_as_a_header(void **state)
{
    struct api_signature signature = list_jobs;
    signature.expires_s = 0;
    struct api_signing *s = with(state, &signature);
    s->now_ms = at_ms + 15 * MINUTE_MS;
    api_signing_assert_verified(s);
    s->now_ms += 1000;
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, "Signature expired: 20270304T050607Z is now");
}

static void a_url_lasts_a_week_at_most(void **state)
{
    static const int64_t wrong[] = { -1, 604801 };
    struct api_signature signature = list_jobs;
    signature.expires_s = 604800;
    struct api_signing *s = with(state, &signature);
    s->now_ms = at_ms + INT64_C(604800000);
    api_signing_assert_verified(s);
    s->now_ms = at_ms;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        signature.expires_s = wrong[i];
        api_signing_assert_refused(with(state, &signature), ERR_INCOMPLETE_SIGNATURE,
                                   "X-Amz-Expires must be a number of seconds from 1 to 604800.");
    }
    change(s, &list_jobs, "Expires=300", "Expires=soon");
    api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE, "X-Amz-Expires must be a number");
}

static void whatever_is_changed_is_noticed(void **state)
{
    static const struct {
        const char *from, *to;
    } changes[] = {
        { "/jobs", "/things" },
        { "QUEUED", "CANCELED" },
        { "status=QUEUED&", "" },
        { "?", "?x&" },
        { "Expires=300", "Expires=3000" },
        { "&X-Amz-Expires=300", "" },
        { "T050607Z", "T050608Z" },
        { "Signature=", "Signature=0" },
    };
    struct api_signing *s = with(state, &list_jobs);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        change(s, &list_jobs, changes[i].from, changes[i].to);
        api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    }
    with(state, &list_jobs);
    s->request.method = STR_LIT("DELETE");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    with(state, &list_jobs);
    s->request.body = STR_LIT("{}");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
}

static void what_is_missing_is_told(void **state)
{
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        { "X-Amz-Algorithm=AWS4-HMAC-SHA256&", "",
          "AWS query-string parameters must include 'X-Amz-Algorithm'. Re-examine the query-string "
          "parameters." },
        { "X-Amz-Credential=", "x=", "AWS query-string parameters must include 'X-Amz-Credential'. " },
        { "X-Amz-Signature=", "x=", "AWS query-string parameters must include 'X-Amz-Signature'. " },
        { "X-Amz-SignedHeaders=host", "x", "AWS query-string parameters must include 'X-Amz-SignedHeaders'" },
        { "X-Amz-Date=", "x=", "AWS query-string parameters must include 'X-Amz-Date'. " },
        { "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256",
          "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'." },
        { "T050607Z", "T0506Z", "Date must be in ISO-8601 'basic format'. Got '20270304T0506Z'." },
    };
    struct api_signing *s = with(state, &list_jobs);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        change(s, &list_jobs, cases[i].from, cases[i].to);
        api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE, cases[i].message);
    }
}

static void names_are_found_however_they_are_escaped(void **state)
{
    struct api_signing *s = with(state, &list_jobs);
    change(s, &list_jobs, "X-Amz-Credential", "X%2DAmz%2dCredential");
    api_signing_assert_verified(s);
    api_signing_target(s, "/jobs?X%2DAmz-Signature=0");
    assert_true(api_auth_claimed(&s->request, &s->arena));
}

static void nobody_signs_twice(void **state)
{
    struct api_signing *s = with(state, &list_jobs);
    api_signing_header(s, "Authorization", "Basic eA==");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, "The request is signed twice, ");
}

static void a_session_token_may_be_signed_or_come_afterwards(void **state)
{
    struct api_signature signature = list_jobs;
    signature.token = "FwoGZXIvYXdzTEST%2F%2F%2Babc%3D%3D";
    struct api_signing *s = with(state, &signature);
    api_signing_assert_verified(s);
    change(s, &signature, "TEST", "test");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    const char *url = api_presign(&list_jobs, &s->arena);
    api_signing_target(s, arena_printf(&s->arena, "%s&X-Amz-Security-Token=any", url).p);
    api_signing_assert_verified(s);
    api_signing_target(s, arena_printf(&s->arena, "%s&X-Amz-Security-Tokens=any", url).p);
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
}

static void so_many_parameters_may_be_signed(void **state)
{
    struct strbuf target;
    struct api_signing *s = *state;
    struct api_signature signature = list_jobs;
    strbuf_init(&target, 16384);
    strbuf_add_text(&target, "/jobs?");
    for (int i = 0; i < API_AUTH_QUERY_MAX; i++)
        strbuf_printf(&target, "%d&", i);
    signature.target = target.p;
    api_signing_presigned(s, &signature);
    api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE, "At most 100 headers and 250 query parameters");
    strbuf_release(&target);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, api_signing_set_up, api_signing_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_presigned_url_is_its_signers_until_it_expires),
        TEST(a_presigned_url_may_be_dated_a_quarter_of_an_hour_ahead),
        TEST(a_url_that_does_not_say_lasts_as_long_as_a_header),
        TEST(a_url_lasts_a_week_at_most),
        TEST(whatever_is_changed_is_noticed),
        TEST(what_is_missing_is_told),
        TEST(names_are_found_however_they_are_escaped),
        TEST(nobody_signs_twice),
        TEST(a_session_token_may_be_signed_or_come_afterwards),
        TEST(so_many_parameters_may_be_signed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
