/*
 * Sequences of operations that nobody thought of: what is asked comes from a grammar. Whatever is asked, the
 * answer is one that the model declares, what is refused changes nothing, the database stays sound, and once
 * everything is deleted nothing is left in it.
 *
 * A sequence that fails prints its seed and its steps. IOTJOBS_SEED=n plays that one alone, IOTJOBS_SEEDS=n
 * so many, from that one on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "random_operations_grammar.h"
#include "store/db.h"
#include "support/certificates.h"
#include "support/connecting.h"
#include "support/faults.h"
#include "support/fleet_index.h"
#include "support/groups.h"
#include "support/listener.h"

enum {
    SEEDS = 6,
    STEPS = 250,
    CERTIFICATES = 3,
    CONNECTED = 4,
    CROWD = 120,
    LISTENERS = 3,
    SCRIPT_MAX = 1 << 20,
    STEP_MAX = 8192,
    STEP_SHOWN = 400
};

/* Signed once: keys take longer than a sequence. */
static struct keyring {
    struct pem_json pem[CERTIFICATES], ca_pem;
    struct registered certificate[CERTIFICATES], ca;
} keyring;

struct story {
    struct world *w;
    struct grammar grammar;
    uint64_t seed;
    int64_t now_ms;
    struct strbuf script;
    char here[CONNECTED][32]; /* things that are connected; "": none */
    struct listener listeners[LISTENERS];
    size_t listener_count;
    int steps;
    bool cut_short; /* what is worked off bit by bit goes on behind the answer */
    bool faulty;    /* the database fails */
    bool ended;
};

/* ---- what stands for names that are no rules ---- */

static void write_certificate(struct story *story, struct str part, struct strbuf *text)
{
    uint64_t i = grammar_choose(&story->grammar, CERTIFICATES);
    strbuf_add_text(text, str_eq_text(part, "pem")   ? keyring.pem[i].text
                          : str_eq_text(part, "arn") ? keyring.certificate[i].arn
                                                     : keyring.certificate[i].id);
}

/* "certificate id", "ca pem", "40 min" */
static void write_name(void *context, struct str name, struct strbuf *text)
{
    struct story *story = context;
    struct str part = name;
    struct str kind = str_split(&part, ' ');
    int64_t minutes;
    if (str_eq_text(kind, "certificate")) {
        write_certificate(story, part, text);
    } else if (str_eq_text(kind, "ca")) {
        strbuf_add_text(text, str_eq_text(part, "pem") ? keyring.ca_pem.text : keyring.ca.id);
    } else if (str_to_int(kind, &minutes)) {
        char minute[TIME_TEXT_MAX];
        time_format_minute(story->now_ms + minutes * 60000, minute);
        strbuf_add_text(text, minute);
    } else {
        fail_msg("no rule is named %.*s", STR(name));
    }
}

/* ---- steps ---- */

static void note(struct story *story, const char *step)
{
    strbuf_printf(&story->script, "%.*s%s\n", STEP_SHOWN, step, strlen(step) > STEP_SHOWN ? "…" : "");
}

static bool is_declared(const struct answer *a)
{
    for (size_t i = 0; a->model && i < OPERATION_ERRORS_MAX && a->model->errors[i] != ERR_NONE; i++)
        if (strcmp(error_http(a->model->errors[i], a->model->plane).exception, a->error) == 0)
            return true;
    return false;
}

/* Another one when rows have changed. Only what fails in the middle may write, and take it back; and what
 * makes room before it knows what comes. */
static uint64_t rows_of(struct story *story, const char *path)
{
    return story->faulty || strstr(path, "updateThingGroupsForThing") ? fingerprint(story->w)
                                                                      : (uint64_t)data_version(story->w);
}

static void ask(struct story *story, enum plane plane, const char *method, const char *path, const char *body)
{
    uint64_t before = rows_of(story, path);
    struct answer *a = (plane == PLANE_DATA ? http_data : http)(story->w, 0, method, path, body);
    strbuf_printf(&story->script, "    %d %s %.200s\n", a->status, a->error, a->status == 200 ? "" : a->text);
    if (a->status == 200)
        return;
    if (a->status >= 500 ? !story->faulty : !is_declared(a))
        fail_msg("%s %s: %d %s is no answer of it: %s", method, path, a->status, a->error, a->text);
    if (!story->cut_short && rows_of(story, path) != before)
        fail_msg("%s %s was refused and has changed something all the same", method, path);
}

