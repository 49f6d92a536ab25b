/* Compiled policies: made once, shared, kept as long as they are needed and as far as there is room. */
#include "support/cmocka_all.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "ops/security/policy_cache.h"
#include "rules/security/policy_decision.h"

#define DOCUMENT(effect, rest)                                                                               \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"" effect                                        \
    "\",\"Action\":\"*\",\"Resource\":\"*\"" rest "}}"
#define ALLOWING DOCUMENT("Allow", "")
#define DENYING  DOCUMENT("Deny", "")

enum {
    ID_MAX = 37,
    THREADS = 4,
    ROUNDS = 20000,
    POLICIES = 40,                                          /* of the threads */
    SHORT_ONES_KEPT = POLICY_CACHE_UNUSED_BYTES_MAX / 4096, /* at most */
    LONG = 400 * 1000, /* bytes of a document, nearly all of them spaces, which count for nothing */
    ARENA_MAX = 1024 * 1024,
};

struct fixture {
    struct arena arena;
    struct err err;
    struct policy_cache *cache;
};

static int set_up(void **state)
{
    static struct fixture f;
    arena_init(&f.arena, ARENA_MAX);
    err_init(&f.err, &f.arena);
    f.cache = policy_cache_new();
    *state = &f;
    return f.cache ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    policy_cache_free(f->cache);
    arena_release(&f->arena);
    return 0;
}

/* The policy of that number. */
static struct effective_policy version(char id[ID_MAX], int number, const char *document)
{
    snprintf(id, ID_MAX, "%08x-0000-4000-8000-000000000000", (unsigned)number);
    return (struct effective_policy){
        .id = 1, .name = STR_LIT("fleet"), .document = str_from(document), .generation_id = str_from(id)
    };
}

static const struct compiled_policy *take(struct fixture *f, int number, const char *document)
{
    char id[ID_MAX];
    const struct effective_policy policy = version(id, number, document);
    const struct compiled_policy *compiled = policy_cache_take(f->cache, &policy, &f->err);
    assert_non_null(compiled);
    return compiled;
}

static enum policy_verdict judge(const struct compiled_policy *policy)
{
    const struct policy_context nothing = { 0 };
    const struct policy_request request = { STR_LIT("iot:Publish"), STR_LIT("arn:a"), &nothing };
    return policy_document_judges(&policy->document, &request);
}

/* Whether the cache still has the policy of that number, which has been taken as one that allows: if not, it
 * is compiled from the one that denies. */
static bool is_kept(struct fixture *f, int number)
{
    const struct compiled_policy *policy = take(f, number, DENYING);
    bool kept = judge(policy) == POLICY_ALLOWS;
    policy_cache_give_back(f->cache, policy);
    return kept;
}

static void a_policy_is_compiled_once_and_shared(void **state)
{
    struct fixture *f = *state;
    const struct compiled_policy *first = take(f, 1, ALLOWING), *second = take(f, 1, ALLOWING);
    assert_ptr_equal(first, second);
    assert_true(str_eq_text(first->name, "fleet"));
    assert_int_equal(judge(first), POLICY_ALLOWS);
    policy_cache_give_back(f->cache, first);
    assert_int_equal(judge(second), POLICY_ALLOWS);
    policy_cache_give_back(f->cache, second);
    assert_ptr_equal(take(f, 1, ALLOWING), first);
    policy_cache_give_back(f->cache, first);
}

static void another_version_is_another_document(void **state)
{
    struct fixture *f = *state;
    const struct compiled_policy *first = take(f, 1, ALLOWING), *second = take(f, 2, DENYING);
    assert_int_equal(judge(first), POLICY_ALLOWS);
    assert_int_equal(judge(second), POLICY_DENIES);
    policy_cache_give_back(f->cache, first);
    policy_cache_give_back(f->cache, second);
    policy_cache_give_back(f->cache, NULL);
}

