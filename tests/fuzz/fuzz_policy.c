/*
 * Policies: any document, asked for any action on any resource with any values, and what must then be true of
 * the answer; patterns against a reference.
 */
#include "fuzz_input.h"
#include "rules/security/policy_decision.h"

enum { POLICY_ARENA_MAX = 16 * 1024 * 1024, REFERENCE_TEXT_MAX = 24 };

#define CLIENT_ID "${iot:ClientId}"

/* ---- patterns ---- */

/* A pattern whose variables have been replaced by what they stand for. */
struct cells {
    size_t n;
    struct cell {
        char character;
        bool wild; /* it is not just itself */
    } items[REFERENCE_TEXT_MAX];
};

/* Whether the first i cells match the first j characters of the text, for all of them: a table instead of a
 * search. */
static bool reference_matches(const struct cells *pattern, struct str text)
{
    bool matches[REFERENCE_TEXT_MAX + 1][REFERENCE_TEXT_MAX + 1] = { { true } };
    for (size_t i = 1; i <= pattern->n; i++)
        for (size_t j = 0; j <= text.n; j++) {
            struct cell wanted = pattern->items[i - 1];
            if (wanted.wild && wanted.character == '*')
                matches[i][j] = matches[i - 1][j] || (j > 0 && matches[i][j - 1]);
            else
                matches[i][j] =
                    j > 0 && matches[i - 1][j - 1] && (wanted.wild || wanted.character == text.p[j - 1]);
        }
    return matches[pattern->n][text.n];
}

static bool is_ascii(struct str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] >= 0x80)
            return false;
    return true;
}

static bool add_cell(struct cells *cells, char character, bool wild)
{
    if (cells->n == REFERENCE_TEXT_MAX)
        return false;
    cells->items[cells->n++] = (struct cell){ character, wild };
    return true;
}

/* False: it has another variable, or is too long. */
static bool expand(struct str pattern, struct str client_id, struct cells *cells)
{
    cells->n = 0;
    for (size_t i = 0; i < pattern.n; i++) {
        struct str rest = { pattern.p + i, pattern.n - i };
        if (str_starts_with(rest, STR_LIT(CLIENT_ID))) {
            for (size_t j = 0; j < client_id.n; j++)
                if (!add_cell(cells, client_id.p[j], false))
                    return false;
            i += sizeof CLIENT_ID - 2;
        } else if (str_starts_with(rest, STR_LIT("${")) ||
                   !add_cell(cells, *rest.p, *rest.p == '*' || *rest.p == '?')) {
            return false;
        }
    }
    return true;
}

static void check_pattern(struct str pattern, const struct policy_request *request, struct str client_id,
                          struct arena *arena, struct err *err)
{
    struct policy_pattern compiled;
    struct cells cells;
    struct str text = request->resource;
    fuzz_promise(policy_pattern_compile(pattern, POLICY_PLAIN, "it", arena, &compiled, err) &&
                     policy_pattern_matches(&compiled, pattern, POLICY_CASE_MATTERS, request->context),
                 "a text without syntax matches itself");
    if (text.n > REFERENCE_TEXT_MAX || !is_ascii(pattern) || !is_ascii(text) || !is_ascii(client_id) ||
        !expand(pattern, client_id, &cells))
        return;
    fuzz_promise(
        policy_pattern_compile(pattern, POLICY_WILDCARDS | POLICY_VARIABLES, "it", arena, &compiled, err),
        "wildcards are never wrong, nor is this variable");
    fuzz_promise(policy_pattern_matches(&compiled, text, POLICY_CASE_MATTERS, request->context) ==
                     reference_matches(&cells, text),
                 "the reference says the same: what a variable stands for is text");
}

/* ---- documents ---- */

/* One that fits every request. */
static struct policy_statement everything(bool denies)
{
    return (struct policy_statement){ .denies = denies, .other_actions = true, .other_resources = true };
}

