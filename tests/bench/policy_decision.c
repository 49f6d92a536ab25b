/*
 * What a decision costs: policies as people write them, asked of a device that is connected, and the worst
 * that a document and a name have room for; and what taking a compiled policy costs. Prints nanoseconds for
 * one; nothing is asserted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ops/security/policy_cache.h"
#include "rules/security/access.h"

#define ARN   "arn:aws:iot:eu-central-1:000000000000:"
#define THING "${iot:Connection.Thing.ThingName}"
#define SHORT                                                                                                \
    "{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"" ARN "client/" THING "\"},"            \
    "{\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:Receive\"],\"Resource\":[\"" ARN                \
    "topic/$aws/things/" THING "/jobs/*\",\"" ARN "topic/dt/" THING "/*\"]},"                                \
    "{\"Effect\":\"Allow\",\"Action\":\"iot:Subscribe\",\"Resource\":\"" ARN                                 \
    "topicfilter/$aws/things/" THING "/jobs/*\"}"
/* Just below the 2,048 characters of a document: what a thing does, for its site and its type, from its
 * network, while its certificate is one of the factory's, and some things never. */
#define IF_AT_HOME                                                                                           \
    "\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"2001:db8::/32\"]},\"StringLike\":{"    \
    "\"iot:ClientId\":\"pump-*\"},\"Bool\":{\"iot:Connection.Thing.IsAttached\":\"true\"}}"
#define IF_OF_THE_FACTORY                                                                                    \
    "\"Condition\":{\"StringEquals\":{\"iot:Certificate.Issuer.CommonName\":\"Factory CA\"},"                \
    "\"ForAnyValue:StringLike\":{\"iot:Certificate.Subject.OrganizationalUnit.List\":[\"Pumps\",\"Fans\"]}}"
#define FULL                                                                                                 \
    SHORT ",{\"Effect\":\"Allow\",\"Action\":[\"iot:Publish\",\"iot:RetainPublish\"],\"Resource\":[\"" ARN   \
          "topic/site/${iot:Connection.Thing.Attributes[site]}/" THING "/*\",\"" ARN                         \
          "topic/type/${iot:Connection.Thing.ThingTypeName}/" THING "/state\",\"" ARN                        \
          "topic/serial/${iot:Connection.Thing.Attributes[serial]}/*\"]," IF_AT_HOME                         \
          "},{\"Effect\":\"Allow\",\"Action\":\"iot:Publish\",\"Resource\":\"" ARN "topic/factory/*/" THING  \
          "/report\"," IF_OF_THE_FACTORY "},"                                                                \
          "{\"Effect\":\"Deny\",\"Action\":[\"iot:Publish\",\"iot:Subscribe\"],\"NotResource\":[\"" ARN      \
          "topic/*\",\"" ARN "topicfilter/*\"]}"

enum {
    POLICIES_MAX = 10,
    KEYS_MAX = 48,
    ROW_US = 300 * 1000, /* about */
    TURN_US = 1000,
    US_NS = 1000,
    ARENA_MAX = 16 * 1024 * 1024,
    NAME_BYTES = 960, /* a name that may() still takes */
    TAKES = 1000000,
};

struct bench {
    const char *name;
    struct str statements;
    size_t policies; /* as many of them */
    struct str topic;
};

struct facts {
    size_t n;
    struct policy_value items[KEYS_MAX];
    struct str texts[KEYS_MAX];
};

/* ---- what is asked ---- */

static struct policy_document compile(struct arena *arena, struct str statements)
{
    struct policy_document document;
    struct err err;
    err_init(&err, arena);
    struct str text =
        arena_printf(arena, "{\"Version\":\"2012-10-17\",\"Statement\":[%.*s]}", STR(statements));
    if (!policy_document_parse(text, arena, &document, &err)) {
        fprintf(stderr, "%.*s\n", STR(err.message));
        exit(EXIT_FAILURE);
    }
    return document;
}

static void add(struct facts *facts, const char *key, enum policy_value_kind kind, const char *value)
{
    facts->texts[facts->n] = str_from(value);
    facts->items[facts->n] = (struct policy_value){ str_from(key), kind, 1, &facts->texts[facts->n] };
    facts->n++;
}

