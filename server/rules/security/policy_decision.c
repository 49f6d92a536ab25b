#include "rules/security/policy_decision.h"

static bool is_about_action(const struct policy_statement *statement, const struct policy_request *request)
{
    return policy_patterns_match(&statement->actions, request->action, POLICY_CASE_IGNORED,
                                 request->context) != statement->other_actions;
}

static bool is_about_resource(const struct policy_statement *statement, const struct policy_request *request)
{
    return policy_patterns_match(&statement->resources, request->resource, POLICY_CASE_MATTERS,
                                 request->context) != statement->other_resources;
}

static bool conditions_hold(const struct policy_conditions *conditions, const struct policy_context *context)
{
    for (size_t i = 0; i < conditions->n; i++)
        if (!policy_condition_holds(&conditions->items[i], context))
            return false;
    return true;
}

enum policy_verdict policy_document_judges(const struct policy_document *document,
                                           const struct policy_request *request)
{
    enum policy_verdict verdict = POLICY_SAYS_NOTHING;
    for (size_t i = 0; i < document->n; i++) {
        const struct policy_statement *statement = &document->statements[i];
        if ((verdict == POLICY_ALLOWS && !statement->denies) || !is_about_action(statement, request) ||
            !is_about_resource(statement, request) ||
            !conditions_hold(&statement->conditions, request->context))
            continue;
        if (statement->denies)
            return POLICY_DENIES;
        verdict = POLICY_ALLOWS;
    }
    return verdict;
}

enum policy_verdict policy_documents_judge(const struct policy_document *documents, size_t n,
                                           const struct policy_request *request)
{
    enum policy_verdict verdict = POLICY_SAYS_NOTHING;
    for (size_t i = 0; i < n && verdict != POLICY_DENIES; i++) {
        enum policy_verdict one = policy_document_judges(&documents[i], request);
        if (one != POLICY_SAYS_NOTHING)
            verdict = one;
    }
    return verdict;
}

/* ---- what was not known ---- */

static bool add_key(struct arena *arena, struct policy_keys *keys, struct str key)
{
    for (size_t i = 0; i < keys->n; i++)
        if (str_eq_nocase(keys->items[i], key))
            return true;
    struct str *items = arena_array_widen(arena, keys->items, keys->n, &keys->room, sizeof *items);
    if (!items)
        return false;
    keys->items = items;
    items[keys->n++] = key;
    return true;
}

static bool add_pattern(const struct policy_pattern *pattern, const struct policy_context *context,
                        struct arena *arena, struct policy_keys *keys)
{
    for (size_t i = 0; i < pattern->n; i++) {
        const struct policy_piece *piece = &pattern->pieces[i];
        if (piece->kind == POLICY_PIECE_VARIABLE && !piece->fallback.p &&
            !policy_context_variable(context, piece->text).p && !add_key(arena, keys, piece->text))
            return false;
    }
    return true;
}

static bool add_condition(const struct policy_condition *condition, const struct policy_context *context,
                          struct arena *arena, struct policy_keys *keys)
{
    if (!policy_context_find(context, condition->key).known && !add_key(arena, keys, condition->key))
        return false;
    for (size_t i = 0; i < condition->n; i++)
        if (!add_pattern(&condition->operands[i].pattern, context, arena, keys))
            return false;
    return true;
}

static bool add_statement(const struct policy_statement *statement, const struct policy_context *context,
                          struct arena *arena, struct policy_keys *keys)
{
    for (size_t i = 0; i < statement->resources.n; i++)
        if (!add_pattern(&statement->resources.items[i], context, arena, keys))
            return false;
    for (size_t i = 0; i < statement->conditions.n; i++)
        if (!add_condition(&statement->conditions.items[i], context, arena, keys))
            return false;
    return true;
}

bool policy_document_missing(const struct policy_document *document, const struct policy_request *request,
                             struct arena *arena, struct policy_keys *keys)
{
    for (size_t i = 0; i < document->n; i++)
        if (is_about_action(&document->statements[i], request) &&
            !add_statement(&document->statements[i], request->context, arena, keys))
            return false;
    return true;
}