static void publish(struct story *story, const char *topic, const char *payload)
{
    struct answer *a = mqtt(story->w, topic, payload);
    strbuf_printf(&story->script, "    %s %s\n", a->verdict, a->error);
    if (!story->faulty)
        assert_string_not_equal(a->error, "InternalError");
}

static void restart(struct story *story)
{
    char now[TIME_TEXT_MAX];
    time_format_iso(story->now_ms, now);
    memset(story->here, 0, sizeof story->here);
    world_restart(story->w, now);
    advance(story->w, "PT0S"); /* hears what the last run has left */
}

static void move_clock(struct story *story, const char *duration)
{
    struct answer *a = advance(story->w, duration);
    assert_true(time_parse_iso(str_from(json_at(a->body, "now")->valuestring), &story->now_ms));
}

/* The place of the thing among those that are connected, or a free one for ""; NULL: none. */
static char *find_here(struct story *story, const char *thing)
{
    for (size_t i = 0; i < CONNECTED; i++)
        if (strcmp(story->here[i], thing) == 0)
            return story->here[i];
    return NULL;
}

static void come(struct story *story, const char *thing)
{
    char *place = find_here(story, "");
    if (!place || find_here(story, thing))
        return;
    snprintf(place, sizeof story->here[0], "%s", thing);
    comes(story->w, thing);
}

static void go(struct story *story, const char *thing)
{
    char *place = find_here(story, thing);
    if (!place)
        return;
    place[0] = '\0';
    goes(story->w, thing, "CONNECTION_LOST");
}

static void play_own(struct story *story, const char *verb, const char *what)
{
    if (strcmp(verb, "advance") == 0)
        move_clock(story, what);
    else if (strcmp(verb, "restart") == 0)
        restart(story);
    else if (strcmp(verb, "comes") == 0)
        come(story, what);
    else
        go(story, what);
}

static void hear(struct story *story, bool ask)
{
    for (size_t i = 0; i < story->listener_count; i++) {
        struct listener *listener = &story->listeners[i];
        if (listener_hears(story->w, listener) || ask)
            listener_check(story->w, listener);
    }
    forget_notifications(story->w);
}

/* Takes the step apart. */
static void play_text(struct story *story, char *step)
{
    enum plane plane = PLANE_CONTROL;
    note(story, step);
    char *rest = step;
    const char *method = strsep(&rest, " ");
    if (strcmp(method, "DATA") == 0) {
        plane = PLANE_DATA;
        method = strsep(&rest, " ");
    }
    const char *path = rest ? strsep(&rest, " ") : "";
    if (strcmp(method, "MQTT") == 0)
        publish(story, path, rest);
    else if (method[0] >= 'a')
        play_own(story, method, path);
    else
        ask(story, plane, method, path, rest);
    if (!story->cut_short && !story->faulty)
        hear(story, method[0] == 'D' || story->steps++ % 10 == 0);
}

static void make_text(struct story *story, const char *name, char ret_text[STEP_MAX])
{
    struct strbuf text;
    strbuf_init(&text, STEP_MAX);
    grammar_write(&story->grammar, str_from(name), &text);
    struct str made = strbuf_str(&text);
    assert_true(made.n < STEP_MAX);
    snprintf(ret_text, STEP_MAX, "%.*s", STR(made));
    strbuf_release(&text);
}

/* Steps that come before the server has worked off what those before them have left to be done; then it may
 * stop. */
static void play_cut_short(struct story *story)
{
    world_stop_after(story->w, 1);
    story->cut_short = true;
    for (uint64_t n = 1 + grammar_choose(&story->grammar, 8); n > 0; n--) {
        char step[STEP_MAX];
        make_text(story, "change", step);
        play_text(story, step);
    }
    story->cut_short = false;
    world_stop_after(story->w, 0);
    note(story, "    until here it was cut short");
    if (grammar_choose(&story->grammar, 2) == 0)
        restart(story);
    move_clock(story, "PT0S");
    hear(story, true);
}