/* Nothing is borrowed from whoever asked first. */
static void what_is_compiled_outlives_the_text(void **state)
{
    struct fixture *f = *state;
    char document[] = ALLOWING, name[] = "fleet";
    char id[ID_MAX];
    struct effective_policy policy = version(id, 1, document);
    policy.name = str_from(name);
    const struct compiled_policy *compiled = policy_cache_take(f->cache, &policy, &f->err);
    memset(document, 'x', sizeof document - 1);
    memset(name, 'x', sizeof name - 1);
    memset(id, 'x', sizeof id - 1);
    assert_int_equal(judge(compiled), POLICY_ALLOWS);
    assert_true(str_eq_text(compiled->name, "fleet"));
    policy_cache_give_back(f->cache, compiled);
    assert_true(is_kept(f, 1));
}

static void a_document_that_is_none_is_refused_and_not_kept(void **state)
{
    struct fixture *f = *state;
    char id[ID_MAX];
    const struct effective_policy policy = version(id, 1, "{\"Statement\":[]}");
    assert_null(policy_cache_take(f->cache, &policy, &f->err));
    assert_int_equal(f->err.code, ERR_MALFORMED_POLICY);
    policy_cache_give_back(f->cache, take(f, 1, ALLOWING));
}

static void the_longest_unused_gives_way(void **state)
{
    struct fixture *f = *state;
    const struct compiled_policy *held = take(f, 0, ALLOWING);
    for (int i = 1; i <= SHORT_ONES_KEPT; i++)
        policy_cache_give_back(f->cache, take(f, i, ALLOWING));
    assert_int_equal(judge(held), POLICY_ALLOWS);
    assert_true(is_kept(f, SHORT_ONES_KEPT));
    assert_true(is_kept(f, SHORT_ONES_KEPT / 4));
    assert_false(is_kept(f, 1));
    policy_cache_give_back(f->cache, held);
    assert_true(is_kept(f, 0));
}

static void what_is_used_again_stays(void **state)
{
    struct fixture *f = *state;
    for (int i = 1; i <= SHORT_ONES_KEPT; i++) {
        policy_cache_give_back(f->cache, take(f, i, ALLOWING));
        assert_true(is_kept(f, 1));
    }
}

static void long_documents_are_counted_by_their_bytes(void **state)
{
    struct fixture *f = *state;
    const char *document =
        arena_printf(&f->arena, DOCUMENT("Allow", ",\"Condition\":{\"StringNotEquals\":{\"k\":\"%*s\"}}"),
                     LONG, "")
            .p;
    int fit = POLICY_CACHE_UNUSED_BYTES_MAX / LONG; /* at most: blocks of memory have room to spare */
    for (int i = 1; i <= fit * 2; i++)
        policy_cache_give_back(f->cache, take(f, i, document));
    assert_true(is_kept(f, fit * 2));
    assert_true(is_kept(f, fit * 2 - fit / 5));
    assert_false(is_kept(f, fit));
}

/* ---- threads ---- */

static void *take_and_give_back(void *context)
{
    struct policy_cache *cache = context;
    struct arena arena;
    struct err err;
    char id[ID_MAX];
    size_t wrong = 0;
    arena_init(&arena, ARENA_MAX);
    err_init(&err, &arena);
    for (int i = 0; i < ROUNDS; i++) {
        int number = i * 7 % POLICIES;
        const struct effective_policy policy = version(id, number, number % 2 ? ALLOWING : DENYING);
        const struct compiled_policy *compiled = policy_cache_take(cache, &policy, &err);
        wrong += !compiled || judge(compiled) != (number % 2 ? POLICY_ALLOWS : POLICY_DENIES);
        policy_cache_give_back(cache, compiled);
    }
    arena_release(&arena);
    return (void *)wrong;
}

static void threads_share_what_any_of_them_compiles(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give_back, f->cache), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_policy_is_compiled_once_and_shared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(another_version_is_another_document, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_compiled_outlives_the_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_that_is_none_is_refused_and_not_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_longest_unused_gives_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_used_again_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_documents_are_counted_by_their_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(threads_share_what_any_of_them_compiles, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
