#include "rules/fleet/fleet_query.h"

#include <string.h>

#include "api/fleet_word.h"
#include "base/utf8.h"
#include "rules/fleet/fleet_lexer.h"

struct parser {
    struct fleet_lexer lexer;
    enum fleet_query_purpose purpose;
    struct str field; /* whose values stand in the parentheses that are being read; absent: none's */
    size_t terms, leading_wildcards;
};

/* Parsing functions return the node, or NULL after fleet_wrong. */

static struct fleet_node *new_node(struct parser *p, enum fleet_node_kind kind)
{
    struct fleet_node *node = arena_alloc(p->lexer.arena, sizeof *node);
    if (node)
        node->kind = kind;
    return node;
}

static struct fleet_node *join(struct parser *p, enum fleet_node_kind kind, struct fleet_node *left,
                               struct fleet_node *right)
{
    struct fleet_node *node = left && right ? new_node(p, kind) : NULL;
    if (node) {
        node->left = left;
        node->right = right;
    }
    return node;
}

/* Not not is nothing at all. */
static struct fleet_node *negate(struct parser *p, struct fleet_node *inner)
{
    if (inner && inner->kind == FLEET_NOT)
        return inner->left;
    struct fleet_node *node = inner ? new_node(p, FLEET_NOT) : NULL;
    if (node)
        node->left = inner;
    return node;
}

/* ---- terms ---- */

static struct fleet_node *new_term(struct parser *p, size_t at, enum fleet_test test, struct str field)
{
    bool group = p->purpose == FLEET_QUERY_DYNAMIC_GROUP;
    size_t most = group ? FLEET_QUERY_DYNAMIC_GROUP_TERMS_MAX : FLEET_QUERY_TERMS_MAX;
    if (++p->terms > most) {
        fleet_wrong(&p->lexer, at, "%s can have at most %zu terms",
                    group ? "the query of a dynamic thing group" : "a query", most);
        return NULL;
    }
    struct fleet_node *node = new_node(p, FLEET_TERM);
    if (node) {
        node->field = field;
        node->source = fleet_field_source(field);
        node->test = test;
    }
    return node;
}

static bool check_wildcards(struct parser *p, const struct fleet_lexeme *word)
{
    if (word->stars > FLEET_QUERY_STARS_MAX)
        return fleet_wrong(&p->lexer, word->at, "a term can have at most %d wildcards '*'",
                           FLEET_QUERY_STARS_MAX);
    if (word->question_marks > FLEET_QUERY_QUESTION_MARKS_MAX)
        return fleet_wrong(&p->lexer, word->at, "a term can have at most %d wildcards '?'",
                           FLEET_QUERY_QUESTION_MARKS_MAX);
    if (!word->begins_with_wildcard || word->characters == 1)
        return true;
    if (++p->leading_wildcards > FLEET_QUERY_LEADING_WILDCARDS_MAX)
        return fleet_wrong(&p->lexer, word->at, "only one term can begin with a wildcard");
    return utf8_length(p->lexer.text) <= FLEET_QUERY_LEADING_WILDCARD_CHARACTERS_MAX ||
           fleet_wrong(&p->lexer, word->at,
                       "a query with a term that begins with a wildcard can have at most %d characters",
                       FLEET_QUERY_LEADING_WILDCARD_CHARACTERS_MAX);
}

static struct fleet_node *everything_or_any_value(struct parser *p, size_t at, struct str field)
{
    struct fleet_node *node = new_term(p, at, FLEET_EXISTS, field);
    if (node && !field.p)
        node->kind = FLEET_EVERYTHING;
    return node;
}

static struct fleet_node *term_of_word(struct parser *p, struct str field, const struct fleet_lexeme *word)
{
    if (!check_wildcards(p, word))
        return NULL;
    bool wild = word->stars + word->question_marks > 0;
    if (word->stars == 1 && word->characters == 1)
        return everything_or_any_value(p, word->at, field);
    struct fleet_node *node = new_term(p, word->at, wild ? FLEET_PATTERN : FLEET_WORD, field);
    if (!node)
        return NULL;
    if (wild) {
        node->prefix = word->prefix;
        node->pattern = word->pattern;
    } else {
        node->word = fleet_lower(p->lexer.arena, word->text);
        node->number = fleet_number(word->text);
    }
    return node;
}