/* The database fails somewhere in the middle of the step, and then no more. */
static void play_faulty(struct story *story)
{
    char step[STEP_MAX];
    make_text(story, "change", step);
    int n = 1 + (int)grammar_choose(&story->grammar, 20);
    strbuf_printf(&story->script, "the %d. change fails\n", n);
    fail_from_change(story->w, n);
    world_stop_after(story->w, 3);
    story->faulty = true;
    play_text(story, step);
    story->faulty = false;
    world_stop_after(story->w, 0);
    fail_from_change(story->w, 0);
    move_clock(story, "PT1M"); /* timers that failed come again */
    hear(story, true);
}

static void play_step(struct story *story)
{
    char step[STEP_MAX];
    make_text(story, "step", step);
    with_header(story->w, "x-amzn-principal",
                keyring.certificate[grammar_choose(&story->grammar, CERTIFICATES)].arn);
    if (strcmp(step, "cut-short") == 0)
        play_cut_short(story);
    else if (strcmp(step, "faulty") == 0)
        play_faulty(story);
    else
        play_text(story, step);
}

/* ---- dynamic groups have the things that their queries find ---- */

static void add_names(struct strbuf *names, struct answer *a, const char *member)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, json_at(a->body, "things"))
    {
        strbuf_add_text(names, (member ? json_at(item, member) : item)->valuestring);
        strbuf_add_char(names, ' ');
    }
}

static void check_dynamic_group(struct world *w, const char *name)
{
    char path[128], body[512];
    snprintf(path, sizeof path, "/thing-groups/%s", name);
    struct answer *group = http(w, 0, "GET", path, NULL);
    const cJSON *query = json_at(group->body, "queryString");
    if (group->status != 200 || !query || strcmp(json_at(group->body, "status")->valuestring, "ACTIVE") != 0)
        return;
    snprintf(body, sizeof body, "{\"queryString\":\"%s\",\"maxResults\":100}", query->valuestring);
    struct answer *search = http(w, 0, "POST", SEARCH, body);
    if (search->status != 200) /* not while the index is off, or being built */
        return;
    struct strbuf found, members;
    strbuf_init(&found, STEP_MAX);
    strbuf_init(&members, STEP_MAX);
    add_names(&found, search, "thingName");
    snprintf(path, sizeof path, "/thing-groups/%s/things?maxResults=100", name);
    add_names(&members, http(w, 200, "GET", path, NULL), NULL);
    if (!str_eq(strbuf_str(&found), strbuf_str(&members)))
        fail_msg("%s (%s) has: %.*s and should have: %.*s", name, query->valuestring,
                 STR(strbuf_str(&members)), STR(strbuf_str(&found)));
    strbuf_release(&found);
    strbuf_release(&members);
}

/* ---- nothing is left ---- */

/* One step for each choice of the rule's texts. */
static void play_each(struct story *story, const char *before, const char *rule, const char *behind)
{
    struct str texts = STR_NONE;
    for (size_t i = 0; i < story->grammar.rule_count; i++)
        if (strcmp(story->grammar.rules[i].name, rule) == 0)
            texts = str_from(story->grammar.rules[i].texts);
    while (texts.n) {
        char step[STEP_MAX];
        struct str text = str_split(&texts, '|');
        snprintf(step, sizeof step, "%s%.*s%s", before, STR(text), behind);
        play_text(story, step);
    }
}

static void delete_certificates(struct story *story)
{
    for (size_t i = 0; i < CERTIFICATES; i++) {
        const struct registered *certificate = &keyring.certificate[i];
        char step[STEP_MAX];
        with_header(story->w, "x-amzn-principal", certificate->arn);
        play_each(story, "DELETE /things/", "thing", "/principals");
        snprintf(step, sizeof step, "PUT %s?newStatus=REVOKED", certificate->path);
        play_text(story, step);
        snprintf(step, sizeof step, "DELETE %s?forceDelete=true", certificate->path);
        play_text(story, step);
    }
    char step[STEP_MAX];
    snprintf(step, sizeof step, "PUT %s?newStatus=INACTIVE", keyring.ca.path);
    play_text(story, step);
    snprintf(step, sizeof step, "DELETE %s", keyring.ca.path);
    play_text(story, step);
}