static enum policy_verdict judge_statement(const struct policy_statement *statement,
                                           const struct policy_request *request)
{
    const struct policy_document document = { 1, statement };
    return policy_document_judges(&document, request);
}

/* Of a statement and its opposite exactly one is about the request. */
static void check_opposites(const struct policy_statement *statement, const struct policy_request *request)
{
    struct policy_statement one = everything(false), other;
    one.actions = statement->actions;
    other = one;
    other.other_actions = false;
    fuzz_promise(judge_statement(&one, request) != judge_statement(&other, request),
                 "NotAction is about what Action is not about");
    one = everything(false);
    one.resources = statement->resources;
    other = one;
    other.other_resources = false;
    fuzz_promise(judge_statement(&one, request) != judge_statement(&other, request),
                 "NotResource is about what Resource is not about");
}

/* Of an operator and the one that negates it exactly one is fulfilled, whatever value the key has or has not.
 */
static void check_condition(struct policy_condition condition, const struct policy_context *context)
{
    if (condition.comparator->test == POLICY_TEST_NULL)
        return;
    struct policy_operator negated = *condition.comparator;
    negated.negated = !negated.negated;
    condition.quantifier = POLICY_PLAIN_VALUE;
    condition.if_exists = false;
    bool holds = policy_condition_holds(&condition, context);
    condition.comparator = &negated;
    fuzz_promise(policy_condition_holds(&condition, context) != holds,
                 "a negated operator says the opposite");
}

static void check_statement(const struct policy_statement *statement, const struct policy_request *request)
{
    const struct policy_statement denied[] = { *statement, everything(true) };
    const struct policy_statement allowed[] = { everything(false), *statement };
    enum policy_verdict verdict = judge_statement(statement, request);
    fuzz_promise(verdict == POLICY_SAYS_NOTHING ||
                     verdict == (statement->denies ? POLICY_DENIES : POLICY_ALLOWS),
                 "a statement says what its effect is, or nothing");
    fuzz_promise(policy_document_judges(&(struct policy_document){ 2, denied }, request) == POLICY_DENIES,
                 "Deny everything denies, whatever stands before it");
    fuzz_promise(policy_document_judges(&(struct policy_document){ 2, allowed }, request) ==
                     (verdict == POLICY_DENIES ? POLICY_DENIES : POLICY_ALLOWS),
                 "Allow everything lifts no Deny");
    check_opposites(statement, request);
    for (size_t i = 0; i < statement->conditions.n; i++)
        check_condition(statement->conditions.items[i], request->context);
}

static void check_document(const struct policy_document *document, const struct policy_request *request,
                           struct arena *arena)
{
    size_t used = arena->used;
    enum policy_verdict verdict = policy_document_judges(document, request);
    const struct policy_statement nothing_more = everything(true);
    const struct policy_document with_deny[] = { *document, { 1, &nothing_more } };
    const struct policy_document twice[] = { *document, *document };
    enum policy_verdict together = POLICY_SAYS_NOTHING;
    struct policy_keys keys = { 0 };
    for (size_t i = 0; i < document->n; i++) {
        enum policy_verdict one = judge_statement(&document->statements[i], request);
        check_statement(&document->statements[i], request);
        if (one == POLICY_DENIES || together == POLICY_SAYS_NOTHING)
            together = one;
    }
    fuzz_promise(together == verdict, "statements say together what they say one by one");
    fuzz_promise(policy_documents_judge(twice, 2, request) == verdict, "twice says what once says");
    fuzz_promise(policy_documents_judge(with_deny, 2, request) == POLICY_DENIES,
                 "a document that denies everything denies, whatever others allow");
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
    check_pattern(action, &request, value, &arena, &err);
    if (policy_document_parse(fuzz_rest(&input), &arena, &document, &err))
        check_document(&document, &request, &arena);
    else
        fuzz_promise(err.code == ERR_MALFORMED_POLICY || arena.failed,
                     "a wrong one is refused with a reason");
    arena_release(&arena);
    fuzz_input_release(&input);
    return 0;
}
