/* Requests to the API that are signed in the Authorization header: what verifies, and the words for what does
 * not (identity 5.8). */
#include "support/api_signing.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"

#define HOST       "iot.eu-central-1.amazonaws.com"
#define SCHEME     "AWS4-HMAC-SHA256 "
#define CREDENTIAL "Credential=" API_KEY "/20270304/eu-central-1/iot/aws4_request"
#define NAMES      "SignedHeaders=host;x-amz-date"
#define SIGNATURE  "Signature=0000000000000000000000000000000000000000000000000000000000000000"

#define MISMATCH                                                                                             \
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "  \
    "Access Key and signing method. Consult the service documentation for details."

#define BODY "{\"targets\":[\"arn:aws:iot:eu-central-1:000000000000:thing/pump\"],\"document\":\"{}\"}"

/* 2027-03-04T05:06:07Z */
static const int64_t at_ms = INT64_C(1804136767000);

enum { MINUTE_MS = 60 * 1000 };

static const struct api_signature put_job = {
    .method = "PUT", .target = "/jobs/fw?a=1&b=2", .host = HOST, .body = BODY, .at_ms = INT64_C(1804136767000)
};

static struct api_signing *with(void **state, const struct api_signature *signature)
{
    api_signing_signed(*state, signature);
    return *state;
}

/* ---- what verifies ---- */

static void a_signed_request_is_its_signers(void **state)
{
    struct api_signing *s = with(state, &put_job);
    api_signing_assert_verified(s);
    assert_true(str_eq_text(s->who, API_KEY));
}

/* Requests of botocore and their bodies. */
static const struct {
    const char *name, *body;
} botocore[] = {
    { "a query", "" },
    { "a body", "{\"targets\": [\"arn:aws:iot:eu-central-1:123456789012:thing/pump-01\"], \"document\": "
                "\"{\\\"op\\\":\\\"ping\\\"}\"}" },
    { "a colon in the path", "" },
    { "a dollar in the path, a port", "{\"statusDetails\": {\"step\": \"a b\"}}" },
    { "a session token", "" },
    { "an ARN in the path", "" },
    { "a header of the service", "" },
    { "reserved characters in the query", "" },
    { "presigned", "" },
    { "a body that is not signed", "{\"targets\":[\"x\"]}" },
    { "a header Date", "" },
    { "a path that is not canonical, a value with blanks", "" },
};

enum { BOTOCORE = sizeof botocore / sizeof *botocore, FILE_MAX = 256 * 1024 };

static cJSON *read_vectors(void)
{
    FILE *file = fopen("tests/unit/sigv4_vectors.json", "re");
    char *text = malloc(FILE_MAX);
    assert_non_null(file);
    assert_non_null(text);
    size_t n = fread(text, 1, FILE_MAX, file);
    fclose(file);
    cJSON *vectors = cJSON_ParseWithLength(text, n);
    free(text);
    assert_non_null(vectors);
    return vectors;
}

static const char *at(const cJSON *vector, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(vector, name));
    assert_non_null(text);
    return text;
}

static const char *body_of(const char *name)
{
    for (size_t i = 0; i < BOTOCORE; i++)
        if (strcmp(botocore[i].name, name) == 0)
            return botocore[i].body;
    return NULL;
}

static struct str vector_secret(void *context, struct str access_key)
{
    return str_eq_text(access_key, "AKIDIOTJOBSDTEST0001") ? str_from(context) : STR_NONE;
}

/* As it came over the wire. */
static void put_together(struct api_signing *s, const cJSON *vector, const char *body)
{
    struct arena *arena = &s->arena;
    const char *query = at(vector, "query");
    const cJSON *line;
    bool presigned = strstr(query, "X-Amz-Credential");
    s->request.header_n = 0;
    s->request.method = str_from(at(vector, "method"));
    s->request.body = str_from(body);
    s->request.tls = true;
    s->keys.secret = vector_secret;
    s->keys.context =
        arena_str(arena, str_from(at(vector, "secret"))).p ? (void *)at(vector, "secret") : NULL;
    cJSON_ArrayForEach(line, cJSON_GetObjectItem(vector, "headers"))
    {
        struct str value = str_from(line->valuestring);
        struct str name = str_split(&value, ':');
        s->headers[s->request.header_n++] = (struct sigv4_pair){ name, { value.p + 1, value.n - 1 } };
    }
    if (!presigned)
        api_signing_header(s, "Authorization",
                           arena_printf(arena, SCHEME "Credential=%s, SignedHeaders=%s, Signature=%s",
                                        at(vector, "credential"), at(vector, "signed"),
                                        at(vector, "signature"))
                               .p);
    api_signing_target(s, presigned && !strstr(query, "X-Amz-Signature=")
                              ? arena_printf(arena, "%s?%s&X-Amz-Signature=%s", at(vector, "path"), query,
                                             at(vector, "signature"))
                                    .p
                              : arena_printf(arena, "%s?%s", at(vector, "path"), query).p);
}

