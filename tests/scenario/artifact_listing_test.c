/* Listings, held against a simple model: all keys, sorted, and what the rules say of each. */
#include "support/artifacts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 200, KEY_TEXT_MAX = 24, SEEDS = 20, PAGES_MAX = 1000 };

struct model {
    struct s3 *s;
    unsigned seed;
    size_t n;
    char keys[KEYS_MAX][KEY_TEXT_MAX]; /* sorted */
};

static unsigned next_random(struct model *m)
{
    m->seed = m->seed * 1103515245u + 12345u;
    return m->seed >> 16;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(a, b); /* strcmp compares unsigned bytes */
}

/* Of few letters, so that many share beginnings; some are not ASCII. */
static void random_text(struct model *m, size_t pieces_max, char ret_text[KEY_TEXT_MAX])
{
    static const char *const pieces[] = { "a", "b", "/", "-", "\xc3\xa4", "\xf0\x9f\x94\xa7", "0", "//" };
    size_t n = next_random(m) % pieces_max + 1;
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(ret_text + used, KEY_TEXT_MAX - used, "%s",
                                 pieces[next_random(m) % (sizeof pieces / sizeof pieces[0])]);
}

static bool is_known(const struct model *m, const char *key)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->keys[i], key) == 0)
            return true;
    return false;
}

static void fill(struct model *m)
{
    size_t wanted = next_random(m) % 60;
    for (size_t i = 0; i < wanted; i++) {
        char key[KEY_TEXT_MAX];
        random_text(m, 5, key);
        if (is_known(m, key))
            continue;
        memcpy(m->keys[m->n++], key, sizeof key);
    }
    qsort(m->keys, m->n, sizeof m->keys[0], by_bytes);
}

struct question {
    char prefix[KEY_TEXT_MAX], delimiter[KEY_TEXT_MAX], after[KEY_TEXT_MAX];
};

static struct question random_question(struct model *m)
{
    struct question q = { 0 };
    if (next_random(m) % 2)
        random_text(m, 2, q.prefix);
    if (next_random(m) % 3)
        snprintf(q.delimiter, sizeof q.delimiter, "%s", next_random(m) % 3 ? "/" : "a");
    if (next_random(m) % 3 == 0)
        random_text(m, 3, q.after);
    return q;
}

/* What stands for the key in the list: itself or its common prefix. False: nothing. */
static bool entry_of(const struct question *q, const char *key, char ret_entry[KEY_TEXT_MAX],
                     bool *ret_prefix)
{
    size_t prefix = strlen(q->prefix);
    if (strncmp(key, q->prefix, prefix) != 0)
        return false;
    snprintf(ret_entry, KEY_TEXT_MAX, "%s", key);
    const char *found = q->delimiter[0] ? strstr(key + prefix, q->delimiter) : NULL;
    *ret_prefix = found != NULL;
    if (found)
        ret_entry[(size_t)(found - key) + strlen(q->delimiter)] = '\0';
    return strcmp(ret_entry, q->after) > 0;
}

/* "entry|entry|…", where common prefixes have a '+' before them. */
static void expect(const struct model *m, const struct question *q, struct strbuf *ret_list)
{
    char last[KEY_TEXT_MAX] = "";
    for (size_t i = 0; i < m->n; i++) {
        char entry[KEY_TEXT_MAX];
        bool prefix;
        if (!entry_of(q, m->keys[i], entry, &prefix) || strcmp(entry, last) == 0)
            continue;
        memcpy(last, entry, sizeof last);
        strbuf_printf(ret_list, "%s%s|", prefix ? "+" : "", entry);
    }
}

static struct str absent_if_empty(const char *text)
{
    return text[0] ? str_from(text) : STR_NONE;
}

/* Objects and common prefixes of a page come in two lists, each in order. */
static void append_page(const struct s3_listing *page, struct strbuf *list)
{
    size_t o = 0, p = 0;
    while (o < page->object_n || p < page->prefix_n) {
        bool prefix = o == page->object_n ||
                      (p < page->prefix_n && str_compare(page->prefixes[p], page->objects[o].key) < 0);
        struct str entry = prefix ? page->prefixes[p++] : page->objects[o++].key;
        strbuf_printf(list, "%s%.*s|", prefix ? "+" : "", STR(entry));
    }
}

static void list_all(struct model *m, const struct question *q, int64_t max, struct strbuf *ret_list)
{
    struct s3_listing page;
    struct s3_list_request in = { .refusal = &m->s->refusal,
                                  .bucket = STR_LIT("depot"),
                                  .prefix = absent_if_empty(q->prefix),
                                  .delimiter = absent_if_empty(q->delimiter),
                                  .after = absent_if_empty(q->after),
                                  .max = max,
                                  .ret_listing = &page };
    for (int pages = 0; pages < PAGES_MAX; pages++) {
        assert_true(s3_read(m->s, op_s3_list_objects, &in));
        assert_true(page.object_n + page.prefix_n <= (size_t)max);
        append_page(&page, ret_list);
        if (!page.truncated)
            return;
        assert_int_equal(page.object_n + page.prefix_n, max);
        in.after = page.last;
    }
    fail_msg("the list does not end");
}

