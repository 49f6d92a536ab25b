#include "violations.h"

#include <stdarg.h>

/* AWS repeats offending values whole; a text with 2028 characters of four bytes still is. */
enum {
    VALUE_QUOTED_MAX = 8192,
    NAME_QUOTED_MAX = 256,      /* a map's key in a path */
    CLAUSES_ENOUGH = 32 * 1024, /* past this, violations are counted but not spelled out */
    CLAUSES_MAX = CLAUSES_ENOUGH + VALUE_QUOTED_MAX + 32 * NAME_QUOTED_MAX + 1024,
};

void violations_init(struct violations *violations)
{
    violations->count = 0;
    strbuf_init(&violations->clauses, CLAUSES_MAX);
}

void violations_release(struct violations *violations)
{
    strbuf_release(&violations->clauses);
}

/* At most `limit` bytes of the text, cut between characters. */
static void add_cut(struct strbuf *out, struct str text, size_t limit)
{
    size_t n = text.n;
    if (n > limit) {
        n = limit;
        while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
            n--;
    }
    strbuf_add(out, text.p, n);
    if (n < text.n)
        strbuf_add_text(out, "...");
}

void path_text(const struct path *at, struct strbuf *ret_text)
{
    if (at->up) {
        path_text(at->up, ret_text);
        strbuf_add_char(ret_text, '.');
    }
    switch (at->step) {
    case STEP_ELEMENT: strbuf_printf(ret_text, "%zu.member", at->index); return;
    case STEP_MEMBER: add_cut(ret_text, at->name, NAME_QUOTED_MAX); return;
    case STEP_MAP_VALUE:
    case STEP_MAP_KEY:
        add_cut(ret_text, at->name, NAME_QUOTED_MAX);
        strbuf_add_text(ret_text, at->step == STEP_MAP_KEY ? ".key" : ".member");
        return;
    }
}

static void add_value(struct strbuf *out, struct str value)
{
    strbuf_add_text(out, "Value ");
    if (!value.p) {
        strbuf_add_text(out, "null");
        return;
    }
    strbuf_add_char(out, '\'');
    add_cut(out, value, VALUE_QUOTED_MAX);
    strbuf_add_char(out, '\'');
}

void violations_add(struct violations *violations, const struct path *at, struct str value,
                    const char *rule_format, ...)
{
    struct strbuf *out = &violations->clauses;
    violations->count++;
    if (out->n > CLAUSES_ENOUGH)
        return;
    if (out->n > 0)
        strbuf_add_text(out, "; ");
    add_value(out, value);
    strbuf_add_text(out, " at '");
    path_text(at, out);
    strbuf_add_text(out, "' failed to satisfy constraint: Member must ");
    va_list args;
    va_start(args, rule_format);
    strbuf_vprintf(out, rule_format, args);
    va_end(args);
}

bool violations_check(const struct violations *violations, struct err *err)
{
    if (violations->count == 0)
        return true;
    return fail(err, ERR_INVALID_REQUEST, "%zu validation error%s detected: %.*s", violations->count,
                violations->count == 1 ? "" : "s", STR(strbuf_str(&violations->clauses)));
}