static void what_botocore_has_signed_verifies_and_not_with_another_body(void **state)
{
    struct api_signing *s = *state;
    cJSON *vectors = read_vectors();
    const cJSON *vector;
    size_t n = 0;
    cJSON_ArrayForEach(vector, vectors)
    {
        const char *body = body_of(at(vector, "name"));
        if (!body)
            continue;
        put_together(s, vector, body);
        api_signing_assert_verified(s);
        assert_true(str_eq_text(s->who, "AKIDIOTJOBSDTEST0001"));
        s->request.body = STR_LIT("another");
        if (strcmp(at(vector, "payload"), SIGV4_UNSIGNED_PAYLOAD) != 0)
            api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
        n++;
    }
    assert_int_equal(n, BOTOCORE);
    cJSON_Delete(vectors);
}

static void both_planes_have_their_services(void **state)
{
    static const char *const services[] = { "iot", "execute-api", "iot-jobs-data", "iotjobsdata" };
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct api_signature signature = put_job;
        signature.service = services[i];
        api_signing_assert_verified(with(state, &signature));
    }
}

/* A proxy in front of us has changed the Host header, or the client signs what it sends. */
static void what_clients_and_proxies_do_differently_verifies(void **state)
{
    struct api_signing *s = with(state, &put_job);
    api_signing_change(s, "Host", HOST ":8443");
    api_signing_assert_verified(s);
    api_signing_change(s, "Host", HOST ".");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    api_signing_change(s, "Host", "other.example");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
}

/* As curl 7.88 does: the path as it is sent. And botocore with a '+' in a query: that as it is sent. */
static void a_path_and_a_query_may_be_signed_as_they_are_sent(void **state)
{
    struct api_signing *s = *state;
    struct api_signature signature = { .target = "/things/hall:3?q=a", .host = HOST, .at_ms = at_ms };
    api_signing_signed(s, &signature);
    api_signing_target(s, "/things/hall:3?q=a");
    api_signing_assert_verified(s); /* canonical: hall%3A3 */
    const struct sigv4_signer signer = { STR_LIT(API_KEY), STR_LIT(API_SECRET), STR_LIT(API_REGION),
                                         STR_LIT("iot") };
    const struct sigv4_pair headers[] = { { STR_LIT("host"), STR_LIT(HOST) },
                                          { STR_LIT("x-amz-date"), STR_LIT("20270304T050607Z") } };
    struct sigv4_pair query = { STR_LIT("q"), STR_LIT("a+b") };
    struct sigv4_request request = { .method = STR_LIT("GET"),
                                     .path = STR_LIT("/things/hall%3A3"),
                                     .query = &query,
                                     .query_n = 1,
                                     .query_as_sent = true,
                                     .headers = headers,
                                     .header_n = 2,
                                     .payload_hash = STR_LIT(SIGV4_EMPTY_SHA256) };
    struct str header = sigv4_authorize(&signer, &request, headers[1].value, &s->arena);
    api_signing_change(s, "Authorization", header.p);
    api_signing_target(s, "/things/hall%3A3?q=a+b");
    api_signing_assert_verified(s);
    api_signing_target(s, "/things/hall%3A4?q=a+b");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
}

static void a_session_token_is_signed_and_not_looked_at(void **state)
{
    struct api_signature signature = put_job;
    signature.token = "AQoDYXdzEPT//EXAMPLE==";
    struct api_signing *s = with(state, &signature);
    api_signing_assert_verified(s);
    api_signing_change(s, "x-amz-security-token", "another");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
}

static void a_body_may_be_signed_by_its_hash_or_over_tls_not_at_all(void **state)
{
    struct api_signature signature = put_job;
    signature.payload_hash = SIGV4_UNSIGNED_PAYLOAD;
    struct api_signing *s = with(state, &signature);
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE,
                               "A body that is not signed (UNSIGNED-PAYLOAD) is taken over HTTPS alone.");
    s->request.tls = true;
    api_signing_assert_verified(s);
    signature.payload_hash = SIGV4_EMPTY_SHA256;
    s = with(state, &signature);
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    s->request.body = STR_LIT("");
    api_signing_assert_verified(s);
    signature.payload_hash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    api_signing_assert_refused(with(state, &signature), ERR_INVALID_SIGNATURE, "Bodies in chunks");
}

