/* The characters of a query (fleet index 2): words with their wildcards and escapes, phrases, operators. Used
 * by fleet_query.c alone. */
#ifndef IOTJOBS_RULES_FLEET_LEXER_H
#define IOTJOBS_RULES_FLEET_LEXER_H

#include "api/errors.h"

struct fleet_lexer {
    struct str text; /* the query, valid UTF-8 */
    size_t at;       /* bytes read */
    struct arena *arena;
    struct err *err;
};

struct fleet_lexeme {
    size_t at;                    /* where it begins */
    struct str raw;               /* as written */
    struct str text;              /* without escapes */
    struct str prefix, pattern;   /* in lower case, the pattern as GLOB has it */
    size_t stars, question_marks; /* wildcards */
    size_t characters;            /* escapes counted once */
    bool begins_with_wildcard;
};

/* Returns false after fail(): "Invalid query at position 17: expected ')'". */
bool fleet_wrong(struct fleet_lexer *lexer, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Past white space: nothing is left. */
bool fleet_at_end(struct fleet_lexer *lexer);
/* Past white space; the next byte, '\0' at the end. */
char fleet_peek(struct fleet_lexer *lexer);
/* Takes that byte if it is the next one. */
bool fleet_take(struct fleet_lexer *lexer, char c);
/* Takes that operator if it is the next word; or only looks. */
bool fleet_take_operator(struct fleet_lexer *lexer, const char *name);
bool fleet_at_operator(struct fleet_lexer *lexer, const char *name);

/* The next word; of no characters when something else is there. False after fail(). */
bool fleet_read_word(struct fleet_lexer *lexer, struct fleet_lexeme *ret_word);
/* What stands between the quotation marks, of which the next byte is one. False after fail(). */
bool fleet_read_phrase(struct fleet_lexer *lexer, struct str *ret_text);

#endif