static size_t count_words(struct str text)
{
    size_t n = 0;
    for (struct str word; fleet_next_word(&text, &word); n++)
        ;
    return n;
}

static struct fleet_node *term_of_phrase(struct parser *p, struct str field)
{
    size_t at = p->lexer.at;
    struct str text;
    if (!fleet_read_phrase(&p->lexer, &text))
        return NULL;
    text = fleet_lower(p->lexer.arena, text);
    size_t n = text.p ? count_words(text) : 0;
    if (n == 0) {
        fleet_wrong(&p->lexer, at, "the phrase is empty");
        return NULL;
    }
    struct fleet_node *node = new_term(p, at, n == 1 ? FLEET_WORD : FLEET_PHRASE, field);
    if (!node)
        return NULL;
    node->words = arena_array(p->lexer.arena, n, sizeof *node->words);
    if (!node->words)
        return NULL;
    while (fleet_next_word(&text, &node->words[node->word_count]))
        node->word_count++;
    if (n == 1)
        node->word = node->words[0];
    return node;
}

/* ---- bounds ---- */

static bool is_operator(const struct fleet_lexeme *word)
{
    return str_eq_text(word->raw, "AND") || str_eq_text(word->raw, "OR") || str_eq_text(word->raw, "NOT");
}

enum bound_kind { BOUND_OPEN, BOUND_NUMBER, BOUND_TEXT };

/* A word that is no operator. */
static bool read_plain_word(struct parser *p, const char *what, struct fleet_lexeme *ret_word)
{
    fleet_peek(&p->lexer);
    if (!fleet_read_word(&p->lexer, ret_word))
        return false;
    if (!ret_word->characters || is_operator(ret_word) || str_eq_text(ret_word->raw, "TO"))
        return fleet_wrong(&p->lexer, ret_word->at, "expected %s", what);
    return true;
}

static bool bound_of_word(struct parser *p, const struct fleet_lexeme *word, struct fleet_bound *bound,
                          enum bound_kind *ret_kind)
{
    if (word->stars + word->question_marks > 0)
        return fleet_wrong(&p->lexer, word->at, "wildcards have no meaning in a bound");
    struct opt_double number = fleet_number(word->text);
    bound->set = true;
    bound->number = number.value;
    bound->text = fleet_lower(p->lexer.arena, word->text);
    *ret_kind = number.set ? BOUND_NUMBER : BOUND_TEXT;
    return true;
}

static bool read_bound(struct parser *p, struct fleet_bound *bound, enum bound_kind *ret_kind)
{
    struct fleet_lexeme word;
    struct str text;
    if (fleet_peek(&p->lexer) == '"') {
        if (!fleet_read_phrase(&p->lexer, &text))
            return false;
        bound->set = true;
        bound->text = fleet_lower(p->lexer.arena, text);
        *ret_kind = BOUND_TEXT;
        return true;
    }
    if (!read_plain_word(p, "a bound", &word))
        return false;
    *ret_kind = BOUND_OPEN;
    return str_eq_text(word.raw, "*") || bound_of_word(p, &word, bound, ret_kind);
}

/* [ and ] include their bound, { and } do not. */
static struct fleet_node *term_of_range(struct parser *p, struct str field)
{
    struct fleet_lexer *lexer = &p->lexer;
    size_t at = lexer->at;
    struct fleet_bound low = { .inclusive = lexer->text.p[at] == '[' }, high = { 0 };
    enum bound_kind low_kind = BOUND_OPEN, high_kind = BOUND_OPEN;
    lexer->at++;
    if (!read_bound(p, &low, &low_kind))
        return NULL;
    if (!fleet_take_operator(lexer, "TO")) {
        fleet_wrong(lexer, lexer->at, "expected TO");
        return NULL;
    }
    if (!read_bound(p, &high, &high_kind))
        return NULL;
    high.inclusive = fleet_take(lexer, ']');
    if (!high.inclusive && !fleet_take(lexer, '}')) {
        fleet_wrong(lexer, lexer->at, "expected ']' or '}'");
        return NULL;
    }
    if (low.set && high.set && low_kind != high_kind) {
        fleet_wrong(lexer, at, "the bounds of a range must be two numbers or two texts");
        return NULL;
    }
    if (!low.set && !high.set)
        return new_term(p, at, FLEET_EXISTS, field);
    bool numbers = low_kind == BOUND_NUMBER || high_kind == BOUND_NUMBER;
    struct fleet_node *node = new_term(p, at, numbers ? FLEET_NUMBER_RANGE : FLEET_TEXT_RANGE, field);
    if (node) {
        node->low = low;
        node->high = high;
    }
    return node;
}

