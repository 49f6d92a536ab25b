/*
 * A borrowed piece of text: pointer and length, not necessarily NUL-terminated.
 *
 * `struct str` never owns. Whoever made the bytes (an arena, a request, a static
 * literal) keeps them alive for as long as the str is used. An absent text has
 * p == NULL; an empty one has p != NULL and n == 0.
 */
#ifndef IOTJOBS_BASE_STR_H
#define IOTJOBS_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str {
    const char *p; /* NULL: absent */
    size_t n;      /* bytes */
};

#define STR_LIT(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_NONE         ((struct str){ NULL, 0 })

/* The two arguments of a "%.*s"; an absent text prints as nothing. */
#define STR(s) (int)(s).n, ((s).p ? (s).p : "")

/* Borrows a NUL-terminated text; NULL gives an absent str. */
struct str str_from(const char *text);

/* An absent text equals only an absent one. */
bool str_eq(struct str a, struct str b);
bool str_eq_text(struct str a, const char *text);
/* ASCII letters compared without regard to case. */
bool str_eq_nocase(struct str a, struct str b);
/* Below 0, 0, above 0: in the order of their bytes, in which an absent text is an empty one. */
int str_compare(struct str a, struct str b);
bool str_starts_with(struct str s, struct str prefix);
bool str_ends_with(struct str s, struct str suffix);

/* Without the blanks and tabs at its ends. */
struct str str_trim(struct str s);

/* A hash that nobody can foresee who does not know the seed; never 0. */
uint64_t str_hash(struct str s, uint64_t seed);

/* Splits at the first `sep`: returns what is before it and leaves the rest in *s.
 * Without a `sep`, returns all of *s and makes *s absent. */
struct str str_split(struct str *s, char sep);

/* A decimal integer with optional leading '-', all of `s`, in int64_t's range. */
bool str_to_int(struct str s, int64_t *ret_value);

#endif
