#include "ops/arn.h"

#include "settings.h"

struct str arn_make(struct op *op, const char *type, struct str name)
{
    return arena_printf(op->arena, "arn:aws:iot:%.*s:%s:%s/%.*s", STR(op->region), op->settings->account_id,
                        type, STR(name));
}

bool arn_parse(struct str text, struct arn *ret_arn)
{
    struct arn arn;
    struct str rest = text;
    if (!str_eq_text(str_split(&rest, ':'), "arn") ||
        !str_starts_with(str_split(&rest, ':'), STR_LIT("aws")) || !str_eq_text(str_split(&rest, ':'), "iot"))
        return false;
    arn.region = str_split(&rest, ':');
    arn.account = str_split(&rest, ':');
    if (!rest.p)
        return false;
    arn.type = str_split(&rest, '/');
    arn.name = rest;
    if (!arn.name.n || !arn.type.n)
        return false;
    *ret_arn = arn;
    return true;
}

bool arn_is_ours(const struct op *op, const struct arn *arn)
{
    return !op->settings->strict ||
           (str_eq(arn->region, op->region) && str_eq_text(arn->account, op->settings->account_id));
}
