/* Policies: any document, asked for any action on any resource with any values; patterns against a reference.
 */
#include "fuzz_input.h"
#include "rules/security/policy_decision.h"

enum { POLICY_ARENA_MAX = 16 * 1024 * 1024, REFERENCE_TEXT_MAX = 24 };

/* Whether the first i characters of the pattern match the first j of the text, for all of them: a table
 * instead of a search. */
static bool reference_matches(struct str pattern, struct str text)
{
    bool matches[REFERENCE_TEXT_MAX + 1][REFERENCE_TEXT_MAX + 1] = { { true } };
    for (size_t i = 1; i <= pattern.n; i++)
        for (size_t j = 0; j <= text.n; j++) {
            char wanted = pattern.p[i - 1];
            if (wanted == '*')
                matches[i][j] = matches[i - 1][j] || (j > 0 && matches[i][j - 1]);
            else
                matches[i][j] = j > 0 && matches[i - 1][j - 1] && (wanted == '?' || wanted == text.p[j - 1]);
        }
    return matches[pattern.n][text.n];
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

static void check_pattern(struct str pattern, struct str text, struct arena *arena, struct err *err)
{
    struct policy_context nothing = { 0 };
    struct policy_pattern compiled;
    fuzz_promise(policy_pattern_compile(pattern, POLICY_PLAIN, "it", arena, &compiled, err) &&
                     policy_pattern_matches(&compiled, pattern, POLICY_CASE_MATTERS, &nothing),
                 "a text without syntax matches itself");
    if (pattern.n > REFERENCE_TEXT_MAX || text.n > REFERENCE_TEXT_MAX || !is_ascii(pattern) ||
        !is_ascii(text))
        return;
    fuzz_promise(policy_pattern_compile(pattern, POLICY_WILDCARDS, "it", arena, &compiled, err),
                 "wildcards are never wrong");
    fuzz_promise(policy_pattern_matches(&compiled, text, POLICY_CASE_MATTERS, &nothing) ==
                     reference_matches(pattern, text),
                 "the reference says the same");
}

static void check_document(const struct policy_document *document, const struct policy_request *request,
                           struct arena *arena)
{
    size_t used = arena->used;
    enum policy_verdict verdict = policy_document_judges(document, request);
    const struct policy_document twice[] = { *document, *document };
    struct policy_keys keys = { 0 };
    fuzz_promise(policy_documents_judge(twice, 2, request) == verdict, "twice says what once says");
    fuzz_promise(arena->used == used, "a decision takes no memory");
    fuzz_promise(policy_document_missing(document, request, arena, &keys) || arena->failed,
                 "missing keys are found");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fuzz_input input;
    struct arena arena;
    struct err err;
    struct policy_document document;
    fuzz_input_init(&input, data, n);
    arena_init(&arena, POLICY_ARENA_MAX);
    err_init(&err, &arena);
    struct str action = fuzz_line(&input), resource = fuzz_line(&input), value = fuzz_line(&input);
    struct str values[] = { value, resource };
    const struct policy_value items[] = {
        { STR_LIT("iot:ClientId"), POLICY_VALUE_ONE, 1, values },
        { STR_LIT("iot:ConnectAttributes"), POLICY_VALUE_SET, value.n % 3, values },
        { STR_LIT("iot:Certificate.Subject.CommonName"), POLICY_VALUE_INDEXED, 2, values },
        { STR_LIT("iot:Connection.Thing.Attributes[a]"), POLICY_VALUE_ONE, 1, values },
    };
    const struct policy_context context = { sizeof items / sizeof items[0], items };
    const struct policy_request request = { action, resource, &context };
    check_pattern(action, resource, &arena, &err);
    if (policy_document_parse(fuzz_rest(&input), &arena, &document, &err))
        check_document(&document, &request, &arena);
    else
        fuzz_promise(err.code == ERR_MALFORMED_POLICY || arena.failed,
                     "a wrong one is refused with a reason");
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
