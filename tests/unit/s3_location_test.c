#include <string.h>

#include "rules/artifacts/s3_location.h"
#include "support/scratch.h"

#define ENDPOINT "https://minio.example:9000"

struct expected {
    const char *url;
    enum s3_url_form form;
    const char *bucket, *key, *version, *region; /* bucket NULL: no location; the others: absent */
};

static bool is(struct str found, const char *expected)
{
    return expected ? str_eq_text(found, expected) : found.p == NULL;
}

static void assert_read(struct scratch *s, const struct expected *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct expected *c = &cases[i];
        struct s3_location location = { 0 };
        bool ok = s3_location_read(str_from(c->url), c->form, str_from(ENDPOINT), &s->arena, &location);
        if (ok != (c->bucket != NULL) ||
            (ok && (!is(location.bucket, c->bucket) || !is(location.key, c->key) ||
                    !is(location.version_id, c->version) || !is(location.region, c->region))))
            fail_msg("%s: %d bucket %.*s key %.*s version %.*s region %.*s", c->url, ok, STR(location.bucket),
                     STR(location.key), STR(location.version_id), STR(location.region));
    }
}

#define ASSERT_READ(state, cases) assert_read(*(state), cases, sizeof cases / sizeof cases[0])

static void hosts_of_amazon_are_read_in_all_their_forms(void **state)
{
    static const struct expected cases[] = {
        { "https://s3.eu-west-1.amazonaws.com/store/a/b", S3_URL_PLAIN, "store", "a/b", NULL, "eu-west-1" },
        { "https://s3.amazonaws.com/store/k", S3_URL_PLAIN, "store", "k", NULL, NULL },
        { "https://s3-us-west-2.amazonaws.com/store/k", S3_URL_PLAIN, "store", "k", NULL, "us-west-2" },
        { "https://store.s3.eu-west-1.amazonaws.com/a/b", S3_URL_PLAIN, "store", "a/b", NULL, "eu-west-1" },
        { "https://my.store.s3.eu-west-1.amazonaws.com/k", S3_URL_PLAIN, "my.store", "k", NULL, "eu-west-1" },
        { "https://store.s3.amazonaws.com/k", S3_URL_PLAIN, "store", "k", NULL, NULL },
        { "https://store.s3-eu-west-1.amazonaws.com/k", S3_URL_PLAIN, "store", "k", NULL, "eu-west-1" },
        { "https://store.s3.dualstack.eu-west-1.amazonaws.com/k", S3_URL_PLAIN, "store", "k", NULL,
          "eu-west-1" },
        { "https://store.s3.cn-north-1.amazonaws.com.cn/k", S3_URL_PLAIN, "store", "k", NULL, "cn-north-1" },
        { "HTTPS://S3.EU-WEST-1.AMAZONAWS.COM/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "https://iot.eu-west-1.amazonaws.com/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "https://s3.eu-west-1.amazonaws.com.example/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
    };
    ASSERT_READ(state, cases);
}

static void so_are_our_own_an_external_s3_and_the_short_form(void **state)
{
    static const struct expected cases[] = {
        { "s3://store/a/b", S3_URL_PLAIN, "store", "a/b", NULL, NULL },
        { "http://127.0.0.1:5627/_s3/store/a/b", S3_URL_PLAIN, "store", "a/b", NULL, NULL },
        { "https://iot.example/_s3/store/k", S3_URL_PLAIN, "store", "k", NULL, NULL },
        { "https://minio.example:9000/store/k", S3_URL_PLAIN, "store", "k", NULL, NULL },
        { "https://store.minio.example:9000/k", S3_URL_PLAIN, "store", "k", NULL, NULL },
        { "https://minio.example/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "https://evilminio.example:9000/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "https://iot.example/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "ftp://s3.amazonaws.com/store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "store/k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "https://", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "s3://", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
        { "s3:///k", S3_URL_PLAIN, NULL, NULL, NULL, NULL },
    };
    ASSERT_READ(state, cases);
}

static void a_key_may_be_missing(void **state)
{
    static const struct expected cases[] = {
        { "s3://store", S3_URL_PLAIN, "store", NULL, NULL, NULL },
        { "s3://store/", S3_URL_ENCODED, "store", NULL, NULL, NULL },
        { "https://store.s3.amazonaws.com", S3_URL_PLAIN, "store", NULL, NULL, NULL },
    };
    ASSERT_READ(state, cases);
}

static void the_plain_form_is_taken_as_it_stands(void **state)
{
    static const struct expected cases[] = {
        { "s3://store/a b+c%20d?versionId=x#y", S3_URL_PLAIN, "store", "a b+c%20d?versionId=x#y", NULL,
          NULL },
        { "s3://store/a//b/../c", S3_URL_PLAIN, "store", "a//b/../c", NULL, NULL },
    };
    ASSERT_READ(state, cases);
}

static void the_encoded_form_is_decoded_and_may_name_a_version(void **state)
{
    static const struct expected cases[] = {
        { "s3://store/a%20b+c", S3_URL_ENCODED, "store", "a b+c", NULL, NULL },
        { "s3://store/%C3%A4", S3_URL_ENCODED, "store", "\xc3\xa4", NULL, NULL },
        { "s3://store/k%3FversionId%3Dv.1", S3_URL_ENCODED, "store", "k", "v.1", NULL },
        { "s3://store/k%3fversionid%3dv.1", S3_URL_ENCODED, "store", "k", "v.1", NULL },
        { "s3://store/k?versionId=v.1", S3_URL_ENCODED, "store", "k", "v.1", NULL },
        { "s3://store/k%3FversionId%3Da?versionId=b", S3_URL_ENCODED, "store", "k", "a?versionId=b", NULL },
        { "s3://store/k%3FversionId%3D", S3_URL_ENCODED, "store", "k", "", NULL },
        { "s3://store/a%2", S3_URL_ENCODED, NULL, NULL, NULL, NULL },
        { "s3://store/a%zz", S3_URL_ENCODED, NULL, NULL, NULL, NULL },
        { "s3://store/a%00", S3_URL_ENCODED, NULL, NULL, NULL, NULL },
        { "s3://store/a%ff", S3_URL_ENCODED, NULL, NULL, NULL, NULL },
        { "s3://store/k%3FversionId%3D%zz", S3_URL_ENCODED, NULL, NULL, NULL, NULL },
    };
    ASSERT_READ(state, cases);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hosts_of_amazon_are_read_in_all_their_forms),
        TEST(so_are_our_own_an_external_s3_and_the_short_form),
        TEST(a_key_may_be_missing),
        TEST(the_plain_form_is_taken_as_it_stands),
        TEST(the_encoded_form_is_decoded_and_may_name_a_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
