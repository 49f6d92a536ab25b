/*
 * What a decision costs: policies as people write them, and the worst that fits a document. Prints
 * nanoseconds for one decision; nothing is asserted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rules/security/policy_decision.h"

#define ARN   "arn:aws:iot:eu-central-1:000000000000:"
#define THING "${iot:Connection.Thing.ThingName}"
#define DEVICE                                                                                               \
    "{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"" ARN "client/" THING "\"},"            \
    "{\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\"],\"Resource\":[\"" ARN                \
    "topic/$aws/things/" THING "/jobs/*\",\"" ARN "topic/dt/" THING "/*\"]},"                                \
    "{\"Effect\":\"Allow\",\"Action\":\"iot:Subscribe\",\"Resource\":\"" ARN                                 \
    "topicfilter/$aws/things/" THING "/jobs/*\"}"
#define CONDITION                                                                                            \
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"IpAddress\":{"               \
    "\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001:db8::/32\"]},\"StringLike\":{\"iot:ClientId\":\"pump-*\"}}}"
#define WORST                                                                                                \
    "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"arn:*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\"}"

enum { POLICIES_MAX = 10, ROUNDS = 200000, US_NS = 1000, ARENA_MAX = 4 * 1024 * 1024 };

struct bench {
    const char *name, *statements;
    size_t policies; /* as many of them */
    const char *topic;
};

static struct policy_document compile(struct arena *arena, const char *statements)
{
    struct policy_document document;
    struct err err;
    err_init(&err, arena);
    struct str text = arena_printf(arena, "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}", statements);
    if (!policy_document_parse(text, arena, &document, &err)) {
        fprintf(stderr, "%.*s\n", STR(err.message));
        exit(EXIT_FAILURE);
    }
    return document;
}

static void run(const struct bench *bench, const struct policy_context *context, struct arena *arena)
{
    struct policy_document documents[POLICIES_MAX];
    const struct policy_request request = { STR_LIT("iot:Publish"), str_from(bench->topic), context };
    int allowed = 0;
    for (size_t i = 0; i < bench->policies; i++)
        documents[i] = compile(arena, bench->statements);
    int64_t begin_us = clock_mono_us();
    for (int i = 0; i < ROUNDS; i++)
        allowed += policy_documents_judge(documents, bench->policies, &request) == POLICY_ALLOWS;
    printf("%-40s %6" PRId64 " ns  %s\n", bench->name, (clock_mono_us() - begin_us) * US_NS / ROUNDS,
           allowed ? "allowed" : "denied");
}

int main(void)
{
    static const struct bench benches[] = {
        { "a device's policy, its topic", DEVICE, 1, ARN "topic/$aws/things/pump-01/jobs/fw-7/update" },
        { "a device's policy, another's topic", DEVICE, 1, ARN "topic/$aws/things/pump-02/jobs/fw-7/update" },
        { "ten of them, another's topic", DEVICE, 10, ARN "topic/$aws/things/pump-02/jobs/fw-7/update" },
        { "conditions on address and client id", CONDITION, 1, ARN "topic/dt/pump-01/temperature" },
        { "seventeen wildcards that almost match", WORST, 1,
          ARN
          "topic/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
    };
    static const struct str values[] = { STR_LIT("pump-01"), STR_LIT("true"), STR_LIT("10.1.2.3") };
    static const struct policy_value items[] = {
        { STR_LIT("aws:SourceIp"), POLICY_VALUE_ONE, 1, &values[2] },
        { STR_LIT("iot:ClientId"), POLICY_VALUE_ONE, 1, &values[0] },
        { STR_LIT("iot:Connection.Thing.IsAttached"), POLICY_VALUE_ONE, 1, &values[1] },
        { STR_LIT("iot:Connection.Thing.ThingName"), POLICY_VALUE_ONE, 1, &values[0] },
    };
    const struct policy_context context = { sizeof items / sizeof items[0], items };
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++)
        run(&benches[i], &context, &arena);
    arena_release(&arena);
    return EXIT_SUCCESS;
}