/* ---- tampered with ---- */

static void change_method(struct api_signing *s)
{
    s->request.method = STR_LIT("POST");
}
static void change_path(struct api_signing *s)
{
    s->request.path = STR_LIT("/jobs/fx");
}
static void change_query_value(struct api_signing *s)
{
    api_signing_target(s, "/jobs/fw?a=1&b=3");
}
static void add_to_query(struct api_signing *s)
{
    api_signing_target(s, "/jobs/fw?a=1&b=2&c");
}
static void take_from_query(struct api_signing *s)
{
    api_signing_target(s, "/jobs/fw?a=1");
}
static void change_body(struct api_signing *s)
{
    s->request.body = STR_LIT(BODY " ");
}
static void drop_body(struct api_signing *s)
{
    s->request.body = STR_LIT("");
}
static void change_host(struct api_signing *s)
{
    api_signing_change(s, "Host", "iot.eu-central-2.amazonaws.com");
}
static void add_host(struct api_signing *s)
{
    api_signing_header(s, "host", HOST);
}
static void drop_host(struct api_signing *s)
{
    api_signing_change(s, "Host", NULL);
}
static void change_second(struct api_signing *s)
{
    api_signing_change(s, "x-amz-date", "20270304T050608Z");
}
static void replace_in_authorization(struct api_signing *s, const char *from, const char *to)
{
    const char *header = api_signing_value(s, "Authorization");
    const char *p = strstr(header, from);
    assert_non_null(p);
    api_signing_change(
        s, "Authorization",
        arena_printf(&s->arena, "%.*s%s%s", (int)(p - header), header, to, p + strlen(from)).p);
}
static void sign_another_header(struct api_signing *s)
{
    replace_in_authorization(s, "SignedHeaders=host;", "SignedHeaders=accept;host;");
}
static void change_signature(struct api_signing *s)
{
    const char *header = api_signing_value(s, "Authorization");
    char *copy = strdup(header);
    copy[strlen(copy) - 1] = copy[strlen(copy) - 1] == '0' ? '1' : '0';
    api_signing_change(s, "Authorization", copy);
    free(copy);
}
static void shorten_signature(struct api_signing *s)
{
    struct str header = str_from(api_signing_value(s, "Authorization"));
    api_signing_change(s, "Authorization", arena_str(&s->arena, (struct str){ header.p, header.n - 1 }).p);
}
static void other_service(struct api_signing *s)
{
    replace_in_authorization(s, "/iot/", "/iot-jobs-data/");
}

static void whatever_is_changed_is_noticed(void **state)
{
    static void (*const changes[])(struct api_signing *) = {
        change_method, change_path,         change_query_value, add_to_query,      take_from_query,
        change_body,   drop_body,           change_host,        add_host,          drop_host,
        change_second, sign_another_header, change_signature,   shorten_signature, other_service,
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct api_signing *s = with(state, &put_job);
        api_signing_assert_verified(s);
        changes[i](s);
        api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, MISMATCH);
    }
}

static void a_mismatch_says_what_should_have_been_signed(void **state)
{
    struct api_signature signature = { .target = "/jobs", .host = HOST, .at_ms = at_ms, .secret = "wrong" };
    api_signing_assert_refused(
        with(state, &signature), ERR_INVALID_SIGNATURE,
        MISMATCH "\n\nThe Canonical String for this request should have been\n'GET\n/jobs\n\nhost:" HOST
                 "\nx-amz-date:20270304T050607Z\n\nhost;x-amz-date\n" SIGV4_EMPTY_SHA256
                 "'\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n20270304T050607Z\n"
                 "20270304/eu-central-1/iot/aws4_request\n");
}

/* ---- the order and the words ---- */

static void who_has_not_signed_is_told_so(void **state)
{
    struct api_signing *s = with(state, &put_job);
    api_signing_change(s, "Authorization", NULL);
    api_signing_assert_refused(s, ERR_MISSING_AUTHENTICATION_TOKEN, "Missing Authentication Token");
    assert_false(api_auth_claimed(&s->request, &s->arena));
}

