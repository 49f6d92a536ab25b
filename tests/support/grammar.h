/*
 * Texts made at random from a grammar:
 *
 *     { "step", "GET /things/<thing>|DELETE /things/<thing>" }, { "thing", "pump|valve" }
 *
 * A rule is what may stand for its name: one of the texts between its bars, each as likely as the others.
 * Names in angle brackets are replaced in turn. The same seed makes the same texts.
 */
#ifndef IOTJOBS_TESTS_GRAMMAR_H
#define IOTJOBS_TESTS_GRAMMAR_H

#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

struct grammar_rule {
    const char *name;
    const char *texts;
};

struct grammar {
    const struct grammar_rule *rules;
    size_t rule_count;
    /* Writes what stands for a name that is no rule. */
    void (*write)(void *context, struct str name, struct strbuf *text);
    void *context;
    uint64_t seed; /* changes with each choice */
};

/* 0 to n - 1 */
uint64_t grammar_choose(struct grammar *grammar, uint64_t n);
/* Appends a text for the name. */
void grammar_write(struct grammar *grammar, struct str name, struct strbuf *text);

#endif
