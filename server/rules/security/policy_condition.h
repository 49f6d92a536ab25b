/*
 * Conditions of policies: an operator, a key and the values that it is held against (identity 2.5). Operators
 * are rows of a table; `…IfExists`, `ForAllValues:` and `ForAnyValue:` go with any of them.
 */
#ifndef IOTJOBS_RULES_POLICY_CONDITION_H
#define IOTJOBS_RULES_POLICY_CONDITION_H

#include "rules/security/policy_pattern.h"

enum policy_test {
    POLICY_TEST_TEXT, /* the pattern matches */
    POLICY_TEST_TEXT_IGNORING_CASE,
    POLICY_TEST_BOOL,
    POLICY_TEST_NUMBER,
    POLICY_TEST_DATE,
    POLICY_TEST_IP_ADDRESS,
    POLICY_TEST_NULL, /* "true": the key has no value */
};

enum policy_comparison {
    POLICY_EQUAL,
    POLICY_LESS,
    POLICY_LESS_OR_EQUAL,
    POLICY_GREATER,
    POLICY_GREATER_OR_EQUAL
};

struct policy_operator {
    const char *name;
    enum policy_test test;
    unsigned syntax; /* of its values */
    enum policy_comparison comparison;
    bool negated; /* true where none of the values fits */
};

enum policy_quantifier {
    POLICY_PLAIN_VALUE,
    POLICY_FOR_ALL_VALUES, /* true where the key has no value */
    POLICY_FOR_ANY_VALUE,  /* false there */
};

struct policy_ip_range {
    bool v6;
    unsigned bits;
    unsigned char bytes[16];
};

struct policy_operand {
    struct policy_pattern pattern; /* texts */
    union {
        bool truth;
        double number;
        int64_t time_ms;
        struct policy_ip_range range;
    };
};

struct policy_condition {
    const struct policy_operator *comparator;
    enum policy_quantifier quantifier;
    bool if_exists; /* true where the key has no value */
    struct str key;
    size_t n;
    const struct policy_operand *operands;
};

struct policy_conditions {
    size_t n;
    const struct policy_condition *items;
};

/* What the name says: the operator and what stands around it. False: there is no such operator. */
bool policy_operator_find(struct str name, struct policy_condition *ret_condition);

/* One of the values that stand in the document. `syntax` is what the document's version allows. Borrows the
 * text. False: ERR_MALFORMED_POLICY, with `what` naming the place. */
bool policy_operand_read(const struct policy_operator *comparator, struct str text, unsigned syntax,
                         const char *what, struct arena *arena, struct policy_operand *ret_operand,
                         struct err *err);

/* Whether it is fulfilled. Allocates nothing. */
bool policy_condition_holds(const struct policy_condition *condition, const struct policy_context *context);

#endif
