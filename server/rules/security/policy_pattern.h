/*
 * Patterns of policies: text with wildcards (`*` any characters, none and `/` included; `?` exactly one) and
 * variables (`${key}`, with a default `${key, 'text'}`; `${*}`, `${?}` and `${$}` are those characters
 * themselves). What a variable stands for is taken as it is: a client called `*` is no wildcard (identity
 * 2.4).
 */
#ifndef IOTJOBS_RULES_POLICY_PATTERN_H
#define IOTJOBS_RULES_POLICY_PATTERN_H

#include "api/errors.h"
#include "rules/security/policy_context.h"

enum policy_piece_kind {
    POLICY_PIECE_TEXT,
    POLICY_PIECE_RUN,      /* any characters */
    POLICY_PIECE_ONE,      /* one character */
    POLICY_PIECE_VARIABLE, /* what its key stands for */
};

struct policy_piece {
    enum policy_piece_kind kind;
    struct str text;     /* the text, or the variable's key */
    struct str fallback; /* of a variable without a value; absent: the pattern then matches nothing */
};

struct policy_pattern {
    size_t n;
    const struct policy_piece *pieces;
};

struct policy_patterns {
    size_t n;
    const struct policy_pattern *items;
};

/* What is more than a character in the text. */
enum policy_syntax { POLICY_PLAIN = 0, POLICY_WILDCARDS = 1, POLICY_VARIABLES = 2 };

/* Borrows the text. False: ERR_MALFORMED_POLICY, with `what` naming the place of the text. */
bool policy_pattern_compile(struct str text, unsigned syntax, const char *what, struct arena *arena,
                            struct policy_pattern *ret_pattern, struct err *err);

enum policy_case { POLICY_CASE_MATTERS, POLICY_CASE_IGNORED };

/* Whether the whole text matches. Allocates nothing. Text and pattern are valid UTF-8. */
bool policy_pattern_matches(const struct policy_pattern *pattern, struct str text, enum policy_case letters,
                            const struct policy_context *context);
bool policy_patterns_match(const struct policy_patterns *patterns, struct str text, enum policy_case letters,
                           const struct policy_context *context);

#endif