static void compare(struct model *m, const struct question *q, int64_t max)
{
    struct strbuf wanted, got;
    strbuf_init(&wanted, 1 << 16);
    strbuf_init(&got, 1 << 16);
    expect(m, q, &wanted);
    list_all(m, q, max, &got);
    if (!str_eq(strbuf_str(&wanted), strbuf_str(&got)))
        fail_msg("prefix=\"%s\" delimiter=\"%s\" after=\"%s\" max=%d:\n%.*s instead of\n%.*s", q->prefix,
                 q->delimiter, q->after, (int)max, STR(strbuf_str(&got)), STR(strbuf_str(&wanted)));
    strbuf_release(&wanted);
    strbuf_release(&got);
}

static void lists_are_what_the_rules_say_of_all_keys(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        struct model m = { .s = s3_new(NOON), .seed = seed };
        fill(&m);
        for (size_t i = 0; i < m.n; i++)
            s3_put(m.s, "depot", m.keys[(i * 7 + 3) % m.n], "x");
        /* Not every step of 7 comes by each key. */
        for (size_t i = 0; i < m.n; i++)
            s3_put(m.s, "depot", m.keys[i], "x");
        for (int i = 0; i < 30; i++) {
            struct question q = random_question(&m);
            compare(&m, &q, 1000);
            compare(&m, &q, next_random(&m) % 4 + 1);
        }
        s3_free(m.s);
    }
}

/* ---- versions ---- */

/* "key=text|key=!|…" of a page, ! for a delete marker, * behind the newest. */
static void append_versions(struct s3 *s, const struct s3_listing *page, struct strbuf *list)
{
    for (size_t i = 0; i < page->object_n; i++) {
        const struct object_row *o = &page->objects[i];
        char key[64], version[64];
        snprintf(key, sizeof key, "%.*s", STR(o->key));
        snprintf(version, sizeof version, "%.*s", STR(o->version_id));
        strbuf_printf(list, "%s=%s%s|", key, o->delete_marker ? "!" : s3_text(s, "kept", key, version),
                      o->is_latest ? "*" : "");
    }
    for (size_t i = 0; i < page->prefix_n; i++)
        strbuf_printf(list, "+%.*s|", STR(page->prefixes[i]));
}

static void assert_versions(struct s3 *s, struct s3_list_request *in, int64_t max, const char *wanted)
{
    struct s3_listing page;
    struct strbuf list;
    strbuf_init(&list, 1 << 16);
    in->refusal = &s->refusal;
    in->bucket = STR_LIT("kept");
    in->versions = true;
    in->max = max;
    in->ret_listing = &page;
    for (int pages = 0; pages < PAGES_MAX; pages++) {
        assert_true(s3_read(s, op_s3_list_objects, in));
        append_versions(s, &page, &list);
        if (!page.truncated)
            break;
        in->after = page.last;
        in->after_version = page.last_version;
    }
    assert_string_equal(list.p ? list.p : "", wanted);
    strbuf_release(&list);
}

static struct s3 *given_versions(void)
{
    struct s3 *s = s3_new(NOON);
    s3_bucket(s, "kept", VERSIONING_ENABLED);
    s3_put(s, "kept", "b", "b1");
    s3_put(s, "kept", "a", "a1");
    s3_put(s, "kept", "b", "b2");
    s3_delete(s, "kept", "b", NULL);
    s3_put(s, "kept", "dir/x", "x1");
    s3_put(s, "kept", "dir/x", "x2");
    s3_put(s, "kept", "a", "a2");
    return s;
}

static void versions_are_listed_by_key_the_newest_first(void **state)
{
    (void)state;
    struct s3 *s = given_versions();
    for (int64_t max = 1; max <= 8; max++) {
        struct s3_list_request in = { 0 };
        assert_versions(s, &in, max, "a=a2*|a=a1|b=!*|b=b2|b=b1|dir/x=x2*|dir/x=x1|");
    }
    struct s3_list_request in = { .delimiter = STR_LIT("/") };
    assert_versions(s, &in, 1000, "a=a2*|a=a1|b=!*|b=b2|b=b1|+dir/|");
    in = (struct s3_list_request){ .prefix = STR_LIT("b") };
    assert_versions(s, &in, 2, "b=!*|b=b2|b=b1|");
    in = (struct s3_list_request){ .after = STR_LIT("b") };
    assert_versions(s, &in, 1000, "dir/x=x2*|dir/x=x1|");
    s3_free(s);
}