/* field<5, field>=abc */
static struct fleet_node *term_of_comparison(struct parser *p, struct str field)
{
    size_t at = p->lexer.at;
    bool below = fleet_take(&p->lexer, '<');
    if (!below)
        fleet_take(&p->lexer, '>');
    struct fleet_bound bound = { 0 };
    if (p->lexer.at < p->lexer.text.n && p->lexer.text.p[p->lexer.at] == '=')
        bound.inclusive = fleet_take(&p->lexer, '=');
    struct fleet_lexeme word;
    enum bound_kind kind = BOUND_OPEN;
    if (!read_plain_word(p, "a value", &word) || !bound_of_word(p, &word, &bound, &kind))
        return NULL;
    struct fleet_node *node =
        new_term(p, at, kind == BOUND_NUMBER ? FLEET_NUMBER_RANGE : FLEET_TEXT_RANGE, field);
    if (node)
        *(below ? &node->high : &node->low) = bound;
    return node;
}

/* ---- fields ---- */

static bool is_name_character(uint32_t c)
{
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Names with dots between them. What is escaped may stand in one, since names of attributes may have it. */
static bool check_field(struct parser *p, const struct fleet_lexeme *word)
{
    bool ok = true, in_name = false;
    for (struct str left = word->raw; ok && left.n;) {
        uint32_t c = utf8_next(&left);
        bool escaped = c == '\\', dot = c == '.';
        if (escaped)
            utf8_next(&left);
        ok = escaped || (dot ? in_name : is_name_character(c));
        in_name = !dot;
    }
    return (ok && in_name) ||
           fleet_wrong(&p->lexer, word->at, "'%.*s' is not the name of a field", STR(word->raw));
}

/* Managed fields are listed by other names than queries use. */
static struct str query_name(struct str field)
{
    if (str_eq_text(field, "registry.thingTypeName") || str_eq_text(field, "registry.thingGroupNames"))
        return (struct str){ field.p + strlen("registry."), field.n - strlen("registry.") };
    return field;
}

/* ---- the grammar ---- */

static struct fleet_node *any_of(struct parser *p);

/* What stands in parentheses, of which the next byte is the first. */
static struct fleet_node *in_parentheses(struct parser *p, struct str field)
{
    struct str outer = p->field;
    p->lexer.at++;
    p->field = field;
    struct fleet_node *node = any_of(p);
    p->field = outer;
    if (node && !fleet_take(&p->lexer, ')')) {
        fleet_wrong(&p->lexer, p->lexer.at, "expected ')'");
        return NULL;
    }
    return node;
}

/* A word where a term or a value must be. */
static bool read_term_word(struct parser *p, const char *what, struct fleet_lexeme *ret_word)
{
    struct fleet_lexer *lexer = &p->lexer;
    if (!fleet_read_word(lexer, ret_word))
        return false;
    if (is_operator(ret_word))
        return fleet_wrong(lexer, ret_word->at, "expected %s, found %.*s", what, STR(ret_word->raw));
    if (ret_word->characters)
        return true;
    if (fleet_at_end(lexer))
        return fleet_wrong(lexer, lexer->at, "expected %s", what);
    return fleet_wrong(lexer, lexer->at, "expected %s, found '%c'", what, lexer->text.p[lexer->at]);
}

/* Behind field: */
static struct fleet_node *value_of(struct parser *p, struct str field)
{
    struct fleet_lexeme word;
    switch (fleet_peek(&p->lexer)) {
    case '(': return in_parentheses(p, field);
    case '"': return term_of_phrase(p, field);
    case '[':
    case '{': return term_of_range(p, field);
    default: return read_term_word(p, "a value", &word) ? term_of_word(p, field, &word) : NULL;
    }
}

/* A term, or terms in parentheses. Where values of a field are read, none has a field of its own. */
static struct fleet_node *primary(struct parser *p)
{
    struct fleet_lexeme word;
    char c = fleet_peek(&p->lexer);
    if (c == '(')
        return in_parentheses(p, p->field);
    if (c == '"' || p->field.p)
        return value_of(p, p->field);
    if (!read_term_word(p, "a term", &word))
        return NULL;
    char next = fleet_peek(&p->lexer);
    if (next != ':' && next != '<' && next != '>')
        return term_of_word(p, STR_NONE, &word);
    if (!check_field(p, &word))
        return NULL;
    struct str field = query_name(word.text);
    return fleet_take(&p->lexer, ':') ? value_of(p, field) : term_of_comparison(p, field);
}

static struct fleet_node *unary(struct parser *p)
{
    if (fleet_take_operator(&p->lexer, "NOT"))
        return negate(p, unary(p));
    if (!fleet_take(&p->lexer, '-'))
        return primary(p);
    size_t at = p->lexer.at;
    if (fleet_at_end(&p->lexer) || p->lexer.at > at) {
        fleet_wrong(&p->lexer, at, "expected a term behind '-'");
        return NULL;
    }
    return negate(p, primary(p));
}

/* attributes.temp>60 attributes.temp<80 is one range, which finds less than each of its halves. Where a field
 * can have several values, one may be above and another below. */
static bool narrow(struct fleet_node *left, const struct fleet_node *next)
{
    struct fleet_node *range = left->kind == FLEET_AND ? left->right : left;
    bool single = str_starts_with(next->field, STR_LIT("attributes.")) || next->source == FLEET_CONNECTIVITY;
    if (range->kind != FLEET_TERM || next->kind != FLEET_TERM || range->test != FLEET_NUMBER_RANGE ||
        next->test != FLEET_NUMBER_RANGE || !single || !str_eq(range->field, next->field) ||
        range->low.set == range->high.set || next->low.set == next->high.set ||
        range->low.set == next->low.set)
        return false;
    if (next->low.set)
        range->low = next->low;
    else
        range->high = next->high;
    return true;
}

/* Terms with AND, or nothing, between them. */
static struct fleet_node *all_of(struct parser *p)
{
    struct fleet_node *node = unary(p);
    while (node && !fleet_at_end(&p->lexer) && fleet_peek(&p->lexer) != ')' &&
           !fleet_at_operator(&p->lexer, "OR")) {
        fleet_take_operator(&p->lexer, "AND");
        struct fleet_node *next = unary(p);
        if (!next || !narrow(node, next))
            node = join(p, FLEET_AND, node, next);
    }
    return node;
}

static struct fleet_node *any_of(struct parser *p)
{
    struct fleet_node *node = all_of(p);
    while (node && fleet_take_operator(&p->lexer, "OR"))
        node = join(p, FLEET_OR, node, all_of(p));
    return node;
}

static const struct fleet_node *whole_query(struct parser *p)
{
    struct fleet_lexer *lexer = &p->lexer;
    if (utf8_length(lexer->text) > FLEET_QUERY_CHARACTERS_MAX) {
        fleet_wrong(lexer, 0, "a query can have at most %d characters", FLEET_QUERY_CHARACTERS_MAX);
        return NULL;
    }
    if (fleet_at_end(lexer)) {
        fleet_wrong(lexer, 0, "the query is empty");
        return NULL;
    }
    const struct fleet_node *node = any_of(p);
    if (node && !fleet_at_end(lexer)) {
        fleet_wrong(lexer, lexer->at, "')' without '('");
        return NULL;
    }
    return node;
}

bool fleet_query_parse(struct str text, enum fleet_query_purpose purpose, struct arena *arena,
                       struct fleet_query *ret_query, struct err *err)
{
    struct parser parser = { .lexer = { .text = text, .arena = arena, .err = err }, .purpose = purpose };
    const struct fleet_node *root = whole_query(&parser);
    if (!root)
        return fail(err, ERR_INTERNAL, "The query needs more memory than a request may use.");
    *ret_query = (struct fleet_query){ .purpose = purpose, .root = root };
    return true;
}