static void an_incomplete_header_is_told_all_that_is_missing(void **state)
{
    static const struct {
        const char *header, *message;
    } cases[] = {
        { SCHEME CREDENTIAL ", " NAMES, "Authorization header requires 'Signature' parameter. (Hashed with" },
        { SCHEME CREDENTIAL ", " NAMES ", Signature=",
          "Authorization header requires 'Signature' parameter. (Hashed with" },
        { SCHEME CREDENTIAL "," SIGNATURE,
          "Authorization header requires 'SignedHeaders' parameter. (Hashed with SHA-256 and encoded with "
          "Base64) Authorization=" },
        { SCHEME NAMES, "Authorization header requires 'Credential' parameter. Authorization header requires "
                        "'Signature' parameter. (Hashed with" },
        { "Bearer x", "Authorization header requires 'Credential' parameter. Authorization header requires "
                      "'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "
                      "(Hashed with SHA-256 and encoded with Base64) Authorization=" },
        { "", "Authorization header requires 'Credential' parameter." },
        { "AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter." },
        { SCHEME CREDENTIAL ", nonsense, " SIGNATURE,
          "The signature contains an in-valid key=value pair (missing equal-sign) in Authorization header "
          "(hashed with SHA-256 and encoded with Base64): '" },
        { SCHEME CREDENTIAL ", " CREDENTIAL, "Authorization header has 'Credential' parameter twice." },
        { "AWS4-ECDSA-P256-SHA256 " CREDENTIAL, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_signing *s = with(state, &put_job);
        api_signing_change(s, "Authorization", cases[i].header);
        api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE, cases[i].message);
        assert_null(strstr(s->err.message.p, "Bearer"));
        assert_true(api_auth_claimed(&s->request, &s->arena));
    }
}

static void a_date_is_needed_and_has_its_form(void **state)
{
    struct api_signing *s = with(state, &put_job);
    api_signing_change(s, "x-amz-date", NULL);
    api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE,
                               "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                               "header. (Hashed");
    api_signing_header(s, "x-amz-date", "2027-03-04T05:06:07Z");
    api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE,
                               "Date must be in ISO-8601 'basic format'. Got '2027-03-04T05:06:07Z'. See "
                               "http://en.wikipedia.org/wiki/ISO_8601");
}

/* One refusal for each part of the scope, and each before those that are further down. */
static void a_scope_is_for_us_and_for_the_day(void **state)
{
    static const struct {
        const char *scope;
        enum error_code code;
        const char *message;
    } cases[] = {
        { "a/20270304/eu-central-1/iot", ERR_INCOMPLETE_SIGNATURE,
          "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
          "'a/20270304/eu-central-1/iot'" },
        { "a/b/20270304/eu-central-1/iot/aws4_request", ERR_INCOMPLETE_SIGNATURE,
          "Credential must have exactly 5 slash-delimited" },
        { "/20270304/eu-central-1/iot/aws4_request", ERR_INCOMPLETE_SIGNATURE,
          "Credential must have exactly 5 slash-delimited" },
        { "a/20270303/mars-1/s3/aws4", ERR_INVALID_SIGNATURE,
          "Credential should be scoped with a valid terminator: 'aws4_request'" },
        { "a/20270303/mars-1/s3/aws4_request", ERR_INVALID_SIGNATURE,
          "Credential should be scoped to correct service: 'iot'. " },
        { "a/20270303/mars-1/iotdevicegateway/aws4_request", ERR_INVALID_SIGNATURE,
          "Credential should be scoped to correct service: 'iot'. " },
        { "a/20270303/mars-1/iot/aws4_request", ERR_INVALID_SIGNATURE,
          "Credential should be scoped to a valid region, not 'mars-1'. " },
        { "a/20270303/eu-central-1/iot/aws4_request", ERR_INVALID_SIGNATURE,
          "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
          "'20270303' != '20270304', from '20270304T050607Z'." },
        { "a/20270304/eu-central-1/iot/aws4_request", ERR_UNRECOGNIZED_CLIENT,
          "The security token included in the request is invalid." },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct api_signing *s = with(state, &put_job);
        api_signing_change(
            s, "Authorization",
            arena_printf(&s->arena, SCHEME "Credential=%s, SignedHeaders=x, " SIGNATURE, cases[i].scope).p);
        api_signing_assert_refused(s, cases[i].code, cases[i].message);
    }
    struct api_signing *s = with(state, &put_job);
    s->request.plane = PLANE_DATA;
    replace_in_authorization(s, "/iot/", "/ec2/");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE,
                               "Credential should be scoped to correct service: 'iot-jobs-data'. ");
}