static void a_delete_marker_hides_a_key_from_the_objects(void **state)
{
    (void)state;
    struct s3 *s = given_versions();
    struct s3_listing page;
    struct s3_list_request in = {
        .refusal = &s->refusal, .bucket = STR_LIT("kept"), .max = 1000, .ret_listing = &page
    };
    assert_true(s3_read(s, op_s3_list_objects, &in));
    assert_int_equal(page.object_n, 2);
    assert_true(str_eq_text(page.objects[0].key, "a"));
    assert_int_equal(page.objects[0].size, 2);
    assert_true(str_eq_text(page.objects[1].key, "dir/x"));
    s3_free(s);
}

/* Who deletes page by page asks for what is behind versions that are gone. */
static void a_marker_that_was_deleted_meanwhile_misses_nothing(void **state)
{
    (void)state;
    struct s3 *s = given_versions();
    struct s3_listing page;
    struct s3_list_request in = {
        .refusal = &s->refusal, .bucket = STR_LIT("kept"), .versions = true, .max = 1, .ret_listing = &page
    };
    do {
        assert_true(s3_read(s, op_s3_list_objects, &in));
        in.after = page.last;
        in.after_version = page.last_version;
        struct object_row *o = page.objects;
        if (page.object_n > 0)
            s3_delete(s, "kept", arena_str(&s->calls[0]->arena, o->key).p,
                      arena_str(&s->calls[0]->arena, o->version_id).p);
    } while (page.truncated);
    assert_int_equal(rows_in(s->w, "artifact_object"), 0);
    s3_free(s);
}

/* ---- limits ---- */

static void a_page_of_nothing_is_empty(void **state)
{
    struct s3 *s = *state;
    struct s3_listing page;
    struct s3_list_request in = {
        .refusal = &s->refusal, .bucket = STR_LIT("depot"), .max = 0, .ret_listing = &page
    };
    s3_put(s, "depot", "k", "x");
    assert_true(s3_read(s, op_s3_list_objects, &in));
    assert_int_equal(page.object_n, 0);
    assert_false(page.truncated);
    in.bucket = STR_LIT("nowhere");
    assert_false(s3_read(s, op_s3_list_objects, &in));
    assert_s3_refused(s, "NoSuchBucket");
}

/* Rows of keys below `dir/`, written into the database: nobody reads them. */
static void given_many_keys(struct s3 *s, int n)
{
    s3_put(s, "depot", "dir/0", "x");
    assert_true(
        db_exec(world_db(s->w),
                "WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?1) "
                "INSERT INTO artifact_object (bucket, key, version_id, latest, delete_marker, content, "
                "size, modified_at_ms, etag, headers, checksum_algorithm, checksum_type, parts) "
                "SELECT o.bucket, 'dir/' || n, 'null', 1, 0, o.content, o.size, 0, o.etag, '{}', 0, 0, 0 "
                "FROM i JOIN artifact_object AS o ON o.key = 'dir/0' /*scan*/",
                "i", (int64_t)n));
    assert_true(db_exec(world_db(s->w), "UPDATE artifact_content SET owners = owners + ?1 /*scan*/", "i",
                        (int64_t)n));
}

static int64_t time_lists(struct s3 *s, const struct s3_list_request *in)
{
    int64_t begin_us = clock_mono_us();
    for (int i = 0; i < 20; i++)
        assert_true(s3_read(s, op_s3_list_objects, in));
    return clock_mono_us() - begin_us;
}

static void what_a_common_prefix_stands_for_is_not_walked_through(void **state)
{
    struct s3 *s = *state;
    struct s3_listing page;
    given_many_keys(s, 200000);
    s3_put(s, "depot", "z", "x");
    struct s3_list_request in = { .refusal = &s->refusal,
                                  .bucket = STR_LIT("depot"),
                                  .delimiter = STR_LIT("/"),
                                  .max = 1000,
                                  .ret_listing = &page };
    int64_t rolled_up_us = time_lists(s, &in);
    assert_int_equal(page.prefix_n, 1);
    assert_int_equal(page.object_n, 1);
    assert_true(str_eq_text(page.objects[0].key, "z"));
    in.delimiter = STR_NONE;
    /* A page of two entries out of 200,001 rows takes less than one of a thousand. */
    assert_true(rolled_up_us < time_lists(s, &in));
    assert_int_equal(page.object_n, 1000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, s3_set_up, s3_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_what_the_rules_say_of_all_keys),
        cmocka_unit_test(versions_are_listed_by_key_the_newest_first),
        cmocka_unit_test(a_delete_marker_hides_a_key_from_the_objects),
        cmocka_unit_test(a_marker_that_was_deleted_meanwhile_misses_nothing),
        TEST(a_page_of_nothing_is_empty),
        TEST(what_a_common_prefix_stands_for_is_not_walked_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
