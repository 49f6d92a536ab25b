/*
 * Changes that nobody thought of, of whatever decides who may do what, while clients are connected: after
 * each of them a client that has been connected for long is answered like one that connects now; and a review
 * cuts those whose certificate counts no more, and those who stand no more for their thing, whether or not
 * they have asked for anything.
 *
 * A sequence that fails prints its seed and its steps. IOTJOBS_SEED=n plays that one alone, IOTJOBS_SEEDS=n
 * so many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random_access_grammar.h"
#include "support/faults.h"
#include "support/gate.h"
#include "support/groups.h"
#include "support/policies.h"
#include "support/world_inside.h"

#ifndef RANDOM_ACCESS_SEEDS
#define RANDOM_ACCESS_SEEDS 5
#endif

enum {
    STEPS = 250,
    COMING = 3, /* or going, before each step */
    DEVICES = 6,
    CLIENTS_MAX = 7,
    SCRIPT_MAX = 1 << 20,
    STEP_MAX = 8192,
    STEP_SHOWN = 300,
    FOUND_MAX = 128
};

/* The devices 0 to 2 are self-signed; the others are outside PKI's, as long as they are not registered: 3 is
 * the pump's, 4 is 3 with another signature, 5 the valve's. */
static struct keyring {
    struct device device[DEVICES], ca;
    struct pem_json pem[DEVICES], ca_pem;
    char content[DEVICES][CERTIFICATE_ID_DIGITS + 1];
    const char *common_name[DEVICES];
} keyring;

struct client {
    char id[32]; /* "": nobody */
    size_t device;
    char thing[FOUND_MAX]; /* that it stood for when it was looked at last */
    unsigned answers;      /* to it then */
};

struct story {
    struct gate *gate;
    struct world *w;
    struct identities others; /* who connect anew for each question */
    struct policy_cache *other_cache;
    struct denials *other_denials;
    struct grammar grammar;
    uint64_t seed;
    struct strbuf script;
    struct client clients[CLIENTS_MAX];
    uint64_t changes, cut; /* a sequence in which nothing happens tests nothing */
    bool ended;
};

static uint64_t next_seed = 1;
static uint64_t all_changes, all_cut;

/* ---- steps ---- */

/* "device pem", "device id", "device arn", "ca pem", "ca id" */
static void write_name(void *context, struct str name, struct strbuf *text)
{
    struct story *story = context;
    struct str part = name;
    bool ca = str_eq_text(str_split(&part, ' '), "ca");
    size_t i = (size_t)grammar_choose(&story->grammar, DEVICES);
    if (str_eq_text(part, "pem"))
        strbuf_add_text(text, ca ? keyring.ca_pem.text : keyring.pem[i].text);
    else if (str_eq_text(part, "arn"))
        strbuf_printf(text, IOT_ARN("cert/%s"), keyring.device[i].id);
    else
        strbuf_add_text(text, ca ? keyring.ca.id : keyring.device[i].id);
}

static void make_text(struct story *story, const char *rule, char ret_text[STEP_MAX])
{
    struct strbuf text;
    strbuf_init(&text, STEP_MAX);
    grammar_write(&story->grammar, str_from(rule), &text);
    struct str made = strbuf_str(&text);
    assert_true(made.n < STEP_MAX);
    snprintf(ret_text, STEP_MAX, "%.*s", STR(made));
    strbuf_release(&text);
}

static void play_text(struct story *story, char *step)
{
    char principal[128];
    snprintf(principal, sizeof principal, IOT_ARN("cert/%s"),
             keyring.device[grammar_choose(&story->grammar, DEVICES)].id);
    strbuf_printf(&story->script, "%.*s %s\n", STEP_SHOWN, step, principal + sizeof IOT_ARN("cert/") - 1);
    char *rest = step;
    const char *method = strsep(&rest, " ");
    const char *path = strsep(&rest, " ");
    with_header(story->w, "x-amzn-principal", principal);
    struct answer *a = http(story->w, 0, method, path, rest);
    with_header(story->w, NULL, NULL);
    strbuf_printf(&story->script, "    %d %s\n", a->status, a->error);
}

/* In half of the sequences things come to be while clients are there who would stand for them, most of them
 * not registered. */
static bool has_things(const struct story *story)
{
    return story->seed % 2 == 0;
}

/* Without it most steps would be about what is not there: the devices 0 and 1 are those of the pump, which is
 * in a group, and of the valve; each policy is in force for somebody. */
