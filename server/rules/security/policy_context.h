/*
 * What is known of a request when policies are asked about it: the values of their variables and of the keys
 * of their conditions (identity 2.5). The caller fills it; nothing here is copied or changed.
 *
 * Keys are found without regard to case, but for the name of an attribute in its brackets.
 */
#ifndef IOTJOBS_RULES_POLICY_CONTEXT_H
#define IOTJOBS_RULES_POLICY_CONTEXT_H

#include "base/str.h"

enum policy_value_kind {
    POLICY_VALUE_ONE,     /* exactly one */
    POLICY_VALUE_SET,     /* all of them at once, maybe none: iot:ConnectAttributes */
    POLICY_VALUE_INDEXED, /* KEY is the first, KEY.1 the second, and so on; KEY.List is the set of them */
};

struct policy_value {
    struct str key;
    enum policy_value_kind kind;
    size_t n;
    const struct str *values;
};

struct policy_context {
    size_t n;
    const struct policy_value *items;
};

struct policy_values {
    bool known; /* a set that is known may be empty */
    bool set;   /* more than one value is possible: no variable can stand for them */
    size_t n;
    const struct str *items;
};

struct policy_values policy_context_find(const struct policy_context *context, struct str key);

/* What stands for ${key}; absent when it has no value. */
struct str policy_context_variable(const struct policy_context *context, struct str key);

#endif
