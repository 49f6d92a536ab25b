#include "rules/security/policy_pattern.h"

#include <string.h>

/* ---- compiling ---- */

struct compiler {
    struct str rest; /* not yet read */
    unsigned syntax;
    const char *what;
    struct policy_piece *pieces; /* as many as there can be */
    size_t n;
    struct err *err;
};

/* Text, and behind each wildcard and each variable text again. */
static size_t most_pieces(struct str text)
{
    size_t most = 1;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == '*' || text.p[i] == '?' || text.p[i] == '$')
            most += 2;
    return most;
}

static void add_piece(struct compiler *c, struct policy_piece piece)
{
    c->pieces[c->n++] = piece;
}

static void skip(struct compiler *c, size_t n)
{
    c->rest.p += n;
    c->rest.n -= n;
}

static void skip_spaces(struct compiler *c)
{
    while (c->rest.n && *c->rest.p == ' ')
        skip(c, 1);
}

static bool take(struct compiler *c, char wanted)
{
    if (!c->rest.n || *c->rest.p != wanted)
        return false;
    skip(c, 1);
    return true;
}

/* All characters up to one of `ends`, which stays; to the end where there is none. */
static struct str take_until(struct compiler *c, const char *ends)
{
    struct str taken = { c->rest.p, 0 };
    while (taken.n < c->rest.n && !strchr(ends, taken.p[taken.n]))
        taken.n++;
    skip(c, taken.n);
    return taken;
}

/* Behind the comma: 'text' */
static bool read_fallback(struct compiler *c, struct str *ret_fallback)
{
    skip_spaces(c);
    if (!take(c, '\''))
        return false;
    *ret_fallback = take_until(c, "'");
    if (!take(c, '\''))
        return false;
    skip_spaces(c);
    return true;
}

/* Behind "${". */
static bool read_variable(struct compiler *c)
{
    struct policy_piece piece = { .kind = POLICY_PIECE_VARIABLE, .text = take_until(c, ",}") };
    bool literal = piece.text.n == 1 && strchr("*?$", *piece.text.p);
    bool has_fallback = take(c, ',');
    if (literal)
        piece.kind = POLICY_PIECE_TEXT;
    if (!piece.text.n || (!literal && memchr(piece.text.p, '$', piece.text.n)) ||
        (has_fallback && (literal || !read_fallback(c, &piece.fallback))) || !take(c, '}'))
        return fail(c->err, ERR_MALFORMED_POLICY,
                    "Policy document is malformed: %s has a policy variable that is not of the form "
                    "${key} or ${key, 'default'}.",
                    c->what);
    add_piece(c, piece);
    return true;
}

static bool at_variable(const struct compiler *c)
{
    return c->syntax & POLICY_VARIABLES && str_starts_with(c->rest, STR_LIT("${"));
}

static bool at_wildcard(const struct compiler *c)
{
    return c->syntax & POLICY_WILDCARDS && (*c->rest.p == '*' || *c->rest.p == '?');
}

static void read_text(struct compiler *c)
{
    struct policy_piece piece = { .kind = POLICY_PIECE_TEXT, .text = { c->rest.p, 0 } };
    while (c->rest.n && !at_variable(c) && !at_wildcard(c)) {
        piece.text.n++;
        skip(c, 1);
    }
    add_piece(c, piece);
}

/* A wildcard. */
static void read_wildcard(struct compiler *c)
{
    add_piece(c, (struct policy_piece){ .kind = *c->rest.p == '*' ? POLICY_PIECE_RUN : POLICY_PIECE_ONE });
    skip(c, 1);
}

static bool read_piece(struct compiler *c)
{
    if (at_variable(c)) {
        skip(c, 2);
        return read_variable(c);
    }
    if (at_wildcard(c))
        read_wildcard(c);
    else
        read_text(c);
    return true;
}

bool policy_pattern_compile(struct str text, unsigned syntax, const char *what, struct arena *arena,
                            struct policy_pattern *ret_pattern, struct err *err)
{
    struct compiler c = { .rest = text, .syntax = syntax, .what = what, .err = err };
    c.pieces = arena_array(arena, most_pieces(text), sizeof *c.pieces);
    if (!c.pieces)
        return fail(err, ERR_INTERNAL, "The policy document could not be read.");
    while (c.rest.n)
        if (!read_piece(&c))
            return false;
    *ret_pattern = (struct policy_pattern){ c.n, c.pieces };
    return true;
}

/* ---- matching ---- */

/* The place behind the character that begins at `at`. */
static size_t behind_character(struct str text, size_t at)
{
    at++;
    while (at < text.n && ((unsigned char)text.p[at] & 0xc0) == 0x80)
        at++;
    return at;
}

static bool starts_with(struct str text, size_t at, struct str start, enum policy_case letters)
{
    if (text.n - at < start.n)
        return false;
    if (letters == POLICY_CASE_MATTERS)
        return memcmp(text.p + at, start.p, start.n) == 0;
    return str_eq_nocase((struct str){ text.p + at, start.n }, start);
}

static struct str text_of(const struct policy_piece *piece, const struct policy_context *context)
{
    if (piece->kind == POLICY_PIECE_TEXT)
        return piece->text;
    struct str value = policy_context_variable(context, piece->text);
    return value.p ? value : piece->fallback;
}

enum step { STEP_ON, STEP_BACK, STEP_NEVER };

/* One piece that is no run. */
static enum step match_piece(const struct policy_piece *piece, struct str text, enum policy_case letters,
                             const struct policy_context *context, size_t *at)
{
    if (piece->kind == POLICY_PIECE_ONE) {
        if (*at == text.n)
            return STEP_BACK;
        *at = behind_character(text, *at);
        return STEP_ON;
    }
    struct str wanted = text_of(piece, context);
    if (!wanted.p)
        return STEP_NEVER;
    if (!starts_with(text, *at, wanted, letters))
        return STEP_BACK;
    *at += wanted.n;
    return STEP_ON;
}

/* When a piece does not match, the run before it takes one character more: only the last run ever has to. */
bool policy_pattern_matches(const struct policy_pattern *pattern, struct str text, enum policy_case letters,
                            const struct policy_context *context)
{
    size_t piece = 0, at = 0;
    size_t behind_run = 0; /* the piece behind the last run; 0: there was none yet */
    size_t run_end = 0;
    while (piece < pattern->n || at < text.n) {
        enum step step = STEP_BACK;
        if (piece < pattern->n && pattern->pieces[piece].kind == POLICY_PIECE_RUN) {
            behind_run = ++piece;
            run_end = at;
            if (piece == pattern->n)
                return true;
            continue;
        }
        if (piece < pattern->n)
            step = match_piece(&pattern->pieces[piece], text, letters, context, &at);
        if (step == STEP_ON) {
            piece++;
            continue;
        }
        if (step == STEP_NEVER || !behind_run || run_end == text.n)
            return false;
        run_end = at = behind_character(text, run_end);
        piece = behind_run;
    }
    return true;
}

bool policy_patterns_match(const struct policy_patterns *patterns, struct str text, enum policy_case letters,
                           const struct policy_context *context)
{
    for (size_t i = 0; i < patterns->n; i++)
        if (policy_pattern_matches(&patterns->items[i], text, letters, context))
            return true;
    return false;
}