static void the_clock_may_be_a_quarter_of_an_hour_away(void **state)
{
    struct api_signing *s = with(state, &put_job);
    s->now_ms = at_ms + 15 * MINUTE_MS;
    api_signing_assert_verified(s);
    s->now_ms = at_ms - 15 * MINUTE_MS;
    api_signing_assert_verified(s);
    s->now_ms = at_ms + 15 * MINUTE_MS + 1000;
    api_signing_assert_refused(
        s, ERR_INVALID_SIGNATURE,
        "Signature expired: 20270304T050607Z is now earlier than 20270304T050608Z (20270304T052108Z - 15 "
        "min.)");
    s->now_ms = at_ms - 15 * MINUTE_MS - 1000;
    api_signing_assert_refused(
        s, ERR_INVALID_SIGNATURE,
        "Signature not yet current: 20270304T050607Z is still later than 20270304T050606Z (20270304T045106Z "
        "+ 15 min.)");
}

static void the_time_is_looked_at_before_the_key(void **state)
{
    struct api_signature signature = put_job;
    signature.key = "AKIAUNKNOWN";
    struct api_signing *s = with(state, &signature);
    api_signing_assert_refused(s, ERR_UNRECOGNIZED_CLIENT,
                               "The security token included in the request is invalid.");
    s->now_ms = at_ms + 24 * 60 * MINUTE_MS;
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE, "Signature expired: ");
}

static void what_has_to_be_signed_is(void **state)
{
    static const char *const names[] = { "X-Amz-Security-Token", "X-Amz-Content-Sha256" };
    struct api_signing *s = with(state, &put_job);
    replace_in_authorization(s, "SignedHeaders=host;x-amz-date", "SignedHeaders=x-amz-date");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE,
                               "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
    s = with(state, &put_job);
    replace_in_authorization(s, "SignedHeaders=host;x-amz-date", "SignedHeaders=host");
    api_signing_assert_refused(s, ERR_INVALID_SIGNATURE,
                               "'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        s = with(state, &put_job);
        api_signing_header(s, names[i], SIGV4_UNSIGNED_PAYLOAD);
        api_signing_assert_refused(
            s, ERR_INVALID_SIGNATURE,
            arena_printf(&s->arena, "'%s' must be a 'SignedHeader' in the AWS Authorization.", names[i]).p);
    }
    s = with(state, &put_job);
    api_signing_header(s, "x-amz-meta", "of no meaning");
    api_signing_assert_verified(s);
}

static void so_many_headers_may_be_signed(void **state)
{
    struct strbuf names;
    struct api_signing *s = with(state, &put_job);
    strbuf_init(&names, 4096);
    for (int i = 0; i < API_AUTH_NAMES_MAX; i++)
        strbuf_printf(&names, "%03d;", i);
    replace_in_authorization(s, "SignedHeaders=", arena_printf(&s->arena, "SignedHeaders=%s", names.p).p);
    api_signing_assert_refused(s, ERR_INCOMPLETE_SIGNATURE,
                               "At most 100 headers and 250 query parameters may be signed.");
    strbuf_release(&names);
}

static void the_headers_alone_tell_what_does_not_need_the_body(void **state)
{
    struct api_signing *s = with(state, &put_job);
    err_init(&s->err, &s->arena);
    s->request.body = STR_NONE;
    assert_true(api_auth_check(&s->request, &s->keys, s->now_ms, &s->arena, &s->err));
    replace_in_authorization(s, API_KEY, "AKIAUNKNOWN");
    assert_false(api_auth_check(&s->request, &s->keys, s->now_ms, &s->arena, &s->err));
    assert_int_equal(s->err.code, ERR_UNRECOGNIZED_CLIENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, api_signing_set_up, api_signing_tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(a_signed_request_is_its_signers),
        TEST(what_botocore_has_signed_verifies_and_not_with_another_body),
        TEST(both_planes_have_their_services),
        TEST(what_clients_and_proxies_do_differently_verifies),
        TEST(a_path_and_a_query_may_be_signed_as_they_are_sent),
        TEST(a_session_token_is_signed_and_not_looked_at),
        TEST(a_body_may_be_signed_by_its_hash_or_over_tls_not_at_all),
        TEST(whatever_is_changed_is_noticed),
        TEST(a_mismatch_says_what_should_have_been_signed),
        TEST(who_has_not_signed_is_told_so),
        TEST(an_incomplete_header_is_told_all_that_is_missing),
        TEST(a_date_is_needed_and_has_its_form),
        TEST(a_scope_is_for_us_and_for_the_day),
        TEST(the_clock_may_be_a_quarter_of_an_hour_away),
        TEST(the_time_is_looked_at_before_the_key),
        TEST(what_has_to_be_signed_is),
        TEST(so_many_headers_may_be_signed),
        TEST(the_headers_alone_tell_what_does_not_need_the_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
