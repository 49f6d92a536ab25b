/*
 * A query of the fleet index (fleet index 2) as a tree. rules/fleet/fleet_query makes it of text,
 * store/fleet/fleet_search makes SQL of it.
 */
#ifndef IOTJOBS_API_FLEET_TREE_H
#define IOTJOBS_API_FLEET_TREE_H

#include "base/opt.h"
#include "base/str.h"

enum fleet_index { FLEET_THINGS, FLEET_THING_GROUPS };

/* Where fields come from; also a column of the schema (fleet_field.source). */
enum fleet_source { FLEET_REGISTRY, FLEET_DYNAMIC_GROUPS, FLEET_SHADOW, FLEET_CONNECTIVITY };

/* What the query is for decides how many terms it may have, and whether it sees memberships in dynamic
 * groups: the query of a dynamic group does not, so that groups cannot depend on one another. */
enum fleet_query_purpose { FLEET_QUERY_SEARCH, FLEET_QUERY_DYNAMIC_GROUP };

enum {
    FLEET_QUERY_CHARACTERS_MAX = 1000,
    FLEET_QUERY_LEADING_WILDCARD_CHARACTERS_MAX = 100, /* with a term that begins with a wildcard */
    FLEET_QUERY_LEADING_WILDCARDS_MAX = 1,
    FLEET_QUERY_TERMS_MAX = 12,
    FLEET_QUERY_DYNAMIC_GROUP_TERMS_MAX = 5,
    FLEET_QUERY_STARS_MAX = 2, /* in a term */
    FLEET_QUERY_QUESTION_MARKS_MAX = 5,
};

enum fleet_node_kind { FLEET_EVERYTHING, FLEET_AND, FLEET_OR, FLEET_NOT, FLEET_TERM };

/* What a term asks of a field, or of any field. */
enum fleet_test {
    FLEET_EXISTS,       /* there is a value */
    FLEET_WORD,         /* one of its words is `word`, or is a number that equals `number` */
    FLEET_PATTERN,      /* one of its words starts with `prefix` and matches `pattern` */
    FLEET_PHRASE,       /* `words` stand in it, one behind the other */
    FLEET_NUMBER_RANGE, /* a number between the bounds */
    FLEET_TEXT_RANGE,   /* a text between the bounds */
};

struct fleet_bound {
    bool set; /* else open */
    bool inclusive;
    struct str text; /* FLEET_TEXT_RANGE: in lower case */
    double number;   /* FLEET_NUMBER_RANGE */
};

struct fleet_node {
    enum fleet_node_kind kind;
    struct fleet_node *left, *right; /* AND, OR: both; NOT: left */
    /* TERM */
    struct str field;         /* absent: any but those of connectivity */
    enum fleet_source source; /* of the field */
    enum fleet_test test;
    struct str word;
    struct opt_double number;
    struct str prefix;  /* may be empty */
    struct str pattern; /* as SQLite's GLOB has it, in lower case */
    struct str *words;
    size_t word_count;
    struct fleet_bound low, high;
};

struct fleet_query {
    enum fleet_query_purpose purpose;
    const struct fleet_node *root;
};

#endif
