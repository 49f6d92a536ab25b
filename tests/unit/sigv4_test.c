/* SigV4: published and captured requests (sigv4_vectors.json), and what is read and written of them. */
#include "support/scratch.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/security/sigv4.h"

#define VECTORS_FILE "tests/unit/sigv4_vectors.json"

enum { FILE_MAX = 256 * 1024, HEADERS_MAX = 16, VECTORS = 40 };

/* 2013-05-24 */
static const int64_t may_ms = INT64_C(1369353600000);

static cJSON *read_vectors(void)
{
    FILE *file = fopen(VECTORS_FILE, "re");
    assert_non_null(file);
    char *text = malloc(FILE_MAX);
    assert_non_null(text);
    size_t n = fread(text, 1, FILE_MAX, file);
    fclose(file);
    cJSON *vectors = cJSON_ParseWithLength(text, n);
    free(text);
    assert_non_null(vectors);
    return vectors;
}

static struct str at(const cJSON *vector, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItem(vector, name));
    assert_non_null(text);
    return str_from(text);
}

/* "Name: value" */
static struct sigv4_pair header_of(struct str line)
{
    struct sigv4_pair header = { .name = str_split(&line, ':') };
    assert_true(line.n > 0);
    header.value = (struct str){ line.p + 1, line.n - 1 };
    return header;
}

static struct sigv4_scope scope_of(const cJSON *vector)
{
    struct sigv4_scope scope;
    assert_true(sigv4_scope_read(at(vector, "credential"), &scope));
    return scope;
}

static struct sigv4_request request_of(struct scratch *f, const cJSON *vector)
{
    bool s3 = str_eq_text(scope_of(vector).service, "s3");
    struct sigv4_pair *headers = arena_array(&f->arena, HEADERS_MAX, sizeof *headers);
    struct sigv4_request request = {
        .method = at(vector, "method"),
        .path = s3 ? at(vector, "path") : sigv4_canonical_path(at(vector, "path"), &f->arena),
        .headers = headers,
        .signed_headers = at(vector, "signed"),
        .payload_hash = at(vector, "payload"),
    };
    const cJSON *line;
    cJSON_ArrayForEach(line, cJSON_GetObjectItem(vector, "headers"))
    {
        assert_true(request.header_n < HEADERS_MAX);
        headers[request.header_n++] = header_of(str_from(line->valuestring));
    }
    request.query = sigv4_query_read(at(vector, "query"), &f->arena, &request.query_n);
    assert_non_null(request.query);
    return request;
}

static void assert_vector(struct scratch *f, const cJSON *vector)
{
    struct sigv4_request request = request_of(f, vector);
    struct sigv4_scope scope = scope_of(vector);
    unsigned char key[SHA256_BYTES];
    char signature[SIGV4_SIGNATURE_MAX];
    struct str canonical = sigv4_canonical_request(&request, &f->arena);
    if (!str_eq(canonical, at(vector, "canonical")))
        fail_msg("%s:\n%.*s", at(vector, "name").p, STR(canonical));
    struct str text = sigv4_string_to_sign(at(vector, "date"), &scope, canonical, &f->arena);
    assert_true(sigv4_signing_key(at(vector, "secret"), &scope, key));
    assert_true(sigv4_signature(key, text, signature));
    if (!str_eq_text(at(vector, "signature"), signature))
        fail_msg("%s: %s", at(vector, "name").p, signature);
}

static void known_requests_have_their_signatures(void **state)
{
    cJSON *vectors = read_vectors();
    const cJSON *vector;
    cJSON_ArrayForEach(vector, vectors) assert_vector(*state, vector);
    assert_int_equal(cJSON_GetArraySize(vectors), VECTORS);
    cJSON_Delete(vectors);
}