static void play_beginning(struct story *story)
{
    static const char *const names[] = { "open", "own", "clients", "groups" };
    char text[STEP_MAX + 128], document[STEP_MAX];
    for (size_t i = 0; i < 4; i++) {
        make_text(story, "document", document);
        snprintf(text, sizeof text, "POST /policies/%s {\"policyDocument\":\"%s\"}", names[i], document);
        play_text(story, text);
    }
    for (size_t i = 0; i < 3; i++) {
        register_device(story->w, &keyring.device[i], "ACTIVE");
        attach_policy(story->w, names[i % 2], keyring.device[i].registered.arn);
    }
    if (has_things(story)) {
        given_thing(story->w, "pump");
        given_thing(story->w, "valve");
        attach(story->w, "pump", keyring.device[0].registered.arn);
        attach(story->w, "valve", keyring.device[1].registered.arn);
        given_group(story->w, "site", NULL);
        given_group(story->w, "hall", "site");
        join(story->w, "hall", "pump");
        attach_policy(story->w, "groups", GROUP_ARN("hall"));
    }
}

/* The database fails somewhere in the middle. */
static void play_faulty(struct story *story)
{
    char step[STEP_MAX];
    make_text(story, "change", step);
    int n = 1 + (int)grammar_choose(&story->grammar, 6);
    strbuf_printf(&story->script, "the %d. change fails\n", n);
    fail_from_change(story->w, n);
    world_stop_after(story->w, 3);
    play_text(story, step);
    world_stop_after(story->w, 0);
    fail_from_change(story->w, 0);
    advance(story->w, "PT1M");
}

static void play_step(struct story *story)
{
    char step[STEP_MAX];
    make_text(story, "step", step);
    if (strcmp(step, "faulty") == 0) {
        play_faulty(story);
    } else if (strcmp(step, "reset") == 0) {
        strbuf_add_text(&story->script, "reset\n");
        reset(story->w);
        play_beginning(story);
    } else {
        play_text(story, step);
    }
    forget_notifications(story->w);
    forget_answers(story->w);
}

/* ---- who stands for which thing, as the tables say ---- */

static void select_text(struct world *w, const char *sql, const char *a, const char *b,
                        char ret_text[FOUND_MAX])
{
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(w->checker, sql, -1, &stmt, NULL), SQLITE_OK);
    sqlite3_bind_text(stmt, 1, a, -1, SQLITE_STATIC);
    if (b)
        sqlite3_bind_text(stmt, 2, b, -1, SQLITE_STATIC);
    bool found = sqlite3_step(stmt) == SQLITE_ROW;
    snprintf(ret_text, FOUND_MAX, "%s", found ? (const char *)sqlite3_column_text(stmt, 0) : "");
    sqlite3_finalize(stmt);
}

static void find_thing(struct story *story, const struct client *client, char ret_thing[FOUND_MAX])
{
    char principal[128];
    select_text(story->w, "SELECT 'cert/' || certificate_id FROM certificate WHERE content = ?1",
                keyring.content[client->device], NULL, principal);
    if (!principal[0])
        select_text(story->w, "SELECT name FROM thing WHERE name = ?1", keyring.common_name[client->device],
                    NULL, ret_thing);
    else
        select_text(story->w,
                    "SELECT t.name FROM thing_principal AS p JOIN thing AS t ON t.id = p.thing "
                    "WHERE p.principal = ?1 AND (p.exclusive = 1 OR t.name = ?2)",
                    principal, client->id, ret_thing);
}

/* ---- one who has been connected for long, and one who connects now ---- */

struct question {
    const struct action *action;
    const char *type, *name;
};

static const struct question questions[] = {
    { &action_publish, "topic", "thing/pump" },
    { &action_publish, "topic", "thing/valve" },
    { &action_publish, "topic", "type/motor" },
    { &action_publish, "topic", "fw/1" },
    { &action_publish, "topic", "fw/2" },
    { &action_publish, "topic", "fw/3" },
    { &action_publish, "topic", "type/probe" },
    { &action_subscribe, "topicfilter", "attached/true" },
    { &action_subscribe, "topicfilter", "attached/false" },
    { &action_receive, "topic", "client/pump" },
    { &action_receive, "topic", "client/any" },
    { &action_retain_publish, "topic", "a" },
};

enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static unsigned ask_all(struct identities *identities, const void *connection)
{
    unsigned answers = 0;
    for (size_t i = 0; i < QUESTIONS; i++)
        if (identities_may(identities, connection, questions[i].action, questions[i].type,
                           str_from(questions[i].name)))
            answers |= 1u << i;
    return answers;
}

