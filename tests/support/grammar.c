#include "support/grammar.h"

/* SplitMix64 */
uint64_t grammar_choose(struct grammar *grammar, uint64_t n)
{
    uint64_t x = grammar->seed += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (x ^ (x >> 31)) % n;
}

static struct str choose_text(struct grammar *grammar, struct str texts)
{
    uint64_t n = 1;
    for (size_t i = 0; i < texts.n; i++)
        n += texts.p[i] == '|';
    for (uint64_t skip = grammar_choose(grammar, n); skip > 0; skip--)
        str_split(&texts, '|');
    return str_split(&texts, '|');
}

static void write_text(struct grammar *grammar, struct str text, struct strbuf *ret_text);

void grammar_write(struct grammar *grammar, struct str name, struct strbuf *text)
{
    for (size_t i = 0; i < grammar->rule_count; i++) {
        if (str_eq_text(name, grammar->rules[i].name)) {
            write_text(grammar, choose_text(grammar, str_from(grammar->rules[i].texts)), text);
            return;
        }
    }
    grammar->write(grammar->context, name, text);
}

static void write_text(struct grammar *grammar, struct str text, struct strbuf *ret_text)
{
    while (text.n) {
        struct str plain = str_split(&text, '<');
        strbuf_add_str(ret_text, plain);
        if (text.n)
            grammar_write(grammar, str_split(&text, '>'), ret_text);
    }
}