static void delete_policies(struct story *story)
{
    play_each(story, "POST /target-policies/", "policy-name",
              " {\"target\":\"us-east-1:0a1b2c3d-0123-4567-89ab-0123456789ab\"}");
    for (int version = 1; rows_in(story->w, "policy_version") > rows_in(story->w, "policy"); version++) {
        char behind[32];
        snprintf(behind, sizeof behind, "/version/%d", version);
        play_each(story, "DELETE /policies/", "policy-name", behind);
    }
    play_each(story, "DELETE /policies/", "policy-name", "");
}

static void delete_jobs(struct story *story)
{
    play_each(story, "DELETE /jobs/", "job-id", "?force=true");
    play_each(story, "DELETE /jobs/", "job-id", "?force=true&namespaceId=ns");
    play_each(story, "DELETE /job-templates/", "template-id", "");
}

/* So many things that jobs, indices and groups are worked off bit by bit. */
static bool has_crowd(const struct story *story)
{
    return story->seed % 5 == 0;
}

static void delete_registry(struct story *story)
{
    for (int i = 0; i < CROWD && has_crowd(story); i++) {
        char step[64];
        snprintf(step, sizeof step, "DELETE /things/crowd-%d", i);
        play_text(story, step);
    }
    play_each(story, "DELETE /dynamic-thing-groups/", "dynamic-name", "");
    while (rows_in(story->w, "thing_group") > 0)
        play_each(story, "DELETE /thing-groups/", "static", "");
    play_each(story, "DELETE /things/", "thing", "");
    play_each(story, "POST /thing-types/", "type", "/deprecate {}");
    move_clock(story, "PT6M");
    play_each(story, "DELETE /thing-types/", "type", "");
}

static void set_index(struct story *story, const char *mode)
{
    char step[STEP_MAX];
    snprintf(step, sizeof step,
             "POST " CONFIG " {\"thingIndexingConfiguration\":{%s},"
             "\"thingGroupIndexingConfiguration\":{\"thingGroupIndexingMode\":\"OFF\"}}",
             mode);
    play_text(story, step);
    move_clock(story, "PT1M");
}

/* In an order that differs from seed to seed. */
static void delete_everything(struct story *story)
{
    static void (*const deletions[])(struct story *) = { delete_certificates, delete_jobs, delete_registry };
    size_t n = sizeof deletions / sizeof deletions[0], first = grammar_choose(&story->grammar, n);
    play_each(story, "goes ", "thing", "");
    /* who went while nobody wanted to know is forgotten when somebody does again */
    set_index(story, REGISTRY "," STATUS);
    delete_certificates(story); /* a thing with principals stays */
    for (size_t i = 0; i < n; i++)
        deletions[(first + i) % n](story);
    delete_policies(story); /* one that is attached stays */
    move_clock(story, "PT1M");
    set_index(story, OFF);
}

static bool is_kept(const char *table)
{
    /* settings of the account, ids that must not come back, and what is known of the server's own runs */
    static const char *const kept[] = {
        "event_configuration", "deleted_certificate", "secret", "run", "connectivity_run", "audience",
        "undelivered"
    };
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(table, kept[i]) == 0)
            return true;
    return false;
}