static const struct visit *visit_of(struct gate *gate, const char *client_id)
{
    for (size_t i = 0; i < VISITS_MAX; i++)
        if (strcmp(gate->visits[i].client_id, client_id) == 0)
            return &gate->visits[i];
    return NULL;
}

/* What is to be found of a client now. */
struct standing {
    bool counts; /* it may stay */
    unsigned answers;
    char thing[FOUND_MAX];
};

static struct standing look_anew(struct story *story, const struct client *client)
{
    struct standing standing = { .counts = true };
    const struct visit *visit = visit_of(story->gate, client->id);
    enum admission admission = identities_admit(&story->others, &visit->newcomer);
    find_thing(story, client, standing.thing);
    if (admission == CERTIFICATE_REFUSED || (client->thing[0] && strcmp(client->thing, standing.thing) != 0))
        standing.counts = false;
    else if (admission == ADMITTED)
        standing.answers = ask_all(&story->others, visit);
    identities_left(&story->others, visit);
    return standing;
}

static void compare_answers(struct story *story, const struct client *client, const struct standing *standing)
{
    unsigned answers = ask_all(&story->gate->identities, visit_of(story->gate, client->id));
    for (size_t i = 0; i < QUESTIONS; i++) {
        bool is = answers >> i & 1, should = standing->answers >> i & 1;
        if (is != should)
            fail_msg("%s (%zu) may%s %.*s %s, and should%s", client->id, client->device, is ? "" : " not",
                     STR(questions[i].action->name), questions[i].name, should ? "" : " not");
    }
}

static bool was_cut(const struct gate *gate, const char *client_id)
{
    for (size_t i = 0; i < gate->cut_n; i++)
        if (strcmp(gate->cut[i]->client_id, client_id) == 0)
            return true;
    return false;
}

static void compare_cut(struct story *story, struct client *client, const struct standing *standing)
{
    if (was_cut(story->gate, client->id) == standing->counts)
        fail_msg("%s (%zu) was %scut", client->id, client->device, standing->counts ? "" : "not ");
    snprintf(client->thing, sizeof client->thing, "%s", standing->thing);
    story->changes += standing->counts && standing->answers != client->answers;
    client->answers = standing->answers;
    if (standing->counts)
        return;
    client->id[0] = '\0';
    story->cut++;
}

static void check(struct story *story)
{
    struct standing standings[CLIENTS_MAX];
    bool silent = grammar_choose(&story->grammar, 2) == 0; /* nobody asks for anything before the review */
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (story->clients[i].id[0])
            standings[i] = look_anew(story, &story->clients[i]);
    for (size_t i = 0; i < CLIENTS_MAX && !silent; i++)
        if (story->clients[i].id[0])
            compare_answers(story, &story->clients[i], &standings[i]);
    reviews(story->gate);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (story->clients[i].id[0])
            compare_cut(story, &story->clients[i], &standings[i]);
    forget_cut(story->gate);
    for (size_t i = 0; i < CLIENTS_MAX; i++)
        if (story->clients[i].id[0])
            compare_answers(story, &story->clients[i], &standings[i]);
}

/* ---- sequences ---- */

/* Clients 0 and 1 are called like things. */
static void come_or_go(struct story *story)
{
    static const char *const names[CLIENTS_MAX] = { "pump", "valve", "any", "a", "b", "c", "d" };
    size_t i = (size_t)grammar_choose(&story->grammar, CLIENTS_MAX);
    struct client *client = &story->clients[i];
    if (client->id[0]) {
        if (grammar_choose(&story->grammar, 8) == 0) {
            leaves(story->gate, client->id);
            client->id[0] = '\0';
        }
        return;
    }
    size_t device = (size_t)grammar_choose(&story->grammar, DEVICES);
    if (has_things(story) && i < 2 && grammar_choose(&story->grammar, 2) == 0)
        device = i;
    else if (!has_things(story) && grammar_choose(&story->grammar, 2) == 0)
        device = DEVICES - 1 - i % 3;
    if (comes_to(story->gate, &keyring.device[device], names[i]) != ADMITTED)
        return;
    snprintf(client->id, sizeof client->id, "%s", names[i]);
    client->device = device;
    client->answers = ask_all(&story->gate->identities, visit_of(story->gate, client->id));
    find_thing(story, client, client->thing);
    strbuf_printf(&story->script, "%s comes with the certificate %zu\n", client->id, device);
}