/* In the order in which ops/security/policy_facts has them, with as much as a device usually has. */
static void gather(struct facts *facts, struct arena *arena, const char *client_id)
{
    static const char *const names[] = {
        "Subject.Country", "Subject.Organization", "Subject.OrganizationalUnit", "Subject.CommonName",
        "Issuer.Country",  "Issuer.Organization",  "Issuer.CommonName",          "SerialNumber",
    };
    *facts = (struct facts){ 0 };
    add(facts, "aws:CurrentTime", POLICY_VALUE_ONE, "2026-11-30T12:00:00Z");
    add(facts, "aws:EpochTime", POLICY_VALUE_ONE, "1796040000");
    add(facts, "iot:ClientId", POLICY_VALUE_ONE, client_id);
    add(facts, "aws:SourceIp", POLICY_VALUE_ONE, "10.1.2.3");
    add(facts, "iot:DomainName", POLICY_VALUE_ONE, "iot.example.org");
    add(facts, "aws:SecureTransport", POLICY_VALUE_ONE, "true");
    add(facts, "iot:Connection.Thing.IsAttached", POLICY_VALUE_ONE, "true");
    add(facts, "iot:Connection.Thing.ThingName", POLICY_VALUE_ONE, "pump-01");
    add(facts, "iot:Connection.Thing.ThingTypeName", POLICY_VALUE_ONE, "Pump");
    for (int i = 0; i < 10; i++)
        add(facts, arena_printf(arena, "iot:Connection.Thing.Attributes[attribute-%d]", i).p,
            POLICY_VALUE_ONE, "value");
    add(facts, "iot:Connection.Thing.Attributes[serial]", POLICY_VALUE_ONE, "sn-4711");
    add(facts, "iot:Connection.Thing.Attributes[site]", POLICY_VALUE_ONE, "hall3");
    add(facts, "iot:CertificateId", POLICY_VALUE_ONE,
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add(facts, arena_printf(arena, "iot:Certificate.%s", names[i]).p, POLICY_VALUE_INDEXED,
            i == 6 ? "Factory CA" : "Pumps");
}

/* ---- measuring ---- */

/* The quickest of many short turns: others use the processor as well. */
static int64_t measure(const struct principal *principal, struct str resource,
                       const struct policy_context *context, bool *ret_allowed)
{
    struct denial denial;
    int64_t best_ns = INT64_MAX, begin_us = clock_mono_us(), turn_us = begin_us;
    for (int64_t rounds = 1; turn_us - begin_us < ROW_US;) {
        for (int64_t i = 0; i < rounds; i++)
            *ret_allowed = may(principal, &action_publish, resource, context, &denial);
        int64_t spent_us = clock_mono_us() - turn_us;
        turn_us += spent_us;
        if (spent_us < TURN_US)
            rounds *= 2;
        else if (spent_us * US_NS / rounds < best_ns)
            best_ns = spent_us * US_NS / rounds;
    }
    return best_ns;
}

static void run(const struct bench *bench, const struct policy_context *context, struct arena *arena)
{
    struct policy_document documents[POLICIES_MAX];
    struct policy_voice voices[POLICIES_MAX];
    bool allowed;
    for (size_t i = 0; i < bench->policies; i++) {
        documents[i] = compile(arena, bench->statements);
        voices[i] = (struct policy_voice){ STR_LIT("policy"), &documents[i] };
    }
    const struct principal device = { .kind = PRINCIPAL_CERTIFICATE,
                                      .registered = true,
                                      .policies = { bench->policies, voices } };
    int64_t ns = measure(&device, bench->topic, context, &allowed);
    printf("%-60s %8" PRId64 " ns  %s\n", bench->name, ns, allowed ? "allowed" : "denied");
}

static struct str repeat(struct arena *arena, const char *before, const char *part, size_t bytes,
                         const char *behind)
{
    size_t each = strlen(part), n = strlen(before);
    char *text = arena_array(arena, n + bytes + strlen(behind) + each + 1, 1);
    memcpy(text, before, n);
    for (size_t end = n + bytes; n < end; n += each)
        memcpy(text + n, part, each);
    memcpy(text + n, behind, strlen(behind) + 1);
    return str_from(text);
}

/* ---- the rows ---- */

static void run_usual(struct arena *arena)
{
    const struct bench benches[] = {
        { "three statements, the device's topic", STR_LIT(SHORT), 1,
          STR_LIT(ARN "topic/$aws/things/pump-01/jobs/fw-7/update") },
        { "three statements, another's topic", STR_LIT(SHORT), 1,
          STR_LIT(ARN "topic/$aws/things/pump-02/jobs/fw-7/update") },
        { "2 KB, the device's topic", STR_LIT(FULL), 1,
          STR_LIT(ARN "topic/$aws/things/pump-01/jobs/fw-7/update") },
        { "2 KB, allowed by conditions on network and thing", STR_LIT(FULL), 1,
          STR_LIT(ARN "topic/site/hall3/pump-01/temperature") },
        { "2 KB, allowed by conditions on the certificate", STR_LIT(FULL), 1,
          STR_LIT(ARN "topic/factory/north/line-3/pump-01/report") },
        { "2 KB, another's topic", STR_LIT(FULL), 1,
          STR_LIT(ARN "topic/$aws/things/pump-02/jobs/fw-7/update") },
        { "ten times 2 KB, the device's topic", STR_LIT(FULL), 10,
          STR_LIT(ARN "topic/$aws/things/pump-01/jobs/fw-7/update") },
        { "ten times 2 KB, another's topic", STR_LIT(FULL), 10,
          STR_LIT(ARN "topic/$aws/things/pump-02/jobs/fw-7/update") },
    };
    struct facts facts;
    gather(&facts, arena, "pump-01");
    const struct policy_context context = { facts.n, facts.items };
    printf("a connected device of which %zu things are known\n", facts.n);
    for (size_t i = 0; i < sizeof benches / sizeof benches[0]; i++)
        run(&benches[i], &context, arena);
}

#define ALLOW_ALL_OF "{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"" ARN "topic/"

static void run_worst(struct arena *arena)
{
    struct str a = repeat(arena, ARN "topic/", "a", NAME_BYTES, "");
    struct str slashes = repeat(arena, ARN "topic/", "/", NAME_BYTES, "");
    const struct bench benches[] = {
        { "a text behind each of 450 wildcards, which almost matches",
          repeat(arena, ALLOW_ALL_OF, "*aa", 1350, "b\"}"), 1, a },
        { "one wildcard, and half as many question marks as the name has",
          repeat(arena, ALLOW_ALL_OF "*", "?", NAME_BYTES / 2, "b\"}"), 1, a },
        { "one wildcard, and a long text", repeat(arena, ALLOW_ALL_OF "*", "a", NAME_BYTES / 2, "b\"}"), 1,
          a },
        { "the same, each second one a letter", repeat(arena, ALLOW_ALL_OF "*", "a?", NAME_BYTES / 2, "b\"}"),
          1, a },
        { "one wildcard, and variables", repeat(arena, ALLOW_ALL_OF "*", "${iot:ClientId}", 1800, "b\"}"), 1,
          a },
        { "wildcards and variables in turn", repeat(arena, ALLOW_ALL_OF, "*${iot:ClientId}", 1800, "b\"}"), 1,
          slashes },
        { "120 variables that are not known", repeat(arena, ALLOW_ALL_OF, "*${iot:NotKnown}", 1900, "b\"}"),
          1, a },
    };
    static const char *const titles[] = { "the worst; the client is called a",
                                          "the worst; the client's name is half as long as the topic" };
    const char *const client_ids[] = { "a", repeat(arena, "", "a", NAME_BYTES / 2, "").p };
    for (size_t i = 0; i < 2; i++) {
        struct facts facts;
        gather(&facts, arena, client_ids[i]);
        const struct policy_context context = { facts.n, facts.items };
        printf("%s\n", titles[i]);
        for (size_t j = 0; j < sizeof benches / sizeof benches[0]; j++)
            run(&benches[j], &context, arena);
    }
}

static void run_cache(struct arena *arena)
{
    struct policy_cache *cache = policy_cache_new();
    struct err err;
    err_init(&err, arena);
    const struct effective_policy policy = {
        .name = STR_LIT("policy"),
        .document = STR_LIT("{\"Version\":\"2012-10-17\",\"Statement\":[" FULL "]}"),
        .generation_id = STR_LIT("01234567-0123-4567-89ab-0123456789ab"),
    };
    struct arena compiled;
    struct policy_document document;
    arena_init(&compiled, ARENA_MAX);
    int64_t begin_us = clock_mono_us();
    policy_document_parse(policy.document, &compiled, &document, &err);
    printf("compiling 2 KB: %" PRId64 " ns, %zu bytes\n", (clock_mono_us() - begin_us) * US_NS,
           arena_bytes(&compiled));
    arena_release(&compiled);
    const struct compiled_policy *held = policy_cache_take(cache, &policy, &err);
    begin_us = clock_mono_us();
    for (int i = 0; i < TAKES; i++)
        policy_cache_give_back(cache, policy_cache_take(cache, &policy, &err));
    printf("taking it compiled, and giving it back: %" PRId64 " ns\n",
           (clock_mono_us() - begin_us) * US_NS / TAKES);
    policy_cache_give_back(cache, held);
    policy_cache_free(cache);
}

int main(void)
{
    struct arena arena;
    arena_init(&arena, ARENA_MAX);
    run_usual(&arena);
    run_worst(&arena);
    run_cache(&arena);
    arena_release(&arena);
    return EXIT_SUCCESS;
}