static void assert_nothing_is_left(struct story *story)
{
    struct strbuf left;
    struct stmt *q = db_query(
        world_db(story->w),
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' /*scan*/", "");
    strbuf_init(&left, STEP_MAX);
    while (stmt_row(q)) {
        char table[64];
        struct str name = stmt_borrow(q);
        snprintf(table, sizeof table, "%.*s", STR(name));
        if (!is_kept(table) && rows_in(story->w, table) > 0)
            strbuf_printf(&left, " %s", table);
    }
    stmt_done(q);
    if (strbuf_str(&left).n)
        fail_msg("something is left in:%.*s", STR(strbuf_str(&left)));
    strbuf_release(&left);
}

/* ---- sequences ---- */

/* Without it most steps would be about what is not there. */
static void play_beginning(struct story *story)
{
    play_each(story, "POST /things/", "thing", " {\"attributePayload\":{\"attributes\":{\"fw\":\"1\"}}}");
    play_each(story, "POST /thing-groups/", "static", " {\"parentGroupName\":\"site\"}");
    play_each(story, "POST /thing-groups/", "static", " {}");
    play_each(story, "POST /thing-groups/", "static", " {\"parentGroupName\":\"hall\"}");
    play_each(story, "POST /thing-types/", "type", " {}");
    if (story->seed % 3 == 0) { /* nobody listens but the pump, whose session outlives restarts */
        nobody_listens(story->w);
        subscribe(story->w, "$aws/things/pump/jobs/#", SESSION_PERSISTENT);
        story->listener_count = 2;
    }
    if (has_crowd(story))
        given_members(story->w, "yard", "crowd", CROWD);
}

static void play(struct story *story)
{
    play_beginning(story);
    for (int i = 0; i < STEPS; i++) {
        play_step(story);
        if (i % 10 == 0) {
            check_dynamic_group(story->w, "hot");
            check_dynamic_group(story->w, "cold");
            check_dynamic_group(story->w, "online");
        }
    }
    delete_everything(story);
    assert_nothing_is_left(story);
    story->ended = true;
}

static int seeds(const char *name, int otherwise)
{
    const char *text = getenv(name);
    int64_t n = otherwise;
    if (text)
        assert_true(str_to_int(str_from(text), &n));
    return (int)n;
}

static uint64_t next_seed = 1;

static int begin_story(void **state)
{
    struct story *story = calloc(1, sizeof *story);
    assert_non_null(story);
    story->w = world_new_durable(NOON);
    story->listeners[0] = (struct listener){ .thing = "pump", .namespace_id = "" };
    story->listeners[1] = (struct listener){ .thing = "pump", .namespace_id = "ns" };
    story->listeners[2] = (struct listener){ .thing = "valve", .namespace_id = "" };
    story->listener_count = LISTENERS;
    story->seed = next_seed;
    story->now_ms = NOON_S * 1000LL;
    story->grammar = (struct grammar){ .rules = random_operations,
                                       .rule_count = sizeof random_operations / sizeof random_operations[0],
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
    strbuf_release(&story->script);
    world_free(story->w);
    free(story);
    return 0;
}

static void whatever_is_asked_is_answered_and_can_be_deleted(void **state)
{
    play(*state);
}

static int make_keys(void **state)
{
    (void)state;
    struct world *w = world_new(NOON);
    struct issuer ca = device_cert_make(&(struct device_spec){ .common_name = "CA", .is_ca = true });
    keyring.ca_pem = pem_json(&ca);
    keyring.ca = registered_ca_as(
        http(w, 200, "POST", "/cacertificate",
             pem_body("{\"certificateMode\":\"SNI_ONLY\",\"caCertificate\":\"%s\"}", keyring.ca_pem.text)));
    for (size_t i = 0; i < CERTIFICATES; i++) {
        struct issuer pair = device_cert_make(&(struct device_spec){ .issuer = &ca, .common_name = "pump" });
        keyring.pem[i] = pem_json(&pair);
        keyring.certificate[i] =
            registered_as(http(w, 200, "POST", "/certificate/register-no-ca",
                               pem_body("{\"certificatePem\":\"%s\"}", keyring.pem[i].text)));
        device_cert_release(&pair);
    }
    device_cert_release(&ca);
    world_free(w);
    return 0;
}

int main(void)
{
    enum { SEEDS_MAX = 100000 };
    static struct CMUnitTest tests[SEEDS_MAX];
    int first = seeds("IOTJOBS_SEED", 0), n = seeds("IOTJOBS_SEEDS", first ? 1 : SEEDS);
    if (first)
        next_seed = (uint64_t)first;
    for (int i = 0; i < n && i < SEEDS_MAX; i++)
        tests[i] = (struct CMUnitTest)cmocka_unit_test_setup_teardown(
            whatever_is_asked_is_answered_and_can_be_deleted, begin_story, end_story);
    return _cmocka_run_group_tests("random operations", tests, (size_t)n, make_keys, NULL);
}