static void play(struct story *story)
{
    play_beginning(story);
    for (int i = 0; i < STEPS; i++) {
        for (int j = 0; j < COMING; j++)
            come_or_go(story);
        play_step(story);
        if (grammar_choose(&story->grammar, 4) > 0)
            check(story);
    }
    check(story);
    story->ended = true;
}

static int begin_story(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    story->seed = next_seed;
    story->gate = gate_new(world_new(NOON));
    story->w = story->gate->w;
    assert_true(
        settings_set(world_settings(story->w), STR_LIT("tls_client_policy"), STR_LIT("clients"), NULL));
    gate_trust(story->gate, (const struct device *const[]){ &keyring.ca }, 1);
    struct identities_config config = gate_config(story->gate);
    config.changes = NULL;
    config.cache = story->other_cache = policy_cache_new();
    config.denials = story->other_denials = denials_new(&story->w->clock, story->gate->quiet);
    assert_true(identities_init(&story->others, &config));
    story->grammar = (struct grammar){ .rules = random_access,
                                       .rule_count = sizeof random_access / sizeof random_access[0],
                                       .write = write_name,
                                       .context = story,
                                       .seed = next_seed };
    strbuf_init(&story->script, SCRIPT_MAX);
    *state = story;
    return 0;
}

static int end_story(void **state)
{
    struct story *story = *state;
    if (!story->ended || getenv("IOTJOBS_SCRIPT"))
        fprintf(stderr, "IOTJOBS_SEED=%llu\n%.*s", (unsigned long long)next_seed,
                STR(strbuf_str(&story->script)));
    next_seed++;
    all_changes += story->changes;
    all_cut += story->cut;
    strbuf_release(&story->script);
    identities_release(&story->others);
    denials_free(story->other_denials);
    policy_cache_free(story->other_cache);
    gate_free(story->gate);
    free(story);
    return 0;
}

static void who_has_been_here_for_long_is_answered_like_who_comes_now(void **state)
{
    play(*state);
}

/* ---- keys ---- */

/* Signed once: it takes longer than a step. */
static int make_keys(void **state)
{
    static const char *const names[DEVICES] = { "a", "b", "c", "pump", "pump", "valve" };
    struct arena arena;
    (void)state;
    arena_init(&arena, 1 << 20);
    keyring.ca = device_make(&(struct device_spec){ .common_name = "a CA", .is_ca = true });
    keyring.ca_pem = pem_json(&keyring.ca.pair);
    for (size_t i = 0; i < DEVICES; i++) {
        const struct device_spec spec = { .issuer = i >= 3 ? &keyring.ca.pair : NULL,
                                          .common_name = names[i] };
        struct certificate certificate;
        keyring.device[i] =
            i == 4 ? device_of(device_cert_twin(&keyring.device[3].pair)) : device_make(&spec);
        keyring.pem[i] = pem_json(&keyring.device[i].pair);
        keyring.common_name[i] = names[i];
        assert_null(certificate_read(certificate_pem(keyring.device[i].der, &arena), &arena, &certificate));
        snprintf(keyring.content[i], sizeof keyring.content[i], "%.*s", STR(certificate.content));
    }
    arena_release(&arena);
    return 0;
}

static int release_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < DEVICES; i++)
        device_release(&keyring.device[i]);
    device_release(&keyring.ca);
    printf("answers changed %llu times, %llu clients were cut\n", (unsigned long long)all_changes,
           (unsigned long long)all_cut);
    return all_changes > 0 && all_cut > 0 ? 0 : -1;
}

static int number(const char *name, int otherwise)
{
    const char *text = getenv(name);
    int64_t n = otherwise;
    if (text)
        assert_true(str_to_int(str_from(text), &n));
    return (int)n;
}

int main(void)
{
    enum { SEEDS_MAX = 100000 };
    static struct CMUnitTest tests[SEEDS_MAX];
    int first = number("IOTJOBS_SEED", 0), n = number("IOTJOBS_SEEDS", first ? 1 : RANDOM_ACCESS_SEEDS);
    if (first)
        next_seed = (uint64_t)first;
    for (int i = 0; i < n && i < SEEDS_MAX; i++)
        tests[i] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(
            who_has_been_here_for_long_is_answered_like_who_comes_now, begin_story, end_story);
    return _cmocka_run_group_tests("random access", tests, (size_t)n, make_keys, release_keys);
}