/* "Authenticating Requests: Using Query Parameters", S3 API reference */
static const struct sigv4_signer example = {
    STR_LIT("AKIAIOSFODNN7EXAMPLE"),
    STR_LIT("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    STR_LIT("us-east-1"),
    STR_LIT("s3"),
};

#define EXAMPLE_QUERY                                                                                        \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&"                                                                      \
    "X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&"                      \
    "X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="

static struct sigv4_url example_url(const char *query)
{
    return (struct sigv4_url){
        .method = STR_LIT("GET"),
        .scheme = STR_LIT("https"),
        .host = STR_LIT("examplebucket.s3.amazonaws.com"),
        .path = STR_LIT("/test.txt"),
        .query = str_from(query),
        .expires_s = 86400,
    };
}

static void a_presigned_url_is_the_one_that_was_published(void **state)
{
    struct scratch *f = *state;
    struct sigv4_url url = example_url("");
    struct str text = sigv4_presign(&example, &url, may_ms, &f->arena);
    assert_string_equal(text.p, "https://examplebucket.s3.amazonaws.com/test.txt?" EXAMPLE_QUERY
                                "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

static void a_presigned_url_signs_the_query_it_was_given(void **state)
{
    struct scratch *f = *state;
    struct sigv4_url url = example_url("versionId=a%2Fb");
    struct str text = sigv4_presign(&example, &url, may_ms, &f->arena);
    assert_true(
        str_starts_with(text, STR_LIT("https://examplebucket.s3.amazonaws.com/test.txt?versionId=a%2Fb&"
                                      "X-Amz-Algorithm=AWS4-HMAC-SHA256&")));
    assert_false(
        str_ends_with(text, STR_LIT("aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")));
}

static void a_request_that_we_send_signs_all_of_its_headers(void **state)
{
    struct scratch *f = *state;
    const struct sigv4_pair headers[] = {
        { STR_LIT("X-Amz-Date"), STR_LIT("20130524T000000Z") },
        { STR_LIT("Range"), STR_LIT("bytes=0-9") },
        { STR_LIT("Host"), STR_LIT("examplebucket.s3.amazonaws.com") },
        { STR_LIT("x-amz-content-sha256"), STR_LIT(SIGV4_EMPTY_SHA256) },
    };
    const struct sigv4_request request = {
        .method = STR_LIT("GET"),
        .path = STR_LIT("/test.txt"),
        .headers = headers,
        .header_n = sizeof headers / sizeof *headers,
        .payload_hash = STR_LIT(SIGV4_EMPTY_SHA256),
    };
    struct str text = sigv4_authorize(&example, &request, STR_LIT("20130524T000000Z"), &f->arena);
    assert_string_equal(
        text.p, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

static void an_authorization_header_is_read_with_and_without_blanks(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host;x, Signature=00ff",
        "AWS4-HMAC-SHA256 Credential=A/b,SignedHeaders=host;x,Signature=00ff",
        "AWS4-HMAC-SHA256  Signature=00ff ,  Extra=1, SignedHeaders=host;x,\tCredential=A/b",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct sigv4_authorization read;
        assert_true(sigv4_authorization_read(str_from(headers[i]), &read));
        assert_true(str_eq_text(read.credential, "A/b"));
        assert_true(str_eq_text(read.signed_headers, "host;x"));
        assert_true(str_eq_text(read.signature, "00ff"));
    }
}

static void an_authorization_header_without_a_component_is_refused(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 ",
        "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature=",
        "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=host, Signature",
        "AWS4-HMAC-SHA256 Credential=A/b, SignedHeaders=, Signature=00",
        "AWS4-HMAC-SHA256 Credential=A/b, Credential=A/b, SignedHeaders=host, Signature=00",
        "AWS4-HMAC-SHA1 Credential=A/b, SignedHeaders=host, Signature=00",
    };
    struct sigv4_authorization read = { .signature = STR_LIT("kept") };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        assert_false(sigv4_authorization_read(str_from(headers[i]), &read));
    assert_false(sigv4_authorization_read(STR_NONE, &read));
    assert_true(str_eq_text(read.signature, "kept"));
}

static void an_access_key_may_have_slashes(void **state)
{
    (void)state;
    struct sigv4_scope scope;
    assert_true(sigv4_scope_read(STR_LIT("a/b/20300101/eu-west-1/s3/aws4_request"), &scope));
    assert_true(str_eq_text(scope.access_key, "a/b"));
    assert_true(str_eq_text(scope.date, "20300101"));
    assert_true(str_eq_text(scope.region, "eu-west-1"));
    assert_true(str_eq_text(scope.service, "s3"));
    assert_true(str_eq_text(scope.terminal, "aws4_request"));
    assert_false(sigv4_scope_read(STR_LIT("20300101/eu-west-1/s3/aws4_request"), &scope));
    assert_false(sigv4_scope_read(STR_NONE, &scope));
}

static void dates_go_there_and_back(void **state)
{
    (void)state;
    char date[SIGV4_DATE_MAX];
    int64_t ms = 0;
    sigv4_date_format(may_ms + 999, date);
    assert_string_equal(date, "20130524T000000Z");
    assert_true(sigv4_date_read(STR_LIT("20130524T010203Z"), &ms));
    assert_true(ms == may_ms + 3723000);
    assert_true(sigv4_date_read(STR_LIT("20240229T235959Z"), &ms));
}

static void dates_of_another_form_are_refused(void **state)
{
    (void)state;
    static const char *const dates[] = {
        "",
        "20130524",
        "20130524T000000",
        "20130524T000000z",
        "20130524 000000Z",
        "2013-5-4T000000Z",
        "20130230T000000Z",
        "20131301T000000Z",
        "20130524T250000Z",
        "20130524T006000Z",
        "2013052-T000000Z",
        "20130524T0000 0Z",
        "Fri, 24 May 2013",
    };
    int64_t ms = 7;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++)
        assert_false(sigv4_date_read(str_from(dates[i]), &ms));
    assert_false(sigv4_date_read(STR_NONE, &ms));
    assert_true(ms == 7);
}

static void paths_of_other_services_are_cleaned_up(void **state)
{
    struct scratch *f = *state;
    static const struct {
        const char *path, *canonical;
    } table[] = {
        { "/", "/" },       { "", "/" },    { "//a//b//", "/a/b/" },  { "/a/../../b", "/b" },
        { "/./a/.", "/a" }, { "/..", "/" }, { "/a%20b", "/a%2520b" }, { "/a$b~", "/a%24b~" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_string_equal(sigv4_canonical_path(str_from(table[i].path), &f->arena).p, table[i].canonical);
}

static void text_is_percent_encoded_as_rfc_3986_says(void **state)
{
    struct scratch *f = *state;
    struct str text = STR_LIT("a-Z0._~/ +\xc3\xa4%");
    assert_string_equal(sigv4_encode(text, true, &f->arena).p, "a-Z0._~/%20%2B%C3%A4%25");
    assert_string_equal(sigv4_encode(text, false, &f->arena).p, "a-Z0._~%2F%20%2B%C3%A4%25");
    assert_string_equal(sigv4_encode(STR_LIT(""), false, &f->arena).p, "");
}

static void a_query_is_read_into_its_parameters(void **state)
{
    struct scratch *f = *state;
    size_t n = 0;
    struct sigv4_pair *pairs = sigv4_query_read(STR_LIT("&a=1&&b&c=&=d&a=x=y"), &f->arena, &n);
    assert_non_null(pairs);
    assert_int_equal(n, 5);
    assert_true(str_eq_text(pairs[0].name, "a") && str_eq_text(pairs[0].value, "1"));
    assert_true(str_eq_text(pairs[1].name, "b") && !pairs[1].value.p);
    assert_true(str_eq_text(pairs[2].name, "c") && str_eq_text(pairs[2].value, ""));
    assert_true(str_eq_text(pairs[3].name, "") && str_eq_text(pairs[3].value, "d"));
    assert_true(str_eq_text(pairs[4].name, "a") && str_eq_text(pairs[4].value, "x=y"));
    assert_non_null(sigv4_query_read(STR_NONE, &f->arena, &n));
    assert_int_equal(n, 0);
}

static struct str canonical_query(struct scratch *f, const char *query)
{
    struct sigv4_request request = { .method = STR_LIT("GET"), .path = STR_LIT("/") };
    request.query = sigv4_query_read(str_from(query), &f->arena, &request.query_n);
    struct str text = sigv4_canonical_request(&request, &f->arena);
    assert_true(str_starts_with(text, STR_LIT("GET\n/\n")));
    struct str rest = { text.p + 6, text.n - 6 };
    return str_split(&rest, '\n');
}

static void parameters_are_sorted_by_what_they_are_encoded_to(void **state)
{
    struct scratch *f = *state;
    static const struct {
        const char *query, *canonical;
    } table[] = {
        { "uploads", "uploads=" },
        { "b=2&a=2&a=1&A=3", "A=3&a=1&a=2&b=2" },
        { "a=%7e%2f%c3%a4", "a=~%2F%C3%A4" },
        { "a=b+c", "a=b%2Bc" },
        { "a=%zz&b=%4", "a=%25zz&b=%254" },
        { "a=1&X-Amz-Signature=00&b=2", "a=1&b=2" },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct str canonical = canonical_query(f, table[i].query);
        if (!str_eq_text(canonical, table[i].canonical))
            fail_msg("%s: %.*s", table[i].query, STR(canonical));
    }
}

static void a_full_arena_gives_nothing(void **state)
{
    (void)state;
    struct sigv4_url url = example_url("a=1");
    bool made = false;
    for (size_t ceiling = 0; !made; ceiling += 16) {
        struct arena arena;
        arena_init(&arena, ceiling);
        struct str text = sigv4_presign(&example, &url, may_ms, &arena);
        made = text.p != NULL;
        assert_true(made || arena.failed);
        assert_true(!made || text.n > sizeof EXAMPLE_QUERY);
        arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(known_requests_have_their_signatures, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(a_presigned_url_is_the_one_that_was_published, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(a_presigned_url_signs_the_query_it_was_given, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(a_request_that_we_send_signs_all_of_its_headers, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test(an_authorization_header_is_read_with_and_without_blanks),
        cmocka_unit_test(an_authorization_header_without_a_component_is_refused),
        cmocka_unit_test(an_access_key_may_have_slashes),
        cmocka_unit_test(dates_go_there_and_back),
        cmocka_unit_test(dates_of_another_form_are_refused),
        cmocka_unit_test_setup_teardown(paths_of_other_services_are_cleaned_up, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(text_is_percent_encoded_as_rfc_3986_says, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(a_query_is_read_into_its_parameters, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test_setup_teardown(parameters_are_sorted_by_what_they_are_encoded_to, scratch_set_up,
                                        scratch_tear_down),
        cmocka_unit_test(a_full_arena_gives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
