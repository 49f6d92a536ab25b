#include "rules/security/policy_context.h"

#include <string.h>

/* Thing attributes may differ by case alone; nothing else does. */
static bool same_key(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    const char *bracket = memchr(a.p, '[', a.n);
    size_t n = bracket ? (size_t)(bracket - a.p) : a.n;
    return str_eq_nocase((struct str){ a.p, n }, (struct str){ b.p, n }) &&
           memcmp(a.p + n, b.p + n, a.n - n) == 0;
}

static struct policy_values no_values(void)
{
    return (struct policy_values){ 0 };
}

static struct policy_values all_values(const struct policy_value *value)
{
    return (struct policy_values){ .known = true, .set = true, .n = value->n, .items = value->values };
}

static struct policy_values one_value(const struct policy_value *value, size_t at)
{
    if (at >= value->n)
        return no_values();
    return (struct policy_values){ .known = true, .n = 1, .items = value->values + at };
}

/* What stands behind the key of an indexed value: ".List" or ".N". */
static struct policy_values indexed_value(const struct policy_value *value, struct str suffix)
{
    int64_t at;
    if (str_eq_nocase(suffix, STR_LIT(".List")))
        return all_values(value);
    if (!str_to_int((struct str){ suffix.p + 1, suffix.n - 1 }, &at) || at < 1)
        return no_values();
    return one_value(value, (size_t)at);
}

static bool is_indexed_as(const struct policy_value *value, struct str key)
{
    return value->kind == POLICY_VALUE_INDEXED && key.n > value->key.n && key.p[value->key.n] == '.' &&
           same_key((struct str){ key.p, value->key.n }, value->key);
}

struct policy_values policy_context_find(const struct policy_context *context, struct str key)
{
    for (size_t i = 0; i < context->n; i++) {
        const struct policy_value *value = &context->items[i];
        if (same_key(value->key, key))
            return value->kind == POLICY_VALUE_SET ? all_values(value) : one_value(value, 0);
        if (is_indexed_as(value, key))
            return indexed_value(value, (struct str){ key.p + value->key.n, key.n - value->key.n });
    }
    return no_values();
}

struct str policy_context_variable(const struct policy_context *context, struct str key)
{
    struct policy_values values = policy_context_find(context, key);
    return values.n == 1 && !values.set ? values.items[0] : STR_NONE;
}
