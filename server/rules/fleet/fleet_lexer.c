#include "rules/fleet/fleet_lexer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/fleet_word.h"
#include "base/strbuf.h"
#include "base/utf8.h"

enum { REASON_MAX = 256 };

/* End a word, and are no part of it. */
#define PUNCTUATION "()[]{}:<>\""
/* Not in the language, or in a part of it that this index has no use for. */
#define UNSUPPORTED "`@#%/';,^~!"
/* What SQLite's GLOB takes for more than itself. */
#define GLOB_CHARACTERS "*?["

bool fleet_wrong(struct fleet_lexer *lexer, size_t at, const char *format, ...)
{
    char reason[REASON_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    return fail(lexer->err, ERR_INVALID_QUERY, "Invalid query at position %zu: %s",
                utf8_length((struct str){ lexer->text.p, at }) + 1, reason);
}

static struct str rest(const struct fleet_lexer *lexer)
{
    return (struct str){ lexer->text.p + lexer->at, lexer->text.n - lexer->at };
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* Whether a word ends before what is left. */
static bool word_ends(struct str left)
{
    return !left.n || is_one_of(*left.p, PUNCTUATION) || fleet_is_space(utf8_next(&left));
}

char fleet_peek(struct fleet_lexer *lexer)
{
    struct str left = rest(lexer);
    for (struct str behind = left; left.n && fleet_is_space(utf8_next(&behind)); left = behind)
        ;
    lexer->at = lexer->text.n - left.n;
    return left.n ? *left.p : '\0';
}

bool fleet_at_end(struct fleet_lexer *lexer)
{
    return fleet_peek(lexer) == '\0' && lexer->at == lexer->text.n;
}

bool fleet_take(struct fleet_lexer *lexer, char c)
{
    if (fleet_peek(lexer) != c)
        return false;
    lexer->at++;
    return true;
}

bool fleet_at_operator(struct fleet_lexer *lexer, const char *name)
{
    fleet_peek(lexer);
    struct str left = rest(lexer), op = str_from(name);
    return str_starts_with(left, op) && word_ends((struct str){ left.p + op.n, left.n - op.n });
}

bool fleet_take_operator(struct fleet_lexer *lexer, const char *name)
{
    if (!fleet_at_operator(lexer, name))
        return false;
    lexer->at += strlen(name);
    return true;
}

/* ---- words ---- */

/* A word while it is being read. */
struct word {
    struct strbuf text, pattern;
    size_t prefix_n; /* of the pattern's literal beginning, in `text` */
    struct fleet_lexeme lexeme;
};

static void add_literal(struct word *word, const char *p, size_t n)
{
    strbuf_add(&word->text, p, n);
    bool special = n == 1 && is_one_of(*p, GLOB_CHARACTERS);
    strbuf_add_text(&word->pattern, special ? "[" : "");
    strbuf_add(&word->pattern, p, n);
    strbuf_add_text(&word->pattern, special ? "]" : "");
    if (!word->lexeme.stars && !word->lexeme.question_marks)
        word->prefix_n = word->text.n;
    word->lexeme.characters++;
}

static void add_wildcard(struct word *word, char c)
{
    struct fleet_lexeme *lexeme = &word->lexeme;
    lexeme->begins_with_wildcard |= lexeme->characters == 0;
    lexeme->stars += c == '*';
    lexeme->question_marks += c == '?';
    lexeme->characters++;
    strbuf_add_char(&word->text, c);
    strbuf_add_char(&word->pattern, c);
}

static bool check_supported(struct fleet_lexer *lexer, struct str left, bool first)
{
    char c = *left.p;
    bool twice = left.n > 1 && left.p[1] == c;
    if (is_one_of(c, UNSUPPORTED))
        return fleet_wrong(lexer, lexer->at, "'%c' is not supported unless it is escaped or quoted", c);
    if (twice && (c == '&' || c == '|'))
        return fleet_wrong(lexer, lexer->at, "'%c%c' is not supported; the operators are AND, OR and NOT", c,
                           c);
    if (first && c == '+')
        return fleet_wrong(lexer, lexer->at, "'+' is not supported at the beginning of a term");
    return true;
}

/* The next character of the word. */
static bool read_character(struct fleet_lexer *lexer, struct word *word)
{
    struct str left = rest(lexer);
    bool escaped = *left.p == '\\';
    if (escaped && left.n == 1)
        return fleet_wrong(lexer, lexer->at, "'\\' needs a character behind it");
    if (!escaped && !check_supported(lexer, left, word->lexeme.characters == 0))
        return false;
    const char *from = left.p + escaped;
    struct str behind = { from, left.n - escaped };
    utf8_next(&behind);
    if (!escaped && (*from == '*' || *from == '?'))
        add_wildcard(word, *from);
    else
        add_literal(word, from, (size_t)(behind.p - from));
    lexer->at = lexer->text.n - behind.n;
    return true;
}

static bool finish(struct fleet_lexer *lexer, struct word *word, struct fleet_lexeme *ret_word)
{
    struct fleet_lexeme *lexeme = &word->lexeme;
    struct str text = word->text.n ? strbuf_str(&word->text) : STR_LIT("");
    struct str pattern = word->pattern.n ? strbuf_str(&word->pattern) : STR_LIT("");
    lexeme->raw = (struct str){ lexer->text.p + lexeme->at, lexer->at - lexeme->at };
    lexeme->text = arena_str(lexer->arena, text);
    lexeme->pattern = fleet_lower(lexer->arena, pattern);
    lexeme->prefix = fleet_lower(lexer->arena, (struct str){ text.p, word->prefix_n });
    *ret_word = *lexeme;
    return !lexer->arena->failed;
}

bool fleet_read_word(struct fleet_lexer *lexer, struct fleet_lexeme *ret_word)
{
    struct word word = { .lexeme = { .at = lexer->at } };
    strbuf_init(&word.text, lexer->text.n);
    strbuf_init(&word.pattern, 3 * lexer->text.n);
    bool ok = true;
    while (ok && !word_ends(rest(lexer)))
        ok = read_character(lexer, &word);
    ok = ok && finish(lexer, &word, ret_word);
    strbuf_release(&word.text);
    strbuf_release(&word.pattern);
    return ok;
}

bool fleet_read_phrase(struct fleet_lexer *lexer, struct str *ret_text)
{
    size_t begin = lexer->at++, n = 0;
    char *text = arena_alloc(lexer->arena, lexer->text.n - begin);
    while (text && lexer->at < lexer->text.n && lexer->text.p[lexer->at] != '"') {
        lexer->at += lexer->text.p[lexer->at] == '\\';
        if (lexer->at < lexer->text.n)
            text[n++] = lexer->text.p[lexer->at++];
    }
    if (lexer->at >= lexer->text.n)
        return fleet_wrong(lexer, begin, "the phrase has no end");
    lexer->at++;
    *ret_text = (struct str){ text, n };
    return text != NULL;
}
